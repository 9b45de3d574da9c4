//! State that is what a function gives back, as Nuxt writes it: `__NUXT__=(function(a,b){return {name:a}}("Kettle",5))`.
//! The names in it stand for what the function is called with.

use std::collections::BTreeMap;

use memchr::memmem;

use crate::extract::literal::{Kind, Node};

const MARK: &str = "__NUXT__=(function(";
/// Names of one function.
const MOST: usize = 5_000;

/// A script in this form: the names, and in brackets what they stand for.
pub(super) fn call(script: &str) -> Option<(Vec<&str>, String)> {
    let start = memmem::find(script.as_bytes(), MARK.as_bytes())? + MARK.len();
    let (names, body) = script[start..].split_once(')')?;
    let (_, given) = body.rsplit_once("}(")?;
    let given = given.trim_end().trim_end_matches(';').strip_suffix("))")?;
    let names = names.split(',').map(str::trim).take(MOST).collect();
    Some((names, format!("[{given}]")))
}

/// Puts what they stand for in the place of `names` among `nodes`. `given` are the values that the function is called with.
pub(super) fn put<'t>(nodes: &mut [Node<'t>], names: &[&str], given: &[Node<'t>]) {
    let stands: BTreeMap<&str, &Node<'t>> = names.iter().copied().zip(given).collect();
    for node in nodes.iter_mut().filter(|n| n.kind == Kind::Word) {
        if let Some(value) = stands.get(node.raw)
            && !matches!(value.kind, Kind::Object | Kind::Array)
        {
            (node.raw, node.kind) = (value.raw, value.kind);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_taken_apart() {
        let script = "window.__NUXT__=(function(a, b){return {x:a,y:[b]}}(\"}{\",5));";
        let (names, given) = call(script).unwrap();
        assert_eq!((names, given.as_str()), (vec!["a", "b"], "[\"}{\",5]"));
        assert!(call("window.__NUXT__={a:1}").is_none());
    }
}
