//! Certificates as their registers show them.

use crate::model::ReferenceRow;

/// A row of a register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// `ccc`, `sc`, `xk`, …; see `model::Code::scheme`.
    pub scheme: String,
    /// The number, normalised.
    pub value: String,
    /// Who holds it.
    pub holder: Option<String>,
    /// The product it names.
    pub product: Option<String>,
    /// Class id of that product.
    pub class: Option<String>,
    /// `valid`, `suspended`, `revoked`, `expired` or `withdrawn`.
    pub status: String,
    /// First day, ISO 8601.
    pub from: Option<String>,
    /// Last day, ISO 8601.
    pub until: Option<String>,
    /// The row it came from.
    pub row: ReferenceRow,
}
