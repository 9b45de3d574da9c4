//! What an editor and the manual show of the things rules can use: made from the tables that register them.

use std::fmt::Write;

use super::{
    fault::Code,
    native::{Doc, FAMILIES},
    view::fields::FIELDS,
};

/// A `.d.rhai` file: every field and function with its line of documentation.
pub(super) fn definitions() -> String {
    let mut text = String::from(
        "//! What a rule can use. Made by listwarden; edits are lost.\nmodule static;\n",
    );
    text.push_str("\n// The fields of a listing. An absent one is ().\n");
    for field in FIELDS {
        // Writing into a String cannot fail.
        let _ = write!(
            text,
            "\n/// {}: {}.\nlet item.{}: {};\n",
            field.kind,
            field.doc,
            field.name,
            field.kind.replace(' ', "_")
        );
    }
    for family in FAMILIES {
        let _ = write!(text, "\n// {}\n", family.name);
        for kind in family.kinds.iter().filter(|kind| !kind.fields.is_empty()) {
            let _ = writeln!(text, "// {} has {}", kind.name, kind.fields.join(", "));
        }
        for doc in family.docs {
            let _ = write!(
                text,
                "\n/// {}.\n/// Example: {}\nfn {};\n",
                doc.doc, doc.example, doc.signature
            );
        }
    }
    text
}

/// The tables of the manual.
pub(super) fn tables() -> [(&'static str, String); 3] {
    [
        ("fields", field_table()),
        ("functions", function_table()),
        ("codes", code_table()),
    ]
}

/// The table of fields in the manual.
fn field_table() -> String {
    let mut text = String::from("| field | kind | what it is |\n|---|---|---|\n");
    for field in FIELDS {
        let _ = writeln!(
            text,
            "| `item.{}` | {} | {} |",
            field.name, field.kind, field.doc
        );
    }
    text
}

/// The families in the manual, each with the names of its functions.
fn function_table() -> String {
    let mut text = String::from("| family | functions |\n|---|---|\n");
    for family in FAMILIES {
        let names: Vec<_> = family
            .docs
            .iter()
            .map(|doc| format!("`{}`", doc.name))
            .collect();
        let page = format!("[{0}](functions.md#{0})", family.name);
        let _ = writeln!(text, "| {page} | {} |", names.join(", "));
    }
    text
}

/// The page of all functions, family by family.
pub(super) fn functions() -> String {
    let mut text = String::from(
        "# Functions\n\nWhat a rule can call beside the language itself. Made by `listwarden rules definitions --markdown`, tests compare it.\nA `?` behind a kind means that `()` may stand there. Every example is true for the sample listing of the tests.\n",
    );
    for family in FAMILIES {
        let _ = write!(text, "\n## {}\n", family.name);
        for kind in family.kinds.iter().filter(|kind| !kind.fields.is_empty()) {
            let fields: Vec<_> = kind
                .fields
                .iter()
                .map(|field| format!("`{field}`"))
                .collect();
            let _ = write!(
                text,
                "\nA value of kind {} has {}.\n",
                kind.name,
                fields.join(", ")
            );
        }
        family
            .docs
            .iter()
            .for_each(|doc| text.push_str(&entry(doc)));
    }
    text
}

fn entry(doc: &Doc) -> String {
    let mut letters = doc.doc.chars();
    let sentence: String = match letters.next() {
        Some(first) if first.is_alphabetic() => first.to_uppercase().chain(letters).collect(),
        _ => doc.doc.to_owned(),
    };
    format!(
        "\n### `{}`\n\n`{}`\n\n{sentence}.\n\n```rust\n{}\n```\n",
        doc.name, doc.signature, doc.example
    )
}

/// The table of fault codes in the manual.
fn code_table() -> String {
    let one = |code: &Code| {
        let mark = if code.level() == "error" {
            ""
        } else {
            " (a warning)"
        };
        format!("**{}**{mark} {}", code.as_str(), code.doc())
    };
    let all: Vec<String> = Code::ALL.iter().map(one).collect();
    all.join(" · ") + "\n"
}
