//! Brands: names, owners, who may sell them, and what they usually cost.

use crate::model::ReferenceRow;

/// A brand that a list names.
#[derive(Clone, Debug)]
pub struct Brand {
    /// The name as the owner writes it.
    pub name: String,
    /// Other ways of writing it, in any script.
    pub aliases: Vec<String>,
    /// Who owns the mark.
    pub owner: Option<String>,
    /// Names or ids of sellers that the owner has authorised, compared folded; empty where none are known.
    pub authorised: Vec<String>,
    /// What genuine goods usually cost.
    pub usual: Vec<UsualPrice>,
    /// The row it came from.
    pub row: ReferenceRow,
}

/// What genuine goods of one class usually cost.
#[derive(Clone, Debug, PartialEq)]
pub struct UsualPrice {
    /// Class id, such as `fashion/shoes`.
    pub class: String,
    /// In units of the currency; a float because scripts compare with it, never shown as a price.
    pub amount: f64,
    /// ISO 4217.
    pub currency: String,
}
