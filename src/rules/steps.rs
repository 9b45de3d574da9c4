//! The steps of the run that is under way on this thread, those within closures too.
//!
//! The language counts the steps of a closure that `map`, `sort` or `filter` calls from where the list's function began, and
//! forgets them when it returns: a sort of 4,000 elements would cost one step. So every step is counted here once more.

use std::cell::Cell;

use rhai::Dynamic;

use super::engine::OPERATIONS;

thread_local! {
    static TAKEN: Cell<u64> = const { Cell::new(0) };
}

/// Before a run: it has taken no step yet.
pub(super) fn begin() {
    TAKEN.set(0);
}

/// Steps of the run so far.
pub(super) fn taken() -> u64 {
    TAKEN.get()
}

/// One step more; ends the run where it is one too many. What the language itself counted is not asked.
pub(super) fn count(_counted: u64) -> Option<Dynamic> {
    let taken = TAKEN.get() + 1;
    TAKEN.set(taken);
    (taken > OPERATIONS).then_some(Dynamic::UNIT)
}
