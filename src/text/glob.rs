//! Names by pattern: `recall/*` is every rule of the pack.

use std::borrow::Cow;

use memchr::memmem::Finder;

/// A pattern that many names are compared with. `*` stands for any characters, also none.
#[derive(Clone, Debug)]
pub struct Glob<'a> {
    head: Cow<'a, str>,
    /// What stands between stars, and what comes after the last; none where there is no star.
    tail: Option<(Vec<Finder<'a>>, Cow<'a, str>)>,
}

impl<'a> Glob<'a> {
    /// Takes a pattern apart.
    pub fn new(written: &'a str) -> Self {
        let Some((head, tail)) = written.split_once('*') else {
            return Self {
                head: written.into(),
                tail: None,
            };
        };
        let (middle, last) = tail.rsplit_once('*').unwrap_or(("", tail));
        let parts = middle.split('*').filter(|part| !part.is_empty());
        Self {
            head: head.into(),
            tail: Some((parts.map(Finder::new).collect(), last.into())),
        }
    }

    /// The same, without what it was made of.
    pub fn into_owned(self) -> Glob<'static> {
        let tail = self.tail.map(|(parts, last)| {
            let parts = parts.into_iter().map(Finder::into_owned).collect();
            (parts, last.into_owned().into())
        });
        Glob {
            head: self.head.into_owned().into(),
            tail,
        }
    }

    /// Whether it is the pattern of `name`.
    pub fn fits(&self, name: &str) -> bool {
        let Some((parts, last)) = &self.tail else {
            return self.head == name;
        };
        let Some(mut rest) = name.as_bytes().strip_prefix(self.head.as_bytes()) else {
            return false;
        };
        for part in parts {
            match part.find(rest) {
                Some(at) => rest = &rest[at + part.needle().len()..],
                None => return false,
            }
        }
        rest.ends_with(last.as_bytes())
    }
}

/// Whether `glob` is the pattern of `name`.
pub fn fits(glob: &str, name: &str) -> bool {
    Glob::new(glob).fits(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_is_any_characters_and_everything_else_is_itself() {
        for (glob, name) in [
            ("recall/*", "recall/matched"),
            ("*", "a/b"),
            ("*/ccc-*", "certificates/ccc-class"),
            ("a/b", "a/b"),
            ("a*标*", "a-标题"),
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

    proptest! {
        #[test]
        fn it_is_as_the_regex_says(glob in "(a|b|é|\\*){0,7}", name in "(a|b|é){0,9}") {
            let steps: Vec<String> = glob.split('*').map(regex::escape).collect();
            let regex = regex::Regex::new(&format!("^{}$", steps.join(".*"))).unwrap();
            prop_assert_eq!(fits(&glob, &name), regex.is_match(&name));
            prop_assert_eq!(Glob::new(&glob).into_owned().fits(&name), regex.is_match(&name));
        }
    }
}
