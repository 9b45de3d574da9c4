//! Names and the addresses behind them: what was looked up is what is paced and what is connected to.

use std::{
    collections::BTreeMap,
    fmt,
    future::Future,
    io,
    net::IpAddr,
    pin::Pin,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{hosts::Clock, pace::later};
use crate::model::Time;

/// How long what a name server said is believed.
const BELIEVED_FOR: Duration = Duration::from_secs(5 * 60);
/// How long a name server may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Of more addresses than that a name keeps the first.
const MOST: usize = 32;
/// When so many names are known, those that are no longer believed are forgotten.
const MANY: usize = 10_000;

/// A server that requests reach: an address on the internet, whatever the port; on this machine, address and port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Address {
    ip: IpAddr,
    port: Option<u16>,
}

impl Address {
    /// Where a request to `port` at `ip` goes.
    pub(super) fn new(ip: IpAddr, port: u16) -> Self {
        let ip = ip.to_canonical();
        Self {
            ip,
            port: ip.is_loopback().then_some(port),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.port, self.ip) {
            (None, ip) => write!(f, "{ip}"),
            (Some(port), IpAddr::V4(ip)) => write!(f, "{ip}:{port}"),
            (Some(port), IpAddr::V6(ip)) => write!(f, "[{ip}]:{port}"),
        }
    }
}

impl FromStr for Address {
    type Err = std::net::AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(ip) = text.parse() {
            return Ok(Self { ip, port: None });
        }
        let place: std::net::SocketAddr = text.parse()?;
        Ok(Self {
            ip: place.ip(),
            port: Some(place.port()),
        })
    }
}

/// What a name server answers, some time.
pub(super) type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Asks a name server; a test brings its own.
#[derive(Clone)]
pub(super) struct Lookup(pub(super) Arc<dyn Fn(String) -> Found + Send + Sync>);

impl Lookup {
    /// As this machine looks names up.
    pub(super) fn of_this_machine() -> Self {
        Self(Arc::new(|name| {
            Box::pin(async move {
                let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
                Ok(found.map(|place| place.ip()).collect())
            })
        }))
    }
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lookup")
    }
}

/// The names that were looked up, each with its addresses.
#[derive(Debug)]
pub(super) struct Names {
    lookup: Lookup,
    clock: Clock,
    known: Mutex<BTreeMap<String, Entry>>,
}

#[derive(Debug)]
struct Entry {
    addresses: Arc<[IpAddr]>,
    until: Time,
}

impl Names {
    pub(super) fn new(lookup: Lookup, clock: Clock) -> Self {
        Self {
            lookup,
            clock,
            known: Mutex::default(),
        }
    }

    /// The addresses of `name`, in the order in which to try them; looked up where they are not known or no longer
    /// believed. What fails is not remembered.
    ///
    /// # Errors
    /// The name server's, its silence, or that the name has no address.
    pub(super) async fn find(&self, name: &str) -> io::Result<Arc<[IpAddr]>> {
        let now = self.clock.now();
        // Longer than that it cannot be believed: then the clock was set back.
        let fresh = |entry: &&Entry| now < entry.until && entry.until <= later(now, BELIEVED_FOR);
        let known = self.known(|known| known.get(name).filter(fresh).map(|e| e.addresses.clone()));
        match known {
            Some(addresses) => Ok(addresses),
            None => self.ask(name).await,
        }
    }

    /// What was last found, believed or not: a request that was paced by it connects to it.
    pub(super) fn recall(&self, name: &str) -> Option<Arc<[IpAddr]>> {
        self.known(|known| Some(known.get(name)?.addresses.clone()))
    }

    async fn ask(&self, name: &str) -> io::Result<Arc<[IpAddr]>> {
        let found = tokio::time::timeout(PATIENCE, (self.lookup.0)(name.to_owned()))
            .await
            .map_err(|_| io::Error::other(format!("no answer within {PATIENCE:?}")))??;
        let mut addresses: Vec<IpAddr> = Vec::new();
        for address in found.into_iter().take(MOST) {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        if addresses.is_empty() {
            return Err(io::Error::other("it has no address"));
        }
        let addresses: Arc<[IpAddr]> = addresses.into();
        let now = self.clock.now();
        self.known(|known| {
            if known.len() >= MANY {
                known.retain(|_, entry| entry.until > now);
            }
            let entry = Entry {
                addresses: addresses.clone(),
                until: later(now, BELIEVED_FOR),
            };
            known.insert(name.to_owned(), entry);
        });
        Ok(addresses)
    }

    fn known<T>(&self, use_it: impl FnOnce(&mut BTreeMap<String, Entry>) -> T) -> T {
        use_it(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A name server that knows these names.
    pub(in super::super) fn knowing(names: &[(&str, &[&str])]) -> Lookup {
        let names: BTreeMap<String, Vec<IpAddr>> = names
            .iter()
            .map(|(name, found)| {
                let found = found.iter().map(|ip| ip.parse().unwrap()).collect();
                ((*name).to_owned(), found)
            })
            .collect();
        Lookup(Arc::new(move |name| {
            let found = names.get(&name).cloned();
            Box::pin(async move { found.ok_or_else(|| io::Error::other("no such name")) })
        }))
    }

    #[test]
    fn a_server_is_its_address_and_on_this_machine_its_port_too() {
        let at = |ip: &str, port| Address::new(ip.parse().unwrap(), port);
        assert_eq!(at("93.184.216.34", 80), at("93.184.216.34", 443));
        assert_eq!(at("93.184.216.34", 80), at("::ffff:93.184.216.34", 443));
        assert_ne!(at("127.0.0.1", 8080), at("127.0.0.1", 8081));
        for address in [
            at("93.184.216.34", 80),
            at("127.0.0.1", 8080),
            at("::1", 8080),
            at("2606:4700::1111", 443),
        ] {
            assert_eq!(address.to_string().parse(), Ok(address));
        }
        assert!("a shop".parse::<Address>().is_err());
    }

    #[tokio::test]
    async fn a_name_is_looked_up_once_in_five_minutes_and_a_failure_each_time() {
        let asked = Arc::new(AtomicUsize::new(0));
        let seconds = Arc::new(AtomicUsize::new(0));
        let (count, known) = (asked.clone(), knowing(&[("shop.test", &["93.184.216.34"])]));
        let lookup = Lookup(Arc::new(move |name| {
            count.fetch_add(1, Ordering::SeqCst);
            (known.0)(name)
        }));
        let passed = seconds.clone();
        let clock = Clock(Arc::new(move || {
            Time::from_second(passed.load(Ordering::SeqCst) as i64).unwrap()
        }));
        let names = Names::new(lookup, clock);
        assert_eq!(names.recall("shop.test"), None);
        for (now, lookups) in [(0, 1), (299, 1), (300, 2), (100, 3), (399, 3), (400, 4)] {
            seconds.store(now, Ordering::SeqCst);
            assert_eq!(names.find("shop.test").await.unwrap().len(), 1);
            assert_eq!(asked.load(Ordering::SeqCst), lookups, "after {now} s");
        }
        seconds.store(100_000, Ordering::SeqCst);
        assert!(
            names.recall("shop.test").is_some(),
            "what was paced is asked"
        );
        for lookups in [5, 6] {
            assert!(names.find("else.test").await.is_err());
            assert_eq!(asked.load(Ordering::SeqCst), lookups);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_server_that_is_silent_is_a_failure_and_so_is_one_without_an_address() {
        let clock = || Clock(Arc::new(|| Time::UNIX_EPOCH));
        let silent = Lookup(Arc::new(|_| Box::pin(std::future::pending())));
        let failed = Names::new(silent, clock()).find("shop.test").await;
        assert_eq!(failed.unwrap_err().to_string(), "no answer within 10s");
        let empty = Names::new(knowing(&[("shop.test", &[])]), clock());
        assert!(empty.find("shop.test").await.is_err());
    }
}
