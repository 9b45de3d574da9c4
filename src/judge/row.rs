//! What a verdict rested on, kept for every listing: while it stands, judging the listing again would say the same again.

use serde::{Deserialize, Serialize};

use super::{
    Judge,
    mark::{Again, Since},
};
use crate::{
    model::{Flag, Listing, ListingId},
    rules::{Gates, Prepared, Rest, Verdict, list_number},
};

/// The name of the note that keeps what was judged on arrival until the next scan takes it over.
pub fn note(id: &ListingId) -> String {
    format!("judged/{id}")
}

/// One listing, as it was judged last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The listing.
    pub id: ListingId,
    class: Option<String>,
    language: Option<String>,
    /// It was passed over when a scan was stopped.
    stale: bool,
    /// Stand for the term lists of which a word stands in its text; none where they were not looked for.
    lists: Option<Vec<u32>>,
    /// Stand for the rules that have flagged it at some time, sorted.
    flagged: Vec<u64>,
    /// Stands for the listing's version and state, and for the campaigns that its flags carry.
    ground: [u8; 16],
    rests: Vec<Rest>,
}

/// A row without what its verdict rested on: enough to tell of most that they stay as they are.
#[derive(Debug, Deserialize)]
pub struct Glance<'r> {
    /// The listing.
    pub id: &'r str,
    class: Option<&'r str>,
    language: Option<&'r str>,
    stale: bool,
    lists: Option<Vec<u32>>,
    flagged: Vec<u64>,
}

/// What a verdict on a listing's arrival rested on, until the next scan.
#[derive(Serialize, Deserialize)]
struct Arrival {
    /// What it was judged by.
    standard: [u8; 32],
    row: Row,
}

/// Stands for a rule in rows.
pub(super) fn number_of(rule: &str) -> u64 {
    let hash = blake3::hash(rule.as_bytes());
    u64::from_le_bytes(hash.as_bytes().first_chunk().copied().unwrap_or_default())
}

impl<'r> Glance<'r> {
    /// Reads the beginning of what [`Row::bytes`] wrote.
    pub fn read(bytes: &'r [u8]) -> Option<Self> {
        let (glance, _) = postcard::take_from_bytes(bytes).ok()?;
        Some(glance)
    }

    /// What must be judged again of a listing that has not changed since, by what the row itself says; none where it must
    /// be read whole to tell. `gates` are those of the rules that were edited.
    pub fn again(&self, since: &Since, gates: &Gates<'_>) -> Option<Again> {
        if since.everything || self.stale {
            return Some(Again::Everything);
        }
        let of = |row: &Self| {
            let platform = row
                .id
                .split_once(':')
                .map_or(row.id, |(platform, _)| platform);
            let lists = row.lists.as_deref();
            gates.may_open(row.class, platform, row.language, lists)
        };
        let flagged = || self.flagged.iter().any(|rule| since.concerns(*rule));
        since.same_answers.then(|| match flagged() || of(self) {
            true => Again::Rules,
            false => Again::Nothing,
        })
    }
}

impl Row {
    /// Reads what [`Self::bytes`] wrote.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }

    /// As the file keeps it.
    pub fn bytes(&self) -> Vec<u8> {
        // Plain strings and numbers: encoding them cannot fail, and no row only costs a verdict.
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// The row of a listing that is still to be judged.
    pub fn unjudged(id: ListingId) -> Self {
        Self {
            id,
            ground: [0; 16],
            class: None,
            language: None,
            stale: true,
            lists: None,
            flagged: Vec::new(),
            rests: Vec::new(),
        }
    }

    /// The row of a verdict of some rules, where this one was that of all of them.
    pub fn joined(mut self, newer: Self) -> Self {
        self.rests.extend(newer.rests);
        self.rests.sort_unstable();
        self.rests.dedup();
        Self {
            rests: self.rests,
            ..newer
        }
        .with_flags(self.flagged)
    }

    /// The same for a listing that has had these flags too.
    pub fn flagged_by<'f>(self, flags: impl IntoIterator<Item = &'f Flag>) -> Self {
        let rules = flags.into_iter().map(|flag| number_of(&flag.rule));
        let rules = rules.collect();
        self.with_flags(rules)
    }

    /// Whether any rule has flagged it at some time.
    pub fn was_flagged(&self) -> bool {
        !self.flagged.is_empty()
    }

    fn with_flags(mut self, rules: Vec<u64>) -> Self {
        self.flagged.extend(rules);
        self.flagged.sort_unstable();
        self.flagged.dedup();
        self
    }
}

impl Since {
    /// Whether the rule of that number was edited or has no file any more.
    fn concerns(&self, rule: u64) -> bool {
        let filed = self.filed.as_ref();
        self.edited_numbers.contains(&rule) || filed.is_some_and(|filed| !filed.contains(&rule))
    }
}

impl Judge {
    /// What must be judged again of a listing that has not changed since its row was written.
    pub fn again(&self, row: &Row, since: &Since, gates: &Gates<'_>) -> Again {
        let stand = || since.same_answers || self.answers().stand_unseen(&row.rests);
        if since.everything || row.stale || !stand() {
            return Again::Everything;
        }
        let (class, language) = (row.class.as_deref(), row.language.as_deref());
        let lists = row.lists.as_deref();
        let may = gates.may_open(class, row.id.platform(), language, lists);
        match may || row.flagged.iter().any(|rule| since.concerns(*rule)) {
            true => Again::Rules,
            false => Again::Nothing,
        }
    }

    /// Whether a rule has no file any more: its flags are taken back.
    pub fn is_gone(&self, rule: &str) -> bool {
        !self.filed.contains(rule) && !self.rules.contains(rule)
    }

    /// The row of a verdict, for a listing on which `flags` stand already.
    pub(super) fn row(&self, item: &Prepared, verdict: &Verdict, flags: &[Flag]) -> Row {
        let lists = item.lists();
        let row = Row {
            lists: lists.map(|names| names.map(list_number).collect()),
            rests: verdict.rests.clone(),
            ..self.row_unasked(item.listing())
        };
        row.flagged_by(flags.iter().chain(&verdict.flags))
    }

    /// The row of a listing that is not judged, because it is no longer offered.
    pub fn row_unasked(&self, listing: &Listing) -> Row {
        Row {
            ground: self.ground(listing),
            class: listing.class.as_ref().map(|class| class.id.clone()),
            language: listing.language.clone(),
            stale: false,
            ..Row::unjudged(listing.id.clone())
        }
    }

    /// What keeps a verdict on arrival until the next scan.
    pub fn arrival(&self, row: Row) -> Vec<u8> {
        let standard = self.standard;
        // As above.
        postcard::to_stdvec(&Arrival { standard, row }).unwrap_or_default()
    }

    /// The row of a listing that was judged on arrival, where it would be judged so again.
    pub fn arrived(&self, listing: &Listing, note: &[u8]) -> Option<Row> {
        let arrival: Arrival = postcard::from_bytes(note).ok()?;
        let same = arrival.standard == self.standard && self.stands(listing, &arrival.row);
        same.then_some(arrival.row)
    }

    /// Whether a listing is as it was when it was judged, and what its verdict rested on too, the rules and notices aside.
    pub fn stands(&self, listing: &Listing, row: &Row) -> bool {
        let same = !row.stale && row.ground == self.ground(listing);
        same && self.answers().stand(&row.rests, listing)
    }

    /// BLAKE3 over a listing's version and state, over the campaigns that its flags carry, and over how many exceptions no
    /// longer hold for it.
    fn ground(&self, listing: &Listing) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&listing.version.to_le_bytes());
        hasher.update(&[listing.status as u8]);
        let expired = self.exceptions.expired_for(listing) as u64;
        hasher.update(&expired.to_le_bytes());
        for campaign in &listing.campaigns {
            hasher.update(campaign.as_bytes()).update(b"\0");
        }
        let mut ground = [0; 16];
        ground.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        ground
    }
}
