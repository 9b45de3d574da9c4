//! The program as its user runs it.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

/// The program, about to work in `workspace`.
pub(crate) fn listwarden(workspace: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_listwarden"));
    command
        .arg("--workspace")
        .arg(workspace)
        .env_remove("RUST_LOG");
    command
}

/// Runs it to the end.
pub(crate) fn run(workspace: &Path, args: &[&str]) -> Output {
    listwarden(workspace).args(args).output().unwrap()
}

/// Its exit code and what it said to the person at the terminal.
pub(crate) fn said(output: &Output) -> (i32, String) {
    let words = [&output.stdout[..], &output.stderr[..]].concat();
    (
        output.status.code().unwrap(),
        String::from_utf8(words).unwrap(),
    )
}

/// Its answer, a JSON document a line.
pub(crate) fn lines(output: &Output) -> Vec<Value> {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A new workspace in a folder of its own.
pub(crate) fn workspace() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("w");
    let made = Command::new(env!("CARGO_BIN_EXE_listwarden"))
        .arg("init")
        .arg(&path)
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    (dir, path)
}
