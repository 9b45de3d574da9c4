//! A platform's searches: result pages by keyword, and addresses recognised as such.

use std::collections::BTreeSet;

use url::Url;

use super::pager;
use crate::text::address;

/// What a template has in place of the keyword.
pub(super) const KEYWORD: &str = "{keyword}";

/// A search template with its sample.
#[derive(Debug)]
pub(super) struct Search {
    template: String,
    /// Result pages asked for, per keyword.
    pages: u32,
    /// A search for nothing: to compare addresses with.
    empty: Url,
}

impl Search {
    /// None where the template does not give an address.
    pub(super) fn new(template: &str, pages: u32, drop: &[String]) -> Option<Self> {
        // A template without {page} has one page.
        let pages = if template.contains(pager::PAGE) {
            pages.max(1)
        } else {
            1
        };
        Some(Self {
            template: template.to_owned(),
            pages,
            empty: address::clean(&Url::parse(&filled(template, "", 1)).ok()?, drop),
        })
    }

    /// The result pages of each keyword that is one.
    pub(super) fn pages(&self, keywords: &[String]) -> Vec<Url> {
        let words = keywords
            .iter()
            .map(|word| word.trim())
            .filter(|word| !word.is_empty());
        let page = |word, n| Url::parse(&filled(&self.template, word, n)).ok();
        words
            .flat_map(|word| (1..=self.pages).filter_map(move |n| page(word, n)))
            .collect()
    }

    /// Whether `url` is a result page of any search: same place, and every parameter is asked for.
    pub(super) fn finds(&self, url: &Url) -> bool {
        let at = |url: &Url| (url.host_str().map(str::to_owned), url.path().to_owned());
        if self.empty.path() == "/" || at(&self.empty) != at(url) {
            return false;
        }
        let asked: BTreeSet<_> = url.query_pairs().map(|(name, _)| name).collect();
        let mut wanted = self
            .empty
            .query_pairs()
            .filter(|(name, _)| !pager::is_page(name));
        wanted.all(|(name, _)| asked.contains(&name))
    }

    /// Whether the template says which result pages are asked for, so that no further ones are.
    pub(super) fn counts(&self) -> bool {
        self.template.contains(pager::PAGE)
    }
}

/// A search template filled in, the keyword percent-encoded: a space is `+` among the parameters and `%20` before them.
pub(super) fn filled(template: &str, keyword: &str, page: u32) -> String {
    let form: String = url::form_urlencoded::byte_serialize(keyword.as_bytes()).collect();
    let (before, after) = template.split_at(template.find('?').unwrap_or(template.len()));
    let (path, rest) = (
        before.replace(KEYWORD, &form.replace('+', "%20")),
        after.replace(KEYWORD, &form),
    );
    let whole = path + rest.as_str();
    whole.replace(pager::PAGE, &page.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn odd_keywords_stay_one_parameter() {
        let search = Search::new("http://shop.example/s?q={keyword}&page={page}", 2, &[]).unwrap();
        let words = [
            "a&b=c#d",
            "100% \"cotton\"",
            "{page}",
            "儿童 玩具",
            " ",
            "a/b?c",
            "+",
        ];
        let pages = search.pages(&words.map(str::to_owned));
        assert_eq!(pages.len(), 12);
        for (n, word) in words
            .iter()
            .filter(|word| !word.trim().is_empty())
            .enumerate()
        {
            let url = &pages[n * 2 + 1];
            let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            let wanted = [
                ("q".to_owned(), (*word).to_owned()),
                ("page".to_owned(), "2".to_owned()),
            ];
            assert_eq!(pairs, wanted);
            assert!(url.fragment().is_none() && search.finds(url));
        }
        let path = Search::new("http://shop.example/s/{keyword}/", 3, &[]).unwrap();
        let pages = path.pages(&["儿童 a/b".to_owned()]);
        assert_eq!(pages.len(), 1);
        assert_eq!(
            pages[0].as_str(),
            "http://shop.example/s/%E5%84%BF%E7%AB%A5%20a%2Fb/"
        );
    }

    proptest! {
        #[test]
        fn any_keyword_comes_back(word in "\\PC{1,20}") {
            let search = Search::new("http://shop.example/s?q={keyword}", 1, &[]).unwrap();
            for url in search.pages(std::slice::from_ref(&word)) {
                let back = url.query_pairs().next().map(|(_, value)| value.into_owned());
                prop_assert_eq!(back.as_deref(), Some(word.trim()));
                prop_assert_eq!(url.host_str(), Some("shop.example"));
            }
        }
    }
}
