//! The one integration binary: what needs the whole house, or another process.

mod commit;
