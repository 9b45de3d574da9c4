//! Recalls of the US Consumer Product Safety Commission, in the shapes its interface has had since 2013.
//! <https://www.cpsc.gov/Recalls/CPSC-Recalls-Application-Program-Interface-API-Information>

use serde_json::Value;

use super::{
    Notice,
    import::{Imported, Source},
    json, models, prose,
};
use crate::text::{codes, fold::fold};

/// `cpsc`.
pub(super) struct Cpsc;

impl Source for Cpsc {
    fn name(&self) -> &'static str {
        "cpsc"
    }

    fn about(&self) -> &'static str {
        "recalls of the US Consumer Product Safety Commission, JSON as its interface gives it"
    }

    fn licence(&self) -> &'static str {
        "public domain (work of the US government)"
    }

    fn read(&self, text: &[u8]) -> Imported {
        let mut imported = Imported::default();
        let text = String::from_utf8_lossy(text);
        let records = match json::records(&text) {
            Ok(records) => records,
            Err(message) => {
                imported.refused.push((0, message));
                return imported;
            }
        };
        for (line, record) in records {
            match serde_json::from_str::<Value>(record)
                .map_err(|e| e.to_string())
                .and_then(|v| notice(&v))
            {
                Ok(notice) => imported.notices.push(notice),
                Err(message) => imported.refused.push((line, message)),
            }
        }
        imported
    }
}

fn notice(record: &Value) -> Result<Notice, String> {
    let all = |key: &str| json::texts(record, key);
    let one = |key: &str| all(key).into_iter().next();
    let number = one("recallnumber").or_else(|| one("number"));
    let id = one("recallid").or_else(|| one("id"));
    // The oldest shape has no id; the number is then written as the commission prints it.
    let id = id
        .or_else(|| number.as_deref().map(printed))
        .ok_or("the record has neither RecallID nor RecallNumber")?;
    let description = one("description").unwrap_or_default();
    let products = products(record);
    let title = one("title")
        .or_else(|| all("descriptions").into_iter().next())
        .unwrap_or_default();
    if title.is_empty() && products.is_empty() {
        return Err(format!("recall {id} has neither title nor product"));
    }
    if title.to_lowercase().starts_with("error") {
        return Err(format!(
            "the publisher answered with an error instead of recalls: {title}: {description}"
        ));
    }
    let makers: Vec<String> = ["manufacturers", "importers"]
        .iter()
        .flat_map(|key| all(key))
        .collect();
    let told = all("descriptions").join("; ");
    let mut brands = prose::brands(&title, &products, &description, &makers);
    brands.truncate(6);
    let shops = [all("retailers"), all("distributors"), all("soldatlabel")]
        .concat()
        .join("\n");
    let months = prose::months(&shops);
    Ok(Notice {
        source: "cpsc".to_owned(),
        id,
        date: one("recalldate")
            .or_else(|| one("date"))
            .map(|date| date.chars().take(10).collect()),
        models: models_of(record, &products, &[&title, &description, &told]),
        gtins: all("productupcs")
            .iter()
            .chain(&all("upcs"))
            .filter_map(|upc| codes::gtin(upc))
            .collect(),
        item_ids: prose::item_ids(&format!("{description}\n{shops}")),
        hazard: one("hazards").or_else(|| one("hazard")),
        remedy: one("remedies").or_else(|| one("remedy")),
        url: one("url").or_else(|| one("recallurl")),
        sold_from: months.as_ref().map(|(from, _)| from.clone()),
        sold_until: months.map(|(_, until)| until),
        price: prose::prices(&shops),
        title,
        brands,
        products,
        ..Notice::default()
    })
}

/// `14014` is printed as 14-014.
fn printed(number: &str) -> String {
    match number.split_at_checked(2) {
        Some((year, serial)) if number.len() == 5 => format!("{year}-{serial}"),
        _ => number.to_owned(),
    }
}

/// What the goods are called: the products, else the kinds of product, else the headline's own words.
fn products(record: &Value) -> Vec<String> {
    for key in ["products", "name", "producttypes"] {
        let named = json::texts(record, key);
        if !named.is_empty() {
            return named;
        }
    }
    Vec::new()
}

/// The model field is mostly empty: then the numbers stand in the prose.
fn models_of(record: &Value, products: &[String], texts: &[&str]) -> Vec<String> {
    let field = |value: &Value| json::texts(value, "model");
    let listed: Vec<String> = json::list(record, "products")
        .iter()
        .flat_map(field)
        .collect();
    let mut found: Vec<String> = listed
        .iter()
        .flat_map(|listed| {
            listed
                .split([',', ';', '\n'])
                .flat_map(|part| part.split(" and "))
        })
        .map(|model| model.trim().to_owned())
        .filter(|model| models::worth(model) > models::Worth::Nothing)
        .collect();
    found.extend(prose::models(products, texts));
    // A collection of notices may bring the numbers that its maker found in the whole notice.
    found.extend(
        json::texts(record, "modeltokens")
            .into_iter()
            .filter(|token| models::worth(token) > models::Worth::Digits),
    );
    let mut met = std::collections::BTreeSet::new();
    found.retain(|model| met.insert(fold(model).replace(|c: char| !c.is_alphanumeric(), "")));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: &str = r#"[{"RecallID":7,"RecallNumber":"26001","RecallDate":"2026-01-02T00:00:00","Title":"Nordhaus Recalls Bicycle Helmets Due to Head Injury",
        "Description":"“Model No.: NH-100,” is on a label.","Products":[{"Name":"Nordhaus Bike Helmets","Model":""}],
        "Retailers":[{"Name":"Sold at Amazon.com in May 2026 for between $25 and $26."}],"ProductUPCs":[{"UPC":"5060138820289"}],"Hazards":[{"Name":"They crack."}]},
        {"RecallID": },
        {"Title":"x"}]"#;

    #[test]
    fn todays_shape_is_read_and_a_broken_record_stops_no_other() {
        let imported = Cpsc.read(TODAY.as_bytes());
        let notice = &imported.notices[0];
        assert_eq!(
            (notice.id.as_str(), notice.date.as_deref()),
            ("7", Some("2026-01-02"))
        );
        assert_eq!(
            (&notice.brands[..], &notice.models[..]),
            (&["Nordhaus".to_owned()][..], &["NH-100".to_owned()][..])
        );
        assert_eq!(notice.gtins, ["05060138820289"]);
        assert_eq!(notice.sold_from.as_deref(), Some("2026-05"));
        let lines: Vec<_> = imported.refused.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [4, 5]);
    }

    #[test]
    fn older_shapes_are_read() {
        let camel = r#"[{"recallID": 4875, "recallDate": "2000-04-04T00:00:00", "title": "Chairs Recalled by Nordhaus", "products": [{"name": "Nordhaus folding chairs"}]}]"#;
        assert_eq!(Cpsc.read(camel.as_bytes()).notices[0].id, "4875");
        let oldest = r#"{"success":{"total":1,"results":[{"recall_number":"14014","manufacturers":["Nordhaus"],"product_types":["Charger"],"descriptions":["Nordhaus charger, P113A"],"upcs":null}]}}"#;
        let imported = Cpsc.read(oldest.as_bytes());
        assert_eq!(imported.notices[0].id, "14-014");
        assert_eq!(imported.notices[0].brands[0], "Nordhaus");
    }

    #[test]
    fn an_error_that_came_as_success_is_called_one() {
        for body in [
            "{\"Message\":\"An error has occurred.\"}",
            "<html><body>Service unavailable",
            "",
            "[{\"RecallID\":0,\"Title\":\"Error\",\"Description\":\"bad date\"}]",
        ] {
            let imported = Cpsc.read(body.as_bytes());
            assert!(imported.notices.is_empty(), "{body}");
            assert_eq!(imported.refused.len(), 1, "{body}");
        }
        assert!(
            Cpsc.read(b"{\"Message\":\"An error has occurred.\"}")
                .refused[0]
                .1
                .contains("An error has occurred.")
        );
    }
}
