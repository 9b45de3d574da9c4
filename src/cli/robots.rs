//! `robots`: may an address be asked for, and which line of robots.txt says so.

use std::path::PathBuf;

use serde::Serialize;
use url::{Position, Url};

use super::{Context, Exit, Failure};
use crate::{
    fetch::{Error, FetchConfig, Robots},
    text::harmless,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The address in question
    url: Url,
    /// A saved robots.txt to read instead of asking the site (politely)
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Decide for this crawler instead of the one configured
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
}

/// What robots.txt says of one address.
#[derive(Debug, Serialize)]
struct Answer {
    allowed: bool,
    /// Number of the line that decides, from 1; none where none speaks of the address.
    line: Option<usize>,
    /// That line.
    rule: Option<String>,
    agent: String,
    /// In seconds.
    crawl_delay: Option<f64>,
    /// Why the file could not be had: then nothing is allowed.
    unreachable: Option<String>,
}

pub(super) fn run(args: Args, context: &Context) -> Result<Exit, Failure> {
    if !matches!(args.url.scheme(), "http" | "https") {
        return Err(Failure::Message(format!(
            "{} has no robots.txt: give an address that begins with http:// or https://",
            args.url
        )));
    }
    let agent = match &args.agent {
        Some(agent) => agent.clone(),
        None => configured(context)?,
    };
    let robots = match &args.file {
        Some(path) => {
            let bytes = std::fs::read(path)
                .map_err(|e| Failure::Message(format!("could not read {}: {e}", path.display())))?;
            Ok(Robots::parse(&String::from_utf8_lossy(&bytes)))
        }
        None => asked(&args.url, context)?,
    };
    let answer = match robots {
        Ok(robots) => decided(&robots, &args.url, agent),
        Err(why) => out_of_reach(why, agent),
    };
    if context.printer.json {
        context.printer.document(&answer)?;
    } else {
        let sentence = sentence(&answer, &args.url);
        context.printer.line(&harmless::line(&sentence))?;
    }
    Ok(if answer.allowed { Exit::Done } else { Exit::No })
}

fn configured(context: &Context) -> Result<String, Failure> {
    Ok(if context.nowhere() {
        FetchConfig::default().user_agent
    } else {
        context.workspace()?.config.crawl.user_agent
    })
}

/// The robots.txt of the site, or why it could not be had.
fn asked(url: &Url, context: &Context) -> Result<Result<Robots, String>, Failure> {
    let client = context.client()?;
    match super::runtime()?.block_on(client.robots(url)) {
        Ok(robots) => Ok(Ok(robots.as_ref().clone())),
        Err(error @ Error::Later { .. }) => Ok(Err(error.to_string())),
        Err(error) => Err(Failure::new(error)),
    }
}

fn decided(robots: &Robots, url: &Url, agent: String) -> Answer {
    let path = &url[Position::BeforePath..Position::AfterQuery];
    let decision = robots.allowed(&agent, path);
    let (line, rule) = decision.line.unzip();
    Answer {
        allowed: decision.allowed,
        line,
        rule,
        crawl_delay: robots.crawl_delay(&agent).map(|delay| delay.as_secs_f64()),
        agent,
        unreachable: None,
    }
}

/// RFC 9309, 2.3.1.4: where robots.txt cannot be had, everything is forbidden.
fn out_of_reach(why: String, agent: String) -> Answer {
    Answer {
        allowed: false,
        line: None,
        rule: None,
        agent,
        crawl_delay: None,
        unreachable: Some(why),
    }
}

fn sentence(answer: &Answer, url: &Url) -> String {
    let agent = &answer.agent;
    let may = if answer.allowed { "may" } else { "may not" };
    let by = match (&answer.unreachable, answer.line, &answer.rule) {
        (Some(why), ..) => format!("its robots.txt could not be had: {why}"),
        (None, Some(line), Some(rule)) => format!("line {line}: {rule}"),
        _ => "no line of robots.txt speaks of it".to_owned(),
    };
    let delay = answer
        .crawl_delay
        .map(|seconds| format!("; not sooner than {seconds} s after the request before"));
    format!(
        "{agent} {may} ask for {url}: {by}{}",
        delay.unwrap_or_default()
    )
}
