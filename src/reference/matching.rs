//! A listing held against the notices: item id and GTIN, then brand and model, then brand and product words.

use std::{
    borrow::Cow,
    cell::LazyCell,
    collections::{BTreeMap, BTreeSet},
};

use rust_decimal::Decimal;

use super::{
    Notice, RecallMatch, RecallQuery, Tier,
    accessory::{self, Phrases},
    field::{self, Field, Seen, Shared},
    models::Worth,
    recalls::{self, Bits, Goods, Hit, Index},
    words::{Units, forms},
};
use crate::text::{codes, fold::fold};

/// Notices and their index, and the words for accessories.
#[derive(Debug, Clone, Copy)]
pub(super) struct Matcher<'a> {
    pub(super) notices: &'a [Notice],
    pub(super) index: &'a Index,
    pub(super) accessories: &'a Phrases,
}

/// A name or number of notices, met in a field.
struct Met<'f, 't, 'i> {
    field: &'f Field<'t>,
    at: usize,
    /// Units of it.
    count: usize,
    hits: &'i [Hit],
}

/// What the title says, whatever it names.
struct Title<'f> {
    units: Cow<'f, Units>,
    stems: Vec<String>,
    bits: Bits,
}

impl<'f> Title<'f> {
    fn of(query: &RecallQuery<'_>, fields: &'f [Field<'_>]) -> Self {
        let units = match fields.iter().find(|field| field.name == "title") {
            Some(field) => Cow::Borrowed(&field.units),
            None => Cow::Owned(field::title(query).units),
        };
        let stems = units.stems();
        let bits = Bits::of(&stems);
        Self { units, stems, bits }
    }
}

impl<'a> Matcher<'a> {
    /// All matches, best tier first, then by source and number of the notice.
    pub(super) fn find(&self, query: &RecallQuery<'_>) -> Vec<RecallMatch<'a>> {
        let fields = match self.index.starts.is_empty() {
            true => Vec::new(),
            false => field::of_listing(query, |folded| self.index.starts.anywhere(folded)),
        };
        let (met, gtins) = (self.met(&fields), self.gtins(query));
        let (mut shared, mut words) = (BTreeMap::new(), Vec::new());
        if !met.is_empty() {
            let title = Title::of(query, &fields);
            shared = self.shared(&met, &gtins, &title);
            if !shared.is_empty() {
                words = self.by_words(query, &shared, &title);
            }
        }
        let mut found: BTreeMap<usize, RecallMatch<'a>> = BTreeMap::new();
        let candidates = self.by_identifier(query, &gtins, &shared);
        for (place, one) in candidates.into_iter().chain(words) {
            if found.get(&place).is_none_or(|known| known.tier < one.tier) {
                found.insert(place, one);
            }
        }
        let mut found: Vec<_> = found.into_values().collect();
        found.sort_by(|a, b| {
            let key = |m: &RecallMatch<'_>| {
                (
                    std::cmp::Reverse(m.tier),
                    m.notice.source.clone(),
                    m.notice.id.clone(),
                )
            };
            key(a).cmp(&key(b))
        });
        found
    }

    /// Where the fields may name a brand or model of a notice.
    fn met<'f, 't>(&self, fields: &'f [Field<'t>]) -> Vec<Met<'f, 't, 'a>> {
        let mut met = Vec::new();
        for field in fields {
            for at in 0..field.units.all.len() {
                if !self.index.starts.any(field.units.tail(at)) {
                    continue;
                }
                let grams =
                    (1..=self.index.longest).map_while(|n| Some((n, field.units.gram(at, n)?)));
                met.extend(grams.filter_map(|(count, gram)| {
                    let hits = self.index.grams.get(gram)?;
                    Some(Met {
                        field,
                        at,
                        count,
                        hits,
                    })
                }));
            }
        }
        met
    }

    /// The notices with the GTIN of the listing.
    fn gtins(&self, query: &RecallQuery<'_>) -> Vec<usize> {
        let gtin = query.gtin.and_then(codes::gtin);
        let places = gtin.and_then(|gtin| self.index.gtins.get(&gtin));
        places.cloned().unwrap_or_default()
    }

    /// Every brand and model of a notice that the fields name, where something can come of it. A brand says nothing
    /// without a number or a noun of the goods, and most notices that share one have neither.
    fn shared(
        &self,
        met: &[Met<'_, '_, '_>],
        gtins: &[usize],
        title: &Title<'_>,
    ) -> BTreeMap<usize, Shared> {
        let all = met.iter().flat_map(|met| met.hits);
        let numbered: BTreeSet<usize> = all
            .filter_map(|hit| match hit {
                Hit::Model { notice, .. } => Some(*notice),
                Hit::Brand { .. } => None,
            })
            .collect();
        let wanted = |hit: &Hit| match hit {
            Hit::Model { .. } => true,
            Hit::Brand { notice, .. } => {
                self.index.heads[*notice].may_share(title.bits)
                    || numbered.contains(notice)
                    || gtins.contains(notice)
            }
        };
        let mut shared: BTreeMap<usize, Shared> = BTreeMap::new();
        for Met {
            field,
            at,
            count,
            hits,
        } in met
        {
            let hits = hits.iter().filter(|hit| wanted(hit));
            field.take(*at, *count, hits, &mut shared);
        }
        shared
    }

    fn by_identifier(
        &self,
        query: &RecallQuery<'_>,
        gtins: &[usize],
        shared: &BTreeMap<usize, Shared>,
    ) -> Vec<(usize, RecallMatch<'a>)> {
        let mut found = Vec::new();
        let items = query.item.and_then(|item| self.index.items.get(item));
        if let (Some(platform), Some(items)) = (query.platform, items) {
            let (platform, item) = (fold(platform), query.item.unwrap_or_default());
            for (at, place) in items {
                // A platform may have been given a name of its own: "ebay-uk" is eBay.
                if platform == *at || platform.split(['-', '.', '_']).any(|part| part == at) {
                    found.push((*place, self.said(*place, Tier::Hard, "item id", "id", item)));
                }
            }
        }
        for place in gtins {
            let branded = shared.get(place).is_some_and(|s| s.brand.is_some());
            let silent = query.brand.is_none() || self.notices[*place].brands.is_empty();
            // Notices mistype numbers, and shops borrow them: alone they are no proof.
            let tier = match (branded, silent) {
                (true, _) => Tier::Hard,
                (_, true) => Tier::Strong,
                _ => Tier::Candidate,
            };
            found.push((
                *place,
                self.said(*place, tier, "gtin", "gtin", query.gtin.unwrap_or_default()),
            ));
        }
        found
    }

    fn by_words(
        &self,
        query: &RecallQuery<'_>,
        shared: &BTreeMap<usize, Shared>,
        title: &Title<'_>,
    ) -> Vec<(usize, RecallMatch<'a>)> {
        // A number without its brand says nothing, unless the notice names no brand.
        let branded = |(place, shared): &(&usize, &Shared)| {
            shared.brand.is_some() || self.notices[**place].brands.is_empty()
        };
        let said = recalls::said(&title.stems);
        let part = LazyCell::new(|| {
            let forms = forms(&title.units);
            let part = accessory::accessory(&title.units, &forms, self.accessories);
            part.map(|(_, word)| word)
        });
        let shared = shared.iter().filter(branded);
        let found = shared.filter_map(|(place, shared)| {
            let goods = &self.index.goods[*place];
            let found = self.judge(*place, goods, shared, &said, query)?;
            // A part for the goods is not the goods.
            let called = part.is_none_or(|part| goods.called(part));
            called.then_some((*place, found))
        });
        found.collect()
    }

    fn judge(
        &self,
        place: usize,
        goods: &Goods,
        shared: &Shared,
        said: &BTreeSet<String>,
        query: &RecallQuery<'_>,
    ) -> Option<RecallMatch<'a>> {
        // Without its noun only a number can name the goods.
        if shared.models.is_empty() && !goods.may_be_named_by(said) {
            return None;
        }
        let brand_words: BTreeSet<String> = shared
            .brand
            .iter()
            .flat_map(|brand| Units::of(&fold(&brand.text)).stems())
            .collect();
        let words = goods.named_by(said, &brand_words);
        let model = shared.models.iter().max_by_key(|m| (m.worth, m.labelled));
        let Some(brand) = &shared.brand else {
            let model = model.filter(|m| m.worth == Worth::Full && m.field != "description")?;
            return words.head.then(|| {
                self.said(
                    place,
                    Tier::Candidate,
                    "model and words",
                    model.field,
                    &model.text,
                )
            });
        };
        if let Some(model) = model.filter(|m| is_proof(m, goods, words.head)) {
            return Some(self.said(
                place,
                Tier::Strong,
                "brand and model",
                model.field,
                &model.text,
            ));
        }
        let listed = brand.field == "title" || brand.field == "brand";
        let agree = listed
            && words.enough()
            && self.affordable(place, query)
            && !self.another_model(place, shared, query);
        agree.then(|| {
            self.said(
                place,
                Tier::Candidate,
                "brand and words",
                brand.field,
                &brand.text,
            )
        })
    }

    /// Whether the listing names its model, the notice names the recalled ones, and none is the same.
    fn another_model(&self, place: usize, shared: &Shared, query: &RecallQuery<'_>) -> bool {
        query.model.is_some() && shared.models.is_empty() && !self.notices[place].models.is_empty()
    }

    /// Whether the price could be that of the goods: a spare part costs a fraction of them.
    fn affordable(&self, place: usize, query: &RecallQuery<'_>) -> bool {
        let (Some(price), Some(range)) = (query.price, &self.notices[place].price) else {
            return true;
        };
        let same = price.currency.as_deref() == Some(range.currency.as_str());
        !same
            || price.amount * Decimal::from(10) >= range.low
                && price.amount <= range.high * Decimal::from(4)
    }

    fn said(
        &self,
        place: usize,
        tier: Tier,
        by: &'static str,
        field: &'static str,
        matched: &str,
    ) -> RecallMatch<'a> {
        RecallMatch {
            notice: &self.notices[place],
            tier,
            by,
            field,
            matched: matched.to_owned(),
        }
    }
}

/// Whether a model number together with the brand names these goods and no others.
fn is_proof(model: &Seen, goods: &Goods, head: bool) -> bool {
    if model.field == "description" {
        return model.worth == Worth::Full && head;
    }
    match model.worth {
        Worth::Nothing => false,
        Worth::Digits => model.labelled && head,
        Worth::Short => head,
        Worth::Full => head || !goods.ordinary_brand,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::reference::{Reference, import};

    /// Notices as the importer would write them.
    fn reference(notices: &[Notice]) -> Reference {
        let mut reference = Reference {
            notices: notices.to_vec(),
            ..Reference::default()
        };
        reference.index();
        reference
    }

    fn notice(id: &str, brand: &str, product: &str, models: &[&str]) -> Notice {
        Notice {
            source: "test".to_owned(),
            id: id.to_owned(),
            title: format!("{brand} recalls {product}"),
            brands: vec![brand.to_owned()],
            products: vec![product.to_owned()],
            models: models.iter().map(|m| (*m).to_owned()).collect(),
            ..Notice::default()
        }
    }

    fn tier(reference: &Reference, title: &str) -> Option<Tier> {
        reference
            .recalls(&RecallQuery {
                title,
                ..RecallQuery::default()
            })
            .first()
            .map(|m| m.tier)
    }

    #[test]
    fn a_model_is_matched_whole_and_however_it_is_parted() {
        let reference = reference(&[notice(
            "1",
            "Nordhaus",
            "Nordhaus electric kettles",
            &["RW-1200"],
        )]);
        for title in [
            "Nordhaus RW1200",
            "NORDHAUS kettle RW 1200 1.7l",
            "Ｎｏｒｄｈａｕｓ ＲＷ－１２００ kettle",
            "nordhaus rw_1200, white",
        ] {
            assert_eq!(tier(&reference, title), Some(Tier::Strong), "{title}");
        }
        for title in [
            "Nordhaus RW-1200-B",
            "Nordhaus RW12000",
            "Nordhaus XRW-1200",
            "Nordhaus RW-120 toaster",
            "RW-1200 kettle",
            "1200 W kettle",
        ] {
            assert_ne!(tier(&reference, title), Some(Tier::Strong), "{title}");
        }
    }

    #[test]
    fn an_accessory_for_the_goods_is_not_the_goods() {
        let mut reference = reference(&[
            notice("1", "Nordhaus", "Nordhaus electric scooters", &["ES-015A"]),
            notice("2", "小熊", "电热水壶", &["XX-200B"]),
        ]);
        reference.accessories =
            vec![accessory::phrase("charger"), accessory::phrase("底座")].into();
        for title in [
            "Tyre for Nordhaus ES-015A scooter",
            "Nordhaus ES-015A scooter charger",
            "适用于小熊电热水壶XX-200B的盖子",
            "小熊电热水壶 XX-200B 底座",
        ] {
            assert_eq!(tier(&reference, title), None, "{title}");
        }
        assert_eq!(
            tier(&reference, "Nordhaus ES-015A scooter with charger"),
            Some(Tier::Strong)
        );
        assert_eq!(
            tier(&reference, "小熊电热水壶XX-200B 家用"),
            Some(Tier::Strong)
        );
        assert_eq!(tier(&reference, "小熊热水壶家用"), Some(Tier::Candidate));
        assert_eq!(tier(&reference, "小熊加湿器"), None);
    }

    #[test]
    fn numbers_that_many_goods_share_prove_nothing_alone() {
        let reference = reference(&[notice(
            "1",
            "Nordhaus",
            "Nordhaus climbing ropes",
            &["73281", "T30", "CR2032", "60m"],
        )]);
        for title in [
            "Nordhaus rope 60m",
            "Nordhaus lamp CR2032",
            "Nordhaus 73281",
            "Nordhaus T30 printer",
        ] {
            assert_ne!(tier(&reference, title), Some(Tier::Strong), "{title}");
        }
        assert_eq!(tier(&reference, "Nordhaus T30 rope"), Some(Tier::Strong));
        assert_eq!(
            tier(&reference, "Nordhaus rope model 73281"),
            Some(Tier::Strong)
        );
    }

    #[test]
    fn an_item_number_or_a_gtin_with_the_brand_is_hard() {
        let mut one = notice("1", "Nordhaus", "extension leads", &[]);
        one.item_ids = vec![("ebay".to_owned(), "177657636273".to_owned())];
        one.gtins = vec!["05060138820289".to_owned()];
        let reference = reference(&[one]);
        let found = |platform, item, gtin, brand| {
            let query = RecallQuery {
                platform,
                item,
                gtin,
                brand,
                title: "offer",
                ..RecallQuery::default()
            };
            reference.recalls(&query).first().map(|m| (m.tier, m.by))
        };
        assert_eq!(
            found(Some("ebay-uk"), Some("177657636273"), None, None),
            Some((Tier::Hard, "item id"))
        );
        assert_eq!(found(Some("shop"), Some("177657636273"), None, None), None);
        let gtin = Some("5060138820289");
        assert_eq!(
            found(None, None, gtin, Some("Nordhaus")),
            Some((Tier::Hard, "gtin"))
        );
        assert_eq!(found(None, None, gtin, None), Some((Tier::Strong, "gtin")));
        assert_eq!(
            found(None, None, gtin, Some("Lumora")),
            Some((Tier::Candidate, "gtin"))
        );
        assert_eq!(
            found(None, None, Some("5060138820288"), Some("Nordhaus")),
            None
        );
    }

    #[derive(serde::Deserialize)]
    struct Cases {
        pairs: Vec<Pair>,
        non_matches: Vec<String>,
        must_not_be_red: Vec<Trap>,
    }

    #[derive(serde::Deserialize)]
    struct Pair {
        text: String,
        recall_id: u64,
        min_verdict: String,
    }

    #[derive(serde::Deserialize)]
    struct Trap {
        text: String,
    }

    #[test]
    fn real_notices_and_the_verdicts_that_people_gave() {
        let shared = std::env::var("LISTWARDEN_SHARED")
            .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").to_owned());
        let folder = PathBuf::from(shared).join("data/matching");
        let Ok(cases) = std::fs::read(folder.join("recall_cases.json")) else {
            println!("skipped: {} is not there", folder.display());
            return;
        };
        let cases: Cases = serde_json::from_slice(&cases).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let summary = import("cpsc", &folder.join("cpsc_recalls_885.json.gz"), dir.path()).unwrap();
        assert_eq!(summary.added, 885, "{:?}", summary.refused);
        let (mut reference, faults) = Reference::load(dir.path());
        assert!(faults.is_empty());
        let (shipped, _) = Reference::load(&PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/rules/reference"
        )));
        reference.accessories = shipped.accessories;

        let all = |title: &str| {
            let query = RecallQuery {
                title,
                ..RecallQuery::default()
            };
            let found = reference.recalls(&query).into_iter();
            found
                .map(|m| (m.notice.id.clone(), m.tier, m.by, m.matched))
                .collect::<Vec<_>>()
        };
        let mut wrong = Vec::new();
        for pair in &cases.pairs {
            let least = if pair.min_verdict == "red" {
                Tier::Strong
            } else {
                Tier::Candidate
            };
            let found = all(&pair.text);
            if !found
                .iter()
                .any(|m| m.0 == pair.recall_id.to_string() && m.1 >= least)
            {
                wrong.push(format!(
                    "missed: {} {:?} {found:?}",
                    pair.text, pair.recall_id
                ));
            }
        }
        for text in &cases.non_matches {
            let found = all(text);
            if !found.is_empty() {
                wrong.push(format!("false: {text} {found:?}"));
            }
        }
        for trap in &cases.must_not_be_red {
            let found = all(&trap.text);
            if found.iter().any(|m| m.1 > Tier::Candidate) {
                wrong.push(format!("too sure: {} {found:?}", trap.text));
            }
        }
        let whole = cases.pairs.len() + cases.non_matches.len() + cases.must_not_be_red.len();
        println!("{} of {whole} verdicts are right", whole - wrong.len());
        for line in &wrong {
            println!("{line}");
        }
        assert!(wrong.is_empty());
    }
}
