//! Parse rates as people read them: what of each platform was read in the last run, and whether that is as usual.

use super::counted::counted;
use crate::{text::harmless, watch::Rate};

/// A share that moved by less than this is as usual.
const MOVED: f64 = 0.05;
/// From nothing to everything.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// What is counted of listing pages; all else is counted of listings.
const LISTING: &str = "listing";

/// The head of the table that `rows` fills.
pub(super) const HEAD: [&str; 6] = ["platform", "field", "there", "of", "usually", "last runs"];

/// A line for each platform: what is not as usual, and how much is.
pub(super) fn in_short(rates: &[Rate]) -> Vec<String> {
    rates
        .chunk_by(|a, b| a.platform == b.platform)
        .map(platform)
        .collect()
}

fn platform(rates: &[Rate]) -> String {
    let (usual, odd): (Vec<&Rate>, Vec<&Rate>) = rates
        .iter()
        .filter(|rate| shown(rate))
        .partition(|rate| as_usual(rate));
    let pages = usual.iter().find(|rate| rate.what == LISTING);
    let odd = odd.into_iter().map(|rate| {
        let usually = rate.usual.map_or_else(String::new, |usual| {
            let way = if rate.share < usual { '↓' } else { '↑' };
            format!(" {way} (usually {})", percent(usual))
        });
        format!("{}{usually}", read(rate))
    });
    let fields = usual.iter().filter(|rate| rate.what != LISTING).count();
    let rest = (fields > 0).then(|| format!("{} as usual", counted(fields, "field")));
    let pages = pages.map(|rate| read(rate));
    let told: Vec<String> = pages.into_iter().chain(odd).chain(rest).collect();
    let name = rates.first().map_or("", |rate| rate.platform.as_str());
    format!("read      {}  {}", harmless::line(name), told.join(", "))
}

/// What was read how often.
fn read(rate: &Rate) -> String {
    let share = percent(rate.share);
    if rate.what == LISTING {
        let pages = counted(rate.of, "listing page");
        format!("listings from {share} of {pages}{}", instead(rate))
    } else {
        format!("{} {share}", rate.what)
    }
}

/// What stood where listings were expected: ` (3 × captcha, 1 × missing)`.
fn instead(rate: &Rate) -> String {
    let kinds = rate.instead.iter();
    let told: Vec<String> = kinds.map(|(kind, n)| format!("{n} × {kind}")).collect();
    match told.is_empty() {
        true => String::new(),
        false => format!(" ({})", harmless::line(&told.join(", "))),
    }
}

/// A row for each field that a platform shows.
pub(super) fn rows(rates: &[Rate]) -> Vec<Vec<String>> {
    let row = |rate: &Rate| {
        vec![
            rate.platform.clone(),
            rate.what.clone(),
            format!(
                "{}{}",
                percent(rate.share),
                if rate.fell { " fell" } else { "" }
            ),
            format!("{}{}", rate.of, instead(rate)),
            rate.usual.map(percent).unwrap_or_default(),
            rate.trend.iter().copied().map(bar).collect(),
        ]
    };
    rates.iter().filter(|rate| shown(rate)).map(row).collect()
}

/// What a platform never shows is nothing to look at.
fn shown(rate: &Rate) -> bool {
    rate.there > 0 || rate.fell || rate.usual.is_some_and(|usual| usual > 0.0)
}

fn as_usual(rate: &Rate) -> bool {
    let near = |usual: f64| (rate.share - usual).abs() < MOVED;
    !rate.fell && rate.usual.is_none_or(near)
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

fn bar(share: f64) -> char {
    let nth = (share * (BARS.len() - 1) as f64).round() as usize;
    BARS[nth.min(BARS.len() - 1)]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn rate(what: &str, share: f64, usual: Option<f64>, fell: bool) -> Rate {
        Rate {
            platform: "shop".to_owned(),
            what: what.to_owned(),
            at: "2026-02-03T04:05:06Z".parse().unwrap(),
            reread: false,
            of: 200,
            there: (200.0 * share) as u64,
            share,
            usual,
            fell,
            instead: BTreeMap::new(),
            trend: vec![1.0, 0.5, share],
        }
    }

    #[test]
    fn what_is_not_as_usual_is_named_and_the_rest_counted() {
        let rates = [
            rate(LISTING, 1.0, Some(0.99), false),
            rate("price", 0.1, Some(0.97), true),
            rate("brand", 0.6, Some(0.5), false),
            rate("title", 1.0, Some(1.0), false),
            rate("sku", 0.3, None, false),
            rate("gtin", 0.0, Some(0.0), false),
        ];
        assert_eq!(
            in_short(&rates),
            [
                "read      shop  listings from 100 % of 200 listing pages, price 10 % ↓ (usually 97 %), brand 60 % ↑ (usually 50 %), 2 fields as usual"
            ]
        );
        let rows = rows(&rates);
        assert_eq!(rows.len(), 5, "never a GTIN: {rows:?}");
        let price = ["shop", "price", "10 % fell", "200", "97 %", "█▅▂"];
        assert_eq!(rows[1], price);
    }

    #[test]
    fn each_platform_has_its_line() {
        let mut other = rate(LISTING, 0.0, Some(1.0), true);
        other.platform = "bazaar".to_owned();
        other.instead = [("captcha".to_owned(), 190), ("missing".to_owned(), 4)].into();
        let lines = in_short(&[other, rate("title", 1.0, None, false)]);
        assert_eq!(
            lines,
            [
                "read      bazaar  listings from 0 % of 200 listing pages (190 × captcha, 4 × missing) ↓ (usually 100 %)",
                "read      shop  1 field as usual"
            ]
        );
    }
}
