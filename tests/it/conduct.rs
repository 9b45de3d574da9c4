//! Asked politely, written down, and proved: what a person sees of it.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use crate::{
    command::{lines, listwarden, run, said, workspace},
    shop::{self, Answer, open},
};

const ROBOTS: &str = "User-agent: *\nDisallow: /cart\n";

/// A shop on this machine that answers everything with its robots.txt or a page.
fn shop() -> SocketAddr {
    open(|path, _| match path {
        "/robots.txt" => Answer::page(ROBOTS),
        _ => Answer::page("<html><head><title>Kettle</title></head><h1>Kettle</h1></html>"),
    })
}

/// A workspace that watches the shop, asked as fast as it goes.
fn watching(shop: SocketAddr) -> (tempfile::TempDir, PathBuf) {
    shop::watching(shop, "")
}

fn log(workspace: &Path) -> String {
    let mut files: Vec<_> = fs::read_dir(workspace.join("data/conduct"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|x| x == "jsonl"))
        .collect();
    files.sort();
    files
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

#[test]
fn a_saved_robots_txt_says_who_may_ask_for_what_and_by_which_line() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("robots.txt");
    fs::write(
        &file,
        format!("{ROBOTS}Crawl-delay: 3\nUser-agent: friend\nAllow: /\n"),
    )
    .unwrap();
    let file = file.to_str().unwrap();
    let ask = |url: &str, more: &[&str]| {
        let args = [&["robots", url, "--file", file], more].concat();
        said(&run(dir.path(), &args))
    };
    let (code, text) = ask("https://shop.example/cart?item=1", &[]);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("may not ask") && text.contains("line 2: Disallow: /cart"),
        "{text}"
    );
    assert!(text.contains("not sooner than 3 s"), "{text}");
    let (code, text) = ask("https://shop.example/kettle", &[]);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("no line of robots.txt speaks of it"),
        "{text}"
    );
    assert_eq!(
        ask("https://shop.example/cart", &["--agent", "friend"]).0,
        0
    );
    assert_eq!(ask("ftp://shop.example/cart", &[]).0, 2);
    let (_, answer) = ask("https://shop.example/cart", &["--json"]);
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["allowed"], false);
    assert_eq!(answer["line"], 2);
    assert_eq!(answer["rule"], "Disallow: /cart");
    assert_eq!(answer["crawl_delay"], 3.0);
}

#[test]
fn single_pages_keep_to_limits_from_one_process_to_the_next_and_the_log_proves_it() {
    let shop = shop();
    let (_dir, workspace) = watching(shop);
    let url = |path: &str| format!("http://{shop}{path}");
    let (code, text) = said(&run(&workspace, &["conduct"]));
    assert_eq!(
        (code, text.contains("no request is in the log")),
        (0, true),
        "{text}"
    );

    let (code, text) = said(&run(&workspace, &["robots", &url("/cart")]));
    assert_eq!(
        (code, text.contains("line 2: Disallow: /cart")),
        (1, true),
        "{text}"
    );
    let (code, text) = said(&run(&workspace, &["extract", &url("/kettle"), "--json"]));
    assert_eq!((code, text.contains("Kettle")), (0, true), "{text}");
    let (code, text) = said(&run(&workspace, &["extract", &url("/cart")]));
    assert_eq!(
        (code, text.contains("robots.txt forbids it")),
        (2, true),
        "{text}"
    );

    let report = &lines(&run(&workspace, &["conduct", "--json"]))[0];
    assert_eq!(
        report["breaches"],
        serde_json::json!([]),
        "{}",
        log(&workspace)
    );
    assert_eq!(
        report["requests"], 4,
        "three times robots.txt, and one page"
    );
    assert!(
        report["hosts"][0]["shortest"].as_f64().unwrap() >= 0.009,
        "{report}"
    );
    assert_eq!(
        said(&run(&workspace, &["conduct", "--since", "2999-01-01"])).0,
        0
    );
    assert_eq!(
        said(&run(&workspace, &["conduct", "--since", "lately"])).0,
        2
    );

    // Whoever takes a request out of its time is found out.
    let whole = log(&workspace);
    let page = whole
        .lines()
        .find(|line| line.contains("/kettle") && line.contains("\"asked\""))
        .unwrap();
    let twice = whole.replace(page, &format!("{page}\n{page}"));
    let twice = format!("{twice}{{\"torn");
    let file = fs::read_dir(workspace.join("data/conduct")).unwrap();
    let file = file
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some());
    fs::write(file.unwrap(), twice).unwrap();
    let output = run(&workspace, &["conduct"]);
    let (code, text) = said(&output);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains(&format!("{shop}: ")) && text.contains("after the request before"),
        "{text}"
    );
    assert!(
        text.contains("lines of the log that could not be read: 1"),
        "{text}"
    );
}

#[test]
fn where_the_log_cannot_be_written_nothing_is_asked() {
    let shop = shop();
    let (_dir, workspace) = watching(shop);
    fs::create_dir_all(workspace.join("data")).unwrap();
    fs::write(workspace.join("data/conduct"), "").unwrap();
    let (code, text) = said(&run(
        &workspace,
        &["extract", &format!("http://{shop}/kettle")],
    ));
    assert_eq!(code, 2, "{text}");
    assert!(
        text.contains("conduct") && text.contains("without it nothing is asked"),
        "{text}"
    );
}

#[test]
fn no_proxy_of_the_environment_comes_between() {
    let shop = shop();
    let (_dir, workspace) = watching(shop);
    let mut command = listwarden(&workspace);
    for name in [
        "http_proxy",
        "HTTP_PROXY",
        "https_proxy",
        "all_proxy",
        "ALL_PROXY",
    ] {
        command.env(name, "http://127.0.0.1:9");
    }
    let output = command
        .args(["robots", &format!("http://{shop}/kettle")])
        .output();
    let (code, text) = said(&output.unwrap());
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_broken_configuration_is_no_leave_to_ask_by_other_limits() {
    let (_dir, workspace) = workspace();
    fs::write(workspace.join("config.toml"), "[crawl]\nrate = \"fast\"\n").unwrap();
    let (code, text) = said(&run(&workspace, &["extract", "http://192.0.2.1/"]));
    assert_eq!(
        (code, text.contains("'fast' is no rate")),
        (2, true),
        "{text}"
    );
}
