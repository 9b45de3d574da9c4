//! The shape of the house: a module imports only from the floors below its own.

use std::{fs, path::Path};

/// Floors, from the ground up. Modules on one floor do not know one another.
const FLOORS: &[&[&str]] = &[
    &["model"],
    &["text"],
    &["reference"],
    &["journal"],
    &["fetch", "archive", "extract", "store", "rules", "export"],
    &["platform"],
    &["judge", "watch"],
    &["crawl", "scan", "reextract", "review", "backtest", "upkeep"],
    &["config"],
    &["desk"],
    &["workspace"],
    &["demo"],
    &["cli"],
];

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// The module names that stand right after each `crate::`, a group in braces opened one level.
fn imports(source: &str) -> Vec<String> {
    let code: Vec<&str> = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let name = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let mut found = Vec::new();
    for tail in code.join("\n").split("crate::").skip(1) {
        match tail.strip_prefix('{') {
            None => found.push(name(tail)),
            Some(group) => found.extend(members(group).into_iter().map(name)),
        }
    }
    found
}

/// The parts of `a::{b, c}, d}` up to the closing brace: `a::{b, c}` and `d`.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' | ',' if depth == 0 => {
                if !group[start..at].trim().is_empty() {
                    parts.push(&group[start..at]);
                }
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    parts
}

fn sources(dir: &Path, visit: &mut dyn FnMut(&Path, &str)) {
    let mut entries: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, visit);
        } else if path.extension().is_some_and(|x| x == "rs") {
            visit(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}

/// What the program is made of: a file's text before its tests.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

#[test]
fn imports_only_point_down() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    sources(&src, &mut |path, text| {
        let inside = path.strip_prefix(&src).unwrap();
        let top = inside
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_string_lossy()
            .replace(".rs", "");
        if top == "lib" || top == "main" {
            return;
        }
        let Some(here) = floor(&top) else {
            return wrong.push(format!("{top} has no floor"));
        };
        let depth = inside.components().count() - usize::from(inside.ends_with("mod.rs"));
        if code(text).contains(&"super::".repeat(depth)) {
            wrong.push(format!(
                "{}: climbs to the crate root by super::",
                inside.display()
            ));
        }
        for name in imports(text) {
            if name != top && floor(&name).is_none_or(|below| below >= here) {
                wrong.push(format!(
                    "{}: crate::{name} is not below {top}",
                    inside.display()
                ));
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_outgrows_its_reader() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut long = Vec::new();
    sources(&src, &mut |path, text| {
        let lines = code(text).lines().count();
        if lines > 400 {
            long.push(format!("{}: {lines} lines", path.display()));
        }
    });
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn only_the_command_line_prints() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    sources(&src, &mut |path, text| {
        let mouth = path.ends_with("cli/printer.rs");
        for word in ["io::stdout()", "println!", "print!("] {
            let speaks = code(text)
                .lines()
                .any(|line| line.contains(word) && !line.trim_start().starts_with("//"));
            assert!(mouth || !speaks, "{} speaks with {word}", path.display());
        }
    });
}

#[test]
fn the_map_in_the_documents_is_this_one() {
    let map =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ARCHITECTURE.md"))
            .unwrap();
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    for module in FLOORS.iter().flat_map(|floor| floor.iter()) {
        assert!(
            map.contains(&format!("`{module}`")),
            "docs/ARCHITECTURE.md does not name {module}"
        );
        assert!(
            lib.contains(&format!("pub mod {module};")),
            "src/lib.rs does not name {module}"
        );
    }
}

#[test]
fn a_group_of_imports_is_read_to_its_names() {
    assert_eq!(
        imports("use crate::{\n    a::{b, c},\n    d,\n};\nfn f() { crate::e::g() }"),
        ["a", "d", "e"]
    );
}
