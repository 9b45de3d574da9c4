//! Plain questions in two languages, each with what would be right, until there is an answer that will do.

use std::io::BufRead;

use crate::{
    cli::Failure,
    text::{harmless, snippet::nearest},
};

/// Somebody who answers, line by line.
pub(super) struct Interview<'a> {
    pub(super) answers: &'a mut dyn BufRead,
    /// Shows a line to them.
    pub(super) say: &'a dyn Fn(&str),
    /// Shows them that it is their turn.
    pub(super) prompt: &'a dyn Fn(),
}

/// One question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub(super) english: &'a str,
    pub(super) chinese: &'a str,
    /// What there is to choose from; empty where the answer is free.
    pub(super) choices: &'a [Choice<'a>],
    /// The option that answers it without asking.
    pub(super) option: &'a str,
}

/// One of the answers that a question offers, and what it means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice<'a> {
    pub(super) word: &'a str,
    pub(super) english: &'a str,
    pub(super) chinese: &'a str,
}

impl Question<'_> {
    /// As it is shown: both languages, and a line for each choice.
    fn shown(&self) -> String {
        let mut shown = format!("\n{}\n{}", self.english, self.chinese);
        let words = self.choices.iter().map(|choice| choice.word.len());
        let width = words.max().unwrap_or(0);
        for (number, choice) in self.choices.iter().enumerate() {
            let (number, word) = (number + 1, choice.word);
            let line = format!(
                "{number:>4} {word:width$}  {} · {}",
                choice.english, choice.chinese
            );
            shown.push('\n');
            shown.push_str(&harmless::line(&line));
        }
        shown
    }

    /// The choice of that word, or of that number from 1.
    pub(super) fn one(&self, answer: &str) -> Result<String, String> {
        let number = answer.parse::<usize>().ok();
        let numbered = number.and_then(|number| self.choices.get(number.checked_sub(1)?));
        let words = || self.choices.iter().map(|choice| choice.word);
        let found = numbered.map(|choice| choice.word);
        let found = found.or_else(|| words().find(|word| *word == answer));
        found.map(str::to_owned).ok_or_else(|| {
            if let Some(near) = nearest(answer, words()) {
                return format!("did you mean {near}? · 是否想填 {near}？");
            }
            let words: Vec<_> = words().collect();
            let most = words.len();
            format!("a number from 1 to {most} or a word would be right · 请填写编号 1-{most} 或其词: {}", words.join(", "))
        })
    }
}

impl Interview<'_> {
    /// Asks until `accept` takes the answer; what it refuses with is said before the person is asked again.
    pub(super) fn ask<T>(
        &mut self,
        question: Question<'_>,
        accept: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        (self.say)(&question.shown());
        loop {
            (self.prompt)();
            let mut line = String::new();
            let read = self.answers.read_line(&mut line);
            let read =
                read.map_err(|e| Failure::Message(format!("could not read an answer: {e}")))?;
            if read == 0 {
                return Err(Failure::Message(format!(
                    "there is no answer to: {}; give it with {}",
                    question.english, question.option
                )));
            }
            match accept(line.trim()) {
                Ok(answer) => return Ok(answer),
                Err(wrong) => wrong
                    .lines()
                    .for_each(|line| (self.say)(&harmless::line(line))),
            }
        }
    }

    /// The answer of an option, or of a person.
    pub(super) fn given_or_asked<T>(
        &mut self,
        given: Option<&str>,
        question: Question<'_>,
        accept: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        match given {
            Some(given) => accept(given)
                .map_err(|wrong| Failure::Message(format!("{}: {wrong}", question.option))),
            None => self.ask(question, accept),
        }
    }
}

/// Any words.
pub(super) fn words(answer: &str) -> Result<String, String> {
    match answer.is_empty() {
        false => Ok(answer.to_owned()),
        true => Err("some words are needed · 请填写".to_owned()),
    }
}

/// Words apart by commas, of either language; none where there is no answer.
pub(super) fn several(answer: &str) -> Vec<String> {
    let parts = answer.split([',', '，', '、']).map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    const KIND: Question<'_> = Question {
        english: "Which kind?",
        chinese: "哪一类？",
        choices: &[
            Choice {
                word: "recall",
                english: "recalled goods",
                chinese: "召回",
            },
            Choice {
                word: "safety",
                english: "harm",
                chinese: "安全",
            },
        ],
        option: "--kind",
    };

    #[test]
    fn a_wrong_answer_is_told_and_asked_for_again() {
        let said = RefCell::new(Vec::new());
        let say = |line: &str| said.borrow_mut().push(line.to_owned());
        let mut answers = "odd\nsafty\n3\n 2 \n".as_bytes();
        let mut interview = Interview {
            answers: &mut answers,
            say: &say,
            prompt: &|| say("> "),
        };
        let accept = |answer: &str| KIND.one(answer);
        assert_eq!(interview.ask(KIND, accept).unwrap(), "safety");
        let missing = interview.ask(KIND, accept).unwrap_err().to_string();
        assert_eq!(
            missing,
            "there is no answer to: Which kind?; give it with --kind"
        );
        let given = interview.given_or_asked(Some("saftey"), KIND, accept);
        assert_eq!(
            given.unwrap_err().to_string(),
            "--kind: did you mean safety? · 是否想填 safety？"
        );
        let given = interview.given_or_asked(Some("recall"), KIND, accept);
        assert_eq!(given.unwrap(), "recall");
        let shown =
            "\nWhich kind?\n哪一类？\n   1 recall  recalled goods · 召回\n   2 safety  harm · 安全";
        let odd =
            "a number from 1 to 2 or a word would be right · 请填写编号 1-2 或其词: recall, safety";
        let near = "did you mean safety? · 是否想填 safety？";
        let expected = [shown, "> ", odd, "> ", near, "> ", odd, "> ", shown, "> "];
        assert_eq!(said.into_inner(), expected);
    }

    #[test]
    fn several_answers_stand_between_commas_of_any_language() {
        assert_eq!(several("高仿，A货、 1:1 ,"), ["高仿", "A货", "1:1"]);
        assert_eq!(several(" "), [] as [&str; 0]);
        assert!(words("").is_err());
    }
}
