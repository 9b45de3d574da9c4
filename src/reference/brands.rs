//! Brands: names, owners, who may sell them, and what they usually cost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    list::{Complaint, Head},
    table,
    words::Units,
};
use crate::{model::ReferenceRow, text::fold::fold};

/// A brand that a list names.
#[derive(Clone, Debug)]
pub struct Brand {
    /// The name as the owner writes it.
    pub name: String,
    /// Other ways of writing it, in any script.
    pub aliases: Vec<String>,
    /// Who owns the mark.
    pub owner: Option<String>,
    /// Names or ids of sellers that the owner has authorised, compared folded; empty where none are known.
    pub authorised: Vec<String>,
    /// What genuine goods usually cost.
    pub usual: Vec<UsualPrice>,
    /// The row it came from.
    pub row: ReferenceRow,
}

/// What genuine goods of one class usually cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsualPrice {
    /// Class id, such as `fashion/shoes`.
    pub class: String,
    /// In units of the currency; a float because scripts compare with it, never shown as a price.
    pub amount: f64,
    /// ISO 4217.
    pub currency: String,
}

/// A brand as its file writes it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default)]
    authorised: Vec<String>,
    #[serde(default)]
    usual: Vec<UsualPrice>,
    /// For people who read the file.
    #[serde(default)]
    note: Option<String>,
}

/// Reads a list of brands; each with its line.
pub(super) fn read(
    text: &str,
    complaints: &mut Vec<Complaint>,
) -> Option<(Head, Vec<(usize, Brand)>)> {
    let (head, rows) = table::read::<Head, Entry>(text, Some("brand"), complaints)?;
    head.check(complaints);
    let mut brands = Vec::new();
    for row in rows {
        let line = row.line;
        if fold(&row.value.name).is_empty() {
            complaints.push((line, "the brand has no name".to_owned()));
            continue;
        }
        if let Some(price) = row
            .value
            .usual
            .iter()
            .find(|p| !(p.amount > 0.0 && p.amount.is_finite()))
        {
            complaints.push((
                line,
                format!("{} cannot usually cost {}", row.value.name, price.amount),
            ));
            continue;
        }
        let published = head.row(&row.value.name, &row.hash);
        let entry = row.value;
        brands.push((
            line,
            Brand {
                name: entry.name,
                aliases: entry.aliases,
                owner: entry.owner,
                authorised: entry.authorised,
                usual: entry.usual,
                row: published,
            },
        ));
    }
    Some((head, brands))
}

/// Brands by name and alias, and by the first unit of each.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Folded name to the brand's place.
    whole: BTreeMap<String, usize>,
    /// Name without separators, how many units it has, and the brand's place, by first unit.
    spelled: BTreeMap<String, Vec<(String, usize, usize)>>,
}

impl Names {
    /// Names and aliases of all `brands`; the first brand to claim a name keeps it.
    pub(super) fn of(brands: &[Brand]) -> Self {
        let mut names = Self::default();
        for (place, brand) in brands.iter().enumerate() {
            for name in std::iter::once(&brand.name).chain(&brand.aliases) {
                let folded = fold(name);
                let units = Units::of(&folded);
                let count = units.all.len();
                let first = units.word(0).to_owned();
                if let Some(gram) = units.gram(0, count).filter(|gram| says_enough(gram)) {
                    names
                        .spelled
                        .entry(first)
                        .or_default()
                        .push((gram.to_owned(), count, place));
                }
                names.whole.entry(folded).or_insert(place);
            }
        }
        names
    }

    /// The place of the brand of that folded name.
    pub(super) fn get(&self, folded: &str) -> Option<usize> {
        self.whole.get(folded).copied()
    }

    /// Every folded name with its brand's place, sorted.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, usize)> {
        self.whole
            .iter()
            .map(|(name, place)| (name.as_str(), *place))
    }

    /// Places of the brands named in folded text, sorted, each once.
    pub(super) fn within(&self, folded: &str) -> Vec<usize> {
        let units = Units::of(folded);
        let mut found = Vec::new();
        for at in 0..units.all.len() {
            for (gram, count, place) in self.spelled.get(units.word(at)).into_iter().flatten() {
                if units.gram(at, *count) == Some(gram) {
                    found.push(*place);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// A short name ("3D", "米") stands in too many texts to mean the brand.
fn says_enough(name: &str) -> bool {
    let letters = name.chars().count();
    if name.is_ascii() {
        letters >= 4
    } else {
        letters >= 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"
source = "a test"
licence = "none"
[[brand]]
name = "Lumora"
aliases = ["露茉拉"]
usual = [{ class = "fashion/shoes", amount = 700.0, currency = "CNY" }]
[[brand]]
name = "3D"
[[brand]]
name = "Nordhaus"
usual = [{ class = "fashion/shoes", amount = -1.0, currency = "CNY" }]
"#;

    #[test]
    fn brands_are_found_in_both_scripts_but_never_by_a_short_name() {
        let mut complaints = Vec::new();
        let (_, rows) = read(LIST, &mut complaints).unwrap();
        let brands: Vec<Brand> = rows.into_iter().map(|(_, brand)| brand).collect();
        let names = Names::of(&brands);
        assert_eq!(names.within(&fold("正品露茉拉跑鞋 3D")), [0]);
        assert_eq!(names.within(&fold("LUMORA running shoes")), [0]);
        assert!(names.within(&fold("Lumoras")).is_empty());
        assert_eq!(names.get("3d"), Some(1));
        assert_eq!(
            complaints,
            [(10, "Nordhaus cannot usually cost -1".to_owned())]
        );
    }
}
