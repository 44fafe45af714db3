//! What is set from outside: flags and environment, read once.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use anyhow::Context as _;

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
}

/// A range of addresses: `10.0.0.0/8`, or a single one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Network {
    base: u128,
    bits: u32,
}

impl Network {
    pub fn parse(text: &str) -> anyhow::Result<Network> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>()?)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().with_context(|| format!("“{text}” is no address or network"))?;
        // IPv4 lives within IPv6, 96 bits down.
        let offset = if address.is_ipv4() { 96 } else { 0 };
        let most = 128 - offset;
        let bits = bits.unwrap_or(most);
        anyhow::ensure!(bits <= most, "“{text}” has too many bits");
        Ok(Network { base: wide(address), bits: bits + offset })
    }

    pub fn holds(&self, address: IpAddr) -> bool {
        let mask = if self.bits == 0 { 0 } else { u128::MAX << (128 - self.bits) };
        wide(address) & mask == self.base & mask
    }
}

fn wide(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
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
        Ok(self)
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
    fn a_network_holds_its_addresses() {
        let network = Network::parse("10.1.0.0/16").unwrap();
        assert!(network.holds(ip("10.1.255.3")) && !network.holds(ip("10.2.0.1")));
        assert!(Network::parse("::1").unwrap().holds(ip("::1")));
        assert!(Network::parse("10.0.0.0/33").is_err());
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
