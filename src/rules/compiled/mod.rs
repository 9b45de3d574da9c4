//! `check` made ready once for many runs: the ways through a script that most listings take, without the interpreter.
//!
//! The interpreter looks up every variable, operator and function by name each time it meets it, which takes several times
//! longer than what is asked for. Here variables are places, parameters are values, and functions are found when the rule is
//! loaded. Only what a script can do without surprise is made ready: fields, comparisons, numbers, calls of this host's
//! functions, `if`, `for` over lists, `filter` and `map`. Whatever else a run meets, a value of a kind that was not expected,
//! an error or more work than a common run takes, is *left*: the interpreter runs the script from its beginning and its answer
//! counts. So nothing here fails, and a rule says here what it says there, with the same proofs, or nothing (`property`).

mod build;
mod expressions;
mod operators;
#[cfg(test)]
mod property;
mod run;
mod values;

use std::sync::Arc;

use rhai::{Dynamic, ImmutableString, Position};

use self::operators::{Arithmetic, Comparison};
pub(super) use self::run::Bench;
use super::{host::Native, native::outcome::Said};

/// `check`, made ready.
#[derive(Debug)]
pub(super) struct Program {
    body: Vec<Step>,
    /// Variables at once, the listing among them.
    places: usize,
    /// What it may say.
    answers: Vec<Answer>,
}

/// An answer as it stands in the script: pass or unsure.
#[derive(Debug)]
pub(super) struct Answer {
    pub said: Said,
    pub reason: Arc<str>,
    /// Something of the listing is to be filled in.
    pub quotes: bool,
}

/// Why a run was left to the interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// It came to where the rule flags, and nobody noted what it looked at.
    Flag,
    /// It met something that is not made ready.
    Unready,
}

#[derive(Debug)]
enum Step {
    /// A variable is given a value.
    Set(usize, Node),
    If(Node, Vec<Step>, Vec<Step>),
    Each {
        list: Node,
        each: usize,
        /// Where the number of the element stands, from 0.
        number: Option<usize>,
        body: Vec<Step>,
    },
    /// The end, with an answer by its number.
    Answer(usize),
    /// The end, with a flag.
    Flag(Node),
    Break,
    Continue,
    Leave,
}

#[derive(Debug)]
enum Node {
    Value(Dynamic),
    Place(usize),
    /// A field of the listing by its number.
    Field(usize),
    Seller,
    List(Vec<Node>),
    /// A field of a value, or a function of this host.
    Call(Box<Call>),
    /// A function of the language.
    Word(Word, Vec<Node>),
    /// What is asked first, each with its place, and what is made of it.
    With(Box<(Vec<(usize, Node)>, Node)>),
    /// The list, the place of the element, and what is asked of it.
    Over(Over, Box<(Node, usize, Node)>),
    At(Box<(Node, Node)>),
    Compare(Comparison, Box<(Node, Node)>),
    Compute(Arithmetic, Box<(Node, Node)>),
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
    /// What is asked, what is meant where it holds, and where it does not.
    Either(Box<(Node, Node, Node)>),
    /// `??`
    First(Vec<Node>),
    Leave,
}

#[derive(Debug)]
struct Call {
    name: ImmutableString,
    ways: Arc<[Native]>,
    otherwise: Option<Otherwise>,
    arguments: Vec<Node>,
    at: Position,
}

/// What is meant where none of this host's functions takes the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Otherwise {
    Word(Word),
    /// What a map holds under the name.
    Key,
}

/// A function of the language that asks a closure about the elements of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    Filter,
    Map,
    Some,
    All,
}

impl Over {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "filter" => Self::Filter,
            "map" => Self::Map,
            "some" => Self::Some,
            "all" => Self::All,
            _ => return None,
        })
    }
}

/// A function of the language, of texts and lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    IsEmpty,
    Len,
    StartsWith,
    EndsWith,
    Contains,
}

impl Word {
    fn of(name: &str, count: usize) -> Option<Self> {
        Some(match (name, count) {
            ("is_empty", 1) => Self::IsEmpty,
            ("len", 1) => Self::Len,
            ("starts_with", 2) => Self::StartsWith,
            ("ends_with", 2) => Self::EndsWith,
            ("contains", 2) => Self::Contains,
            _ => return None,
        })
    }
}
