//! Names in RDFa: prefixes and vocabularies to whole addresses (RDFa Core, 7.4; the initial context of RDFa 1.1).

use std::{collections::BTreeMap, rc::Rc};

use url::Url;

use crate::extract::page::PageModel;

/// Prefixes of one page beyond this number, and those that stand for more bytes, are not kept.
const MOST: usize = 30;
const LONGEST: usize = 300;

/// Prefixes that need no declaration. Those of Open Graph are declared by habit alone.
#[rustfmt::skip]
const KNOWN: &[(&str, &str)] = &[
    ("article", "http://ogp.me/ns/article#"), ("book", "http://ogp.me/ns/book#"),
    ("cc", "http://creativecommons.org/ns#"), ("ctag", "http://commontag.org/ns#"),
    ("dc", "http://purl.org/dc/terms/"), ("dc11", "http://purl.org/dc/elements/1.1/"),
    ("dcterms", "http://purl.org/dc/terms/"), ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("gr", "http://purl.org/goodrelations/v1#"), ("music", "http://ogp.me/ns/music#"),
    ("og", "http://ogp.me/ns#"), ("owl", "http://www.w3.org/2002/07/owl#"),
    ("product", "http://ogp.me/ns/product#"), ("profile", "http://ogp.me/ns/profile#"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"), ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("rev", "http://purl.org/stuff/rev#"), ("schema", "http://schema.org/"), ("sioc", "http://rdfs.org/sioc/ns#"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"), ("v", "http://rdf.data-vocabulary.org/#"),
    ("vcard", "http://www.w3.org/2006/vcard/ns#"), ("video", "http://ogp.me/ns/video#"),
    ("xhv", "http://www.w3.org/1999/xhtml/vocab#"), ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];
/// Words that are names without any vocabulary.
const TERMS: &[(&str, &str)] = &[
    (
        "describedby",
        "http://www.w3.org/2007/05/powder-s#describedby",
    ),
    ("license", "http://www.w3.org/1999/xhtml/vocab#license"),
    ("role", "http://www.w3.org/1999/xhtml/vocab#role"),
];
/// What shops mean that name no vocabulary.
const MEANT: &str = "http://schema.org/";

/// The vocabulary and the prefixes that count at an element.
#[derive(Clone, Debug)]
pub(super) struct Names {
    vocabulary: Option<String>,
    prefixes: BTreeMap<String, String>,
    strict: bool,
}

impl Names {
    /// Those of the page; one that is not `strict` means schema.org where it names nothing.
    pub(super) fn new(strict: bool) -> Self {
        Self {
            vocabulary: None,
            prefixes: BTreeMap::new(),
            strict,
        }
    }

    /// Those inside an element: with what its `vocab`, `prefix` and `xmlns:` say.
    pub(super) fn within(self: &Rc<Self>, page: &PageModel<'_>, element: usize) -> Rc<Self> {
        let mut inside = Rc::clone(self);
        for (name, value) in page.attributes_of(element) {
            match name.as_ref() {
                "vocab" => {
                    let value = value.trim();
                    let known = (1..=LONGEST).contains(&value.len());
                    Rc::make_mut(&mut inside).vocabulary = known.then(|| value.to_owned());
                }
                "prefix" => {
                    let mut words = value.split_ascii_whitespace();
                    while let (Some(prefix), Some(stands)) = (words.next(), words.next()) {
                        if let Some(prefix) = prefix.strip_suffix(':') {
                            inside.add(prefix, stands);
                        }
                    }
                }
                name => {
                    if let Some(prefix) = name.strip_prefix("xmlns:") {
                        inside.add(prefix, value);
                    }
                }
            }
        }
        inside
    }

    fn stands_for(&self, prefix: &str) -> Option<&str> {
        let prefix = prefix.to_ascii_lowercase();
        let known = || KNOWN.iter().find(|(name, _)| *name == prefix);
        let own = self.prefixes.get(&prefix).map(String::as_str);
        own.or_else(|| known().map(|(_, stands)| *stands))
    }

    /// A prefixed name as an address; none where its prefix is not known, or where it is an address already.
    fn prefixed(&self, word: &str) -> Option<String> {
        let (prefix, rest) = word.split_once(':')?;
        let stands = self
            .stands_for(prefix)
            .filter(|_| !rest.starts_with("//"))?;
        Some(format!("{stands}{rest}"))
    }

    /// The address that a property, type or relation means.
    pub(super) fn term(&self, word: &str) -> Option<String> {
        if word.contains(':') {
            return Some(self.prefixed(word).unwrap_or_else(|| word.to_owned()));
        }
        let plain = TERMS
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(word));
        match (&self.vocabulary, plain) {
            (Some(vocabulary), _) => Some(format!("{vocabulary}{word}")),
            (None, Some((_, address))) => Some((*address).to_owned()),
            (None, None) => (!self.strict).then(|| format!("{MEANT}{word}")),
        }
    }

    /// The address that an `about` or a `resource` means: `[prefix:name]`, `_:name`, `prefix:name` or an address.
    pub(super) fn resource(&self, base: &Url, text: &str) -> Option<Rc<str>> {
        let text = text.trim();
        if let Some(safe) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
            return self.prefixed(safe).map(Into::into);
        }
        if text.starts_with("_:") {
            return Some(text.into());
        }
        let known = self.prefixed(text).map(Into::into);
        known.or_else(|| Some(address(base, text)))
    }
}

/// Additions to what an element inherits.
trait Add {
    fn add(&mut self, prefix: &str, stands: &str);
}

impl Add for Rc<Names> {
    fn add(&mut self, prefix: &str, stands: &str) {
        if prefix.len() + stands.len() <= LONGEST && self.prefixes.len() < MOST {
            let prefix = prefix.to_ascii_lowercase();
            Rc::make_mut(self)
                .prefixes
                .insert(prefix, stands.to_owned());
        }
    }
}

/// `text` as an absolute address; one with a scheme stays as it is written.
pub(super) fn address(base: &Url, text: &str) -> Rc<str> {
    let text = text.trim();
    let scheme = text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    });
    if scheme {
        return text.into();
    }
    base.join(text)
        .map_or_else(|_| text.into(), |url| url.as_str().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_addresses() {
        let url = Url::parse("http://shop.example/a/b").unwrap();
        let text = "<p vocab='http://v.example/' prefix='EX: http://ex.example/ns# og: http://own.example/' xmlns:gr='http://gr.example/'>";
        let page = PageModel::new(text, &url);
        let names = Rc::new(Names::new(true)).within(&page, 1);
        for (word, address) in [
            ("size", "http://v.example/size"),
            ("ex:size", "http://ex.example/ns#size"),
            ("og:title", "http://own.example/title"),
            ("gr:name", "http://gr.example/name"),
            ("foaf:name", "http://xmlns.com/foaf/0.1/name"),
            ("http://x.example/y", "http://x.example/y"),
        ] {
            assert_eq!(names.term(word).as_deref(), Some(address), "{word}");
        }
        let resource = |text: &str| names.resource(&url, text).map(|r| r.to_string());
        assert_eq!(resource("c").as_deref(), Some("http://shop.example/a/c"));
        assert_eq!(
            resource("[ex:c]").as_deref(),
            Some("http://ex.example/ns#c")
        );
        assert_eq!(resource("[none:c]"), None);
        assert_eq!(resource("tel:+123").as_deref(), Some("tel:+123"));
        let bare = Names::new(false);
        assert_eq!(bare.term("name").as_deref(), Some("http://schema.org/name"));
        assert_eq!(Names::new(true).term("name"), None);
    }
}
