//! A crawl as its user orders it, by command line and config.toml.

use serde_json::Value;

use crate::{
    command::{lines, run, said},
    shop::{Answer, open, watching},
};

/// Goods whose words say that they are an imitation.
fn kettle(item: &str) -> String {
    format!(
        r#"<title>Kettle</title><h1>Electric kettle 1.7 L 电热水壶 高仿</h1>
        <script type="application/ld+json">{{"@type":"Product","name":"Electric kettle 1.7 L 电热水壶 高仿","sku":"{item}","brand":"Sanchen",
        "offers":{{"price":"20.00","priceCurrency":"CNY"}}}}</script>"#
    )
}

fn home(listings: u32) -> String {
    let link = |n| format!("<a href='/item/{n}'>{n}</a> ");
    (1..=listings).map(link).collect()
}

const LISTING: &str = "listing = [\"*/item/{id}\"]";

#[test]
fn without_a_scan_listings_get_their_class_and_no_flag_until_they_are_scanned() {
    let shop = open(|path, _| match path.strip_prefix("/item/") {
        Some(item) => Answer::page(kettle(item)),
        None if path == "/" => Answer::page(home(2)),
        None => Answer::page(""),
    });
    let (_dir, workspace) = watching(shop, &format!("region = \"CN\"\n{LISTING}"));
    let crawled = &lines(&run(&workspace, &["crawl", "--no-scan", "--json", "-q"]))[0];
    assert_eq!(
        [&crawled["new"], &crawled["flags"], &crawled["scan"]],
        [&Value::from(2), &Value::from(0), &Value::Null],
        "{crawled}"
    );
    let listings = lines(&run(&workspace, &["listings", "--json"]));
    let classes: Vec<&Value> = listings.iter().map(|l| &l["class"]["id"]).collect();
    assert_eq!(classes, ["appliance/kettle"; 2], "{listings:?}");
    assert_eq!(lines(&run(&workspace, &["flags", "--json"])).len(), 0);
    let scanned = &lines(&run(&workspace, &["scan", "--json", "-q"]))[0];
    assert!(scanned["flags"].as_u64() >= Some(2), "{scanned}");
}

#[test]
fn cookies_and_the_share_of_pages_are_as_the_platform_says() {
    for (cookies, new) in [(true, 2), (false, 0)] {
        let shop = open(|path, head| {
            let known = head.contains("\r\ncookie: visitor=7\r\n");
            match path.strip_prefix("/item/") {
                Some(item) if known => Answer::page(kettle(item)),
                Some(_) => Answer::page("<h1>Come in by the door</h1>"),
                None if path == "/" => Answer {
                    headers: "Set-Cookie: visitor=7; Path=/\r\n".to_owned(),
                    body: home(5),
                },
                None => Answer::page(""),
            }
        });
        let more = format!("cookies = {cookies}\nmax_pages = 3\n{LISTING}");
        let (_dir, workspace) = watching(shop, &more);
        let crawled = &lines(&run(&workspace, &["crawl", "--no-scan", "--json", "-q"]))[0];
        assert_eq!(
            [
                &crawled["pages"],
                &crawled["new"],
                &crawled["errors"]["cut"]
            ],
            [&Value::from(3), &Value::from(new), &Value::from(3)],
            "{crawled}"
        );
        let (code, proof) = said(&run(&workspace, &["conduct"]));
        assert_eq!(code, 0, "{proof}");
    }
}
