//! What the words mean: plain values, without input, output or a clock.

mod event;
mod facts;
mod flag;
mod listing;
mod page;

pub use event::{Event, HostStanding, Waiting};
pub use facts::{
    CodeBook, Facts, Holder, Offer, OfferBook, PriceBook, SellerBook, SellerFacts, Usual,
};
pub use flag::{Decision, Flag, FlagId, FlagStatus, Proof, ReferenceRow, Review, Severity, Span};
pub use listing::{
    Availability, Block, Capture, Class, Code, Listing, ListingId, ListingStatus, Money, Seller,
    UnitPrice,
};
pub use page::{Gap, Harvest, Link, Page, PageKind, Wall};

/// A moment in time, UTC, shown as RFC 3339.
pub type Time = jiff::Timestamp;
