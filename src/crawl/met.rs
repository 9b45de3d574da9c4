//! Addresses that this crawl has met already: most links of a page stand on the pages before it too, and to make a row of
//! the queue of each, only for the store to find that it has it, costs more than the page.

use std::{cell::RefCell, collections::HashSet, mem};

/// Addresses remembered in each of the two halves; about 20 MB together.
const HALF: usize = if cfg!(test) { 100 } else { 1 << 18 };

/// The addresses met lately, by hash. No more than a memory: what it has forgotten the store still knows.
#[derive(Debug, Default)]
pub(super) struct Met(RefCell<Halves>);

/// When the newer half is full, the older one is forgotten.
#[derive(Debug, Default)]
struct Halves {
    newer: HashSet<[u8; 16]>,
    older: HashSet<[u8; 16]>,
}

impl Met {
    /// Whether the address is met for the first time, as far as is remembered; from now on it is not.
    pub(super) fn first(&self, url: &str) -> bool {
        let short = short(url);
        let mut met = self.0.borrow_mut();
        if met.older.contains(&short) || !met.newer.insert(short) {
            return false;
        }
        if met.newer.len() >= HALF {
            met.older = mem::take(&mut met.newer);
        }
        true
    }

    /// Whether the address was met before, as far as is remembered.
    pub(super) fn has(&self, url: &str) -> bool {
        let (short, met) = (short(url), self.0.borrow());
        met.newer.contains(&short) || met.older.contains(&short)
    }
}

fn short(url: &str) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(url.as_bytes()).as_bytes()[..16]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_first_once_and_memory_has_an_end() {
        let met = Met::default();
        assert!(!met.has("http://shop.example/1"));
        assert!(met.first("http://shop.example/1"));
        assert!(met.has("http://shop.example/1"));
        assert!(!met.first("http://shop.example/1"));
        for n in 0..3 * HALF {
            assert!(met.first(&n.to_string()));
        }
        let last = 3 * HALF - 1;
        assert!(met.has(&last.to_string()) && met.has(&(last - HALF + 1).to_string()));
        assert!(!met.has("http://shop.example/1"));
        let met = met.0.borrow();
        assert!(met.newer.len() + met.older.len() <= 2 * HALF);
    }
}
