//! A field of a listing, and the names and numbers of notices that stand in it.

use std::{borrow::Cow, cell::OnceCell, collections::BTreeMap, rc::Rc};

use super::{
    RecallQuery, accessory,
    models::Worth,
    recalls::Hit,
    words::{Units, unmarked},
};
use crate::text::fold::{Folded, fold, fold_mapped};

/// A field of the listing, cut into units.
pub(super) struct Field<'t> {
    pub(super) name: &'static str,
    pub(super) text: &'t str,
    pub(super) folded: Cow<'t, Folded>,
    pub(super) units: Units,
    /// What the offer is made for begins here; looked for when a name is met.
    made_for: OnceCell<usize>,
}

/// A name or number of a notice, as it stands in a field.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) field: &'static str,
    /// One text for all notices that share it.
    pub(super) text: Rc<str>,
    /// The page itself calls it a model.
    pub(super) labelled: bool,
    pub(super) worth: Worth,
    /// How many units of the brand's name were there.
    pub(super) units: usize,
}

/// What a listing shares with one notice.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) brand: Option<Seen>,
    pub(super) models: Vec<Seen>,
}

/// The fields that name brands and models, and whose folded text `may` name one of a notice.
pub(super) fn of_listing<'t>(
    query: &RecallQuery<'t>,
    may: impl Fn(&str) -> bool,
) -> Vec<Field<'t>> {
    let named = [
        ("brand", query.brand, None),
        ("model", query.model, None),
        ("mpn", query.mpn, None),
        ("title", Some(query.title), query.folded_title),
    ];
    let (folded, rows) = match query.folded_attributes {
        Some(rows) => (rows, None),
        None => (&[][..], query.attributes),
    };
    let folded = folded.iter().filter(|row| is_model_label(row.name));
    let folded = folded.map(|row| ("attributes", Some(row.value), Some(row.folded)));
    let rows = rows.into_iter().flatten();
    let rows = rows
        .filter(|(name, _)| is_model_label(&fold(name)))
        .map(|(_, value)| ("attributes", Some(value.as_str()), None));
    let description = ("description", query.description, query.folded_description);
    let all = named
        .into_iter()
        .chain(folded)
        .chain(rows)
        .chain([description]);
    all.filter_map(|(name, text, folded)| {
        let text = text?;
        let folded = folded_anew(text, folded);
        may(&folded.text).then(|| Field::of(name, text, folded))
    })
    .collect()
}

/// The title, whatever it names.
pub(super) fn title<'t>(query: &RecallQuery<'t>) -> Field<'t> {
    let folded = folded_anew(query.title, query.folded_title);
    Field::of("title", query.title, folded)
}

/// A text folded without its marks; what was folded before serves where there are none.
fn folded_anew<'t>(text: &'t str, folded: Option<&'t Folded>) -> Cow<'t, Folded> {
    match (unmarked(text), folded) {
        (Cow::Borrowed(_), Some(folded)) => Cow::Borrowed(folded),
        (text, _) => Cow::Owned(fold_mapped(&text)),
    }
}

impl<'t> Field<'t> {
    fn of(name: &'static str, text: &'t str, folded: Cow<'t, Folded>) -> Self {
        Self {
            name,
            text,
            units: Units::of(&folded.text),
            folded,
            made_for: OnceCell::new(),
        }
    }

    fn made_for(&self) -> usize {
        *self.made_for.get_or_init(|| match self.name {
            "title" => {
                let place = accessory::made_for(&self.units);
                place.map_or(usize::MAX, |(_, object)| object)
            }
            _ => usize::MAX,
        })
    }

    /// Notes hits of `count` units at `at`, unless they are only part of a longer word or number, or only mentioned.
    pub(super) fn take<'h>(
        &self,
        at: usize,
        count: usize,
        hits: impl Iterator<Item = &'h Hit>,
        shared: &mut BTreeMap<usize, Shared>,
    ) {
        let mut hits = hits.peekable();
        if hits.peek().is_none() || at >= self.made_for() {
            return;
        }
        let text = OnceCell::new();
        let text = || Rc::clone(text.get_or_init(|| self.shown(at, count).into()));
        for hit in hits {
            self.take_one(at, count, *hit, &text, shared);
        }
    }

    fn take_one(
        &self,
        at: usize,
        count: usize,
        hit: Hit,
        text: &dyn Fn() -> Rc<str>,
        shared: &mut BTreeMap<usize, Shared>,
    ) {
        let seen = |worth, units| Seen {
            field: self.name,
            text: text(),
            labelled: self.labelled(at),
            worth,
            units,
        };
        match hit {
            Hit::Brand { notice, units }
                if matches!(self.name, "brand" | "title" | "description") =>
            {
                let brand = &mut shared.entry(notice).or_default().brand;
                if brand
                    .as_ref()
                    .is_none_or(|known| known.units < units && self.name != "description")
                {
                    *brand = Some(seen(Worth::Nothing, units));
                }
            }
            Hit::Model { notice, worth } if self.name != "brand" && self.is_whole(at, count) => {
                shared
                    .entry(notice)
                    .or_default()
                    .models
                    .push(seen(worth, count));
            }
            _ => {}
        }
    }

    /// The characters as in the listing.
    fn shown(&self, at: usize, count: usize) -> String {
        let (first, last) = (&self.units.all[at], &self.units.all[at + count - 1]);
        let span = self.folded.original(first.start, last.end);
        self.text
            .chars()
            .skip(span.start)
            .take(span.end - span.start)
            .collect()
    }

    /// Whether no hyphen ties a further piece to the number: `RW-1200` is not in `RW-1200-B`.
    fn is_whole(&self, at: usize, count: usize) -> bool {
        let tied = |mark: Option<char>| matches!(mark, Some('-' | '_' | '.' | '+'));
        let piece = |at: usize| {
            let word = self.units.word(at);
            word.chars().count() < 4 || word.chars().any(|c| c.is_ascii_digit())
        };
        let before = at > 0 && tied(self.units.all[at].before) && piece(at - 1);
        let after = self
            .units
            .all
            .get(at + count)
            .is_some_and(|next| tied(next.before))
            && piece(at + count);
        !before && !after
    }

    fn labelled(&self, at: usize) -> bool {
        const LABELS: &[&str] = &["model", "no", "number", "号", "mpn", "sku", "ref"];
        matches!(self.name, "model" | "mpn" | "attributes")
            || at > 0 && LABELS.contains(&self.units.word(at - 1))
    }
}

/// The folded name of an attribute that holds the model number.
fn is_model_label(label: &str) -> bool {
    const LATIN: [&str; 6] = [
        "model",
        "part number",
        "item number",
        "mpn",
        "style",
        "product number",
    ];
    const HAN: [&str; 3] = ["型号", "货号", "规格"];
    let any = |labels: &[&str]| labels.iter().any(|known| label.contains(known));
    let latin = label.bytes().any(|byte| byte.is_ascii_alphabetic());
    latin && any(&LATIN) || !label.is_ascii() && any(&HAN)
}
