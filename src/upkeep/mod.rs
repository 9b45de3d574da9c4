//! Is everything still as it was written? And the index made anew where it is not what it should be.

mod verify;

pub use crate::store::rebuild;
pub use verify::{Broken, Part, Report, verify};
