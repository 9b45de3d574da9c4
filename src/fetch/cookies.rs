//! Cookies, for the hosts where a platform needs them: each host gets back what it set, and nobody else does.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use http::{HeaderMap, HeaderValue, header::SET_COOKIE};
use reqwest::cookie::{CookieStore, Jar};
use url::Url;

use super::host_of;

/// A longer cookie is not taken (RFC 6265, 6.1 asks for no more).
const LONGEST: usize = 4096;
/// So many taken, a host's jar is begun anew: none grows without end.
const MOST: usize = 2000;
/// No more is sent back in one request; a server that set more would not take its own.
const LONGEST_SENT: usize = 16 * 1024;

/// The cookies of this run, by `host:port`. Nothing is kept when the program ends.
#[derive(Debug)]
pub(super) struct Cookies {
    wanted: BTreeSet<String>,
    jars: Mutex<BTreeMap<String, Filled>>,
}

/// A jar, and how many cookies went into it.
#[derive(Debug, Default)]
struct Filled {
    jar: Jar,
    taken: usize,
}

impl Cookies {
    /// Cookies for these hosts alone.
    pub(super) fn new(wanted: impl IntoIterator<Item = String>) -> Self {
        Self {
            wanted: wanted.into_iter().collect(),
            jars: Mutex::default(),
        }
    }

    /// The Cookie header for a request to `url`.
    pub(super) fn header(&self, url: &Url) -> Option<HeaderValue> {
        if self.wanted.is_empty() {
            return None;
        }
        let sent = self.jars().get(&host_of(url))?.jar.cookies(url)?;
        // The jar's order is that of a hash table.
        let mut pairs: Vec<&[u8]> = sent.as_bytes().split(|byte| *byte == b';').collect();
        pairs.iter_mut().for_each(|pair| *pair = pair.trim_ascii());
        pairs.sort_unstable();
        let sent = pairs.join(&b"; "[..]);
        let short = sent.len() <= LONGEST_SENT;
        HeaderValue::from_bytes(&sent).ok().filter(|_| short)
    }

    /// Takes what an answer from `url` sets.
    pub(super) fn take(&self, url: &Url, headers: &HeaderMap) {
        let host = host_of(url);
        if !self.wanted.contains(&host) {
            return;
        }
        let set = headers.get_all(SET_COOKIE).iter();
        let set: Vec<_> = set.filter(|value| value.len() <= LONGEST).collect();
        if set.is_empty() {
            return;
        }
        let mut jars = self.jars();
        let mut filled = jars.remove(&host).unwrap_or_default();
        if filled.taken > MOST {
            filled = Filled::default();
        }
        filled.taken += set.len();
        filled.jar.set_cookies(&mut set.into_iter(), url);
        jars.insert(host, filled);
    }

    fn jars(&self) -> MutexGuard<'_, BTreeMap<String, Filled>> {
        self.jars.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn set(values: &[&str]) -> HeaderMap {
        let values = values.iter().map(|v| HeaderValue::from_str(v).unwrap());
        values.map(|value| (SET_COOKIE, value)).collect()
    }

    #[test]
    fn a_host_gets_back_its_own_and_only_where_that_is_wanted() {
        let cookies = Cookies::new(["shop.test:443".to_owned(), "other.test:443".to_owned()]);
        let shop = url("https://shop.test/a");
        cookies.take(&shop, &set(&["basket=7; Path=/", "place=de; Path=/de"]));
        cookies.take(&shop, &set(&["wide=1; Domain=test"]));
        assert_eq!(cookies.header(&shop).unwrap(), "basket=7; wide=1");
        let german = cookies.header(&url("https://shop.test/de/1")).unwrap();
        assert!(german.to_str().unwrap().contains("place=de"), "{german:?}");
        assert_eq!(cookies.header(&url("https://other.test/")), None);
        let stranger = url("https://stranger.test/");
        cookies.take(&stranger, &set(&["who=you"]));
        assert_eq!(cookies.header(&stranger), None);
        cookies.take(&shop, &set(&["basket=; Max-Age=0; Path=/"]));
        assert_eq!(cookies.header(&shop).unwrap(), "wide=1");
    }

    #[test]
    fn no_jar_and_no_header_grows_without_end() {
        let cookies = Cookies::new(["shop.test:443".to_owned()]);
        let shop = url("https://shop.test/");
        let long = "x".repeat(LONGEST);
        cookies.take(&shop, &set(&[&format!("long={long}"), "short=1"]));
        assert_eq!(cookies.header(&shop).unwrap(), "short=1");
        for n in 0..MOST {
            cookies.take(&shop, &set(&[&format!("n{n}={n}")]));
        }
        assert_eq!(cookies.header(&shop), None, "too long to send");
        cookies.take(&shop, &set(&["last=1"]));
        cookies.take(&shop, &set(&["last=2"]));
        let sent = cookies.header(&shop).unwrap();
        assert!(sent.to_str().unwrap().ends_with("last=2"), "{sent:?}");
        assert!(sent.len() < 100, "{sent:?}");
    }
}
