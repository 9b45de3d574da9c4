//! What reading a page costs: `cargo bench --bench read_pages -- SITE [PAGES]`.
//!
//! SITE is a folder with `truth.jsonl` (platform, item and ten fields a line) and, for each platform of `TEMPLATES`, a
//! folder with `item/ITEM.html`. Each page is decoded and read by our general reader, and beside it parsed to a tree by
//! `scraper`, from which selectors written for the template take the same ten fields. CPU time of this thread, rounds
//! interleaved, medians; beside each the number of pages of which all ten fields are right.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

#[path = "made/clock.rs"]
mod clock;

use std::{error::Error, fs, hint::black_box, path::Path};

use clock::{cpu, median};
use listwarden::{
    extract::{self, Selectors},
    model::{Availability, Listing},
    text::decode,
};
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use url::Url;

/// Platform in truth.jsonl, its folder, and what its pages are.
const TEMPLATES: [(&str, &str, &str); 3] = [
    ("taohua", "a", "JSON-LD"),
    ("jingxuan", "b", "microdata"),
    ("laodian", "c", "plain GBK, tags left open"),
];
const ROUNDS: usize = 9;

/// The ten fields as text.
type Ten = [String; 10];

struct Page {
    bytes: Vec<u8>,
    url: Url,
    truth: Ten,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    let Some(site) = arguments.next() else {
        println!(
            "read_pages: give the folder of a site (see the head of benches/read_pages.rs); nothing measured"
        );
        return Ok(());
    };
    let most = arguments.next().map_or(Ok(100), |n| n.parse())?;
    for (platform, folder, what) in TEMPLATES {
        let pages = pages(Path::new(&site), platform, folder, most)?;
        compare(what, folder, &pages);
    }
    Ok(())
}

fn pages(
    site: &Path,
    platform: &str,
    folder: &str,
    most: usize,
) -> Result<Vec<Page>, Box<dyn Error>> {
    let mut pages = Vec::new();
    for line in fs::read_to_string(site.join("truth.jsonl"))?.lines() {
        let truth: Value = serde_json::from_str(line)?;
        if truth["platform"] != platform || pages.len() == most {
            continue;
        }
        let item = truth["item"].as_str().unwrap_or_default();
        let text = |field: &str| match &truth[field] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        let fields = [
            "title", "brand", "model", "price", "seller", "category", "ccc", "rating", "reviews",
            "in_stock",
        ];
        pages.push(Page {
            bytes: fs::read(site.join(folder).join("item").join(format!("{item}.html")))?,
            url: Url::parse(truth["url"].as_str().unwrap_or_default())?,
            truth: fields.map(text),
        });
    }
    Ok(pages)
}

fn compare(what: &str, folder: &str, pages: &[Page]) {
    let nothing = Selectors::default();
    let ours = |page: &Page| {
        let text = decode::text(&page.bytes, None).text;
        ten(&extract::read(&text, &page.url, &nothing).listing)
    };
    let tree = Tree::new();
    let theirs = |page: &Page| tree.read(folder, &decode::text(&page.bytes, None).text);
    let decoding = |page: &Page| {
        black_box(decode::text(&page.bytes, None).text.len());
    };
    let right = |read: &dyn Fn(&Page) -> Ten| pages.iter().filter(|p| read(p) == p.truth).count();
    let (own, other) = (right(&ours), right(&theirs));
    let mut times: [Vec<f64>; 3] = Default::default();
    for _ in 0..ROUNDS {
        times[0].push(cost(pages, |p| drop(black_box(ours(p)))));
        times[1].push(cost(pages, |p| drop(black_box(theirs(p)))));
        times[2].push(cost(pages, decoding));
    }
    let [ours, theirs, decoding] = times.map(median);
    let bytes = pages.iter().map(|p| p.bytes.len()).sum::<usize>() / pages.len().max(1);
    println!(
        "{what}: {} pages of {bytes} bytes\n  listwarden {ours:8.1} µs ({own} all right)\n  scraper    {theirs:8.1} µs ({other} all right)\n  of both, charset and decoding {decoding:.1} µs\n  ratio {:.1}",
        pages.len(),
        theirs / ours
    );
}

/// Microseconds of this thread's CPU time a page.
fn cost(pages: &[Page], mut read: impl FnMut(&Page)) -> f64 {
    let start = cpu();
    for page in pages {
        read(page);
    }
    (cpu() - start).as_secs_f64() * 1e6 / pages.len().max(1) as f64
}

fn ten(listing: &Listing) -> Ten {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let ccc = listing.codes.iter().find(|code| code.scheme == "ccc");
    [
        text(&listing.title),
        text(&listing.brand),
        listing
            .model
            .clone()
            .or(listing.mpn.clone())
            .unwrap_or_default(),
        listing
            .price
            .as_ref()
            .map(|p| p.amount.to_string())
            .unwrap_or_default(),
        text(&listing.seller.name),
        listing.category.last().cloned().unwrap_or_default(),
        ccc.map(|code| code.raw.clone()).unwrap_or_default(),
        listing
            .rating
            .map(|r| format!("{r:.1}"))
            .unwrap_or_default(),
        listing
            .review_count
            .map(|n| n.to_string())
            .unwrap_or_default(),
        listing
            .availability
            .map(|a| (a == Availability::InStock).to_string())
            .unwrap_or_default(),
    ]
}

/// Selectors for the three templates over a tree.
struct Tree(Vec<(&'static str, Selector)>);

impl Tree {
    fn new() -> Self {
        let all = [
            "script[type='application/ld+json']",
            "[itemtype='http://schema.org/Product']",
            "h1",
            "[itemprop=brand] [itemprop=name]",
            "[itemprop=mpn]",
            "[itemprop=price]",
            "[itemprop=seller] [itemprop=name]",
            "[itemprop=category]",
            "[itemprop=aggregateRating] [itemprop=ratingValue]",
            "[itemprop=reviewCount]",
            "[itemprop=availability]",
            "[itemprop=additionalProperty]",
            "[itemprop=name]",
            "[itemprop=value]",
            ".p-name h1",
            ".p-price strong",
            ".shop-name",
            ".bc-cat",
            ".score",
            ".cnt",
            ".p-stock",
            "table.spec tr",
            "td.k",
            "td.v",
        ];
        Self(
            all.into_iter()
                .filter_map(|css| Some((css, Selector::parse(css).ok()?)))
                .collect(),
        )
    }

    fn all<'a>(
        &'a self,
        within: ElementRef<'a>,
        css: &str,
    ) -> impl Iterator<Item = ElementRef<'a>> {
        let found = self.0.iter().find(|(name, _)| *name == css);
        found
            .into_iter()
            .flat_map(move |(_, selector)| within.select(selector))
    }

    fn text(&self, within: ElementRef<'_>, css: &str) -> String {
        self.all(within, css)
            .next()
            .map(|e| e.text().collect::<String>().trim().to_owned())
            .unwrap_or_default()
    }

    fn attribute(&self, within: ElementRef<'_>, css: &str, name: &str) -> String {
        self.all(within, css)
            .next()
            .and_then(|e| e.attr(name))
            .unwrap_or_default()
            .to_owned()
    }

    fn read(&self, folder: &str, text: &str) -> Ten {
        let html = Html::parse_document(text);
        let root = html.root_element();
        match folder {
            "a" => self.json(root),
            "b" => self.microdata(root),
            _ => self.plain(root),
        }
    }

    fn json(&self, root: ElementRef<'_>) -> Ten {
        let blocks = self.all(root, "script[type='application/ld+json']");
        let parsed = blocks
            .filter_map(|e| serde_json::from_str::<Value>(&e.text().collect::<String>()).ok());
        let Some(goods) = parsed.into_iter().find(|json| json["@type"] == "Product") else {
            return Ten::default();
        };
        let at = |pointer: &str| match goods.pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        let rows = goods["additionalProperty"].as_array().into_iter().flatten();
        let ccc = rows
            .filter(|r| r["name"] == "CCC证书编号")
            .find_map(|r| r["value"].as_str());
        [
            at("/name"),
            at("/brand/name"),
            at("/mpn"),
            at("/offers/price"),
            at("/offers/seller/name"),
            at("/category"),
            ccc.unwrap_or_default().to_owned(),
            at("/aggregateRating/ratingValue"),
            at("/aggregateRating/reviewCount"),
            at("/offers/availability").ends_with("/InStock").to_string(),
        ]
    }

    fn microdata(&self, root: ElementRef<'_>) -> Ten {
        let Some(goods) = self
            .all(root, "[itemtype='http://schema.org/Product']")
            .next()
        else {
            return Ten::default();
        };
        let rows = self.all(goods, "[itemprop=additionalProperty]");
        let ccc = rows
            .into_iter()
            .find(|r| self.text(*r, "[itemprop=name]") == "CCC证书编号");
        [
            self.text(goods, "h1"),
            self.text(goods, "[itemprop=brand] [itemprop=name]"),
            self.attribute(goods, "[itemprop=mpn]", "content"),
            self.text(goods, "[itemprop=price]"),
            self.text(goods, "[itemprop=seller] [itemprop=name]"),
            self.attribute(goods, "[itemprop=category]", "content"),
            ccc.map(|r| self.text(r, "[itemprop=value]"))
                .unwrap_or_default(),
            self.text(goods, "[itemprop=aggregateRating] [itemprop=ratingValue]"),
            self.text(goods, "[itemprop=reviewCount]"),
            self.attribute(goods, "[itemprop=availability]", "href")
                .ends_with("/InStock")
                .to_string(),
        ]
    }

    fn plain(&self, root: ElementRef<'_>) -> Ten {
        let rows: Vec<(String, String)> = self
            .all(root, "table.spec tr")
            .map(|r| {
                (
                    self.text(r, "td.k").trim_end_matches('：').to_owned(),
                    self.text(r, "td.v"),
                )
            })
            .collect();
        let row = |name: &str| {
            rows.iter()
                .find(|(n, _)| n == name)
                .map(|(_, v)| v.clone())
                .unwrap_or_default()
        };
        let price = self.text(root, ".p-price strong");
        [
            self.text(root, ".p-name h1"),
            row("品牌"),
            row("型号"),
            price
                .chars()
                .filter(|c| c.is_ascii_digit() || *c == '.')
                .collect(),
            self.text(root, ".shop-name"),
            self.text(root, ".bc-cat"),
            row("CCC证书编号"),
            self.text(root, ".score"),
            self.text(root, ".cnt"),
            (self.text(root, ".p-stock") == "有货").to_string(),
        ]
    }
}
