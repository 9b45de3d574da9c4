//! Standards, and from when to when each edition is in force.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    list::{self, Complaint, Head, Row},
    sheet::{self, Column},
};
use crate::{model::ReferenceRow, text::codes};

/// An edition of a standard; or all of them, where its number says no year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standard {
    /// As `text::codes::standards` writes it, such as `GB 4943.1-2011`.
    pub number: String,
    /// What it is about.
    pub title: Option<String>,
    /// The day on which it came into force, ISO 8601.
    pub from: Option<String>,
    /// The day on which it was no longer in force, ISO 8601; none where no end is known.
    pub ended: Option<String>,
    /// What stands in its place since then.
    pub replaced_by: Vec<String>,
    /// Where the row is from, or that it is to be confirmed.
    pub note: Option<String>,
    /// The row it came from.
    #[serde(skip)]
    pub row: ReferenceRow,
}

/// How a standard stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Published, and not yet in force.
    Coming,
    /// In force.
    InForce,
    /// Another one stands in its place.
    Replaced,
    /// Taken back, and nothing in its place.
    Abolished,
}

impl Standing {
    /// The word that rules know it by.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Coming => "coming",
            Self::InForce => "in force",
            Self::Replaced => "replaced",
            Self::Abolished => "abolished",
        }
    }
}

impl Standard {
    /// How it stands on a day (ISO 8601); where no day is known, how it stands after all that the row says.
    pub fn on(&self, day: Option<&str>) -> Standing {
        let passed = |other: &Option<String>| match (other, day) {
            (Some(other), Some(day)) => other.as_str() <= day,
            (other, None) => other.is_some(),
            (None, Some(_)) => false,
        };
        match (passed(&self.ended), &self.replaced_by[..]) {
            (true, []) => Standing::Abolished,
            (true, _) => Standing::Replaced,
            (false, _) if self.from.is_some() && !passed(&self.from) => Standing::Coming,
            (false, _) => Standing::InForce,
        }
    }
}

/// The columns of `standards*.csv`.
const COLUMNS: &[Column] = &[
    column("number", &["standard", "标准号", "标准编号"], true),
    column("title", &["标准名称", "中文名称"], false),
    column("from", &["in_force_from", "实施日期"], false),
    column("ended", &["ended_on", "废止日期", "作废日期"], false),
    column("replaced_by", &["被代替为", "被以下标准替代"], false),
    column("note", &["备注"], false),
];

const fn column(name: &'static str, also: &'static [&'static str], required: bool) -> Column {
    Column {
        name,
        also,
        required,
    }
}

/// Reads a list of standards; each with its line.
pub(super) fn read(
    text: &str,
    complaints: &mut Vec<Complaint>,
) -> Option<(Head, Vec<(usize, Standard)>)> {
    let sheet = sheet::read(text, COLUMNS, complaints)?;
    let head = Head::of_comments(&sheet.comments);
    head.check(complaints);
    let mut standards = Vec::new();
    for (line, cells) in sheet.rows {
        match standard(&cells) {
            Ok(standard) => {
                let Row { value, hash, .. } = Row::new(line, standard);
                let row = head.row(&value.number, &hash);
                standards.push((line, Standard { row, ..value }));
            }
            Err(wrong) => complaints.push((line, wrong)),
        }
    }
    Some((head, standards))
}

fn standard(cells: &BTreeMap<&'static str, String>) -> Result<Standard, String> {
    let cell = |name: &str| cells.get(name).cloned();
    let others = cell("replaced_by").unwrap_or_default();
    let others = others.split(['|', ';', '、']).map(str::trim);
    Standard {
        number: cell("number").unwrap_or_default(),
        title: cell("title"),
        from: cell("from"),
        ended: cell("ended"),
        replaced_by: others
            .filter(|o| !o.is_empty())
            .map(str::to_owned)
            .collect(),
        note: cell("note"),
        row: ReferenceRow::default(),
    }
    .checked()
}

impl Standard {
    /// With its numbers as `text::codes` writes them; the error says what no row may have.
    pub(super) fn checked(self) -> Result<Self, String> {
        let days = [("from", &self.from), ("ended", &self.ended)];
        for (key, day) in days {
            if let Some(day) = day.as_deref().filter(|day| !list::is_date(day)) {
                return Err(format!("{key} is '{day}'; write it like 2026-01-31"));
            }
        }
        if self.ended.is_none() && !self.replaced_by.is_empty() {
            return Err(format!(
                "{} is replaced, and nothing says since when; add `ended`",
                self.number
            ));
        }
        if self.ended.is_some() && self.ended < self.from {
            return Err(format!("{} ended before it was in force", self.number));
        }
        Ok(Self {
            number: one(&self.number)?,
            replaced_by: self
                .replaced_by
                .iter()
                .map(|number| one(number))
                .collect::<Result<_, _>>()?,
            ..self
        })
    }
}

/// The one standard that a cell names.
fn one(shown: &str) -> Result<String, String> {
    let mut named = codes::standards(shown);
    match (named.pop(), named.is_empty()) {
        (Some(number), true) => Ok(number),
        _ => Err(format!(
            "'{shown}' is no number of a standard; write it like GB 6675.1-2014 or EN 71-1:2014"
        )),
    }
}

/// Every standard of the lists, its editions together.
#[derive(Clone, Debug, Default)]
pub(super) struct Standards(BTreeMap<String, Vec<Standard>>);

impl Standards {
    pub(super) fn add(&mut self, standard: Standard) {
        let Some(edition) = codes::edition(&standard.number) else {
            return;
        };
        self.0.entry(edition.standard).or_default().push(standard);
    }

    /// The oldest edition first, what is said of all of them before it.
    pub(super) fn sort(&mut self) {
        let year = |standard: &Standard| codes::edition(&standard.number).map(|e| e.year);
        for editions in self.0.values_mut() {
            editions.sort_by_cached_key(|standard| (year(standard), standard.number.clone()));
        }
    }

    /// Each with its editions.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &[Standard])> {
        self.0.iter().map(|(name, all)| (name.as_str(), &all[..]))
    }

    pub(super) fn editions(&self, standard: &str) -> &[Standard] {
        self.0.get(standard).map_or(&[], Vec::as_slice)
    }
}

/// The row that says how a standard stands on a day: of a dated one its edition, of an undated one the newest that is then in
/// force, else the newest. None where the lists have none, which proves nothing.
pub(super) fn standing<'s>(
    editions: &'s [Standard],
    named: &codes::Edition,
    day: Option<&str>,
) -> Option<&'s Standard> {
    let year = |row: &Standard| codes::edition(&row.number).and_then(|edition| edition.year);
    let whole = || editions.iter().find(|row| year(row).is_none());
    if named.year.is_some() {
        // Amendments belong to the edition that they amend.
        let exact = editions.iter().find(|row| row.number == named.name);
        let same = || editions.iter().find(|row| year(row) == named.year);
        return exact.or_else(same).or_else(whole);
    }
    let in_force = |row: &&Standard| row.on(day) == Standing::InForce;
    let begun = |row: &&Standard| row.on(day) != Standing::Coming;
    let mut newest = editions.iter().rev();
    let in_force = newest.clone().find(in_force);
    in_force
        .or_else(|| newest.find(begun))
        .or_else(|| editions.last())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# source: x\n# licence: none\n标准号,标准名称,实施日期,废止日期,被以下标准替代\nGB4943.1-2011,信息技术设备,2012-12-01,2023-08-01,GB 4943.1-2022\nGB 4943.1-2022,,2023-08-01,,\nEN 60065,,,2020-12-20,EN 62368-1\nGB 1-1990,,,1995-01-01,\nGB 2,,,,GB 3-2000\nGB 6675-2003,,2016-13-01,,\nGB 6676-2003,,2016-01-01,2015-01-01,\nkettle,,,,\n";

    fn editions() -> Standards {
        let mut complaints = Vec::new();
        let (_, rows) = read(TEXT, &mut complaints).unwrap();
        let lines: Vec<_> = complaints.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [8, 9, 10, 11], "{complaints:?}");
        let mut standards = Standards::default();
        rows.into_iter()
            .rev()
            .for_each(|(_, row)| standards.add(row));
        standards.sort();
        standards
    }

    #[test]
    fn a_standard_stands_as_on_the_day_that_is_asked_about() {
        let editions = editions();
        let stands = |name: &str, day: &str| {
            let [name] = &codes::standards(name)[..] else {
                panic!("{name} is no standard")
            };
            let named = codes::edition(name)?;
            let row = standing(editions.editions(&named.standard), &named, Some(day))?;
            Some((row.number.clone(), row.on(Some(day)).as_str()))
        };
        for (name, day, expected) in [
            (
                "GB 4943.1-2011",
                "2023-07-31",
                Some(("GB 4943.1-2011", "in force")),
            ),
            (
                "GB 4943.1-2011",
                "2023-08-01",
                Some(("GB 4943.1-2011", "replaced")),
            ),
            (
                "GB 4943.1-2011",
                "2010-01-01",
                Some(("GB 4943.1-2011", "coming")),
            ),
            (
                "GB 4943.1-2022",
                "2023-07-31",
                Some(("GB 4943.1-2022", "coming")),
            ),
            ("GB 4943.1-2001", "2023-07-31", None),
            (
                "GB 4943.1",
                "2023-07-31",
                Some(("GB 4943.1-2011", "in force")),
            ),
            (
                "GB 4943.1",
                "2023-08-01",
                Some(("GB 4943.1-2022", "in force")),
            ),
            (
                "GB 4943.1",
                "2010-01-01",
                Some(("GB 4943.1-2022", "coming")),
            ),
            (
                "BS EN 60065:2014+A11:2017",
                "2020-12-20",
                Some(("EN 60065", "replaced")),
            ),
            ("GB 1-1990", "1995-01-01", Some(("GB 1-1990", "abolished"))),
            ("EN 71-1", "2020-12-20", None),
        ] {
            let expected = expected.map(|(name, word)| (name.to_owned(), word));
            assert_eq!(stands(name, day), expected, "{name} on {day}");
        }
    }

    #[test]
    fn without_a_day_a_standard_stands_as_after_all_that_is_said_of_it() {
        let editions = editions();
        let words = editions.all().flat_map(|(_, all)| all);
        let words: Vec<_> = words.map(|row| row.on(None).as_str()).collect();
        assert_eq!(words, ["replaced", "abolished", "replaced", "in force"]);
    }
}
