//! What cheaply tells that a text is worth reading: words that state about goods cannot be without.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Texts to look for, made ready once.
pub(super) struct Words(LazyLock<Vec<Finder<'static>>>);

impl Words {
    const fn new(ready: fn() -> Vec<Finder<'static>>) -> Self {
        Self(LazyLock::new(ready))
    }

    fn any_in(&self, text: &str) -> bool {
        let mut words = self.0.iter();
        words.any(|word| word.find(text.as_bytes()).is_some())
    }

    /// The ends of the first word in a text.
    pub(super) fn ends<'t>(&'static self, text: &'t str) -> impl Iterator<Item = usize> + 't {
        let word = self.0.first().into_iter();
        word.flat_map(|word| {
            let places = word.find_iter(text.as_bytes());
            places.map(|at| at + word.needle().len())
        })
    }
}

fn ready(words: &'static [&'static str]) -> Vec<Finder<'static>> {
    words.iter().map(|word| Finder::new(*word)).collect()
}

/// Parts of the names of a price, and of a number of goods.
static GOODS: Words = Words::new(|| ready(&["rice", "sku", "Sku", "SKU", "roductId", "roduct_id"]));
/// An object is taken for goods only where it has a name or a price: a part of every name that means one of these.
static TELLING: Words = Words::new(|| ready(TELLING_PARTS));
pub(super) static PARSED: Words = Words::new(|| ready(&["JSON.parse("]));
pub(super) static SENT: Words = Words::new(|| ready(&["__next_f.push([1,"]));
pub(super) static CALLED: Words = Words::new(|| ready(&["__NUXT__=(function("]));

/// In the sizes that scripts write them in.
#[rustfmt::skip]
pub(super) const TELLING_PARTS: &[&str] = &[
    "ame", "itle", "rice", "ffer", "ariant", "eadline", "ubject", "ricing", "reis", "box", "Box",
    "AME", "ITLE", "RICE", "FFER", "ARIANT", "EADLINE", "UBJECT", "RICING", "REIS", "BOX",
];

/// Whether a text can be about goods: it names a price or a number of goods.
pub(super) fn is_about_goods(text: &str) -> bool {
    text.len() > 30 && GOODS.any_in(text)
}

/// Whether a literal in a text can hold what is taken for goods.
pub(super) fn may_tell(text: &str) -> bool {
    TELLING.any_in(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::state::keys::{KEYS, Key};

    #[test]
    fn each_name_that_makes_goods_of_an_object_has_a_telling_part() {
        let mut told = 0;
        for (name, key) in KEYS {
            if matches!(key, Key::Name | Key::Price | Key::Sale | Key::Prices) {
                told += 1;
                assert!(
                    may_tell(name) && may_tell(&name.to_ascii_uppercase()),
                    "{name}"
                );
            }
        }
        assert!(told > 30);
    }
}
