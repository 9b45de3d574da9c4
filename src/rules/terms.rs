//! Every word of every term list and every rule in one automaton: one pass over a listing finds them all.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use daachorse::CharwiseDoubleArrayAhoCorasick;

use crate::{
    model::ReferenceRow,
    reference::{Kind, Reference},
    text::fold::{Folded, fold},
};

/// Quick, and never walked: no answer depends on its order.
pub(super) type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// A pattern, and the lists in which it counts or stands as an exception.
#[derive(Debug, Default)]
struct Pattern {
    text: String,
    counts_in: Vec<usize>,
    excepts_in: Vec<usize>,
    /// A rule looks for it itself.
    own: bool,
}

/// A term list as rules name it.
#[derive(Debug)]
pub(super) struct List {
    pub name: String,
    pub row: ReferenceRow,
}

/// The lists and words of one set of rules. The maps are only looked up, never walked.
pub(super) struct Terms {
    lists: Vec<List>,
    list_numbers: Map<String, usize>,
    patterns: Vec<Pattern>,
    by_text: Map<String, u32>,
    /// Words that rules look for themselves, as written.
    own: Map<String, u32>,
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

/// What one pass over a listing found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By list: where its terms stand outside its exceptions.
    lists: Places,
    /// By pattern: where a word that rules look for themselves stands.
    words: Places,
}

/// Hits by the number of what was hit, in the order of the page.
#[derive(Debug, Default)]
struct Places {
    /// Numbers with the end of their hits, sorted.
    ends: Vec<(usize, usize)>,
    hits: Vec<Hit>,
}

impl Places {
    fn of(mut all: Vec<(usize, Hit)>) -> Self {
        all.sort_unstable();
        let mut places = Self::default();
        for (number, hit) in all {
            places.hits.push(hit);
            let end = places.hits.len();
            match places.ends.last_mut() {
                Some((last, known)) if *last == number => *known = end,
                _ => places.ends.push((number, end)),
            }
        }
        places
    }

    fn of_number(&self, number: usize) -> &[Hit] {
        let Ok(at) = self
            .ends
            .binary_search_by_key(&number, |(number, _)| *number)
        else {
            return &[];
        };
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before].1);
        &self.hits[start..self.ends[at].1]
    }
}

impl Terms {
    /// All lists of the reference data, and the words that rules look for themselves.
    pub(super) fn build<'w>(
        reference: &Reference,
        words: impl IntoIterator<Item = &'w str>,
    ) -> Self {
        let mut terms = Self {
            lists: Vec::new(),
            list_numbers: Map::default(),
            patterns: Vec::new(),
            by_text: Map::default(),
            own: Map::default(),
            automaton: None,
        };
        for list in reference.term_lists() {
            let number = terms.lists.len();
            terms.lists.push(List {
                name: list.name.clone(),
                row: list.row.clone(),
            });
            terms.list_numbers.insert(list.name.clone(), number);
            for term in &list.terms {
                if let Some((_, pattern)) = terms.pattern(term) {
                    pattern.counts_in.push(number);
                }
            }
            for phrase in &list.except {
                if let Some((_, pattern)) = terms.pattern(phrase) {
                    pattern.excepts_in.push(number);
                }
            }
        }
        for word in words {
            if let Some((number, pattern)) = terms.pattern(word) {
                pattern.own = true;
                terms.own.insert(word.to_owned(), number);
            }
        }
        let numbered = terms.patterns.iter().zip(0u32..);
        terms.automaton =
            CharwiseDoubleArrayAhoCorasick::with_values(numbered.map(|(p, n)| (&p.text, n))).ok();
        terms
    }

    /// The pattern for a term, made where it is new; none for a term that folds to nothing.
    fn pattern(&mut self, term: &str) -> Option<(u32, &mut Pattern)> {
        let text = fold(term).trim().to_owned();
        if text.is_empty() {
            return None;
        }
        let next = u32::try_from(self.patterns.len()).ok()?;
        let number = *self.by_text.entry(text.clone()).or_insert(next);
        if number == next {
            self.patterns.push(Pattern {
                text,
                ..Pattern::default()
            });
        }
        Some((number, self.patterns.get_mut(number as usize)?))
    }

    /// The number of a list.
    pub(super) fn list(&self, name: &str) -> Option<usize> {
        self.list_numbers.get(name).copied()
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
        let pattern = number.and_then(|number| self.patterns.get(*number as usize));
        pattern.is_some_and(|pattern| pattern.counts_in.contains(&list))
    }

    /// One pass over each passage.
    pub(super) fn search<'t>(&self, passages: impl Iterator<Item = &'t Folded>) -> Found {
        let Some(automaton) = &self.automaton else {
            return Found::default();
        };
        let (mut lists, mut words) = (Vec::new(), Vec::new());
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
                if pattern.own {
                    words.push((number, place));
                }
                lists.extend(pattern.counts_in.iter().map(|list| (*list, place)));
            }
        }
        exceptions
            .values_mut()
            .for_each(|phrases| reach_on(phrases));
        lists.retain(|(list, hit): &(usize, Hit)| {
            let phrases = exceptions.get(&(*list, hit.passage));
            !phrases.is_some_and(|phrases| hit.within(phrases))
        });
        Found {
            lists: Places::of(lists),
            words: Places::of(words),
        }
    }

    /// Where a word stands that the rule names itself; looked for now where it is not in the automaton.
    pub(super) fn places<'f, 't>(
        &self,
        found: &'f Found,
        word: &str,
        passages: impl Iterator<Item = &'t Folded>,
    ) -> Cow<'f, [Hit]> {
        if let Some(pattern) = self.own.get(word).filter(|_| self.automaton.is_some()) {
            return Cow::Borrowed(found.words.of_number(*pattern as usize));
        }
        let folded = fold(word);
        let word = folded.trim();
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
    /// The lists of which a term stands in the text.
    pub(super) fn lists(&self) -> impl Iterator<Item = usize> + '_ {
        self.lists.ends.iter().map(|(list, _)| *list)
    }

    /// Where the terms of a list stand, in the order of the page.
    pub(super) fn in_list(&self, list: usize) -> &[Hit] {
        self.lists.of_number(list)
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
    pub kinds: Vec<&'r Kind>,
}

impl<'r> Names<'r> {
    pub(super) fn of(reference: &'r Reference) -> Self {
        Self {
            lists: reference
                .term_lists()
                .map(|list| list.name.as_str())
                .collect(),
            kinds: reference.kinds().collect(),
        }
    }
}
