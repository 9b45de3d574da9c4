//! What nothing on a page says and is nearly always so: goods that stand there with a price can be bought.
//!
//! A guess is marked as one: its reader is `guess`, and its block is not among those observed.

use super::{found::Offered, settle, stock};
use crate::model::Availability;

/// The reader's name of what was guessed.
pub(super) const READER: &str = "guess";

/// The least lean of a price that is surely that of the goods.
const PRICED: i32 = -8;

/// That goods with a price are in stock, where no reader offers a word of stock that is understood.
pub(super) fn availability(offered: &[Offered]) -> Option<Offered> {
    let of = |field: &'static str| offered.iter().filter(move |o| o.field == field);
    if of("availability").any(|o| stock::read(&o.value).is_some()) {
        return None;
    }
    let priced = |o: &&Offered| {
        (o.reader != "text" || o.lean >= PRICED)
            && o.lean > settle::RUNNER_UP
            && settle::money(o, None).is_some_and(|money| !money.amount.is_zero())
    };
    let price = of("price").find(priced)?;
    Some(Offered {
        field: "availability",
        value: Availability::InStock.as_str().to_owned(),
        beside: None,
        reader: READER,
        place: price.place.clone(),
        lean: 0,
    })
}
