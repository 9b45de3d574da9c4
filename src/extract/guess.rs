//! What nothing on a page says and is nearly always so: goods that stand there with a price can be bought.
//!
//! A guess is marked as one: its reader and its path are `guess`, and its block is not among those observed.

use super::{
    found::{Offered, Place},
    settle, stock,
};
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
    of("price").find(priced)?;
    Some(Offered {
        field: "availability",
        value: Availability::InStock.as_str().to_owned(),
        beside: None,
        reader: READER,
        place: Place::Path(READER.to_owned()),
        lean: 0,
    })
}

#[cfg(test)]
mod tests {
    use url::Url;

    use crate::{
        extract::{Reading, Selectors, explain},
        model::{Availability, Block},
    };

    fn page(body: &str) -> Reading {
        let url = Url::parse("http://shop.example/item/1").unwrap();
        explain(
            &format!("<h1>Garden bench, oak</h1>{body}"),
            &url,
            &Selectors::default(),
        )
    }

    #[test]
    fn goods_with_a_price_can_be_bought_and_the_guess_says_that_it_is_one() {
        let reading = page("<b class=price>£45.00</b>");
        assert_eq!(reading.listing.availability, Some(Availability::InStock));
        assert!(!reading.listing.observed(Block::Availability));
        assert!(reading.gaps.iter().any(|gap| gap.field == "availability"));
        let guessed = |c: &crate::extract::Candidate| c.chosen && c.reader == super::READER;
        assert!(reading.candidates.iter().any(guessed));
        assert_eq!(reading.listing.paths["availability"], super::READER);
    }

    #[test]
    fn a_word_of_stock_or_no_price_leaves_nothing_to_guess() {
        let reading = page("<b class=price>£45.00</b><p class=stock>Sold out</p>");
        assert_eq!(reading.listing.availability, Some(Availability::OutOfStock));
        assert!(reading.listing.observed(Block::Availability));
        assert_eq!(page("<p>Oak</p>").listing.availability, None);
    }
}
