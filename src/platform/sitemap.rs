//! Site maps (sitemaps.org 0.9): `urlset` and `sitemapindex`, as text.

use url::Url;

/// The protocol allows 50,000 addresses in one file.
const MOST: usize = 50_000;

/// Whether `text` is a site map.
pub(super) fn is(text: &str) -> bool {
    let mut head = text.trim_start_matches('\u{feff}').trim_start();
    // The root element comes after the declaration, comments and processing instructions.
    while let Some(rest) = head.strip_prefix("<?").or_else(|| head.strip_prefix("<!")) {
        let end = if rest.starts_with("--") { "-->" } else { ">" };
        match rest.find(end) {
            Some(at) => head = rest[at + end.len()..].trim_start(),
            None => return false,
        }
    }
    let root = head.strip_prefix('<').unwrap_or_default();
    let name = root
        .split(|c: char| c.is_whitespace() || c == '>')
        .next()
        .unwrap_or_default();
    matches!(name.rsplit(':').next(), Some("urlset" | "sitemapindex"))
}

/// The addresses in a site map, those of further site maps too.
pub(super) fn links(text: &str) -> Vec<Url> {
    let mut links = Vec::new();
    for piece in text.split("<loc>").skip(1).take(MOST) {
        let Some((address, _)) = piece.split_once("</loc>") else {
            continue;
        };
        let address = address
            .trim()
            .trim_start_matches("<![CDATA[")
            .trim_end_matches("]]>")
            .trim();
        let address = address
            .replace("&amp;", "&")
            .replace("&apos;", "'")
            .replace("&quot;", "\"");
        if let Ok(mut url) = Url::parse(&address)
            && matches!(url.scheme(), "http" | "https")
        {
            url.set_fragment(None);
            links.push(url);
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_give_their_addresses() {
        let map = "\u{feff}<?xml version='1.0'?>\n<!-- made --><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>
            <url><loc> http://shop.example/a?x=1&amp;y=2 </loc></url><url><loc><![CDATA[http://shop.example/b]]></loc></url>
            <url><loc>ftp://shop.example/c</loc></url></urlset>";
        assert!(is(map));
        let found: Vec<String> = links(map).iter().map(Url::to_string).collect();
        assert_eq!(
            found,
            ["http://shop.example/a?x=1&y=2", "http://shop.example/b"]
        );
        assert!(is(
            "<sitemapindex><sitemap><loc>http://shop.example/1.xml</loc></sitemap></sitemapindex>"
        ));
        assert!(!is("<!doctype html><html>") && !is("<?xml") && !is(""));
    }
}
