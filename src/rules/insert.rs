//! A test put into a rule's text: behind the other tests, every other byte as it was.

use rhai::{Engine, Position, Token};

use super::literal::constant;

/// A text with a test in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Inserted {
    pub text: String,
    /// Line of the test, from 1.
    pub line: usize,
}

/// Puts a test (a map as written) at the end of `TESTS`, which is made where the rule has none; none where the text
/// is no rule.
pub(super) fn insert(engine: &Engine, text: &str, test: &str) -> Option<Inserted> {
    let ast = engine.compile(text).ok()?;
    let Some((_, tests)) = constant(&ast, "TESTS") else {
        let gap = if text.ends_with('\n') { "\n" } else { "\n\n" };
        let made = format!("{text}{gap}const TESTS = [\n    {test},\n];\n");
        let line = text.lines().count() + 3;
        return Some(Inserted { text: made, line });
    };
    let (last, close) = closing(engine, text, byte(text, tests.position())?)?;
    let mut made = text[..close].to_owned();
    // The bracket goes to a line of its own, where it was not on one.
    let indent = made.len() - made.trim_end_matches([' ', '\t']).len();
    let own_line = made[..made.len() - indent].ends_with('\n');
    let tail = text[close - if own_line { indent } else { 0 }..].to_owned();
    if own_line {
        made.truncate(close - indent);
    } else {
        made.push('\n');
    }
    let line = made.lines().count() + 1;
    made.push_str(&format!("    {test},\n"));
    made.push_str(&tail);
    if let Some(after) = last {
        made.insert(after, ',');
    }
    Some(Inserted { text: made, line })
}

/// Where the list that begins at byte `open` ends, and where a comma is missing behind its last element.
fn closing(engine: &Engine, text: &str, open: usize) -> Option<(Option<usize>, usize)> {
    // From the list on: a script before it may hold texts that only the parser can take apart.
    let list = &text[open..];
    let (tokens, _control) = engine.lex([&list]);
    let mut depth = 0usize;
    let mut before: Option<(Token, usize)> = None;
    for (token, at) in tokens {
        let at = open + byte(list, at)?;
        match token {
            Token::LeftBracket | Token::MapStart | Token::LeftBrace => depth += 1,
            Token::RightBracket | Token::RightBrace => depth = depth.checked_sub(1)?,
            Token::EOF | Token::LexError(_) => return None,
            _ => {}
        }
        if depth == 0 {
            let missing = before.filter(|(token, _)| *token == Token::RightBrace);
            return Some((missing.map(|(_, at)| at + 1), at));
        }
        before = Some((token, at));
    }
    None
}

/// The byte at a place that the parser names.
fn byte(text: &str, at: Position) -> Option<usize> {
    let (line, column) = (at.line()?, at.position()?.saturating_sub(1));
    let mut starts = text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    });
    let (start, line) = starts.nth(line.saturating_sub(1))?;
    let mut places = line.char_indices().map(|(place, _)| place);
    Some(start + places.nth(column).unwrap_or(line.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::engine::engine;

    fn inserted(text: &str) -> (String, usize) {
        let made = insert(&engine(), text, "#{ pass: \"n\", item: #{} }").unwrap();
        (made.text, made.line)
    }

    #[test]
    fn a_test_goes_behind_the_others_whatever_stands_in_them() {
        let head = "fn check(item) { [1, [2]]; pass(`${item.title} ]`) }\n// 高仿 ]\nconst TESTS = [\n    #{ pass: \"] // \\\" }\", item: #{ category: [\"a]\"] } }";
        let (text, line) = inserted(&format!("{head}, // last ]\n  ];\n// end\n"));
        assert_eq!(line, 5);
        assert_eq!(
            text,
            format!("{head}, // last ]\n    #{{ pass: \"n\", item: #{{}} }},\n  ];\n// end\n")
        );
        let (text, _) = inserted(&format!("{head} // no comma\n];"));
        assert_eq!(
            text,
            format!("{head}, // no comma\n    #{{ pass: \"n\", item: #{{}} }},\n];")
        );
    }

    #[test]
    fn a_list_on_one_line_is_opened_and_a_missing_one_is_made() {
        assert_eq!(
            inserted("const TESTS = [ #{ skip: \"a\" } ];\n"),
            (
                "const TESTS = [ #{ skip: \"a\" }, \n    #{ pass: \"n\", item: #{} },\n];\n"
                    .to_owned(),
                2
            )
        );
        assert_eq!(
            inserted("const TESTS = [];"),
            (
                "const TESTS = [\n    #{ pass: \"n\", item: #{} },\n];".to_owned(),
                2
            )
        );
        let (text, line) = inserted("fn check(item) { pass() }\n");
        assert!(
            text.ends_with("}\n\nconst TESTS = [\n    #{ pass: \"n\", item: #{} },\n];\n"),
            "{text}"
        );
        assert_eq!(
            text.lines()
                .nth(line - 1)
                .map(|l| l.contains("pass: \"n\"")),
            Some(true)
        );
    }

    #[test]
    fn a_text_that_is_no_rule_is_left_alone() {
        assert_eq!(insert(&engine(), "const TESTS = [", "#{}"), None);
    }
}
