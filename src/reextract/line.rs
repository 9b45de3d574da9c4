//! Work for several threads whose results are wanted in order: nobody runs far ahead, so that little has to wait.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

/// So many pieces of work at most are begun and not yet taken.
const AHEAD: usize = if cfg!(test) { 8 } else { 512 };

/// The pieces of work `0..end`, each handed out once; what came of them is taken in their order.
#[derive(Debug)]
pub(super) struct Line<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    end: usize,
}

#[derive(Debug)]
struct State<T> {
    next: usize,
    taken: usize,
    done: BTreeMap<usize, T>,
    closed: bool,
}

impl<T> Line<T> {
    pub(super) fn new(end: usize) -> Self {
        let state = State {
            next: 0,
            taken: 0,
            done: BTreeMap::new(),
            closed: false,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            end,
        }
    }

    /// The next piece, once there is room for what comes of it; none when all are handed out, or the line is closed.
    pub(super) fn next(&self) -> Option<usize> {
        let mut state = self.wait(|state| !state.closed && state.next >= state.taken + AHEAD);
        if state.closed || state.next >= self.end {
            return None;
        }
        state.next += 1;
        Some(state.next - 1)
    }

    /// What came of a piece.
    pub(super) fn put(&self, piece: usize, result: T) {
        let mut state = self.state();
        state.done.insert(piece, result);
        drop(state);
        self.changed.notify_all();
    }

    /// What came of up to `most` pieces, in order, waiting for the first; nothing at the end.
    pub(super) fn take(&self, most: usize) -> Vec<T> {
        let waits = |state: &State<T>| {
            !state.closed && state.taken < self.end && !state.done.contains_key(&state.taken)
        };
        let mut state = self.wait(waits);
        let mut taken = Vec::new();
        while taken.len() < most {
            let piece = state.taken;
            let Some(result) = state.done.remove(&piece) else {
                break;
            };
            taken.push(result);
            state.taken += 1;
        }
        drop(state);
        self.changed.notify_all();
        taken
    }

    /// Hands out no more. Dropping the guard does it, however its holder ends.
    pub(super) fn until_dropped(&self) -> Closing<'_, T> {
        Closing {
            line: self,
            always: true,
        }
    }

    /// The same for whoever does the work: only where it panics, for what it is at would be waited for in vain.
    pub(super) fn until_panic(&self) -> Closing<'_, T> {
        Closing {
            line: self,
            always: false,
        }
    }

    fn wait(&self, waits: impl Fn(&State<T>) -> bool) -> MutexGuard<'_, State<T>> {
        self.changed
            .wait_while(self.state(), |state| waits(state))
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes a line when it is dropped.
#[derive(Debug)]
pub(super) struct Closing<'a, T> {
    line: &'a Line<T>,
    always: bool,
}

impl<T> Drop for Closing<'_, T> {
    fn drop(&mut self) {
        if self.always || thread::panicking() {
            self.line.state().closed = true;
            self.line.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn whoever_is_ready_first_the_results_come_in_order() {
        let line = Line::new(1000);
        let mut got = Vec::new();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while let Some(piece) = line.next() {
                        line.put(piece, piece);
                    }
                });
            }
            let _closing = line.until_dropped();
            loop {
                let taken = line.take(7);
                if taken.is_empty() {
                    break;
                }
                assert!(taken.len() <= 7);
                got.extend(taken);
            }
        });
        assert_eq!(got, Vec::from_iter(0..1000));
    }

    #[test]
    fn nobody_runs_far_ahead_of_a_slow_first_piece() {
        let line = Line::new(100);
        let begun: Vec<_> = (0..AHEAD).map(|_| line.next().unwrap()).collect();
        for piece in &begun[1..] {
            line.put(*piece, *piece);
        }
        thread::scope(|scope| {
            let (sender, more) = mpsc::channel();
            let line = &line;
            scope.spawn(move || sender.send(line.next()).unwrap());
            // It waits: nothing can come before the first piece is put and taken.
            assert!(more.try_recv().is_err());
            line.put(0, 0);
            assert_eq!(line.take(AHEAD), begun);
            assert_eq!(more.recv().unwrap(), Some(AHEAD));
        });
    }

    #[test]
    fn a_closed_line_lets_everybody_go() {
        let line: Line<usize> = Line::new(100);
        while line.next() != Some(AHEAD - 1) {}
        thread::scope(|scope| {
            let worker = scope.spawn(|| line.next());
            drop(line.until_dropped());
            assert_eq!(worker.join().unwrap(), None);
        });
        assert_eq!(line.take(5), Vec::<usize>::new());
    }

    #[test]
    fn a_worker_that_panics_is_not_waited_for() {
        let line: Line<usize> = Line::new(3);
        thread::scope(|scope| {
            let work = || {
                let _closing = line.until_panic();
                line.next();
                panic!("in the middle of a piece");
            };
            let worker = scope.spawn(work);
            assert_eq!(line.take(5), Vec::<usize>::new());
            assert!(worker.join().is_err());
        });
        let other: Line<usize> = Line::new(3);
        drop(other.until_panic());
        assert_eq!(
            other.next(),
            Some(0),
            "who ends as he should closes nothing"
        );
    }
}
