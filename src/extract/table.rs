//! Attribute tables: rows of two cells, `dt` and `dd`, "名称：值" in lists and paragraphs.

use std::borrow::Cow;

use super::{
    found::{Found, Place},
    labels,
    marks::{LABEL, VALUE},
    page::{Holds, PageModel},
    zones::{self, Zone},
};

/// A name and a value that stand together.
#[derive(Debug)]
struct Row<'p> {
    name: Cow<'p, str>,
    value: Cow<'p, str>,
    /// The element of the value.
    at: usize,
    /// It stands in a table or list made for this, so that an unknown name is an attribute too.
    tabular: bool,
}

/// Rows beyond this number are not read.
const MOST: usize = 400;
/// Characters of a name; what is longer is a sentence.
const LONGEST_NAME: usize = 40;
/// Characters of a value.
const LONGEST_VALUE: usize = 1_000;

/// What makes a number shown beside the goods outweigh a stated one.
const QUOTED: i32 = 38;

/// Offers every row as an attribute, and those with a known name as fields.
pub(super) fn read(found: &mut Found<'_, '_>, zones: &[Zone]) {
    for row in rows(found.page, zones) {
        let place = Place::Element(row.at);
        if row.tabular {
            found.beside("attributes", &row.value, &row.name, place.clone(), 0);
        }
        match labels::field(&row.name) {
            // A price in a table is often one of a neighbour, a deposit, a threshold.
            Some(field @ ("price" | "list_price")) => found.lean(field, &row.value, place, -20),
            Some("availability") if super::stock::read(&row.value).is_none() => {}
            Some("sku" | "mpn" | "gtin" | "model") if row.value.chars().count() > 80 => {}
            // "Product code: 123" by the goods is the number that people quote, whatever templates state.
            Some("sku") => {
                let value = super::schema::number_of(&row.value);
                found.lean("sku", value, place, if row.tabular { 0 } else { QUOTED });
            }
            Some("manufacturer") => {
                found.add("manufacturer", &row.value, place.clone());
                if is_mark(&row.name, &row.value) {
                    found.lean("brand", &row.value, place, -30);
                }
            }
            Some(field) => found.lean(field, &row.value, place, if row.tabular { 0 } else { -5 }),
            None => {}
        }
    }
}

/// Whether "Manufacturer: Bosch" names a brand: no Chinese, Japanese or Korean label (there it is a firm), no form of firm.
fn is_mark(name: &str, value: &str) -> bool {
    const FIRMS: &[&str] = &[
        "gmbh", "ltd", "limited", "inc", "s.r.o", "llc", "co.", "corp", "ооо", "a.s.", "d.o.o",
        "公司", "厂", "s.a.", "kft",
    ];
    let lower = value.to_lowercase();
    !name.contains(|c: char| c > '\u{2e80}')
        && value.chars().count() <= 25
        && !FIRMS.iter().any(|form| lower.contains(form))
}

fn rows<'p>(page: &'p PageModel<'_>, zones: &[Zone]) -> Vec<Row<'p>> {
    let mut rows = Vec::new();
    for element in page.all() {
        let zone = zones[element];
        if zone.others || zone.reviews || zone.furniture {
            continue;
        }
        match page.tag(element) {
            "tr" => cells(page, element, &mut rows),
            "dt" => term(page, element, &mut rows),
            "li" | "p" | "div" | "span" | "td" | "font" | "b" | "h2" | "h3" | "h4" => {
                line(page, element, &mut rows)
            }
            _ => {}
        }
        if rows.len() >= MOST {
            break;
        }
    }
    rows
}

fn push<'p>(
    rows: &mut Vec<Row<'p>>,
    name: Cow<'p, str>,
    value: Cow<'p, str>,
    at: usize,
    tabular: bool,
) {
    let name = match name {
        Cow::Borrowed(name) => Cow::Borrowed(bare(name)),
        Cow::Owned(name) => Cow::Owned(bare(&name).to_owned()),
    };
    let longer = |text: &str, most: usize| text.len() > most && text.chars().count() > most;
    let long = longer(&name, LONGEST_NAME) || longer(&value, LONGEST_VALUE);
    if name.is_empty() || value.is_empty() || long || !name.contains(char::is_alphabetic) {
        return;
    }
    rows.push(Row {
        name,
        value,
        at,
        tabular,
    });
}

/// A name without the colon behind it.
fn bare(name: &str) -> &str {
    name.trim().trim_end_matches([':', '：', ' ', '\u{3000}'])
}

/// A row of two cells, or of four that are two pairs.
fn cells<'p>(page: &'p PageModel<'_>, row: usize, rows: &mut Vec<Row<'p>>) {
    let cells: Vec<usize> = page
        .children(row)
        .filter(|c| matches!(page.tag(*c), "td" | "th"))
        .take(7)
        .collect();
    let heads = cells.iter().step_by(2).all(|c| {
        page.tag(*c) == "th" || page.raw(*c).trim_end().ends_with([':', '：']) || cells.len() == 2
    });
    let header_row = cells.iter().all(|c| page.tag(*c) == "th");
    if matches!(cells.len(), 2 | 4 | 6) && heads && !header_row {
        for pair in cells.chunks_exact(2) {
            push(rows, page.words(pair[0]), page.said(pair[1]), pair[1], true);
        }
    }
}

/// A `dt` with the `dd` after it.
fn term<'p>(page: &'p PageModel<'_>, dt: usize, rows: &mut Vec<Row<'p>>) {
    let next = page.elements[dt].end;
    if next < page.elements.len()
        && page.tag(next) == "dd"
        && page.elements[next].parent == page.elements[dt].parent
    {
        push(rows, page.words(dt), page.said(next), next, true);
    }
}

/// "名称：值" in one element, or a label and a value side by side in it.
fn line<'p>(page: &'p PageModel<'_>, element: usize, rows: &mut Vec<Row<'p>>) {
    if !(3..=600).contains(&page.raw(element).len()) {
        return;
    }
    let item = page.tag(element) == "li";
    if let Some([name, value]) = two_children(page, element)
        && page.raw(name).len() <= 4 * LONGEST_NAME
    {
        let named = zones::has_word(page, name, LABEL) && zones::has_word(page, value, VALUE);
        let label = page.words(name);
        let known = labels::field(&label).is_some();
        let colon = item && label.ends_with([':', '：']);
        if (named || known || colon) && page.raw(element).trim().starts_with(page.raw(name).trim())
        {
            return push(rows, label, page.words(value), value, named || item);
        }
    }
    if !page.elements[element].holds.any(Holds::COLON) {
        return;
    }
    // What holds further blocks is no line.
    let blocks = page.inside(element).any(|e| {
        matches!(
            page.tag(e),
            "div" | "p" | "ul" | "li" | "table" | "dl" | "h1" | "h2" | "h3" | "br"
        )
    });
    if blocks {
        return;
    }
    let pair = match page.words(element) {
        Cow::Borrowed(text) => split(text).map(|(name, value)| (name.into(), value.into())),
        Cow::Owned(text) => {
            let own = |text: &str| Cow::Owned(text.to_owned());
            split(&text).map(|(name, value)| (own(name), own(value)))
        }
    };
    let Some((name, value)) = pair else {
        return;
    };
    let known = labels::field(&name).is_some();
    if known || item && value.chars().count() <= 120 {
        push(rows, name, value, element, item);
    }
}

/// The children of an element that has two.
fn two_children(page: &PageModel<'_>, element: usize) -> Option<[usize; 2]> {
    let mut children = page.children(element);
    let pair = [children.next()?, children.next()?];
    children.next().is_none().then_some(pair)
}

/// Splits at the first colon, if it stands between a name and a value.
fn split(text: &str) -> Option<(&str, &str)> {
    let at = text.find([':', '：'])?;
    let (name, rest) = text.split_at(at);
    let value = rest.trim_start_matches([':', '：']);
    let clock = name.ends_with(|c: char| c.is_ascii_digit())
        && value.starts_with(|c: char| c.is_ascii_digit());
    let address = value.starts_with("//");
    (!clock && !address && name.split_whitespace().count() <= 5)
        .then(|| (name.trim(), value.trim()))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::extract::page::PageModel;

    fn read_all(text: &str) -> Vec<String> {
        let url = Url::parse("http://shop.example/").unwrap();
        let page = PageModel::new(text, &url);
        let mut found = Found::new(&page, "table");
        read(&mut found, &zones::zones(&page));
        let say = |o: &super::super::found::Offered| {
            format!(
                "{}{}={}",
                o.field,
                o.beside
                    .as_ref()
                    .map(|b| format!("[{b}]"))
                    .unwrap_or_default(),
                o.value
            )
        };
        found.offered.iter().map(say).collect()
    }

    #[test]
    fn tables_lists_and_lines_give_rows() {
        assert_eq!(
            read_all("<table><tr><td class=k>品牌：<td>博美<tr><th>净重</th><td>2 kg</table>"),
            [
                "attributes[品牌]=博美",
                "brand=博美",
                "attributes[净重]=2 kg"
            ]
        );
        assert_eq!(
            read_all("<dl><dt>Model No.<dd>X-1</dl>"),
            ["attributes[Model No.]=X-1", "model=X-1"]
        );
        assert_eq!(
            read_all("<ul><li>货号：A7<li>见 12:30</ul>"),
            ["attributes[货号]=A7", "sku=A7"]
        );
        assert_eq!(read_all("<p>SKU: <b>991</b></p>"), ["sku=991"]);
        assert_eq!(
            read_all(
                "<div><span class=attr-name>Farbe</span><span class=attr-value>rot</span></div>"
            ),
            ["attributes[Farbe]=rot"]
        );
    }

    #[test]
    fn other_goods_have_their_own_tables() {
        assert!(
            read_all("<div class=related><table><tr><th>Brand<td>Other</table></div>").is_empty()
        );
    }
}
