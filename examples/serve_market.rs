//! Serves the bundled market until Ctrl-C, and prints the config.toml entries that watch it:
//! `cargo run --example serve_market -- [--listings N] [--ports A,B,C] [--no-429] [--delay-ms D] [--gzip | --plain] [--log FILE]`.

use std::{error::Error, fs, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use clap::Parser;
use listwarden::demo::market::Market;

#[derive(Parser)]
struct Options {
    /// About how many listings on each platform; without it, the market as it is bundled
    #[arg(long, value_name = "N")]
    listings: Option<usize>,
    /// Ports of harbour, taoyuan and laojie; 0 for any free one
    #[arg(long, value_name = "A,B,C", value_parser = ports, default_value = "0,0,0")]
    ports: [u16; 3],
    /// Never answer 429
    #[arg(long = "no-429")]
    never_busy: bool,
    /// Wait so many milliseconds before each answer
    #[arg(long, value_name = "D", default_value_t = 0)]
    delay_ms: u64,
    /// Gzip every page
    #[arg(long, conflicts_with = "plain")]
    gzip: bool,
    /// Gzip no page
    #[arg(long)]
    plain: bool,
    /// When it ends, write every request as JSON Lines to this file
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
}

fn ports(text: &str) -> Result<[u16; 3], String> {
    let ports: Vec<_> = text
        .split(',')
        .map(|port| port.trim().parse())
        .collect::<Result<_, _>>()
        .map_err(|e| format!("{e}"))?;
    ports
        .try_into()
        .map_err(|_| "write three ports, such as 8001,8002,8003".to_owned())
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing_subscriber::fmt()
                .with_writer(std::io::stderr)
                .init();
            tracing::error!("{error}");
            ExitCode::from(2)
        }
    }
}

#[allow(clippy::print_stdout, reason = "its output is what the example is for")]
async fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let market = options
        .listings
        .map_or_else(Market::bundled, Market::scaled)?;
    let market = market.with_delay(Duration::from_millis(options.delay_ms));
    let market = if options.never_busy {
        market.never_busy()
    } else {
        market
    };
    let market = if options.gzip || options.plain {
        market.with_gzip(options.gzip)
    } else {
        market
    };
    let market = Arc::new(market);
    let serving = market.clone().serve(options.ports).await?;
    println!("{}", market.platforms_toml(&serving.addrs));
    tokio::signal::ctrl_c().await?;
    if let Some(path) = &options.log {
        let lines = market.log();
        let lines = lines.iter().map(serde_json::to_string);
        fs::write(path, lines.collect::<Result<Vec<_>, _>>()?.join("\n"))?;
    }
    Ok(())
}
