//! The commit point: journal written and fsynced, index, acknowledged.

use super::{
    Error, Group, Store,
    index::{self, Changes},
    queue, record,
};

/// Between the steps of a commit: where the test of crashes ends the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The group is written to the journal, not yet fsynced.
    Written,
    /// It is fsynced: from here on the group survives.
    Synced,
    /// The index has it, in memory.
    Indexed,
    /// The index is flushed; `commit` returns.
    Flushed,
}

/// Called after each step of a commit.
pub type OnStep = Box<dyn Fn(Step) + Send + Sync>;

impl Store {
    /// Writes a group: journal fsynced, then the index with `applied`.
    ///
    /// After an error the group is not acknowledged. Where the journal took it but the index did not
    /// (a full disk), the store takes no more changes, and the next opening brings the index up to the journal:
    /// then the group's entries are there, and its work is not. A failed journal write leaves nothing.
    pub fn commit(&self, group: Group) -> Result<(), Error> {
        let mut writer = self.writer()?;
        let Group { mut entries, work } = group;
        let mut changes = Changes::to(&self.tree);
        queue::apply(&mut changes, work)?;
        index::number(&self.tree, &mut entries)?;
        let frames: Vec<_> = entries
            .iter()
            .map(record::encode)
            .collect::<Result<_, _>>()?;
        let places = writer.journal.write(&frames)?;
        self.step(Step::Written);
        writer.journal.sync()?;
        self.step(Step::Synced);
        // From here on an error leaves the index behind the journal.
        writer.halted = true;
        for (entry, place) in entries.iter().zip(places) {
            changes.apply(entry, place)?;
        }
        if !entries.is_empty() {
            changes.applied(writer.journal.end(), writer.journal.head())?;
        }
        changes.write()?;
        self.step(Step::Indexed);
        self.flush()?;
        self.step(Step::Flushed);
        writer.halted = false;
        Ok(())
    }

    /// Sets what is called after each step of a commit. Tests end the process there.
    pub fn set_on_step(&mut self, on_step: OnStep) {
        self.on_step = Some(on_step);
    }

    fn step(&self, step: Step) {
        if let Some(on_step) = &self.on_step {
            on_step(step);
        }
    }
}
