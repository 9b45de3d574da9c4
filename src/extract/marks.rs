//! What an element's class, id and test names tell of it: each kind of word is one bit, found once per element.

use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

use super::{
    shelves::{LONGEST, Shelves},
    token::Attribute,
};

/// Kinds of words, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks(u64);

impl Marks {
    /// Whether any of these kinds is among them.
    pub(super) const fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    pub(super) const fn with(self, more: Self) -> Self {
        Self(self.0 | more.0)
    }
}

/// Recommendations, neighbours, a cart.
pub(super) const OTHERS: Marks = Marks(1 << 0);
/// What people said and asked.
pub(super) const TALK: Marks = Marks(1 << 1);
/// Menus, footer, dialogs.
pub(super) const FURNITURE: Marks = Marks(1 << 2);
/// A breadcrumb.
pub(super) const CRUMBS: Marks = Marks(1 << 3);
/// The text about the goods.
pub(super) const DESCRIPTION: Marks = Marks(1 << 4);
/// The shop, whoever sells.
pub(super) const SHOP: Marks = Marks(1 << 5);
/// Beside `SHOP`: its name.
pub(super) const SHOP_NAME: Marks = Marks(1 << 6);
/// How the goods were rated.
pub(super) const RATING: Marks = Marks(1 << 7);
/// How many rated them.
pub(super) const REVIEWS: Marks = Marks(1 << 8);
/// The shop's own number.
pub(super) const SKU: Marks = Marks(1 << 9);
/// Whose goods they are.
pub(super) const BRAND: Marks = Marks(1 << 10);
/// Pictures of the goods.
pub(super) const GALLERY: Marks = Marks(1 << 11);
/// A price.
pub(super) const PRICE: Marks = Marks(1 << 12);
/// The price that is asked.
pub(super) const NOW: Marks = Marks(1 << 13);
/// A price that is asked no more.
pub(super) const BEFORE: Marks = Marks(1 << 14);
/// A price of something else: postage, a month, a litre.
pub(super) const PART: Marks = Marks(1 << 15);
/// Whether there are any.
pub(super) const STOCK: Marks = Marks(1 << 16);
/// What is pressed to buy.
pub(super) const BUY: Marks = Marks(1 << 17);
/// The name in a pair of name and value.
pub(super) const LABEL: Marks = Marks(1 << 18);
/// The value in it.
pub(super) const VALUE: Marks = Marks(1 << 19);
/// Beside `PRICE`: one that is asked no more; alone they are words of lists and shops.
pub(super) const BEFORE_BESIDE: Marks = Marks(1 << 20);
/// With `CART` the name of a button that buys: `add-to-cart`, `btn_basket`.
pub(super) const ADD: Marks = Marks(1 << 21);
/// Where goods are put that one buys.
pub(super) const CART: Marks = Marks(1 << 22);
/// What is no button that buys, though it speaks of the cart: a link to it, a list of wishes.
pub(super) const ELSE: Marks = Marks(1 << 23);
/// What cannot be pressed.
pub(super) const DISABLED: Marks = Marks(1 << 24);
/// Sizes or colours to choose from.
pub(super) const CHOICE: Marks = Marks(1 << 25);

/// The words of each kind, in lower-case ASCII. One that shops write together stands here so too (`addtocart`).
#[rustfmt::skip]
const WORDS: &[(Marks, &[&str])] = &[
    (OTHERS, &[
        "related", "similar", "recommend", "recommended", "recommendation", "recommendations", "recommends", "rec",
        "recs", "upsell", "upsells", "crosssell", "cross", "also", "recently", "viewed", "bestsellers", "bestseller",
        "sponsored", "suggestions", "suggested", "suggest", "accessories", "minicart", "mini", "wishlist", "compare",
        "history", "guess", "alsobought", "recent", "tipps", "crossselling", "teaser", "teasers",
    ]),
    (TALK, &[
        "reviews", "comments", "comment", "cmt", "testimonials", "testimonial", "questions", "faq", "qa", "rv",
        "bewertungen", "avis", "otzyvy",
    ]),
    (FURNITURE, &[
        "nav", "navbar", "navigation", "menu", "footer", "foot", "login", "newsletter", "cookie", "cookies", "modal",
        "popup", "subscribe", "toolbar", "megamenu", "signin", "topbar",
    ]),
    (CRUMBS, &[
        "breadcrumb", "breadcrumbs", "crumb", "crumbs", "bread", "crumbpath",
    ]),
    (DESCRIPTION, &[
        "description", "desc", "detail", "details", "beschreibung", "opis",
    ]),
    (SHOP, &[
        "shop", "store", "seller", "merchant", "vendor", "dealer",
    ]),
    (SHOP_NAME, &[
        "name", "title", "link",
    ]),
    (RATING, &[
        "rating", "rate", "score", "stars", "star", "grade",
    ]),
    (REVIEWS, &[
        "review", "reviews", "cnt", "count", "rate", "rating", "ratings", "comment", "comments", "bewertungen",
    ]),
    (SKU, &[
        "sku",
    ]),
    (BRAND, &[
        "brand", "brandname", "brandlogo", "manufacturer", "marke", "marque", "marca", "znacka", "merk", "vendor",
    ]),
    (GALLERY, &[
        "gallery", "gal", "image", "images", "product", "photo", "photos", "main", "zoom", "slider", "carousel",
        "thumb", "thumbs", "pic",
    ]),
    (PRICE, &[
        "price", "prices", "preis", "prix", "precio", "preco", "prezzo", "cena", "cenas", "hinta", "hind", "kaina",
        "fiyat", "tsena", "pricing", "amount", "cijena", "pret", "prijs", "pris", "kakaku", "jiage", "prc", "harga",
        "gia", "cost",
    ]),
    (NOW, &[
        "sale", "now", "current", "final", "special", "actual", "our", "buy", "main", "new", "promo", "offer", "big",
        "today", "selling", "sell", "live", "action", "dsc", "discounted", "reduced",
    ]),
    (BEFORE, &[
        "old", "was", "before", "original", "origin", "orig", "rrp", "msrp", "crossed", "strike", "striked",
        "strikethrough", "through", "del", "previous", "uvp", "stara",
    ]),
    (PART, &[
        "unit", "per", "tax", "vat", "shipping", "delivery", "installment", "installments", "instalment", "month",
        "monthly", "save", "saving", "savings", "discount", "deposit", "fee", "points", "coupon", "credit",
        "leasing", "loan", "from", "cashback", "bonus", "rate", "total", "netto", "filter", "slider", "range", "min",
        "max", "cart", "subtotal", "free", "threshold",
    ]),
    (STOCK, &[
        "stock", "availability", "inventory", "instock", "outofstock", "sold", "soldout", "available", "unavailable",
        "kucun", "dostupnost", "dostepnosc", "verfuegbarkeit", "lagerstatus", "lager", "disponibilite",
        "disponibilidad", "disponibilita", "sklad", "skladem", "zasoba", "nalichie", "stok", "sale", "delivery",
    ]),
    (BUY, &[
        "buy", "buybtn", "buybutton", "buynow", "buybox", "addtocart", "addtobasket", "addtobag", "addcart",
        "tocart", "btncart", "purchase", "kaufen", "warenkorb", "panier", "carrito", "carrinho", "carrello",
        "koszyk", "kosik", "kosice", "kosarica", "kosarba", "korzina", "sepet", "winkelwagen", "varukorg", "kurv",
        "ostoskori", "ostukorv", "krepselis", "grozs", "comprar", "acheter", "kup",
    ]),
    (LABEL, &[
        "label", "name", "key", "title", "term", "attr", "property", "caption", "head",
    ]),
    (VALUE, &[
        "value", "val", "data", "content", "text", "desc", "description", "info",
    ]),
    (BEFORE_BESIDE, &[
        "list", "regular", "market", "compare", "retail", "org", "full", "normal",
    ]),
    (ADD, &[
        "add", "to", "btn", "button", "submit", "into", "product", "put",
    ]),
    (CART, &[
        "cart", "basket", "bag", "trolley", "order",
    ]),
    (ELSE, &[
        "wishlist", "wish", "favorite", "favourite", "favorites", "compare", "view", "checkout", "quantity", "qty",
        "minus", "plus", "close", "remove",
    ]),
    (DISABLED, &[
        "disabled", "inactive",
    ]),
    (CHOICE, &[
        "swatch", "swatches", "variant", "variants", "variation", "variations", "sizes",
    ]),
];

/// Whether the words of such an attribute count.
#[inline]
pub(super) fn names(attribute: &[u8]) -> bool {
    match attribute {
        b"class" | b"id" => true,
        [b'd', b'a', b't', b'a', b'-', rest @ ..] => {
            matches!(rest, b"testid" | b"test" | b"qa" | b"role" | b"hook")
        }
        _ => false,
    }
}

/// A letter that is in each word of `CRUMBS`.
pub(super) const OF_CRUMBS: u8 = b'b';

/// Bytes of an attribute whose words are looked at.
const MOST: usize = 400;
/// Values that are remembered while a page is read; a power of two.
const REMEMBERED: usize = 256;

/// Finds marks, and remembers those of values that it has met: a page has few, many times.
#[derive(Debug)]
pub(super) struct Marker<'a> {
    met: Vec<(&'a str, Marks)>,
}

impl<'a> Marker<'a> {
    pub(super) fn new() -> Self {
        Self {
            met: vec![("", Marks(0)); REMEMBERED],
        }
    }

    /// The marks of the words in an attribute.
    pub(super) fn marks(&mut self, (name, value): &Attribute<'a>) -> Marks {
        match value {
            _ if !names(name.as_bytes()) => Marks(0),
            Cow::Borrowed(value) => self.remembered(value),
            Cow::Owned(value) => of(value),
        }
    }

    fn remembered(&mut self, value: &'a str) -> Marks {
        let bytes = value.as_bytes();
        let at = |at: Option<usize>| {
            at.and_then(|at| bytes.get(at))
                .map_or(0, |b| usize::from(*b))
        };
        let end = |back: usize| at(bytes.len().checked_sub(back));
        let slot = (bytes.len() + 31 * end(1) + 7 * end(2) + 59 * at(Some(0))) % REMEMBERED;
        let (known, marks) = self.met[slot];
        if known == value {
            return marks;
        }
        let marks = of(value);
        self.met[slot] = (value, marks);
        marks
    }
}

/// The marks of the words in a class, id or test name: `productPrice-old` has product, price, old.
fn of(value: &str) -> Marks {
    let mut marks = Marks(0);
    words(value, |word| marks = marks.with(looked_up(word)));
    marks
}

/// The words of ASCII letters, in lower case, as far as they can be known ones. A capital after a small letter begins a word.
fn words(value: &str, mut each: impl FnMut(&[u8])) {
    let mut word = [0; LONGEST];
    let mut length = 0;
    let mut lower = false;
    for byte in value.bytes().take(MOST) {
        let letter = LETTER[usize::from(byte)];
        let capital = byte.is_ascii_uppercase();
        if letter == 0 || capital && lower {
            if (1..=LONGEST).contains(&length) {
                each(&word[..length]);
            }
            length = 0;
        }
        lower = letter == byte;
        if letter != 0 {
            if let Some(place) = word.get_mut(length) {
                *place = letter;
            }
            length += 1;
        }
    }
    if (1..=LONGEST).contains(&length) {
        each(&word[..length]);
    }
}

/// The small letter of each letter, 0 for what is none. Bytes beyond ASCII count as letters, so that a word with one is
/// none that is known.
const LETTER: [u8; 256] = {
    let mut letters = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let letter = byte as u8;
        if letter.is_ascii_alphabetic() || !letter.is_ascii() {
            letters[byte] = letter.to_ascii_lowercase();
        }
        byte += 1;
    }
    letters
};

/// `WORDS`, each with all its kinds.
static KINDS: LazyLock<Shelves<Marks>> = LazyLock::new(|| {
    let mut by_word: BTreeMap<&str, Marks> = BTreeMap::new();
    for (marks, words) in WORDS {
        for word in *words {
            let known = by_word.entry(word).or_default();
            *known = known.with(*marks);
        }
    }
    Shelves::new(by_word.into_iter())
});

fn looked_up(word: &[u8]) -> Marks {
    KINDS.get(word).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(class: &str) -> Marks {
        Marker::new().marks(&("class".into(), class.into()))
    }

    #[test]
    fn class_names_are_words() {
        let mut seen = Vec::new();
        words("productPrice-old p_2 BUY naïve", |word| {
            seen.push(String::from_utf8_lossy(word).into_owned());
        });
        assert_eq!(seen[..5], ["product", "price", "old", "p", "buy"]);
        assert_eq!(
            marks("productPrice-old"),
            GALLERY.with(ADD).with(PRICE).with(BEFORE)
        );
        assert_eq!(marks("prix"), PRICE);
        assert_eq!(
            marks("preço x1 ünit thiswordislongerthanany priceé"),
            Marks(0)
        );
    }

    #[test]
    fn every_word_is_found_and_can_be_met() {
        for (kind, words) in WORDS {
            for word in *words {
                assert!(
                    word.len() <= LONGEST && word.bytes().all(|b| b.is_ascii_lowercase()),
                    "{word}"
                );
                assert!(looked_up(word.as_bytes()).any(*kind), "{word}");
                assert!(
                    *kind != CRUMBS || word.as_bytes().contains(&OF_CRUMBS),
                    "{word}"
                );
            }
        }
    }

    #[test]
    fn what_was_met_is_remembered_rightly() {
        let mut marker = Marker::new();
        let classes: Vec<String> = (0..2_000)
            .map(|n| format!("{} n{n}", ["price", "stock", "x"][n % 3]))
            .collect();
        for _ in 0..2 {
            for (n, class) in classes.iter().enumerate() {
                let found = marker.marks(&("class".into(), class.as_str().into()));
                assert_eq!(found, [PRICE, STOCK, Marks(0)][n % 3], "{class}");
            }
        }
    }
}
