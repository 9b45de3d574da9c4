//! What came of the rules so far, and what of it somebody should look at.

use jiff::tz::TimeZone;

use super::{Error, Workspace};
use crate::{
    desk::{self, Ask, Experience},
    judge::Loaded,
    model::Time,
    rules::Fault,
    store::JOURNAL,
};

impl Workspace {
    /// What came of the rules so far; nothing where nothing was ever stored.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn experience(&self) -> Result<Experience, Error> {
        let mut experience = Experience::default();
        if self.data().join(JOURNAL).exists() {
            self.ask(Ask::Experience, &mut |value| {
                experience = serde_json::from_value(value).map_err(|error| {
                    desk::Error::Refused(format!("the answer could not be read: {error}"))
                })?;
                Ok(())
            })?;
        }
        Ok(experience)
    }
}

/// Faults of packs, and exceptions that have expired by `now`, are of no rule or meet nothing.
pub fn remarks(loaded: &Loaded, experience: &Experience, now: Time) -> Vec<Fault> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let judge = &loaded.judge;
    let exceptions = judge.exceptions();
    let mut remarks = loaded.papers.clone();
    remarks.extend(exceptions.remarks(today, judge.filed(), &experience.idle));
    remarks
}
