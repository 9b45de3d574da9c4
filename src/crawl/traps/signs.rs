//! What an address says of the trap that it may lead into: repeated steps, dates, filters.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use url::Url;

use crate::{model::Time, platform::page_of};

/// The same step of a path so often is a path that repeats itself.
const REPEATED: usize = 3;
/// Days ahead that a shop may speak of.
const AHEAD: i64 = 400;
/// Parameters that say which list it is, not what is filtered out of it.
const LISTS: &[&str] = &[
    "c",
    "cat",
    "cat_id",
    "category",
    "category_id",
    "categoryid",
    "catid",
    "cid",
    "id",
    "k",
    "keyword",
    "keywords",
    "kw",
    "path",
    "q",
    "query",
    "r",
    "route",
    "s",
    "search",
    "shop",
    "shop_id",
    "shopid",
    "wd",
];

/// Whether one step of a path stands in it three times, or two steps follow one another twice. Numbers alone may.
pub(super) fn repeats(path: &str) -> bool {
    let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
    if steps.len() < REPEATED {
        return false;
    }
    let named = |step: &str| step.len() > 1 && !step.bytes().all(|b| b.is_ascii_digit());
    let pair = steps
        .windows(4)
        .any(|w| w[0] == w[2] && w[1] == w[3] && (!is_number(w[0]) || !is_number(w[1])));
    let mut sorted: Vec<&str> = steps.into_iter().filter(|step| named(step)).collect();
    sorted.sort_unstable();
    pair || sorted
        .windows(REPEATED)
        .any(|same| same[0] == same[REPEATED - 1])
}

fn is_number(step: &str) -> bool {
    step.bytes().all(|b| b.is_ascii_digit())
}

/// An address with a date in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dated {
    /// The address without the date.
    pub(super) kind: String,
    /// The date as it is written.
    pub(super) date: String,
    year: i64,
    month: i64,
}

impl Dated {
    /// Whether the date is further ahead than a shop may speak of.
    pub(super) fn is_beyond(&self, now: Time) -> bool {
        // Months are as exact as this needs to be.
        let days = (self.year - 1970) * 365 + (self.year - 1969) / 4 + (self.month - 1) * 30;
        days > now.as_second() / 86_400 + AHEAD
    }
}

/// How addresses write dates: `2026-05-01`, `2026/05`; `date=20260501`; `year=2026&month=5`.
static DATES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"(?:[/=_-])((?:19|20|21)\d\d)[-/](0?[1-9]|1[0-2])(?:[-/](?:0?[1-9]|[12]\d|3[01]))?(?:$|[/&_.?])",
        r"(?i)[?&][a-z_]*(?:date|day)[a-z_]*=((?:19|20|21)\d\d)(0[1-9]|1[0-2])[0-3]\d(?:$|&)",
        r"(?i)[?&](?:[a-z_]*year|y|yr)=((?:19|20|21)\d\d)&(?:[a-z_]*month|m|mon)=(0?[1-9]|1[0-2])(?:$|&)",
    ]
    .iter()
    .filter_map(|form| Regex::new(form).ok())
    .collect()
});

/// The date in an address, if there is one.
pub(super) fn dated(url: &Url) -> Option<Dated> {
    let text = &url[url::Position::BeforePath..url::Position::AfterQuery];
    if !["19", "20", "21"]
        .iter()
        .any(|century| text.contains(century))
    {
        return None;
    }
    let found: Captures<'_> = DATES.iter().find_map(|form| form.captures(text))?;
    let whole = found.get(0)?;
    let number = |n: usize| found.get(n)?.as_str().parse().ok();
    Some(Dated {
        kind: format!(
            "{}{} {}",
            url.host_str()?,
            &text[..whole.start()],
            &text[whole.end()..]
        ),
        date: whole
            .as_str()
            .trim_end_matches(['/', '&', '_', '.', '?'])
            .to_owned(),
        year: number(1)?,
        month: number(2)?,
    })
}

/// The parameters of an address by what they do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Facets {
    /// Host and path.
    pub(super) path: String,
    /// Those that say which list it is, in order.
    pub(super) list: String,
    /// All others but the number of the page, in order.
    pub(super) filters: String,
}

/// None where there are no parameters.
pub(super) fn facets(url: &Url) -> Option<Facets> {
    let list_url = page_of(url).and_then(|(list, _)| Url::parse(&list).ok());
    let url = list_url.as_ref().unwrap_or(url);
    let query = url.query().filter(|query| !query.is_empty())?;
    let is_list = |piece: &&str| {
        let name = piece
            .split('=')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        LISTS.contains(&name.as_str())
    };
    let mut pieces: Vec<&str> = query.split('&').collect();
    pieces.sort_unstable();
    let (list, filters): (Vec<&str>, Vec<&str>) = pieces.into_iter().partition(is_list);
    Some(Facets {
        path: format!("{}{}", url.host_str()?, url.path()),
        list: list.join("&"),
        filters: filters.join("&"),
    })
}

/// The kind of an address: its host and path, every number in it as `#`, cut where it gets long.
pub(super) fn kind(url: &Url) -> String {
    let mut kind = url.host_str().unwrap_or_default().to_owned();
    for c in url.path().chars().take(100) {
        match c.is_ascii_digit() {
            true if kind.ends_with('#') => {}
            true => kind.push('#'),
            false => kind.push(c),
        }
    }
    kind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_known_by_their_forms() {
        assert_eq!(DATES.len(), 3);
        let dated =
            |path: &str| dated(&Url::parse("http://a.example").unwrap().join(path).unwrap());
        for (path, kind, date) in [
            ("/e/2026-05-01", "a.example/e ", "/2026-05-01"),
            ("/e/2026/5/", "a.example/e ", "/2026/5"),
            ("/e?d=2026-05&x=1", "a.example/e?d x=1", "=2026-05"),
            (
                "/e?start_date=20260501",
                "a.example/e ",
                "?start_date=20260501",
            ),
            ("/e?year=2026&month=5", "a.example/e ", "?year=2026&month=5"),
        ] {
            let found = dated(path).unwrap();
            assert_eq!(
                (found.kind.as_str(), found.date.as_str()),
                (kind, date),
                "{path}"
            );
        }
        for path in [
            "/c/20260501",
            "/kettle-2026-edition",
            "/c/2026-131",
            "/c?id=202605",
        ] {
            assert_eq!(dated(path), None, "{path}");
        }
    }
}
