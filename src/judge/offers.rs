//! Offers of one shop under one title, found among all listings of the store.

use crate::{
    model::{Listing, ListingId, ListingStatus, Offer, OfferBook, Time},
    rules::shelf,
    store,
};

/// So many offers of one title are kept, those that came last: a shop that lists a thing a thousand times needs no book of its
/// own.
const MOST: usize = 32;

/// Where a listing stands.
#[derive(Clone, Debug)]
pub(super) struct Place {
    shelf: u64,
    first_seen: i64,
    over: bool,
    id: ListingId,
}

/// Seconds since 1970; the largest number where they are not known.
pub(super) fn second(time: Option<Time>) -> i64 {
    time.map_or(i64::MAX, Time::as_second)
}

impl Place {
    /// None where the shop or the title is not known.
    pub(super) fn of(listing: &Listing) -> Option<Self> {
        Some(Self {
            shelf: shelf(listing)?,
            first_seen: second(listing.first_seen),
            over: matches!(listing.status, ListingStatus::Gone | ListingStatus::Removed),
            id: listing.id.clone(),
        })
    }
}

/// The book of the places; `last_seen` is asked of those alone that share theirs.
pub(super) fn book(
    mut places: Vec<Place>,
    last_seen: impl Fn(&ListingId) -> Result<i64, store::Error>,
) -> Result<OfferBook, store::Error> {
    places.sort_unstable_by(|a, b| {
        let key = |place: &Place| (place.shelf, place.first_seen);
        key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
    });
    let mut book = OfferBook::default();
    for shelf in places.chunk_by(|a, b| a.shelf == b.shelf) {
        let came = |place: Option<&Place>| place.map_or(i64::MAX, |place| place.first_seen);
        // Where nothing is over and nothing came after another, nothing took a place.
        if came(shelf.first()) == came(shelf.last()) && !shelf.iter().any(|place| place.over) {
            continue;
        }
        let newest = &shelf[shelf.len().saturating_sub(MOST)..];
        let offer = |place: &Place| -> Result<Offer, store::Error> {
            let last_seen = match shelf.len() > 1 {
                true => last_seen(&place.id)?,
                false => place.first_seen,
            };
            Ok(Offer {
                id: place.id.clone(),
                first_seen: place.first_seen,
                last_seen,
                over: place.over,
            })
        };
        let mut offers: Vec<Offer> = newest.iter().map(offer).collect::<Result<_, _>>()?;
        offers.sort_by(|a, b| (a.last_seen, &a.id).cmp(&(b.last_seen, &b.id)));
        let number = shelf.first().map_or(0, |place| place.shelf);
        book.shelves.insert(number, offers);
    }
    Ok(book)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(item: &str, title: &str, seen: [i64; 2], status: ListingStatus) -> Listing {
        let day = |day: i64| crate::model::Time::from_second(day * 86_400).ok();
        let mut listing = Listing {
            id: ListingId::new("shop", item),
            platform: "shop".to_owned(),
            title: Some(title.to_owned()),
            first_seen: day(seen[0]),
            last_seen: day(seen[1]),
            status,
            ..Listing::default()
        };
        listing.seller.name = Some("A Shop".to_owned());
        listing
    }

    fn book_of(listings: &[Listing]) -> OfferBook {
        let last = |id: &ListingId| {
            let found = listings.iter().find(|listing| listing.id == *id);
            Ok(second(found.and_then(|listing| listing.last_seen)))
        };
        book(listings.iter().filter_map(Place::of).collect(), last).unwrap()
    }

    fn before(book: &OfferBook, listing: &Listing) -> Option<String> {
        let place = Place::of(listing).unwrap();
        let found = book.before(place.shelf, &listing.id, place.first_seen);
        found.map(|id| id.item().to_owned())
    }

    #[test]
    fn an_offer_takes_the_place_of_one_that_has_ended() {
        use ListingStatus::{Active, Gone, Removed};
        let now = listing("now", "ＫＥＴＴＬＥ", [10, 20], Active);
        for (others, expected) in [
            (vec![("a", "Kettle", [1, 15], Gone)], Some("a")),
            (vec![("a", "Kettle", [1, 15], Removed)], Some("a")),
            (vec![("a", "Kettle", [1, 9], Active)], Some("a")),
            (vec![("a", "Kettle", [1, 10], Active)], None),
            (vec![("a", "Kettle", [11, 12], Gone)], None),
            (vec![("a", "Kettles", [1, 9], Gone)], None),
            (
                vec![("a", "Kettle", [1, 3], Gone), ("b", "kettle", [2, 9], Gone)],
                Some("b"),
            ),
        ] {
            let others = others.into_iter();
            let others = others.map(|(id, title, seen, status)| listing(id, title, seen, status));
            let mut all: Vec<_> = others.collect();
            all.push(now.clone());
            let expected = expected.map(str::to_owned);
            assert_eq!(before(&book_of(&all), &now), expected, "{all:#?}");
        }
    }

    #[test]
    fn another_shop_and_no_shop_at_all_stand_elsewhere() {
        let now = listing("now", "Kettle", [10, 20], ListingStatus::Active);
        let mut elsewhere = listing("a", "Kettle", [1, 9], ListingStatus::Gone);
        elsewhere.seller.name = Some("Another".to_owned());
        assert_eq!(
            before(&book_of(&[now.clone(), elsewhere.clone()]), &now),
            None
        );
        elsewhere.seller.name = None;
        assert!(Place::of(&elsewhere).is_none());
    }

    #[test]
    fn only_offers_that_can_tell_something_are_kept() {
        let active = |item: &str, title: &str| listing(item, title, [1, 2], ListingStatus::Active);
        let gone = listing("c", "Gone", [1, 2], ListingStatus::Gone);
        let mut all = vec![active("a", "Lamp"), active("b", "Toy"), gone];
        let book = book_of(&all);
        assert_eq!(book.shelves.len(), 1);
        // One that came since the books were made.
        let new = listing("new", "gone", [3, 3], ListingStatus::Active);
        assert_eq!(before(&book, &new).as_deref(), Some("c"));
        for n in 0..100 {
            all.push(listing(
                &n.to_string(),
                "Many",
                [n, n],
                ListingStatus::Active,
            ));
        }
        let book = book_of(&all);
        let many = book.shelves.values().map(Vec::len).max();
        assert_eq!(many, Some(MOST));
        let last = listing("x", "many", [200, 200], ListingStatus::Active);
        assert_eq!(before(&book, &last).as_deref(), Some("99"));
    }

    #[test]
    fn a_verdict_stands_until_the_one_from_before_is_back() {
        let dir = tempfile::tempdir().unwrap();
        let rule = crate::rules::RuleSource {
            id: "a/b".to_owned(),
            path: "a/b.rhai".into(),
            text: r#"//! A rule of the tests. 测试用规则。
const RULE = #{ title: "There again", title_zh: "重新上架", kind: "relisting", severity: "low", basis: ["b"] };
fn check(item) {
    let before = relisted_from(item);
    if before == () { return pass("new"); }
    flag("{before}", "{before}").because("before", before)
}
"#
            .to_owned(),
        };
        let mut judge = crate::judge::Judge::of(dir.path(), vec![rule], &[]).judge;
        let (store, _) = store::Store::open(dir.path()).unwrap();
        let old = listing("old", "Kettle", [1, 5], ListingStatus::Active);
        let new = listing("new", "Kettle", [3, 5], ListingStatus::Active);
        let commit = |entries: Vec<store::Entry>| {
            let group = store::Group {
                entries,
                ..Default::default()
            };
            store.commit(group).unwrap();
        };
        let version = |listing: &Listing| store::Entry::Version(Box::new(listing.clone()));
        let turn = |status| store::Entry::Status {
            id: old.id.clone(),
            status,
            at: crate::model::Time::UNIX_EPOCH,
        };
        commit(vec![version(&old), version(&new)]);
        let stored = |id| store.listing(id).unwrap().unwrap();
        for (status, raised) in [
            (ListingStatus::Gone, 1),
            (ListingStatus::Active, 0),
            (ListingStatus::Removed, 1),
        ] {
            commit(vec![turn(status)]);
            judge.freeze(&store).unwrap();
            let now = stored(&new.id);
            let judgement = judge.judge(now.clone(), None, &[]);
            assert_eq!(judgement.raised, raised, "{status:?}");
            let row = judgement.row.unwrap();
            assert!(judge.stands(&now, &row));
            commit(vec![turn(match status {
                ListingStatus::Active => ListingStatus::Gone,
                _ => ListingStatus::Active,
            })]);
            judge.freeze(&store).unwrap();
            assert!(!judge.stands(&now, &row), "{status:?}");
        }
    }
}
