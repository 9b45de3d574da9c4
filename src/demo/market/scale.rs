//! The same market, larger: offers repeated with other item numbers, colours and slightly other prices.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    goods::Language,
    offers::{Offer, SecondDay},
};

const COLOURS: [(&str, &str); 8] = [
    ("grey", "灰色"),
    ("white", "白色"),
    ("black", "黑色"),
    ("blue", "蓝色"),
    ("green", "绿色"),
    ("red", "红色"),
    ("sand", "米色"),
    ("brown", "棕色"),
];

/// About `count` offers made from `offers`; private ones are kept as they are. A planted offer stays planted in every copy.
pub(super) fn offers(
    offers: BTreeMap<String, Offer>,
    count: usize,
    language: Language,
) -> BTreeMap<String, Offer> {
    let (private, public): (Vec<_>, Vec<_>) = offers.into_values().partition(|offer| offer.private);
    // Spread over the list, so that a small market still has some of each.
    let step = (public.len() / count.max(1)).max(1);
    let first = public.iter().step_by(step).cloned();
    let again = (1_u32..).flat_map(|round| {
        let copied = public.iter().filter(|offer| !offer.unique);
        copied.map(move |offer| copy(offer, round, language))
    });
    let all = private.into_iter().chain(first.chain(again).take(count));
    all.map(|offer| (offer.item.clone(), offer)).collect()
}

fn copy(offer: &Offer, round: u32, language: Language) -> Offer {
    let seed = scramble(&offer.item, round);
    let (en, zh) = COLOURS[seed as usize % COLOURS.len()];
    Offer {
        item: format!("{}-{round}", offer.item),
        colour: Some(if language == Language::En { en } else { zh }),
        // 97 % to 103 % of the price, so that what is cheap stays cheap and what is dear stays dear.
        price: (offer.price * Decimal::new(97 + i64::from(seed % 7), 2)).round_dp(2),
        second_day: SecondDay::default(),
        busy_once: false,
        ..offer.clone()
    }
}

/// A number that looks random and is the same everywhere (FNV-1a, 32 bits).
fn scramble(item: &str, round: u32) -> u32 {
    let bytes = item.bytes().chain(round.to_le_bytes());
    bytes.fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}
