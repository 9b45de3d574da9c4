//! The log: for people on stderr, as JSON Lines into a file on request.

use std::{fs::OpenOptions, io::IsTerminal, path::Path, sync::Mutex};

use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

use super::exit::Failure;

/// Starts logging. `RUST_LOG` wins over `-v`.
pub(super) fn start(
    verbose: u8,
    quiet: bool,
    file: Option<&Path>,
    color: clap::ColorChoice,
) -> Result<(), Failure> {
    let level = match (quiet, verbose) {
        (true, _) => "error",
        (false, 0) => "warn,listwarden=warn",
        (false, 1) => "warn,listwarden=info",
        (false, _) => "info,listwarden=trace",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let ansi = match color {
        clap::ColorChoice::Always => true,
        clap::ColorChoice::Never => false,
        clap::ColorChoice::Auto => std::io::stderr().is_terminal(),
    };
    let human = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(ansi)
        .with_target(false)
        .compact();
    let machine = match file {
        None => None,
        Some(path) => {
            let open = OpenOptions::new().create(true).append(true).open(path);
            let file = open.map_err(|e| {
                Failure::Message(format!("could not write the log {}: {e}", path.display()))
            })?;
            let layer = tracing_subscriber::fmt::layer()
                .json()
                .with_writer(Mutex::new(file));
            Some(layer.with_filter(EnvFilter::new("info,listwarden=debug")))
        }
    };
    tracing_subscriber::registry()
        .with(human.with_filter(filter))
        .with(machine)
        .init();
    Ok(())
}
