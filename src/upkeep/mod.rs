//! Is everything still as it was written? And the index made anew where it is not what it should be.

mod conduct;
mod verify;

pub use crate::store::rebuild;
pub use conduct::{Breach, Conduct, HostConduct, Rule, conduct};
pub use verify::{Broken, Part, Report, verify};
