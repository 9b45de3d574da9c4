//! A fault in a text file, drawn as rustc draws it: the line, a caret under the place, what would be right.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::likeness::similar;

/// Where a byte offset stands: line and column, both from 1, the column in characters.
pub fn position(source: &str, offset: usize) -> (usize, usize) {
    let before = &source[..source.floor_char_boundary(offset.min(source.len()))];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

/// Draws `title` over the line that holds bytes `span` of `source`, carets by display width, `label` beside them.
pub fn draw(
    level: &str,
    code: &str,
    title: &str,
    path: &str,
    source: &str,
    span: Range<usize>,
    label: Option<&str>,
) -> String {
    let level = if level == "warning" {
        Level::WARNING
    } else {
        Level::ERROR
    };
    let start = source.floor_char_boundary(span.start.min(source.len()));
    let end = source.ceil_char_boundary(span.end.clamp(start, source.len()));
    let annotation = AnnotationKind::Primary.span(start..end);
    let annotation = match label {
        Some(label) => annotation.label(label),
        None => annotation,
    };
    let heading = level.primary_title(title);
    let heading = if code.is_empty() {
        heading
    } else {
        heading.id(code)
    };
    let report = heading.element(Snippet::source(source).path(path).annotation(annotation));
    Renderer::plain().render(&[report]).to_string()
}

/// The word that is most like `word` (the first of equals), a swapped pair of letters being one change; at most a third is changed.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let letters = word.chars().count();
    let changes = |candidate: &str| {
        let longest = candidate.chars().count().max(letters);
        ((1.0 - similar(word, candidate)) * longest as f64).round() as usize
    };
    known
        .into_iter()
        .map(|candidate| (changes(candidate), candidate))
        .filter(|(changes, _)| *changes <= (letters / 3).max(1))
        .min_by_key(|(changes, _)| *changes)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_under_the_word_even_after_wide_characters() {
        let source = "a\n标题 titel\n";
        let at = source.find("titel").unwrap();
        let picture = draw(
            "error",
            "R101",
            "no such field",
            "x.rhai",
            source,
            at..at + 5,
            Some("did you mean `title`?"),
        );
        let caret = picture.lines().find(|l| l.contains('^')).unwrap();
        // Two Han characters are four columns wide, so the caret stands seven columns after the bar.
        assert!(
            caret.contains("|      ^^^^^ did you mean `title`?"),
            "{picture}"
        );
        assert_eq!(position(source, at), (2, 4));
    }

    #[test]
    fn only_a_near_word_is_suggested() {
        assert_eq!(nearest("tittle", ["title", "price"]), Some("title"));
        assert_eq!(nearest("titel", ["tile", "title"]), Some("title"));
        assert_eq!(nearest("colour", ["title", "price"]), None);
    }
}
