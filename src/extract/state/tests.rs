//! Pages that keep state, in the ways that shops do.

use url::Url;

use crate::extract::{Reading, Selectors, explain};

fn read_page(url: &str, text: &str) -> Reading {
    explain(text, &Url::parse(url).unwrap(), &Selectors::default())
}

/// What the reader of state offers for a field, with its place.
fn offered(reading: &Reading, field: &str) -> Vec<(String, String)> {
    let own = reading
        .candidates
        .iter()
        .filter(|c| c.reader == "state" && c.field == field);
    own.map(|c| (c.value.clone(), c.path.clone())).collect()
}

fn first(reading: &Reading, field: &str) -> Option<String> {
    offered(reading, field)
        .into_iter()
        .next()
        .map(|(value, _)| value)
}

const SHOP: &str = "http://shop.example/p/kettle-x-7731904";

#[test]
fn a_hydration_blob_is_read_with_its_path() {
    let page = r#"<title>Kettle X 1.7 l | Shop</title><h1>Kettle X 1.7 l</h1><script id="__NEXT_DATA__" type="application/json">
        {"props":{"pageProps":{"related":[{"name":"Kettle X 1.7 l Mini","sku":"1","price":1}],
        "product":{"id":7731904,"name":"Kettle X 1.7 l","brand":{"id":12,"name":"Acme"},"sku":"KX-17","gtin13":"4006381333931",
        "price":{"value":49.95,"currency":"EUR","original":{"value":59.95}},"availability":"IN_STOCK",
        "seller":{"id":"s1","name":"Pots & Pans"},"images":[{"url":"/i/1.jpg"},{"url":"/i/2.jpg"}],
        "categories":[{"name":"Kitchen"},{"name":"Kettles"}],"attributes":[{"name":"Power","value":"2200 W"}]}}}}</script>"#;
    let reading = read_page(SHOP, page);
    let path = "script[__NEXT_DATA__]/props/pageProps/product/";
    assert_eq!(
        offered(&reading, "price"),
        [("49.95 EUR".to_owned(), format!("{path}price/value"))]
    );
    for (field, value) in [
        ("list_price", "59.95 EUR"),
        ("brand", "Acme"),
        ("gtin", "4006381333931"),
        ("seller.name", "Pots & Pans"),
        ("seller.id", "s1"),
        ("images", "http://shop.example/i/1.jpg"),
        ("category", "Kitchen > Kettles"),
        ("attributes.Power", "2200 W"),
    ] {
        assert_eq!(first(&reading, field).as_deref(), Some(value), "{field}");
    }
    let listing = reading.listing;
    assert_eq!(listing.sku.as_deref(), Some("KX-17"));
    assert_eq!(listing.price.unwrap().amount.to_string(), "49.95");
    assert_eq!(
        listing.availability,
        Some(crate::model::Availability::InStock)
    );
    assert_eq!(listing.paths["sku"], format!("{path}sku"));
}

#[test]
fn state_is_found_however_a_script_keeps_it() {
    let goods = r#"{"product":{"name":"Kettle X","sku":"KX-17","price":49.95}}"#;
    let string = goods.replace('"', "\\\"");
    for (script, place) in [
        (format!("window.__INITIAL_STATE__ = {goods};(function(){{}})()"), "__INITIAL_STATE__/product"),
        (format!("window['__PRELOADED_STATE__']={goods}"), "__PRELOADED_STATE__/product"),
        (format!("var a = 1;\n  var g_page_config = {goods};"), "g_page_config/product"),
        (format!("window.X = window.X || {goods}"), "X/product"),
        (format!("dataLayer.push({goods})"), "dataLayer.push/product"),
        (format!("if (a) {{ b({{}}) }} window.__NUXT__={goods}"), "__NUXT__/product"),
        (format!("window.S = JSON.parse(\"{string}\");"), "JSON.parse/product"),
        (format!("self.__next_f.push([1,\"5:[\\\"$\\\",null,{}\"]);self.__next_f.push([1,\"{}]\"])", &string[..22], &string[22..]), "__next_f/product"),
        ("TShop.Setup({ itemDO: { title: 'Kettle X', 'itemId': 'KX-17', reservePrice: '60.00', price: '49.95', } , b: new Date() });".to_owned(), "TShop.Setup/itemDO"),
    ] {
        let page = format!("<h1>Kettle X</h1><script>{script}</script>");
        let reading = read_page("http://shop.example/p", &page);
        let places: Vec<String> = offered(&reading, "price").into_iter().map(|(_, p)| p).collect();
        let wanted = format!("script[{}", place.replacen('/', "]/", 1));
        assert_eq!(places, [format!("{wanted}/price")], "{script}");
        assert_eq!(first(&reading, "price").as_deref(), Some("49.95"), "{script}");
    }
}

#[test]
fn what_a_function_is_called_with_is_put_in_its_place() {
    let page = "<h1>Kettle X</h1><script>window.__NUXT__=(function(a,b,c){return {data:[{product:{name:a,sku:\"KX-17\",price:b,brand:{name:\"Acme\"},inStock:c}}]}}(\"Kettle X\",49.95,true));</script>";
    let reading = read_page("http://shop.example/p", page);
    assert_eq!(
        offered(&reading, "price"),
        [(
            "49.95".to_owned(),
            "script[__NUXT__]/data/0/product/price".to_owned()
        )]
    );
    assert_eq!(first(&reading, "availability").as_deref(), Some("InStock"));
}

#[test]
fn a_neighbour_in_a_list_is_not_the_goods() {
    let other =
        |n: u32| format!(r#"{{"id":"{n}55501","name":"Kettle {n}","price":"{n}.00","sku":"{n}"}}"#);
    let list: Vec<String> = (1..9).map(other).collect();
    let script = format!("window.items = [{}]", list.join(","));
    let page = format!("<h1>Kettle X</h1><script>{script}</script>");
    assert_eq!(first(&read_page(SHOP, &page), "price"), None);
    // By its number in the address one of them is.
    let reading = read_page("http://shop.example/item/355501", &page);
    assert_eq!(first(&reading, "price").as_deref(), Some("3.00"));
    assert_eq!(offered(&reading, "title").len(), 1);
}

#[test]
fn a_price_in_cents_does_not_win() {
    let state = r#"<script>var meta = {"product":{"id":7731904,"title":"Kettle X","price":129900}}</script>"#;
    let shown = format!("<h1>Kettle X</h1><b class=price>€1,299.00</b>{state}");
    let listing = read_page(SHOP, &shown).listing;
    assert_eq!(listing.price.unwrap().amount.to_string(), "1299.00");
    let stated = r#"<script type="application/ld+json">{"@type":"Product","name":"Kettle X","offers":{"price":"1299.00","priceCurrency":"EUR"}}</script>"#;
    let listing = read_page(SHOP, &format!("<h1>Kettle X</h1>{stated}{state}")).listing;
    assert_eq!(listing.price.unwrap().amount.to_string(), "1299.00");
    let named = state
        .replace("\"price\"", "\"price_in_cents\"")
        .replace("price_in_cents\":129900", "price\":{\"centAmount\":129900}");
    let reading = read_page(SHOP, &format!("<h1>Kettle X</h1>{named}"));
    assert_eq!(first(&reading, "price").as_deref(), Some("1299.00"));
}

#[test]
fn attributes_of_an_element_are_state() {
    let page = r#"<h1>Kettle X</h1><div id=buy data-product-id="7731904" data-price="49.95" data-currency="EUR" data-brand="Acme">
        <button data-product='{"name":"Kettle X","sku":"KX-17","price":"49.95","ean":"4006381333931"}'>Buy</button></div>
        <div class=related><p data-product-id=55 data-price=1></p></div>"#;
    let reading = read_page(SHOP, page);
    assert_eq!(
        offered(&reading, "sku"),
        [
            ("7731904".to_owned(), "div#buy@data-product-id".to_owned()),
            (
                "KX-17".to_owned(),
                "div#buy > button@data-product/sku".to_owned()
            ),
        ]
    );
    assert_eq!(first(&reading, "brand").as_deref(), Some("Acme"));
    assert_eq!(first(&reading, "gtin").as_deref(), Some("4006381333931"));
    // Numbers of many goods are numbers of none.
    let two = "<h1>Kettle X</h1><p data-sku=A1></p><p data-sku=A2></p>";
    assert_eq!(first(&read_page("http://shop.example/x", two), "sku"), None);
}

#[test]
fn one_kind_of_the_goods_is_chosen_by_the_address() {
    let page = r#"<h1>Kettle X</h1><script>var p = {"title":"Kettle X","vendor":"Acme","variants":[
        {"id":90001,"price":"10.50","sku":"A","available":true},{"id":90002,"price":"12.50","sku":"KX-B1","available":false}]}</script>"#;
    let reading = read_page("http://shop.example/p/kettle-x?variant=90002", page);
    assert_eq!(first(&reading, "price").as_deref(), Some("12.50"));
    assert_eq!(reading.listing.sku.as_deref(), Some("KX-B1"));
    assert_eq!(
        first(&reading, "availability").as_deref(),
        Some("OutOfStock")
    );
}

#[test]
fn hostile_state_is_read_to_its_end() {
    for piece in [
        "x={sku:[",
        "x={sku:{",
        "dataLayer.push({sku:1,price:2});",
        "JSON.parse(\"{sku",
        "__next_f.push([1,\"sku",
        "{\"sku\":\"",
        "={sku:1,name:'Kettle',price:3},",
    ] {
        let page = format!(
            "<h1>Kettle</h1><script>{}</script>",
            piece.repeat((1 << 20) / piece.len())
        );
        read_page(SHOP, &page);
        let attribute = format!(
            "<h1>Kettle</h1>{}",
            "<p data-sku=1 data-x='{\"sku\":1,\"price\":2,\"name\":\"Kettle\"}'>".repeat(9_000)
        );
        read_page(SHOP, &attribute);
    }
}

proptest::proptest! {
    #[test]
    fn any_script_is_read_to_its_end(pieces in proptest::collection::vec(0..PIECES.len(), 0..40), other in "\\PC{0,9}") {
        let script: String = pieces.iter().map(|at| PIECES[*at]).chain([other.as_str()]).collect();
        let page = format!("<h1>Kettle X</h1><script>{script}</script><p data-sku='{script}' data-x=\"{script}\">");
        read_page(SHOP, &page);
    }
}

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ":",
    ",",
    ";",
    "=",
    "\"",
    "'",
    "`",
    "\\",
    "\\u00e",
    "/*",
    "*/",
    "//",
    "\n",
    "é",
    "水",
    "sku",
    "price",
    "name",
    "\"Kettle X\"",
    "7731904",
    "5.00",
    "-",
    "!0",
    "return",
    "JSON.parse(",
    "variants",
    "__next_f.push([1,",
    "__NUXT__=(function(a,b)",
    "}(",
    "))",
    "{\"sku\":\"1\",\"price\":100,\"name\":\"Kettle X\"}",
];
