//! What came of looking at listings, on its way into the store and into the file of what was judged.

use std::borrow::Cow;

use super::{
    Summary,
    pass::{Looked, Portion},
};
use crate::{
    journal::Place,
    judge::{self, Judge, Row},
    model::Event,
    store::{Group, JudgedWriter, Store, Work, put_row},
};

/// What a scan has written so far.
pub(super) struct Ledger<'a> {
    store: &'a Store,
    pub summary: Summary,
    /// None where what is judged now is not judged for good.
    file: Option<JudgedWriter>,
    /// Up to where the journal is known, and its hash there: a verdict of a person that came in meanwhile is not.
    upto: (Place, [u8; 32]),
    /// Flags that people had confirmed and that were taken back.
    released: u64,
}

/// What one portion was written with.
#[derive(Debug)]
pub(super) struct Written {
    pub events: Vec<Event>,
    /// Where the journal ends now, unless somebody else has written to it.
    pub end: Option<Place>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(
        store: &'a Store,
        summary: Summary,
        remembers: bool,
    ) -> Result<Self, judge::Error> {
        Ok(Self {
            store,
            summary,
            file: remembers.then(|| store.judge_anew()).transpose()?,
            upto: (store.end(), store.head()?),
            released: 0,
        })
    }

    /// Commits what came of a portion, and writes its rows; none came of one that was passed over.
    pub(super) fn take(
        &mut self,
        portion: &Portion,
        looks: Option<Vec<Looked>>,
    ) -> Result<Written, judge::Error> {
        self.summary.listings += portion.listings;
        self.summary.stopped |= looks.is_none();
        let mut written = 0;
        let mut group = Group::default();
        let mut events = Vec::new();
        let mut looks = looks.map(Vec::into_iter);
        for asking in &portion.asked {
            self.write(&portion.bytes[written..asking.row.start])?;
            written = asking.row.end;
            let looked = looks.as_mut().map(|looks| looks.next().unwrap_or_default());
            let unjudged = || Some(Row::unjudged(asking.id.clone()));
            let row = match looked {
                Some(looked) => self.looked(looked, &mut group, &mut events),
                None => unjudged(),
            };
            match row.or_else(|| unjudged().filter(|_| asking.row.is_empty())) {
                Some(row) => {
                    let mut bytes = Vec::new();
                    put_row(&mut bytes, &row.bytes());
                    self.write(&bytes)?;
                }
                None => self.write(&portion.bytes[asking.row.clone()])?,
            }
        }
        self.write(&portion.bytes[written..])?;
        let end = self.commit(group)?;
        Ok(Written { events, end })
    }

    fn write(&mut self, rows: &[u8]) -> Result<(), judge::Error> {
        match &mut self.file {
            Some(file) => Ok(file.rows(rows)?),
            None => Ok(()),
        }
    }

    /// Adds what came of one listing; gives its row.
    fn looked(
        &mut self,
        looked: Looked,
        group: &mut Group,
        events: &mut Vec<Event>,
    ) -> Option<Row> {
        self.summary.touched += u64::from(looked.touched);
        if let Some(key) = looked.note.filter(|_| self.file.is_some()) {
            group.work.push(Work::Forget { key });
        }
        if let Some(judgement) = looked.judgement {
            // A listing that an edited rule's gate does not admit was only looked at.
            let admitted = !looked.part || judgement.ran > 0 || judgement.resolved > 0;
            self.summary.judged += u64::from(admitted);
            self.summary.add(&judgement);
            self.released += judgement.released;
            group.entries.extend(judgement.entries);
            events.extend(judgement.events);
        }
        looked.row
    }

    fn commit(&mut self, group: Group) -> Result<Option<Place>, judge::Error> {
        let alone = self.store.end() == self.upto.0;
        if !group.entries.is_empty() || !group.work.is_empty() {
            self.store.commit(group)?;
        }
        if alone {
            self.upto = (self.store.end(), self.store.head()?);
        }
        Ok(alone.then_some(self.upto.0))
    }

    /// Puts the file in the place of the last scan's.
    pub(super) fn end(mut self, judge: &Judge) -> Result<Summary, judge::Error> {
        if let Some(file) = self.file.take() {
            let mut head = judge.head(self.upto.0, self.upto.1);
            head.listings = self.summary.listings;
            head.whole = !self.summary.stopped;
            head.tail = self.store.tail().filter(|tail| tail.end == self.upto.0);
            // A confirmed flag that is taken back counts in the sellers' book.
            let books = match self.released {
                0 => judge.frozen(),
                _ => Cow::default(),
            };
            file.finish(&books, &head.bytes())?;
        }
        Ok(self.summary)
    }
}
