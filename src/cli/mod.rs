//! Commands: words in, calls to the library, text and an exit code out. One file a command.

mod check;
mod conduct;
mod counted;
mod crawl;
mod demo;
mod exit;
mod export;
mod extract;
mod filters;
mod flags;
mod init;
mod listings;
mod log;
mod printer;
mod progress;
mod rates;
mod rebuild;
mod reextract;
mod reference;
mod review;
mod robots;
mod rules;
mod scan;
mod standing;
mod status;
mod verify;

use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, atomic::AtomicBool},
};

use clap::{CommandFactory, Parser, Subcommand};
use exit::{Exit, Failure};
use printer::Printer;
use serde_json::Value;

use crate::{
    desk::{self, Ask},
    fetch::{Client, FetchConfig},
    workspace::{self, Workspace},
};

/// Market surveillance of online listings: collect politely, keep the evidence, flag with rules anyone can edit.
#[derive(Debug, Parser)]
#[command(name = "listwarden", version, about, max_term_width = 100)]
struct Cli {
    /// The workspace: a directory with config.toml, rules and data
    #[arg(long, global = true, default_value = ".", value_name = "DIR")]
    workspace: PathBuf,
    /// The configuration, where it does not lie in the workspace
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Machine output on stdout: one JSON document, or one a line
    #[arg(long, global = true)]
    json: bool,
    /// Only the answer: no progress, no remarks
    #[arg(short, long, global = true)]
    quiet: bool,
    /// More of the log on stderr; twice for all of it
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Write the log as JSON Lines to this file
    #[arg(long, global = true, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Colours: auto, always, never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: clap::ColorChoice,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The whole job on a bundled market: crawl, flag, export
    Demo(demo::Args),
    /// Make a new workspace
    Init(init::Args),
    /// Config, rules, reference data, store: everything that is wrong, before anything runs
    Check(check::Args),
    /// Collect listings politely, and judge them as they arrive
    Crawl(crawl::Args),
    /// Show the listing that a page gives, and where each value came from
    Extract(extract::Args),
    /// Read archived pages again, offline, after a profile or the program changed
    Reextract(reextract::Args),
    /// May this address be asked for? What its robots.txt says, and by which line
    Robots(robots::Args),
    /// Judge what is stored, offline
    Scan(scan::Args),
    /// Look at what was collected
    Listings(listings::Args),
    /// The queue of flags, worst first
    Flags(flags::Args),
    /// Decide about flags
    Review(review::Args),
    /// Tables out
    Export(export::Args),
    /// The rule author's bench
    Rules(rules::Args),
    /// Recalls, certificates, brands, terms
    Reference(reference::Args),
    /// How things stand: queue, hosts, flags, disk
    Status(status::Args),
    /// Prove from the conduct log that limits, robots.txt and quiet hours were kept
    Conduct(conduct::Args),
    /// Check the journal's chain and the archive's digests
    Verify(verify::Args),
    /// Make the index anew from the journal
    Rebuild(rebuild::Args),
}

/// What every command gets beside its own arguments.
#[derive(Debug)]
struct Context {
    root: PathBuf,
    config: Option<PathBuf>,
    printer: Printer,
}

impl Context {
    fn workspace(&self) -> Result<Workspace, Failure> {
        Ok(Workspace::open(&self.root, self.config.as_deref())?)
    }

    /// The polite client: the workspace's, or one with usual limits where there is no workspace.
    fn client(&self) -> Result<Client, Failure> {
        if self.nowhere() {
            return Client::new(&FetchConfig::default(), BTreeMap::new()).map_err(Failure::new);
        }
        Ok(workspace::client(&self.workspace()?)?)
    }

    /// No workspace is here, and none was named.
    fn nowhere(&self) -> bool {
        self.config.is_none() && !self.root.join("config.toml").exists()
    }

    /// Asks the store, or the process that owns it. What went wrong while showing a row is told first.
    fn ask(
        &self,
        workspace: &Workspace,
        question: Ask,
        show: &mut dyn FnMut(Value) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut failed = None;
        let asked = workspace.ask(question, &mut |value| {
            show(value).map_err(|failure| {
                failed = Some(failure);
                desk::Error::HungUp
            })
        });
        match failed {
            Some(failure) => Err(failure),
            None => Ok(asked?),
        }
    }
}

/// Runs one command line.
pub fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers; the rest is bad usage, exit 2.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let printer = Printer {
        json: cli.json,
        quiet: cli.quiet,
    };
    let outcome =
        log::start(cli.verbose, cli.quiet, cli.log.as_deref(), cli.color).and_then(|()| {
            let context = Context {
                root: cli.workspace,
                config: cli.config,
                printer,
            };
            dispatch(cli.command, &context)
        });
    match outcome {
        Ok(exit) => exit.into(),
        Err(Failure::HungUp) => ExitCode::from(0),
        Err(Failure::Message(message)) => {
            printer.warn(&format!("listwarden: {message}"));
            ExitCode::from(2)
        }
    }
}

fn dispatch(command: Command, context: &Context) -> Result<Exit, Failure> {
    match command {
        Command::Demo(args) => demo::run(args, context),
        Command::Init(args) => init::run(args, context),
        Command::Check(args) => check::run(args, context),
        Command::Crawl(args) => crawl::run(args, context),
        Command::Extract(args) => extract::run(args, context),
        Command::Reextract(args) => reextract::run(args, context),
        Command::Robots(args) => robots::run(args, context),
        Command::Scan(args) => scan::run(args, context),
        Command::Listings(args) => listings::run(args, context),
        Command::Flags(args) => flags::run(args, context),
        Command::Review(args) => review::run(args, context),
        Command::Export(args) => export::run(args, context),
        Command::Rules(args) => rules::run(args, context),
        Command::Reference(args) => reference::run(args, context),
        Command::Status(args) => status::run(args, context),
        Command::Conduct(args) => conduct::run(args, context),
        Command::Verify(args) => verify::run(args, context),
        Command::Rebuild(args) => rebuild::run(args, context),
    }
}

/// For a command that asks for one page.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::new)
}

/// Set by Ctrl-C: stages stop after what is under way. A second Ctrl-C ends the process at once, which loses nothing
/// that was acknowledged.
fn stop_on_ctrl_c() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
        else {
            return;
        };
        runtime.block_on(async {
            if tokio::signal::ctrl_c().await.is_ok() {
                flag.store(true, std::sync::atomic::Ordering::Relaxed);
            }
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(130);
            }
        });
    });
    stop
}

/// The command line as clap sees it, for documents that list the commands.
pub fn command() -> clap::Command {
    Cli::command()
}
