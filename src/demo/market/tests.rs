//! The market keeps its word: pages, politeness traps, the second day, and files that are broken.

use std::io::Read;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::*;

struct Got {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Got {
    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

async fn get(addr: SocketAddr, target: &str, more: &str) -> Got {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: {addr}\r\nUser-Agent: test\r\n{more}Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let end = memchr::memmem::find(&bytes, b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    Got {
        status: head[9..12].parse().unwrap(),
        head,
        body: bytes.split_off(end + 4),
    }
}

async fn open() -> (Arc<Market>, Serving) {
    let market = Arc::new(Market::bundled().unwrap());
    let serving = market.clone().serve([0; 3]).await.unwrap();
    (market, serving)
}

#[tokio::test]
async fn each_platform_speaks_in_its_own_way() {
    let (_, serving) = open().await;
    let [harbour, taoyuan, laojie] = serving.addrs;
    let page = get(harbour, "/item/1014", "").await.text();
    assert!(
        page.contains("application/ld+json") && page.contains("\"price\":\"45.00\""),
        "{page}"
    );
    assert!(page.contains("<del class=\"was\">$52.00</del>"));
    let page = get(taoyuan, "/item/630001.html", "").await.text();
    assert!(
        page.contains("itemprop=\"price\" content=\"1299.00\">¥1,299.00<"),
        "{page}"
    );
    let page = get(laojie, "/show.php?id=6004", "").await;
    assert!(page.head.contains("charset=gbk"));
    let (text, _, errors) = encoding_rs::GBK.decode(&page.body);
    assert!(
        !errors && text.contains("高&#8203;仿") && text.contains("<b class=\"jia\">￥320.00</b>"),
        "{text}"
    );
}

#[tokio::test]
async fn gzip_is_given_to_those_who_accept_it() {
    let (_, serving) = open().await;
    let plain = get(serving.addrs[0], "/item/1001", "").await;
    let packed = get(serving.addrs[0], "/item/1001", "Accept-Encoding: gzip\r\n").await;
    assert!(packed.head.contains("Content-Encoding: gzip"));
    let mut body = Vec::new();
    flate2::read::GzDecoder::new(packed.body.as_slice())
        .read_to_end(&mut body)
        .unwrap();
    assert_eq!(body, plain.body);
}

#[tokio::test]
async fn a_market_told_to_gzips_every_page_or_none() {
    for gzip in [true, false] {
        let market = Arc::new(Market::bundled().unwrap().with_gzip(gzip));
        let serving = market.serve([0; 3]).await.unwrap();
        for addr in serving.addrs {
            let page = get(addr, "/", "Accept-Encoding: gzip\r\n").await;
            assert_eq!(page.head.contains("Content-Encoding: gzip"), gzip);
        }
    }
}

#[tokio::test]
async fn the_log_holds_the_429_and_the_trespass() {
    let (market, serving) = open().await;
    let [harbour, ..] = serving.addrs;
    let busy = get(harbour, "/item/2011", "").await;
    assert!(busy.status == 429 && busy.head.contains("Retry-After: 1"));
    assert_eq!(get(harbour, "/item/2011", "").await.status, 200);
    assert_eq!(market.trespasses(), 0);
    assert_eq!(get(harbour, "/private/item/1990", "").await.status, 200);
    assert_eq!(get(harbour, "/item/1990", "").await.status, 404);
    assert_eq!(market.trespasses(), 1);
    let log = market.log();
    let seen: Vec<_> = log
        .iter()
        .map(|r| (r.platform, r.path.as_str(), r.status))
        .collect();
    assert_eq!(
        seen[..2],
        [
            ("harbour", "/item/2011", 429),
            ("harbour", "/item/2011", 200)
        ]
    );
    assert!(log.iter().all(|r| r.user_agent == "test"));
}

#[tokio::test]
async fn a_connection_carries_many_requests() {
    let (_, serving) = open().await;
    let mut stream = TcpStream::connect(serving.addrs[1]).await.unwrap();
    for _ in 0..3 {
        stream
            .write_all(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        let mut head = vec![0; 4096];
        let length = stream.read(&mut head).await.unwrap();
        assert!(
            head[..length].starts_with(b"HTTP/1.1 200 OK\r\n")
                && head[..length].ends_with(b"\r\n\r\n")
        );
    }
    stream.write_all(b"POST / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert!(rest.starts_with("HTTP/1.1 400 "), "{rest}");
}

#[tokio::test]
async fn the_second_day_changes_a_price_and_takes_listings_away() {
    let (market, serving) = open().await;
    let [harbour, taoyuan, laojie] = serving.addrs;
    let before = get(harbour, "/item/1018", "").await;
    let etag = before
        .head
        .lines()
        .find_map(|line| line.strip_prefix("ETag: "))
        .unwrap();
    let asked = format!("If-None-Match: {etag}\r\n");
    assert_eq!(get(harbour, "/item/1018", &asked).await.status, 304);
    market.turn();
    let after = get(harbour, "/item/1018", &asked).await;
    assert!(
        before.text().contains("\"price\":\"29.00\"")
            && after.text().contains("\"price\":\"24.50\"")
    );
    assert_eq!(get(taoyuan, "/item/630029.html", "").await.status, 410);
    assert_eq!(get(laojie, "/show.php?id=5025", "").await.status, 404);
    assert!(
        !get(taoyuan, "/list/household.html", "")
            .await
            .text()
            .contains("630029")
    );
}

/// Every address in the href attributes of a page.
fn links(page: &str) -> impl Iterator<Item = String> {
    page.split("href=\"")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('"')?.0.replace("&amp;", "&")))
}

#[test]
fn every_listing_can_be_reached_from_the_home_page() {
    let market = Market::bundled().unwrap();
    for site in &market.sites {
        let view = market.view(site, "host");
        let (mut waiting, mut seen) = (vec!["/".to_owned()], BTreeSet::new());
        while let Some(target) = waiting.pop() {
            if !target.starts_with('/') || !seen.insert(target.clone()) {
                continue;
            }
            let answer = view.answer(&target).unwrap();
            let text = if site.file.charset == "gbk" {
                encoding_rs::GBK.decode(&answer.body).0.into_owned()
            } else {
                String::from_utf8(answer.body).unwrap()
            };
            waiting.extend(links(&text));
        }
        for offer in site.offers.values() {
            assert!(
                seen.contains(&site.item_path(offer)),
                "{} {}",
                site.id,
                offer.item
            );
        }
        assert!(
            seen.iter()
                .any(|path| path.contains("page=2") && !path.contains("page=2/")),
            "{}",
            site.id
        );
    }
}

#[test]
fn a_search_finds_words_of_titles() {
    let market = Market::bundled().unwrap();
    let found = |site: usize, target: &str| {
        let body = market
            .view(&market.sites[site], "host")
            .answer(target)
            .unwrap()
            .body;
        String::from_utf8(body).unwrap()
    };
    let page = found(0, "/search?q=electric+kettle");
    assert!(
        page.contains("/item/1015") && !page.contains("/item/1016"),
        "{page}"
    );
    assert!(
        found(1, "/search?q=%E7%94%B5%E7%83%AD%E6%B0%B4%E5%A3%B6&page=1")
            .contains("/item/630015.html")
    );
    assert!(found(0, "/search?q=zzz").contains("Nothing here"));
}

#[test]
fn most_of_the_market_is_honest_and_every_kind_is_planted_everywhere_it_can_be() {
    let truth = Market::bundled().unwrap().truth();
    let planted = truth.values().filter(|expected| !expected.kinds.is_empty());
    assert!(planted.count() * 2 < truth.len());
    for kind in [
        "counterfeit",
        "certification",
        "recall",
        "disclosure",
        "prohibited",
    ] {
        for platform in PLATFORMS {
            let here = truth.iter().filter(|(id, _)| id.platform() == platform);
            assert!(
                here.filter(|(_, expected)| expected.kinds.contains(kind))
                    .count()
                    > 0,
                "{kind} on {platform}"
            );
        }
    }
}

#[test]
fn a_scaled_market_has_so_many_listings_and_is_the_same_each_time() {
    for count in [20, 57, 300] {
        let truth = Market::scaled(count).unwrap().truth();
        for platform in PLATFORMS {
            let here = truth.keys().filter(|id| id.platform() == platform).count();
            assert!(
                here <= count && here * 10 >= count * 9,
                "{here} of {count} on {platform}"
            );
        }
        assert_eq!(truth, Market::scaled(count).unwrap().truth());
    }
}

/// The bundled market with one file put in place of its own, or taken away.
fn with(path: &str, change: impl Fn(String) -> Option<String>) -> String {
    let source = |asked: &str| {
        let file = Bundle::get(asked)?.data.into_owned();
        if asked != path {
            return Some(file);
        }
        change(String::from_utf8(file).unwrap()).map(String::into_bytes)
    };
    Market::load(&source).unwrap_err().to_string()
}

#[test]
fn a_broken_file_is_named_with_what_would_be_right() {
    assert_eq!(
        with("taoyuan/listing.html", |_| None),
        "fixtures/market/taoyuan/listing.html is missing; it belongs to the bundled market"
    );
    let error = with("goods.toml", |text| {
        Some(text.replacen("shelf =", "shelv =", 1))
    });
    assert!(
        error.starts_with("fixtures/market/goods.toml: ")
            && error.contains("unknown field `shelv`"),
        "{error}"
    );
    let error = with("harbour.toml", |text| {
        Some(text.replacen("product = \"aldera\"", "product = \"aldara\"", 1))
    });
    assert!(error.starts_with("fixtures/market/harbour.toml: offer 1001: there is no product 'aldara'; use one of aldera,"), "{error}");
    let error = with("harbour.toml", |text| {
        Some(text.replacen("expects = [\"counterfeit\"]", "expects = [\"fake\"]", 1))
    });
    assert!(error.ends_with("offer 2001: expects: 'fake' is none of counterfeit, certification, recall, disclosure, prohibited"), "{error}");
    let error = with("laojie/listing.html", |text| {
        Some(text.replacen("{{title}}", "{{titel}}", 1))
    });
    assert_eq!(
        error,
        "fixtures/market/laojie/listing.html: 'titel' is not given by this page"
    );
}

#[test]
fn the_config_entries_name_the_addresses() {
    let market = Market::bundled().unwrap();
    let addrs = [1, 2, 3].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
    #[derive(serde::Deserialize)]
    struct Config {
        platform: Vec<crate::platform::PlatformConfig>,
    }
    let config: Config = toml::from_str(&market.platforms_toml(&addrs)).unwrap();
    let ids: Vec<_> = config
        .platform
        .iter()
        .map(|platform| platform.id.as_str())
        .collect();
    assert_eq!(ids, PLATFORMS);
    assert_eq!(
        config.platform[2].search.as_deref(),
        Some("http://127.0.0.1:3/so.php?q={keyword}&page={page}")
    );
}

/// What the pages say and what the reference data says must fit: otherwise a good rule would be counted as wrong.
#[test]
fn the_reference_data_knows_the_goods() {
    let market = Market::bundled().unwrap();
    let files: BTreeMap<_, _> = market.reference_files().into_iter().collect();
    let text = |path: &str| std::str::from_utf8(&files[path]).unwrap();
    let register = text("certificates/market.csv");
    let status = |number: &str| {
        let row = register.lines().find(|row| row.contains(number))?;
        row.split(',').nth(5)
    };
    for offer in market.sites.iter().flat_map(|site| site.offers.values()) {
        let product = &market.goods.products[&offer.product];
        let number = offer.certificate.as_ref().or(product.certificate.as_ref());
        let number = number.filter(|number| number.ends_with(|c: char| c.is_ascii_digit()));
        if offer.note.contains("was revoked") {
            assert_eq!(status(number.unwrap()), Some("revoked"), "{}", offer.item);
        } else if let Some(number) = number.filter(|_| !offer.expects.contains("certification")) {
            assert_eq!(status(number), Some("valid"), "{}", offer.item);
        }
        let brand = format!("name = \"{}\"", product.brand);
        assert!(
            text("brands/market.toml").contains(&brand),
            "{}",
            offer.item
        );
    }
    for notice in text("recalls/market.jsonl").lines() {
        let notice: serde_json::Value = serde_json::from_str(notice).unwrap();
        for model in notice["models"].as_array().into_iter().flatten() {
            let product = market
                .goods
                .products
                .values()
                .find(|product| *model == *product.model)
                .unwrap();
            assert_eq!(notice["gtins"][0], format!("0{}", product.gtin));
            assert_eq!(notice["brands"][0], *product.brand);
        }
    }
}
