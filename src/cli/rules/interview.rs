//! Plain questions in two languages, each with what would be right, until there is an answer that will do.

use std::io::BufRead;

use crate::{cli::Failure, text::harmless};

/// Somebody who answers, line by line.
pub(super) struct Interview<'a> {
    pub(super) answers: &'a mut dyn BufRead,
    /// Shows a line to them.
    pub(super) say: &'a dyn Fn(&str),
}

/// One question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    pub(super) english: &'static str,
    pub(super) chinese: &'static str,
    /// The option that answers it without asking.
    pub(super) option: &'static str,
}

impl Interview<'_> {
    /// Asks until `accept` takes the answer; what it refuses with is said before the question comes again.
    pub(super) fn ask<T>(
        &mut self,
        question: Question,
        accept: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        loop {
            (self.say)(&format!("{}\n{}", question.english, question.chinese));
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
                Err(wrong) => (self.say)(&harmless::line(&wrong)),
            }
        }
    }

    /// The answer of an option, or of a person.
    pub(super) fn given_or_asked<T>(
        &mut self,
        given: Option<&str>,
        question: Question,
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

/// One word of a list, or its number from 1.
pub(super) fn one_of(answer: &str, known: &[&str]) -> Result<String, String> {
    let number = answer.parse::<usize>().ok();
    let numbered = number.and_then(|number| known.get(number.checked_sub(1)?));
    let found = numbered.or_else(|| known.iter().find(|word| **word == answer));
    found
        .map(|word| (*word).to_owned())
        .ok_or_else(|| format!("one of these would be right · 请选择: {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    const KIND: Question = Question {
        english: "Which kind?",
        chinese: "哪一类？",
        option: "--kind",
    };

    #[test]
    fn a_wrong_answer_is_told_and_the_question_comes_again() {
        let said = RefCell::new(Vec::new());
        let say = |line: &str| said.borrow_mut().push(line.to_owned());
        let mut answers = "odd\n 2 \n".as_bytes();
        let mut interview = Interview {
            answers: &mut answers,
            say: &say,
        };
        let accept = |answer: &str| one_of(answer, &["recall", "safety"]);
        assert_eq!(interview.ask(KIND, accept).unwrap(), "safety");
        let missing = interview.ask(KIND, accept).unwrap_err().to_string();
        assert_eq!(
            missing,
            "there is no answer to: Which kind?; give it with --kind"
        );
        let given = interview
            .given_or_asked(Some("odd"), KIND, accept)
            .unwrap_err();
        assert_eq!(
            given.to_string(),
            "--kind: one of these would be right · 请选择: recall, safety"
        );
        assert_eq!(
            interview
                .given_or_asked(Some("recall"), KIND, accept)
                .unwrap(),
            "recall"
        );
        let said = said.into_inner();
        assert_eq!(said[0], "Which kind?\n哪一类？");
        assert_eq!(
            said[1],
            "one of these would be right · 请选择: recall, safety"
        );
        assert_eq!(said.len(), 4);
    }

    #[test]
    fn several_answers_stand_between_commas_of_any_language() {
        assert_eq!(several("高仿，A货、 1:1 ,"), ["高仿", "A货", "1:1"]);
        assert_eq!(several(" "), [] as [&str; 0]);
        assert!(words("").is_err());
    }
}
