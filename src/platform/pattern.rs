//! URL patterns: `*` stands for any characters, `{id}` for the number of an item.

use regex::Regex;
use url::{Position, Url};

use crate::text::glob::Glob;

/// A compiled pattern. It must match the whole address, without its fragment.
#[derive(Debug)]
pub(super) struct Pattern {
    regex: Regex,
    /// The pattern with `*` for `{id}`, and how much of an address it leaves out.
    glob: Glob<'static>,
    leaves: Leaves,
    /// The glob says all: there is no `{id}`, which stops where a step of the path does.
    whole: bool,
    /// The literal characters before the first `*` or `{id}`.
    head: String,
}

/// What a pattern leaves out at the beginning of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaves {
    Nothing,
    Scheme,
    Host,
}

impl Leaves {
    fn of(written: &str) -> Self {
        if written.starts_with('/') {
            Self::Host
        } else if !written.contains("://") && !written.starts_with('*') {
            Self::Scheme
        } else {
            Self::Nothing
        }
    }

    /// What is left of a web address, without its fragment; none where it is no such address.
    fn rest(self, url: &Url) -> Option<&str> {
        let from = match self {
            Self::Nothing => return Some(without_fragment(url)),
            Self::Scheme => Position::BeforeUsername,
            Self::Host => Position::BeforePath,
        };
        matches!(url.scheme(), "http" | "https").then(|| &url[from..Position::AfterQuery])
    }
}

impl Pattern {
    /// Compiles; the message says what is wrong and what would be right.
    pub(super) fn new(written: &str) -> Result<Self, String> {
        let written = written.trim();
        if written.is_empty() {
            return Err("a pattern is empty".to_owned());
        }
        if written.matches("{id}").count() > 1 {
            return Err(format!("'{written}' has {{id}} more than once"));
        }
        if written.replace("{id}", "").contains(['{', '}']) {
            return Err(format!("'{written}' has braces that are not {{id}}"));
        }
        let mut source = String::from("^");
        let leaves = Leaves::of(written);
        source.push_str(match leaves {
            Leaves::Host => "https?://[^/]+",
            Leaves::Scheme => "https?://",
            Leaves::Nothing => "",
        });
        let mut rest = written;
        while let Some(at) = rest.find(['*', '{']) {
            source.push_str(&regex::escape(&rest[..at]));
            if rest[at..].starts_with('*') {
                source.push_str(".*");
                rest = &rest[at + 1..];
            } else {
                // An item's number ends where a step of the path or a parameter does.
                source.push_str("(?P<id>[^/?#&]+?)");
                rest = &rest[at + "{id}".len()..];
            }
        }
        source.push_str(&regex::escape(rest));
        source.push('$');
        let head = written
            .split(['*', '{'])
            .next()
            .unwrap_or_default()
            .to_owned();
        let regex = Regex::new(&source).map_err(|error| format!("'{written}': {error}"))?;
        Ok(Self {
            regex,
            glob: Glob::new(&written.replace("{id}", "*")).into_owned(),
            leaves,
            whole: !written.contains("{id}"),
            head,
        })
    }

    pub(super) fn matches(&self, url: &Url) -> bool {
        // Most links of a page are no listings: the glob says so for a tenth of what the regex costs.
        let rest = self.leaves.rest(url);
        rest.is_some_and(|rest| self.glob.fits(rest))
            && (self.whole || self.regex.is_match(without_fragment(url)))
    }

    /// What stands in place of `{id}`.
    pub(super) fn item(&self, url: &Url) -> Option<String> {
        let hit = self.regex.captures(without_fragment(url))?;
        hit.name("id").map(|id| id.as_str().to_owned())
    }

    /// The host that the pattern names, where it names a whole one.
    pub(super) fn host(&self) -> Option<String> {
        let rest = self
            .head
            .split_once("://")
            .map_or(self.head.as_str(), |(_, rest)| rest);
        let (host, _) = rest.split_once('/')?;
        let url = Url::parse(&format!("http://{host}/")).ok()?;
        url.host_str().map(str::to_owned)
    }
}

fn without_fragment(url: &Url) -> &str {
    &url[..Position::AfterQuery]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn patterns_name_items() {
        let item = |pattern: &str, url: &str| {
            Pattern::new(pattern)
                .unwrap()
                .item(&Url::parse(url).unwrap())
        };
        assert_eq!(
            item(
                "http://shop.example/item/{id}.html",
                "http://shop.example/item/A7.html#c"
            )
            .as_deref(),
            Some("A7")
        );
        assert_eq!(
            item("/item/{id}.html*", "https://any.example/item/A7.html?x=1").as_deref(),
            Some("A7")
        );
        assert_eq!(
            item("shop.example/*?id={id}*", "http://shop.example/p?id=5&x=6").as_deref(),
            Some("5")
        );
        assert_eq!(item("*/item/{id}", "http://shop.example/item/5/more"), None);
    }

    proptest! {
        #[test]
        fn glob_and_regex_agree(written in "(/|http://a\\.x/|a\\.x/|\\*)(a|b|/|\\*|\\?){0,6}(\\{id\\})?(a|/|\\*){0,4}", origin in "https?://(u@)?a\\.x(:8080)?", path in "(a|b|/|\\?|c){0,10}(#a/)?") {
            let pattern = Pattern::new(&written).unwrap();
            let url = Url::parse(&format!("{origin}/{path}")).unwrap();
            prop_assert_eq!(pattern.matches(&url), pattern.regex.is_match(without_fragment(&url)));
        }
    }

    #[test]
    fn faults_say_what_is_wrong() {
        assert_eq!(
            Pattern::new("/a/{id}/{id}").unwrap_err(),
            "'/a/{id}/{id}' has {id} more than once"
        );
        assert_eq!(
            Pattern::new("/a/{sku}").unwrap_err(),
            "'/a/{sku}' has braces that are not {id}"
        );
        assert!(Pattern::new(" ").is_err());
    }

    #[test]
    fn a_pattern_names_its_host() {
        let host = |pattern: &str| Pattern::new(pattern).unwrap().host();
        assert_eq!(
            host("https://m.shop.example:81/i/*").as_deref(),
            Some("m.shop.example")
        );
        assert_eq!(host("shop.example/*").as_deref(), Some("shop.example"));
        assert_eq!(host("/item/*"), None);
        assert_eq!(host("*shop.example/*"), None);
    }
}
