//! What is made ready says what the interpreter says, or nothing.

use std::{
    cell::{Cell, RefCell},
    sync::{Arc, Mutex},
};

use proptest::{prelude::*, test_runner::TestRunner};
use rhai::{Engine, OptimizationLevel, Scope};

use super::{Bench, Left, Program};
use crate::{
    reference::Reference,
    rules::{
        engine::host,
        host::Host,
        lint::Vocabulary,
        native::outcome::Said,
        papers::packs,
        rest_property::{facts, listings, rules},
        rule::{self, Rule},
        run::{self, Answer, ask_interpreter},
        set::RuleSet,
        terms::Names,
        tests::source,
        view::Item,
    },
};

const HEAD: &str = r#"//! A rule of the tests. 测试用规则。
const RULE = #{ title: "t", title_zh: "题", kind: "counterfeit", severity: "high", basis: ["b"], params: #{ n: 2, part: 0.5 } };
"#;

type Texts = BoxedStrategy<String>;

fn one_of(all: &'static [&'static str]) -> Texts {
    prop::sample::select(all).prop_map(str::to_owned).boxed()
}

/// Expressions that give a truth, a number, a text and a list, from simple to nested; now and then one of another kind stands
/// where it makes no sense, and the interpreter has its say.
struct Expressions {
    truths: Texts,
    numbers: Texts,
    texts: Texts,
    lists: Texts,
}

impl Expressions {
    fn simple() -> Self {
        Self {
            truths: one_of(&[
                "true",
                "false",
                "item.observed(\"attributes\")",
                "item.mentions(\"replica\")",
                "item.mentions([\"二手\"])",
                "item.left_empty([\"产地\"])",
                "is_term(\"replica\", t)",
            ]),
            numbers: one_of(&[
                "0",
                "1",
                "2",
                "(-3)",
                "1.5",
                "0.0",
                "n",
                "n",
                "p.n",
                "p.part",
                "0.3",
                "(0.1 + 0.2)",
                "(1.0 + 2.0e-16)",
                "1e300",
                "9007199254740993",
                "item.price",
            ]),
            texts: one_of(&[
                "\"a\"",
                "\"ab\"",
                "\"\"",
                "t",
                "t",
                "item.title",
                "item.brand",
                "item.sku",
                "item.seller.name",
                "item.captured_on",
                "item.attr([\"型号\", \"model\"])",
                "brand_known(item.brand)",
            ]),
            lists: one_of(&[
                "[]",
                "[1, \"a\"]",
                "[\"ab\", t]",
                "[2, 1.5, n]",
                "l",
                "l",
                "item.standards",
                "item.codes(\"ccc\")",
                "item.matches([\"二手\"])",
                "recalls(item)",
                "holders(\"ccc\", \"2016010706840003\")",
            ]),
        }
    }

    fn nested(&self) -> Self {
        let same = one_of(&["==", "!=", "<", "<=", ">", ">="]);
        let sums = one_of(&["+", "-", "*", "/"]);
        let (truths, numbers) = (self.truths.clone(), self.numbers.clone());
        let (texts, lists) = (self.texts.clone(), self.lists.clone());
        let any = prop_oneof![
            truths.clone(),
            numbers.clone(),
            texts.clone(),
            lists.clone(),
            one_of(&[
                "()",
                "goods(item.class)",
                "item",
                "item.seller",
                "authorised(item.brand, item.seller)"
            ]),
        ];
        let pair = |one: &Texts, how: &Texts, two: &Texts| {
            let all = (one.clone(), how.clone(), two.clone());
            all.prop_map(|(a, how, b)| format!("({a} {how} {b})"))
        };
        let called = |one: &Texts, how: &'static [&'static str], two: &Texts| {
            let all = (one.clone(), one_of(how), two.clone());
            all.prop_map(|(a, how, b)| format!("{a}.{how}({b})"))
        };
        let with = |one: &Texts, how: &'static str, two: &Texts| {
            let all = (one.clone(), two.clone());
            all.prop_map(move |(a, b)| {
                let [n, t] = [('n', "v"), ('t', "v")]
                    .map(|(from, to)| (format!("{from} "), format!("{to} ")));
                format!(
                    "{a}.{how}(|v| {})",
                    b.replace(&n.0, &n.1).replace(&t.0, &t.1)
                )
            })
        };
        let nothing = one_of(&["()"]);
        Self {
            truths: prop_oneof![
                4 => truths.clone(),
                3 => pair(&numbers, &same, &numbers),
                3 => pair(&texts, &same, &texts),
                2 => pair(&any.clone().boxed(), &one_of(&["==", "!="]), &nothing),
                2 => pair(&truths, &one_of(&["&&", "||", "==", "!="]), &truths),
                1 => truths.clone().prop_map(|a| format!("!{a}")),
                2 => pair(&any.clone().boxed(), &one_of(&["in", "!in"]), &lists),
                1 => called(&texts, &["starts_with", "ends_with", "contains"], &texts),
                1 => lists.clone().prop_map(|a| format!("{a}.is_empty()")),
                1 => called(&lists, &["contains"], &any.clone().boxed()),
                1 => with(&lists, "some", &truths),
                1 => with(&lists, "all", &any.clone().boxed()),
                1 => any.clone(),
            ]
            .boxed(),
            numbers: prop_oneof![
                6 => numbers.clone(),
                3 => pair(&numbers, &sums, &numbers),
                1 => any.clone().prop_map(|a| format!("{a}.len()")),
                1 => called(&lists, &["index_of"], &texts),
                1 => (texts.clone(), texts.clone()).prop_map(|(a, b)| format!("similar({a}, {b})")),
                1 => (truths.clone(), numbers.clone(), numbers.clone())
                    .prop_map(|(truth, a, b)| format!("(if {truth} {{ {a} }} else if n == 1 {{ {b} }} else {{ 5 }})")),
                1 => any.clone(),
            ]
            .boxed(),
            texts: prop_oneof![
                6 => texts.clone(),
                2 => pair(&texts, &one_of(&["??"]), &texts),
                1 => texts.clone().prop_map(|a| format!("fold({a})")),
                1 => (lists.clone(), numbers.clone()).prop_map(|(a, b)| format!("{a}[{b}]")),
                1 => any.clone(),
            ]
            .boxed(),
            lists: prop_oneof![
                6 => lists.clone(),
                2 => with(&lists, "filter", &truths),
                2 => with(&lists, "map", &any.boxed()),
                1 => (numbers, texts).prop_map(|(a, b)| format!("[{a}, {b}]")),
            ]
            .boxed(),
        }
    }
}

/// A whole `check`: variables, and one or two of the ways through a script.
fn scripts() -> impl Strategy<Value = String> {
    let simple = Expressions::simple();
    let set = (
        simple.numbers.clone(),
        simple.texts.clone(),
        simple.lists.clone(),
    )
        .prop_map(|(n, t, l)| format!("let n = {n}; let t = {t}; let l = {l};"));
    let all = simple.nested().nested();
    let flags = prop_oneof![
        2 => Just("flag(\"a {title}\", \"b {captured_on}\")".to_owned()),
        3 => (all.texts.clone(), all.numbers.clone())
            .prop_map(|(t, n)| format!("flag(\"a {{t}}\", \"b {{n}}\").because(\"t\", {t}).because(\"n\", {n}).score(7)")),
        // The brand is looked at before the title.
        1 => Just("flag(\"a\", \"b\").because(\"t\", item.title.contains(item.brand))".to_owned()),
        1 => (all.lists.clone(), all.texts.clone(), all.numbers.clone())
            .prop_map(|(l, t, n)| format!("flag({t}, \"b\").score({n}).basis({t}).because(\"l\", {l})")),
    ];
    let way = prop_oneof![
        4 => all.truths.clone().prop_map(|truth| format!("if {truth} {{ return unsure(\"this\"); }}")),
        1 => (all.truths.clone(), all.numbers.clone(), all.texts.clone())
            .prop_map(|(truth, n, t)| format!("if {truth} {{ let n = {n}; t = {t}; }} else if n == 1 {{ n += 2; }}")),
        1 => all.numbers.prop_map(|n| format!("n = {n};")),
        1 => (all.lists.clone(), all.truths.clone()).prop_map(|(list, truth)| {
            format!("for (v, at) in {list} {{ if at == 2 {{ break; }} if {truth} {{ t = v; continue; }} n += at; }}")
        }),
        1 => all.lists.prop_map(|l| format!("l = {l}; if l.is_empty() {{ return pass(\"none\"); }}")),
        1 => (all.truths.clone(), flags.clone()).prop_map(|(truth, flag)| format!("if {truth} {{ return {flag}; }}")),
    ];
    let end = (all.truths, flags).prop_map(|(truth, flag)| {
        format!("if n == 1 {{ pass(\"one\") }} else if {truth} {{ {flag} }} else {{ pass() }}")
    });
    (set, prop::collection::vec(way, 1..3), end).prop_map(|(set, ways, end)| {
        format!(
            "{HEAD}fn check(item, p) {{ {set} {} {end} }}",
            ways.join(" ")
        )
    })
}

fn told(answer: Answer) -> Result<(Said, String), String> {
    match answer {
        Answer::Said(outcome, _) => Ok((outcome.said, outcome.reason.to_string())),
        Answer::Fault(message) => Err(message),
        Answer::Skip => Err("skipped".to_owned()),
    }
}

/// What was ready; where anything was, the interpreter has to say the same.
fn compared(
    engine: &Engine,
    rule: &Rule,
    bench: &mut Bench<'_>,
) -> Result<Option<Said>, TestCaseError> {
    let Some(program) = &rule.program else {
        return Ok(None);
    };
    let ready = bench.run(program).map(|outcome| {
        let reason = outcome.reason.to_string();
        (outcome.said, reason)
    });
    let (answer, steps) = ask_interpreter(engine, rule, bench.item());
    match ready {
        Ok(ours) => {
            let said = ours.0;
            prop_assert_eq!(Ok(ours), told(answer), "{} steps", steps);
            Ok(Some(said))
        }
        Err(Left::Flag) => {
            let look = bench.item().look();
            let item = Item::noting(look);
            rule.meta.when.note(&item);
            let Ok(outcome) = Bench::new(engine, &item).flag(program) else {
                return Ok(None);
            };
            let flag = |outcome, trace| run::flag(rule, look.sheet(), outcome, trace);
            let trace = item.finish();
            let ours = flag(&outcome, &trace);
            match &answer {
                Answer::Said(outcome, trace) => prop_assert_eq!(ours, flag(outcome, trace)),
                other => prop_assert!(false, "{ours:?} instead of {other:?}"),
            }
            Ok(Some(Said::Flag))
        }
        Err(Left::Unready) => Ok(None),
    }
}

fn cases(count: u32) -> TestRunner {
    TestRunner::new(ProptestConfig::with_cases(count))
}

#[test]
fn a_script_says_the_same_or_is_left() {
    let (host, set) = (host(), rules());
    let rule = RefCell::new(template(&host));
    let [scripts_seen, ready, flags] = [const { Cell::new(0) }; 3];
    let given = (scripts(), listings(), facts());
    let ran = cases(2_000).run(&given, |(text, listing, facts)| {
        // Some make no sense even to the parser.
        let Ok(ast) = host.engine.compile(&text) else {
            return Ok(());
        };
        // Whatever the lint would say to it.
        let mut rule = rule.borrow_mut();
        let level = OptimizationLevel::Simple;
        rule.ast = host.engine.optimize_ast(&Scope::new(), ast, level);
        rule.resolved = Mutex::default();
        rule.program = Program::of(&rule.ast, &rule.params, &host.natives);
        let look = set.look(&set.prepare(listing), &facts);
        let quiet = Item::quiet(&look);
        let compared = compared(&host.engine, &rule, &mut Bench::new(&host.engine, &quiet))?;
        for (count, more) in [
            (&scripts_seen, true),
            (&ready, compared.is_some()),
            (&flags, compared == Some(Said::Flag)),
        ] {
            count.set(count.get() + u32::from(more));
        }
        Ok(())
    });
    ran.unwrap_or_else(|wrong| panic!("{wrong}"));
    let [all, ready, flags] = [scripts_seen, ready, flags].map(|count| count.get());
    assert!(ready * 5 > all, "{ready} of {all} were ready");
    assert!(flags * 40 > all, "{flags} flags of {all} were ready");
}

/// A rule with these parameters.
fn template(host: &Host) -> Rule {
    let text = format!("{HEAD}fn check(item, p) {{ pass() }}\nconst TESTS = [];\n");
    let reference = Reference::default();
    let (names, vocabulary) = (Names::of(&reference), Vocabulary::of(&host.engine));
    let (rule, faults) = rule::compile(host, &vocabulary, &names, &source("x/y", &text));
    rule.unwrap_or_else(|| panic!("{faults:?}"))
}

#[test]
fn rules_say_the_same_or_are_left() {
    let (set, ready) = (rules(), Cell::new(0));
    let given = (listings(), facts());
    let ran = cases(200).run(&given, |(listing, facts)| {
        let look = set.look(&set.prepare(listing), &facts);
        let quiet = Item::quiet(&look);
        let mut bench = Bench::new(set.engine(), &quiet);
        for rule in set.all() {
            let compared = compared(set.engine(), rule, &mut bench)?;
            ready.set(ready.get() + u32::from(compared.is_some()));
        }
        Ok(())
    });
    ran.unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(ready.get() > 1_000, "{} were ready", ready.get());
}

#[test]
fn shipped_rules_are_ready() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let (set, _) = RuleSet::load(
        &packs(),
        Arc::new(Reference::load(&dir.join("reference")).0),
    );
    let unready = set.all().iter().filter(|rule| {
        let program = format!("{:?}", rule.program);
        let left = program.matches("Leave").count();
        rule.program.is_none() || left > 0
    });
    let unready: Vec<&str> = unready.map(|rule| &*rule.id).collect();
    // One takes a text apart, the other writes a sentence with a value in it.
    assert_eq!(
        unready,
        ["certificates/ccc-year", "counterfeit/price-far-below"]
    );
}
