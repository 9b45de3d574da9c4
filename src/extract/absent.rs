//! Pages that say in words what a server should have said with 404 or 410: the goods are not there, or were taken down.

use std::sync::LazyLock;

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder, MatchKind};

use super::{page::PageModel, zones::Zone};
use crate::{model::PageKind, text::fold::fold};

/// What pages say that do not know the goods: a phrase a line, in any language.
const MISSING: &str = include_str!("absent/missing.txt");
/// What pages say of goods that were taken down.
const REMOVED: &str = include_str!("absent/removed.txt");
/// A message, not a story: characters of a title, heading or line that can say it.
pub(super) const LONGEST: usize = 160;
/// Headings of one page that are looked at.
pub(super) const HEADINGS: usize = 12;
/// A page with more characters of its own text than this is about something else.
const MOST_TEXT: usize = 1_500;
/// Letters that may stand before the words where a message must be nothing else: "this", "sorry the", "您查看的".
const BEFORE: usize = 12;

/// The phrases, folded: true for those of `REMOVED`.
static PHRASES: LazyLock<Option<CharwiseDoubleArrayAhoCorasick<u8>>> = LazyLock::new(|| {
    let missing = MISSING.lines().map(|phrase| (plain(phrase), 0));
    let removed = REMOVED.lines().map(|phrase| (plain(phrase), 1));
    CharwiseDoubleArrayAhoCorasickBuilder::new()
        .match_kind(MatchKind::LeftmostLongest)
        .build_with_values(missing.chain(removed))
        .ok()
});

/// What a page says by its title, its headings and, where it says little else, its text. For pages on which no goods were read.
pub(super) fn told(page: &PageModel<'_>, zones: &[Zone]) -> Option<PageKind> {
    let title = page.title.as_deref().and_then(says);
    let headings = headings(page, zones).filter_map(|line| says(&line));
    let mut found: Vec<PageKind> = title.into_iter().chain(headings).collect();
    if let Some(text) = own_text(page, zones) {
        found.extend(text.lines().filter_map(says));
    }
    let removed = found.iter().find(|kind| **kind == PageKind::Removed);
    removed.or(found.first()).copied()
}

/// What a page says where its title or a heading says nothing else. For pages with a name and a price, which may be
/// those of other goods.
pub(super) fn told_alone(page: &PageModel<'_>, zones: &[Zone]) -> Option<PageKind> {
    let lines = page.title.clone().into_iter().chain(headings(page, zones));
    lines.into_iter().find_map(|line| {
        let pieces = line.split([
            '|', '-', '–', '—', '_', '·', '»', ':', '：', '!', '！', ',', '，', '.', '。',
        ]);
        pieces.into_iter().find_map(says_alone)
    })
}

/// What a line says, if it is short.
pub(super) fn says(line: &str) -> Option<PageKind> {
    if line.chars().nth(LONGEST).is_some() {
        return None;
    }
    let folded = plain(line);
    first(&folded).map(|(kind, ..)| kind)
}

/// Folded, and with one kind of apostrophe.
fn plain(text: &str) -> String {
    fold(text).replace('’', "'")
}

fn says_alone(piece: &str) -> Option<PageKind> {
    let folded = plain(piece);
    let (kind, start, end) = first(&folded)?;
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
    (letters(&folded[..start]) <= BEFORE && letters(&folded[end..]) == 0).then_some(kind)
}

/// The first phrase in folded text, with its bytes; one that says more than that something is missing goes before.
fn first(folded: &str) -> Option<(PageKind, usize, usize)> {
    let phrases = PHRASES.as_ref()?;
    let mut hits = phrases.leftmost_find_iter(folded);
    let hit = hits.find(|hit| hit.value() == 1);
    let hit = hit.or_else(|| phrases.leftmost_find_iter(folded).next())?;
    let kind = if hit.value() == 1 {
        PageKind::Removed
    } else {
        PageKind::Missing
    };
    Some((kind, hit.start(), hit.end()))
}

/// The headings of the page itself, those of reviews, neighbours and furniture left out.
fn headings(page: &PageModel<'_>, zones: &[Zone]) -> impl Iterator<Item = String> {
    page.all()
        .filter(|e| matches!(page.tag(*e), "h1" | "h2"))
        .take(HEADINGS)
        .filter(|e| zones[*e].is_main() && !page.hidden(*e))
        .map(|e| page.line(e))
}

/// The page's text without links, reviews, neighbours, furniture and what is hidden; none where it is long.
fn own_text(page: &PageModel<'_>, zones: &[Zone]) -> Option<String> {
    let mut own = String::new();
    let mut at = 0;
    // A link has the name of what it leads to, which may be a T-shirt called "404 Not Found".
    let link = |e: usize| page.tag(e) == "a";
    let beside = |e: &usize| page.hidden(*e) || !zones[*e].is_main() || link(*e);
    let parts = page
        .all()
        .filter(beside)
        .map(|e| page.elements[e].text.clone());
    for part in parts.chain(std::iter::once(page.text.len()..page.text.len())) {
        if part.start > at {
            own.push_str(&page.text[at..part.start]);
            if own.len() > MOST_TEXT * 4 {
                return None;
            }
        }
        at = at.max(part.end);
    }
    own.chars().nth(MOST_TEXT).is_none().then_some(own)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::extract::zones::zones;

    fn told_by(text: &str) -> (Option<PageKind>, Option<PageKind>) {
        let url = Url::parse("http://shop.example/").unwrap();
        let page = PageModel::new(text, &url);
        let zones = zones(&page);
        (told(&page, &zones), told_alone(&page, &zones))
    }

    #[test]
    fn messages_in_many_languages() {
        use PageKind::{Missing, Removed};
        for (text, kind) in [
            (
                "<title>Page not found | Shop</title><p>Back to the start",
                Missing,
            ),
            ("<h1>404 Not Found</h1>", Missing),
            (
                "<title>Shop</title><h2>很抱歉，您查看的商品找不到了！</h2>",
                Missing,
            ),
            ("<title>寶貝不存在 - 商城</title>", Missing),
            ("<div class=msg>该商品已下架</div>", Removed),
            ("<p>商品不存在或已下架，看看别的吧", Removed),
            ("<h1>Dieser Artikel ist nicht mehr verfügbar.</h1>", Removed),
            ("<h1>Seite nicht gefunden</h1>", Missing),
            ("<p>Cette annonce n’est plus disponible.", Removed),
            ("<h1>Oups ! Page introuvable</h1>", Missing),
            ("<h1>Publicación finalizada</h1>", Removed),
            ("<h1>ページが見つかりません</h1>", Missing),
            ("<p>この商品は削除されました。", Removed),
            ("<h1>판매 종료된 상품입니다</h1>", Removed),
            ("<title>Страница не найдена</title>", Missing),
            ("<h1>Ürün bulunamadı</h1>", Missing),
            ("<h1>Produkt nie istnieje</h1>", Missing),
            (
                "<title>Shop</title><h1>Page not found</h1><p>This listing was removed by the seller.",
                Removed,
            ),
        ] {
            assert_eq!(told_by(text).0, Some(kind), "{text}");
        }
    }

    #[test]
    fn what_others_say_elsewhere_does_not_count() {
        let long = "Kettles and pots of every kind. ".repeat(80);
        for text in [
            "<h1>Kettle X</h1><div class=reviews><p>This item is no longer available, what a pity</div>",
            "<h1>Kettle X</h1><footer><h2>Page not found? Write to us</h2></footer>",
            "<h1>Kettle X</h1><div style='display:none'>This item is no longer available</div>",
            &format!("<h1>Kettles</h1><p>{long}<p>This item is no longer available"),
            "<h1>No products found for “kettle”</h1>",
        ] {
            assert_eq!(told_by(text).0, None, "{text}");
        }
    }

    #[test]
    fn alone_means_nothing_else() {
        let alone = |text: &str| told_by(text).1;
        assert_eq!(
            alone("<title>Sorry, this product is no longer available - Shop</title>"),
            Some(PageKind::Removed)
        );
        assert_eq!(
            alone("<h1>404 page not found</h1>"),
            Some(PageKind::Missing)
        );
        assert_eq!(alone("<h1>Page Not Found T-Shirt</h1>"), None);
        assert_eq!(
            alone("<h1>Poster: the legendary old error 404 page</h1>"),
            None
        );
    }
}
