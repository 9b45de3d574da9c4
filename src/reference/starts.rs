//! Which beginnings any name or number has: most words of a listing begin none, and are passed over without a look-up.

/// Bytes of a beginning that are told apart.
const DEEP: usize = 6;
/// A power of two; 128 KiB of bits keep false alarms rare for 100,000 names.
const BITS: usize = 1 << 20;

/// A set of beginnings that may answer yes by mistake, never no.
#[derive(Debug, Default)]
pub(super) struct Starts {
    bits: Vec<u64>,
}

impl Starts {
    /// Takes a name in.
    pub(super) fn put(&mut self, name: &str) {
        if self.bits.is_empty() {
            self.bits = vec![0; BITS / 64];
        }
        let name = name.as_bytes();
        let whole = name.len().min(DEEP);
        if let Some(place) = places(name).nth(whole.saturating_sub(1)) {
            self.bits[place / 64] |= 1 << (place % 64);
        }
    }

    /// Whether some name may begin as `text` does, or be the whole of its beginning.
    pub(super) fn any(&self, text: &str) -> bool {
        !self.bits.is_empty()
            && places(text.as_bytes()).any(|place| self.bits[place / 64] >> (place % 64) & 1 == 1)
    }
}

/// The place of each beginning of one to six bytes (FNV-1a, folded to the size of the set).
fn places(text: &[u8]) -> impl Iterator<Item = usize> {
    text.iter()
        .take(DEEP)
        .scan(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            *hash = (*hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            Some((*hash >> 32 ^ *hash) as usize % BITS)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_passed_over() {
        let mut starts = Starts::default();
        assert!(!starts.any("nordhaus"));
        for name in ["gt", "nordhaus", "rw1200", "小熊"] {
            starts.put(name);
        }
        for text in ["gtbike", "nordhausrw1200", "rw1200", "小熊电热水壶"] {
            assert!(starts.any(text), "{text}");
        }
        assert!(!starts.any("lumora"));
    }
}
