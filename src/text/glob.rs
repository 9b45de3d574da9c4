//! Names by pattern: `recall/*` is every rule of the pack.

use memchr::memmem;

/// `*` stands for any characters, also none.
pub fn fits(glob: &str, name: &str) -> bool {
    let Some((head, tail)) = glob.split_once('*') else {
        return glob == name;
    };
    let Some(mut rest) = name.strip_prefix(head) else {
        return false;
    };
    let (middle, last) = tail.rsplit_once('*').unwrap_or(("", tail));
    for part in middle.split('*').filter(|part| !part.is_empty()) {
        let after = memmem::find(rest.as_bytes(), part.as_bytes())
            .and_then(|at| rest.get(at + part.len()..));
        match after {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_is_any_characters_and_everything_else_is_itself() {
        for (glob, name) in [
            ("recall/*", "recall/matched"),
            ("*", "a/b"),
            ("*/ccc-*", "certificates/ccc-class"),
            ("a/b", "a/b"),
        ] {
            assert!(fits(glob, name), "{glob} {name}");
        }
        for (glob, name) in [
            ("recall/*", "recalls/x"),
            ("a/b", "a/bc"),
            ("*/x", "a/xy"),
            ("a*a", "a"),
        ] {
            assert!(!fits(glob, name), "{glob} {name}");
        }
    }
}
