//! The one integration binary: what needs the whole house, or another process.
#![allow(
    clippy::unwrap_used,
    reason = "these are tests, and their helpers are not marked as such"
)]

mod author;
mod bad_input;
mod command;
mod commit;
mod conduct;
mod crawl;
mod kill;
mod layers;
mod manual;
mod market;
mod office;
mod recipe;
mod reextract;
mod shop;
