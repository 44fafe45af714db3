//! What the operator lets us reach besides the public internet: `10.2.0.0/16, erp.example.com, *.lan.example.com`.

use std::net::IpAddr;

use super::Network;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Allow {
    networks: Vec<Network>,
    hosts: Vec<String>,
    /// `.lan.example.com`: everything below.
    suffixes: Vec<String>,
}

impl Allow {
    pub fn parse(text: &str) -> anyhow::Result<Allow> {
        let mut allow = Allow::default();
        for one in text.split([',', ' ', '\n', '\t']).map(str::trim).filter(|one| !one.is_empty()) {
            if one.contains('/') || one.parse::<IpAddr>().is_ok() {
                allow.networks.push(Network::parse(one)?);
            } else if let Some(suffix) = one.strip_prefix("*.") {
                anyhow::ensure!(is_host(suffix), "“{one}” is neither an address, a network nor a host");
                allow.suffixes.push(format!(".{}", folded(suffix)));
            } else {
                anyhow::ensure!(is_host(one), "“{one}” is neither an address, a network nor a host");
                allow.hosts.push(folded(one));
            }
        }
        Ok(allow)
    }

    pub fn and_host(&self, host: &str) -> Allow {
        let mut allow = self.clone();
        allow.hosts.push(folded(host.trim_matches(['[', ']'])));
        allow
    }

    pub fn names_host(&self, host: &str) -> bool {
        let host = folded(host);
        self.hosts.contains(&host) || self.suffixes.iter().any(|suffix| host.ends_with(suffix))
    }

    pub fn names_address(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.holds(address))
    }
}

/// A name as it is compared: its letters' size and a last dot make no difference.
fn folded(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

fn is_host(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.len() <= 63 && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    text.len() <= 253 && text.trim_end_matches('.').split('.').all(is_part)
}
