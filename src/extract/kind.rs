//! What a page turned out to be: goods on offer, a list, a wall in front of them, or word that they are gone.

use super::{
    absent,
    found::{Offered, Place},
    page::PageModel,
    wall,
    zones::Zone,
};
use crate::model::{Listing, PageKind, Wall};

/// What the page is, given what was read from it.
pub(super) fn of(
    page: &PageModel<'_>,
    zones: &[Zone],
    listing: &Listing,
    winners: &[&Offered],
) -> PageKind {
    match evidence(page, zones, listing, winners) {
        // Goods may be called "Captcha", and a shop's footer may speak of its own.
        Evidence::Goods => PageKind::Listing,
        Evidence::Price => wall::titled(page).map_or_else(
            || absent::told_alone(page, zones).unwrap_or(PageKind::Listing),
            PageKind::Wall,
        ),
        Evidence::None => wall::of(page)
            .map(PageKind::Wall)
            .or_else(|| absent::told(page, zones))
            .unwrap_or_else(|| match wall::is_shell(page) {
                true => PageKind::Wall(Wall::Shell),
                false => PageKind::Index,
            }),
    }
}

/// Whether a title may be that of a login page, or say that something is missing.
pub(super) fn doubtful_title(title: &str) -> bool {
    wall::login(title) || absent::says(title.trim()).is_some()
}

/// How sure it is that a page shows goods on offer.
enum Evidence {
    /// Structured goods, or a table of attributes that names them, or a price stated for those who share the page.
    Goods,
    /// A heading with a price of its own.
    Price,
    None,
}

fn evidence(
    page: &PageModel<'_>,
    zones: &[Zone],
    listing: &Listing,
    winners: &[&Offered],
) -> Evidence {
    let by = |field: &str| winners.iter().find(|o| o.field == field);
    let structured = |o: &Offered| matches!(o.reader, "json-ld" | "microdata" | "rdfa" | "select");
    let Some(title) = by("title") else {
        return Evidence::None;
    };
    let price = by("price");
    if structured(title) || price.is_some_and(|o| o.reader == "open-graph") {
        return Evidence::Goods;
    }
    // State is offered only where it is named or numbered like the page itself.
    let state = |o: &Offered| o.reader == "state";
    let heading = state(title)
        || matches!(title.place, Place::Element(_))
        || page
            .all()
            .any(|e| page.tag(e) == "h1" && !zones[e].furniture && !page.raw(e).trim().is_empty());
    let priced =
        price.is_some_and(|o| structured(o) || state(o) || o.reader == "text" && o.lean >= -8);
    let named = listing.brand.is_some()
        || listing.model.is_some()
        || listing.sku.is_some()
        || listing.gtin.is_some();
    let told = listing.attributes.len() >= 3 && named;
    if told {
        Evidence::Goods
    } else if heading && priced {
        Evidence::Price
    } else {
        Evidence::None
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use url::Url;

    use super::*;
    use crate::extract::{Selectors, read};

    fn kind(url: &str, text: &str) -> PageKind {
        read(text, &Url::parse(url).unwrap(), &Selectors::default()).kind
    }

    #[test]
    fn every_page_is_of_the_kind_that_its_folder_names() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/kinds");
        let mut seen = 0;
        for folder in fs::read_dir(root).unwrap().map(Result::unwrap) {
            for page in fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
                let text = fs::read_to_string(page.path()).unwrap();
                let found = kind("http://shop.example/item/10045512", &text);
                let wanted = folder.file_name();
                assert_eq!(
                    found.as_str(),
                    wanted.to_str().unwrap(),
                    "{:?}",
                    page.path()
                );
                seen += 1;
            }
        }
        assert!(seen >= 30, "{seen}");
    }

    #[test]
    fn what_stands_in_front_of_the_goods_is_a_wall() {
        for (text, wall) in [
            (
                "<title>Robot or human?</title><p>Press &amp; hold to go on",
                Wall::Captcha,
            ),
            (
                "<title>安全验证</title><div id=slider></div>",
                Wall::Captcha,
            ),
            (
                "<body><script src=https://geo.captcha-delivery.com/captcha/x.js></script><p>Please wait",
                Wall::Captcha,
            ),
            (
                "<title>Access Denied</title><h1>Access Denied</h1><p>Reference #18.3f",
                Wall::Blocked,
            ),
            (
                "<title>用户登录</title><form><input name=u><input type=password></form>",
                Wall::Login,
            ),
            (
                "<title>Connexion - Boutique</title><h1>Bonjour</h1><input type=password>",
                Wall::Login,
            ),
            (
                "<title>Shop</title><div id=root></div><script src=/static/js/main.js></script>",
                Wall::Shell,
            ),
            (
                "<title>Kettle</title><noscript>You need to enable JavaScript to run this app.</noscript><div id=q></div><script src=/x.js></script>",
                Wall::Shell,
            ),
            (
                "<title>商城</title><div id=app>加载中</div><script>boot()</script>",
                Wall::Shell,
            ),
        ] {
            let found = kind("http://shop.example/item/1", text);
            assert_eq!(found, PageKind::Wall(wall), "{text}");
        }
        let away = kind(
            "http://passport.shop.example/",
            "<title>Welcome</title><p>Hello",
        );
        assert_eq!(away, PageKind::Wall(Wall::Login));
    }

    #[test]
    fn goods_and_lists_are_no_walls_whatever_else_is_on_them() {
        let goods = "<h1>Captcha, the board game</h1><b class=price>€ 19,00</b><noscript>Please enable JavaScript</noscript><script src=https://hcaptcha.com/1/api.js></script>";
        assert_eq!(kind("http://shop.example/item/1", goods), PageKind::Listing);
        let links: String = (0..9)
            .map(|n| format!("<a href=/item/{n}>Kettle {n}</a>"))
            .collect();
        let list = format!(
            "<div id=root>{links}</div><noscript>Please enable JavaScript</noscript><script src=/x.js></script>"
        );
        assert_eq!(kind("http://shop.example/kettles", &list), PageKind::Index);
        let missing = "<title>Page not found</title><div id=app><h1>Page not found</h1></div><script src=/x.js></script>";
        assert_eq!(
            kind("http://shop.example/item/1", missing),
            PageKind::Missing
        );
        let state = "<div id=root></div><script type=application/ld+json>{\"@type\":\"Product\",\"name\":\"Copper kettle\",\"offers\":{\"price\":\"5\",\"priceCurrency\":\"EUR\"}}</script>";
        assert_eq!(kind("http://shop.example/item/1", state), PageKind::Listing);
    }
}
