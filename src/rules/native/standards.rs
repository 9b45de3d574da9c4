//! Standards that a page names, and how they stood on the day of the capture.

use rhai::{Array, Dynamic, NativeCallContext};

use super::{Doc, Family, Host, Kind, item_of, maybe, words};
use crate::{
    model::Proof,
    reference::{Standard, Standing},
    rules::{
        rest::Asked,
        view::{Answer, Item},
    },
    text::codes::{self, Edition},
};

pub(super) const FAMILY: Family = Family {
    name: "standards",
    docs: DOCS,
    kinds: &[Kind {
        name: "Standard",
        fields: &[
            "name",
            "series",
            "number",
            "part",
            "year",
            "title",
            "status",
            "in_force_from",
            "ended_on",
            "replaced_by",
        ],
        maybe: &[
            "part",
            "year",
            "title",
            "status",
            "in_force_from",
            "ended_on",
        ],
    }],
    register,
};

const DOCS: &[Doc] = &[Doc {
    name: "standard",
    signature: "standard(text: text?) -> Standard?",
    doc: "the standard that a text names (Chinese, European, international, American, Japanese, Korean, Russian; of several the first by name, so ask for each of `item.standards`): `name`, `series`, `number`, `part`, `year`; and as the list of standards has it, `title`, `status` on the day of the capture (`coming`, `in force`, `replaced`, `abolished`; `()` where the list does not have it, which proves nothing), `in_force_from`, `ended_on` and `replaced_by`. A name without a year stands for the newest edition in force; `()` where the text names no standard",
    example: r#"standard("执行标准GB6675.1—2014").part == "1" && standard("GB/T 99999-2014").status == () && standard("nothing") == ()"#,
}];

/// A standard as a text names it, with the list's row.
#[derive(Clone, Debug)]
struct Named {
    edition: Edition,
    row: Option<(Standard, Standing)>,
}

impl Named {
    /// What the row says, where there is one.
    fn told(&self, tell: impl Fn(&Standard) -> Option<String>) -> Dynamic {
        maybe(self.row.as_ref().and_then(|(row, _)| tell(row)))
    }

    fn replaced_by(&self) -> Array {
        let row = self.row.iter();
        row.flat_map(|(row, _)| row.replaced_by.iter().cloned().map(Dynamic::from))
            .collect()
    }
}

fn register(engine: &mut Host) {
    engine.register_type_with_name::<Named>("Standard");
    engine.register_get("name", |s: &mut Named| s.edition.name.clone());
    engine.register_get("series", |s: &mut Named| s.edition.series.clone());
    engine.register_get("number", |s: &mut Named| s.edition.number.clone());
    engine.register_get("part", |s: &mut Named| maybe(s.edition.part.clone()));
    engine.register_get("year", |s: &mut Named| maybe(s.edition.year.map(i64::from)));
    engine.register_get("title", |s: &mut Named| s.told(|row| row.title.clone()));
    engine.register_get("status", |s: &mut Named| {
        let status = s.row.as_ref().map(|(_, standing)| standing.as_str());
        maybe(status)
    });
    engine.register_get("in_force_from", |s: &mut Named| {
        s.told(|row| row.from.clone())
    });
    engine.register_get("ended_on", |s: &mut Named| s.told(|row| row.ended.clone()));
    engine.register_get("replaced_by", |s: &mut Named| s.replaced_by());
    engine.register_fn("standard", standard);
}

fn standard(context: NativeCallContext, text: Dynamic) -> Answer<Dynamic> {
    let item = item_of(&context)?;
    let Some(text) = words(&text, "the name of a standard")? else {
        return Ok(Dynamic::UNIT);
    };
    let first = codes::standards(&text).into_iter().next();
    let Some(edition) = first.and_then(|name| codes::edition(&name)) else {
        return Ok(Dynamic::UNIT);
    };
    item.asked(Asked::Standard(&edition.standard));
    item.asked(Asked::Day);
    let row = row(&item, &edition);
    if row.is_none() {
        item.trace(|trace| trace.row(format!("standard {}: none", edition.name)));
    }
    Ok(Dynamic::from(Named { edition, row }))
}

/// What the list says of an edition on the day of the capture.
fn row(item: &Item, edition: &Edition) -> Option<(Standard, Standing)> {
    let day = item.look().day();
    let found = item.reference().standard_on(edition, day)?;
    let standing = found.on(day);
    item.trace(|trace| trace.row(found.row.hash.clone()));
    item.say(|| Proof {
        field: "standards".to_owned(),
        text: edition.name.clone(),
        normalised: Some(found.number.clone()).filter(|number| *number != edition.name),
        note: Some(spoken(found, standing)),
        reference: Some(found.row.clone()),
        ..Proof::default()
    });
    Some((found.clone(), standing))
}

/// "replaced since 2023-08-01 by GB 4943.1-2022".
fn spoken(row: &Standard, standing: Standing) -> String {
    let mut text = standing.as_str().to_owned();
    let since = match standing {
        Standing::Coming | Standing::InForce => row.from.as_ref(),
        Standing::Replaced | Standing::Abolished => row.ended.as_ref(),
    };
    if let Some(since) = since {
        text.push_str(" since ");
        text.push_str(since);
    }
    if standing == Standing::Replaced {
        text.push_str(" by ");
        text.push_str(&row.replaced_by.join(", "));
    }
    if let Some(note) = &row.note {
        text.push_str("; ");
        text.push_str(note);
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::{
        model::{Facts, Listing},
        rules::{
            RuleSet,
            tests::{rule, source},
        },
    };

    const ROWS: &str = r#"{"standards": [
        {"number": "GB4943.1-2011", "in_force_from": "2012-12-01", "ended_on": "2023-08-01", "replaced_by": ["GB 4943.1-2022"]},
        {"number": "GB 4943.1-2022", "title": "音视频设备 安全要求", "from": "2023-08-01"}]}"#;

    fn said(body: &str, day: &str) -> crate::rules::Verdict {
        let reference = crate::reference::Reference::default();
        let rows = serde_json::from_str(ROWS).unwrap();
        let reference = reference.with_rows(rows).unwrap().into();
        let (set, faults) = RuleSet::load(&[source("a/b", &rule(body))], reference);
        crate::rules::tests::sound(&faults);
        let listing = Listing {
            standards: vec![
                "GB 4943.1-2011".into(),
                "GB 4943.1".into(),
                "EN 71-1".into(),
            ],
            last_seen: format!("{day}T00:00:00Z").parse().ok(),
            ..crate::rules::tests::listing()
        };
        let verdict = set.evaluate(&set.prepare(listing), &Facts::default());
        assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
        verdict
    }

    #[test]
    fn the_status_is_that_of_the_day_of_the_capture() {
        let body = "let all = []; for name in item.standards { let known = standard(name); all.push(`${known?.name}: ${known?.status} ${known?.title} ${known?.replaced_by}`); } pass(all.map(|one| `${one}`).to_string())";
        for (day, old, undated) in [
            ("2023-07-31", "in force", "in force"),
            ("2023-08-01", "replaced", "in force"),
        ] {
            let (_, told) = said(body, day).passes.remove(0);
            assert!(told.contains(&format!("GB 4943.1-2011: {old}  ")), "{told}");
            assert!(told.contains(&format!("GB 4943.1: {undated}")), "{told}");
            assert!(told.contains("EN 71-1:   []"), "{told}");
        }
    }

    #[test]
    fn what_the_list_says_is_a_proof() {
        let body = r#"if standard(item.standards[0])?.status == "replaced" { return flag("old", "旧"); } pass()"#;
        let flag = said(body, "2026-01-01").flags.remove(0);
        let proof = flag.proofs.iter().find(|proof| proof.reference.is_some());
        let proof = proof.unwrap();
        assert_eq!(
            (proof.field.as_str(), proof.text.as_str()),
            ("standards", "GB 4943.1-2011")
        );
        assert_eq!(
            proof.note.as_deref(),
            Some("replaced since 2023-08-01 by GB 4943.1-2022")
        );
    }

    #[test]
    fn a_verdict_stands_as_long_as_the_rows_of_its_standards_do() {
        let body = "if standard(item.standards[0])?.status == \"replaced\" { return unsure(\"old\"); } pass()";
        let by = |rows: &str| {
            let dir = tempfile::tempdir().unwrap();
            let text = format!("# source: x\n# licence: none\nnumber,ended,replaced_by\n{rows}");
            std::fs::write(dir.path().join("standards.csv"), text).unwrap();
            let (reference, faults) = crate::reference::Reference::load(dir.path());
            assert!(faults.is_empty(), "{faults:?}");
            RuleSet::load(&[source("a/b", &rule(body))], reference.into()).0
        };
        let listing = Listing {
            standards: vec!["GB 4943.1-2011".into()],
            last_seen: "2026-01-01T00:00:00Z".parse().ok(),
            ..crate::rules::tests::listing()
        };
        let facts = Facts::default();
        let set = by("GB 4943.1-2022,,\n");
        let verdict = set.evaluate(&set.prepare(listing.clone()), &facts);
        let stands = |rows: &str| by(rows).answers(&facts).stand(&verdict.rests, &listing);
        assert!(stands(
            "GB 4943.1-2022,,\nGB 8898-2011,2023-08-01,GB 4943.1-2022\n"
        ));
        assert!(!stands(
            "GB 4943.1-2022,,\nGB 4943.1-2011,2023-08-01,GB 4943.1-2022\n"
        ));
        assert!(!stands(""));
    }
}
