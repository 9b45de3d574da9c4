//! What the readers offer: values for fields, each with its reader and its place on the page.

use std::{borrow::Cow, net::Ipv4Addr};

use url::Position;

use super::page::PageModel;

/// Where on the page a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// An element of the page model.
    Element(usize),
    /// A value of the page's JSON-LD.
    Block(usize),
    /// Already a path: a JSON pointer, a meta name.
    Path(String),
}

/// One value for one field.
#[derive(Clone, Debug)]
pub(super) struct Offered {
    /// As `model::Listing` names it; `seller.name` for what lies deeper.
    pub(super) field: &'static str,
    pub(super) value: String,
    /// The currency beside a price, the name of an attribute.
    pub(super) beside: Option<String>,
    pub(super) reader: &'static str,
    pub(super) place: Place,
    /// How much a reader trusts this one among its own: 0 is usual.
    pub(super) lean: i32,
}

/// Values of one field beyond this number are not kept.
const MOST: usize = 300;
/// Values of one reader on most pages.
const USUAL: usize = 32;
/// Descriptions are long.
const MOST_TEXTS: usize = 8;

/// Bytes of one value, and of a description.
const MOST_BYTES: usize = 1 << 12;
const MOST_DESCRIPTION: usize = 1 << 16;

/// What one reader finds.
#[derive(Debug)]
pub(super) struct Found<'p, 't> {
    pub(super) page: &'p PageModel<'t>,
    reader: &'static str,
    pub(super) offered: Vec<Offered>,
}

impl<'p, 't> Found<'p, 't> {
    pub(super) fn new(page: &'p PageModel<'t>, reader: &'static str) -> Self {
        Self {
            page,
            reader,
            offered: Vec::new(),
        }
    }

    /// Offers a value; one that says nothing is passed over.
    pub(super) fn add(&mut self, field: &'static str, value: &str, place: Place) {
        self.push(field, value, None, place, 0);
    }

    /// Offers a value that this reader itself is less (or more) sure of than usual.
    pub(super) fn lean(&mut self, field: &'static str, value: &str, place: Place, lean: i32) {
        self.push(field, value, None, place, lean);
    }

    /// Offers a price with the currency beside it, or an attribute with its name.
    pub(super) fn beside(
        &mut self,
        field: &'static str,
        value: &str,
        beside: &str,
        place: Place,
        lean: i32,
    ) {
        self.push(field, value, Some(beside), place, lean);
    }

    /// As `PageModel::resolve`, as text.
    pub(super) fn address<'a>(&self, reference: &'a str) -> Option<Cow<'a, str>> {
        let reference = reference.trim();
        if is_settled(reference) {
            return Some(Cow::Borrowed(reference));
        }
        let plain = self.beside_page(reference);
        let url = plain.or_else(|| self.page.resolve(reference).map(String::from));
        url.map(Cow::Owned)
    }

    /// The same of an address that lacks its scheme alone (`//host/path`), or scheme and host (`/path`), where putting
    /// them before it is all that is to be done.
    fn beside_page(&self, reference: &str) -> Option<String> {
        let base = self.page.base.as_ref().unwrap_or(self.page.url);
        let path = reference.strip_prefix('/')?;
        if !matches!(base.scheme(), "http" | "https") {
            return None;
        }
        if path.starts_with('/') {
            let whole = [base.scheme(), ":", reference].concat();
            return Some(whole).filter(|address| is_settled(address));
        }
        let origin = &base[..Position::BeforePath];
        is_settled_path(path).then(|| [origin, reference].concat())
    }

    /// Whether an address is that of the page.
    pub(super) fn is_home(&self, reference: &str) -> bool {
        let own = self.page.url.as_str();
        let same = || self.address(reference).is_some_and(|url| url == own);
        reference == own && own.starts_with("http") || same()
    }

    fn push(
        &mut self,
        field: &'static str,
        value: &str,
        beside: Option<&str>,
        place: Place,
        lean: i32,
    ) {
        let value = trimmed(value);
        if value.is_empty() || unfilled(value) {
            return;
        }
        let (most, bytes) = if field == "description" {
            (MOST_TEXTS, MOST_DESCRIPTION)
        } else {
            (MOST, MOST_BYTES)
        };
        let value = match value.len() > bytes {
            true => value[..value.floor_char_boundary(bytes)].trim_end(),
            false => value,
        };
        let same = || self.offered.iter().filter(|o| o.field == field).count();
        if self.offered.len() < most || same() < most {
            if self.offered.is_empty() {
                self.offered.reserve(USUAL);
            }
            self.offered.push(Offered {
                field,
                value: value.to_owned(),
                beside: beside
                    .map(trimmed)
                    .filter(|b| !b.is_empty())
                    .map(str::to_owned),
                reader: self.reader,
                place,
                lean,
            });
        }
    }
}

/// `str::trim`, for texts that mostly need none.
pub(super) fn trimmed(text: &str) -> &str {
    let bytes = text.as_bytes();
    let stands = |at: usize| matches!(bytes.get(at), Some(b'!'..=b'~'));
    // Chinese characters have three bytes, and no white space begins like them.
    let han = |at: usize| matches!(bytes.get(at), Some(0xe4..=0xe9));
    let (last, third) = (bytes.len().wrapping_sub(1), bytes.len().wrapping_sub(3));
    if (stands(0) || han(0)) && (stands(last) || han(third)) {
        text
    } else {
        text.trim()
    }
}

/// Whether an address is written as it would be after it was parsed (WHATWG URL): absolute, of the web, in small letters
/// where case says nothing, with nothing to be escaped or taken out. Most addresses of structured data are.
fn is_settled(address: &str) -> bool {
    let rest = address.strip_prefix("http").unwrap_or_default();
    let rest = rest.strip_prefix('s').unwrap_or(rest);
    let Some((host, path)) = rest.strip_prefix("://").and_then(|r| r.split_once('/')) else {
        return false;
    };
    let (host, port) = match host.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (host, None),
    };
    // Those that belong to a scheme are left out.
    let port = port.is_none_or(|port| {
        let number: u16 = port.parse().unwrap_or_default();
        number > 443 && port.starts_with(|c: char| ('1'..='9').contains(&c))
    });
    let label = |label: &str| {
        let part = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-');
        !label.is_empty() && label.bytes().all(part) && !label.starts_with("xn--")
    };
    // A host whose last part is a number is one of four numbers.
    let named = host.rsplit('.').next().is_some_and(|last| {
        let first = last.bytes().next();
        first.is_some_and(|b| b.is_ascii_lowercase())
    });
    let host = if named {
        host.split('.').all(label)
    } else {
        host.parse::<Ipv4Addr>().is_ok()
    };
    host && port && is_settled_path(path)
}

/// Whether what stands behind the host and its slash would stay as it is.
fn is_settled_path(path: &str) -> bool {
    let mut before = b'/';
    path.bytes().all(|b| {
        // A step of dots leads elsewhere.
        let stays = b != b'.' || before != b'/';
        before = b;
        stays && KEPT[usize::from(b)]
    })
}

/// What an address has behind its host and no parsing changes.
static KEPT: [bool; 256] = {
    let mut kept = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        kept[byte] = matches!(
            byte as u8,
            b'a'..=b'z' | b'A'..=b'Z' | b'(' ..= b';' | b'!' | b'&' | b'=' | b'?' | b'@' | b'_' | b'~'
        );
        byte += 1;
    }
    kept
};

/// What templates print where there is no value.
fn unfilled(value: &str) -> bool {
    let one = |word: &&str| value.eq_ignore_ascii_case(word);
    let words = ["null", "undefined", "nan", "[object object]"];
    words.iter().any(one) || value.starts_with("{{") || value.starts_with("${")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    #[test]
    fn an_address_that_needs_no_parsing_is_known() {
        assert!(is_settled(
            "https://img.shop.example/A1//0_800x800.jpg?x=1:2&y"
        ));
        assert!(is_settled("http://127.0.0.1:8080/"));
        for other in [
            "/a",
            "http://a.example",
            "HTTP://a.example/",
            "http://A.example/",
            "http://1.2.3/",
            "http://1.2.3.04/",
            "http://a.example:080/",
            "http://a.example:70000/",
            "http://a.example:80/",
            "http://a.example/../b",
            "http://a.example/%2e/b",
            "http://a.example/#b",
            "http://a.example/水",
            "ftp://a/",
            "http://a..b/",
            "http://xn--a/",
            "http://u@a.example/",
            "http:///a",
        ] {
            assert!(!is_settled(other), "{other}");
        }
    }

    proptest! {
        #[test]
        fn a_text_is_trimmed(text in "[ \\u{3000}\\u{a0}]{0,2}(\\PC{0,3}|[a-z水汉]{0,2})[ \\n\\u{2003}水a]{0,2}") {
            prop_assert_eq!(trimmed(&text), text.trim());
        }

        #[test]
        fn what_is_not_parsed_would_stay_as_it_is(
            address in "https?://([a-z0-9.-]{1,9}|xn--[a-z]{0,3}|[0-9.]{1,6}|127\\.0\\.0\\.0?1|0x7f\\.1|shop.example)(:[0-9]{1,5}|:+[0-9])?/([!-~ ]{0,12}|[a-z./?%2E=&-]{0,16}|\\PC{0,6})"
        ) {
            let url = Url::parse("http://shop.example/a/b").unwrap();
            let page = PageModel::new("", &url);
            let found = Found::new(&page, "json-ld");
            let parsed = page.resolve(&address).map(String::from);
            prop_assert_eq!(found.address(&address).map(Cow::into_owned), parsed);
            prop_assert_eq!(found.is_home(&address), page.resolve(&address).as_ref() == Some(&url));
        }

        #[test]
        fn what_lacks_its_beginning_gets_that_of_the_page(
            reference in "//?[a-z0-9.:@-]{0,9}/([a-z./?%2E=&#-]{0,9}|\\PC{0,4})|/{0,3}\\\\?[a-z./]{0,6}",
            base in "(http://shop[.]example|https://u:p@shop[.]example:8080|http://127[.]0[.]0[.]1:81|ftp://a[.]example|data:x)/a/b\\?c"
        ) {
            let url = Url::parse(&base).unwrap();
            let page = PageModel::new("", &url);
            let found = Found::new(&page, "json-ld");
            let parsed = page.resolve(&reference).map(String::from);
            prop_assert_eq!(found.address(&reference).map(Cow::into_owned), parsed);
        }
    }
}
