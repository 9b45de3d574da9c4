//! TEMP
use std::{fs, path::Path, time::Instant};
use super::Vocabulary;
use crate::{reference::Reference, rules::{RuleSource, engine::engine, rule, terms::Names}};
#[test]
fn speed() {
    let t = Instant::now();
    let engine = engine();
    println!("engine {:?}", t.elapsed());
    let t = Instant::now();
    let vocabulary = Vocabulary::of(&engine);
    println!("vocabulary {:?}", t.elapsed());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let reference = Reference::load(&root.join("reference")).0;
    let names = Names::of(&reference);
    let mut texts = Vec::new();
    for pack in fs::read_dir(root).unwrap().flatten() {
        for file in fs::read_dir(pack.path()).into_iter().flatten().flatten() {
            if file.path().extension().is_some_and(|e| e == "rhai") { texts.push(fs::read_to_string(file.path()).unwrap()); }
        }
    }
    let t = Instant::now();
    for _ in 0..5 { for text in &texts { engine.compile(text).unwrap(); } }
    println!("parse {} rules {:?}", 5 * texts.len(), t.elapsed());
    let t = Instant::now();
    for _ in 0..5 { for text in &texts {
        let source = RuleSource { id: "a/b".into(), path: "x".into(), text: text.clone() };
        let (_, f) = rule::compile(&engine, &vocabulary, &names, &source);
        assert!(f.is_empty());
    } }
    println!("compile and lint {} rules {:?}", 5 * texts.len(), t.elapsed());
}
