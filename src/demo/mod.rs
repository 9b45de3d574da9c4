//! The bundled market and its guided run.

pub mod market;
