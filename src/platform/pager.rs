//! The pages of a list: which page an address is, and what the next one is called where nothing on the page says so.

use url::Url;

use crate::text::address::key;

/// Parameters that number the pages of a list; a list is the same whatever their value.
const PAGES: &[&str] = &[
    "page",
    "p",
    "pg",
    "pn",
    "pageno",
    "pagenum",
    "page_no",
    "page_num",
    "paged",
    "currentpage",
    "curpage",
    "pageindex",
    "page_index",
    "seite",
];
/// Parameters that say how many goods come before the page.
const OFFSETS: &[&str] = &["offset", "start"];
/// Pages of one list beyond this number are not asked for.
pub const MOST_PAGES: u32 = 200;
/// What a template of pages has in place of the number.
pub(super) const PAGE: &str = "{page}";

/// Whether a parameter only says which part of a list is wanted.
pub(super) fn is_page(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    PAGES.contains(&name.as_str()) || OFFSETS.contains(&name.as_str())
}

/// The list that an address shows a page of, and the number of that page: of `?page=3`, `/page/3`, `/page-3`.
pub fn page_of(url: &Url) -> Option<(String, u32)> {
    let (list, number) = by_parameter(url).or_else(|| by_path(url))?;
    Some((key(&list).into_owned(), number.parse().ok()?))
}

fn by_parameter(url: &Url) -> Option<(String, &str)> {
    let query = url.query()?;
    let is_number = |piece: &&str| {
        piece.split_once('=').is_some_and(|(name, value)| {
            PAGES.contains(&name.to_ascii_lowercase().as_str()) && is_number(value)
        })
    };
    let piece = query.split('&').find(is_number)?;
    let rest: Vec<&str> = query.split('&').filter(|other| *other != piece).collect();
    let list = format!("{}?{}", before_query(url), rest.join("&"));
    Some((
        list.trim_end_matches('?').to_owned(),
        &piece[piece.find('=')? + 1..],
    ))
}

fn by_path(url: &Url) -> Option<(String, &str)> {
    let path = url.path();
    let trimmed = path.trim_end_matches('/');
    let digits = trimmed.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (head, number) = trimmed.split_at(trimmed.len() - digits);
    let head = ["/page/", "/page-", "/page"]
        .iter()
        .find_map(|mark| head.strip_suffix(mark))?;
    let whole = before_query(url);
    let origin = &whole[..whole.len() - path.len()];
    let query = url.query().map(|q| format!("?{q}")).unwrap_or_default();
    is_number(number).then(|| (format!("{origin}{head}{query}"), number))
}

fn before_query(url: &Url) -> &str {
    let whole = url.as_str();
    &whole[..whole.find(['?', '#']).unwrap_or(whole.len())]
}

fn is_number(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether both are pages of one list, or one is the list's own address and the other a page of it.
pub fn of_one_list(a: &Url, b: &Url) -> bool {
    let list = |url: &Url| page_of(url).map(|(list, _)| list);
    match (list(a), list(b)) {
        (None, None) => false,
        (a_list, b_list) => {
            let plain = |url: &Url| key(url.as_str()).trim_end_matches('/').to_owned();
            a_list.unwrap_or_else(|| plain(a)) == b_list.unwrap_or_else(|| plain(b))
        }
    }
}

/// The page of the list at `url` that comes after it, as `template` has it; none beyond the last page that is asked for.
///
/// `?page={page}` sets that parameter and leaves the others; anything else is read against the list's own address.
pub(super) fn next(template: &str, url: &Url) -> Option<Url> {
    let (before, after) = template.split_once(PAGE)?;
    match before.strip_prefix(['?', '&']) {
        Some(parameters) => {
            let name = parameters.rsplit('&').next()?.strip_suffix('=')?;
            next_by_parameter(name, parameters, after, url)
        }
        None => next_by_path(before, after, url),
    }
}

fn next_by_parameter(name: &str, before: &str, after: &str, url: &Url) -> Option<Url> {
    let pieces: Vec<&str> = url
        .query()
        .unwrap_or("")
        .split('&')
        .filter(|piece| !piece.is_empty())
        .collect();
    let named = |piece: &str| piece.split('=').next() == Some(name);
    let now = pieces
        .iter()
        .find(|piece| named(piece))
        .map(|piece| &piece[name.len()..]);
    let number = following(now.map(|value| value.trim_start_matches('=')))?;
    // What else the template sets stands in the address once.
    let set = format!("{before}{number}{after}");
    let is_set = |piece: &str| {
        set.split('&')
            .any(|other| other.split('=').next() == piece.split('=').next())
    };
    let kept = pieces.iter().copied().filter(|piece| !is_set(piece));
    let query: Vec<&str> = kept.chain(std::iter::once(set.as_str())).collect();
    let mut next = url.clone();
    next.set_fragment(None);
    next.set_query(Some(&query.join("&")));
    Some(next)
}

fn next_by_path(before: &str, after: &str, url: &Url) -> Option<Url> {
    let whole = url.as_str().split('#').next()?;
    let mark = before.trim_start_matches("./");
    let place = whole.strip_suffix(after).and_then(|head| {
        let digits = head.bytes().rev().take_while(u8::is_ascii_digit).count();
        let (list, number) = head.split_at(head.len() - digits);
        (is_number(number) && !mark.is_empty() && list.ends_with(mark)).then_some((list, number))
    });
    if let Some((list, number)) = place {
        let number = following(Some(number))?;
        return Url::parse(&format!("{list}{number}{after}")).ok();
    }
    url.join(&format!("{before}2{after}")).ok()
}

/// The number after the one written; a list's own address is its page 1.
fn following(now: Option<&str>) -> Option<u32> {
    let now = match now {
        Some(text) if is_number(text) => text.parse().ok()?,
        _ => 1,
    };
    (now < MOST_PAGES).then_some(now + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn an_address_says_which_page_it_is() {
        for (address, wanted) in [
            (
                "http://a.example/c?q=x&page=3",
                Some(("http://a.example/c?q=x", 3)),
            ),
            ("http://a.example/c?Page=3", Some(("http://a.example/c", 3))),
            (
                "http://a.example/c/page/12/",
                Some(("http://a.example/c", 12)),
            ),
            (
                "http://a.example/c/page-2?s=1",
                Some(("http://a.example/c?s=1", 2)),
            ),
            ("http://a.example/c?page=last", None),
            ("http://a.example/item/p4781720", None),
            ("http://a.example/c", None),
        ] {
            let wanted = wanted.map(|(list, n)| (list.to_owned(), n));
            assert_eq!(page_of(&url(address)), wanted, "{address}");
        }
        assert!(of_one_list(
            &url("http://a.example/c/"),
            &url("http://a.example/c/page/2")
        ));
        assert!(of_one_list(
            &url("http://a.example/c?page=2"),
            &url("http://a.example/c?page=9")
        ));
        assert!(!of_one_list(
            &url("http://a.example/c"),
            &url("http://a.example/c")
        ));
        assert!(!of_one_list(
            &url("http://a.example/c?page=2"),
            &url("http://a.example/d?page=3")
        ));
    }

    #[test]
    fn the_next_page_keeps_the_rest_of_the_address() {
        let next = |template: &str, address: &str| next(template, &url(address)).map(String::from);
        for (template, address, wanted) in [
            (
                "?page={page}",
                "http://a.example/c",
                "http://a.example/c?page=2",
            ),
            (
                "?page={page}",
                "http://a.example/c?q=x&page=9&s=1",
                "http://a.example/c?q=x&s=1&page=10",
            ),
            (
                "?size=60&page={page}",
                "http://a.example/c?size=20",
                "http://a.example/c?size=60&page=2",
            ),
            (
                "page/{page}/",
                "http://a.example/c/",
                "http://a.example/c/page/2/",
            ),
            (
                "page/{page}/",
                "http://a.example/c/page/2/",
                "http://a.example/c/page/3/",
            ),
            (
                "./{page}.html",
                "http://a.example/c/",
                "http://a.example/c/2.html",
            ),
        ] {
            assert_eq!(
                next(template, address).as_deref(),
                Some(wanted),
                "{template} {address}"
            );
        }
        assert_eq!(next("?page={page}", "http://a.example/c?page=200"), None);
        assert_eq!(next("page/{page}/", "http://a.example/c/page/200/"), None);
    }
}
