//! The listing that a rule is to look at, and what the rule may know beside it.

use std::path::Path;

use crate::{
    cli::{Context, Failure, extract, flags},
    desk::Ask,
    judge::Judge,
    model::{Facts, Flag, Listing},
    rules::Prepared,
    store::Store,
    workspace::{self, Workspace},
};

/// How a saved page is read.
#[derive(Debug, clap::Args)]
pub(super) struct Page {
    /// Where a saved page came from: links and prices are read against it
    #[arg(long, value_name = "URL")]
    url: Option<url::Url>,
    /// Read a saved page as this platform of config.toml would
    #[arg(long, value_name = "P")]
    platform: Option<String>,
}

/// A listing, and the version before it.
#[derive(Debug)]
pub(super) struct Subject {
    listing: Listing,
    past: Option<Listing>,
}

impl Subject {
    /// A listing from a file (a listing as JSON, or a saved page), or from the store with the version before it.
    pub(super) fn find(
        workspace: &Workspace,
        given: &str,
        page: &Page,
        context: &Context,
    ) -> Result<Self, Failure> {
        if given != "-" && !Path::new(given).is_file() {
            return Self::stored(workspace, given, None, context);
        }
        let saved = extract::saved(given, page.url.as_ref())?;
        let text = saved.body.trim_ascii_start();
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
        let listing = if text.starts_with(b"{") {
            serde_json::from_slice(text).map_err(|e| {
                Failure::Message(format!(
                    "{given}: {e}; a listing as `listings show --json` prints it would be right"
                ))
            })?
        } else {
            let platform = extract::platform(page.platform.as_deref(), &saved.url, context)?;
            platform.explain(&saved).listing
        };
        Ok(Self {
            listing,
            past: None,
        })
    }

    /// The version that a flag is about, with the one before it.
    pub(super) fn of_flag(
        workspace: &Workspace,
        flag: &Flag,
        context: &Context,
    ) -> Result<Self, Failure> {
        let version = Some(flag.listing_version);
        Self::stored(workspace, flag.listing.as_str(), version, context)
    }

    /// A version of a stored listing, the latest where none is named.
    fn stored(
        workspace: &Workspace,
        id: &str,
        version: Option<u64>,
        context: &Context,
    ) -> Result<Self, Failure> {
        let mut versions: Vec<(Listing, bool)> = Vec::new();
        let ask = Ask::History { id: id.to_owned() };
        context.ask(workspace, ask, &mut |value| {
            // Between the versions stand the turns of its status.
            if !value["version"].is_null() {
                let reread = !value["reread"].is_null();
                versions.push((serde_json::from_value(value).map_err(Failure::new)?, reread));
            }
            Ok(())
        })?;
        let named = |(listing, _): &(Listing, bool)| Some(listing.version) == version;
        if let Some(at) = versions.iter().position(named) {
            versions.truncate(at + 1);
        }
        let latest = versions.last().map(|(latest, _)| latest.clone());
        let listing =
            latest.ok_or_else(|| Failure::Message(format!("there is no listing '{id}'")))?;
        // As the store has it: reading the same page otherwise is no change of it.
        let mut older = versions.into_iter().rev();
        let _visited = older.find(|(_, reread)| !reread);
        let past = older.next().map(|(past, _)| past);
        Ok(Self { listing, past })
    }

    /// The listing made ready for the rules, with what they may know beside it.
    pub(super) fn prepared(self, judge: &Judge) -> (Prepared, Facts) {
        let mut listing = self.listing;
        judge.classify(&mut listing);
        let facts = judge.facts(&listing, self.past.as_ref());
        (judge.rules().prepare(listing), facts)
    }
}

/// A flag that is stored.
pub(super) fn flag(workspace: &Workspace, id: &str, context: &Context) -> Result<Flag, Failure> {
    let mut found = None;
    let ask = Ask::Flag { id: id.to_owned() };
    context.ask(workspace, ask, &mut |value| {
        found = Some(flags::parts(value)?.0);
        Ok(())
    })?;
    found.ok_or_else(|| Failure::Message(format!("there is no flag '{id}'")))
}

/// Freezes what the store as a whole says into the judge.
pub(super) fn freeze(
    judge: &mut Judge,
    workspace: &Workspace,
    context: &Context,
) -> Result<(), Failure> {
    match Store::open(&workspace.data()) {
        Ok((store, _)) => Ok(judge
            .freeze(&store)
            .and_then(|()| Ok(store.close()?))
            .map_err(workspace::Error::from)?),
        Err(error) if error.is_busy() => {
            context.printer.say("remark: a crawl is under way, so what the store as a whole says is usual is not known here");
            Ok(())
        }
        Err(error) => Err(workspace::Error::from(error).into()),
    }
}
