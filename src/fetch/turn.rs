//! A request that may leave: what it was owed and kept, and the slots that it holds until it has ended.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{Notify, OwnedSemaphorePermit};

use super::{address::Address, hosts::Clock, known::Known};
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
    pub(super) place: Place,
}

/// The slots of a request under way.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) spot: Spot,
    pub(super) _slot: OwnedSemaphorePermit,
}

/// Where a request counts: its host, and the servers behind it.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) known: Arc<Mutex<Known>>,
    /// Told when a request has ended, or a connection is open.
    pub(super) freed: Arc<Notify>,
    pub(super) clock: Clock,
    pub(super) host: String,
    pub(super) addresses: Arc<[Address]>,
}

/// A connection that is being opened. Until this is dropped the request that wants it has not left, and no other may.
#[derive(Debug)]
pub(super) struct Opening(Spot);

impl Spot {
    /// By now the request has left, and not long ago: what the next one is owed counts from here.
    pub(super) fn left(&self) {
        let now = self.clock.now();
        self.known().left(&self.host, &self.addresses, now);
    }

    /// A connection is being opened for the request.
    pub(super) fn opening(self) -> Opening {
        self.known().opening(&self.addresses);
        Opening(self)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        let spot = &self.0;
        let now = spot.clock.now();
        spot.known().opened(&spot.host, &spot.addresses, now);
        spot.freed.notify_waiters();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let spot = &self.spot;
        spot.known().come_back(&spot.host, &spot.addresses);
        spot.freed.notify_waiters();
    }
}
