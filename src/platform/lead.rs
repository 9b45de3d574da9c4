//! Where a page leads, as its platform wants it: links by role, and the next page of a list.

use std::collections::HashSet;

use url::Url;

use super::{Platform, Role, pager};
use crate::{extract::Links, model::Link, text::address::key};

/// The links of a page that are followed, in page order, each once.
pub(super) fn links(platform: &Platform, page: &Url, found: Links) -> Vec<Link> {
    let mut links = Vec::with_capacity(found.all.len() + 1);
    links.extend(found.all.into_iter().filter_map(|url| link(platform, url)));
    // What is called the next page is one, though no pattern may say that it is to be followed.
    let named = found.next.is_some();
    if let Some(next) = found.next.map(|url| platform.cleaned(url))
        && platform.admits(&next)
        && platform.role(&next) == Role::Ignore
    {
        links.push(Link {
            url: next,
            listing: false,
            guessed: false,
        });
    }
    let first: Vec<bool> = {
        let mut seen = HashSet::with_capacity(links.len());
        let keys = links.iter().map(|link| key(link.url.as_str()));
        keys.map(|key| seen.insert(key)).collect()
    };
    let mut first = first.into_iter();
    links.retain(|_| first.next().unwrap_or(false));
    if !named && let Some(url) = next_page(platform, page, &links) {
        links.push(Link {
            url,
            listing: false,
            guessed: true,
        });
    }
    links
}

/// A link as its role has it; none where it is not followed.
pub(super) fn link(platform: &Platform, url: Url) -> Option<Link> {
    let url = platform.cleaned(url);
    let role = platform.role(&url);
    (role != Role::Ignore).then(|| Link {
        listing: role == Role::Listing,
        url,
        guessed: false,
    })
}

/// The next page as the platform's template has it, of a page that lists goods and names no next page itself.
fn next_page(platform: &Platform, page: &Url, links: &[Link]) -> Option<Url> {
    let template = platform.pages.as_deref()?;
    if !links.iter().any(|link| link.listing) {
        return None;
    }
    let page = platform.clean(page);
    // How many result pages of a search are asked for is said elsewhere.
    let counted = platform
        .search
        .as_ref()
        .is_some_and(|search| search.counts() && search.finds(&page));
    if counted || platform.role(&page) == Role::Listing {
        return None;
    }
    let next = platform.clean(&pager::next(template, &page)?);
    let place = pager::page_of(&next);
    let named = |link: &Link| {
        key(link.url.as_str()) == key(next.as_str())
            || place.is_some() && pager::page_of(&link.url) == place
    };
    (platform.admits(&next) && !links.iter().any(named)).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::PlatformConfig;

    fn shop(pages: Option<&str>) -> Platform {
        Platform::new(&PlatformConfig {
            id: "shop".to_owned(),
            start: vec!["http://shop.example/".to_owned()],
            search: Some("http://shop.example/s?q={keyword}&page={page}".to_owned()),
            listing: vec!["/item/{id}.html".to_owned()],
            follow: vec!["/cat/*".to_owned()],
            ignore: vec!["*sort=*".to_owned()],
            pages: pages.map(str::to_owned),
            drop: vec!["ref".to_owned()],
            ..PlatformConfig::default()
        })
        .unwrap()
    }

    fn led(pages: Option<&str>, page: &str, text: &str) -> Vec<String> {
        let (platform, url) = (shop(pages), Url::parse(page).unwrap());
        let found = crate::extract::outline(text, &url, &|_| true).links;
        let mark = |link: &Link| match (link.guessed, link.listing) {
            (true, _) => "guessed ",
            (_, true) => "listing ",
            _ => "",
        };
        links(&platform, &url, found)
            .iter()
            .map(|link| format!("{}{}", mark(link), &link.url[url::Position::BeforePath..]))
            .collect()
    }

    #[test]
    fn links_are_cleaned_and_each_is_there_once() {
        assert_eq!(
            led(
                None,
                "http://shop.example/cat/1",
                "<a href='/item/7.html?spm=1'>a<a href='/item/7.html?ref=x#y'>b<a href='/cat/2?b=1&a=2'>c<a href='/cat/2?a=2&b=1'>d<a href=/help>e",
            ),
            ["listing /item/7.html", "/cat/2?b=1&a=2"]
        );
    }

    #[test]
    fn a_list_without_a_pager_gets_one() {
        let at = |page: &str, text: &str| {
            led(Some("?page={page}"), page, text)
                .pop()
                .unwrap_or_default()
        };
        let goods = "<a href=/item/7.html>a</a>";
        assert_eq!(
            at("http://shop.example/cat/1?s=x", goods),
            "guessed /cat/1?s=x&page=2"
        );
        assert_eq!(
            at("http://shop.example/cat/1?page=7", goods),
            "guessed /cat/1?page=8"
        );
        // Nothing listed, a next page named one way or another, a listing, the last page that is asked for.
        assert_eq!(
            at("http://shop.example/cat/1", "<a href=/cat/2>a"),
            "/cat/2"
        );
        for named in [
            "<a rel=next href='/cat/1/more'>next",
            "<a href='?page=2'>2",
            "<a href='?ref=1&page=2&'>2",
        ] {
            let last = at("http://shop.example/cat/1", &format!("{goods}{named}"));
            assert!(!last.starts_with("guessed"), "{named} {last}");
        }
        assert_eq!(
            at("http://shop.example/item/8.html", goods),
            "listing /item/7.html"
        );
        assert_eq!(
            at("http://shop.example/cat/1?page=200", goods),
            "listing /item/7.html"
        );
        // Searches say themselves how many pages are asked for; what is ignored stays ignored.
        assert_eq!(
            at("http://shop.example/s?q=x&page=3", goods),
            "listing /item/7.html"
        );
        assert_eq!(
            at("http://shop.example/cat/1?sort=price", goods),
            "listing /item/7.html"
        );
    }

    #[test]
    fn what_is_called_the_next_page_is_followed_without_a_pattern() {
        let next = |href: &str| {
            let text = format!("<link rel=next href='{href}'>");
            led(None, "http://shop.example/cat/1", &text)
        };
        assert_eq!(next("/more?after=9"), ["/more?after=9"]);
        assert!(next("/more?sort=x").is_empty() && next("http://other.example/").is_empty());
    }
}
