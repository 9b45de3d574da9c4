//! The command line; everything else is the library.

use std::process::ExitCode;

// A page is read on one thread and committed on another: what the one takes the other gives back, which costs the allocators
// of most systems much (a whole crawl a fifth of its time with that of Debian).
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    listwarden::cli::run(std::env::args_os())
}
