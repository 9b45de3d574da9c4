//! Text of strangers made harmless for terminals: what steers a terminal or turns the reading order is shown, not obeyed.

use std::borrow::Cow;

/// Control characters, and characters that are invisible or turn the reading order (Unicode TR 36, "bidirectional
/// text spoofing").
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}')
}

/// One line for a terminal: what would steer it is written as `\u{…}`, line breaks and tabs become spaces.
pub fn line(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => shown.push(' '),
            c if steers(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// JSON text in which such characters are escaped, which changes nothing for a parser.
pub fn json(text: &str) -> Cow<'_, str> {
    let hostile = |c: char| steers(c) && !matches!(c, '\n' | '\r' | '\t');
    if !text.contains(hostile) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // Outside strings JSON has none of these, and all of them lie in the Basic Multilingual Plane.
            c if hostile(c) => shown.push_str(&format!("\\u{:04x}", c as u32)),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown() {
        assert_eq!(line("a\u{1b}[2Jb\nc"), "a\\u{1b}[2Jb c");
        assert_eq!(line("safe 儿童"), "safe 儿童");
        assert_eq!(line("evil\u{202e}gpj.exe"), "evil\\u{202e}gpj.exe");
    }

    #[test]
    fn json_reads_back_the_same() {
        let hostile = "x\u{202e}y\u{9b}z\u{2028}";
        let written = serde_json::to_string(hostile).unwrap();
        let shown = json(&written);
        assert!(!shown.contains(steers), "{shown}");
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), hostile);
    }
}
