//! Addresses as they mean a page: without what only names a visit, an advertisement or a place on the page.
//!
//! `clean` gives the address that is asked for, `key` tells whether two of them are one page. Dot segments, default
//! ports and the case of scheme and host are settled by parsing (RFC 3986, 6.2.2 and 6.2.3); the rest is settled here.

mod parameters;

use std::borrow::Cow;

use memchr::memchr;
use url::Url;

use super::glob;
use parameters::{CACHE, PERHAPS_VISIT, TRACKING, TRACKING_HEADS, VISIT};

/// Characters from which on a value can have been drawn by lot.
const TOKEN: usize = 16;

/// The address without fragment, session ids, tracking parameters, those whose names fit one of the globs in
/// `extra_drop`, and an empty query; escapes as RFC 3986, 6.2.2 has them. The parameters that stay keep their order.
///
/// Scheme, host and port never change, and what is clean stays as it is.
pub fn clean(url: &Url, extra_drop: &[String]) -> Url {
    cleaned(url.clone(), extra_drop)
}

/// As `clean`, of an address that is not needed as it was.
pub fn cleaned(mut clean: Url, extra_drop: &[String]) -> Url {
    if clean.fragment().is_some() {
        clean.set_fragment(None);
    }
    let path = clean.path();
    if path.contains(['%', ';', '(']) {
        let path = without_sessions(&unescaped(path));
        clean.set_path(&path);
    }
    if let Some(query) = clean.query() {
        let query = unescaped(query);
        let kept: Vec<&str> = query
            .split('&')
            .filter(|piece| stays(piece, extra_drop))
            .collect();
        let kept = Some(kept.join("&")).filter(|kept| !kept.is_empty());
        if kept.as_deref() != clean.query() {
            clean.set_query(kept.as_deref());
        }
    }
    clean
}

/// A clean address with its parameters in the order of their names: equal for two addresses of one page.
pub fn key(address: &str) -> Cow<'_, str> {
    // Of nearly every address this is all: one parameter has no order.
    if memchr(b'&', address.as_bytes()).is_none() {
        return Cow::Borrowed(address);
    }
    match address.split_once('?') {
        Some((page, query)) if query.contains('&') => {
            let mut pieces: Vec<&str> = query.split('&').collect();
            pieces.sort_unstable();
            Cow::Owned(format!("{page}?{}", pieces.join("&")))
        }
        _ => Cow::Borrowed(address),
    }
}

/// Whether a parameter (`name=value` or `name`) means something.
fn stays(piece: &str, extra_drop: &[String]) -> bool {
    let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
    if name.is_empty() && value.is_empty() || extra_drop.iter().any(|glob| glob::fits(glob, name)) {
        return false;
    }
    let name = name.to_ascii_lowercase();
    let is = |names: &[&str]| names.contains(&name.as_str());
    let meaningless = TRACKING.binary_search(&name.as_str()).is_ok()
        || TRACKING_HEADS.iter().any(|head| name.starts_with(head))
        || is(VISIT)
        || name.starts_with("aspsessionid")
        || is(PERHAPS_VISIT) && is_token(value)
        || is(CACHE) && is_time(value);
    !meaningless
}

/// Whether a value looks drawn by lot: long, of letters and digits both.
fn is_token(value: &str) -> bool {
    let plain = |b: u8| {
        b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'!' | b',' | b'~' | b'=')
    };
    value.len() >= TOKEN
        && value.bytes().all(plain)
        && value.bytes().filter(u8::is_ascii_digit).count() >= 2
        && value.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Whether a value is a time in seconds or milliseconds since 1970.
fn is_time(value: &str) -> bool {
    matches!(value.len(), 10 | 13) && value.bytes().all(|b| b.is_ascii_digit())
}

/// A path without `;jsessionid=…` and its like, and without the segment in which ASP.NET keeps a session.
fn without_sessions(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for (n, segment) in path
        .split('/')
        .filter(|segment| !is_asp_session(segment))
        .enumerate()
    {
        if n > 0 {
            out.push('/');
        }
        for (n, piece) in segment.split(';').enumerate() {
            if n > 0 && names_visit(piece) {
                continue;
            }
            if n > 0 {
                out.push(';');
            }
            out.push_str(piece);
        }
    }
    out
}

/// Whether a path parameter names a visit.
fn names_visit(piece: &str) -> bool {
    let Some((name, value)) = piece.split_once('=') else {
        return false;
    };
    let name = name.to_ascii_lowercase();
    VISIT.contains(&name.as_str()) || PERHAPS_VISIT.contains(&name.as_str()) && is_token(value)
}

/// `(S(lit3py55t21z5v55vlm25s55))`, also with other letters beside the S.
fn is_asp_session(segment: &str) -> bool {
    let Some(inner) = segment.strip_prefix('(').and_then(|s| s.strip_suffix("))")) else {
        return false;
    };
    let session = inner.rsplit_once("S(").map_or("", |(_, session)| session);
    session.len() == 24
        && session
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// Escapes of characters that need none resolved, the others in capitals.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    // After a `%` that begins no escape, a digit that an escape stands for would make it begin one.
    let mut lone = 0_u8;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let escaped = rest
            .get(1..3)
            .filter(|_| c == '%')
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        // `from_str_radix` also reads a sign, which is no hex digit.
        let escaped = escaped.filter(|_| !rest[1..].starts_with('+'));
        match escaped {
            Some(byte) if is_unreserved(byte) && !(lone > 0 && byte.is_ascii_hexdigit()) => {
                out.push(char::from(byte));
                lone = 0;
                rest = &rest[3..];
            }
            Some(byte) => {
                out.push_str(&format!("%{byte:02X}"));
                lone = 0;
                rest = &rest[3..];
            }
            None => {
                lone = match c {
                    '%' => 2,
                    c if c.is_ascii_hexdigit() => lone.saturating_sub(1),
                    _ => 0,
                };
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    Cow::Owned(out)
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cleaned(address: &str) -> String {
        clean(
            &Url::parse(address).unwrap(),
            &["ref".to_owned(), "x_*".to_owned()],
        )
        .into()
    }

    #[test]
    fn what_names_a_visit_or_an_advertisement_goes() {
        for (given, wanted) in [
            (
                "HTTP://Shop.example:80/a/../b/./c#top",
                "http://shop.example/b/c",
            ),
            ("https://shop.example:443/i/7?", "https://shop.example/i/7"),
            (
                "http://shop.example/i/7?utm_source=a&id=7&UTM_Medium=b&fbclid=c&gclid=d",
                "http://shop.example/i/7?id=7",
            ),
            (
                "http://shop.example/i?spm=a1z10.1&scm=1007&pvid=8&id=5&ns=1",
                "http://shop.example/i?id=5&ns=1",
            ),
            (
                "http://shop.example/i;jsessionid=0A1B.n1/x;v=1?id=5",
                "http://shop.example/i/x;v=1?id=5",
            ),
            (
                "http://shop.example/i?PHPSESSID=1&sid=12&b=2",
                "http://shop.example/i?sid=12&b=2",
            ),
            (
                "http://shop.example/i?sid=3f2a9c8d7e6b5a4c3f2a9c8d7e6b5a4c",
                "http://shop.example/i",
            ),
            (
                "http://shop.example/i?session=summer-collection",
                "http://shop.example/i?session=summer-collection",
            ),
            (
                "http://shop.example/(S(lit3py55t21z5v55vlm25s55))/i.aspx",
                "http://shop.example/i.aspx",
            ),
            (
                "http://shop.example/i?a=1&_=1716200000000&&ref=home&x_y=1",
                "http://shop.example/i?a=1",
            ),
            (
                "http://shop.example/%7euser/%e5%84%bf?q=%c3%a9%41+b",
                "http://shop.example/~user/%E5%84%BF?q=%C3%A9A+b",
            ),
            (
                "http://shop.example/a%2fb?b=2&a=1",
                "http://shop.example/a%2Fb?b=2&a=1",
            ),
            (
                "http://shop.example/a?utm%5Fsource=x",
                "http://shop.example/a",
            ),
        ] {
            assert_eq!(cleaned(given), wanted, "{given}");
        }
    }

    #[test]
    fn one_page_has_one_key() {
        assert_eq!(
            key("http://a.example/?b=2&a=1"),
            key("http://a.example/?a=1&b=2")
        );
        assert_ne!(
            key("http://a.example/?b=2&a=1"),
            key("http://a.example/?b=1&a=2")
        );
        assert_eq!(key("http://a.example/?b=2"), "http://a.example/?b=2");
    }

    #[test]
    fn the_list_is_in_order() {
        assert!(TRACKING.is_sorted());
    }

    fn address() -> impl Strategy<Value = String> {
        let path = "(/|\\.|%2e|%|%%|[0-9a-fA-F]|;jsessionid=|;sid=|\\(S\\(|\\)\\)|é|[a-z]|%[0-9a-fA-F]{2}|\\\\){0,25}";
        let query = "(&|=|;|utm_source=|sid=|PHPSESSID=|a=|b=|%|[0-9a-f]|%[0-9a-fA-F]{2}|'|\\?|[0-9a-f]{20}){0,25}";
        (
            "(http|https)://(shop\\.example|127\\.0\\.0\\.1|\\[::1\\]|商店\\.example)(:80|:443|:8080)?",
            path,
            proptest::option::of(query),
            proptest::option::of("[a-z?&]{0,5}"),
        )
            .prop_map(|(host, path, query, fragment)| {
                let query = query.map(|q| format!("?{q}")).unwrap_or_default();
                let fragment = fragment.map(|f| format!("#{f}")).unwrap_or_default();
                format!("{host}/{path}{query}{fragment}")
            })
    }

    proptest! {
        #[test]
        fn clean_stays_clean_and_at_its_host(address in address()) {
            if let Ok(url) = Url::parse(&address) {
                let drop = ["b".to_owned()];
                let once = clean(&url, &drop);
                prop_assert_eq!(clean(&once, &drop), once.clone());
                prop_assert_eq!(
                    (once.scheme(), once.host_str(), once.port()),
                    (url.scheme(), url.host_str(), url.port())
                );
                prop_assert_eq!(Url::parse(once.as_str()).unwrap(), once);
            }
        }

        #[test]
        fn order_is_no_difference(mut pieces in proptest::collection::vec("[a-c](=[0-9]{0,2})?", 0..8), by in any::<u64>()) {
            let made = |pieces: &[String]| format!("http://shop.example/a?{}", pieces.join("&"));
            let before = made(&pieces);
            let n = pieces.len().max(1);
            pieces.rotate_left((by % n as u64) as usize);
            pieces.reverse();
            let after = made(&pieces);
            prop_assert_eq!(key(&before), key(&after));
        }
    }
}
