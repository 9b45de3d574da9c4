//! A directory with config.toml, rules and data: opens what is in it and joins the stages into jobs.

mod backtest;
mod client;
mod differ;
mod experience;
mod handout;
mod job;
mod profile;
mod reread;
mod starter;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::Value;

pub use backtest::{BacktestJob, Backtested, backtest};
pub use client::client;
pub use differ::{DiffJob, Differed, diff};
pub use experience::remarks;
pub use handout::export;
pub use job::{CrawlJob, Crawled, crawl, scan};
pub use profile::{Profiled, profile};
pub use reread::{ReextractJob, Reextracted, reextract};
pub use starter::{Created, create};

use crate::{
    archive::{self, Archive},
    config::{self, Config},
    crawl,
    desk::{self, Ask, Desk},
    export as export_room, fetch, judge,
    judge::{Judge, Loaded},
    platform::{self, Platform},
    rules::RuleSource,
    store::{self, Opened, Store},
};

/// Why a job could not be done.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum Error {
    #[error(transparent)]
    Config(#[from] config::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Archive(#[from] archive::Error),
    #[error(transparent)]
    Judge(#[from] judge::Error),
    #[error(transparent)]
    Crawl(#[from] crawl::Error),
    #[error(transparent)]
    Fetch(#[from] fetch::Error),
    #[error(transparent)]
    Desk(#[from] desk::Error),
    #[error(transparent)]
    Export(#[from] export_room::Error),
    #[error("{0}")]
    Platform(#[from] platform::Fault),
    #[error("could not write {}: {source}", path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{0}")]
    Order(String),
}

/// A workspace whose configuration was read.
#[derive(Debug)]
pub struct Workspace {
    /// The directory.
    pub root: PathBuf,
    /// What is set.
    pub config: Config,
}

impl Workspace {
    /// Reads the configuration of the workspace at `root`, from `config` where it lies elsewhere.
    pub fn open(root: &Path, config: Option<&Path>) -> Result<Self, Error> {
        let path = config.map_or_else(|| root.join("config.toml"), Path::to_owned);
        Ok(Self {
            root: root.to_owned(),
            config: Config::load(&path)?,
        })
    }

    /// What the program makes.
    pub fn data(&self) -> PathBuf {
        self.root.join(&self.config.store.path)
    }

    /// Rules and reference data.
    pub fn rules(&self) -> PathBuf {
        self.root.join("rules")
    }

    /// Where the WARC files are.
    pub fn archive(&self) -> PathBuf {
        self.data().join("archive")
    }

    /// Where every request is written down before it leaves.
    pub fn conduct(&self) -> PathBuf {
        self.data().join("conduct")
    }

    /// Opens the store; fails where another process owns it.
    pub fn store(&self) -> Result<(Arc<Store>, Opened), Error> {
        let (store, opened) = Store::open(&self.data())?;
        Ok((Arc::new(store), opened))
    }

    /// Rules and reference data, with what is wrong with them.
    pub fn judge(&self, globs: &[String]) -> Result<Loaded, Error> {
        self.judge_with(Vec::new(), globs)
    }

    /// The same with candidates beside the rules, each in the place of the one that has its id.
    fn judge_with(&self, candidates: Vec<RuleSource>, globs: &[String]) -> Result<Loaded, Error> {
        let mut loaded = Judge::load_with(&self.rules(), candidates, globs)?;
        loaded.judge.set_campaigns(self.about());
        loaded.judge.set_floor(self.config.rules.floor);
        Ok(loaded)
    }

    /// Which rules each campaign is about, by glob.
    fn about(&self) -> BTreeMap<String, Vec<String>> {
        let campaigns = self.config.campaign.iter();
        campaigns
            .map(|campaign| (campaign.id.clone(), campaign.rules.clone()))
            .collect()
    }

    /// Every platform, by id.
    pub fn platforms(&self) -> Result<BTreeMap<String, Platform>, Error> {
        let mut platforms = BTreeMap::new();
        for config in &self.config.platform {
            let platform = Platform::new(config).map_err(|faults| first(faults, &config.id))?;
            platforms.insert(config.id.clone(), platform);
        }
        Ok(platforms)
    }

    fn archive_writer(&self) -> Result<Archive, Error> {
        Ok(Archive::open(
            &self.archive(),
            self.config.store.archive_file.0,
        )?)
    }

    /// Asks the store: our own where nobody else has it open, else the process that does.
    pub fn ask(
        &self,
        question: Ask,
        row: &mut dyn FnMut(Value) -> Result<(), desk::Error>,
    ) -> Result<(), Error> {
        match Store::open(&self.data()) {
            Ok((store, opened)) => {
                let store = Arc::new(store);
                let desk = match question {
                    Ask::Status { .. } => job::quiet_desk(self, &store, &opened)?,
                    _ => Desk::new(Arc::clone(&store), self.data()),
                };
                desk.answer(question, row)?;
                drop(desk);
                close(store)
            }
            Err(busy) if busy.is_busy() => match desk::ask(&self.data(), &question, row) {
                // A scan or a rebuild has the store and answers nobody.
                Err(desk::Error::Owner { .. }) => Err(busy.into()),
                asked => Ok(asked?),
            },
            Err(error) => Err(error.into()),
        }
    }
}

/// Closes the store where nobody else holds it, so that the next process finds it clean.
fn close(store: Arc<Store>) -> Result<(), Error> {
    match Arc::into_inner(store) {
        Some(store) => Ok(store.close()?),
        None => Ok(()),
    }
}

/// A configuration that was loaded has no such faults; one made by hand may.
fn first(faults: Vec<platform::Fault>, platform: &str) -> platform::Fault {
    faults
        .into_iter()
        .next()
        .unwrap_or_else(|| platform::Fault {
            platform: platform.to_owned(),
            key: "id".to_owned(),
            message: "it could not be read".to_owned(),
            help: None,
            part: platform::Part::Value,
        })
}
