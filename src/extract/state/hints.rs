//! What cheaply tells that a text is worth reading: words that state about goods cannot be without.

use std::sync::LazyLock;

use regex::bytes::Regex;

/// Parts of the names of a price, and of a number of goods.
static GOODS: LazyLock<Option<Regex>> =
    LazyLock::new(|| any_of("rice|sku|Sku|SKU|roductId|roduct_id"));
/// An object is taken for goods only where it has a name or a price: a part of every name that means one of these, in
/// the sizes that scripts write them in.
static TELLING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    any_of(
        "ame|itle|rice|ffer|ariant|eadline|ubject|ricing|reis|box|Box|AME|ITLE|RICE|FFER|ARIANT|EADLINE|UBJECT|RICING|REIS|BOX",
    )
});
/// What stands before text that holds state.
static PACKED: LazyLock<Option<Regex>> =
    LazyLock::new(|| any_of(r"JSON\.parse|__next_f\.push|__NUXT__="));

/// Plain words, which are looked for all at once.
fn any_of(words: &str) -> Option<Regex> {
    Regex::new(words).ok()
}

fn says(words: &Option<Regex>, text: &str) -> bool {
    let words = words.as_ref();
    words.is_none_or(|words| words.is_match(text.as_bytes()))
}

/// Whether a text can be about goods: it names a price or a number of goods.
pub(super) fn is_about_goods(text: &str) -> bool {
    text.len() > 30 && says(&GOODS, text)
}

/// Whether a literal in a text can hold what is taken for goods.
pub(super) fn may_tell(text: &str) -> bool {
    says(&TELLING, text)
}

/// Whether a script can hold state in a string or a call.
pub(super) fn may_pack(script: &str) -> bool {
    says(&PACKED, script)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::state::keys::{KEYS, Key};

    #[test]
    fn each_name_that_makes_goods_of_an_object_has_a_telling_part() {
        assert!(GOODS.is_some() && TELLING.is_some() && PACKED.is_some());
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
        assert!(told > 30 && !may_tell("{\"sku\":\"A1\",\"off\":5}"));
    }
}
