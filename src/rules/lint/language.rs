//! Texts that only one half of the readers can read: every rule speaks English and Chinese.

use super::entry;
use crate::rules::{
    fault::Code,
    literal::Literal,
    picture::{Findings, Place},
};

/// Below this many letters a text may be a mark or a number, which need no second language.
const LETTERS: usize = 4;

/// The `//!` comment and the two titles.
pub(super) fn check(rule: Literal<'_>, findings: &mut Findings<'_>) {
    comment(findings);
    let title = |name: &str| {
        let value = entry(rule, name)?;
        Some((value.text()?, value.position()))
    };
    let (english, chinese) = (title("title"), title("title_zh"));
    if let Some((text, at)) = english.filter(|(text, _)| lacks_english(text)) {
        let place = Place::at(at, text.chars().count() + 2);
        add(
            findings,
            place,
            "`title` is not in English",
            "Chinese goes into `title_zh`",
        );
    }
    if let Some((text, at)) = chinese.filter(|(text, _)| lacks_chinese(text)) {
        let place = Place::at(at, text.chars().count() + 2);
        add(
            findings,
            place,
            "`title_zh` is not in Chinese",
            "inspectors read it on the desk",
        );
    }
}

fn comment(findings: &mut Findings<'_>) {
    let text = findings.source.text.as_str();
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    let comment: Vec<&str> = lines.collect();
    let comment = comment.join("\n");
    let missing = match (lacks_english(&comment), lacks_chinese(&comment)) {
        (true, _) => "English",
        (_, true) => "Chinese",
        _ => return,
    };
    let place = Place {
        line: 1,
        column: 1,
        width: "//!".len(),
    };
    let message = format!("the comment does not say in {missing} what the rule finds");
    let help = format!("add a line `//! …` in {missing}");
    add(findings, place, &message, &help);
}

fn add(findings: &mut Findings<'_>, place: Place, message: &str, help: &str) {
    findings.add(
        Code::Language,
        place,
        message.to_owned(),
        Some(help.to_owned()),
    );
}

/// Whether a text of some length has no Chinese character.
pub(super) fn lacks_chinese(text: &str) -> bool {
    !text.chars().any(is_han) && text.chars().filter(|c| c.is_alphabetic()).count() >= LETTERS
}

/// Whether a Chinese text has no word in Latin letters.
pub(super) fn lacks_english(text: &str) -> bool {
    let word = |word: &str| word.len() >= 2 && word.chars().any(|c| c.is_ascii_lowercase());
    let mut words = text.split(|c: char| !c.is_ascii_alphabetic());
    text.chars().any(is_han) && !words.any(word)
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_is_known_by_its_letters() {
        assert!(lacks_chinese("no maker is named") && !lacks_chinese("未标明生产者"));
        assert!(lacks_english("未标明CCC编号") && !lacks_english("no CCC number, 未标明"));
        assert!(
            !lacks_chinese("3C") && !lacks_english("3C"),
            "a mark is in no language"
        );
    }
}
