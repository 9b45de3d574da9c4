//! What authorities published: recalls, certificates, the catalogue.

use std::sync::Arc;

use rhai::{Array, Dynamic, ImmutableString, NativeCallContext};

use super::{Doc, Family, Host, Kind, item_of, maybe, words};
use crate::{
    model::{Proof, ReferenceRow},
    reference::{self, Certificate, FoldedRow, RecallQuery, Reference, Tier},
    rules::{
        prepared::Sheet,
        rest::{Asked, Print},
        rows,
        trace::path,
        view::{Answer, Item},
    },
};

/// The catalogue's entry for a class.
type Goods = Arc<reference::Kind>;

pub(super) const FAMILY: Family = Family {
    name: "reference",
    docs: DOCS,
    kinds: &[
        Kind {
            name: "Recall",
            fields: &[
                "tier", "by", "matched", "source", "id", "date", "title", "hazard", "remedy",
                "url", "models",
            ],
            maybe: &["date", "hazard", "remedy", "url"],
        },
        Kind {
            name: "Certificate",
            fields: &[
                "scheme",
                "value",
                "holder",
                "product",
                "class",
                "status",
                "valid_from",
                "valid_until",
            ],
            maybe: &["holder", "product", "class", "valid_from", "valid_until"],
        },
        Kind {
            name: "Goods",
            fields: &["id", "en", "zh", "ccc", "ccc_required", "licences"],
            maybe: &[],
        },
    ],
    register,
};

const DOCS: &[Doc] = &[
    Doc {
        name: "recalls",
        signature: "recalls(item: Listing) -> list of Recall",
        doc: "recall notices that fit, the surest first; a recall has `tier` (`hard`, `strong`, `candidate`), `by`, `matched`, `source`, `id`, `date`, `title`, `hazard`, `remedy`, `url`, and the `models` that the notice names",
        example: "recalls(item).is_empty()",
    },
    Doc {
        name: "certificate",
        signature: "certificate(scheme: text, value: text?) -> Certificate?",
        doc: "the register's entry for a number, with `status` (`valid`, `suspended`, `revoked`, `expired`, `withdrawn`), `holder`, `product`, `class`, `valid_from`, `valid_until`; `()` where the copy here has none, which proves nothing",
        example: r#"certificate("ccc", "0000000000000000") == ()"#,
    },
    Doc {
        name: "goods",
        signature: "goods(class: text?) -> Goods?",
        doc: "the catalogue's entry for a class, as in force on the day of the capture: `en`, `zh`, `ccc` (four-digit CCC classes), `ccc_required`, `licences`",
        example: r#"goods("no/such-class") == ()"#,
    },
];

/// A recall that fits, as scripts see it.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Recall {
    tier: &'static str,
    by: &'static str,
    field: &'static str,
    matched: String,
    models: Vec<String>,
    title: String,
    hazard: Option<String>,
    remedy: Option<String>,
    url: Option<String>,
    row: ReferenceRow,
    print: u64,
}

fn register(engine: &mut Host) {
    recall_kind(engine);
    certificate_kind(engine);
    goods_kind(engine);
    engine.register_fn("recalls", |item: &mut Item| recalls(item));
    engine.register_fn("certificate", certificate);
    engine.register_fn("goods", goods);
}

fn recall_kind(engine: &mut Host) {
    engine.register_type_with_name::<Recall>("Recall");
    engine.register_get("tier", |r: &mut Recall| r.tier);
    engine.register_get("by", |r: &mut Recall| r.by);
    engine.register_get("matched", |r: &mut Recall| r.matched.clone());
    engine.register_get("source", |r: &mut Recall| r.row.source.clone());
    engine.register_get("id", |r: &mut Recall| r.row.id.clone());
    engine.register_get("date", |r: &mut Recall| maybe(r.row.date.clone()));
    engine.register_get("title", |r: &mut Recall| r.title.clone());
    engine.register_get("models", |r: &mut Recall| -> Array {
        r.models.iter().cloned().map(Dynamic::from).collect()
    });
    engine.register_get("hazard", |r: &mut Recall| maybe(r.hazard.clone()));
    engine.register_get("remedy", |r: &mut Recall| maybe(r.remedy.clone()));
    engine.register_get("url", |r: &mut Recall| maybe(r.url.clone()));
}

fn certificate_kind(engine: &mut Host) {
    engine.register_type_with_name::<Certificate>("Certificate");
    engine.register_get("scheme", |c: &mut Certificate| c.scheme.clone());
    engine.register_get("value", |c: &mut Certificate| c.value.clone());
    engine.register_get("holder", |c: &mut Certificate| maybe(c.holder.clone()));
    engine.register_get("product", |c: &mut Certificate| maybe(c.product.clone()));
    engine.register_get("class", |c: &mut Certificate| maybe(c.class.clone()));
    engine.register_get("status", |c: &mut Certificate| c.status.to_string());
    engine.register_get("valid_from", |c: &mut Certificate| maybe(c.from.clone()));
    engine.register_get("valid_until", |c: &mut Certificate| maybe(c.until.clone()));
}

fn goods_kind(engine: &mut Host) {
    let list = |items: &[String]| -> Array {
        let texts = items
            .iter()
            .map(|item| ImmutableString::from(item.as_str()));
        texts.map(Dynamic::from).collect()
    };
    engine.register_type_with_name::<Goods>("Goods");
    engine.register_get("id", |k: &mut Goods| k.id.clone());
    engine.register_get("en", |k: &mut Goods| k.en.clone());
    engine.register_get("zh", |k: &mut Goods| k.zh.clone());
    engine.register_get("ccc", move |k: &mut Goods| list(&k.ccc));
    engine.register_get("ccc_required", |k: &mut Goods| k.ccc_required);
    engine.register_get("licences", move |k: &mut Goods| list(&k.licences));
}

/// The notices that fit a listing, the surest first.
pub(in crate::rules) fn fitting(reference: &Reference, sheet: &Sheet) -> Vec<Recall> {
    let rows: Vec<FoldedRow<'_>> = rows::folded(sheet).collect();
    let query = RecallQuery {
        folded_title: sheet.folded("title"),
        folded_description: sheet.folded("description"),
        folded_attributes: Some(&rows),
        ..RecallQuery::of(&sheet.listing)
    };
    let found = reference.recalls(&query).into_iter();
    found
        .map(|hit| Recall {
            tier: tier(hit.tier),
            by: hit.by,
            field: hit.field,
            matched: hit.matched,
            models: hit.notice.models.clone(),
            title: hit.notice.title.clone(),
            hazard: hit.notice.hazard.clone(),
            remedy: hit.notice.remedy.clone(),
            url: hit.notice.url.clone(),
            row: hit.notice.row.clone(),
            print: hit.notice.print,
        })
        .collect()
}

fn recalls(item: &Item) -> Array {
    let found = item.look().recalls();
    if found.is_empty() {
        item.trace(|trace| trace.row("recalls: none".to_owned()));
    }
    for recall in found {
        let row = &recall.row;
        item.asked(Asked::Notice(&row.source, &row.id, Print(recall.print)));
        item.trace(|trace| trace.row(recall.row.hash.clone()));
        item.say(|| Proof {
            field: recall.field.to_owned(),
            text: recall.matched.clone(),
            path: path(item.sheet(), recall.field),
            note: Some(format!(
                "{} recall by {}: {}",
                recall.tier, recall.by, recall.title
            )),
            reference: Some(recall.row.clone()),
            ..Proof::default()
        });
    }
    found.iter().cloned().map(Dynamic::from).collect()
}

fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Hard => "hard",
        Tier::Strong => "strong",
        Tier::Candidate => "candidate",
    }
}

fn certificate(context: NativeCallContext, scheme: &str, value: Dynamic) -> Answer<Dynamic> {
    let item = item_of(&context)?;
    let Some(value) = words(&value, "a number")? else {
        return Ok(Dynamic::UNIT);
    };
    item.asked(Asked::Certificate(scheme, &value));
    let Some(found) = item.reference().certificate(scheme, &value).cloned() else {
        item.trace(|trace| trace.row(format!("certificate {scheme} {value}: none")));
        return Ok(Dynamic::UNIT);
    };
    item.trace(|trace| trace.row(found.row.hash.clone()));
    item.say(|| Proof {
        field: format!("register.{scheme}"),
        text: value.to_string(),
        note: Some(format!("{} in the register", found.status)),
        reference: Some(found.row.clone()),
        ..Proof::default()
    });
    Ok(Dynamic::from(found))
}

fn goods(context: NativeCallContext, class: Dynamic) -> Answer<Dynamic> {
    let item = item_of(&context)?;
    let Some(class) = words(&class, "a class")? else {
        return Ok(Dynamic::UNIT);
    };
    item.asked(Asked::Goods(&class));
    item.asked(Asked::Day);
    let kind = item.look().goods(&class);
    item.trace(|trace| {
        let none = || format!("class {class}: none");
        trace.row(kind.map_or_else(none, |kind| kind.row.hash.clone()));
    });
    Ok(kind.cloned().map_or(Dynamic::UNIT, Dynamic::from))
}
