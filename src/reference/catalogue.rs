//! The catalogue: kinds of goods, what they are called, and which certificates they must carry.

use crate::model::ReferenceRow;

/// A kind of goods.
#[derive(Clone, Debug)]
pub struct Kind {
    /// `group/kind`, such as `children/toy`.
    pub id: String,
    /// English name.
    pub en: String,
    /// Chinese name.
    pub zh: String,
    /// Four-digit product classes of the CCC catalogue that the kind falls under.
    pub ccc: Vec<String>,
    /// Whether every product of the kind must carry a CCC certificate.
    pub ccc_required: bool,
    /// Other licences that the kind needs: `sc`, `xk`.
    pub licences: Vec<String>,
    /// Words that name the goods, Chinese and English.
    pub words: Vec<String>,
    /// Words that show that something else is meant.
    pub not_words: Vec<String>,
    /// What in this entry is to be confirmed.
    pub note: Option<String>,
    /// The row it came from.
    pub row: ReferenceRow,
}
