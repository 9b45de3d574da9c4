//! The address guard: no page, redirect or name server makes us ask a machine that is not on the public internet.

use std::{
    collections::BTreeSet,
    error::Error as StdError,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::{
    address::{Address, Lookup, Names},
    host_of,
    hosts::Clock,
};

/// Decides which URLs, names and peers may be asked.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    /// `host:port` of hosts that may be loopback addresses.
    loopback: Arc<BTreeSet<String>>,
    names: Arc<Names>,
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

/// Why the address of a host is not to be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoAddress {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the name '{name}' leads nowhere: {why}")]
    Nowhere { name: String, why: std::io::Error },
}

impl Guard {
    /// A guard that lets `loopback` (each `host:port`) lie on this machine, and looks names up by `lookup`.
    pub(super) fn new(
        loopback: impl IntoIterator<Item = String>,
        lookup: Lookup,
        clock: Clock,
    ) -> Self {
        Self {
            loopback: Arc::new(loopback.into_iter().collect()),
            names: Arc::new(Names::new(lookup, clock)),
        }
    }

    /// The servers that a request for `url` may reach, in order; its name is looked up where that was not done lately.
    ///
    /// # Errors
    /// Where the name leads nowhere, or to where nothing is asked.
    pub(super) async fn addresses(&self, url: &Url) -> Result<Arc<[Address]>, NoAddress> {
        let port = url.port_or_known_default().unwrap_or(0);
        match url.host() {
            Some(Host::Ipv4(ip)) => Ok([Address::new(ip.into(), port)].into()),
            Some(Host::Ipv6(ip)) => Ok([Address::new(ip.into(), port)].into()),
            Some(Host::Domain(name)) => Ok(addresses(&self.look_up(name).await?, port)),
            None => Err(Refusal::NoHost.into()),
        }
    }

    /// The servers of `host` (`host:port`) as far as they are known already.
    pub(super) fn known_addresses(&self, host: &str) -> Option<Arc<[Address]>> {
        let (name, port) = host.rsplit_once(':')?;
        let port = port.parse().ok()?;
        match name.trim_matches(['[', ']']).parse() {
            Ok(ip) => Some([Address::new(ip, port)].into()),
            Err(_) => Some(addresses(&self.names.recall(name)?, port)),
        }
    }

    /// Looks the name of `host` (`host:port`) up ahead of the request, which will learn what came of it.
    pub(super) async fn look_ahead(self, host: String) {
        if let Some((name, _)) = host.rsplit_once(':') {
            let _ = self.look_up(name).await;
        }
    }

    async fn look_up(&self, name: &str) -> Result<Arc<[IpAddr]>, NoAddress> {
        let found = self.names.find(name).await;
        let found = found.map_err(|why| NoAddress::Nowhere {
            name: name.to_owned(),
            why,
        })?;
        self.check_name(name, &found)?;
        Ok(found)
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
    fn check_name(&self, name: &str, found: &[IpAddr]) -> Result<(), Refusal> {
        let looped = self.names_loopback(name);
        let fine = |ip: IpAddr| is_public(ip) || looped && is_loopback(ip);
        match found.iter().find(|ip| !fine(**ip)) {
            Some(address) => Err(Refusal::Name {
                name: name.to_owned(),
                address: *address,
            }),
            None => Ok(()),
        }
    }
}

impl Resolve for Guard {
    /// The addresses by which the request was paced, so that it reaches no other server.
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = match guard.names.recall(name.as_str()) {
                Some(found) => found,
                None => guard.names.find(name.as_str()).await?,
            };
            guard.check_name(name.as_str(), &found)?;
            let places: Vec<SocketAddr> = found.iter().map(|ip| (*ip, 0).into()).collect();
            Ok(Box::new(places.into_iter()) as Addrs)
        })
    }
}

/// The servers at `found` that answer at `port`, each once.
fn addresses(found: &[IpAddr], port: u16) -> Arc<[Address]> {
    let each: BTreeSet<Address> = found.iter().map(|ip| Address::new(*ip, port)).collect();
    each.into_iter().collect()
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
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::{super::address::tests::knowing, *};
    use crate::model::Time;

    /// A guard that knows a shop, one that leads home, and one of both kinds.
    fn guard(loopback: impl IntoIterator<Item = String>) -> Guard {
        let lookup = knowing(&[
            ("shop.test", &["93.184.216.34", "2606:4700::1111"]),
            ("home.test", &["127.0.0.1"]),
            ("mixed.test", &["93.184.216.34", "10.0.0.5"]),
        ]);
        Guard::new(loopback, lookup, Clock(Arc::new(|| Time::UNIX_EPOCH)))
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn only_public_addresses_pass_in_whatever_form() {
        let guard = guard([]);
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
        let guard = guard([]);
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
        let guard = guard(["127.0.0.1:8080".to_owned(), "market.test:81".to_owned()]);
        assert_eq!(guard.check_url(&url("http://127.0.0.1:8080/")), Ok(()));
        assert!(guard.check_url(&url("http://127.0.0.1:22/")).is_err());
        assert!(guard.check_url(&url("http://10.0.0.1:8080/")).is_err());
        assert_eq!(guard.check_url(&url("http://market.test:81/")), Ok(()));
        assert_eq!(
            guard.check_url(&url("http://market.test:82/")),
            Err(Refusal::Port("market.test".to_owned()))
        );
        let home: [IpAddr; 1] = [[127, 0, 0, 1].into()];
        assert_eq!(guard.check_name("market.test", &home), Ok(()));
        assert!(guard.check_name("shop.test", &home).is_err());
    }

    #[tokio::test]
    async fn one_private_address_spoils_a_name() {
        let guard = guard([]);
        let refused = guard.addresses(&url("http://mixed.test/")).await;
        assert_eq!(
            refused.unwrap_err().to_string(),
            "'mixed.test' leads to 10.0.0.5, which is not an address on the public internet"
        );
        let refused = guard.resolve("mixed.test".parse().unwrap()).await;
        assert!(refused.is_err(), "also where it is connected to");
        let nowhere = guard.addresses(&url("http://else.test/")).await;
        assert_eq!(
            nowhere.unwrap_err().to_string(),
            "the name 'else.test' leads nowhere: no such name"
        );
    }

    #[tokio::test]
    async fn a_name_that_moves_between_pace_and_connection_is_not_followed() {
        let lookups = Arc::new(AtomicU8::new(0));
        let count = lookups.clone();
        let lookup = Lookup(Arc::new(move |_| {
            let last = count.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move { Ok(vec![[93, 184, 216, last].into()]) })
        }));
        let hours = lookups.clone();
        let clock = Clock(Arc::new(move || {
            Time::from_second(3600 * i64::from(hours.load(Ordering::SeqCst))).unwrap()
        }));
        // The clock has gone on by an hour with each lookup: nothing is believed any more.
        let guard = Guard::new([], lookup, clock);
        lookups.store(1, Ordering::SeqCst);
        let shop = url("http://shop.test/");
        let paced = guard.addresses(&shop).await.unwrap();
        lookups.store(5, Ordering::SeqCst);
        let mut connected = guard.resolve("shop.test".parse().unwrap()).await.unwrap();
        let connected = connected.next().unwrap();
        assert_eq!(paced[0], Address::new(connected.ip(), 80));
        assert_ne!(guard.addresses(&shop).await.unwrap(), paced, "the next");
    }

    #[tokio::test]
    async fn what_is_paced_is_what_is_connected_to() {
        let guard = guard(["home.test:81".to_owned()]);
        assert_eq!(guard.known_addresses("shop.test:80"), None);
        let paced = guard.addresses(&url("http://shop.test/")).await.unwrap();
        assert_eq!(guard.known_addresses("shop.test:80"), Some(paced.clone()));
        let connected = guard.resolve("shop.test".parse().unwrap()).await.unwrap();
        let connected: BTreeSet<_> = connected.map(|at| Address::new(at.ip(), 80)).collect();
        assert_eq!(paced.to_vec(), Vec::from_iter(connected));
        let home = guard.addresses(&url("http://home.test:81/")).await.unwrap();
        assert_eq!(home[0].to_string(), "127.0.0.1:81");
        let literal = guard.known_addresses("[2606:4700::1111]:443").unwrap();
        assert_eq!(literal[0].to_string(), "2606:4700::1111");
        assert_eq!(
            literal,
            guard
                .addresses(&url("https://[2606:4700::1111]/"))
                .await
                .unwrap()
        );
    }

    #[test]
    fn who_answered_has_the_last_word() {
        let guard = guard([]);
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
