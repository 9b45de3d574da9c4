//! One after another, in the order in which they came: those who change what rests on something that they have read.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Who is next.
#[derive(Debug, Default)]
pub(super) struct Turns {
    tickets: Mutex<Tickets>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct Tickets {
    next: u64,
    served: u64,
}

/// A turn, for as long as it is held.
#[derive(Debug)]
pub struct Changing<'t>(&'t Turns);

impl Turns {
    /// Waits for all who came before.
    pub(super) fn take(&self) -> Changing<'_> {
        let mut tickets = self.tickets();
        let own = tickets.next;
        tickets.next += 1;
        while tickets.served != own {
            let woken = self.moved.wait(tickets);
            tickets = woken.unwrap_or_else(PoisonError::into_inner);
        }
        Changing(self)
    }

    /// Whether somebody waits while another has the turn.
    pub(super) fn awaited(&self) -> bool {
        let tickets = self.tickets();
        tickets.next - tickets.served > 1
    }

    fn tickets(&self) -> MutexGuard<'_, Tickets> {
        // Two numbers that are changed one at a time: a panic leaves nothing half done.
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        self.0.tickets().served += 1;
        self.0.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_goes_before_who_comes_again() {
        let turns = Turns::default();
        let order = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            let first = turns.take();
            assert!(!turns.awaited());
            scope.spawn(|| {
                let _turn = turns.take();
                order.lock().unwrap().push("waited");
            });
            while !turns.awaited() {
                std::thread::yield_now();
            }
            drop(first);
            let _again = turns.take();
            order.lock().unwrap().push("came again");
        });
        assert_eq!(*order.lock().unwrap(), ["waited", "came again"]);
    }
}
