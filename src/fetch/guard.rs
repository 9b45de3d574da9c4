//! The address guard: no page, redirect or name server makes us ask a machine that is not on the public internet.

use std::{
    collections::BTreeSet,
    error::Error as StdError,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::host_of;

/// Decides which URLs, names and peers may be asked.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    /// `host:port` of hosts that may be loopback addresses.
    loopback: Arc<BTreeSet<String>>,
}

/// What the guard refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("scheme '{0}' is not fetched; http and https are")]
    Scheme(String),
    #[error("a URL with a user name or password is not fetched")]
    Login,
    #[error("the URL names no host")]
    NoHost,
    #[error("{0} is not an address on the public internet")]
    Address(IpAddr),
    #[error("'{name}' leads to {address}, which is not an address on the public internet")]
    Name { name: String, address: IpAddr },
    #[error("'{0}' is a loopback host at another port only")]
    Port(String),
    #[error("who answered is not known")]
    Unknown,
}

impl Guard {
    pub(super) fn new(loopback: impl IntoIterator<Item = String>) -> Self {
        Self {
            loopback: Arc::new(loopback.into_iter().collect()),
        }
    }

    /// Checks all that the URL itself shows. `url` has already turned odd forms of an address
    /// (`0x7f.1`, `2130706433`) into plain ones.
    pub(super) fn check_url(&self, url: &Url) -> Result<(), Refusal> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Login);
        }
        match url.host() {
            Some(Host::Ipv4(address)) => self.check_peer(url, address.into()),
            Some(Host::Ipv6(address)) => self.check_peer(url, address.into()),
            Some(Host::Domain(name)) if self.names_loopback(name) && !self.may_loop(url) => {
                Err(Refusal::Port(name.to_owned()))
            }
            Some(Host::Domain(_)) => Ok(()),
            None => Err(Refusal::NoHost),
        }
    }

    /// Checks who answered: the last word, whatever the name said before.
    pub(super) fn check_answer(&self, url: &Url, peer: Option<SocketAddr>) -> Result<(), Refusal> {
        self.check_peer(url, peer.ok_or(Refusal::Unknown)?.ip())
    }

    fn check_peer(&self, url: &Url, address: IpAddr) -> Result<(), Refusal> {
        if is_public(address) || (is_loopback(address) && self.may_loop(url)) {
            Ok(())
        } else {
            Err(Refusal::Address(address))
        }
    }

    fn may_loop(&self, url: &Url) -> bool {
        self.loopback.contains(&host_of(url))
    }

    fn names_loopback(&self, name: &str) -> bool {
        self.loopback.iter().any(|host| {
            host.rsplit_once(':')
                .is_some_and(|(known, _)| known == name)
        })
    }

    /// A name with one forbidden address among good ones is a trick, and refused whole.
    fn check_name(&self, name: &str, found: &[SocketAddr]) -> Result<(), Refusal> {
        let looped = self.names_loopback(name);
        match found
            .iter()
            .map(SocketAddr::ip)
            .find(|ip| !(is_public(*ip) || looped && is_loopback(*ip)))
        {
            Some(address) => Err(Refusal::Name {
                name: name.to_owned(),
                address,
            }),
            None => Ok(()),
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            guard.check_name(name.as_str(), &found)?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The refusal at the root of a failed request, if it was the guard that stopped it.
pub(super) fn refusal_in(error: &(dyn StdError + 'static)) -> Option<Refusal> {
    let mut error = Some(error);
    while let Some(cause) = error {
        if let Some(refusal) = cause.downcast_ref::<Refusal>() {
            return Some(refusal.clone());
        }
        error = cause.source();
    }
    None
}

fn is_loopback(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback(),
        IpAddr::V6(v6) => {
            v6.is_loopback() || v6.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback())
        }
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => embedded_v4(v6).map_or_else(|| is_public_v6(v6), is_public_v4),
    }
}

/// The IPv4 address that an IPv6 one stands for: mapped (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056).
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] => Some(v4(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(v4(high, low)),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

/// Not in the IANA registry of special-purpose IPv4 addresses, not multicast, not reserved.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        [0, ..] | [240..=255, ..] => true,
        [100, 64..=127, ..] => true, // shared by carriers, RFC 6598
        [192, 0, 0, _] | [192, 88, 99, _] => true,
        [198, 18 | 19, ..] => true, // benchmarks, RFC 2544
        _ => false,
    };
    !(special
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation())
}

/// Of IPv6 only 2000::/3 is given out to networks, and some of that to special purposes.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let s = address.segments();
    let special = match s {
        [0x2001, 0..=0x1ff, ..] => true, // protocol assignments, among them Teredo
        [0x2001, 0xdb8, ..] => true,
        [0x3fff, 0..=0xfff, ..] => true, // documentation, RFC 9637
        _ => false,
    };
    s[0] & 0xe000 == 0x2000 && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn only_public_addresses_pass_in_whatever_form() {
        let guard = Guard::new([]);
        for refused in [
            "http://127.0.0.1/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://017700000001/",
            "http://10.1.2.3/",
            "http://172.31.0.1/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest",
            "http://100.64.0.1/",
            "http://0.0.0.0/",
            "http://255.255.255.255/",
            "http://224.0.0.1/",
            "http://[::]/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[64:ff9b::a00:1]/",
            "http://[64:ff9b:1::a00:1]/",
            "http://[2002:a00:1::]/",
            "http://[fd00::1]/",
            "http://[fe80::1]/",
            "http://[ff02::1]/",
            "http://[2001:db8::1]/",
        ] {
            assert!(
                matches!(guard.check_url(&url(refused)), Err(Refusal::Address(_))),
                "{refused}"
            );
        }
        for fine in [
            "http://93.184.216.34/",
            "https://[2606:4700::1111]/",
            "https://shop.test/",
        ] {
            assert_eq!(guard.check_url(&url(fine)), Ok(()), "{fine}");
        }
    }

    #[test]
    fn schemes_and_logins_are_refused() {
        let guard = Guard::new([]);
        assert_eq!(
            guard.check_url(&url("file:///etc/passwd")),
            Err(Refusal::Scheme("file".to_owned()))
        );
        assert_eq!(
            guard.check_url(&url("https://me:secret@shop.test/")),
            Err(Refusal::Login)
        );
    }

    #[test]
    fn loopback_is_for_the_hosts_that_were_named_and_at_their_port() {
        let guard = Guard::new(["127.0.0.1:8080".to_owned(), "market.test:81".to_owned()]);
        assert_eq!(guard.check_url(&url("http://127.0.0.1:8080/")), Ok(()));
        assert!(guard.check_url(&url("http://127.0.0.1:22/")).is_err());
        assert!(guard.check_url(&url("http://10.0.0.1:8080/")).is_err());
        assert_eq!(guard.check_url(&url("http://market.test:81/")), Ok(()));
        assert_eq!(
            guard.check_url(&url("http://market.test:82/")),
            Err(Refusal::Port("market.test".to_owned()))
        );
        let home: [SocketAddr; 1] = [([127, 0, 0, 1], 0).into()];
        assert_eq!(guard.check_name("market.test", &home), Ok(()));
        assert!(guard.check_name("shop.test", &home).is_err());
    }

    #[test]
    fn one_private_address_spoils_a_name() {
        let mixed: [SocketAddr; 2] = [([93, 184, 216, 34], 0).into(), ([10, 0, 0, 5], 0).into()];
        assert_eq!(
            Guard::new([])
                .check_name("shop.test", &mixed)
                .unwrap_err()
                .to_string(),
            "'shop.test' leads to 10.0.0.5, which is not an address on the public internet"
        );
    }

    #[test]
    fn who_answered_has_the_last_word() {
        let guard = Guard::new([]);
        let shop = url("https://shop.test/");
        assert!(
            guard
                .check_answer(&shop, Some(([10, 0, 0, 5], 443).into()))
                .is_err()
        );
        assert_eq!(guard.check_answer(&shop, None), Err(Refusal::Unknown));
        assert_eq!(
            guard.check_answer(&shop, Some(([93, 184, 216, 34], 443).into())),
            Ok(())
        );
    }
}
