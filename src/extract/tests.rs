//! Whole pages: neighbours, lists, gaps, hostility.

use super::*;
use crate::text::{decode, shared};

mod shops;

fn read_page(text: &str) -> Reading {
    let url = Url::parse("http://shop.example/item/1").unwrap();
    explain(text, &url, &Selectors::default())
}

#[test]
fn a_neighbour_never_wins() {
    let near = "<div class=similar><a href=/2><b class=price>¥1.00</b></a><a class=shop-name href=/shop/2>Other</a></div>";
    let text = format!(
        "{near}<h1>Kettle X</h1><b class=price>¥199.00</b><a class=shop-name href=/shop/1>Own</a>{near}{near}"
    );
    let listing = read_page(&text).listing;
    assert_eq!(listing.price.unwrap().amount.to_string(), "199.00");
    assert_eq!(listing.seller.name.as_deref(), Some("Own"));
}

#[test]
fn a_list_of_goods_is_no_listing() {
    let card = |n: u32| {
        format!(
            "<li class=card><a href=/item/{n}><h3>Kettle {n}</h3></a><em class=price>¥{n}9.00</em></li>"
        )
    };
    let cards: String = (1..30).map(card).collect();
    let text = format!("<title>Kettles - shop</title><h1>Kettles</h1><ul>{cards}</ul>");
    let reading = read_page(&text);
    assert_eq!(reading.kind, PageKind::Index);
    // All but the page's own.
    assert_eq!(reading.links.all.len(), 28);
    let things: String = (1..9)
        .map(|n| format!("<div itemscope itemtype=http://schema.org/Product><b itemprop=name>Kettle {n}</b><i itemprop=offers itemscope><b itemprop=price>{n}</b></i></div>"))
        .collect();
    assert_eq!(read_page(&things).kind, PageKind::Index);
}

#[test]
fn what_was_not_found_is_said() {
    let reading = read_page(
        "<h1>Kettle X</h1><table><tr><td>品牌<td>博美<tr><td>型号<td>X<tr><td>净重<td>1 kg</table><script type=application/ld+json>{oops</script>",
    );
    let fields: Vec<&str> = reading.gaps.iter().map(|g| g.field.as_str()).collect();
    assert_eq!(
        (reading.kind, fields),
        (PageKind::Listing, vec!["price", "availability", "json-ld"])
    );
    assert!(
        reading
            .candidates
            .iter()
            .any(|c| c.chosen && c.field == "brand" && c.reader == "table")
    );
}

#[test]
fn hostile_pages_are_read_to_their_end() {
    let many = |s: &str, bytes: usize| s.repeat(bytes / s.len());
    let ld = |json: &str| format!("<script type=application/ld+json>{json}</script>");
    let pages = [
        many("<div class=price>", 1 << 20),
        many("<div itemscope itemprop=offers>", 2 << 20),
        many("<b itemprop=name>x", 2 << 20),
        many("<tr><td>品牌<td>x", 2 << 20),
        many("<li>a: b<dl><dt>c<dd>d", 2 << 20),
        many("<h1>Kettle</h1><b class=price>€5</b>", 2 << 20),
        many("<a href=/x?", 2 << 20),
        many("<a href=x>€", 4 << 20),
        many("<meta property=og:image content=x>", 2 << 20),
        ld(&many("[{\"@type\":\"Product\",\"offers\":", 1 << 20)),
        ld(&format!(
            "[{}0]",
            many("{\"@type\":\"Product\",\"name\":\"Kettle\"},", 2 << 20)
        )),
        ld(&format!(
            "{{\"@type\":\"Product\",\"offers\":[{}0]}}",
            many("{\"price\":1},", 2 << 20)
        )),
        ld(
            "{\"@id\":\"#a\",\"@type\":\"Product\",\"isVariantOf\":{\"@id\":\"#a\"},\"brand\":{\"@id\":\"#a\"}}",
        ),
        many("\u{fffd}<\u{0}&", 8 << 20),
    ];
    for page in pages {
        // What is not linear would take hours.
        read_page(&page);
    }
}

/// Every page of the fixtures, and the shared ones (`.gz`) where they are, each with its name.
pub(super) fn pages() -> Vec<(String, String)> {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")];
    let mut pages = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "html") {
                let text = decode::text(&std::fs::read(&path).unwrap(), None)
                    .text
                    .into_owned();
                pages.push((path.display().to_string(), text));
            }
        }
    }
    let truth = shared("pages/truth.jsonl").unwrap_or_default();
    for line in String::from_utf8(truth).unwrap().lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let file = case["file"].as_str().unwrap();
        let packed = shared(&format!("pages/{file}")).unwrap();
        let bytes = decode::unpack(&packed, Some("gzip"), 1 << 26).unwrap();
        pages.push((
            file.to_owned(),
            decode::text(&bytes, None).text.into_owned(),
        ));
    }
    pages
}

#[test]
fn what_is_passed_over_changes_no_answer() {
    let url = Url::parse("http://shop.example/item/1").unwrap();
    let nothing = Selectors::default();
    let pages = pages();
    assert!(pages.len() >= 7);
    let mut passed = 0;
    for (name, text) in &pages {
        let (mut whole, mut short) = (PageModel::new(text, &url), model(text, &url, &nothing));
        passed += whole.elements.len() - short.elements.len();
        let told = |page: &mut PageModel<'_>| {
            let reading = reading(page, &nothing, false);
            let mut listing = reading.listing;
            // Paths count what stands beside an element of the same tag.
            listing.paths.clear();
            for code in &mut listing.codes {
                code.path.clear();
            }
            (reading.kind, listing, reading.links, reading.gaps)
        };
        assert_eq!(told(&mut whole), told(&mut short), "{name}");
    }
    assert!(passed > 1_000, "{passed}");
}

/// Where a brand stands: an element called so, a property, a row of a table or of a list.
const BRAND_STANDS: [&str; 4] = [
    "<div class=brand>@</div>",
    "<div itemscope itemtype=http://schema.org/Product><b itemprop=name>Kettle X</b><p itemprop=brand>@</div>",
    "<table><tr><th>Brand<td>@</table>",
    "<dl><dt>Brand<dd>@</dl>",
];

fn brand_in(stand: &str, shown: &str) -> Option<String> {
    let page = format!("<h1>Kettle X</h1>{}<p>9.00 EUR", stand.replace('@', shown));
    read_page(&page).listing.brand
}

#[test]
fn a_logo_says_what_letters_would() {
    for stand in BRAND_STANDS {
        for (shown, expected) in [
            ("<a href=/b>Acme</a>", Some("Acme")),
            (
                "<a href=/b title='More by Acme'><img src=a.png alt=' Acme '></a>",
                Some("Acme"),
            ),
            (
                "<img src=1.png alt=''><img src=a.png alt=Acme>",
                Some("Acme"),
            ),
            ("<img src=a.png alt=Tick> Acme", Some("Acme")),
            ("<img src=a.png>", None),
        ] {
            assert_eq!(
                brand_in(stand, shown).as_deref(),
                expected,
                "{stand} {shown}"
            );
        }
    }
    let page = "<div itemscope itemtype=http://schema.org/Product><b itemprop=name>Kettle X</b><img itemprop=brand src=a.png alt=Acme>";
    assert_eq!(read_page(page).listing.brand.as_deref(), Some("Acme"));
}

#[derive(serde::Deserialize)]
struct Snippet {
    html: String,
    value: Option<String>,
}

#[test]
fn brands_that_others_collected() {
    let Some(text) = shared("brand_snippets.json") else {
        return;
    };
    let snippets: Vec<Snippet> = serde_json::from_slice(&text).unwrap();
    let named: Vec<(&str, &str)> = snippets
        .iter()
        .filter_map(|snippet| Some((&*snippet.html, snippet.value.as_deref()?)))
        .collect();
    for stand in BRAND_STANDS {
        let right = named.iter().filter(|(html, value)| {
            let brand = brand_in(stand, html).unwrap_or_default();
            brand.split_whitespace().eq(value.split_whitespace())
        });
        // The rest are mostly "Brand: Acme", of which the collection wants all and we the name.
        let share = right.count() as f64 / named.len() as f64;
        assert!(share > 0.95, "{stand}: {share:.3}");
    }
}
