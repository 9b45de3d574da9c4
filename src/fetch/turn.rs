//! A request that may leave: what it was owed and kept, when it really leaves, and the slots that it holds until it has
//! ended.

use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
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
    pub(super) leaving: Leaving,
    pub(super) place: Place,
}

/// The slots of a request under way.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) spot: Arc<Spot>,
    pub(super) _slot: OwnedSemaphorePermit,
}

/// A request that was let go: where it counts.
#[derive(Debug)]
pub(super) struct Spot {
    pub(super) known: Arc<Mutex<Known>>,
    /// Told when a request has ended.
    pub(super) freed: Arc<Notify>,
    pub(super) clock: Clock,
    pub(super) host: String,
    /// The servers behind it.
    pub(super) addresses: Arc<[Address]>,
    /// When it was let go.
    pub(super) at: Time,
    /// When it left; none before that.
    pub(super) left: OnceLock<Time>,
    /// Told when it has left for certain: its answer begins, or it has ended.
    pub(super) over: Notify,
}

/// A request that has had its turn and is not written yet: a connection may have to be opened, or the machine is busy.
/// Until it has left no other does, and from then on counts what the next one is owed, or the server would see two too
/// close together. When this is dropped the request is written.
#[derive(Debug)]
pub(super) struct Leaving(pub(super) Arc<Spot>);

impl Spot {
    /// The answer begins; says how long after the request left, or was let go where it is not known yet that it has left:
    /// too long rather than too short.
    pub(super) fn answered(&self) -> Duration {
        let now = self.clock.now();
        let left = *self.left.get().unwrap_or(&self.at);
        let latency = Duration::try_from(now.duration_since(left)).unwrap_or_default();
        self.known()
            .answered(&self.host, &self.addresses, left, latency);
        self.over.notify_one();
        latency
    }

    /// The request leaves now, or never will.
    fn leave(&self) {
        let mut known = self.known();
        let now = self.clock.now();
        let _ = self.left.set(now);
        known.left(&self.host, &self.addresses, now);
        // Nobody is told: none may leave before a whole delay has passed, and by then whoever waits looks again.
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.leave();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let spot = &self.spot;
        spot.known().come_back(&spot.host, &spot.addresses);
        spot.freed.notify_waiters();
        spot.over.notify_one();
    }
}
