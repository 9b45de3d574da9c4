//! Links that this crawl has queued already: most links of a page stand on the pages before it too, and to make a row of
//! the queue of each, only for the store to find that it has it, costs more than the page.

use std::{cell::RefCell, collections::HashSet};

/// Addresses remembered at most, about 6 MB.
const MOST: usize = if cfg!(test) { 100 } else { 1 << 17 };

/// The addresses met lately, by hash. No more than a memory: what it has forgotten the store still knows.
#[derive(Debug, Default)]
pub(super) struct Met(RefCell<HashSet<[u8; 16]>>);

impl Met {
    /// Whether the address is met for the first time, as far as is remembered; from now on it is not.
    pub(super) fn first(&self, url: &str) -> bool {
        let mut met = self.0.borrow_mut();
        if met.len() >= MOST {
            met.clear();
        }
        met.insert(short(url))
    }

    /// Whether the address was met before, as far as is remembered.
    pub(super) fn has(&self, url: &str) -> bool {
        self.0.borrow().contains(&short(url))
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
        assert!(met.first("http://shop.example/2"));
        for n in 0..1000 {
            met.first(&n.to_string());
        }
        assert!(met.0.borrow().len() <= MOST);
    }
}
