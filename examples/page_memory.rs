//! What a hostile page costs: `page_memory [NAME]` reads pages of 8 MiB made to be expensive, and shows the peak of the heap
//! while each is read, its bytes included. Ends with 1 where one costs more than 64 MB.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::{error::Error, io::Write, process::ExitCode, time::Instant};

use flate2::{Compression, write::GzEncoder};
use listwarden::{
    model::{Page, Time},
    platform::{Platform, PlatformConfig},
};
use peak_alloc::PeakAlloc;
use url::Url;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// `[crawl] max_body` at its default.
const BODY: usize = 8 << 20;
const MOST_MB: f32 = 64.0;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let wanted = std::env::args().nth(1);
    let plain = platform(false)?;
    let selecting = platform(true)?;
    // Tables that are made once for all pages are no page's cost.
    plain.read(&page("/item/1", "text/html", many("<p>x"))?);
    let mut too_much = false;
    for (name, path, kind, make) in CASES {
        if wanted.as_deref().is_some_and(|wanted| wanted != *name) {
            continue;
        }
        for (how, platform) in [("", &plain), (" with selectors", &selecting)] {
            let before = HEAP.current_usage_as_mb();
            let page = page(path, kind, make())?;
            HEAP.reset_peak_usage();
            let start = Instant::now();
            let harvest = platform.read(&page);
            let (peak, took) = (HEAP.peak_usage_as_mb() - before, start.elapsed());
            too_much |= peak > MOST_MB;
            println!(
                "{name}{how}: {peak:.1} MB, {} ms, {} links, {:?}, {} gaps",
                took.as_millis(),
                harvest.links.len(),
                harvest.kind,
                harvest.gaps.len()
            );
        }
    }
    Ok(if too_much {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Name, path, content type, and what makes the body.
type Case = (&'static str, &'static str, &'static str, fn() -> Vec<u8>);

const CASES: &[Case] = &[
    ("links of a list", "/cat/1", "text/html", links),
    ("links of a listing", "/item/1", "text/html", links),
    ("nesting", "/item/1", "text/html", || many("<div>")),
    ("nesting with text", "/item/1", "text/html", || {
        many("<div class=price>5 <b>")
    }),
    ("attributes of many tags", "/item/1", "text/html", || {
        many("<b a b c d e f g h i j k l m n o p q r s t u v w x y z>")
    }),
    ("attributes of one tag", "/item/1", "text/html", || {
        [b"<a ".to_vec(), many("b=1 ")].concat()
    }),
    ("a long attribute", "/item/1", "text/html", || {
        [
            b"<meta property=og:title content='".to_vec(),
            many("x&amp;"),
            b"'>".to_vec(),
        ]
        .concat()
    }),
    ("one text", "/item/1", "text/html", || many("word ")),
    ("one heading", "/item/1", "text/html", || {
        [b"<h1>".to_vec(), many("word ")].concat()
    }),
    ("one title", "/item/1", "text/html", || {
        [b"<title>".to_vec(), many("&yen;x")].concat()
    }),
    (
        "one word in GBK",
        "/item/1",
        "text/html; charset=gbk",
        || many("\u{fffd}").iter().map(|_| 0xb0).collect(),
    ),
    (
        "latin letters",
        "/item/1",
        "text/html; charset=windows-1252",
        || vec![0xe9; BODY],
    ),
    ("UTF-16", "/item/1", "text/html; charset=utf-16le", || {
        many("\u{4e00}<\u{4e00}b>")
            .iter()
            .map(|b| b | 0x40)
            .collect()
    }),
    ("a table", "/item/1", "text/html", || {
        many("<tr><td>brand<td>x")
    }),
    ("definitions", "/item/1", "text/html", || {
        many("<dl><dt>c<dd>d")
    }),
    ("prices", "/item/1", "text/html", || {
        many("<b class=price>€5</b>")
    }),
    ("microdata", "/item/1", "text/html", || {
        many("<b itemscope itemprop=offers><i itemprop=price>5</i>")
    }),
    ("meta tags", "/item/1", "text/html", || {
        many("<meta property=og:image content=x>")
    }),
    ("numbers in JSON-LD", "/item/1", "text/html", || {
        script("0,".repeat(49_000).into_bytes(), "0")
    }),
    ("objects in JSON-LD", "/item/1", "text/html", || {
        script(
            "{\"@type\":\"Product\",\"name\":\"K\"},"
                .repeat(16_000)
                .into_bytes(),
            "0",
        )
    }),
    ("a text in JSON-LD", "/item/1", "text/html", || {
        script(
            [
                b"{\"@type\":\"Product\",\"name\":\"".to_vec(),
                many("x\\n"),
                b"\"},".to_vec(),
            ]
            .concat(),
            "0",
        )
    }),
    ("long names in JSON-LD", "/item/1", "text/html", || {
        let name = "n".repeat(30_000);
        let open = format!("{{\"@type\":\"Product\",\"{name}\":").repeat(100);
        let deep = format!("{open}[{}0]{}", "1,".repeat(40_000), "}".repeat(100));
        script(deep.into_bytes(), "")
    }),
    ("scripts", "/item/1", "text/html", || {
        many("<script>x</script>")
    }),
    ("entities", "/item/1", "text/html", || {
        many("&notanentity;&amp")
    }),
    ("garbage", "/item/1", "text/html", || {
        many("\u{0}<\u{1}>&\u{fffd}")
    }),
    ("a packed page", "/item/1", "text/html", || {
        gzip(&many("<a href=/item/1>"))
    }),
    (
        "a packed site map",
        "/map.xml",
        "application/gzip",
        site_map,
    ),
    (
        "a packed site map without an end",
        "/map.xml",
        "application/gzip",
        || gzip(format!("<urlset>{}", " ".repeat(60 << 20)).as_bytes()),
    ),
];

fn platform(selecting: bool) -> Result<Platform, String> {
    let select = [("seller", ".shop b"), ("title", "h1")];
    let select = select.iter().filter(|_| selecting);
    let config = PlatformConfig {
        id: "shop".to_owned(),
        start: vec!["http://shop.example/".to_owned()],
        sitemaps: vec!["http://shop.example/map.xml".to_owned()],
        listing: vec!["/item/{id}".to_owned()],
        follow: vec!["/cat/*".to_owned()],
        select: select
            .map(|(field, css)| ((*field).to_owned(), (*css).to_owned()))
            .collect(),
        ..PlatformConfig::default()
    };
    Platform::new(&config).map_err(|faults| format!("{faults:?}"))
}

fn page(path: &str, kind: &str, mut body: Vec<u8>) -> Result<Page, url::ParseError> {
    body.truncate(BODY);
    let packed = body.starts_with(&[0x1f, 0x8b]) && kind == "text/html";
    let mut headers = vec![("content-type".to_owned(), kind.to_owned())];
    headers.extend(packed.then(|| ("content-encoding".to_owned(), "gzip".to_owned())));
    Ok(Page {
        url: Url::parse(&format!("http://shop.example{path}"))?,
        status: 200,
        head: Vec::new(),
        request: Vec::new(),
        headers,
        body,
        truncated: false,
        fetched_at: Time::UNIX_EPOCH,
        remote: None,
    })
}

fn many(piece: &str) -> Vec<u8> {
    piece.repeat(BODY / piece.len()).into_bytes()
}

fn links() -> Vec<u8> {
    let mut body = String::with_capacity(BODY);
    let mut n = 0;
    while body.len() < BODY - 30 {
        body.push_str(&format!("<a href=/item/{n}>"));
        n += 1;
    }
    body.into_bytes()
}

fn script(values: Vec<u8>, last: &str) -> Vec<u8> {
    let open = b"<h1>Kettle</h1><script type=application/ld+json>[".to_vec();
    [
        open,
        values,
        last.as_bytes().to_vec(),
        b"]</script>".to_vec(),
    ]
    .concat()
}

fn site_map() -> Vec<u8> {
    let urls = (0..50_000).map(|n| format!("<url><loc>http://shop.example/item/{n}-a-name-of-the-goods-of-usual-length-{n}</loc></url>"));
    gzip(format!("<urlset>{}</urlset>", urls.collect::<String>()).as_bytes())
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    let written = out.write_all(text);
    let packed = out.finish();
    written.and(packed).unwrap_or_default()
}
