//! Which addresses are the public internet, and networks as operators write them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use anyhow::Context as _;

/// A range of addresses: `10.0.0.0/8`, or a single one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Network {
    base: u128,
    bits: u32,
}

impl Network {
    pub fn parse(text: &str) -> anyhow::Result<Network> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => {
                (address, Some(bits.parse::<u32>().with_context(|| format!("“{text}” is no network"))?))
            }
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

/// IPv4 that leads nowhere public: this host, private, shared by carriers, link-local (where clouds keep their metadata),
/// protocol assignments, documentation, benchmarks, multicast, reserved; and one cloud's metadata in a public range.
const CLOSED_4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// Of IPv6 only `2000::/3` is public, and of that not these: Teredo and other protocols, documentation, 6to4.
const CLOSED_6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Whether anybody may be connected to at this address. IPv4 dressed as IPv6 is nobody's real address.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let bits = address.to_bits();
            !CLOSED_4.iter().any(|(base, length)| (bits ^ base.to_bits()) >> (32 - length) == 0)
        }
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            bits >> 125 == 1 && !CLOSED_6.iter().any(|(base, length)| (bits ^ base.to_bits()) >> (128 - length) == 0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_addresses() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let network = Network::parse("10.1.0.0/16").unwrap();
        assert!(network.holds(ip("10.1.255.3")) && !network.holds(ip("10.2.0.1")));
        assert!(network.holds(ip("::ffff:10.1.0.1")));
        assert!(Network::parse("::1").unwrap().holds(ip("::1")));
        assert!(Network::parse("10.0.0.0/33").is_err() && Network::parse("10.0.0.0/x").is_err());
    }

    #[test]
    fn only_the_public_internet_is_public() {
        let closed = "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.255 \
            168.63.129.16 169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 \
            198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 \
            :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b:1::1 100::1 \
            2001::1 2001:db8::1 2002:7f00:1::1 3fff::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 4000::1";
        for text in closed.split_whitespace() {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        let open = "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 \
            168.63.129.15 169.253.0.1 172.15.0.1 172.32.0.1 192.167.0.1 192.169.0.1 223.255.255.255 \
            2001:4860:4860::8888 2400:3200::1 2606:4700::1111";
        for text in open.split_whitespace() {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }
}
