//! From an object about the page's goods to offers for the fields of a listing.

use super::{
    State,
    goods::Goods,
    keys::{self, Key},
    numbers::{Numbers, Unit},
};
use crate::extract::{
    found::{Found, Place},
    literal::Kind,
    settle::RUNNER_UP,
};

/// Values of one object that are looked at.
const MOST: usize = 300;
const MOST_IMAGES: usize = 20;
const MOST_ATTRIBUTES: usize = 100;
/// Objects inside the goods that are followed inwards.
const DEPTH: usize = 3;
/// What each further object about the goods is trusted less.
const FURTHER: i32 = 6;
/// A stock that may not be the one that a buyer sees.
const UNSEEN: i32 = -8;
/// A price in state may be that of a package or before tax: it counts where no other reader has one, and agrees with none.
const UNSEEN_PRICE: i32 = RUNNER_UP;
/// An `id` may be that of a row in the shop's database.
const ROW: i32 = -12;
/// A whole number that the page shows neither as it is nor as cents.
const DOUBTFUL: i32 = -40;
/// A price made from cents, and one of several kinds of the goods.
const FROM_CENTS: i32 = -6;
const OF_A_KIND: i32 = -10;

/// What an object is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Goods,
    /// A price, an offer, one kind of the goods.
    Offer,
    /// A price that is crossed out.
    Before,
}

/// Offers what the chosen objects say.
pub(super) fn offer(
    state: &State<'_>,
    keys: &[Option<Key>],
    chosen: &[Goods],
    found: &mut Found<'_, '_>,
) {
    let mut reading = Offering {
        state,
        keys,
        found,
        shown: None,
        currency: String::new(),
    };
    for (nth, goods) in (0..).zip(chosen) {
        reading.currency = reading.currency_of(goods.node).unwrap_or_default();
        reading.object(goods.node, Part::Goods, -FURTHER * nth, DEPTH);
    }
}

struct Offering<'s, 'f, 'p, 't> {
    state: &'s State<'s>,
    keys: &'s [Option<Key>],
    found: &'f mut Found<'p, 't>,
    shown: Option<Numbers>,
    currency: String,
}

impl Offering<'_, '_, '_, '_> {
    fn text(&self, node: usize) -> Option<String> {
        let text = self.state.nodes[node].text()?;
        Some(text.trim().to_owned()).filter(|t| !t.is_empty())
    }

    fn kind(&self, node: usize) -> Kind {
        self.state.nodes[node].kind
    }

    fn place(&self, node: usize) -> Place {
        Place::Path(self.state.path(self.found.page, node))
    }

    /// The first child that means `key`.
    fn child(&self, node: usize, key: Key) -> Option<usize> {
        let mut children = self.state.children(node).take(MOST);
        children.find(|c| self.keys[*c] == Some(key))
    }

    /// A text, or what names the thing that stands in its place, or the first of several.
    fn named(&self, node: usize) -> Option<String> {
        match self.kind(node) {
            Kind::Object => [Key::Name, Key::Amount, Key::Brand, Key::Seller]
                .iter()
                .find_map(|key| self.text(self.child(node, *key)?)),
            Kind::Array => self.named(self.state.children(node).next()?),
            _ => self.text(node),
        }
    }

    /// The currency that an object names, or its prices, or what it stands in.
    fn currency_of(&self, node: usize) -> Option<String> {
        let own = |at: usize| self.named(self.child(at, Key::Currency)?);
        let inner = |at: usize| {
            let priced = |c: &usize| matches!(self.keys[*c], Some(Key::Price | Key::Prices));
            self.state
                .children(at)
                .take(MOST)
                .filter(priced)
                .find_map(own)
        };
        own(node)
            .or_else(|| inner(node))
            .or_else(|| self.state.outwards(node).skip(1).take(3).find_map(own))
    }

    fn object(&mut self, node: usize, part: Part, lean: i32, depth: usize) {
        let children: Vec<usize> = self.state.children(node).take(MOST).collect();
        let on_sale = children.iter().any(|c| {
            self.keys[*c] == Some(Key::Sale) && self.text(*c).is_some_and(|t| is_amount(&t))
        });
        for child in children {
            let Some(key) = self.keys[child] else {
                continue;
            };
            match key {
                Key::Price | Key::Sale | Key::Before | Key::Amount | Key::Prices => {
                    let part = match (key, part) {
                        (Key::Amount, Part::Goods) => continue,
                        (Key::Before, _) | (_, Part::Before) => Part::Before,
                        (Key::Price, _) if on_sale => Part::Before,
                        _ => Part::Offer,
                    };
                    self.price(child, part, lean, depth);
                }
                Key::Variants => self.variants(child, lean, depth),
                Key::Stock | Key::Buyable | Key::SoldOut => self.stock(child, key, lean),
                Key::Seller | Key::SellerId => self.seller(child, key, lean),
                Key::Condition => self.add("condition", child, lean),
                Key::Sku if part != Part::Before => self.number("sku", child, lean),
                Key::Gtin if part != Part::Before => self.number("gtin", child, lean),
                Key::Mpn if part != Part::Before => self.number("mpn", child, lean),
                _ if part == Part::Goods => self.goods(child, key, lean),
                _ => {}
            }
        }
    }

    /// What only the goods themselves have.
    fn goods(&mut self, node: usize, key: Key, lean: i32) {
        match key {
            Key::Name => self.add("title", node, lean),
            Key::Brand => self.add("brand", node, lean),
            Key::Model => self.add("model", node, lean),
            Key::Id => self.number("sku", node, lean + ROW),
            Key::Description => self.add("description", node, lean - 5),
            Key::Rating => self.add("rating", node, lean),
            Key::Reviews => self.add("review_count", node, lean),
            Key::Category => self.category(node, lean),
            Key::Image => self.images(node),
            Key::Attributes => self.attributes(node),
            _ => {}
        }
    }

    fn add(&mut self, field: &'static str, node: usize, lean: i32) {
        let Some(text) = self.named(node) else {
            return;
        };
        // A number where a name should be leads into the shop's database.
        let row = text.bytes().all(|b| b.is_ascii_digit()) && matches!(field, "title" | "brand");
        if !row && !matches!(text.as_str(), "true" | "false") {
            self.found.lean(field, &text, self.place(node), lean);
        }
    }

    /// A number of the goods: one word with a digit.
    fn number(&mut self, field: &'static str, node: usize, lean: i32) {
        let text = match self.kind(node) {
            Kind::Object => {
                let inner = self
                    .child(node, Key::Id)
                    .or_else(|| self.child(node, Key::Sku));
                inner.and_then(|at| self.text(at))
            }
            _ => self.named(node),
        };
        let number = |t: &String| {
            let words = t.contains(char::is_whitespace) && field != "gtin";
            !words && t.len() <= 60 && t != "0" && t.contains(|c: char| c.is_ascii_digit())
        };
        if let Some(text) = text.filter(number) {
            self.found.lean(field, &text, self.place(node), lean);
        }
    }

    fn price(&mut self, node: usize, part: Part, lean: i32, depth: usize) {
        match self.kind(node) {
            Kind::Object if depth > 0 => self.object(node, part, lean, depth - 1),
            // Several offers: the first is the one that is shown.
            Kind::Array if depth > 0 => {
                if let Some(first) = self.state.children(node).next() {
                    self.price(first, part, lean - 2, depth - 1);
                }
            }
            Kind::Text | Kind::Number => self.amount(node, part, lean),
            _ => {}
        }
    }

    fn amount(&mut self, node: usize, part: Part, lean: i32) {
        let Some(text) = self.text(node).filter(|t| is_amount(t)) else {
            return;
        };
        let field = if part == Part::Before {
            "list_price"
        } else {
            "price"
        };
        let whole = text.len() >= 3 && text.bytes().all(|b| b.is_ascii_digit());
        let minor = self
            .state
            .outwards(node)
            .take(2)
            .any(|at| keys::is_minor(self.state.nodes[at].key));
        let unit = match whole {
            true if minor => Unit::Cents,
            true => self.unit(&text),
            false => Unit::Whole,
        };
        let (text, lean) = match unit {
            Unit::Whole => (text, lean),
            Unit::Cents => (units(&text), lean + FROM_CENTS),
            Unit::Unknown => (text, lean + DOUBTFUL),
        };
        let place = self.place(node);
        let lean = lean + UNSEEN_PRICE;
        self.found.beside(field, &text, &self.currency, place, lean);
    }

    /// What the page shows a whole number to be.
    fn unit(&mut self, number: &str) -> Unit {
        let page = self.found.page;
        let shown = self.shown.get_or_insert_with(|| Numbers::shown(page));
        shown.unit(number)
    }

    /// Kinds of the goods: the only one, or the one that the page's address names, or the first.
    fn variants(&mut self, node: usize, lean: i32, depth: usize) {
        if depth == 0 {
            return;
        }
        let kinds: Vec<usize> = self.state.children(node).take(MOST).collect();
        let address = self.found.page.url.as_str();
        let named = |kind: &&usize| {
            let id = [Key::Id, Key::Sku]
                .iter()
                .find_map(|k| self.child(**kind, *k));
            let id = id.and_then(|at| self.text(at)).filter(|id| id.len() > 3);
            id.is_some_and(|id| address.contains(&id))
        };
        let own = kinds.iter().find(named).copied();
        let lean = if own.is_some() || kinds.len() == 1 {
            lean
        } else {
            lean + OF_A_KIND
        };
        if let Some(kind) = own.or_else(|| kinds.first().copied()) {
            self.object(kind, Part::Offer, lean, depth - 1);
        }
    }

    fn stock(&mut self, node: usize, key: Key, lean: i32) {
        let Some(text) = self.named(node).map(|t| t.to_ascii_lowercase()) else {
            return;
        };
        let number = text.parse::<f64>().ok();
        let yes = match text.as_str() {
            "true" | "yes" | "y" => Some(true),
            "false" | "no" | "n" => Some(false),
            _ => number.map(|n| n > 0.0),
        };
        // A count of nothing is what shops have too that count nothing.
        let doubt = if number == Some(0.0) { UNSEEN } else { 0 };
        let lean = lean + UNSEEN + doubt;
        let words = match yes.map(|yes| yes != (key == Key::SoldOut)) {
            Some(true) => "InStock",
            Some(false) => "OutOfStock",
            None => text.as_str(),
        };
        self.found
            .lean("availability", words, self.place(node), lean);
    }

    fn seller(&mut self, node: usize, key: Key, lean: i32) {
        if key == Key::SellerId {
            return self.number("seller.id", node, lean);
        }
        self.add("seller.name", node, lean);
        if self.kind(node) == Kind::Object {
            for (key, field) in [(Key::Id, "seller.id"), (Key::SellerId, "seller.id")] {
                if let Some(id) = self.child(node, key) {
                    self.number(field, id, lean);
                }
            }
            let url = self.child(node, Key::Url).and_then(|at| self.text(at));
            if let Some(url) = url.and_then(|url| self.found.page.resolve(&url)) {
                let place = self.place(node);
                self.found.lean("seller.url", url.as_str(), place, lean);
            }
        }
    }

    /// The steps of a category, or its name.
    fn category(&mut self, node: usize, lean: i32) {
        if self.kind(node) != Kind::Array {
            return self.add("category", node, lean);
        }
        let steps: Vec<String> = self
            .state
            .children(node)
            .take(12)
            .filter_map(|step| self.named(step))
            .filter(|name| name.chars().any(char::is_alphabetic))
            .collect();
        if !steps.is_empty() {
            let place = self.place(node);
            let steps = steps.join(" > ");
            self.found.lean("category", &steps, place, lean);
        }
    }

    fn images(&mut self, node: usize) {
        let all: Vec<usize> = match self.kind(node) {
            Kind::Array => self.state.children(node).take(MOST_IMAGES).collect(),
            _ => vec![node],
        };
        for image in all {
            let address = match self.kind(image) {
                Kind::Object => [Key::Url, Key::Image, Key::Amount]
                    .iter()
                    .find_map(|key| self.text(self.child(image, *key)?)),
                _ => self.text(image),
            };
            let address = address.filter(|a| a.contains('/') && !a.contains(' '));
            if let Some(url) = address.and_then(|a| self.found.page.resolve(&a)) {
                let place = self.place(image);
                self.found.add("images", url.as_str(), place);
            }
        }
    }

    /// Pairs of name and value; of bare objects only those whose names are meant for people.
    fn attributes(&mut self, node: usize) {
        let children: Vec<usize> = self.state.children(node).take(MOST_ATTRIBUTES).collect();
        for child in children {
            let key = self.state.nodes[child].key;
            let pair = match self.kind(child) {
                Kind::Object => {
                    let name = self.labelled(child);
                    let value = self.child(child, Key::Amount);
                    name.zip(value.and_then(|v| self.named(v)))
                }
                _ if key.contains(' ') || !key.is_ascii() => {
                    Some(key.to_owned()).zip(self.named(child))
                }
                _ => None,
            };
            if let Some((name, value)) = pair {
                let place = self.place(child);
                self.found.beside("attributes", &value, &name, place, -10);
            }
        }
    }

    fn labelled(&self, node: usize) -> Option<String> {
        let name = self.child(node, Key::Name);
        let label = |c: &usize| matches!(self.state.nodes[*c].key, "label" | "key" | "attribute");
        let name = name.or_else(|| self.state.children(node).take(MOST).find(label));
        self.text(name?)
    }
}

/// Whether a text can be an amount of money.
fn is_amount(text: &str) -> bool {
    text.len() <= 40 && text.contains(|c: char| c.is_ascii_digit() && c != '0')
}

/// Cents as units of their currency, with two decimals.
fn units(cents: &str) -> String {
    let (units, cents) = cents.split_at(cents.len() - 2);
    format!("{units}.{cents}")
}
