//! Which kind of goods a listing offers: the noun of its title, held against the breadcrumb.

use std::collections::{BTreeSet, HashMap};

use super::{
    Kind,
    accessory::{self, Phrases},
    words::{Units, forms, unmarked},
};
use crate::{
    model::{Class, Listing},
    text::fold::fold,
};

/// Words of the catalogue by their first unit. The map is only looked up, never walked.
#[derive(Debug, Default)]
pub(super) struct Classes {
    words: HashMap<String, Vec<Word>, foldhash::fast::RandomState>,
    ids: Vec<String>,
    /// Words that name an accessory, cut into units.
    accessories: Phrases,
}

#[derive(Debug)]
struct Word {
    units: Vec<String>,
    kind: usize,
    /// It rules the kind out instead of naming it.
    not: bool,
}

/// A word of the catalogue as it stands in a text.
#[derive(Clone, Copy, Debug)]
struct Hit {
    at: usize,
    end: usize,
    kind: usize,
    not: bool,
}

impl Classes {
    /// Indexes the catalogue in force and the words for accessories.
    pub(super) fn of<'k>(kinds: impl Iterator<Item = &'k Kind>, accessories: Phrases) -> Self {
        let mut classes = Self {
            accessories,
            ..Self::default()
        };
        for (place, kind) in kinds.enumerate() {
            classes.ids.push(kind.id.clone());
            let words = kind.words.iter().map(|word| (word, false));
            for (word, not) in words.chain(kind.not_words.iter().map(|word| (word, true))) {
                let units = accessory::phrase(&fold(word));
                if let Some(first) = units.first().cloned() {
                    let entry = Word {
                        units,
                        kind: place,
                        not,
                    };
                    classes.words.entry(first).or_default().push(entry);
                }
            }
        }
        classes
    }

    /// The class, and how sure it is: 1 where title and breadcrumb agree, none below one half.
    pub(super) fn of_listing(&self, listing: &Listing) -> Option<Class> {
        let folded = fold(&unmarked(listing.title.as_deref().unwrap_or_default()));
        let title = Text::of(&folded);
        let hits = self.hits(&title);
        let excluded: BTreeSet<usize> = hits
            .iter()
            .filter(|hit| hit.not)
            .map(|hit| hit.kind)
            .collect();
        let head = title
            .head(&hits)
            .filter(|hit| !excluded.contains(&hit.kind));
        let part = self.offers_part(&title, head.map(|hit| hit.end));
        if part || title.made_for == 0 {
            return None;
        }
        let path = self
            .of_path(listing)
            .filter(|(kind, _)| !excluded.contains(kind));
        let (kind, score) = match (head, path) {
            (Some(hit), Some((kind, _))) if hit.kind == kind => (kind, 1.0),
            // A long word in the title is more exact than a shelf; a short one is not.
            (Some(hit), Some((kind, leaf))) => match (hit.end - hit.at > 2, leaf) {
                (true, _) => (hit.kind, 0.6),
                (false, true) => (kind, 0.6),
                (false, false) => (hit.kind, 0.5),
            },
            (Some(hit), None) => (hit.kind, if hit.end - hit.at > 1 { 0.8 } else { 0.7 }),
            (None, Some((kind, true))) if title.made_for == usize::MAX => (kind, 0.6),
            _ => return None,
        };
        Some(Class {
            id: self.ids[kind].clone(),
            score,
        })
    }

    /// Words of the catalogue in a text; a word within a longer one does not count.
    fn hits(&self, text: &Text<'_>) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for at in 0..text.forms.len() {
            for word in self.words.get(&text.forms[at]).into_iter().flatten() {
                let end = at + word.units.len();
                if text.forms.get(at..end) == Some(word.units.as_slice()) {
                    hits.push(Hit {
                        at,
                        end,
                        kind: word.kind,
                        not: word.not,
                    });
                }
            }
        }
        let whole = hits.clone();
        let within = |hit: &Hit| {
            let longer = |other: &Hit| other.end - other.at > hit.end - hit.at;
            whole.iter().any(|other| {
                !other.not && longer(other) && other.at <= hit.at && hit.end <= other.end
            })
        };
        hits.retain(|hit| hit.not || !within(hit));
        hits
    }

    /// Whether the title offers a part or an accessory: a word for one stands behind the goods, or instead of them.
    fn offers_part(&self, title: &Text<'_>, goods_end: Option<usize>) -> bool {
        let found = accessory::accessory(&title.units, &title.forms, &self.accessories);
        found.is_some_and(|(at, _)| at < title.made_for && goods_end.is_none_or(|end| at >= end))
    }

    /// The kind that the breadcrumb names, and whether its last step does.
    fn of_path(&self, listing: &Listing) -> Option<(usize, bool)> {
        let steps = listing.category.iter().rev().enumerate();
        steps.take(3).find_map(|(up, step)| {
            let folded = fold(step);
            let text = Text::of(&folded);
            let hit = text.head(&self.hits(&text))?;
            Some((hit.kind, up == 0))
        })
    }
}

/// A text on its way to a class.
struct Text<'t> {
    folded: &'t str,
    units: Units,
    forms: Vec<String>,
    made_for: usize,
}

impl<'t> Text<'t> {
    fn of(folded: &'t str) -> Self {
        let units = Units::of(folded);
        let made_for = accessory::made_for(&units).map_or(usize::MAX, |(begin, _)| begin);
        let forms = forms(&units);
        Self {
            folded,
            units,
            forms,
            made_for,
        }
    }

    /// The last word for goods in the first part of the text that has one: "wooden toy car with remote" is about the car.
    fn head(&self, hits: &[Hit]) -> Option<Hit> {
        const GIVEN: &[&str] = &["with", "by", "from", "in", "带", "送", "含", "赠"];
        let mut head: Option<Hit> = None;
        let mut at = 0;
        while at < self.forms.len().min(self.made_for) {
            if head.is_some() && (self.parted(at) || GIVEN.contains(&self.units.word(at))) {
                break;
            }
            if let Some(hit) = hits
                .iter()
                .filter(|hit| !hit.not && hit.at == at)
                .max_by_key(|hit| (hit.end, std::cmp::Reverse(hit.kind)))
            {
                head = Some(*hit);
            }
            at += 1;
        }
        head
    }

    /// Whether a mark that ends a phrase stands before the unit; between Han characters a space is one.
    fn parted(&self, at: usize) -> bool {
        let Some((before, unit)) = at
            .checked_sub(1)
            .and_then(|b| self.units.all.get(b))
            .zip(self.units.all.get(at))
        else {
            return false;
        };
        let between = &self.folded[before.end..unit.start];
        between.contains([',', '|', '(', ';', '[', '【', '、', '·'])
            || between.contains(" - ")
            || before.dense && unit.dense && between.contains(' ')
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::reference::Reference;

    fn shipped() -> Reference {
        let (reference, faults) = Reference::load(Path::new(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/rules/reference"
        )));
        assert!(
            faults.is_empty(),
            "{}",
            faults
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n")
        );
        reference
    }

    fn class(reference: &Reference, title: &str, path: &[&str]) -> Option<String> {
        let listing = Listing {
            title: Some(title.to_owned()),
            category: path.iter().map(|step| (*step).to_owned()).collect(),
            ..Listing::default()
        };
        reference.class_of(&listing).map(|class| class.id)
    }

    #[test]
    fn the_goods_of_a_title_have_their_class() {
        let reference = shipped();
        for (title, id) in [
            ("小熊电热水壶家用1.7L自动断电烧水壶", "appliance/kettle"),
            (
                "Nordhaus Electric Kettle 1.7 l, stainless steel",
                "appliance/kettle",
            ),
            ("木质积木玩具 3岁以上 儿童礼物", "children/toy"),
            ("Wooden toy car for toddlers", "children/toy"),
            ("儿童安全座椅 0-12岁 ISOFIX", "children/car-seat"),
            ("电动车头盔 3C认证 成人", "auto/helmet"),
            ("GPS信号屏蔽器 车载防跟踪", "radio/jammer"),
            ("复合肥料 50kg 农用", "farm/fertiliser"),
            (
                "20000mAh power bank with USB-C cable",
                "electrical/power-bank",
            ),
            ("手机充电器65W快充", "electrical/charger"),
            ("运动跑步鞋男款 透气", "fashion/shoes"),
            ("华为手机 512GB 全网通", "electronics/phone"),
            ("老人代步轮椅 折叠轻便", "disabled/wheelchair"),
        ] {
            assert_eq!(
                class(&reference, title, &[]).as_deref(),
                Some(id),
                "{title}"
            );
        }
    }

    #[test]
    fn accessories_and_things_that_only_sound_alike_have_not() {
        let reference = shipped();
        for (title, id) in [
            ("华为手机壳 防摔保护套", "electronics/phone"),
            ("Phone case for Nordhaus N7", "electronics/phone"),
            ("适用于小熊电热水壶的盖子", "appliance/kettle"),
            ("replacement lid for electric kettle", "appliance/kettle"),
            ("玩具手机 宝宝音乐", "electronics/phone"),
            ("Stroller cup holder", "children/stroller"),
        ] {
            assert_ne!(
                class(&reference, title, &[]).as_deref(),
                Some(id),
                "{title}"
            );
        }
        assert_eq!(class(&reference, "Lumora N7 blue", &[]), None);
    }

    #[test]
    fn the_breadcrumb_helps_where_the_title_says_little() {
        let reference = shipped();
        assert_eq!(
            class(
                &reference,
                "Lumora N7",
                &["Home", "Kitchen", "Electric kettles"]
            )
            .as_deref(),
            Some("appliance/kettle")
        );
        let listing = Listing {
            title: Some("Lumora electric kettle".to_owned()),
            category: vec!["Electric kettles".to_owned()],
            ..Listing::default()
        };
        assert_eq!(
            reference.class_of(&listing).map(|class| class.score),
            Some(1.0)
        );
    }
}
