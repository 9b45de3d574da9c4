//! Numbers of things, as people say them.

use std::fmt::Display;

/// So many of what is called `one`: "1 error", "2 errors", "2 breaches".
pub(super) fn counted<N: Display + PartialEq + From<u8>>(number: N, one: &str) -> String {
    let ending = match one {
        _ if number == N::from(1) => "",
        _ if one.ends_with("ch") => "es",
        _ => "s",
    };
    format!("{number} {one}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_one_and_all_else_is_many() {
        let said = [0u64, 1, 2].map(|number| counted(number, "error"));
        assert_eq!(said, ["0 errors", "1 error", "2 errors"]);
        assert_eq!(counted(3usize, "breach"), "3 breaches");
    }
}
