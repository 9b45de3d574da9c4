//! Pages that were there before, answered again: for tests, and for reading without a network.

use std::collections::BTreeMap;

use url::Url;

use super::{Error, Fetch};
use crate::model::Page;

/// Answers from pages by their URL; asks nobody.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    pages: BTreeMap<Url, Page>,
}

impl FromIterator<Page> for Replay {
    /// Of two pages of one URL the later counts.
    fn from_iter<I: IntoIterator<Item = Page>>(pages: I) -> Self {
        Self {
            pages: pages
                .into_iter()
                .map(|page| (page.url.clone(), page))
                .collect(),
        }
    }
}

impl Fetch for Replay {
    async fn fetch(&self, url: &Url) -> Result<Page, Error> {
        let mut place = url.clone();
        place.set_fragment(None);
        self.pages
            .get(&place)
            .cloned()
            .ok_or_else(|| Error::Failed {
                url: place,
                why: "no such page among those replayed".to_owned(),
                again: false,
            })
    }
}
