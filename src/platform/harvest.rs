//! A page as it came over the wire to what a platform reads from it.

use url::Url;

use super::{Platform, Role, sitemap};
use crate::{
    extract::{self, Reading},
    model::{Gap, Harvest, Link, Listing, ListingId, Page, PageKind},
    text::decode,
};

/// Bytes of a page once unpacked.
const MOST_BYTES: u64 = 8 << 20;
/// Replacement characters per 1,000 from which on a text is no evidence.
const RUINED: u32 = 5;

/// What a body turned out to hold.
enum Content {
    Html(String),
    SiteMap(String),
    /// The text was ruined before it reached us, so many replacement characters per 1,000.
    Ruined(u32, String),
}

/// Reads a page.
pub(super) fn read(platform: &Platform, page: &Page) -> Harvest {
    if page.status >= 400 {
        return nothing(&format!(
            "the server answered {}, so there is no listing",
            page.status
        ));
    }
    match content(page) {
        Err(why) => nothing(&why),
        Ok(Content::SiteMap(text)) => Harvest {
            links: links(platform, sitemap::links(&text)),
            ..Harvest::default()
        },
        Ok(Content::Ruined(share, text)) => Harvest {
            kind: PageKind::Ruined,
            links: links(
                platform,
                extract::read(&text, &page.url, &platform.selectors).links,
            ),
            ..nothing(&format!(
                "{share} of 1,000 characters are replacement characters: the text was ruined before it came here"
            ))
        },
        Ok(Content::Html(text)) => {
            let reading = extract::read(&text, &page.url, &platform.selectors);
            harvest(platform, page, reading)
        }
    }
}

/// As `read`, with every candidate; what cannot be read gives an empty reading with its gap.
pub(super) fn explain(platform: &Platform, page: &Page) -> Reading {
    let empty = |why: String| Reading {
        gaps: vec![gap(&why)],
        ..Reading::default()
    };
    if page.status >= 400 {
        return empty(format!(
            "the server answered {}, so there is no listing",
            page.status
        ));
    }
    match content(page) {
        Err(why) => empty(why),
        Ok(Content::SiteMap(text)) => Reading {
            links: sitemap::links(&text),
            ..Reading::default()
        },
        Ok(Content::Ruined(share, _)) => Reading {
            kind: PageKind::Ruined,
            ..empty(format!(
                "{share} of 1,000 characters are replacement characters: the text was ruined before it came here"
            ))
        },
        Ok(Content::Html(text)) => {
            let mut reading = extract::read(&text, &page.url, &platform.selectors);
            name(platform, &page.url, &mut reading.listing);
            reading
        }
    }
}

fn harvest(platform: &Platform, page: &Page, reading: Reading) -> Harvest {
    let mut gaps = reading.gaps;
    if page.truncated {
        gaps.push(gap(
            "it was cut at the size limit; what comes after is missing",
        ));
    }
    let mut kind = reading.kind;
    let mut listings = Vec::new();
    let wanted = match platform.role(&page.url) {
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
        links: links(platform, reading.links),
        gaps,
    }
}

/// Gives a listing its name: the item of the address, else the shop's number, else the path.
fn name(platform: &Platform, url: &Url, listing: &mut Listing) {
    let item = platform
        .item(url)
        .or_else(|| listing.sku.clone())
        .unwrap_or_else(|| {
            let query = url.query().map(|q| format!("?{q}")).unwrap_or_default();
            format!("{}{query}", url.path().trim_matches('/'))
        });
    listing.id = ListingId::new(&platform.id, item.trim());
    listing.platform.clone_from(&platform.id);
    listing.region.clone_from(&platform.region);
    let mut address = url.clone();
    address.set_fragment(None);
    listing.url = address.into();
}

fn links(platform: &Platform, found: Vec<Url>) -> Vec<Link> {
    let role = |url: Url| match platform.role(&url) {
        Role::Ignore => None,
        role => Some(Link {
            url,
            listing: role == Role::Listing,
            guessed: false,
        }),
    };
    found.into_iter().filter_map(role).collect()
}

/// Unpacks and decodes a body, if it is a page or a site map.
fn content(page: &Page) -> Result<Content, String> {
    let bytes = decode::unpack(&page.body, page.header("content-encoding"), MOST_BYTES)
        .map_err(|e| e.to_string())?;
    // A site map is often a .gz file, sent as such.
    let bytes = match bytes.starts_with(&[0x1f, 0x8b]) {
        true => decode::unpack(&bytes, Some("gzip"), MOST_BYTES)
            .map_err(|e| e.to_string())?
            .into_owned(),
        false => bytes.into_owned(),
    };
    let kind = page.header("content-type");
    let decoded = decode::text(&bytes, kind);
    if sitemap::is(&decoded.text) {
        return Ok(Content::SiteMap(decoded.text));
    }
    if !is_html(kind, &decoded.text) {
        let kind = kind.unwrap_or("nothing");
        return Err(format!(
            "its content type is {kind}; only HTML and site maps are read"
        ));
    }
    if decoded.ruined >= RUINED {
        return Ok(Content::Ruined(decoded.ruined, decoded.text));
    }
    Ok(Content::Html(decoded.text))
}

/// By the content type; where there is none, or a vague one, by how it begins.
fn is_html(kind: Option<&str>, text: &str) -> bool {
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    let named = kind.split(';').next().unwrap_or_default().trim();
    match named {
        "text/html" | "application/xhtml+xml" => true,
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
