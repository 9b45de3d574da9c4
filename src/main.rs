//! The command line; everything else is the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    listwarden::cli::run(std::env::args_os())
}
