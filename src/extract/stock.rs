//! Words for whether goods can be bought, in schema.org's and in shops' languages.

use std::sync::LazyLock;

use crate::{model::Availability, text::fold::fold};

use Availability::{Discontinued, InStock, OutOfStock, PreOrder};

/// Phrases, folded. Of those found in a text the longest counts, so that "not in stock" is not "in stock".
const PHRASES: &[(&str, Availability)] = &[
    ("instock", InStock),
    ("in stock", InStock),
    ("instoreonly", InStock),
    ("onlineonly", InStock),
    ("limitedavailability", InStock),
    ("available now", InStock),
    ("add to cart", InStock),
    ("add to basket", InStock),
    ("add to bag", InStock),
    ("add to trolley", InStock),
    ("buy now", InStock),
    ("available", InStock),
    ("有货", InStock),
    ("现货", InStock),
    ("库存充足", InStock),
    ("加入购物车", InStock),
    ("立即购买", InStock),
    ("放入购物车", InStock),
    ("在庫あり", InStock),
    ("カートに入れる", InStock),
    ("구매하기", InStock),
    ("장바구니", InStock),
    ("바로구매", InStock),
    ("auf lager", InStock),
    ("sofort lieferbar", InStock),
    ("lieferbar", InStock),
    ("in den warenkorb", InStock),
    ("en stock", InStock),
    ("disponible", InStock),
    ("ajouter au panier", InStock),
    ("añadir al carrito", InStock),
    ("agregar al carrito", InStock),
    ("anadir a la cesta", InStock),
    ("comprar", InStock),
    ("em estoque", InStock),
    ("em stock", InStock),
    ("disponível", InStock),
    ("adicionar ao carrinho", InStock),
    ("disponibile", InStock),
    ("aggiungi al carrello", InStock),
    ("op voorraad", InStock),
    ("in winkelwagen", InStock),
    ("в наличии", InStock),
    ("в корзину", InStock),
    ("купить", InStock),
    ("есть в наличии", InStock),
    ("в наявності", InStock),
    ("skladem", InStock),
    ("skladom", InStock),
    ("na sklade", InStock),
    ("do košíka", InStock),
    ("do košíku", InStock),
    ("dostępny", InStock),
    ("do koszyka", InStock),
    ("na zalogi", InStock),
    ("dobavljivo", InStock),
    ("not sold", InStock),
    ("add to your basket", InStock),
    ("add to your cart", InStock),
    ("구매", InStock),
    ("v košarico", InStock),
    ("i lager", InStock),
    ("på lager", InStock),
    ("varastossa", InStock),
    ("lisa ostukorvi", InStock),
    ("laos", InStock),
    ("pirkt", InStock),
    ("raktáron", InStock),
    ("kosárba", InStock),
    ("în stoc", InStock),
    ("stokta", InStock),
    ("sepete ekle", InStock),
    ("σε απόθεμα", InStock),
    ("άμεσα διαθέσιμο", InStock),
    ("добави в количката", InStock),
    ("в наличност", InStock),
    ("متوفر", InStock),
    ("أضف إلى", InStock),
    ("outofstock", OutOfStock),
    ("out of stock", OutOfStock),
    ("out-of-stock", OutOfStock),
    ("not in stock", OutOfStock),
    ("soldout", OutOfStock),
    ("sold out", OutOfStock),
    ("currently unavailable", OutOfStock),
    ("unavailable", OutOfStock),
    ("not available", OutOfStock),
    ("no longer available", OutOfStock),
    ("temporarily out of stock", OutOfStock),
    ("notify me when", OutOfStock),
    ("email me when", OutOfStock),
    ("backorder", OutOfStock),
    ("back order", OutOfStock),
    ("无货", OutOfStock),
    ("缺货", OutOfStock),
    ("售罄", OutOfStock),
    ("已售完", OutOfStock),
    ("补货中", OutOfStock),
    ("到货通知", OutOfStock),
    ("在庫なし", OutOfStock),
    ("在庫切れ", OutOfStock),
    ("売り切れ", OutOfStock),
    ("품절", OutOfStock),
    ("매진", OutOfStock),
    ("판매종료", OutOfStock),
    ("nicht auf lager", OutOfStock),
    ("nicht lieferbar", OutOfStock),
    ("nicht verfügbar", OutOfStock),
    ("ausverkauft", OutOfStock),
    ("rupture de stock", OutOfStock),
    ("en rupture", OutOfStock),
    ("indisponible", OutOfStock),
    ("épuisé", OutOfStock),
    ("agotado", OutOfStock),
    ("sin stock", OutOfStock),
    ("no disponible", OutOfStock),
    ("esgotado", OutOfStock),
    ("indisponível", OutOfStock),
    ("esaurito", OutOfStock),
    ("non disponibile", OutOfStock),
    ("uitverkocht", OutOfStock),
    ("niet op voorraad", OutOfStock),
    ("нет в наличии", OutOfStock),
    ("распродано", OutOfStock),
    ("немає в наявності", OutOfStock),
    ("vyprodáno", OutOfStock),
    ("vypredané", OutOfStock),
    ("není skladem", OutOfStock),
    ("nie je na sklade", OutOfStock),
    ("nedostupné", OutOfStock),
    ("niedostępny", OutOfStock),
    ("razprodano", OutOfStock),
    ("ni na zalogi", OutOfStock),
    ("slutsåld", OutOfStock),
    ("udsolgt", OutOfStock),
    ("utsolgt", OutOfStock),
    ("ei varastossa", OutOfStock),
    ("loppuunmyyty", OutOfStock),
    ("läbi müüdud", OutOfStock),
    ("otsas", OutOfStock),
    ("izpārdots", OutOfStock),
    ("nav pieejams", OutOfStock),
    ("elfogyott", OutOfStock),
    ("stoc epuizat", OutOfStock),
    ("tükendi", OutOfStock),
    ("stokta yok", OutOfStock),
    ("εξαντλημένο", OutOfStock),
    ("няма наличност", OutOfStock),
    ("изчерпан", OutOfStock),
    ("غير متوفر", OutOfStock),
    ("نفدت الكمية", OutOfStock),
    ("preorder", PreOrder),
    ("pre-order", PreOrder),
    ("pre order", PreOrder),
    ("presale", PreOrder),
    ("预售", PreOrder),
    ("预订", PreOrder),
    ("予約", PreOrder),
    ("예약판매", PreOrder),
    ("vorbestellen", PreOrder),
    ("vorbestellbar", PreOrder),
    ("précommande", PreOrder),
    ("предзаказ", PreOrder),
    ("discontinued", Discontinued),
    ("已停产", Discontinued),
    ("已下架", Discontinued),
    ("下架", Discontinued),
    ("販売終了", Discontinued),
    ("판매중지", Discontinued),
    ("снят с производства", Discontinued),
    ("nicht mehr lieferbar", Discontinued),
];

static FOLDED: LazyLock<Vec<(String, Availability)>> = LazyLock::new(|| {
    let mut all: Vec<_> = PHRASES
        .iter()
        .map(|(phrase, means)| (fold(phrase), *means))
        .collect();
    all.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
    all
});

/// What a text says that is such a phrase and nothing more.
pub(super) fn exactly(text: &str) -> Option<Availability> {
    let folded = fold(text);
    let plain = folded.trim_matches(|c: char| !c.is_alphanumeric());
    match plain {
        "sold" => Some(OutOfStock),
        _ => FOLDED
            .iter()
            .find(|(known, _)| known == plain)
            .map(|(_, means)| *means),
    }
}

/// What a value that speaks of availability says: an address of schema.org, a word, a short phrase.
pub(super) fn read(text: &str) -> Option<Availability> {
    let last = text.trim().rsplit('/').next().unwrap_or(text);
    let folded = fold(&last.replace('_', " "));
    match folded.trim() {
        "1" | "true" | "yes" | "y" => Some(InStock),
        "0" | "false" | "no" | "n" => Some(OutOfStock),
        phrase => FOLDED
            .iter()
            .find(|(known, _)| holds(phrase, known))
            .map(|(_, means)| *means),
    }
}

/// Whether `text` holds `phrase`; in Latin and Cyrillic letters only as whole words.
fn holds(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + phrase.len()..].chars().next();
        let joined = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic() && c < '\u{2e80}');
        phrase.chars().any(|c| c >= '\u{2e80}') || !(joined(before) || joined(after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_phrase_decides() {
        for (text, means) in [
            ("https://schema.org/InStock", Some(InStock)),
            ("http://schema.org/OutOfStock", Some(OutOfStock)),
            ("in_stock", Some(InStock)),
            ("Not in stock", Some(OutOfStock)),
            ("Nicht auf Lager", Some(OutOfStock)),
            ("Ei varastossa", Some(OutOfStock)),
            ("有货", Some(InStock)),
            ("此商品无货", Some(OutOfStock)),
            ("Нет в наличии", Some(OutOfStock)),
            ("blue", None),
        ] {
            assert_eq!(read(text), means, "{text}");
        }
    }
}
