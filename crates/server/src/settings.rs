//! What is set from outside: flags and environment, read once.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use anyhow::Context as _;
use kehub_connect::mail::{Seal, Smtp};
use kehub_connect::outside::{Allow, Network};

const NEEDS_KEY: &str = "KEHUB_MASTER_KEY_FILE: on PostgreSQL mail needs it, the same key for every node";

#[derive(Clone, Debug)]
pub struct Settings {
    pub data: PathBuf,
    pub database_url: Option<String>,
    pub listen: SocketAddr,
    /// The address as seen from outside, when it is set. Links are made only from this or from where we listen.
    pub base_url: Option<String>,
    pub trusted_proxies: Vec<Network>,
    pub files: PathBuf,
    /// Signed-in requests a person may make in a minute; `None`: as many as the machine carries.
    pub rate_limit: Option<u32>,
    /// What outgoing connections may reach besides the public internet.
    pub egress: Allow,
    /// The mail server; without one nothing is mailed.
    pub smtp: Option<Smtp>,
    /// The file with the master key; without one a key is made in the data folder when one is needed.
    pub master_key: Option<PathBuf>,
}

impl Settings {
    /// Settings for a data folder with everything else as it is when nothing is said.
    pub fn of(data: PathBuf) -> Settings {
        Settings {
            files: data.join("files"),
            data,
            database_url: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            base_url: None,
            trusted_proxies: Vec::new(),
            rate_limit: None,
            egress: Allow::default(),
            smtp: None,
            master_key: None,
        }
    }

    /// What is only ever set in the environment.
    pub fn and_environment(mut self) -> anyhow::Result<Settings> {
        let said = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        if let Some(proxies) = said("KEHUB_TRUSTED_PROXIES") {
            let networks = proxies.split(',').map(|one| Network::parse(one.trim()));
            self.trusted_proxies = networks.collect::<Result<_, _>>().context("KEHUB_TRUSTED_PROXIES")?;
        }
        if let Some(limit) = said("KEHUB_RATE_LIMIT") {
            self.rate_limit = (limit != "off").then(|| limit.parse()).transpose().context("KEHUB_RATE_LIMIT")?;
        }
        if let Some(place) = said("KEHUB_FILES_URL") {
            let path =
                place.strip_prefix("file:").context("KEHUB_FILES_URL: only file: is understood by this build")?;
            self.files = PathBuf::from(path.trim_start_matches("//"));
        }
        if let Some(allow) = said("KEHUB_EGRESS_ALLOW") {
            self.egress = Allow::parse(&allow).context("KEHUB_EGRESS_ALLOW")?;
        }
        if let Some(url) = said("KEHUB_SMTP_URL") {
            self.smtp = Some(Smtp::parse(url.trim()).context("KEHUB_SMTP_URL")?);
        }
        if let Some(file) = said("KEHUB_MASTER_KEY_FILE") {
            let file = std::path::absolute(file.trim()).context("KEHUB_MASTER_KEY_FILE")?;
            Seal::read(&file).context("KEHUB_MASTER_KEY_FILE")?;
            self.master_key = Some(file);
        }
        if self.smtp.is_some() && self.database_url.is_some() {
            self.master_key.as_ref().context(NEEDS_KEY)?;
        }
        Ok(self)
    }

    /// The master key, made when there is none. On PostgreSQL there may be several nodes, which must have the same.
    pub fn seal(&self, is_shared: bool) -> anyhow::Result<Seal> {
        match &self.master_key {
            Some(file) => Seal::read(file).context("KEHUB_MASTER_KEY_FILE"),
            None if is_shared => anyhow::bail!(NEEDS_KEY),
            None => Seal::read_or_make(&self.data.join("master.key")),
        }
    }

    /// Where links lead.
    pub fn public_url(&self) -> String {
        match &self.base_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.listen),
        }
    }

    pub fn is_https(&self) -> bool {
        self.base_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Whose request it is: the peer, or whom the last proxy we do not trust names.
    pub fn address(&self, peer: IpAddr, forwarded: Option<&str>) -> IpAddr {
        let mut address = peer.to_canonical();
        for said in forwarded.unwrap_or_default().rsplit(',').map(str::trim) {
            if !self.trusted_proxies.iter().any(|network| network.holds(address)) {
                break;
            }
            let Ok(said) = said.parse::<IpAddr>() else { break };
            address = said.to_canonical();
        }
        address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_forged_header_is_not_believed() {
        let mut settings = Settings::of(PathBuf::from("data"));
        assert_eq!(settings.address(ip("8.8.8.8"), Some("1.2.3.4")), ip("8.8.8.8"));
        settings.trusted_proxies = vec![Network::parse("127.0.0.1").unwrap()];
        assert_eq!(settings.address(ip("127.0.0.1"), Some("6.6.6.6, 1.2.3.4")), ip("1.2.3.4"));
        assert_eq!(settings.address(ip("127.0.0.1"), None), ip("127.0.0.1"));
    }
}
