//! Where a page leads.

use std::collections::BTreeSet;

use url::Url;

use super::page::PageModel;

/// Links of one page beyond this number are not kept.
const MOST: usize = 20_000;

/// Every address of `a`, `area` and `link rel=next|prev`, absolute, http or https, without fragment, in page order, each once.
pub(super) fn read(page: &PageModel<'_>) -> Vec<Url> {
    let base = page
        .all()
        .find(|e| page.tag(*e) == "base")
        .and_then(|e| page.resolve(page.attribute(e, "href")?))
        .unwrap_or_else(|| page.url.clone());
    let mut seen = BTreeSet::new();
    let mut links = Vec::new();
    for element in page.all() {
        let leads = match page.tag(element) {
            "a" | "area" => true,
            "link" => page.attribute(element, "rel").is_some_and(|rel| {
                rel.split_ascii_whitespace()
                    .any(|r| matches!(r, "next" | "prev"))
            }),
            _ => false,
        };
        let Some(href) = page.attribute(element, "href").filter(|_| leads) else {
            continue;
        };
        let Ok(mut url) = base.join(href.trim()) else {
            continue;
        };
        url.set_fragment(None);
        if matches!(url.scheme(), "http" | "https") && url.has_host() && seen.insert(url.clone()) {
            links.push(url);
            if links.len() >= MOST {
                break;
            }
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_absolute_and_once() {
        let url = Url::parse("http://shop.example/a/").unwrap();
        let text = "<base href=/b/><a href=x#1>1</a><a href=x>2</a><a href='javascript:y()'>3</a><a href=//other.example/>4</a>
            <a href='mailto:a@b'>5</a><link rel=next href='?page=2'><link rel=stylesheet href=s.css>";
        let links: Vec<String> = read(&PageModel::new(text, &url))
            .iter()
            .map(Url::to_string)
            .collect();
        assert_eq!(
            links,
            [
                "http://shop.example/b/x",
                "http://other.example/",
                "http://shop.example/b/?page=2"
            ]
        );
    }
}
