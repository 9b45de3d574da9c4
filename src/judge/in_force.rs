//! From when on which rules and reference data were in force: what the journal is told where they are others than before.

use super::Judge;
use crate::{
    model::Time,
    store::{self, Entry, Group, Store, Work},
};

impl Judge {
    /// What is to be committed before anything is judged from `at` on; nothing where the journal says it already.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn in_force(&self, store: &Store, at: Time) -> Result<Group, store::Error> {
        let mut group = Group::default();
        for (what, hash) in [
            ("rules", self.rules.hash()),
            ("reference", self.reference.hash()),
        ] {
            let key = format!("in force/{what}");
            if store.note(&key)?.as_deref() == Some(hash.as_bytes()) {
                continue;
            }
            let value = hash.clone().into_bytes();
            group.work.push(Work::Note { key, value });
            let what = what.to_owned();
            group.entries.push(Entry::InForce { what, hash, at });
        }
        Ok(group)
    }
}
