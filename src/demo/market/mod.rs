//! Three platforms served on loopback, a port each, from the templates and goods in fixtures/market.
//! Some of their listings are planted, and the market knows which: it can tell what a run found, missed and got wrong.

mod goods;
mod jsonld;
mod offers;
mod pages;
mod scale;
mod server;
mod shown;
mod signposts;
mod site;
mod template;
#[cfg(test)]
mod tests;
mod visit;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use crate::model::{ListingId, Time};
use goods::Goods;
pub use server::{Serving, Unservable};
use site::Site;

/// The platforms, in the order of their ports.
pub const PLATFORMS: [&str; 3] = ["harbour", "taoyuan", "laojie"];

/// The files that go to `rules/reference` of a workspace that watches the market.
const REFERENCE: [&str; 3] = [
    "brands/market.toml",
    "certificates/market.csv",
    "recalls/market.jsonl",
];

#[derive(rust_embed::RustEmbed)]
#[folder = "fixtures/market"]
struct Bundle;

/// A file of the market that is missing or cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// It is not there.
    #[error("fixtures/market/{0} is missing; it belongs to the bundled market")]
    Missing(String),
    /// It says something that cannot be.
    #[error("fixtures/market/{path}: {message}")]
    Wrong {
        /// Below fixtures/market.
        path: String,
        /// What is wrong and what would be right.
        message: String,
    },
}

impl Broken {
    fn in_file(path: &str, message: String) -> Self {
        let path = path.to_owned();
        Self::Wrong { path, message }
    }
}

/// What rules should say about a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Expected {
    /// The kinds of flag that it deserves; empty for an honest one.
    pub kinds: BTreeSet<String>,
    /// What was planted, or why the listing looks as if something were.
    pub note: String,
}

/// One request as the market's servers saw it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Request {
    /// When it was answered.
    pub at: Time,
    /// One of `PLATFORMS`.
    pub platform: &'static str,
    /// Path and query.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// The client's name for itself.
    pub user_agent: String,
}

/// The market: what it sells on which day, and who came.
#[derive(Debug)]
pub struct Market {
    goods: Goods,
    sites: Vec<Site>,
    platforms: String,
    reference: Vec<(String, Vec<u8>)>,
    delay: Duration,
    /// Every page gzipped for who accepts it, or none; otherwise as each platform does.
    gzip: Option<bool>,
    busy: bool,
    day: AtomicU32,
    turned_away: Mutex<BTreeSet<(usize, String)>>,
    log: Mutex<Vec<Request>>,
}

impl Market {
    /// The market from its files; `source` gives a file below fixtures/market. Every page is made once, so that a fault shows here.
    pub fn load(source: &dyn Fn(&str) -> Option<Vec<u8>>) -> Result<Self, Broken> {
        let bytes = |path: &str| source(path).ok_or_else(|| Broken::Missing(path.to_owned()));
        let text = |path: &str| {
            let wrong = |e: std::string::FromUtf8Error| {
                Broken::in_file(path, format!("not UTF-8 text: {e}"))
            };
            String::from_utf8(bytes(path)?).map_err(wrong)
        };
        let goods =
            Goods::read(&text("goods.toml")?).map_err(|m| Broken::in_file("goods.toml", m))?;
        let sites = PLATFORMS.iter().map(|id| Site::load(id, &goods, &text));
        let market = Self {
            sites: sites.collect::<Result<_, _>>()?,
            goods,
            platforms: text("platforms.toml")?,
            reference: REFERENCE
                .iter()
                .map(|name| Ok((name.to_string(), bytes(&format!("reference/{name}"))?)))
                .collect::<Result<_, _>>()?,
            delay: Duration::ZERO,
            gzip: None,
            busy: true,
            day: AtomicU32::new(1),
            turned_away: Mutex::default(),
            log: Mutex::default(),
        };
        market.check_pages()?;
        Ok(market)
    }

    /// The market that is built into the program.
    pub fn bundled() -> Result<Self, Broken> {
        Self::load(&|path| Bundle::get(path).map(|file| file.data.into_owned()))
    }

    /// The bundled market with about `listings` on each platform: the same offers over and over in other colours and at
    /// slightly other prices, the same on every machine.
    pub fn scaled(listings: usize) -> Result<Self, Broken> {
        let mut market = Self::bundled()?;
        for site in &mut market.sites {
            let offers = scale::offers(
                std::mem::take(&mut site.offers),
                listings,
                site.file.language,
            );
            site.stock(offers, &market.goods);
        }
        Ok(market)
    }

    /// Never answers 429.
    #[must_use]
    pub fn never_busy(mut self) -> Self {
        self.busy = false;
        self
    }

    /// Takes so long before each answer.
    #[must_use]
    pub fn with_delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Gzips every page for who accepts it, or none, whatever each platform does by itself.
    #[must_use]
    pub fn with_gzip(mut self, gzip: bool) -> Self {
        self.gzip = Some(gzip);
        self
    }

    /// Opens the market on three ports of 127.0.0.1 (0 for any free one), in the order of `PLATFORMS`.
    pub async fn serve(self: Arc<Self>, ports: [u16; 3]) -> Result<Serving, Unservable> {
        server::serve(self, ports).await
    }

    /// The next day: some prices have changed and some listings are gone.
    pub fn turn(&self) {
        self.day.fetch_add(1, Ordering::Relaxed);
    }

    /// Every request so far, in order.
    pub fn log(&self) -> Vec<Request> {
        lock(&self.log).clone()
    }

    /// How many requests went to where robots.txt forbids it.
    pub fn trespasses(&self) -> usize {
        let forbidden = |request: &&Request| request.path.starts_with("/private/");
        lock(&self.log).iter().filter(forbidden).count()
    }

    /// What rules should say about each listing of the first day.
    pub fn truth(&self) -> BTreeMap<ListingId, Expected> {
        let of_site = |site: &Site| {
            let public: Vec<_> = site
                .offers
                .values()
                .filter(|offer| !offer.private)
                .collect();
            let entry = |offer: &&offers::Offer| {
                let expected = Expected {
                    kinds: offer.expects.clone(),
                    note: offer.note.clone(),
                };
                (ListingId::new(site.id, &offer.item), expected)
            };
            public.iter().map(entry).collect::<Vec<_>>()
        };
        self.sites.iter().flat_map(of_site).collect()
    }

    /// The `[[platform]]` and `[[campaign]]` entries of a config.toml that watches the market at these addresses.
    pub fn platforms_toml(&self, addrs: &[SocketAddr; 3]) -> String {
        let filled = |toml: String, (id, addr): (&&str, &SocketAddr)| {
            toml.replace(&format!("{{{id}}}"), &addr.to_string())
        };
        PLATFORMS
            .iter()
            .zip(addrs)
            .fold(self.platforms.clone(), filled)
    }

    /// The reference data that goes with the market, by path below `rules/reference`.
    pub fn reference_files(&self) -> Vec<(String, Vec<u8>)> {
        self.reference.clone()
    }

    fn check_pages(&self) -> Result<(), Broken> {
        for site in &self.sites {
            let shelf = site.shelves.keys().next().map_or("", String::as_str);
            let lists = [
                "/".to_owned(),
                "/robots.txt".to_owned(),
                site.category_path(shelf),
            ];
            let listings = site.offers.values().map(|offer| site.item_path(offer));
            for target in lists.into_iter().chain(listings) {
                let answer = self.view(site, "localhost").answer(&target);
                answer.map_err(|message| {
                    let (path, message) = message.split_once(": ").unwrap_or((site.id, &message));
                    Broken::in_file(path, message.to_owned())
                })?;
            }
        }
        Ok(())
    }
}

/// A lock that another thread left while it panicked holds whole values all the same: each is written in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
