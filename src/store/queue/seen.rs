//! Which URLs a queue has met, many to a row: sled has only some ten rows to a page and some hundred bytes of memory for
//! every page of the file, so that a row for each of a million URLs would cost more than all that is known of them.

use std::collections::{BTreeMap, btree_map::Entry};

use super::{SEEN, numbered};
use crate::store::{
    Error,
    index::Changes,
    record::{Seen, SeenRow},
};

/// URLs whose hashes begin with the same two bytes share a row: of a million some fifteen, of ten thousand none.
const SHARED: usize = 2;

/// The rows that a group of changes has needed so far.
#[derive(Debug)]
pub(super) struct SeenRows {
    queue: u64,
    rows: BTreeMap<[u8; SHARED], Held>,
}

#[derive(Debug, Default)]
struct Held {
    row: SeenRow,
    changed: bool,
}

impl SeenRows {
    /// Of the queue of this number.
    pub(super) fn of(queue: u64) -> Self {
        let rows = BTreeMap::new();
        Self { queue, rows }
    }

    /// Where the URL with this hash stands, unless it was never queued.
    pub(super) fn get(
        &mut self,
        changes: &Changes<'_>,
        short: &[u8; 16],
    ) -> Result<Option<Seen>, Error> {
        let (held, rest) = self.held(changes, short)?;
        Ok(held.row.get(&rest).copied())
    }

    pub(super) fn put(
        &mut self,
        changes: &Changes<'_>,
        short: &[u8; 16],
        seen: Seen,
    ) -> Result<(), Error> {
        let (held, rest) = self.held(changes, short)?;
        held.row.insert(rest, seen);
        held.changed = true;
        Ok(())
    }

    /// Adds the rows that are other than they were.
    pub(super) fn write(self, changes: &mut Changes<'_>) -> Result<(), Error> {
        for (first, held) in self.rows {
            if held.changed {
                changes.put(key(self.queue, first), &held.row)?;
            }
        }
        Ok(())
    }

    fn held(
        &mut self,
        changes: &Changes<'_>,
        short: &[u8; 16],
    ) -> Result<(&mut Held, [u8; 16 - SHARED]), Error> {
        let (mut first, mut rest) = ([0; SHARED], [0; 16 - SHARED]);
        first.copy_from_slice(&short[..SHARED]);
        rest.copy_from_slice(&short[SHARED..]);
        let held = match self.rows.entry(first) {
            Entry::Occupied(held) => held.into_mut(),
            Entry::Vacant(place) => {
                let row = changes.get(&key(self.queue, first))?.unwrap_or_default();
                place.insert(Held {
                    row,
                    changed: false,
                })
            }
        };
        Ok((held, rest))
    }
}

fn key(queue: u64, first: [u8; SHARED]) -> Vec<u8> {
    [&numbered(SEEN, queue)[..], &first].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(first: u16, rest: u8) -> [u8; 16] {
        let mut short = [rest; 16];
        short[..SHARED].copy_from_slice(&first.to_be_bytes());
        short
    }

    #[test]
    fn urls_share_a_row_without_being_taken_for_each_other() {
        let dir = tempfile::tempdir().unwrap();
        let tree = sled::open(dir.path()).unwrap();
        let put = |pairs: &[([u8; 16], u64)]| {
            let mut changes = Changes::to(&tree);
            let mut rows = SeenRows::of(7);
            for (short, run) in pairs {
                rows.put(&changes, short, Seen::Done(*run)).unwrap();
            }
            rows.write(&mut changes).unwrap();
            changes.write().unwrap();
        };
        put(&[(short(1, 1), 1), (short(1, 2), 2), (short(2, 1), 3)]);
        put(&[(short(1, 3), 4), (short(1, 2), 5)]);
        assert_eq!(tree.len(), 2, "a row for each beginning");
        let mut changes = Changes::to(&tree);
        let mut rows = SeenRows::of(7);
        let mut run = |first, rest| rows.get(&changes, &short(first, rest)).unwrap();
        let done = |run| Some(Seen::Done(run));
        let all = [
            run(1, 1),
            run(1, 2),
            run(1, 3),
            run(2, 1),
            run(2, 2),
            run(3, 1),
        ];
        assert_eq!(all, [done(1), done(5), done(4), done(3), None, None]);
        rows.write(&mut changes).unwrap();
        changes.write().unwrap();
        assert_eq!(tree.len(), 2, "asking writes nothing");
        let other = SeenRows::of(8).get(&Changes::to(&tree), &short(1, 1));
        assert_eq!(other.unwrap(), None, "another queue");
    }
}
