//! Every word of every term list and every rule in one automaton: one pass over a listing finds them all.

use std::{borrow::Cow, collections::BTreeMap};

use daachorse::CharwiseDoubleArrayAhoCorasick;

use crate::{
    model::ReferenceRow,
    reference::{Kind, Reference},
    text::fold::{Folded, fold},
};

/// A pattern, and the lists in which it counts or stands as an exception.
#[derive(Debug, Default)]
struct Pattern {
    text: String,
    counts_in: Vec<usize>,
    excepts_in: Vec<usize>,
}

/// A term list as rules name it.
#[derive(Debug)]
pub(super) struct List {
    pub name: String,
    pub row: ReferenceRow,
}

/// The lists and words of one set of rules.
pub(super) struct Terms {
    lists: Vec<List>,
    patterns: Vec<Pattern>,
    by_text: BTreeMap<String, usize>,
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
}

impl std::fmt::Debug for Terms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terms")
            .field("lists", &self.lists.len())
            .field("patterns", &self.patterns.len())
            .finish_non_exhaustive()
    }
}

/// Where a word stands: bytes of one passage's folded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    pub passage: usize,
    pub start: usize,
    pub end: usize,
}

/// A word that a rule looks for itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    folded: String,
    /// Where it is in the automaton.
    pattern: Option<usize>,
}

/// What one pass over a listing found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By list: where its terms stand outside its exceptions.
    lists: BTreeMap<usize, Vec<Hit>>,
    /// By pattern: where it stands.
    words: BTreeMap<usize, Vec<Hit>>,
}

impl Terms {
    /// All lists of the reference data, and the words that rules look for themselves.
    pub(super) fn build<'w>(
        reference: &Reference,
        words: impl IntoIterator<Item = &'w str>,
    ) -> Self {
        let mut terms = Self {
            lists: Vec::new(),
            patterns: Vec::new(),
            by_text: BTreeMap::new(),
            automaton: None,
        };
        for list in reference.term_lists() {
            let number = terms.lists.len();
            terms.lists.push(List {
                name: list.name.clone(),
                row: list.row.clone(),
            });
            for term in &list.terms {
                if let Some(pattern) = terms.pattern(term) {
                    pattern.counts_in.push(number);
                }
            }
            for phrase in &list.except {
                if let Some(pattern) = terms.pattern(phrase) {
                    pattern.excepts_in.push(number);
                }
            }
        }
        for word in words {
            terms.pattern(word);
        }
        let numbered = terms.patterns.iter().zip(0u32..);
        terms.automaton =
            CharwiseDoubleArrayAhoCorasick::with_values(numbered.map(|(p, n)| (&p.text, n))).ok();
        terms
    }

    /// The pattern for a term, made where it is new; none for a term that folds to nothing.
    fn pattern(&mut self, term: &str) -> Option<&mut Pattern> {
        let text = fold(term).trim().to_owned();
        if text.is_empty() {
            return None;
        }
        let next = self.patterns.len();
        let number = *self.by_text.entry(text.clone()).or_insert(next);
        if number == next {
            self.patterns.push(Pattern {
                text,
                ..Pattern::default()
            });
        }
        self.patterns.get_mut(number)
    }

    /// The number of a list.
    pub(super) fn list(&self, name: &str) -> Option<usize> {
        self.lists.iter().position(|list| list.name == name)
    }

    /// The list of a number.
    pub(super) fn info(&self, list: usize) -> Option<&List> {
        self.lists.get(list)
    }

    /// The names of all lists.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.lists.iter().map(|list| list.name.as_str())
    }

    /// Whether a text is a term of a list.
    pub(super) fn holds(&self, list: usize, text: &str) -> bool {
        let number = self.by_text.get(fold(text).trim());
        let pattern = number.and_then(|number| self.patterns.get(*number));
        pattern.is_some_and(|pattern| pattern.counts_in.contains(&list))
    }

    /// One pass over each passage.
    pub(super) fn search<'t>(&self, passages: impl Iterator<Item = &'t Folded>) -> Found {
        let mut found = Found::default();
        let Some(automaton) = &self.automaton else {
            return found;
        };
        let mut exceptions: BTreeMap<(usize, usize), Vec<Hit>> = BTreeMap::new();
        for (passage, folded) in passages.enumerate() {
            for hit in automaton.find_overlapping_iter(&folded.text) {
                let (start, end) = (hit.start(), hit.end());
                let number = hit.value() as usize;
                let place = Hit {
                    passage,
                    start,
                    end,
                };
                let Some(pattern) = self.patterns.get(number) else {
                    continue;
                };
                if !stands_alone(&folded.text, start, end) {
                    continue;
                }
                for list in &pattern.excepts_in {
                    exceptions.entry((*list, passage)).or_default().push(place);
                }
                found.words.entry(number).or_default().push(place);
                for list in &pattern.counts_in {
                    found.lists.entry(*list).or_default().push(place);
                }
            }
        }
        exceptions
            .values_mut()
            .for_each(|phrases| reach_on(phrases));
        found.lists.retain(|list, hits| {
            hits.retain(|hit| {
                let phrases = exceptions.get(&(*list, hit.passage));
                !phrases.is_some_and(|phrases| hit.within(phrases))
            });
            hits.sort_unstable();
            !hits.is_empty()
        });
        found
    }

    /// A word as it is looked for.
    pub(super) fn word(&self, word: &str) -> Word {
        let folded = fold(word).trim().to_owned();
        let pattern = self.by_text.get(&folded).copied();
        Word {
            pattern: pattern.filter(|_| self.automaton.is_some()),
            folded,
        }
    }

    /// Where a word stands that the rule names itself; looked for now where it is not in the automaton.
    pub(super) fn places<'f, 't>(
        &self,
        found: &'f Found,
        word: &Word,
        passages: impl Iterator<Item = &'t Folded>,
    ) -> Cow<'f, [Hit]> {
        if let Some(pattern) = word.pattern {
            return Cow::Borrowed(found.words.get(&pattern).map_or(&[], Vec::as_slice));
        }
        let word = word.folded.as_str();
        if word.is_empty() {
            return Cow::Borrowed(&[]);
        }
        let all = passages.enumerate().flat_map(|(passage, folded)| {
            let places = folded.text.match_indices(word);
            let places = places.map(|(start, text)| (start, start + text.len()));
            places
                .filter(|(start, end)| stands_alone(&folded.text, *start, *end))
                .map(move |(start, end)| Hit {
                    passage,
                    start,
                    end,
                })
        });
        Cow::Owned(all.collect())
    }
}

impl Found {
    /// Where the terms of a list stand, in the order of the page.
    pub(super) fn in_list(&self, list: usize) -> &[Hit] {
        self.lists.get(&list).map_or(&[], Vec::as_slice)
    }
}

impl Hit {
    /// Whether one of the phrases (of this passage, after [`reach_on`]) covers it.
    fn within(self, phrases: &[Self]) -> bool {
        let before = phrases.partition_point(|phrase| phrase.start <= self.start);
        phrases[..before]
            .last()
            .is_some_and(|last| last.end >= self.end)
    }
}

/// Sorts phrases by their start and lets each end where the furthest one up to it ends:
/// then the last phrase before a word tells whether any covers it.
fn reach_on(phrases: &mut [Hit]) {
    phrases.sort_unstable();
    let mut furthest = 0;
    for phrase in phrases {
        furthest = furthest.max(phrase.end);
        phrase.end = furthest;
    }
}

/// Whether `text[start..end]` is a word of its own: scripts with spaces match at word boundaries, the others anywhere.
pub(super) fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let joins = |a: Option<char>, b: Option<char>| {
        a.is_some_and(spaced_script) && b.is_some_and(spaced_script)
    };
    let (Some(before), Some(word), Some(after)) =
        (text.get(..start), text.get(start..end), text.get(end..))
    else {
        return false;
    };
    !joins(before.chars().next_back(), word.chars().next())
        && !joins(word.chars().next_back(), after.chars().next())
}

/// A letter or digit of a script that puts spaces between its words.
fn spaced_script(c: char) -> bool {
    c.is_alphanumeric() && !is_packed(c)
}

/// Scripts that run words together: Thai to Khmer, Hangul, kana, Han and their extensions.
fn is_packed(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{11FF}' | '\u{1780}'..='\u{17FF}'
        | '\u{2E80}'..='\u{A4CF}' | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FFDC}' | '\u{20000}'..='\u{3FFFF}')
}

/// The names that reference data gives to rules, for checking rules against them.
#[derive(Debug)]
pub(super) struct Names<'r> {
    pub lists: Vec<&'r str>,
    /// Those of the lists that hold no term.
    pub empty: Vec<&'r str>,
    pub kinds: Vec<&'r Kind>,
}

impl<'r> Names<'r> {
    pub(super) fn of(reference: &'r Reference) -> Self {
        Self {
            lists: reference
                .term_lists()
                .map(|list| list.name.as_str())
                .collect(),
            empty: reference
                .term_lists()
                .filter(|list| list.terms.is_empty())
                .map(|list| list.name.as_str())
                .collect(),
            kinds: reference.kinds().collect(),
        }
    }
}
