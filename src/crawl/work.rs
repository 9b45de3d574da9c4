//! What a URL becomes between queue and commit: what came for it, and how it ended.

use url::Url;

use crate::{
    archive::{Original, Packed},
    fetch::Validators,
    model::{Harvest, Page, Time},
    store::{Queued, Visit},
};

/// What came for a URL.
#[derive(Debug)]
pub(super) struct Arrived {
    pub(super) queued: Queued,
    /// What earlier visits said of it.
    pub(super) visit: Option<Visit>,
    /// The answer that the server may speak of, as the archive has it.
    pub(super) original: Option<Original>,
    /// The page, or how it ended without one.
    pub(super) page: Result<Page, Outcome>,
}

/// A URL that is through, one way or another.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) queued: Queued,
    /// What earlier visits said of it.
    pub(super) visit: Option<Visit>,
    pub(super) outcome: Outcome,
}

/// How it ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// An answer came; it is kept whatever it says.
    Answer(Box<Answer>),
    /// Ask again, not before `until`.
    Later { until: Time, cause: String },
    /// Ask again, when the host's turn comes.
    Again { why: String },
    /// The server says that it is as it was, and what it was cannot be read any more: ask for the whole of it.
    Whole { why: String },
    /// robots.txt or the address guard forbids it.
    Refused { line: String },
    /// It failed for good.
    Failed { why: String },
    /// A campaign's share of pages is used up.
    Cut,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) url: Url,
    /// As it came: 304 where the page is as it was.
    pub(super) status: u16,
    pub(super) bytes: usize,
    /// Taken by the committer.
    pub(super) packed: Option<Packed>,
    pub(super) harvest: Harvest,
    /// What it said of the earlier visit holds: the harvest is that of the page as it was.
    pub(super) known: bool,
    /// A redirect led to what is no listing page of the platform.
    pub(super) elsewhere: bool,
    pub(super) truncated: bool,
    /// The archive gets the payload with it.
    pub(super) whole: bool,
    /// By what the next visit may ask whether it changed.
    pub(super) validators: Validators,
    /// See `revisit::print`.
    pub(super) print: u64,
}

impl Finished {
    pub(super) fn cut(queued: Queued) -> Self {
        Self {
            queued,
            visit: None,
            outcome: Outcome::Cut,
        }
    }

    /// Bytes for the archive, and links for the queue.
    pub(super) fn size(&self) -> (usize, usize) {
        match &self.outcome {
            Outcome::Answer(answer) => (
                answer
                    .packed
                    .as_ref()
                    .map_or(0, |packed| packed.bytes.len()),
                answer.harvest.links.len(),
            ),
            _ => (0, 0),
        }
    }
}
