//! Commands: words in, calls to the library, text and an exit code out.

use std::{ffi::OsString, process::ExitCode};

/// Runs one command line.
pub fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    let _ = args;
    ExitCode::SUCCESS
}
