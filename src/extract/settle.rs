//! The one place that chooses: of all values offered for a field, the one whose reader is trusted most, helped by agreement.

use std::{borrow::Cow, collections::BTreeMap};

use rust_decimal::Decimal;

use super::{found::Offered, stock, unit_price};
use crate::{
    model::{Availability, Money},
    text::{
        blank::{folds_to_nothing, says_nothing},
        fold::{fold, with_folded},
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

/// Fields of most pages.
const FIELDS: usize = 20;

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
    let weighed = weighed(offered, hint);
    // Of equals the first offered.
    let rank = |value: &&Weighed| (value.weight.total(), std::cmp::Reverse(value.best));
    let fields = weighed.chunk_by(|one, other| one.field == other.field);
    fields
        .filter_map(|values| values.iter().max_by_key(rank))
        .map(|value| (value.field, value.best))
        .collect()
}

/// Every value that means something for its field, with its weight; what means the same is one value. Those of a field
/// stand together.
pub(super) fn weighed(offered: &[Offered], hint: Option<&str>) -> Vec<Weighed> {
    let groups = meant(offered, hint);
    let crossed = groups.iter().filter(|group| {
        let shown = |at: &usize| offered[*at].reader == "text";
        group.field == "list_price" && group.members.iter().any(shown)
    });
    let page = Contrary {
        crossed: crossed.map(|group| group.meaning.clone()).collect(),
        buyable: is_buyable(offered),
        plainly: offered
            .iter()
            .any(|o| o.field == "price" && o.reader == "text" && o.lean >= PLAIN),
    };
    let one = |group: Group<'_>| {
        let (mut weight, best) = weigh(offered, &group.members)?;
        if offered[best].reader != "select" {
            let shown = group.members.iter().any(|at| offered[*at].reader == "text");
            page.weigh_against(group.field, &group.meaning, shown, &mut weight);
        }
        Some(Weighed {
            field: group.field,
            members: group.members,
            best,
            weight,
        })
    };
    groups.into_iter().filter_map(one).collect()
}

/// Offers of one field that mean the same.
struct Group<'o> {
    field: &'static str,
    meaning: Meaning<'o>,
    /// In the order offered.
    members: Vec<usize>,
}

/// The offers that mean something, together with those that mean the same. Of attributes all count.
fn meant<'o>(offered: &'o [Offered], hint: Option<&str>) -> Vec<Group<'o>> {
    let mut groups: Vec<Group<'o>> = Vec::with_capacity(offered.len());
    for (field, values) in written(offered) {
        let (first, alone) = (groups.len(), values.len() == 1);
        for members in values {
            let of = members.first().map(|at| &offered[*at]);
            if let Some(meaning) = of.and_then(|offer| meaning(offer, hint, alone)) {
                groups.push(Group {
                    field,
                    meaning,
                    members,
                });
            }
        }
        unite(&mut groups, first);
    }
    groups
}

/// Makes one of those groups that mean the same, from the one at `first` on.
fn unite(groups: &mut Vec<Group<'_>>, first: usize) {
    groups[first..].sort_by(|a, b| a.meaning.cmp(&b.meaning));
    let mut last = first;
    for at in first + 1..groups.len() {
        if groups[at].meaning == groups[last].meaning {
            let more = std::mem::take(&mut groups[at].members);
            groups[last].members.extend(more);
            groups[last].members.sort_unstable();
        } else {
            last += 1;
            groups.swap(last, at);
        }
    }
    groups.truncate(last + 1);
}

/// The values of each field, each with the offers that write it alike.
fn written(offered: &[Offered]) -> Vec<(&'static str, Vec<Vec<usize>>)> {
    let mut fields: Vec<(&'static str, Vec<Vec<usize>>)> = Vec::with_capacity(FIELDS);
    let one_of = |(_, offer): &(usize, &Offered)| offer.field != "attributes";
    for (at, offer) in offered.iter().enumerate().filter(one_of) {
        let Some((_, values)) = fields.iter_mut().find(|(field, _)| *field == offer.field) else {
            fields.push((offer.field, vec![vec![at]]));
            continue;
        };
        // The currency beside a price tells what it means.
        let priced = offer.field.ends_with("price");
        let alike = |members: &&mut Vec<usize>| {
            let of = members.first().map(|at| &offered[*at]);
            of.is_some_and(|o| o.value == offer.value && (!priced || o.beside == offer.beside))
        };
        match values.iter_mut().find(alike) {
            Some(members) => members.push(at),
            None => values.push(vec![at]),
        }
    }
    fields
}

/// What a page shows that can speak against what is stated on it.
struct Contrary<'o> {
    /// Amounts that are crossed out.
    crossed: Vec<Meaning<'o>>,
    /// The goods can be bought, and nothing says that they cannot.
    buyable: bool,
    /// A price is shown plainly.
    plainly: bool,
}

impl Contrary<'_> {
    fn weigh_against(&self, field: &str, meaning: &Meaning<'_>, shown: bool, weight: &mut Weight) {
        match field {
            "price" => {
                if self.crossed.contains(meaning) {
                    weight.crossed_out = -CROSSED_OUT;
                }
                if self.plainly && !shown {
                    weight.unseen = -UNSEEN;
                }
            }
            "availability"
                if self.buyable && *meaning == Meaning::Stock(Availability::OutOfStock) =>
            {
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
    if let [only] = members {
        let lean = offered[*only].lean;
        let weight = Weight {
            trust: trust(&offered[*only]) - lean,
            lean,
            ..Weight::default()
        };
        return Some((weight, *only));
    }
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

/// What a value means, so that equal meanings agree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meaning<'o> {
    Amount(Decimal),
    Stock(Availability),
    Words(Cow<'o, str>),
}

/// What an offer means; none where it means nothing for its field. Words are not folded where they are `alone`, so that
/// there are no others to compare them with.
fn meaning<'o>(offer: &'o Offered, hint: Option<&str>, alone: bool) -> Option<Meaning<'o>> {
    let written = || Meaning::Words(Cow::Borrowed(&offer.value));
    match offer.field {
        "price" | "list_price" => {
            let money = money(offer, hint).filter(|m| m.amount > Decimal::ZERO)?;
            Some(Meaning::Amount(money.amount))
        }
        "unit_price" => {
            unit_price::read(offer, hint).map(|price| Meaning::Words(Cow::Owned(price.to_string())))
        }
        "availability" => stock::read(&offer.value).map(Meaning::Stock),
        "brand" if !is_name(&offer.value) => None,
        // Long, and never said twice in other words.
        "description" => (!says_nothing(&offer.value)).then(written),
        _ if folds_to_nothing(&offer.value) => None,
        _ if alone => Some(written()),
        _ => Some(Meaning::Words(Cow::Owned(fold(&offer.value)))),
    }
}

/// A brand is a name, not an address or a number of words.
fn is_name(value: &str) -> bool {
    !value.contains("://")
        && value.chars().count() <= 80
        && !with_folded(value, |folded| {
            matches!(
                folded,
                "brand" | "no brand" | "其他" | "other" | "generic" | "无" | "n/a"
            )
        })
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
