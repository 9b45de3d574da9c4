//! The one integration binary: what needs the whole house, or another process.

mod bad_input;
mod command;
mod commit;
mod kill;
mod layers;
mod market;
