//! Pages that were there before, answered again: for tests, and for reading without a network.

use std::collections::BTreeMap;

use url::Url;

use super::{Error, Fetch, Wanted};
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
    async fn fetch(&self, wanted: &Wanted) -> Result<Page, Error> {
        let mut place = wanted.url.clone();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;

    #[tokio::test]
    async fn a_page_answers_for_its_url_and_nothing_else_does() {
        let url = Url::parse("https://shop.test/a").unwrap();
        let page = Page {
            url: url.clone(),
            status: 200,
            head: b"HTTP/1.1 200 OK\r\n\r\n".to_vec(),
            request: Vec::new(),
            headers: Vec::new(),
            body: b"a kettle".to_vec(),
            truncated: false,
            fetched_at: Time::UNIX_EPOCH,
            remote: None,
        };
        let replay: Replay = [page].into_iter().collect();
        let fragment = url.join("#top").unwrap();
        assert_eq!(
            replay.fetch(&Wanted::new(fragment)).await.unwrap().body,
            b"a kettle"
        );
        let other = replay.fetch(&Wanted::new(url.join("/b").unwrap())).await;
        assert!(matches!(other, Err(Error::Failed { again: false, .. })));
    }
}
