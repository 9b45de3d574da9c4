//! A recipe from pages and wishes to what is read with it, and its faults with their places.

use std::{fs, path::PathBuf};

use serde_json::Value;

use crate::command::{lines, run, said, workspace};

fn fixture(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/recipe");
    folder.join(name).display().to_string()
}

#[test]
fn what_is_proposed_can_be_pasted_and_gives_what_was_wanted() {
    let (_dir, workspace) = workspace();
    let output = run(
        &workspace,
        &["extract", "--suggest", "--wanted", &fixture("wanted.toml")],
    );
    let (code, words) = said(&output);
    assert_eq!(code, 0, "{words}");
    assert_eq!(words.matches("right on 3 of 3").count(), 7, "{words}");
    assert!(!words.contains("all want the same"), "{words}");
    let platform = "[[platform]]\nid = \"spielhof\"\nstart = [\"https://spielhof.example/\"]\nlisting = [\"*/ware/{id}\"]\n";
    fs::write(
        workspace.join("config.toml"),
        format!("{platform}\n{words}"),
    )
    .unwrap();
    assert_eq!(said(&run(&workspace, &["check"])).0, 0);
    for (page, title, price, maker, stock) in [
        ("a", "Holzzug „Linie 1“", "44.00", "Eichel GmbH", "InStock"),
        ("b", "Steckturm", "1012.50", "Buche & Co", "OutOfStock"),
        ("c", "Kreisel", "3.50", "Ahorn", "InStock"),
    ] {
        let file = fixture(&format!("{page}.html"));
        let args = [
            "extract",
            &file,
            "--platform",
            "spielhof",
            "--json",
            "--url",
            "https://spielhof.example/ware/7",
        ];
        let listing = &lines(&run(&workspace, &args))[0];
        assert_eq!(listing["title"], title);
        assert_eq!(listing["price"]["amount"], price);
        assert_eq!(listing["manufacturer"], maker);
        assert_eq!(listing["availability"], stock);
    }
}

#[test]
fn wishes_on_the_command_line_and_what_fits_nowhere() {
    let (_dir, workspace) = workspace();
    let (a, b) = (fixture("a.html"), fixture("b.html"));
    let args = [
        "extract",
        "--suggest",
        &a,
        &b,
        "--want",
        "sku=Z-1001",
        "--want",
        "sku=T-2002",
        "--want",
        "brand=Nobody",
        "--want",
        "brand=Nothing",
        "--json",
    ];
    let output = run(&workspace, &args);
    assert_eq!(output.status.code(), Some(1), "{:?}", said(&output));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["fields"][0]["field"], "brand");
    assert_eq!(document["fields"][0]["lines"], serde_json::json!([]));
    assert_eq!(document["fields"][0]["missed"][1]["wanted"][0], "Nothing");
    assert_eq!(document["fields"][1]["lines"][0], "var WARE /id");
    assert_eq!(document["fields"][1]["right"], 2);
    for (args, wanted) in [
        (&["extract", "--suggest", &a][..], "--want price=19.90"),
        (&["extract", &a, &b], "several with --suggest"),
        (
            &["extract", "--suggest", &a, "--want", "titel=x"],
            "did you mean `title`?",
        ),
        (
            &["extract", "--suggest", "nowhere.html", "--want", "sku=x"],
            "could not read nowhere.html",
        ),
    ] {
        let (code, words) = said(&run(&workspace, args));
        assert_eq!(code, 2, "{words}");
        assert!(words.contains(wanted), "{words}");
    }
}

#[test]
fn every_fault_of_a_recipe_is_told_with_its_place_and_what_would_be_right() {
    let (_dir, workspace) = workspace();
    let config = "[[platform]]\nid = \"a\"\nstart = [\"https://a.example/\"]\n[platform.select]\ntitel = \"h1\"\nprice = \".now | aftr ':'\"\nbrand = \"div[\"\n";
    fs::write(workspace.join("config.toml"), config).unwrap();
    let (code, words) = said(&run(&workspace, &["check"]));
    assert_eq!(code, 1);
    for told in [
        "config.toml:5:1",
        "did you mean `title`?",
        "config.toml:6:17",
        "did you mean `after`?",
        "config.toml:7:10",
    ] {
        assert!(words.contains(told), "{told}: {words}");
    }
}

#[test]
fn explain_tells_points_and_reasons() {
    let (_dir, workspace) = workspace();
    let page = fixture("a.html");
    let args = [
        "extract",
        &page,
        "--url",
        "https://spielhof.example/ware/1",
        "--explain",
    ];
    let (code, words) = said(&run(&workspace, &args));
    assert_eq!(code, 0, "{words}");
    for told in [
        "✓ title",
        "\nprice: ",
        " points: +",
        "trust in",
        "\nkind: listing\n",
        "\nobserved: title",
    ] {
        assert!(words.contains(told), "{told}: {words}");
    }
    let table = words.lines().filter(|line| line.starts_with(['┌', '│']));
    assert!(table.clone().count() > 8);
    for line in table {
        assert!(line.chars().count() <= 100, "{line}");
    }
    let document = &lines(&run(&workspace, &[&args[..], &["--json"]].concat()))[0];
    let won = document["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["field"] == "title" && c["chosen"] == true);
    assert!(won.unwrap()["points"].is_i64(), "{document}");
    assert!(
        document["choices"]
            .as_array()
            .unwrap()
            .iter()
            .any(|c| c["field"] == "price")
    );
    assert_eq!(document["kind"], "listing");
}
