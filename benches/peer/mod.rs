//! The same rules in plain CPython (rules.py), over the same listings, their text made ready as it is here.

use std::{collections::BTreeMap, error::Error, fs, path::Path, process::Command, sync::Arc};

use listwarden::{
    model::{Block, Facts, Listing},
    reference::Reference,
    rules::{RuleSet, RuleSource, Verdict},
    text::fold::fold,
};
use serde_json::{Value, json};

/// What Python did.
pub(crate) struct Told {
    pub(crate) seconds: f64,
    pub(crate) ran: u64,
    /// How often each was said, here and there.
    pub(crate) said: [(&'static str, usize, u64); 3],
}

/// Rules by which the lists and rows are found that the checks ask for.
const PROBES: [(&str, &str); 6] = [
    ("replica", "item.mentions(\"replica\")"),
    ("diversion", "item.mentions(\"diversion\")"),
    ("second-hand", "item.mentions(\"second-hand\")"),
    ("title second-hand", "item.title_mentions(\"second-hand\")"),
    ("empty ccc", "item.left_empty(\"ccc\")"),
    (
        "ccc needed",
        "(goods(item.class) ?? #{ ccc: [] }).ccc.len() > 0",
    ),
];

/// Runs the checks in Python.
pub(crate) fn run(
    set: &RuleSet,
    reference: &Arc<Reference>,
    listings: &[Listing],
    notices: &Path,
    scratch: &Path,
) -> Result<Told, Box<dyn Error>> {
    let probes: Vec<RuleSource> = PROBES
        .iter()
        .map(|(name, asks)| probe(name, asks))
        .collect();
    let (probes, _) = RuleSet::load(&probes, Arc::clone(reference));
    let mut lines = String::new();
    let mut ours = Verdicts::default();
    for listing in listings {
        let found = probes.evaluate(&probes.prepare(listing.clone()), &Facts::default());
        lines.push_str(&item(listing, &found).to_string());
        lines.push('\n');
        ours.add(&set.evaluate(&set.prepare(listing.clone()), &Facts::default()));
    }
    let path = scratch.join("listings.jsonl");
    fs::write(&path, lines)?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peer/rules.py");
    let told = Command::new("python3")
        .arg(script)
        .arg(&path)
        .arg(notices)
        .arg("7")
        .output()?;
    if !told.status.success() {
        return Err(String::from_utf8_lossy(&told.stderr).into());
    }
    let told: Value = serde_json::from_slice(&told.stdout)?;
    let count = |key: &str| told[key].as_u64().unwrap_or_default();
    Ok(Told {
        seconds: told["seconds"].as_f64().unwrap_or_default(),
        ran: count("ran"),
        said: [
            ("flag", ours.flags, count("flag")),
            ("pass", ours.passes, count("pass")),
            ("unsure", ours.unsure, count("unsure")),
        ],
    })
}

#[derive(Default)]
struct Verdicts {
    flags: usize,
    passes: usize,
    unsure: usize,
}

impl Verdicts {
    fn add(&mut self, verdict: &Verdict) {
        self.flags += verdict.flags.len();
        self.passes += verdict.passes.len();
        self.unsure += verdict.unsure.len();
    }
}

fn probe(name: &str, asks: &str) -> RuleSource {
    RuleSource {
        id: name.to_owned(),
        path: name.into(),
        text: format!(
            "const RULE = #{{ title: \"a\", title_zh: \"甲\", kind: \"safety\", severity: \"low\" }};\nfn check(item) {{ if {asks} {{ return pass(); }} unsure(\"no\") }}"
        ),
    }
}

/// A listing as rules.py takes it.
fn item(listing: &Listing, found: &Verdict) -> Value {
    let has = |name: &str| found.passes.iter().any(|(rule, _)| **rule == *name);
    let lists = |names: &[&str]| -> Vec<String> {
        names
            .iter()
            .filter(|name| has(name))
            .map(|name| (*name).to_owned())
            .collect()
    };
    let rows: BTreeMap<String, String> = listing
        .attributes
        .iter()
        .map(|(name, value)| (fold(name), fold(value)))
        .collect();
    let texts: Vec<String> = listing
        .title
        .iter()
        .chain(&listing.description)
        .chain(listing.attributes.values())
        .map(|text| fold(text))
        .collect();
    let year =
        |code: &listwarden::model::Code| code.raw.get(..4).and_then(|y| y.parse::<u32>().ok());
    let ccc: Vec<Value> = listing
        .codes
        .iter()
        .filter(|code| code.scheme == "ccc")
        .map(|code| json!({ "raw": code.raw, "year": year(code).filter(|_| code.raw.len() >= 16) }))
        .collect();
    let folded = |text: &Option<String>| text.as_deref().map_or_else(String::new, fold);
    let price = listing.price.as_ref();
    json!({
        "folded": {
            "brand": folded(&listing.brand), "model": folded(&listing.model), "mpn": folded(&listing.mpn),
            "title": folded(&listing.title), "description": folded(&listing.description),
        },
        "title": listing.title, "brand": listing.brand, "manufacturer": listing.manufacturer,
        "class": listing.class.as_ref().map(|class| &class.id),
        "price": price.and_then(|price| f64::try_from(price.amount).ok()),
        "currency": price.and_then(|price| price.currency.as_ref()),
        "condition": listing.condition, "seller": listing.seller.name, "rating": listing.seller.rating,
        "texts": texts, "rows": rows.into_iter().collect::<Vec<_>>(), "ccc": ccc,
        "observed": listing.observed.iter().map(|block: &Block| block.as_str()).collect::<Vec<_>>(),
        "lists": lists(&["replica", "diversion", "second-hand"]),
        "title_lists": if has("title second-hand") { vec!["second-hand"] } else { vec![] },
        "ccc_left_empty": has("empty ccc"),
        "goods": { "ccc": if has("ccc needed") { vec![1] } else { vec![] } },
    })
}
