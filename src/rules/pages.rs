//! A page per rule and an index per pack, in Markdown, for people who do not read scripts.

use std::collections::BTreeMap;

use rhai::{ASTNode, Expr, Stmt};

use super::{
    RuleSet,
    coverage::place,
    gate::Gate,
    literal::Literal,
    markdown::{head, inline, paragraphs, row},
    prepared::spoken,
    rule::Rule,
};
use crate::model::Listing;

/// A page, and where it belongs below the folder of all pages.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain names")]
pub struct Page {
    pub path: String,
    pub text: String,
}

/// What a pack says of itself in `pack.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain names")]
pub struct PackNote {
    pub title: String,
    pub title_zh: String,
    pub about: String,
    pub keeper: String,
    pub version: String,
}

/// An answer that a rule can give: its place, and the sentences as written.
struct Sentence {
    line: usize,
    outcome: String,
    texts: Vec<String>,
}

impl RuleSet {
    /// Pages of all rules, an index of each pack and one of all packs; `packs` by the first part of the ids.
    pub fn pages(&self, packs: &BTreeMap<String, PackNote>) -> Vec<Page> {
        let mut by_pack: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
        for rule in &self.rules {
            let (pack, _) = rule.source.id.split_once('/').unwrap_or(("", ""));
            by_pack.entry(pack).or_default().push(rule);
        }
        let nothing = PackNote::default();
        let note = |pack: &str| packs.get(pack).unwrap_or(&nothing);
        let indexes = by_pack.iter().filter(|(pack, _)| !pack.is_empty());
        let mut pages: Vec<Page> = indexes
            .map(|(pack, rules)| Page {
                path: format!("{pack}/index.md"),
                text: index(pack, note(pack), rules),
            })
            .collect();
        pages.extend(self.rules.iter().map(|rule| self.page(rule)));
        pages.push(Page {
            path: "index.md".to_owned(),
            text: whole(&by_pack, note),
        });
        pages
    }

    fn page(&self, rule: &Rule) -> Page {
        let meta = &rule.meta;
        let mut text = format!(
            "# {}\n\n{}\n\n",
            inline(&meta.title),
            inline(&meta.title_zh)
        );
        text += &format!(
            "Rule {}, about {}, severity {}.\n\n",
            inline(&rule.source.id),
            inline(&meta.kind),
            meta.severity
        );
        text += &paragraphs(&rule.doc);
        text += "\n## What it rests on\n\n";
        for article in &meta.basis {
            text += &format!("- {}\n", inline(article));
        }
        text += "\n## Which listings it looks at\n\n";
        text += &self.gates(rule);
        text += &params(rule);
        text += "\n## What it can say\n\n";
        text += &head(&["line", "answer", "in English", "in Chinese"]);
        for said in sentences(rule) {
            let text_of = |number: usize| said.texts.get(number).map_or("", String::as_str);
            let line = said.line.to_string();
            text += &row([line.as_str(), &said.outcome, text_of(0), text_of(1)]);
        }
        text += "\n## Examples, which are its tests\n\n";
        text += &head(&["answer", "what it shows", "the goods", "class", "price"]);
        for trial in &rule.trials {
            text += &example(trial.expected, &trial.name, &trial.listing);
        }
        Page {
            path: format!("{}.md", rule.source.id),
            text,
        }
    }

    fn gates(&self, rule: &Rule) -> String {
        let nothing = self.prepare(Listing::default());
        let gates = rule.meta.when.explain(&nothing.0);
        let lines: Vec<_> = gates.iter().map(in_words).collect();
        match lines.is_empty() {
            true => "All of them.\n".to_owned(),
            false => lines.concat(),
        }
    }
}

fn params(rule: &Rule) -> String {
    if rule.meta.params.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "\n## Numbers that may be tuned\n\n{}",
        head(&["name", "value"])
    );
    for (name, value) in &rule.meta.params {
        text += &row([name.as_str(), &spoken(value)]);
    }
    text
}

fn in_words(gate: &Gate) -> String {
    let wants = inline(&gate.wants);
    match gate.gate {
        "class" => format!("- goods of one of these classes: {wants}\n"),
        "has" => format!("- pages that show all of these: {wants}\n"),
        "mentions" => format!("- pages that say a word of one of these lists: {wants}\n"),
        other => format!("- listings whose {other} is one of these: {wants}\n"),
    }
}

fn example(expected: &str, name: &str, listing: &Listing) -> String {
    let price = listing.price.as_ref().map(|price| {
        let currency = price.currency.as_deref().unwrap_or_default();
        format!("{} {currency}", price.amount)
    });
    let class = listing.class.as_ref().map(|class| class.id.as_str());
    row([
        expected,
        name,
        listing.title.as_deref().unwrap_or_default(),
        class.unwrap_or_default(),
        &price.unwrap_or_default(),
    ])
}

/// Every answer with its sentences; one that is computed is shown as its line of the script.
fn sentences(rule: &Rule) -> Vec<Sentence> {
    let mut found: BTreeMap<(usize, usize), Sentence> = BTreeMap::new();
    let lines: Vec<&str> = rule.source.text.lines().collect();
    rule.ast.walk(&mut |path| {
        if let Some(ASTNode::Expr(Expr::FnCall(call, at)) | ASTNode::Stmt(Stmt::FnCall(call, at))) =
            path.last()
            && ["flag", "pass", "unsure"].contains(&call.name.as_str())
            && let Some(at) = place(*at)
        {
            let written = lines.get(at.0.saturating_sub(1)).copied();
            let words = |arg: &Expr| {
                let said = Literal(arg).text();
                said.unwrap_or_else(|| written.unwrap_or_default().trim().to_owned())
            };
            let said = Sentence {
                line: at.0,
                outcome: call.name.to_string(),
                texts: call.args.iter().map(words).collect(),
            };
            found.insert(at, said);
        }
        true
    });
    found.into_values().collect()
}

fn index(pack: &str, note: &PackNote, rules: &[&Rule]) -> String {
    let title = if note.title.is_empty() {
        pack
    } else {
        &note.title
    };
    let mut text = format!("# {}\n\n{}\n\n", inline(title), inline(&note.title_zh));
    text += &paragraphs(&note.about);
    if !note.version.is_empty() {
        text += &format!("\nVersion {}", inline(&note.version));
        if !note.keeper.is_empty() {
            text += &format!(", kept by {}", inline(&note.keeper));
        }
        text += ".\n";
    }
    text += &format!(
        "\n{}",
        head(&[
            "rule",
            "what it finds",
            "发现内容",
            "about",
            "severity",
            "tests"
        ])
    );
    for rule in rules {
        let name = rule.source.id.split_once('/').map_or("", |(_, name)| name);
        let tests = rule.trials.len().to_string();
        let cells = [
            rule.meta.title.as_str(),
            &rule.meta.title_zh,
            &rule.meta.kind,
            rule.meta.severity.as_str(),
            &tests,
        ];
        text += &format!("| {} {}", link(name, &format!("{name}.md")), row(cells));
    }
    text
}

fn whole<'n>(by_pack: &BTreeMap<&str, Vec<&Rule>>, note: impl Fn(&str) -> &'n PackNote) -> String {
    let mut text = format!(
        "# Rules\n\n{}",
        head(&["pack", "what it is about", "内容", "rules"])
    );
    for (pack, rules) in by_pack {
        let about = note(pack);
        let count = rules.len().to_string();
        let cells = [about.title.as_str(), &about.title_zh, &count];
        let first = match pack.is_empty() {
            true => "outside of packs".to_owned(),
            false => link(pack, &format!("{pack}/index.md")),
        };
        text += &format!("| {first} {}", row(cells));
    }
    text
}

/// A link between angle brackets, where any character of a file's name may stand that does not end it.
fn link(name: &str, path: &str) -> String {
    let path: String = path
        .chars()
        .flat_map(|c| match c {
            '<' | '>' | '\\' | '|' => vec!['\\', c],
            c if c.is_control() => Vec::new(),
            c => vec![c],
        })
        .collect();
    format!("[{}](<{path}>)", inline(name))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        reference::Reference,
        rules::tests::{rule, sound, source},
    };

    fn pages(sources: &[crate::rules::RuleSource]) -> BTreeMap<String, String> {
        let (set, faults) = RuleSet::load(sources, Arc::new(Reference::default()));
        sound(&faults);
        let note = PackNote {
            title: "A pack".to_owned(),
            keeper: "a|b".to_owned(),
            version: "1.0.0".to_owned(),
            ..PackNote::default()
        };
        let pages = set.pages(&[("a".to_owned(), note)].into());
        pages
            .into_iter()
            .map(|page| (page.path, page.text))
            .collect()
    }

    #[test]
    fn a_page_tells_everything_that_a_rule_says_of_itself() {
        let text = rule("if item.price < p.least { return flag(\"for {price} | less\", \"价\"); }\nif item.title == () { return unsure(`${item.brand}`); }\npass(\"a *star*\")")
            .replace("check(item)", "check(item, p)")
            .replace("basis:", "when: #{ has: [\"price\"] }, params: #{ least: 2.5 }, basis:");
        let pages = pages(&[source("a/b", &text), source("a/c", &rule("pass()"))]);
        assert_eq!(
            pages.keys().collect::<Vec<_>>(),
            ["a/b.md", "a/c.md", "a/index.md", "index.md"]
        );
        let page = &pages["a/b.md"];
        for told in [
            "# t\n\n题\n",
            "Rule a/b, about counterfeit, severity high.",
            "A rule of the tests.",
            "- b\n",
            "- pages that show all of these\\: price\n"
                .replace("\\:", ":")
                .as_str(),
            "| least | 2.5 |",
            "| 4 | flag | for \\{price\\} \\| less | 价 |",
            "| 6 | pass | a \\*star\\* |  |",
            "| pass | any | t |  |  |",
        ] {
            assert!(page.contains(told), "{told}\n{page}");
        }
        assert!(pages["a/c.md"].contains("All of them."));
        let index = &pages["a/index.md"];
        assert!(
            index.contains("| [b](<b.md>) | t | 题 | counterfeit | high | 1 |"),
            "{index}"
        );
        assert!(index.contains("Version 1.0.0, kept by a\\|b."), "{index}");
        assert!(
            pages["index.md"].contains("| [a](<a/index.md>) | A pack |  | 2 |"),
            "{}",
            pages["index.md"]
        );
    }
}
