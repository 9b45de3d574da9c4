//! A platform from its configuration to what it reads.

use std::io::Write;

use super::*;
use crate::model::{PageKind, Wall};

fn config() -> PlatformConfig {
    PlatformConfig {
        id: "shop".to_owned(),
        start: vec!["http://shop.example/".to_owned()],
        search: Some("http://shop.example/s?q={keyword}&page={page}".to_owned()),
        search_pages: Some(2),
        listing: vec!["http://shop.example/item/{id}.html".to_owned()],
        follow: vec!["/cat/*".to_owned()],
        ignore: vec!["*/item/secret*".to_owned()],
        region: Some("cn".to_owned()),
        ..PlatformConfig::default()
    }
}

pub(super) fn page(url: &str, kind: &str, body: &[u8]) -> Page {
    Page {
        url: Url::parse(url).unwrap(),
        status: 200,
        head: Vec::new(),
        request: Vec::new(),
        headers: vec![("content-type".to_owned(), kind.to_owned())],
        body: body.to_vec(),
        truncated: false,
        fetched_at: crate::model::Time::UNIX_EPOCH,
        remote: None,
    }
}

const GOODS: &str = "<title>Kettle X</title><h1>Kettle X</h1><div class=price>¥199</div>
    <table><tr><td>品牌<td>博美<tr><td>型号<td>X-1<tr><td>商品编号<td>A7</table>
    <a href=/item/B8.html>next</a><a href=/cart>cart</a><a href=/cat/2>more</a><a href=http://ads.example/>ad</a>";

#[test]
fn all_faults_come_at_once_by_key() {
    let config = PlatformConfig {
        id: "my shop".to_owned(),
        start: vec!["shop.example".to_owned(), "ftp://shop.example/".to_owned()],
        search: Some("http://shop.example/".to_owned()),
        listing: vec!["/item/{sku}".to_owned()],
        render: Some("browser".to_owned()),
        region: Some("China".to_owned()),
        select: [("titel".to_owned(), "h1".to_owned())]
            .into_iter()
            .collect(),
        ..PlatformConfig::default()
    };
    let faults = Platform::new(&config).unwrap_err();
    let keys: Vec<&str> = faults.iter().map(|f| f.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "id",
            "render",
            "start",
            "start",
            "search",
            "region",
            "listing",
            "select.titel"
        ]
    );
    assert_eq!(
        faults[1].to_string(),
        "platform 'my shop': render: 'browser' is not known; use \"http\""
    );
}

#[test]
fn addresses_have_roles() {
    let shop = Platform::new(&config()).unwrap();
    let role = |url: &str| shop.role(&Url::parse(url).unwrap());
    assert_eq!(role("http://shop.example/item/7.html"), Role::Listing);
    assert_eq!(role("http://shop.example/item/secret.html"), Role::Ignore);
    assert_eq!(role("http://shop.example/cat/1"), Role::Follow);
    assert_eq!(role("http://shop.example/s?q=x&page=3"), Role::Follow);
    assert_eq!(role("http://shop.example/?page=2"), Role::Follow);
    assert_eq!(role("http://shop.example/help"), Role::Ignore);
    assert_eq!(role("http://other.example/item/7.html"), Role::Ignore);
    let whole = PlatformConfig {
        listing: vec![],
        follow: vec![],
        ..config()
    };
    assert_eq!(
        Platform::new(&whole)
            .unwrap()
            .role(&Url::parse("http://shop.example/help").unwrap()),
        Role::Follow
    );
}

#[test]
fn seeds_hold_each_search_page() {
    let shop = Platform::new(&config()).unwrap();
    let seeds: Vec<String> = shop
        .seeds(&["儿童 a".to_owned()])
        .iter()
        .map(Url::to_string)
        .collect();
    assert_eq!(
        seeds,
        [
            "http://shop.example/",
            "http://shop.example/s?q=%E5%84%BF%E7%AB%A5+a&page=1",
            "http://shop.example/s?q=%E5%84%BF%E7%AB%A5+a&page=2",
        ]
    );
}

#[test]
fn a_listing_is_read_where_listings_are() {
    let shop = Platform::new(&config()).unwrap();
    let read = shop.read(&page(
        "http://shop.example/item/A7.html#x",
        "text/html; charset=utf-8",
        GOODS.as_bytes(),
    ));
    assert_eq!(read.kind, PageKind::Listing);
    let listing = &read.listings[0];
    assert_eq!(
        (listing.id.as_str(), listing.region.as_deref()),
        ("shop:A7", Some("CN"))
    );
    assert_eq!(listing.url, "http://shop.example/item/A7.html");
    let links: Vec<(&str, bool)> = read
        .links
        .iter()
        .map(|l| (l.url.path(), l.listing))
        .collect();
    assert_eq!(links, [("/item/B8.html", true), ("/cat/2", false)]);

    let elsewhere = shop.read(&page(
        "http://shop.example/cat/1",
        "text/html",
        GOODS.as_bytes(),
    ));
    assert!(elsewhere.listings.is_empty() && elsewhere.links.len() == 2);
    let open = Platform::new(&PlatformConfig {
        listing: vec![],
        ..config()
    })
    .unwrap();
    let named = open.read(&page(
        "http://shop.example/p/kettle",
        "text/html",
        GOODS.as_bytes(),
    ));
    assert_eq!(named.listings[0].id.as_str(), "shop:A7");
}

#[test]
fn site_maps_give_links_packed_or_not() {
    let shop = Platform::new(&PlatformConfig {
        sitemaps: vec!["http://shop.example/map.xml.gz".to_owned()],
        ..config()
    })
    .unwrap();
    let map = b"<?xml version='1.0'?><urlset><url><loc>http://shop.example/item/9.html</loc></url></urlset>";
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(map).unwrap();
    let packed = gzip.finish().unwrap();
    for (kind, body) in [
        ("application/xml", map.to_vec()),
        ("application/gzip", packed.clone()),
        // What it is called does not make it a page.
        ("text/html; charset=utf-8", map.to_vec()),
        ("text/html", packed),
    ] {
        let read = shop.read(&page("http://shop.example/map.xml.gz", kind, &body));
        assert_eq!(read.links.len(), 1, "{kind}");
        assert!(read.links[0].listing && read.gaps.is_empty());
    }
}

#[test]
fn what_is_no_page_is_a_gap() {
    let shop = Platform::new(&config()).unwrap();
    let at = "http://shop.example/item/A7.html";
    let pdf = shop.read(&page(at, "application/pdf", b"%PDF"));
    assert!(pdf.gaps[0].why.contains("application/pdf") && pdf.listings.is_empty());
    let gone = shop.read(&Page {
        status: 404,
        ..page(at, "text/html", GOODS.as_bytes())
    });
    assert!(gone.listings.is_empty() && gone.links.is_empty() && gone.gaps.len() == 1);
    let broken = Page {
        headers: vec![("content-encoding".to_owned(), "gzip".to_owned())],
        ..page(at, "text/html", b"no gzip")
    };
    assert_eq!(shop.read(&broken).gaps.len(), 1);
    let wall = shop.read(&page(
        at,
        "text/html",
        b"<title>Robot or human?</title><p>Press and hold the button",
    ));
    assert_eq!(
        (wall.kind, wall.listings.len()),
        (PageKind::Wall(Wall::Captcha), 0)
    );
    let barred = Page {
        status: 403,
        ..page(at, "text/html", b"<title>Just a moment...</title>")
    };
    let barred = shop.read(&barred);
    assert_eq!(barred.kind, PageKind::Wall(Wall::Captcha));
    assert_eq!(
        barred.gaps[0].why,
        "the server answered 403, so there is no listing"
    );
    let ruined = GOODS.replace('e', "\u{fffd}");
    assert_eq!(
        shop.read(&page(at, "text/html", ruined.as_bytes())).kind,
        PageKind::Ruined
    );
    assert_eq!(
        shop.explain(&page(at, "text/html", ruined.as_bytes())).kind,
        PageKind::Ruined
    );
}

#[test]
fn of_a_page_that_is_too_long_or_was_cut_the_beginning_is_read_and_said_so() {
    let shop = Platform::new(&config()).unwrap();
    let at = "http://shop.example/item/A7.html";
    let long = [GOODS.as_bytes(), &b"<p>more".repeat(2 << 20)].concat();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&long).unwrap();
    let gzip = |body: &[u8]| Page {
        headers: vec![("content-encoding".to_owned(), "gzip".to_owned())],
        ..page(at, "text/html", body)
    };
    let packed = packed.finish().unwrap();
    let half = Page {
        truncated: true,
        ..gzip(&packed[..packed.len() / 2])
    };
    for (page, said) in [
        (page(at, "text/html", &long), "more than 8388608 bytes"),
        (gzip(&packed), "more than 8388608 bytes"),
        (half, "it was cut at the size limit"),
    ] {
        for (brand, gaps) in [
            {
                let read = shop.read(&page);
                (read.listings[0].brand.clone(), read.gaps)
            },
            {
                let told = shop.explain(&page);
                (told.listing.brand, told.gaps)
            },
        ] {
            assert_eq!(brand.as_deref(), Some("博美"));
            assert!(gaps.iter().any(|gap| gap.why.contains(said)), "{gaps:?}");
        }
    }
}
