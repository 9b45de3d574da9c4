//! Pages of made-up shops, and what is proposed for them.

use super::*;

struct Goods {
    title: &'static str,
    price: &'static str,
    was: &'static str,
    maker: &'static str,
    gtin: &'static str,
    stock: &'static str,
    cents: u32,
}

const GOODS: [Goods; 3] = [
    Goods {
        title: "Wasserkocher X",
        price: "1.299,00 €",
        was: "1.499,00 €",
        maker: "Böhm",
        gtin: "4006381333931",
        stock: "sofort lieferbar",
        cents: 129_900,
    },
    Goods {
        title: "电水壶 Y",
        price: "24,50 €",
        was: "30,00 €",
        maker: "小熊",
        gtin: "4012345678901",
        stock: "ausverkauft",
        cents: 2450,
    },
    Goods {
        title: "Чайник Z (красный)",
        price: "5,49 €",
        was: "6,00 €",
        maker: "Заря",
        gtin: "4000417025005",
        stock: "auf Lager",
        cents: 549,
    },
];

/// The second page of the shop has a row more, so that places among siblings do not hold.
fn page(n: usize) -> String {
    let own = &GOODS[n];
    let near = &GOODS[(n + 1) % 3];
    let row = if n == 1 { "<tr><td>Farbe<td>rot" } else { "" };
    format!(
        r#"<title>{title} | Laden</title><div class=near><a class=name href=/i/9>{other}</a><b class="amount">{near}</b></div>
        <div id=buy class="css-{n}x9y8z"><h2 class=name>{title}</h2><div class=box><s class=amount>{was}</s><b class=amount>{price}</b></div>
        <em class=lager>{stock}</em></div>
        <table class=spec>{row}<tr><td>Hersteller<td>{maker}<tr><td>EAN<td>{gtin}</table>
        <script>var Shop = {{"item": {{"cents": {cents}, 'id': 'A-{n}'}}}};</script>"#,
        title = own.title,
        other = near.title,
        near = near.price,
        was = own.was,
        price = own.price,
        stock = own.stock,
        maker = own.maker,
        gtin = own.gtin,
        cents = own.cents,
    )
}

fn samples(wanted: impl Fn(usize) -> Vec<(&'static str, String)>) -> Vec<Sample> {
    let one = |n: usize| Sample {
        name: format!("{n}.html"),
        url: Url::parse(&format!("https://laden.example/i/{n}")).unwrap(),
        text: page(n),
        wanted: wanted(n)
            .into_iter()
            .map(|(field, value)| {
                let all = Some(value).filter(|v| !v.is_empty());
                (field.to_owned(), all.into_iter().collect())
            })
            .collect(),
    };
    (0..3).map(one).collect()
}

fn proposed(wanted: impl Fn(usize) -> Vec<(&'static str, String)>) -> BTreeMap<String, Proposal> {
    let all = suggest(&samples(wanted)).unwrap();
    all.into_iter().map(|p| (p.field.clone(), p)).collect()
}

#[test]
fn what_holds_on_all_pages_is_proposed_and_names_come_before_places() {
    let all = proposed(|n| {
        let own = &GOODS[n];
        vec![
            ("title", own.title.to_owned()),
            ("price", own.price.to_owned()),
            ("list_price", own.was.to_owned()),
            ("manufacturer", own.maker.to_owned()),
            ("gtin", own.gtin.to_owned()),
            ("availability", own.stock.to_owned()),
            ("sku", format!("A-{n}")),
        ]
    });
    let line = |field: &str| {
        let own = &all[field];
        assert_eq!((own.right, own.asked), (3, 3), "{own:?}");
        own.lines.join(" OR ")
    };
    assert_eq!(line("title"), "#buy .name");
    assert_eq!(line("price"), "#buy b");
    assert_eq!(line("list_price"), "#buy s");
    assert_eq!(line("manufacturer"), ".spec tr | after 'Hersteller'");
    assert_eq!(line("gtin"), ".spec tr | after 'EAN'");
    assert_eq!(line("availability"), ".lager");
    assert_eq!(line("sku"), "var Shop /item/id");
    let recipe = all
        .iter()
        .map(|(field, own)| (field.clone(), own.lines.clone()));
    let selectors = Selectors::compile(&Recipe(recipe.collect())).unwrap();
    for sample in samples(|_| Vec::new()) {
        let listing = crate::extract::read(&sample.text, &sample.url, &selectors).listing;
        let own = GOODS
            .iter()
            .find(|g| Some(g.title) == listing.title.as_deref())
            .unwrap();
        let money = listing.price.unwrap();
        assert_eq!(
            money.amount * rust_decimal::Decimal::from(100),
            own.cents.into()
        );
        assert_eq!(money.currency.as_deref(), Some("EUR"));
        assert_eq!(listing.manufacturer.as_deref(), Some(own.maker));
        assert_eq!(
            listing
                .gtin
                .map(|gtin| gtin.trim_start_matches('0').to_owned()),
            Some(own.gtin.to_owned())
        );
    }
}

#[test]
fn a_currency_that_the_page_does_not_show_is_named() {
    let cents = |n: usize| format!("{}.{:02} CHF", GOODS[n].cents / 100, GOODS[n].cents % 100);
    let all = proposed(|n| vec![("price", cents(n))]);
    let own = &all["price"];
    assert_eq!((own.right, own.asked), (3, 3), "{own:?}");
    assert_eq!(own.lines, ["#buy b | currency CHF"]);
    assert_eq!(own.readers, 3);
}

#[test]
fn what_fits_nowhere_is_said_and_what_fits_in_part_is_counted() {
    let all = proposed(|n| {
        vec![
            ("brand", format!("Nobody {n}")),
            (
                "model",
                if n == 1 {
                    "rot".to_owned()
                } else {
                    String::new()
                },
            ),
            ("mpn", ["sofort lieferbar", "30,00 €", "Заря"][n].to_owned()),
        ]
    });
    let brand = &all["brand"];
    assert_eq!(
        (
            brand.right,
            brand.asked,
            brand.lines.len(),
            brand.missed.len()
        ),
        (0, 3, 0, 3)
    );
    assert_eq!(brand.missed[2].wanted, ["Nobody 2"]);
    let model = &all["model"];
    assert_eq!(
        (model.right, model.lines.join("")),
        (3, ".spec tr | after 'Farbe'".to_owned())
    );
    let mpn = &all["mpn"];
    assert!(mpn.right < mpn.asked && mpn.right > 0, "{mpn:?}");
    assert_eq!(mpn.missed.len(), mpn.asked - mpn.right);
}

#[test]
fn json_lists_and_addresses_are_proposed() {
    let sample = |n: usize| {
        let text = format!(
            r#"<script type=application/ld+json>{{"@type": "Product", "name": "x", "mpn": "M-{n}", "offers": [{{"price": "{n}5.00", "priceCurrency": "EUR"}}]}}</script>
            <p class=crumbs><a>Haus</a> <a>Küche {n}</a></p><img class=big src=/{n}a.jpg><img class=big src=/{n}b.jpg><img src=logo.png>
            <a href="/shop/S{n}77.html?ref=1">Laden</a>"#
        );
        let many = |all: &[String]| all.to_vec();
        Sample {
            name: n.to_string(),
            url: Url::parse("https://laden.example/i/").unwrap(),
            text,
            wanted: [
                ("mpn", many(&[format!("M-{n}")])),
                ("price", many(&[format!("{n}5")])),
                ("category", many(&["Haus".to_owned(), format!("Küche {n}")])),
                (
                    "images",
                    many(&[
                        format!("https://laden.example/{n}a.jpg"),
                        format!("/{n}b.jpg"),
                    ]),
                ),
                ("seller.id", many(&[format!("S{n}77")])),
            ]
            .into_iter()
            .map(|(field, all)| (field.to_owned(), all))
            .collect(),
        }
    };
    let all = suggest(&[sample(1), sample(2), sample(3)]).unwrap();
    let lines: Vec<(&str, String, usize)> = all
        .iter()
        .map(|p| (p.field.as_str(), p.lines.join(" OR "), p.right))
        .collect();
    let wanted = [
        ("category", ".crumbs a", 3),
        ("images", ".big@src", 3),
        ("mpn", "/mpn", 3),
        ("price", "/offers/*/price", 3),
        ("seller.id", "a@href | after '/shop/' | before '.'", 3),
    ]
    .map(|(field, line, right)| (field, line.to_owned(), right));
    assert_eq!(lines, wanted);
}

#[test]
fn wishes_that_cannot_be_read_are_all_told() {
    let faults = suggest(&samples(|n| match n {
        0 => vec![("price", "soon".to_owned())],
        1 => vec![("titel", "x".to_owned())],
        _ => vec![("gtin", "?".to_owned())],
    }))
    .unwrap_err();
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3);
    assert!(
        told.contains(&"1.html: titel: there is no such field; did you mean `title`?".to_owned()),
        "{told:?}"
    );
}

#[test]
fn hostile_pages_are_looked_through_to_their_end() {
    let many = |text: &str| text.repeat((1 << 18) / text.len());
    for text in [
        many("<b class=x>5</b>"),
        many("<div><b>5"),
        many("<script>a = {"),
        many("<p data-a='{\"p\": 5}'>"),
    ] {
        let sample = Sample {
            name: "x".to_owned(),
            url: Url::parse("https://laden.example/").unwrap(),
            text,
            wanted: [
                ("price".to_owned(), vec!["5".to_owned()]),
                ("title".to_owned(), vec!["none such".to_owned()]),
            ]
            .into(),
        };
        // What is not bounded would take hours.
        assert_eq!(suggest(&[sample]).unwrap().len(), 2);
    }
}
