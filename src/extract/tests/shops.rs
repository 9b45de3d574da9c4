//! Pages in the shapes of many countries' shop systems (fixtures/shops): each begins with a comment that holds its address
//! and what a buyer sees there.

use std::path::Path;

use serde_json::Value;

use super::*;

/// What differs from what the page's first line expects; empty where all is right.
fn differences(page: &str) -> Vec<String> {
    let first = page.lines().next().unwrap();
    let expected = first.trim_start_matches("<!--").trim_end_matches("-->");
    let expected: Value = serde_json::from_str(expected).unwrap();
    let url = Url::parse(expected["url"].as_str().unwrap()).unwrap();
    let reading = read(page, &url, &Selectors::default());
    let listing = &reading.listing;
    let price = listing.price.as_ref();
    let found = [
        ("price", price.map(|p| p.amount.normalize().to_string())),
        ("currency", price.and_then(|p| p.currency.clone())),
        (
            "availability",
            listing.availability.map(|a| a.as_str().to_owned()),
        ),
        ("brand", listing.brand.clone()),
        ("sku", listing.sku.clone()),
    ];
    let plain = |field: &str, value: &str| match field {
        "price" => {
            let amount: rust_decimal::Decimal = value.parse().unwrap();
            amount.normalize().to_string()
        }
        _ => value.to_owned(),
    };
    let mut differences = Vec::new();
    if reading.kind != PageKind::Listing {
        differences.push(format!("read as {:?}", reading.kind));
    }
    for (field, found) in found {
        let wanted = expected[field].as_str().map(|value| plain(field, value));
        if wanted.is_some() && wanted != found {
            differences.push(format!("{field}: {found:?} for {wanted:?}"));
        }
    }
    differences
}

#[test]
fn every_shop_is_read_as_a_buyer_sees_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/shops");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() >= 20);
    let mut wrong = Vec::new();
    for file in files {
        let page = std::fs::read_to_string(&file).unwrap();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        wrong.extend(
            differences(&page)
                .into_iter()
                .map(|what| format!("{name}: {what}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
