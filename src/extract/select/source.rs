//! Where a recipe's value stands: elements by CSS, the page's JSON-LD by pointer, JSON held in a script or an attribute.

use scraper::{Selector, error::SelectorErrorKind};
use serde_json::Value as Json;

use super::{
    MOST, Value,
    held::Holder,
    sheet::Sheet,
    written::{Part, Wrong},
};
use crate::extract::{json_ld, page::one_line};

/// Members that a `*` may spread to.
const MOST_MEMBERS: usize = 10_000;

/// One compiled source.
#[derive(Debug)]
pub(super) enum Source {
    Css {
        selector: Selector,
        attribute: Option<String>,
    },
    JsonLd(Pointer),
    Held(Holder, Pointer),
}

impl Source {
    /// Compiles the part of a line before its first bar.
    pub(super) fn compile(written: &Part<'_>) -> Result<Self, Wrong> {
        if written.text.is_empty() {
            return Err(empty(written));
        }
        if written.text.starts_with('/') {
            return Pointer::compile(written).map(Self::JsonLd);
        }
        if let Some(at) = pointer_within(written.text) {
            let holder = part(written, 0, at);
            let pointer = Pointer::compile(&part(written, at, written.text.len()))?;
            return Ok(Self::Held(Holder::compile(&holder)?, pointer));
        }
        let (selector, attribute) = css(written)?;
        Ok(Self::Css {
            selector,
            attribute,
        })
    }

    /// Every value that stands there, in page order.
    pub(super) fn values(&self, sheet: &Sheet<'_, '_>) -> Vec<Value> {
        match self {
            Self::Css {
                selector,
                attribute,
            } => {
                let title = sheet.page.title.as_deref().unwrap_or_default();
                let text = |e: scraper::ElementRef<'_>| match attribute {
                    // A page's title is no part of its text.
                    None if e.value().name() == "title" => Value::new(&one_line(title)),
                    _ => Value::new(&text_of(e, attribute.as_deref())),
                };
                sheet.html().select(selector).take(MOST).map(text).collect()
            }
            Self::JsonLd(pointer) => in_json_ld(sheet.blocks, pointer),
            Self::Held(holder, pointer) => match sheet.held(holder) {
                Some(json) => pointer.values(&json, &holder.written),
                None => Vec::new(),
            },
        }
    }
}

/// The text of an element or its attribute; that of a `meta` is its content.
pub(super) fn text_of(e: scraper::ElementRef<'_>, attribute: Option<&str>) -> String {
    match attribute {
        Some(name) => e.attr(name).unwrap_or_default().to_owned(),
        None if e.value().name() == "meta" => e.attr("content").unwrap_or_default().to_owned(),
        None => one_line(&e.text().collect::<String>()),
    }
}

/// The fault of a line that says nothing.
pub(super) fn empty(written: &Part<'_>) -> Wrong {
    Wrong::new(
        written,
        "it is empty",
        "write a CSS selector or a JSON pointer",
    )
}

/// `css` or `css@attribute`.
pub(super) fn css(written: &Part<'_>) -> Result<(Selector, Option<String>), Wrong> {
    let (css, attribute) = match written.text.rsplit_once('@') {
        // An `@` inside brackets or quotes belongs to the selector.
        Some((css, name)) if !name.contains([']', '"', '\'', ')']) => {
            (css, Some(name.trim().to_ascii_lowercase()))
        }
        _ => (written.text, None),
    };
    if attribute.as_deref() == Some("") {
        return Err(Wrong::new(
            written,
            "no attribute after '@'",
            "write it like img.main@src",
        ));
    }
    match Selector::parse(css.trim()) {
        Ok(selector) => Ok((selector, attribute)),
        Err(error) => Err(Wrong::new(
            &part(written, 0, css.len()),
            &in_words(&error),
            "write it like \"div.price > b\" or \"img.main@src\"",
        )),
    }
}

/// What is wrong with a selector. The parser's own words are meant for its developers where it met what it did not expect.
fn in_words(error: &SelectorErrorKind) -> String {
    let words = error.to_string();
    let kind = match error {
        SelectorErrorKind::UnexpectedSelectorParseError(kind) => format!("{kind:?}"),
        _ => words.lines().next().unwrap_or_default().to_owned(),
    };
    match kind.split(['(', '{', ' ']).next().unwrap_or_default() {
        "DanglingCombinator" => {
            "a combinator (a space, >, + or ~) needs a selector on both sides".to_owned()
        }
        "EmptySelector" => "a selector is missing".to_owned(),
        _ => format!("no CSS selector: {kind}"),
    }
}

fn part<'a>(whole: &Part<'a>, from: usize, to: usize) -> Part<'a> {
    let text = &whole.text[from..to];
    let start = whole.at.start + from + (text.len() - text.trim_start().len());
    let text = text.trim();
    Part {
        text,
        at: start..start + text.len(),
    }
}

/// Where ` /pointer` begins behind the name of what holds the JSON.
fn pointer_within(text: &str) -> Option<usize> {
    let (mut deep, mut quoted, mut before) = (0_usize, None, ' ');
    for (at, c) in text.char_indices() {
        match (c, quoted) {
            (_, Some(mark)) if c == mark => quoted = None,
            (_, Some(_)) => {}
            ('\'' | '"', None) => quoted = Some(c),
            ('(' | '[', None) => deep += 1,
            (')' | ']', None) => deep = deep.saturating_sub(1),
            ('/', None) if deep == 0 && before.is_whitespace() => return Some(at),
            _ => {}
        }
        before = c;
    }
    None
}

/// A JSON pointer (RFC 6901); `*` stands for every member of an array or object.
#[derive(Debug)]
pub(super) struct Pointer {
    written: String,
    steps: Vec<String>,
}

impl Pointer {
    fn compile(written: &Part<'_>) -> Result<Self, Wrong> {
        let right = "write it like /offers/price or /images/*/url; / in a name is ~1, ~ is ~0";
        let mut steps = Vec::new();
        let mut at = 0;
        for step in written.text.split('/').skip(1) {
            at += 1;
            let place = part(written, at, at + step.len());
            if step.is_empty() {
                return Err(Wrong::new(written, "the pointer has an empty step", right));
            }
            if step.replace("~0", "").replace("~1", "").contains('~') {
                return Err(Wrong::new(
                    &place,
                    "a ~ alone means nothing in a pointer",
                    right,
                ));
            }
            steps.push(step.replace("~1", "/").replace("~0", "~"));
            at += step.len();
        }
        Ok(Self {
            written: written.text.to_owned(),
            steps,
        })
    }

    /// Where it leads from `root`.
    fn lead<'j>(&self, root: &'j Json) -> Vec<&'j Json> {
        let mut here = vec![root];
        for step in &self.steps {
            let mut next = Vec::new();
            for json in here {
                match (json, step.as_str()) {
                    (Json::Array(all), "*") => next.extend(all),
                    (Json::Object(all), "*") => next.extend(all.values()),
                    (Json::Array(all), n) => {
                        next.extend(n.parse().ok().and_then(|n: usize| all.get(n)))
                    }
                    (Json::Object(all), name) => next.extend(all.get(name)),
                    _ => {}
                }
                if next.len() > MOST_MEMBERS {
                    break;
                }
            }
            here = next;
        }
        here
    }

    fn values(&self, root: &Json, from: &str) -> Vec<Value> {
        let mut values = Vec::new();
        for json in self.lead(root) {
            flat(json, &mut values);
        }
        let gap = if from.is_empty() || from.starts_with('/') {
            ""
        } else {
            " "
        };
        let path = format!("{from}{gap}{}", self.written);
        for value in &mut values {
            value.path = Some(path.clone());
        }
        values.truncate(MOST);
        values
    }
}

/// In the products of the JSON-LD, else in the array of its blocks.
fn in_json_ld(blocks: &[Json], pointer: &Pointer) -> Vec<Value> {
    let products = json_ld::products(blocks);
    let mut values: Vec<Value> = products
        .into_iter()
        .flat_map(|(at, product)| pointer.values(product, &at))
        .collect();
    if let Some((first, below)) = pointer.steps.split_first() {
        let below = Pointer {
            written: pointer.written.clone(),
            steps: below.to_vec(),
        };
        let whole = blocks.iter().enumerate();
        let meant = whole.filter(|(n, _)| first == "*" || *first == n.to_string());
        values.extend(meant.flat_map(|(_, block)| below.values(block, "")));
    }
    values.truncate(MOST);
    values
}

/// The texts of a JSON value: itself, its members, the name of a thing.
fn flat(json: &Json, values: &mut Vec<Value>) {
    match json {
        _ if values.len() >= MOST => {}
        Json::Array(all) => {
            for json in all.iter().filter(|j| !j.is_array()) {
                flat(json, values);
            }
        }
        Json::Object(fields) => {
            if let Some(name) = fields.get("name").and_then(Json::as_str) {
                values.push(Value::new(name));
            }
        }
        _ => values.extend(Value::of_json(json)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::written::parts, *};

    fn pointer(text: &str) -> Pointer {
        Pointer::compile(&parts(text).unwrap()[0]).unwrap()
    }

    #[test]
    fn a_pointer_leads_through_names_numbers_and_stars() {
        let root = json!({"a/b": [{"url": "x"}, {"url": "y"}], "o": {"p": 1.5, "q": 2}, "b": {"name": "Acme"}});
        let texts = |text: &str| -> Vec<String> {
            let values = pointer(text).values(&root, "");
            values.into_iter().map(|value| value.text).collect()
        };
        assert_eq!(texts("/a~1b/*/url"), ["x", "y"]);
        assert_eq!(texts("/a~1b/1/url"), ["y"]);
        assert_eq!(texts("/o/*"), ["1.5", "2"]);
        assert_eq!(texts("/b"), ["Acme"]);
        assert!(texts("/nothing/*/here").is_empty());
    }

    #[test]
    fn a_bad_source_is_told_with_its_place() {
        let wrong = |line: &str| {
            let wrong = Source::compile(&parts(line).unwrap()[0]).unwrap_err();
            (line[wrong.at].to_owned(), wrong.message)
        };
        assert_eq!(wrong("/offers//price").1, "the pointer has an empty step");
        assert_eq!(wrong("/offers/a~b").0, "a~b");
        assert_eq!(
            wrong("div >").1,
            "a combinator (a space, >, + or ~) needs a selector on both sides"
        );
        assert_eq!(wrong("b@").1, "no attribute after '@'");
        assert_eq!(wrong("script#x /a/").0, "/a/");
        assert!(wrong("").1.contains("empty"));
        assert!(wrong("div[ /a/b").1.contains("no CSS selector"));
    }
}
