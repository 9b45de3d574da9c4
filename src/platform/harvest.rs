//! A page as it came over the wire to what a platform reads from it.

use std::{borrow::Cow, collections::HashSet, io::Read};

use url::Url;

use super::{
    Platform, Role,
    lead::{link, links},
    sitemap,
};
use crate::{
    extract::{self, Links, Reading, Selectors},
    model::{Gap, Harvest, Link, Listing, ListingId, Page, PageKind},
    text::{
        address::key,
        decode::{self, Undecodable},
    },
};

/// Bytes of a page once unpacked.
const MOST_BYTES: u64 = 8 << 20;
/// Replacement characters per 1,000 from which on a text is no evidence.
const RUINED: u32 = 5;
/// Bytes by which a site map is known.
const HEAD: u64 = 4096;

/// What a body turned out to hold.
enum Content {
    Map(Harvest),
    Html(String),
    /// The text was ruined before it reached us, so many replacement characters per 1,000.
    Ruined(u32, String),
}

/// Reads a page.
pub(super) fn read(platform: &Platform, page: &Page) -> Harvest {
    if let Some(why) = denied(page) {
        return Harvest {
            kind: wall(page),
            ..nothing(&why)
        };
    }
    let (content, long) = match content(platform, page) {
        Ok(found) => found,
        Err(why) => return nothing(&why),
    };
    let mut harvest = match content {
        Content::Map(harvest) => harvest,
        Content::Ruined(share, text) => {
            let found = extract::outline(&text, &page.url, &|host| platform.has_host(host)).links;
            Harvest {
                kind: PageKind::Ruined,
                links: links(platform, &page.url, found),
                ..nothing(&ruined(share))
            }
        }
        Content::Html(text) => listed(platform, page, &text).unwrap_or_else(|| {
            let reading = extract::read(&text, &page.url, &platform.selectors);
            harvest(platform, page, reading)
        }),
    };
    harvest.gaps.extend(too_long(long));
    harvest
}

/// As `read`, with every candidate; what cannot be read gives an empty reading with its gap.
pub(super) fn explain(platform: &Platform, page: &Page) -> Reading {
    let empty = |why: String| Reading {
        gaps: vec![gap(&why)],
        ..Reading::default()
    };
    if let Some(why) = denied(page) {
        return empty(why);
    }
    let (content, long) = match content(platform, page) {
        Ok(found) => found,
        Err(why) => return empty(why),
    };
    let mut reading = match content {
        Content::Map(harvest) => Reading {
            links: Links {
                all: harvest.links.into_iter().map(|link| link.url).collect(),
                next: None,
            },
            gaps: harvest.gaps,
            ..Reading::default()
        },
        Content::Ruined(share, _) => Reading {
            kind: PageKind::Ruined,
            ..empty(ruined(share))
        },
        Content::Html(text) => {
            let mut reading = extract::explain(&text, &page.url, &platform.selectors);
            name(platform, &page.url, &mut reading.listing);
            reading
        }
    };
    reading
        .gaps
        .extend(cut(page).into_iter().chain(too_long(long)));
    reading
}

/// The text of a page, unpacked and decoded; else why it cannot be read.
pub(super) fn readable(page: &Page) -> Result<String, String> {
    match text(page)?.0 {
        Content::Html(text) => Ok(text),
        Content::Ruined(share, _) => Err(ruined(share)),
        Content::Map(_) => Err("it is a site map".to_owned()),
    }
}

/// Why there is nothing to read in an answer, by its status.
fn denied(page: &Page) -> Option<String> {
    (page.status >= 400).then(|| {
        format!(
            "the server answered {}, so there is no listing",
            page.status
        )
    })
}

/// The wall that an answer with an error's status shows to people; else a page with nothing on it.
fn wall(page: &Page) -> PageKind {
    let asked = matches!(page.status, 401 | 403 | 405 | 429 | 503);
    let Some(Ok((Content::Html(text), _))) = asked.then(|| text(page)) else {
        return PageKind::default();
    };
    match extract::read(&text, &page.url, &Selectors::default()).kind {
        kind @ PageKind::Wall(_) => kind,
        _ => PageKind::default(),
    }
}

fn ruined(share: u32) -> String {
    format!(
        "{share} of 1,000 characters are replacement characters: the text was ruined before it came here"
    )
}

/// The harvest of a page of which links are all that is wanted, by its address; none where only the whole reading can tell.
fn listed(platform: &Platform, page: &Page, text: &str) -> Option<Harvest> {
    if platform.listing.is_empty() || platform.role(&platform.clean(&page.url)) == Role::Listing {
        return None;
    }
    let outline = extract::outline(text, &page.url, &|host| platform.has_host(host));
    (!outline.doubtful).then(|| Harvest {
        kind: PageKind::Index,
        links: links(platform, &page.url, outline.links),
        gaps: cut(page).into_iter().collect(),
        listings: Vec::new(),
    })
}

/// What is missing of a page that was cut at the size limit.
fn cut(page: &Page) -> Option<Gap> {
    page.truncated
        .then(|| gap("it was cut at the size limit; what comes after is missing"))
}

/// What is missing of a page of which only the beginning was read.
fn too_long(long: bool) -> Option<Gap> {
    long.then(|| {
        gap(&format!(
            "it has more than {MOST_BYTES} bytes; what comes after them is missing"
        ))
    })
}

/// The harvest of a site map; none where the page is no such thing.
fn map(platform: &Platform, page: &Page) -> Option<Harvest> {
    let stream = || decode::stream(&page.body, page.header("content-encoding"));
    let mut head = Vec::new();
    // Damage in the first bytes is told by whoever reads the page for what else it may be.
    let _ = stream().ok()?.take(HEAD).read_to_end(&mut head);
    let beginning = decode::text(&head, page.header("content-type"));
    let root = sitemap::root(&beginning.text)?;
    let (mut links, mut seen) = (Vec::new(), HashSet::new());
    let map = sitemap::read(stream().ok()?, root, beginning.charset, |url| {
        let wanted = link(platform, url.clone()).or_else(|| {
            // Whatever the address of a further map looks like, it is one.
            let url = platform.cleaned(url);
            (is_index(root) && platform.admits(&url)).then_some(Link {
                url,
                listing: false,
                guessed: false,
            })
        });
        let wanted = wanted.filter(|link| seen.insert(hash(&link.url)));
        links.extend(wanted);
    });
    let fault = map
        .fault
        .map(|why| gap(&format!("the site map is not whole: {why}")));
    Some(Harvest {
        links,
        gaps: fault.into_iter().chain(cut(page)).collect(),
        ..Harvest::default()
    })
}

/// Whether the addresses of a map with such a root element are those of further maps.
fn is_index(root: &str) -> bool {
    root.ends_with("sitemapindex")
}

/// A small stand-in for an address among those of one map.
fn hash(url: &Url) -> [u8; 8] {
    let mut short = [0; 8];
    short.copy_from_slice(&blake3::hash(key(url.as_str()).as_bytes()).as_bytes()[..8]);
    short
}

fn harvest(platform: &Platform, page: &Page, reading: Reading) -> Harvest {
    let mut gaps = reading.gaps;
    gaps.extend(cut(page));
    let mut kind = reading.kind;
    let mut listings = Vec::new();
    let wanted = match platform.role(&platform.clean(&page.url)) {
        Role::Listing => true,
        // Without patterns nothing says which pages are listings: the page itself must.
        _ => platform.listing.is_empty() && reading.listing.price.is_some(),
    };
    if kind == PageKind::Listing && wanted {
        let mut listing = reading.listing;
        name(platform, &page.url, &mut listing);
        listings.push(listing);
    } else if kind == PageKind::Listing {
        kind = PageKind::Index;
    } else if kind == PageKind::Index && wanted && !platform.listing.is_empty() {
        gaps.push(gap(
            "its address is that of a listing, but no product was found on it",
        ));
    }
    Harvest {
        kind,
        listings,
        links: links(platform, &page.url, reading.links),
        gaps,
    }
}

/// Gives a listing its name: the item of the address, else the shop's number, else the path.
fn name(platform: &Platform, url: &Url, listing: &mut Listing) {
    let url = platform.clean(url);
    let item = platform
        .item(&url)
        .or_else(|| listing.sku.clone())
        .unwrap_or_else(|| {
            let query = url.query().map(|q| format!("?{q}")).unwrap_or_default();
            format!("{}{query}", url.path().trim_matches('/'))
        });
    listing.id = ListingId::new(&platform.id, item.trim());
    listing.platform.clone_from(&platform.id);
    listing.region.clone_from(&platform.region);
    listing.url = url.into();
}

/// What a body holds, if it can be read; true where only its beginning was.
fn content(platform: &Platform, page: &Page) -> Result<(Content, bool), String> {
    // What is called HTML nearly always is; whether it is a site map all the same, its text tells.
    let called_html = names_html(&named(page.header("content-type")));
    if !called_html && let Some(harvest) = map(platform, page) {
        return Ok((Content::Map(harvest), false));
    }
    let content = text(page);
    let perhaps_map = match &content {
        // The first byte of gzip that is not named so.
        Ok((Content::Html(text) | Content::Ruined(_, text), _)) => {
            text.starts_with('\u{1f}') || sitemap::root(text).is_some()
        }
        _ => true,
    };
    if called_html
        && perhaps_map
        && let Some(harvest) = map(platform, page)
    {
        return Ok((Content::Map(harvest), false));
    }
    content
}

/// A body unpacked, no more than `MOST_BYTES` of it; true where there is more. Of one that was cut on its way what there
/// is counts.
fn bytes(page: &Page) -> Result<(Cow<'_, [u8]>, bool), String> {
    let coding = page.header("content-encoding");
    let fault = match decode::unpack(&page.body, coding, MOST_BYTES) {
        Ok(bytes) => return Ok((bytes, false)),
        Err(fault) => fault,
    };
    let long = matches!(fault, Undecodable::TooLarge { .. });
    let mut beginning = Vec::new();
    if (long || page.truncated)
        && let Ok(stream) = decode::stream(&page.body, coding)
    {
        // What ends too soon is an error behind all that came before.
        let _ = stream.take(MOST_BYTES).read_to_end(&mut beginning);
    }
    if beginning.is_empty() {
        return Err(fault.to_string());
    }
    Ok((Cow::Owned(beginning), long))
}

/// Unpacks and decodes a body, if it is a page; true where only its beginning was read.
fn text(page: &Page) -> Result<(Content, bool), String> {
    let (bytes, long) = bytes(page)?;
    let kind = page.header("content-type");
    let decoded = decode::text(&bytes, kind);
    if !is_html(kind, &decoded.text) {
        let kind = kind.unwrap_or("nothing");
        return Err(format!(
            "its content type is {kind}; only HTML and site maps are read"
        ));
    }
    if decoded.ruined >= RUINED {
        return Ok((
            Content::Ruined(decoded.ruined, decoded.text.into_owned()),
            long,
        ));
    }
    Ok((Content::Html(decoded.text.into_owned()), long))
}

/// By the content type; where there is none, or a vague one, by how it begins.
fn is_html(kind: Option<&str>, text: &str) -> bool {
    let named = named(kind);
    match named.as_str() {
        _ if names_html(&named) => true,
        "" | "text/plain" | "application/octet-stream" | "text/xml" | "application/xml" => {
            let head: String = text.trim_start().chars().take(600).collect();
            let head = head.to_ascii_lowercase();
            [
                "<!doctype html",
                "<html",
                "<head",
                "<body",
                "<div",
                "<title",
                "<h1",
            ]
            .iter()
            .any(|tag| head.contains(tag))
        }
        _ => false,
    }
}

/// A content type without its parameters.
fn named(kind: Option<&str>) -> String {
    let kind = kind.and_then(|kind| kind.split(';').next());
    kind.unwrap_or_default().trim().to_ascii_lowercase()
}

fn names_html(named: &str) -> bool {
    matches!(named, "text/html" | "application/xhtml+xml")
}

fn nothing(why: &str) -> Harvest {
    Harvest {
        gaps: vec![gap(why)],
        ..Harvest::default()
    }
}

fn gap(why: &str) -> Gap {
    Gap {
        field: "page".to_owned(),
        why: why.to_owned(),
    }
}
