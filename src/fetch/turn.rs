//! A request that may leave: what it was owed and kept, and the slots that it holds until it has ended.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{Notify, OwnedSemaphorePermit};

use super::{address::Address, known::Known};
use crate::model::Time;

/// A request that may leave now. Its slot at the host and its servers is kept until this is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    /// When it was let go.
    pub(super) at: Time,
    /// How long after the last request it had to wait, by what left the least to spare.
    pub(super) owed: Duration,
    /// What made it so long: `rate`, `crawl-delay`, `latency` or `trouble` at the host itself; `shared` where the last
    /// request went to another name of the same server.
    pub(super) because: &'static str,
    /// How long ago that last request was; none for the first.
    pub(super) kept: Option<Duration>,
    pub(super) _place: Place,
}

/// The slots of a request under way.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) known: Arc<Mutex<Known>>,
    /// Told when a request has ended.
    pub(super) freed: Arc<Notify>,
    pub(super) host: String,
    pub(super) addresses: Arc<[Address]>,
    pub(super) _slot: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .come_back(&self.host, &self.addresses);
        self.freed.notify_waiters();
    }
}
