//! JSON that a page carries for its own scripts: in `<script id=…>`, assigned to a name, or in an attribute.

use memchr::memmem;
use scraper::Selector;
use serde_json::Value as Json;

use super::{
    sheet::Sheet,
    source,
    written::{Part, Wrong},
};
use crate::extract::{
    literal::{self, Room},
    mend,
    page::PageModel,
};

/// How much of one piece of JSON is read.
const ROOM: Room = Room {
    bytes: 4 << 20,
    values: 100_000,
};
/// Places of a name that are tried.
const MOST_PLACES: usize = 20;

/// What holds JSON.
#[derive(Debug)]
pub(super) struct Holder {
    pub(super) written: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// A script, by a selector that is one step: `script#__NEXT_DATA__`.
    Script(Selector),
    /// What a name is given, in any script: `window.NAME = …`, `var NAME = …`, `NAME: …`, `NAME(…`.
    Named(String),
    /// An element's attribute or text.
    Element(Selector, Option<String>),
}

impl Holder {
    /// Compiles what stands before the pointer.
    pub(super) fn compile(written: &Part<'_>) -> Result<Self, Wrong> {
        let text = written.text;
        let kind = if is_script(text) {
            let (selector, _) = source::css(written)?;
            Kind::Script(selector)
        } else if let Some(name) = name(text) {
            Kind::Named(name.to_owned())
        } else {
            let (selector, attribute) = source::css(written)?;
            Kind::Element(selector, attribute)
        };
        Ok(Self {
            written: text.to_owned(),
            kind,
        })
    }

    pub(super) fn json(&self, sheet: &Sheet<'_, '_>) -> Option<Json> {
        match &self.kind {
            Kind::Script(selector) => sheet.scripts().select(selector).find_map(|e| {
                let nth: usize = e.attr(NTH)?.parse().ok()?;
                parsed(sheet.page.scripts.get(nth)?.1)
            }),
            Kind::Named(name) => named(sheet.page, name),
            Kind::Element(selector, attribute) => sheet
                .html()
                .select(selector)
                .find_map(|e| parsed(&source::text_of(e, attribute.as_deref()))),
        }
    }
}

/// The attribute by which a script of the skeleton is found among those of the page.
const NTH: &str = "listwarden-nth";

/// The page's scripts as tags without text, so that CSS can be asked for them.
pub(super) fn skeleton(page: &PageModel<'_>) -> String {
    let mut out = String::new();
    for (nth, (element, _)) in page.scripts.iter().enumerate() {
        out.push_str(&format!("<script {NTH}={nth}"));
        for (name, value) in page.attributes_of(*element) {
            let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':');
            if name.bytes().all(plain) && value.len() < 1_000 {
                let value = value.replace('&', "&amp;").replace('"', "&quot;");
                out.extend([" ", name, "=\"", &value, "\""]);
            }
        }
        out.push_str("></script>");
    }
    out
}

fn is_script(text: &str) -> bool {
    text.strip_prefix("script")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['#', '.', '[', ':']))
}

/// A name as scripts give it: `window.` and `var` are for the reader's eye. `.class` and `tag` alone are no names.
fn name(text: &str) -> Option<&str> {
    let bare = ["window.", "var ", "let ", "const "]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix));
    let name = bare.unwrap_or(text).trim();
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.');
    let plain = !name.is_empty() && name.chars().all(letters) && !name.starts_with('.');
    let told = bare.is_some() || name.contains(['_', '$']) || name.contains(char::is_uppercase);
    (plain && told).then_some(name)
}

/// What `name` is given in the scripts of the page.
fn named(page: &PageModel<'_>, name: &str) -> Option<Json> {
    for (_, script) in &page.scripts {
        let places = memmem::find_iter(script.as_bytes(), name).take(MOST_PLACES);
        for at in places {
            let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
            if script[..at].chars().next_back().is_some_and(word) {
                continue;
            }
            if let Some(json) = given(&script[at + name.len()..]) {
                return Some(json);
            }
        }
    }
    None
}

/// The JSON that `rest`, what follows a name, gives it.
fn given(rest: &str) -> Option<Json> {
    let rest = rest.trim_start_matches(['"', '\'', ']']).trim_start();
    let rest = rest.strip_prefix(['=', ':', '('])?.trim_start();
    let rest = rest
        .strip_prefix("JSON.parse(")
        .unwrap_or(rest)
        .trim_start();
    if rest.starts_with(['{', '[']) {
        return object(rest);
    }
    parsed(&literal::plain(literal::string(rest)?))
}

/// JSON, in whatever marks templates put around it, or an object as scripts write them.
fn parsed(text: &str) -> Option<Json> {
    let text = text.trim();
    if text.starts_with(['{', '[']) {
        return object(text);
    }
    let marked = text.len() <= ROOM.bytes && text.starts_with(['<', '/', '&']);
    mend::parse(text)
        .ok()
        .filter(|_| marked)?
        .into_iter()
        .next()
}

/// The object or list that `text` begins with.
fn object(text: &str) -> Option<Json> {
    let (mut room, mut nodes) = (ROOM, Vec::new());
    let over = literal::read(text, 0, &mut room, &mut nodes);
    let strict = text.get(..over).map(serde_json::from_str::<Json>)?;
    let number =
        |written: &str| serde_json::from_str(written).unwrap_or_else(|_| Json::from(written));
    match strict {
        Ok(json) => Some(json),
        Err(_) if nodes.is_empty() => None,
        Err(_) => Some(literal::json(&nodes, 0, number)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use url::Url;

    use super::{
        super::{Way, written::parts},
        *,
    };

    fn texts(page: &str, line: &str) -> Vec<String> {
        let url = Url::parse("http://shop.example/").unwrap();
        let model = PageModel::new(page, &url);
        let sheet = Sheet::new(&model, &[]);
        let values = Way::compile(line).unwrap().values(&sheet);
        values.into_iter().map(|value| value.text).collect()
    }

    #[test]
    fn json_is_found_by_id_name_and_attribute() {
        let page = r#"<script>var window_price = 1; window.__STATE__ = {"a": {"price": 1999}};</script>
            <script id="__NEXT_DATA__" type="application/json">{"props": {"sku": "K-1"}}</script>
            <script>var itemInfo = {name: 'Kettle \'X\'', "n": 1, stock: undefined, on: !0, sizes: ['S', 'M',], 7: 'seven' /* x */};
            window["__APP__"] = JSON.parse("{\"b\": \"c\"}"); Hub.set({skuMap: {a1: {p: "5"}}})</script>
            <div class=box data-product='{"id": 5}'>x</div>"#;
        for (line, wanted) in [
            ("window.__STATE__ /a/price | divide 100", &["19.99"][..]),
            ("script#__NEXT_DATA__ /props/sku", &["K-1"]),
            ("script[type='application/json'] /props/sku", &["K-1"]),
            ("var itemInfo /name", &["Kettle 'X'"]),
            ("itemInfo /sizes/*", &["S", "M"]),
            ("itemInfo /on", &["true"]),
            ("itemInfo /7", &["seven"]),
            ("window.__APP__ /b", &["c"]),
            ("skuMap /*/p", &["5"]),
            (".box@data-product /id", &["5"]),
            ("script#nothing /a", &[]),
            ("window.nothing /a", &[]),
        ] {
            assert_eq!(texts(page, line), wanted, "{line}");
        }
    }

    #[test]
    fn a_selector_is_no_name() {
        for css in ["div", ".price", "div.price", "b@data-x"] {
            assert_eq!(name(css), None, "{css}");
        }
        assert_eq!(name("window.a.b"), Some("a.b"));
        assert!(Holder::compile(&parts("script[").unwrap()[0]).is_err());
    }

    #[test]
    fn hostile_scripts_end() {
        let many = |s: &str| s.repeat((1 << 20) / s.len());
        for script in [
            many("x = {"),
            many("x = ["),
            many("x = {'"),
            many("x = \"{"),
            many("x = {a:"),
            many("x("),
        ] {
            let page = format!("<script>{script}</script>");
            assert!(texts(&page, "var x /a").is_empty());
        }
    }

    proptest! {
        #[test]
        fn any_json_is_read_as_itself(text in "[a-z{}\\[\\]'\"\\\\:é ]{0,12}", n in any::<i32>()) {
            let json = json!({"t": [text, {"n": n}], "u": null});
            prop_assert_eq!(given(&format!(" = {json}; x")), Some(json.clone()));
            prop_assert_eq!(parsed(&json.to_string()), Some(json));
        }

        #[test]
        fn any_text_is_survived(text in "\\PC{0,60}") {
            given(&format!("={text}"));
            parsed(&text);
        }
    }
}
