//! The page and the fixtures of each fault: what is wrong is drawn as they show it, what is right is let be.

use std::{fs, path::Path, sync::Arc};

use super::Vocabulary;
use crate::{
    reference::Reference,
    rules::{
        Fault, RuleSet, RuleSource, engine::host, fault::Code, host::Host, rule, terms::Names,
    },
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn blessed() -> bool {
    std::env::var_os("LISTWARDEN_BLESS").is_some()
}

struct Bench {
    host: Host,
    vocabulary: Vocabulary,
    reference: Arc<Reference>,
}

fn example(name: &str, text: &str) -> RuleSource {
    RuleSource {
        id: name.to_owned(),
        path: "rules/example.rhai".into(),
        text: text.to_owned(),
    }
}

impl Bench {
    fn new() -> Self {
        let host = host();
        Self {
            vocabulary: Vocabulary::of(&host.engine),
            host,
            reference: Arc::new(Reference::load(&root().join("rules/reference")).0),
        }
    }

    fn faults(&self, text: &str) -> Vec<Fault> {
        let names = Names::of(&self.reference);
        let source = example("example", text);
        let mut faults = rule::compile(&self.host, &self.vocabulary, &names, &source).1;
        let (set, _) = RuleSet::load(&[source], Arc::clone(&self.reference));
        faults.extend(set.over_budget());
        faults
    }

    fn pictures(&self, text: &str) -> String {
        let faults = self.faults(text);
        let pictures: Vec<_> = faults.iter().map(|fault| fault.picture.as_str()).collect();
        pictures.join("\n\n")
    }
}

/// The block of that language behind a heading, with its place in the page.
fn block<'p>(page: &'p str, heading: &str, language: &str) -> Option<(usize, &'p str)> {
    let fence = format!("```{language}\n");
    let heading = page.find(&format!("## {heading}\n"))?;
    let start = heading + page.get(heading..)?.find(&fence)? + fence.len();
    let rest = page.get(start..)?;
    Some((start, rest.get(..rest.find("```")?)?))
}

#[test]
fn every_code_has_a_page_whose_examples_are_true() {
    let bench = Bench::new();
    let (mut wrong, mut right) = (Vec::new(), Vec::new());
    for code in Code::ALL {
        let (name, path) = (code.as_str(), root().join(code.page()));
        let page = fs::read_to_string(&path).unwrap();
        let head = format!("# {name}: {}\n", code.doc());
        let Some(((_, bad), (at, drawn), (_, good))) = block(&page, "Wrong", "rhai")
            .zip(block(&page, "Wrong", "text"))
            .zip(block(&page, "Right", "rhai"))
            .map(|((bad, drawn), good)| (bad, drawn, good))
        else {
            wrong.push(format!("{name}: the page lacks an example"));
            continue;
        };
        let faults = bench.faults(bad);
        if faults.iter().all(|fault| fault.code != name) {
            wrong.push(format!(
                "{name}: its wrong example does not show it: {faults:?}"
            ));
        }
        let pictures = bench.pictures(bad) + "\n";
        if blessed() {
            let mut made = page.clone();
            made.replace_range(at..at + drawn.len(), &pictures);
            let end = made.find('\n').unwrap() + 1;
            made.replace_range(..end, &head);
            fs::write(&path, made).unwrap();
        } else if drawn != pictures || !page.starts_with(&head) {
            wrong.push(format!("{name}: drawn otherwise:\n{pictures}"));
        }
        let others = bench.pictures(good);
        right.push(example(name, good));
        if !others.is_empty() {
            wrong.push(format!(
                "{name}: its right example is found wrong:\n{others}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let (set, _) = RuleSet::load(&right, Arc::clone(&bench.reference));
    let failed: Vec<_> = set.test().into_iter().filter(|test| !test.ok).collect();
    assert!(failed.is_empty() && !set.is_empty(), "{failed:#?}");
}

#[test]
fn pages_are_of_codes_that_exist() {
    for page in fs::read_dir(root().join("docs/faults")).unwrap() {
        let name = page.unwrap().file_name().into_string().unwrap();
        let known = Code::ALL.iter().any(|code| code.page().ends_with(&name));
        assert!(known, "docs/faults/{name} is of no code");
    }
}

#[test]
fn fixtures_are_drawn_as_before() {
    let bench = Bench::new();
    let mut wrong = Vec::new();
    for entry in fs::read_dir(root().join("fixtures/lint")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rhai") {
            continue;
        }
        let mut pictures = bench.pictures(&fs::read_to_string(&path).unwrap());
        if !pictures.is_empty() {
            pictures.push('\n');
        }
        let out = path.with_extension("out");
        if blessed() {
            fs::write(&out, &pictures).unwrap();
        } else if fs::read_to_string(&out).unwrap() != pictures {
            wrong.push(format!("{}:\n{pictures}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
