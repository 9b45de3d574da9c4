//! A platform's own recipe: per field CSS, JSON pointers and small transforms. What it finds wins over every reader.

mod field;
mod held;
mod recipe;
mod sheet;
mod source;
mod step;
mod written;

use std::rc::Rc;

use serde_json::Value as Json;

use super::{
    BadSelector,
    found::{Found, Place},
};

pub(super) use field::Field;
pub use recipe::Recipe;
pub(super) use sheet::Sheet;

use source::Source;
use step::Step;
use written::{Part, Wrong};

/// Matches of one selector that are taken.
const MOST: usize = 100;

/// Bytes of one match.
const MOST_BYTES: usize = 1 << 16;

/// Bytes of one line of a recipe.
const MOST_WRITTEN: usize = 2_000;

/// One value on its way through the steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Value {
    pub(super) text: String,
    /// Where it stands, where that is more exact than the line of the recipe.
    path: Option<String>,
    pub(super) currency: Option<String>,
    /// It is a number with a decimal point, so nothing in it is a grouping mark.
    number: bool,
}

impl Value {
    pub(super) fn new(text: &str) -> Self {
        let mut text = text.trim().to_owned();
        text.truncate(text.floor_char_boundary(MOST_BYTES));
        text.shrink_to_fit();
        Self {
            text,
            ..Self::default()
        }
    }

    /// A text, a number or a truth value.
    pub(super) fn of_json(json: &Json) -> Option<Self> {
        match json {
            Json::String(text) => Some(Self::new(text)),
            Json::Number(number) => Some(Self {
                number: true,
                ..Self::new(&number.to_string())
            }),
            Json::Bool(yes) => Some(Self::new(&yes.to_string())),
            _ => None,
        }
    }

    /// The same with another text.
    fn with(&self, text: &str) -> Self {
        Self {
            path: self.path.clone(),
            currency: self.currency.clone(),
            ..Self::new(text)
        }
    }

    /// As it is offered for a price: a number with three decimals gets a fourth, so that no one takes its point for a
    /// grouping mark.
    pub(super) fn price(&self) -> String {
        match self.text.split_once('.') {
            Some((_, decimals)) if self.number && decimals.len() == 3 => format!("{}0", self.text),
            _ => self.text.clone(),
        }
    }
}

/// One way to a field's value: where it stands, and what is made of it.
#[derive(Debug)]
pub(super) struct Way {
    written: String,
    source: Source,
    steps: Vec<Step>,
}

impl Way {
    /// Compiles `SOURCE | step | step`.
    pub(super) fn compile(line: &str) -> Result<Self, Wrong> {
        let parts = written::parts(line)?;
        let Some((source, steps)) = parts.split_first() else {
            return Err(source::empty(&Part { text: "", at: 0..0 }));
        };
        if line.len() > MOST_WRITTEN {
            let message = format!("it is longer than {MOST_WRITTEN} bytes");
            return Err(Wrong::new(source, &message, "write a shorter selector"));
        }
        let source = Source::compile(source)?;
        let steps = steps.iter().map(Step::compile).collect::<Result<_, _>>()?;
        Ok(Self {
            written: line.trim().to_owned(),
            source,
            steps,
        })
    }

    /// What it gives on a page; empty where it gives nothing.
    pub(super) fn values(&self, sheet: &Sheet<'_, '_>) -> Vec<Value> {
        let mut values = self.source.values(sheet);
        values.retain(|value| !value.text.is_empty());
        for step in &self.steps {
            values = step.apply(values, sheet.page);
        }
        values
    }

    fn path(&self, value: &Value) -> Place {
        let own = value.path.clone().filter(|_| self.steps.is_empty());
        Place::Path(own.unwrap_or_else(|| self.written.clone()))
    }
}

/// The recipe of one platform, compiled.
#[derive(Debug, Default)]
pub struct Selectors {
    fields: Vec<(Field, Vec<Way>)>,
}

impl Selectors {
    /// Compiles what config.toml's `[platform.select]` says. For each field one way or several, the first that gives a
    /// value counts; a way is a source and the steps after it, `SOURCE | step | step`. A source is a CSS selector
    /// (`css@attr` for an attribute), a JSON pointer (RFC 6901, begins with `/`; tried on each product of the page's
    /// JSON-LD, then on the array of all its blocks; `*` stands for each member), or a pointer into JSON held elsewhere:
    /// `script#id /pointer`, `window.NAME /pointer`, `css@attr /pointer`. All faults at once.
    pub fn compile(recipe: &Recipe) -> Result<Self, Vec<BadSelector>> {
        let (mut fields, mut faults) = (Vec::new(), Vec::new());
        for (name, lines) in &recipe.0 {
            let field = match Field::named(name) {
                Ok(field) => field,
                Err(help) => {
                    faults.push(unknown(name, help));
                    continue;
                }
            };
            let mut ways = Vec::new();
            for (entry, line) in lines.iter().enumerate() {
                match Way::compile(line) {
                    Ok(way) => ways.push(way),
                    Err(wrong) => faults.push(bad(name, line, entry, wrong)),
                }
            }
            fields.push((field, ways));
        }
        if faults.is_empty() {
            Ok(Self { fields })
        } else {
            Err(faults)
        }
    }
}

impl Selectors {
    /// Whether some of them look at the tree of a page, so that nothing of it may be passed over.
    pub(super) fn need_tree(&self) -> bool {
        let ways = self.fields.iter().flat_map(|(_, ways)| ways);
        ways.into_iter()
            .any(|way| !matches!(way.source, Source::JsonLd(_)))
    }
}

fn unknown(field: &str, help: String) -> BadSelector {
    BadSelector {
        field: field.to_owned(),
        selector: String::new(),
        message: "there is no such field".to_owned(),
        help: Some(help),
        place: None,
    }
}

fn bad(field: &str, line: &str, entry: usize, wrong: Wrong) -> BadSelector {
    BadSelector {
        field: field.to_owned(),
        selector: line.to_owned(),
        message: wrong.message,
        help: wrong.help,
        place: Some((entry, wrong.at)),
    }
}

/// Offers what the recipe finds; names the fields for which it found nothing.
pub(super) fn read(
    selectors: &Selectors,
    found: &mut Found<'_, '_>,
) -> Vec<(&'static str, String)> {
    if selectors.fields.is_empty() {
        return Vec::new();
    }
    let blocks = found.page.blocks.json();
    read_sheet(selectors, &Sheet::new(found.page, &blocks), found)
}

/// As `read`, of a page that is already laid out.
pub(super) fn read_sheet(
    selectors: &Selectors,
    sheet: &Sheet<'_, '_>,
    found: &mut Found<'_, '_>,
) -> Vec<(&'static str, String)> {
    let mut missed = Vec::new();
    for (field, ways) in &selectors.fields {
        let first = ways.iter().find_map(|way| {
            let values = way.values(sheet);
            (!values.is_empty()).then_some((way, values))
        });
        match first {
            Some((way, values)) => offer(field, way, values, found),
            None => {
                let written: Vec<&str> = ways.iter().map(|way| way.written.as_str()).collect();
                missed.push((field.name, written.join("', '")));
            }
        }
    }
    missed
}

/// The JSON of what a recipe calls `script#id`, `window.NAME` or `css@attribute`.
pub(super) fn held_json(sheet: &Sheet<'_, '_>, written: &str) -> Option<Rc<Json>> {
    let part = Part {
        text: written,
        at: 0..written.len(),
    };
    sheet.held(&held::Holder::compile(&part).ok()?)
}

fn offer(field: &Field, way: &Way, values: Vec<Value>, found: &mut Found<'_, '_>) {
    if field.name == "category" && values.len() > 1 {
        let place = way.path(&Value::default());
        let steps: Vec<String> = values.into_iter().map(|value| value.text).collect();
        found.beside(field.name, &steps.join(" > "), "breadcrumb", place, 0);
        return;
    }
    let take = if field.takes_many() { MOST } else { 1 };
    for value in values.iter().take(take) {
        let place = way.path(value);
        match (&field.attribute, &value.currency) {
            (Some(name), _) => found.beside(field.name, &value.text, name, place, 0),
            (None, Some(code)) if field.is_price() => {
                found.beside(field.name, &value.price(), code, place, 0);
            }
            (None, _) if field.is_price() => found.add(field.name, &value.price(), place),
            (None, _) if field.is_address() => {
                let url = found.page.resolve(&value.text).map(|url| url.to_string());
                found.add(
                    field.name,
                    &url.unwrap_or_else(|| value.text.clone()),
                    place,
                );
            }
            (None, _) => found.add(field.name, &value.text, place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(fields: &[(&str, &str)]) -> Recipe {
        let lines = fields.iter();
        lines
            .map(|(field, line)| ((*field).to_owned(), (*line).to_owned()))
            .collect()
    }

    #[test]
    fn all_faults_come_at_once_each_with_its_place() {
        let faults = Selectors::compile(&recipe(&[
            ("price", "div["),
            ("titel", "h1"),
            ("brand", ".b | aftr 'x'"),
            ("sku", "b@"),
            ("mpn", "/a~"),
        ]))
        .unwrap_err();
        let told: Vec<_> = faults
            .iter()
            .map(|f| {
                (
                    f.field.as_str(),
                    f.place.clone(),
                    f.help.as_deref().unwrap_or_default(),
                )
            })
            .collect();
        assert_eq!(told.len(), 5);
        assert_eq!(told[0], ("brand", Some((0, 5..9)), "did you mean `after`?"));
        assert_eq!((told[1].0, &told[1].1), ("mpn", &Some((0, 1..3))));
        assert_eq!((told[2].0, &told[2].1), ("price", &Some((0, 0..4))));
        assert_eq!(told[4], ("titel", None, "did you mean `title`?"));
    }

    fn read_with(fields: &[(&str, &[&str])], text: &str) -> crate::extract::Reading {
        let lines = fields.iter().map(|(field, lines)| {
            let lines = lines.iter().map(|line| (*line).to_owned());
            ((*field).to_owned(), lines.collect())
        });
        let selectors = Selectors::compile(&Recipe(lines.collect())).unwrap();
        let url = url::Url::parse("http://shop.example/i/1").unwrap();
        crate::extract::read(text, &url, &selectors)
    }

    #[test]
    fn the_first_way_that_gives_a_value_counts() {
        let page = "<h1>Kettle X</h1><i class=now></i><p>品牌：博美</p><b class=was>¥5</b>";
        let reading = read_with(
            &[
                ("price", &[".now", ".was | currency CNY"]),
                ("brand", &["p | after '牌子：'", "p | after '品牌：'"]),
                ("attributes.净含量", &[".none"]),
                ("attributes.口号", &["h1 | before ' '"]),
                ("sku", &[".a", ".b"]),
            ],
            page,
        );
        let price = reading.listing.price.unwrap();
        assert_eq!(
            (price.amount.to_string().as_str(), price.currency.as_deref()),
            ("5", Some("CNY"))
        );
        assert_eq!(reading.listing.brand.as_deref(), Some("博美"));
        assert_eq!(reading.listing.attributes["口号"], "Kettle");
        assert_eq!(reading.listing.paths["brand"], "p | after '品牌：'");
        let gap = reading.gaps.iter().find(|gap| gap.field == "sku").unwrap();
        assert_eq!(gap.why, "selector '.a', '.b' found nothing");
    }

    #[test]
    fn a_number_that_is_one_already_is_not_read_as_a_grouped_one() {
        let page = r#"<script type=application/ld+json>{"@type": "Product", "name": "x", "offers": {"price": 1.299}}</script>
            <script>var STATE = {"cents": 1299, "whole": "1.299"}</script>"#;
        let price = |line: &str| {
            let listing = read_with(&[("price", &[line])], page).listing;
            listing.price.unwrap().amount.normalize().to_string()
        };
        assert_eq!(price("/offers/price"), "1.299");
        assert_eq!(price("STATE /cents | divide 1000"), "1.299");
        assert_eq!(price("STATE /whole"), "1299");
    }
}
