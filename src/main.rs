//! The command line; everything else is the library.

use std::process::ExitCode;

// A page is read on one thread and committed on another: what the one takes the other gives back, which costs the allocator
// of Debian a tenth to a fifth of a whole crawl's time.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    listwarden::cli::run(std::env::args_os())
}
