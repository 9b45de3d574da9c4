//! What harbour's pages say to machines: schema.org/Product as JSON-LD, with other goods' prices beside it.

use serde_json::{Value, json};

/// The block for a listing's page, safe inside a script element. What the page leaves empty the block leaves out.
pub(super) fn product(page: &Value, host: &str, neighbours: &[Value]) -> String {
    let absolute = |path: &Value| format!("http://{host}{}", text(path));
    let schema = |word: &Value| format!("https://schema.org/{}", text(word));
    let rows =
        ["attributes", "particulars"].map(|list| page[list].as_array().into_iter().flatten());
    let images = page["images"].as_array().into_iter().flatten();
    let mut product = json!({
        "@context": "https://schema.org",
        "@type": "Product",
        "@id": absolute(&page["url"]),
        "name": page["title"],
        "sku": page["item"],
        "description": page["description"],
        "category": page["category"],
        "image": images.map(absolute).collect::<Vec<_>>(),
        "itemCondition": schema(&page["condition"]),
        "aggregateRating": { "@type": "AggregateRating", "ratingValue": page["rating"], "reviewCount": page["reviews"] },
        "additionalProperty": rows.into_iter().flatten().map(property).collect::<Vec<_>>(),
        "offers": {
            "@type": "Offer",
            "url": absolute(&page["url"]),
            "price": page["amount"],
            "priceCurrency": page["currency"],
            "availability": schema(&page["availability"]),
            "seller": {
                "@type": "Organization",
                "identifier": page["seller"]["id"],
                "name": page["seller"]["name"],
                "url": absolute(&page["seller"]["url"]),
            },
        },
        "isSimilarTo": neighbours.iter().map(|card| similar(card, &absolute)).collect::<Vec<_>>(),
    });
    for (key, value) in named(page) {
        product[key] = value;
    }
    product.to_string().replace('<', "\\u003c")
}

fn property(row: &Value) -> Value {
    json!({ "@type": "PropertyValue", "name": row["name"], "value": row["value"] })
}

fn similar(card: &Value, absolute: &dyn Fn(&Value) -> String) -> Value {
    json!({
        "@type": "Product",
        "name": card["title"],
        "url": absolute(&card["url"]),
        "offers": { "@type": "Offer", "price": card["amount"], "priceCurrency": card["currency"] },
    })
}

/// What is only there when the offer names it.
fn named(page: &Value) -> impl Iterator<Item = (&'static str, Value)> {
    let address = page["address"].clone();
    let brand = |name: Value| json!({ "@type": "Brand", "name": name });
    let maker = |name: Value| json!({ "@type": "Organization", "name": name, "address": address });
    let all = [
        ("mpn", &page["model"], page["model"].clone()),
        ("model", &page["model"], page["model"].clone()),
        ("gtin13", &page["gtin"], page["gtin"].clone()),
        ("brand", &page["brand"], brand(page["brand"].clone())),
        ("manufacturer", &page["maker"], maker(page["maker"].clone())),
    ];
    let given = all.map(|(key, name, value)| (!text(name).is_empty()).then_some((key, value)));
    given.into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
