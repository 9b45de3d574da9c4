//! The one place that chooses: of all values offered for a field, the one whose reader is trusted most, helped by agreement.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::{found::Offered, stock, unit_price};
use crate::{
    model::{Availability, Money},
    text::{
        blank::{self, says_nothing},
        fold::fold,
        price,
    },
};

/// How far each reader is trusted.
const TRUST: &[(&str, i32)] = &[
    ("select", 1_000),
    ("json-ld", 80),
    ("microdata", 78),
    ("rdfa", 70),
    ("open-graph", 60),
    ("table", 55),
    ("state", 50),
    ("text", 45),
    ("dublin-core", 30),
    ("prose", 30),
    ("address", 20),
    (super::guess::READER, 1),
];

/// Each further reader that offers the same value adds so much.
const AGREEMENT: i32 = 9;
/// For prices more: what is shown and what is stated for those who share the page outweigh one stale statement.
const AGREEMENT_ON_PRICE: i32 = 24;
/// What a stated price loses where the page itself crosses it out.
const CROSSED_OUT: i32 = 45;

/// What a statement that goods are gone loses where the page shows a way to buy them, and nothing that says so.
const CONTRADICTED: i32 = 60;
/// The least lean of a word of stock that is shown by the heading.
pub(super) const SHOWN: i32 = -8;

/// What a stated price loses that stands nowhere in sight, where the page shows another one plainly.
const UNSEEN: i32 = 45;
/// The least lean of a price that is shown plainly: called a price, with a sign, soon after the heading.
const PLAIN: i32 = 2;

/// The lean at which a reader offers what it would not choose itself.
pub(super) const RUNNER_UP: i32 = -30;

/// What speaks for a value, and against it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// How far the reader of its most trusted offer is trusted.
    pub(super) trust: i32,
    /// What that reader itself adds or takes away.
    pub(super) lean: i32,
    /// What further readers add that offer the same.
    pub(super) agreement: i32,
    /// What it loses where the page crosses it out.
    pub(super) crossed_out: i32,
    /// What a price loses that stands nowhere in sight, where another one does.
    pub(super) unseen: i32,
    /// What "sold out" loses where the page shows a way to buy.
    pub(super) contradicted: i32,
}

impl Weight {
    pub(super) fn total(self) -> i32 {
        self.trust + self.lean + self.agreement + self.crossed_out + self.unseen + self.contradicted
    }
}

/// Offers that mean the same for one field.
#[derive(Debug)]
pub(super) struct Weighed {
    pub(super) field: &'static str,
    /// In the order offered.
    pub(super) members: Vec<usize>,
    /// The most trusted of them.
    pub(super) best: usize,
    pub(super) weight: Weight,
}

/// For each field the index of the value chosen.
pub(super) fn choose(offered: &[Offered], hint: Option<&str>) -> BTreeMap<&'static str, usize> {
    let mut chosen: BTreeMap<&'static str, (i32, usize)> = BTreeMap::new();
    for Weighed {
        field,
        best: at,
        weight,
        ..
    } in weighed(offered, hint)
    {
        let weight = weight.total();
        let best = chosen.entry(field).or_insert((weight, at));
        // Of equals the first offered.
        if (weight, std::cmp::Reverse(at)) > (best.0, std::cmp::Reverse(best.1)) {
            *best = (weight, at);
        }
    }
    chosen
        .into_iter()
        .map(|(field, (_, at))| (field, at))
        .collect()
}

/// Every value that means something for its field, with its weight; what means the same is one value.
pub(super) fn weighed(offered: &[Offered], hint: Option<&str>) -> Vec<Weighed> {
    let mut groups: BTreeMap<(&str, String), Vec<usize>> = BTreeMap::new();
    // Of attributes all count.
    let one_of = |(_, offer): &(usize, &Offered)| offer.field != "attributes";
    for (at, offer) in offered.iter().enumerate().filter(one_of) {
        if let Some(key) = meaning(offer, hint) {
            groups.entry((offer.field, key)).or_default().push(at);
        }
    }
    let crossed: BTreeSet<String> = groups
        .iter()
        .filter(|((field, _), members)| {
            *field == "list_price" && members.iter().any(|at| offered[*at].reader == "text")
        })
        .map(|((_, amount), _)| amount.clone())
        .collect();
    let page = Contrary {
        crossed,
        buyable: is_buyable(offered),
        plainly: offered
            .iter()
            .any(|o| o.field == "price" && o.reader == "text" && o.lean >= PLAIN),
    };
    let one = |((field, meaning), members): ((&str, String), Vec<usize>)| {
        let (mut weight, best) = weigh(offered, &members)?;
        if offered[best].reader != "select" {
            let shown = members.iter().any(|at| offered[*at].reader == "text");
            page.weigh_against(field, &meaning, shown, &mut weight);
        }
        Some(Weighed {
            field: offered[best].field,
            members,
            best,
            weight,
        })
    };
    groups.into_iter().filter_map(one).collect()
}

/// What a page shows that can speak against what is stated on it.
struct Contrary {
    /// Amounts that are crossed out.
    crossed: BTreeSet<String>,
    /// The goods can be bought, and nothing says that they cannot.
    buyable: bool,
    /// A price is shown plainly.
    plainly: bool,
}

impl Contrary {
    fn weigh_against(&self, field: &str, meaning: &str, shown: bool, weight: &mut Weight) {
        match field {
            "price" => {
                if self.crossed.contains(meaning) {
                    weight.crossed_out = -CROSSED_OUT;
                }
                if self.plainly && !shown {
                    weight.unseen = -UNSEEN;
                }
            }
            "availability" if self.buyable && meaning == Availability::OutOfStock.as_str() => {
                weight.contradicted = -CONTRADICTED;
            }
            _ => {}
        }
    }
}

/// Whether the page shows that the goods can be bought, and nowhere that they cannot.
fn is_buyable(offered: &[Offered]) -> bool {
    let shown = offered
        .iter()
        .filter(|o| o.field == "availability" && o.reader == "text");
    let mut buyable = false;
    for offer in shown {
        match stock::read(&offer.value) {
            Some(Availability::InStock | Availability::PreOrder) => buyable |= offer.lean >= SHOWN,
            Some(_) if offer.lean >= SHOWN => return false,
            _ => {}
        }
    }
    buyable
}

/// The weight of a group of equal values, and its most trusted member.
fn weigh(offered: &[Offered], members: &[usize]) -> Option<(Weight, usize)> {
    // What a reader itself hardly believes agrees with nobody.
    let firm = members.iter().filter(|at| offered[**at].lean > RUNNER_UP);
    let mut readers: Vec<&str> = Vec::new();
    for at in firm {
        if !readers.contains(&offered[*at].reader) {
            readers.push(offered[*at].reader);
        }
    }
    let best = members
        .iter()
        .copied()
        .rev()
        .max_by_key(|at| trust(&offered[*at]))?;
    let further = i32::try_from(readers.len().saturating_sub(1)).unwrap_or(0);
    let each = if offered[best].field == "price" {
        AGREEMENT_ON_PRICE
    } else {
        AGREEMENT
    };
    let lean = offered[best].lean;
    let weight = Weight {
        trust: trust(&offered[best]) - lean,
        lean,
        agreement: each * further,
        ..Weight::default()
    };
    Some((weight, best))
}

fn trust(offer: &Offered) -> i32 {
    let base = TRUST.iter().find(|(reader, _)| *reader == offer.reader);
    base.map_or(0, |(_, trust)| *trust) + offer.lean
}

/// What a value means, so that equal meanings agree; none where it means nothing for its field.
fn meaning(offer: &Offered, hint: Option<&str>) -> Option<String> {
    match offer.field {
        "price" | "list_price" => {
            let money = money(offer, hint).filter(|m| m.amount > Decimal::ZERO)?;
            Some(money.amount.normalize().to_string())
        }
        "unit_price" => unit_price::read(offer, hint).map(|price| price.to_string()),
        "availability" => stock::read(&offer.value).map(|a| a.as_str().to_owned()),
        "brand" if !is_name(&offer.value) => None,
        // Long, and never said twice in other words.
        "description" if says_nothing(&offer.value) => None,
        "description" => Some(offer.value.clone()),
        _ => Some(fold(&offer.value)).filter(|folded| !blank::is_nothing(folded)),
    }
}

/// A brand is a name, not an address or a number of words.
fn is_name(value: &str) -> bool {
    !value.contains("://")
        && value.chars().count() <= 80
        && !matches!(
            fold(value).as_str(),
            "brand" | "no brand" | "其他" | "other" | "generic" | "无" | "n/a"
        )
}

/// The money that an offered price means.
pub(super) fn money(offer: &Offered, hint: Option<&str>) -> Option<Money> {
    let beside = offer.beside.as_deref();
    let code = beside.and_then(|sign| {
        let known = super::market::renamed(sign)
            .or_else(|| price::currency(sign))
            .map(str::to_owned);
        known.or_else(|| {
            (sign.len() == 3 && sign.chars().all(|c| c.is_ascii_alphabetic()))
                .then(|| sign.to_ascii_uppercase())
        })
    });
    let machine = (offer.value.len() < 30
        && offer.value.chars().all(|c| c.is_ascii_digit() || c == '.')
        && offer.value.matches('.').count() <= 1)
        .then(|| offer.value.trim_end_matches('.').parse().ok())
        .flatten();
    let hint = code.as_deref().or(beside).or(hint);
    match machine {
        Some(amount) if beside.is_some() => Some(Money {
            amount,
            currency: code,
        }),
        _ => price::parse(&offer.value, hint).map(|money| Money {
            currency: code.clone().or(money.currency),
            ..money
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::found::Place;

    fn offer(
        field: &'static str,
        value: &str,
        beside: Option<&str>,
        reader: &'static str,
    ) -> Offered {
        Offered {
            field,
            value: value.to_owned(),
            beside: beside.map(str::to_owned),
            reader,
            place: Place::Path(String::new()),
            lean: 0,
        }
    }

    #[test]
    fn trust_decides_and_agreement_helps() {
        let offered = [
            offer("price", "20", Some("EUR"), "open-graph"),
            offer("price", "15", None, "table"),
            offer("price", "15,00 €", None, "text"),
            offer("brand", "https://schema.org/Brand", None, "json-ld"),
            offer("brand", "Acme", None, "text"),
            offer("availability", "soon", None, "json-ld"),
        ];
        let chosen = choose(&offered, None);
        assert_eq!(chosen.get("price"), Some(&1));
        assert_eq!(chosen.get("brand"), Some(&4));
        assert_eq!(chosen.get("availability"), None);
    }

    #[test]
    fn a_stated_price_that_is_nowhere_in_sight_gives_way_to_one_shown_plainly() {
        let plain = Offered {
            lean: PLAIN,
            ..offer("price", "15,00 €", None, "text")
        };
        let stated = offer("price", "20", Some("EUR"), "json-ld");
        let chosen = choose(&[stated.clone(), plain.clone()], None);
        assert_eq!(chosen.get("price"), Some(&1));
        // Seen elsewhere on the page, even where this reader would not choose it.
        let seen = Offered {
            lean: RUNNER_UP,
            ..offer("price", "20,00 €", None, "text")
        };
        let chosen = choose(&[stated, plain, seen], None);
        assert_eq!(chosen.get("price"), Some(&0));
    }

    #[test]
    fn a_way_to_buy_contradicts_a_statement_that_goods_are_gone() {
        let stated = offer("availability", "OutOfStock", None, "json-ld");
        let button = Offered {
            lean: -5,
            ..offer("availability", "Add to cart", None, "text")
        };
        let notice = Offered {
            lean: SHOWN,
            ..offer("availability", "Sold out", None, "text")
        };
        let chosen = choose(&[stated.clone(), button.clone()], None);
        assert_eq!(chosen.get("availability"), Some(&1));
        let chosen = choose(&[stated, button, notice], None);
        assert_eq!(chosen.get("availability"), Some(&0));
    }

    #[test]
    fn numbers_for_machines_are_not_read_as_text() {
        let machine = offer("price", "1.299", Some("EUR"), "json-ld");
        assert_eq!(money(&machine, None).unwrap().amount.to_string(), "1.299");
        let text = offer("price", "1.299 €", None, "text");
        assert_eq!(money(&text, None).unwrap().amount.to_string(), "1299");
        let sign = offer("price", "$ 5", None, "text");
        assert_eq!(
            money(&sign, Some("TWD")).unwrap().currency.as_deref(),
            Some("TWD")
        );
    }
}
