//! From a few pages of a platform and the values wanted of them to a recipe that gives these.
//!
//! Each value is sought among elements, attributes and JSON; every place gives lines that might hold on other pages too;
//! all are tried on all pages as a crawl would, and the most robust that fits is proposed.

mod css;
mod json;
mod places;
mod steps;
mod trial;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value as Json;
use url::Url;

use super::{
    Recipe, Selectors,
    found::Found,
    json_ld, market,
    page::PageModel,
    select::{self, Field, Sheet, Value},
};

use wanted::{Answer, Wanted};

/// Pages that are looked at together.
pub const MOST_PAGES: usize = 30;

/// A page, and what it should give.
#[derive(Clone, Debug)]
pub struct Sample {
    /// As the person calls it.
    pub name: String,
    /// Where it came from.
    pub url: Url,
    /// Its text, decoded.
    pub text: String,
    /// By field, as in `[platform.select]`; a field of several values (`category`, `images`) has all of them. Empty: the
    /// page has none.
    pub wanted: BTreeMap<String, Vec<String>>,
}

/// A value that cannot be wanted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{page}: {field}: {message}")]
#[allow(missing_docs, reason = "plain names")]
pub struct BadWish {
    pub page: String,
    pub field: String,
    pub message: String,
}

/// What is proposed for one field.
#[derive(Clone, Debug, Serialize)]
pub struct Proposal {
    /// As in `[platform.select]`.
    pub field: String,
    /// Lines for it, the first that gives a value counts; empty where none was found.
    pub lines: Vec<String>,
    /// Pages on which they give what was wanted.
    pub right: usize,
    /// Pages of which something was wanted.
    pub asked: usize,
    /// Pages on which the general readers give it, without any recipe.
    pub readers: usize,
    /// The same was wanted of all pages, so that what fits may be a coincidence.
    pub same: bool,
    /// Other lines that fit every page.
    pub others: Vec<String>,
    /// Pages on which the lines are not right.
    pub missed: Vec<Missed>,
}

/// A page on which a proposal is not right.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "plain names")]
pub struct Missed {
    pub page: String,
    pub wanted: Vec<String>,
    pub gave: Vec<String>,
}

/// One page asked for one field.
struct Asked<'p, 't, 's> {
    sheet: &'p Sheet<'p, 't>,
    sample: &'s Sample,
    field: &'s Field,
    wanted: &'s Wanted,
    /// The wanted value as the inspector wrote it; the first of several.
    written: &'s str,
    hint: Option<&'s str>,
    holders: &'s [String],
}

/// Proposes a line for each field that is wanted of any page. All wishes that cannot be read at once.
pub fn suggest(samples: &[Sample]) -> Result<Vec<Proposal>, Vec<BadWish>> {
    let wishes = wishes(samples)?;
    let models: Vec<PageModel<'_>> = samples
        .iter()
        .map(|sample| PageModel::new(&sample.text, &sample.url))
        .collect();
    let blocks: Vec<Vec<Json>> = models
        .iter()
        .map(|page| json_ld::blocks(page).0.json())
        .collect();
    let sheets: Vec<Sheet<'_, '_>> = models
        .iter()
        .zip(&blocks)
        .map(|(page, blocks)| Sheet::new(page, blocks))
        .collect();
    let holders: Vec<Vec<String>> = sheets.iter().map(json::holders).collect();
    let readings: Vec<super::Reading> = samples
        .iter()
        .map(|sample| super::explain(&sample.text, &sample.url, &Selectors::default()))
        .collect();
    let propose = |wish: &Wish| {
        let mut pages = Vec::new();
        let mut readers = 0;
        for (n, wanted) in wish.pages.iter().enumerate() {
            let Some(wanted) = wanted else { continue };
            let asked = Asked {
                sheet: &sheets[n],
                sample: &samples[n],
                field: &wish.field,
                wanted,
                written: first(&samples[n], &wish.name),
                hint: hint(&samples[n], sheets[n].page),
                holders: &holders[n],
            };
            readers += usize::from(is_read(&asked, &readings[n], &wish.name));
            pages.push(asked);
        }
        proposal(&wish.name, &pages, readers)
    };
    Ok(wishes.iter().map(propose).collect())
}

/// What is wanted for one field.
struct Wish {
    name: String,
    field: Field,
    /// Of each page; none where it is not said.
    pages: Vec<Option<Wanted>>,
}

/// For each field what is wanted of each page.
fn wishes(samples: &[Sample]) -> Result<Vec<Wish>, Vec<BadWish>> {
    let names: BTreeSet<&String> = samples.iter().flat_map(|s| s.wanted.keys()).collect();
    let (mut wishes, mut faults) = (Vec::new(), Vec::new());
    for name in names {
        let mut bad = |sample: &Sample, message: String| {
            faults.push(BadWish {
                page: sample.name.clone(),
                field: name.clone(),
                message,
            });
        };
        let field = match Field::named(name) {
            Ok(field) => field,
            Err(help) => {
                let named = samples.iter().find(|s| s.wanted.contains_key(name));
                named
                    .into_iter()
                    .for_each(|s| bad(s, format!("there is no such field; {help}")));
                continue;
            }
        };
        let wanted = samples.iter().map(|sample| {
            let written = sample.wanted.get(name)?;
            let hint = market::currency(None, &sample.url);
            match Wanted::read(&field, written, hint) {
                Ok(wanted) => Some(wanted),
                Err(message) => {
                    bad(sample, message);
                    None
                }
            }
        });
        let pages = wanted.collect();
        wishes.push(Wish {
            name: name.clone(),
            field,
            pages,
        });
    }
    if faults.is_empty() {
        Ok(wishes)
    } else {
        Err(faults)
    }
}

fn first<'s>(sample: &'s Sample, name: &str) -> &'s str {
    let written = sample.wanted.get(name).and_then(|all| all.first());
    let text = written.map(|text| text.trim()).unwrap_or_default();
    text.trim_end_matches(['…', '.']).trim_end()
}

/// The currency of the page's market.
fn hint(sample: &Sample, page: &PageModel<'_>) -> Option<&'static str> {
    market::currency(page.language(), &sample.url)
}

/// Whether the general readers give it already.
fn is_read(asked: &Asked<'_, '_, '_>, reading: &super::Reading, name: &str) -> bool {
    let own =
        |field: &str| field == name || field == asked.field.name && asked.field.attribute.is_none();
    let chosen = reading
        .candidates
        .iter()
        .filter(|c| c.chosen && own(&c.field));
    let values: Vec<Value> = chosen.map(|c| Value::new(&c.value)).collect();
    is_right(
        asked
            .wanted
            .answer(asked.field, &values, asked.sheet.page, asked.hint),
    )
}

fn is_right(answer: Answer) -> bool {
    matches!(answer, Answer::Right | Answer::RightAmongOthers)
}

fn proposal(name: &str, pages: &[Asked<'_, '_, '_>], readers: usize) -> Proposal {
    let mut lines = BTreeMap::new();
    for asked in pages
        .iter()
        .filter(|asked| *asked.wanted != Wanted::Nothing)
    {
        places::lines(asked, &mut lines);
        json::lines(asked, &mut lines);
    }
    let trials = trial::tried(lines, pages);
    let mut chosen = trial::chosen(&trials);
    if let Some(code) = currency(&chosen, pages) {
        for line in &mut chosen {
            line.push_str(&format!(" | currency {code}"));
        }
    }
    let others = trial::others(&trials, &chosen);
    let missed = missed(name, &chosen, pages);
    Proposal {
        field: name.to_owned(),
        right: pages.len() - missed.len(),
        asked: pages.len(),
        readers,
        same: pages.windows(2).all(|two| two[0].wanted == two[1].wanted),
        lines: chosen,
        others,
        missed,
    }
}

/// The currency that a line must name, because all pages want the same one and not all of them show it.
fn currency(lines: &[String], pages: &[Asked<'_, '_, '_>]) -> Option<String> {
    let codes: BTreeSet<&String> = pages
        .iter()
        .filter_map(|asked| match asked.wanted {
            Wanted::Money(money) => money.currency.as_ref(),
            _ => None,
        })
        .collect();
    let [code] = codes.into_iter().collect::<Vec<_>>()[..] else {
        return None;
    };
    let ways: Vec<select::Way> = lines
        .iter()
        .filter_map(|line| select::Way::compile(line).ok())
        .collect();
    let shown = |asked: &Asked<'_, '_, '_>| {
        let value = ways
            .iter()
            .find_map(|way| way.values(asked.sheet).into_iter().next());
        let money = value.and_then(|value| wanted::offered_money(&value, asked.hint));
        money.is_none_or(|money| money.currency.as_ref() == Some(code))
    };
    (!pages.iter().all(shown)).then(|| code.clone())
}

/// The pages on which the lines are not right, tried as a crawl would.
fn missed(name: &str, lines: &[String], pages: &[Asked<'_, '_, '_>]) -> Vec<Missed> {
    let recipe = Recipe([(name.to_owned(), lines.to_vec())].into());
    let selectors = Selectors::compile(&recipe).unwrap_or_default();
    let mut missed = Vec::new();
    for asked in pages {
        let mut found = Found::new(asked.sheet.page, "select");
        select::read_sheet(&selectors, asked.sheet, &mut found);
        let values: Vec<Value> = found
            .offered
            .iter()
            .map(|offer| match &offer.beside {
                Some(code) if asked.field.is_price() => {
                    Value::new(&format!("{} {code}", offer.value))
                }
                _ => Value::new(&offer.value),
            })
            .collect();
        if !is_right(
            asked
                .wanted
                .answer(asked.field, &values, asked.sheet.page, asked.hint),
        ) {
            missed.push(Missed {
                page: asked.sample.name.clone(),
                wanted: asked.sample.wanted.get(name).cloned().unwrap_or_default(),
                gave: values.into_iter().map(|value| value.text).collect(),
            });
        }
    }
    missed
}

#[cfg(test)]
mod tests;
