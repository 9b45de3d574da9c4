//! What is known of pages from earlier visits. Working state: lost by a rebuild, which costs one unconditional visit.
//!
//! `p` hash of URL → `VisitForm`.

use super::{
    Error, Store, Visit,
    index::{Changes, short_hash},
    record::{self, VisitForm},
};
use crate::model::Time;

const PAGE: u8 = b'p';

impl Store {
    /// What is known of the page at `url`; none where it was never visited.
    pub fn visit(&self, url: &str) -> Result<Option<Visit>, Error> {
        let row = self.tree.get(key(url)).map_err(Error::index)?;
        Ok(row.and_then(|row| unpacked(&row)))
    }

    /// Whether a visit to `url` is due at `now`: it was never visited, or the time has come.
    pub fn is_due(&self, url: &str, now: Time) -> Result<bool, Error> {
        Ok(self.visit(url)?.is_none_or(|visit| visit.due <= now))
    }

    /// Every page visited whose links are what it is visited for, in no order that means anything.
    pub fn lists_visited(&self) -> impl Iterator<Item = Result<Visit, Error>> + '_ {
        self.tree.scan_prefix([PAGE]).filter_map(|row| {
            let row = row.map(|(_, row)| unpacked(&row).filter(|visit| visit.list.is_some()));
            row.map_err(Error::index).transpose()
        })
    }
}

/// It only saves work: one in another form than this version's counts as none.
fn unpacked(row: &[u8]) -> Option<Visit> {
    let form: VisitForm = record::unpack(row).ok()?;
    form.try_into().ok()
}

/// Sets what is known of `url`.
pub(super) fn put(changes: &mut Changes<'_>, url: &str, visit: Visit) -> Result<(), Error> {
    changes.put(key(url), &VisitForm::from(visit))
}

fn key(url: &str) -> Vec<u8> {
    [&[PAGE], &short_hash(url)[..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Capture,
        store::{Group, ListPage, Work, rebuild},
    };

    fn visit(list: bool) -> Visit {
        Visit {
            etag: Some("\"1\"".to_owned()),
            whole: Some(Capture {
                warc: "listwarden-000001.warc.gz".to_owned(),
                offset: 77,
                sha256: "0123456789abcdef".repeat(4),
                fetched_at: Time::from_nanosecond(1_700_000_000_123_456_789).unwrap(),
            }),
            print: u64::MAX,
            due: Time::from_second(1_800_000_000).unwrap(),
            list: list.then(|| ListPage {
                url: "https://shop.example/list".to_owned(),
                platform: "shop".to_owned(),
                ..ListPage::default()
            }),
            ..Visit::default()
        }
    }

    #[test]
    fn a_visit_is_kept_between_openings_and_lost_by_a_rebuild() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = Store::open(dir.path()).unwrap();
        let work = [
            ("https://shop.example/1", visit(false)),
            ("https://shop.example/list", visit(true)),
        ];
        let work = work.map(|(url, visit)| Work::Visited {
            url: url.to_owned(),
            visit,
        });
        store
            .commit(Group {
                work: work.into(),
                ..Group::default()
            })
            .unwrap();
        store.tree.insert(key("other form"), &[9, 9]).unwrap();
        store.close().unwrap();
        let (store, _) = Store::open(dir.path()).unwrap();
        assert_eq!(store.visit("other form").unwrap(), None);
        let back = store.visit("https://shop.example/1").unwrap();
        assert_eq!(back, Some(visit(false)));
        let due = |url, second| store.is_due(url, Time::from_second(second).unwrap());
        assert!(!due("https://shop.example/1", 1_799_999_999).unwrap());
        assert!(due("https://shop.example/1", 1_800_000_000).unwrap());
        assert!(due("https://shop.example/2", 0).unwrap(), "never visited");
        assert_eq!(store.visit("https://shop.example/2").unwrap(), None);
        let lists: Vec<_> = store.lists_visited().map(Result::unwrap).collect();
        assert_eq!(lists, [visit(true)]);
        assert!(
            store.dump().all(|row| !row.unwrap().0.starts_with(&[PAGE])),
            "no evidence"
        );
        drop(store);
        rebuild(dir.path()).unwrap();
        let (store, _) = Store::open(dir.path()).unwrap();
        assert_eq!(store.visit("https://shop.example/1").unwrap(), None);
    }
}
