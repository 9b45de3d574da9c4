//! Rules that were edited, notices that came in, files that were damaged: what is judged again, and what is not.

use std::path::Path;

use super::*;

/// A folder of rules: one for all kettles, one for shoes, one that knows recalls.
struct Rules(tempfile::TempDir);

impl Rules {
    fn new() -> Self {
        let rules = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir_all(rules.0.path().join("reference/recalls")).unwrap();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/reference/catalogue.toml");
        std::fs::copy(shipped, rules.0.path().join("reference/catalogue.toml")).unwrap();
        rules.write(
            "kettles",
            "class: [\"appliance/kettle\"], has: [\"price\"]",
            "if item.price < 50.0 { return flag(\"cheap\", \"便宜\"); } pass()",
        );
        rules.write("shoes", "class: [\"fashion/shoes\"]", "pass()");
        rules.write(
            "recalled",
            "has: [\"title\"]",
            "if recalls(item).is_empty() { return pass(); } flag(\"recalled\", \"召回\")",
        );
        rules
    }

    fn write(&self, id: &str, when: &str, body: &str) {
        let text = format!(
            "//! {id} 规则\nconst RULE = #{{ title: \"a\", title_zh: \"甲\", kind: \"safety\", severity: \"low\", when: #{{ {when} }} }};\nfn check(item) {{ {body} }}\n"
        );
        std::fs::write(self.0.path().join(format!("{id}.rhai")), text).unwrap();
    }

    fn recall(&self, brands: &[&str]) {
        let mut text = "{\"source\": \"made\", \"licence\": \"CC0-1.0\"}\n".to_owned();
        for (number, brand) in brands.iter().enumerate() {
            text += &format!(
                "{{\"source\":\"made\",\"id\":\"{number}\",\"title\":\"{brand} kettle\",\"brands\":[\"{brand}\"],\"products\":[\"electric kettle\"],\"models\":[\"KX-4711\"]}}\n"
            );
        }
        std::fs::write(self.0.path().join("reference/recalls/made.jsonl"), text).unwrap();
    }

    fn loaded(&self) -> Judge {
        let loaded = Judge::load(self.0.path(), &[]).unwrap();
        assert!(loaded.reference.is_empty(), "{:?}", loaded.reference);
        loaded.judge
    }
}

/// Ten kettles of which one is cheap, and ten of a class that no rule looks at.
fn stocked(rules: &Rules) -> Market {
    let market = Market::by(rules.0.path());
    for item in 0..10 {
        let mut kettle = kettle(item, "Lumora", if item == 3 { 9 } else { 100 });
        kettle.title = Some(format!("Lumora electric kettle KX-{item}"));
        market.arrive(kettle);
        let mut toy = self::kettle(100 + item, "Nordhaus", 9);
        toy.title = Some("Nordhaus wooden toy car".to_owned());
        toy.class = Some(Class {
            id: "children/toy".to_owned(),
            score: 1.0,
        });
        market.arrive(toy);
    }
    market
}

#[test]
fn an_edited_rule_is_asked_about_the_listings_that_its_gate_admits() {
    let rules = Rules::new();
    let mut market = stocked(&rules);
    assert_eq!(market.scan(false).judged, 0, "judged on arrival");
    assert_eq!(
        market.flags(),
        [("kettles".to_owned(), "shop:3".to_owned())]
    );
    rules.write(
        "kettles",
        "class: [\"appliance/kettle\"], has: [\"price\"]",
        "if item.price < 10.0 { return flag(\"cheaper\", \"便宜\"); } pass()",
    );
    market.judge = rules.loaded();
    let summary = market.scan(false);
    assert_eq!((summary.judged, summary.listings), (10, 20), "{summary:?}");
    assert_eq!(market.flags().len(), 1);
    // Its gate now lets in other goods: those, and the one that it flagged before.
    rules.write("kettles", "class: [\"fashion/shoes\"]", "pass()");
    market.judge = rules.loaded();
    assert_eq!(market.scan(false).judged, 1);
    assert!(market.flags().is_empty());
    rules.write(
        "kettles",
        "class: [\"appliance/kettle\"], has: [\"price\"]",
        "flag(\"all\", \"全部\")",
    );
    market.judge = rules.loaded();
    assert_eq!(market.scan(false).flags, 10);
    std::fs::remove_file(rules.0.path().join("kettles.rhai")).unwrap();
    market.judge = rules.loaded();
    let summary = market.scan(false);
    assert_eq!((summary.judged, summary.resolved), (10, 10), "{summary:?}");
    let (flags, whole) = (market.flags(), market.scan(true));
    assert_eq!((whole.flags, whole.resolved, market.flags()), (0, 0, flags));
}

#[test]
fn new_notices_are_held_against_what_they_fit_and_nothing_else() {
    let rules = Rules::new();
    rules.recall(&["Aurelia"]);
    let mut market = stocked(&rules);
    market.scan(false);
    rules.recall(&["Aurelia", "Lumora", "Castellan"]);
    market.judge = rules.loaded();
    let summary = market.scan(false);
    assert_eq!(
        (summary.notices, summary.touched, summary.judged),
        (2, 10, 10),
        "{summary:?}"
    );
    let recalled = |market: &Market| {
        market
            .flags()
            .iter()
            .filter(|(rule, _)| rule == "recalled")
            .count()
    };
    assert_eq!(recalled(&market), 10);
    assert_eq!(market.scan(false).judged, 0);
    // A notice that is taken back is a matter of those that it fitted.
    rules.recall(&["Aurelia"]);
    market.judge = rules.loaded();
    let summary = market.scan(false);
    assert_eq!((summary.judged, recalled(&market)), (10, 0), "{summary:?}");
}

#[test]
fn where_nothing_changed_nothing_is_read_and_a_damaged_file_costs_only_time() {
    let rules = Rules::new();
    let mut market = stocked(&rules);
    market.scan(false);
    let order = Order::default();
    let same = unchanged(&market.store, &market.judge, &order).unwrap();
    assert_eq!(same.map(|summary| summary.listings), Some(20));
    let path = market._dir.path().join("judged");
    let whole = std::fs::read(&path).unwrap();
    let flags = market.flags();
    let damaged = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&path, bytes).unwrap();
    };
    for at in [whole.len() - 1, whole.len() - 40] {
        damaged(at);
        assert_eq!(
            unchanged(&market.store, &market.judge, &order).unwrap(),
            None
        );
        assert_eq!(market.scan(false).judged, 20);
        assert_eq!(market.flags(), flags);
    }
    // Rows are read only where something has changed.
    rules.write("shoes", "class: [\"fashion/shoes\"]", "pass(\"fine\")");
    market.judge = rules.loaded();
    for at in [0, 20, 200] {
        damaged(at);
        assert_eq!(market.scan(false).judged, 20, "byte {at}");
        assert_eq!(market.flags(), flags);
    }
    for cut in [8, 100, whole.len() - 10] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        assert_eq!(market.scan(false).judged, 20, "cut at {cut}");
    }
    market.arrive(kettle(50, "Lumora", 100));
    assert_eq!(
        unchanged(&market.store, &market.judge, &order).unwrap(),
        None
    );
}

#[test]
fn what_a_stopped_scan_passed_over_the_next_one_judges() {
    let rules = Rules::new();
    let mut market = stocked(&rules);
    market.judge.freeze(&market.store).unwrap();
    let stop = Arc::new(AtomicBool::new(true));
    let order = Order {
        all: true,
        ..Order::default()
    };
    let stopped = run(&market.store, &market.judge, &order, &|_| (), &stop).unwrap();
    assert_eq!((stopped.stopped, stopped.judged), (true, 0));
    assert_eq!(
        unchanged(&market.store, &market.judge, &Order::default()).unwrap(),
        None
    );
    assert_eq!(market.scan(false).listings, 20);
    assert_eq!(
        market.flags(),
        [("kettles".to_owned(), "shop:3".to_owned())]
    );
}

/// Terms that some listings have, and a rule that asks for them.
fn with_words(rules: &Rules) -> Market {
    std::fs::create_dir_all(rules.0.path().join("reference/terms")).unwrap();
    let terms = "source = \"made\"\nlicence = \"CC0-1.0\"\nname = \"spare\"\nzh = \"备\"\nen = \"spare\"\nseen = [\"spare lid\"]\n";
    std::fs::write(rules.0.path().join("reference/terms/spare.toml"), terms).unwrap();
    rules.write("spares", "mentions: [\"spare\"]", "flag(\"a\", \"甲\")");
    let market = stocked(rules);
    let mut named = kettle(50, "Lumora", 100);
    named.description = Some("with a spare lid".to_owned());
    market.arrive(named);
    market
}

#[test]
fn an_edited_rule_is_asked_where_its_words_stand_and_nowhere_else() {
    let rules = Rules::new();
    let mut market = with_words(&rules);
    market.scan(false);
    let flagged = ("spares".to_owned(), "shop:50".to_owned());
    assert!(market.flags().contains(&flagged));
    rules.write("spares", "mentions: [\"spare\"]", "pass()");
    market.judge = rules.loaded();
    assert!(market.judge.thaw(&market.store).unwrap());
    let since = before(&market.store, &market.judge, &Order::default());
    let since = since.unwrap().since;
    let gates = market.judge.rules().gates_of(&since.edited);
    let mut kept = market.store.judged().unwrap();
    let mut asked = Vec::new();
    while let Some(row) = kept.row() {
        let glance = judge::Glance::read(row).unwrap();
        if glance.again(&since, &gates) != Some(judge::Again::Nothing) {
            asked.push(glance.id.to_owned());
        }
        kept.pass();
    }
    assert_eq!(asked, ["shop:50"]);
    assert_eq!(market.scan(false).resolved, 1);
    // Gone is gone: a rule of another name knows nothing of its flags.
    rules.write("spares", "mentions: [\"spare\"]", "flag(\"a\", \"甲\")");
    market.judge = rules.loaded();
    assert_eq!(market.scan(false).flags, 1);
    std::fs::remove_file(rules.0.path().join("spares.rhai")).unwrap();
    market.judge = rules.loaded();
    assert_eq!(market.scan(false).resolved, 1);
    assert!(!market.flags().contains(&flagged));
}

#[test]
fn where_no_file_changed_nothing_is_loaded() {
    let rules = Rules::new();
    let mut market = stocked(&rules);
    let about = BTreeMap::new();
    market.scan(false);
    let untouched = |market: Market, about: &BTreeMap<_, _>| {
        let Market { store, judge, _dir } = market;
        let order = Order::default();
        let data = _dir.path();
        let busy = untouched(data, rules.0.path(), about, &order);
        assert_eq!(busy, None, "another process has the store");
        store.close().unwrap();
        let told = untouched(data, rules.0.path(), about, &order);
        let all = Order { all: true, ..order };
        assert_eq!(untouched(data, rules.0.path(), about, &all), None);
        let store = Store::open(data).unwrap().0;
        (
            Market { store, judge, _dir },
            told.map(|(told, _)| told.listings),
        )
    };
    let (market, told) = untouched(market, &about);
    assert_eq!(told, Some(20));
    let other = BTreeMap::from([("toys".to_owned(), vec!["toys/*".to_owned()])]);
    let (market, told) = untouched(market, &other);
    assert_eq!(told, None, "another campaign");
    let shoes = std::fs::read(rules.0.path().join("shoes.rhai")).unwrap();
    rules.write("shoes", "class: [\"fashion/shoes\"]", "pass(\"fine\")");
    let (market, told) = untouched(market, &about);
    assert_eq!(told, None, "a rule was edited");
    std::fs::write(rules.0.path().join("shoes.rhai"), shoes).unwrap();
    let (market, told) = untouched(market, &about);
    assert_eq!(told, Some(20), "and edited back");
    market.arrive(kettle(50, "Lumora", 100));
    assert_eq!(untouched(market, &about).1, None, "a listing came in");
}

#[test]
fn a_scan_that_died_in_the_middle_is_made_good_by_the_next() {
    let rules = Rules::new();
    let mut market = Market::by(rules.0.path());
    let listing = |item: usize| {
        let price = if item % 10 == 3 { 9 } else { 100 };
        Entry::Version(Box::new(kettle(item, "Lumora", price)))
    };
    let entries = (0..2 * PORTION + 100).map(listing).collect();
    let work = Vec::new();
    market.store.commit(Group { entries, work }).unwrap();
    market.judge.freeze(&market.store).unwrap();
    let died = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let (order, stop) = (Order::default(), Arc::new(AtomicBool::new(false)));
        let killed = |_| panic!("killed");
        run(&market.store, &market.judge, &order, &killed, &stop).map(drop)
    }));
    assert!(died.is_err());
    let raised = market.flags().len();
    assert!((1..=400).contains(&raised), "{raised} of 410");
    assert!(market.store.judged().is_none());
    let summary = market.scan(false);
    assert_eq!(summary.flags as usize + raised, 410);
    let entries = market.store.entries().map(Result::unwrap);
    let flagged = entries.filter(|entry| matches!(entry, Entry::Flagged(_)));
    assert_eq!(
        (flagged.count(), market.flags().len()),
        (410, 410),
        "none twice"
    );
}

/// What a rule asks for and says: by class, by words, by nothing at all.
fn edits() -> impl Strategy<Value = (usize, Option<(usize, usize)>)> {
    (0..3usize, prop::option::of((0..4usize, 0..3usize)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_scan_after_edits_leaves_nothing_for_a_scan_of_everything(
        rounds in prop::collection::vec((prop::collection::vec(edits(), 0..3), prop::collection::vec(goods(), 0..4)), 1..5),
    ) {
        const GATES: [&str; 4] = [
            "class: [\"appliance/kettle\"]", "mentions: [\"spare\"]", "class: [\"children/*\"], has: [\"price\"]", "",
        ];
        const BODIES: [&str; 3] = [
            "flag(\"a\", \"甲\")", "if item.price > 50.0 { return flag(\"b\", \"乙\"); } pass()", "unsure(\"c\")",
        ];
        let rules = Rules::new();
        let mut market = with_words(&rules);
        for (edited, arrived) in rounds {
            for (rule, edit) in edited {
                let id = ["one", "two", "spares"][rule];
                match edit {
                    Some((gate, body)) => rules.write(id, GATES[gate], BODIES[body]),
                    None => drop(std::fs::remove_file(rules.0.path().join(format!("{id}.rhai")))),
                }
            }
            // What arrives is still judged by the rules as they were.
            for (_, listing) in arrived {
                market.arrive(listing);
            }
            market.judge = rules.loaded();
            market.scan(false);
        }
        let (flags, head) = (market.flags(), market.store.head().unwrap());
        let whole = market.scan(true);
        prop_assert_eq!((whole.flags, whole.resolved), (0, 0), "{:?}", &flags);
        prop_assert_eq!((market.flags(), market.store.head().unwrap()), (flags, head));
    }
}
