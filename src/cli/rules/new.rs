//! `rules new`: plain questions, or the same as options, become a rule that passes.

use std::{
    fs,
    io::{self, IsTerminal, Write},
    path::Path,
    sync::Arc,
};

use serde_json::json;

use super::{
    interview::{Choice, Interview, Question, several, words},
    questions::{
        BASIS, BELOW, CERTIFICATE, CHECK, CLASS, ID, KIND, LIST, MISSING, SEVERITY, TITLE,
        TITLE_ZH, WORDS,
    },
};
use crate::{
    cli::{Context, Exit, Failure},
    model::Severity,
    reference::Reference,
    rules::draft::{Check, Draft},
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
    let reference = Arc::new(reference);
    let say = |line: &str| context.printer.warn(line);
    let typed = io::stdin().is_terminal();
    let prompt = || {
        if typed {
            context.printer.prompt("> ");
        }
    };
    let mut interview = Interview {
        answers: &mut io::stdin().lock(),
        say: &say,
        prompt: &prompt,
    };
    let draft = draft(args, workspace, &reference, &mut interview)?;
    let text = draft.write(&reference).map_err(Failure::new)?;
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

/// What is given as options, and answers to the rest. After each of them there is a whole rule, tried at once, so that
/// nobody learns at the end what was wrong at the beginning.
fn draft(
    args: &Args,
    workspace: &Workspace,
    reference: &Arc<Reference>,
    interview: &mut Interview<'_>,
) -> Result<Draft, Failure> {
    let tried = |draft: Draft| match draft.write(reference) {
        Ok(_) => Ok(draft),
        Err(unfit) => Err(format!("{unfit} · 请重新填写")),
    };
    let draft = Draft {
        id: "new/rule".to_owned(),
        title: "A new rule".to_owned(),
        title_zh: "新规则".to_owned(),
        kind: "safety".to_owned(),
        severity: Severity::Low,
        basis: args.basis.clone(),
        classes: Vec::new(),
        check: Check::Free,
    };
    let with = |draft: &Draft, change: &dyn Fn(&mut Draft)| {
        let mut draft = draft.clone();
        change(&mut draft);
        tried(draft)
    };
    let draft = interview.given_or_asked(args.id.as_deref(), ID, |answer| {
        if path(workspace, answer).exists() {
            return Err(format!(
                "there is a rule '{answer}' already; give another name · 规则已存在"
            ));
        }
        with(&draft, &|draft| draft.id = answer.to_owned())
    })?;
    let draft = interview.given_or_asked(args.title.as_deref(), TITLE, |answer| {
        let title = words(answer)?;
        with(&draft, &|draft| draft.title.clone_from(&title))
    })?;
    let draft = interview.given_or_asked(args.title_zh.as_deref(), TITLE_ZH, |answer| {
        let title = words(answer)?;
        with(&draft, &|draft| draft.title_zh.clone_from(&title))
    })?;
    let draft = interview.given_or_asked(args.kind.as_deref(), KIND, |answer| {
        let kind = KIND.one(answer)?;
        with(&draft, &|draft| draft.kind.clone_from(&kind))
    })?;
    let draft = interview.given_or_asked(args.severity.as_deref(), SEVERITY, |answer| {
        let severity: Result<Severity, _> = SEVERITY.one(answer)?.parse();
        let severity = severity.map_err(|unknown| format!("{unknown}"))?;
        with(&draft, &|draft| draft.severity = severity)
    })?;
    // Whoever names the check on the command line has said which goods are meant, and what the rule rests on.
    let unasked = args.check.given().then_some("");
    let draft = match args.basis.is_empty() {
        false => draft,
        true => interview.given_or_asked(unasked, BASIS, |answer| {
            with(&draft, &|draft| draft.basis = several(answer))
        })?,
    };
    let class = args.class.as_deref().or(unasked);
    let draft = interview.given_or_asked(class, CLASS, |answer| {
        with(&draft, &|draft| draft.classes = several(answer))
    })?;
    check(args, reference, interview, &|check| {
        with(&draft, &|draft| draft.check = check.clone())
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

    /// Its word in the question.
    fn word(&self) -> Option<&'static str> {
        let texts = [
            (&self.list, "list"),
            (&self.words, "words"),
            (&self.below, "below"),
            (&self.missing, "missing"),
            (&self.certificate, "certificate"),
        ];
        let given = texts.iter().find(|(text, _)| text.is_some());
        given.map(|(_, word)| *word).or(self.free.then_some("free"))
    }
}

fn check(
    args: &Args,
    reference: &Reference,
    interview: &mut Interview<'_>,
    with: &dyn Fn(Check) -> Result<Draft, String>,
) -> Result<Draft, Failure> {
    let given = &args.check;
    let word = interview.given_or_asked(given.word(), CHECK, |answer| CHECK.one(answer))?;
    match word.as_str() {
        "list" => {
            let lists = reference.term_lists();
            let lists = lists.map(|list| Choice {
                word: &list.name,
                english: &list.en,
                chinese: &list.zh,
            });
            let choices: Vec<_> = lists.collect();
            let question = Question {
                choices: &choices,
                ..LIST
            };
            interview.given_or_asked(given.list.as_deref(), question, |answer| {
                with(Check::Listed(question.one(answer)?))
            })
        }
        "words" => interview.given_or_asked(given.words.as_deref(), WORDS, |answer| {
            with(Check::Words(several(answer)))
        }),
        "below" => interview.given_or_asked(given.below.as_deref(), BELOW, |answer| {
            let price: Result<f64, _> = answer.parse();
            let price = price.map_err(|_| "a number such as 15 would be right · 请填写数字")?;
            with(Check::Below(price, args.currency.clone()))
        }),
        "missing" => interview.given_or_asked(given.missing.as_deref(), MISSING, |answer| {
            with(Check::Missing(several(answer)))
        }),
        "certificate" => {
            interview.given_or_asked(given.certificate.as_deref(), CERTIFICATE, |answer| {
                with(Check::Certificate(CERTIFICATE.one(answer)?))
            })
        }
        _ => with(Check::Free).map_err(Failure::Message),
    }
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
