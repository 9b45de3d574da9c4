//! Market surveillance of product listings: collect politely, keep the evidence, flag with rules anyone can edit.
//!
//! # Layout
//!
//! A listing travels one way through the house, and in each room it becomes a different type:
//! a `Page` is fetched, archived, read into a `Listing`, stored, judged into `Flag`s, reviewed, exported.
//! The modules stand here from the ground floor up; a module imports only from floors below its own
//! (`tests/it/layers.rs` is that rule as a test, `docs/ARCHITECTURE.md` the picture).

// The ground: words, text, what authorities published, the append-only truth.
pub mod journal;
pub mod model;
pub mod reference;
pub mod text;

// The rooms: the outside world, one kind each.
pub mod archive;
pub mod export;
pub mod extract;
pub mod fetch;
pub mod rules;
pub mod store;

// What is particular to one platform, listings meeting rules, and how well pages are read.
pub mod judge;
pub mod platform;
pub mod watch;

// The stages: each moves listings one step.
pub mod backtest;
pub mod crawl;
pub mod reextract;
pub mod review;
pub mod scan;
pub mod upkeep;

// What people touch.
pub mod cli;
pub mod config;
pub mod demo;
pub mod desk;
pub mod workspace;
