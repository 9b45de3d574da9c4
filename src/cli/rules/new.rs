//! `rules new`: plain questions, or the same as options, become a rule that passes.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use serde_json::json;

use super::{
    interview::{Interview, one_of, several, words},
    questions::{
        BELOW, CERTIFICATE, CHECK, CLASS, ID, KIND, LIST, MISSING, SEVERITY, TITLE, TITLE_ZH, WORDS,
    },
};
use crate::{
    cli::{Context, Exit, Failure},
    model::Severity,
    reference::Reference,
    rules::draft::{self, Check, Draft},
    text::harmless,
    workspace::Workspace,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The rule's id, such as my-pack/cheap-kettle; what is not given is asked for
    #[arg(value_name = "PACK/NAME")]
    id: Option<String>,
    /// What it finds, in English
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// What it finds, in Chinese
    #[arg(long, value_name = "TEXT")]
    title_zh: Option<String>,
    /// counterfeit, certification, recall, disclosure, prohibited, relisting, safety or seller
    #[arg(long)]
    kind: Option<String>,
    /// low, medium, high or critical
    #[arg(long)]
    severity: Option<String>,
    /// An article of law or a standard; may be given several times
    #[arg(long, value_name = "ARTICLE")]
    basis: Vec<String>,
    /// Only goods of these classes, such as 'children/*' or @ccc
    #[arg(long, value_name = "CLASS,…")]
    class: Option<String>,
    #[command(flatten)]
    check: CheckArgs,
    /// The currency of --below
    #[arg(long, value_name = "CODE", default_value = "CNY")]
    currency: String,
}

/// What is checked: one of these.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct CheckArgs {
    /// Goods whose page says a word of this term list
    #[arg(long, value_name = "NAME")]
    list: Option<String>,
    /// Goods whose page says one of these words
    #[arg(long, value_name = "WORD,…")]
    words: Option<String>,
    /// Goods for less than this price
    #[arg(long, value_name = "PRICE")]
    below: Option<String>,
    /// Goods whose page leaves a row of one of these names empty
    #[arg(long, value_name = "ROW,…")]
    missing: Option<String>,
    /// Goods without a good number of this scheme: ccc, sc, uscc or kc
    #[arg(long, value_name = "SCHEME")]
    certificate: Option<String>,
    /// A first script to write on
    #[arg(long)]
    free: bool,
}

pub(super) fn new(args: &Args, workspace: &Workspace, context: &Context) -> Result<Exit, Failure> {
    let (reference, _) = Reference::load(&workspace.rules().join("reference"));
    let say = |line: &str| context.printer.warn(line);
    let mut interview = Interview {
        answers: &mut io::stdin().lock(),
        say: &say,
    };
    let draft = draft(args, workspace, &mut interview)?;
    let text = draft.write(&reference.into()).map_err(Failure::new)?;
    let path = path(workspace, &draft.id);
    let pack = write(&path, &text, &draft, workspace)?;
    if context.printer.json {
        context
            .printer
            .document(&json!({ "rule": draft.id, "path": path, "pack": pack, "text": text }))?;
        return Ok(Exit::Done);
    }
    for path in std::iter::once(&path).chain(&pack) {
        context
            .printer
            .line(&format!("written: {}", path.display()))?;
    }
    let id = &draft.id;
    for (what, command) in [
        (
            "edit it, and see its tests run",
            format!("rules test '{id}' --watch"),
        ),
        ("what is wrong with it", "rules check --strict".to_owned()),
        ("judge what is stored by it", format!("scan --rules '{id}'")),
    ] {
        context
            .printer
            .say(&format!("  listwarden {command:<40} {what}"));
    }
    Ok(Exit::Done)
}

/// What is given as options, and answers to the rest.
fn draft(
    args: &Args,
    workspace: &Workspace,
    interview: &mut Interview<'_>,
) -> Result<Draft, Failure> {
    let free = |id: &str| match path(workspace, id).exists() {
        true => Err(format!(
            "there is a rule '{id}' already; give another name · 规则已存在"
        )),
        false => words(id),
    };
    let severities: Vec<&str> = Severity::ALL.iter().map(|one| one.as_str()).collect();
    let severity = |answer: &str| -> Result<Severity, String> {
        let word = one_of(answer, &severities)?;
        word.parse().map_err(|unknown| format!("{unknown}"))
    };
    // Whoever names the check on the command line has said which goods are meant.
    let class = args.class.as_deref().or(args.check.given().then_some(""));
    Ok(Draft {
        id: interview.given_or_asked(args.id.as_deref(), ID, free)?,
        title: interview.given_or_asked(args.title.as_deref(), TITLE, words)?,
        title_zh: interview.given_or_asked(args.title_zh.as_deref(), TITLE_ZH, words)?,
        kind: interview.given_or_asked(args.kind.as_deref(), KIND, |answer| {
            one_of(answer, draft::kinds())
        })?,
        severity: interview.given_or_asked(args.severity.as_deref(), SEVERITY, severity)?,
        basis: args.basis.clone(),
        classes: interview.given_or_asked(class, CLASS, |answer| Ok(several(answer)))?,
        check: check(args, interview)?,
    })
}

impl CheckArgs {
    fn given(&self) -> bool {
        let texts = [
            &self.list,
            &self.words,
            &self.below,
            &self.missing,
            &self.certificate,
        ];
        self.free || texts.iter().any(|text| text.is_some())
    }

    /// Its number in the question.
    fn number(&self) -> Option<&'static str> {
        let texts = [
            (&self.list, "1"),
            (&self.words, "2"),
            (&self.below, "3"),
            (&self.missing, "4"),
            (&self.certificate, "5"),
        ];
        let given = texts.iter().find(|(text, _)| text.is_some());
        given
            .map(|(_, number)| *number)
            .or(self.free.then_some("6"))
    }
}

fn check(args: &Args, interview: &mut Interview<'_>) -> Result<Check, Failure> {
    let given = &args.check;
    let numbers = ["1", "2", "3", "4", "5", "6"];
    let number =
        interview.given_or_asked(given.number(), CHECK, |answer| one_of(answer, &numbers))?;
    let list = |answer: &str| Ok(several(answer));
    Ok(match number.as_str() {
        "1" => Check::Listed(interview.given_or_asked(given.list.as_deref(), LIST, words)?),
        "2" => Check::Words(interview.given_or_asked(given.words.as_deref(), WORDS, list)?),
        "3" => {
            let price = |answer: &str| {
                let price: Result<f64, _> = answer.parse();
                price.map_err(|_| "a number such as 15 would be right · 请填写数字".to_owned())
            };
            let price = interview.given_or_asked(given.below.as_deref(), BELOW, price)?;
            Check::Below(price, args.currency.clone())
        }
        "4" => Check::Missing(interview.given_or_asked(given.missing.as_deref(), MISSING, list)?),
        "5" => {
            let scheme = |answer: &str| one_of(answer, &draft::SCHEMES);
            Check::Certificate(interview.given_or_asked(
                given.certificate.as_deref(),
                CERTIFICATE,
                scheme,
            )?)
        }
        _ => Check::Free,
    })
}

fn path(workspace: &Workspace, id: &str) -> std::path::PathBuf {
    workspace.rules().join(format!("{id}.rhai"))
}

/// Writes the rule, and what its pack is where the pack is new; never over a file.
fn write(
    path: &Path,
    text: &str,
    draft: &Draft,
    workspace: &Workspace,
) -> Result<Option<std::path::PathBuf>, Failure> {
    let failed = |path: &Path, e: io::Error| {
        Failure::Message(format!("could not write {}: {e}", path.display()))
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|e| failed(folder, e))?;
    }
    place(path, text).map_err(|e| failed(path, e))?;
    let pack = draft.id.split('/').next().unwrap_or_default();
    let about = workspace.rules().join(pack).join("pack.toml");
    if about.exists() {
        return Ok(None);
    }
    place(&about, &pack_file(pack)).map_err(|e| failed(&about, e))?;
    Ok(Some(about))
}

fn place(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn pack_file(pack: &str) -> String {
    let keeper = std::env::var("USER").ok().filter(|user| !user.is_empty());
    let keeper =
        toml::Value::from(harmless::line(&keeper.unwrap_or_else(|| pack.to_owned())).as_ref());
    format!(
        "# What this folder of rules is; read by people and by `listwarden rules docs`.\ntitle = \"{pack}\"\ntitle_zh = \"{pack}\"\nkeeper = {keeper}\nversion = \"0.1.0\"\n"
    )
}
