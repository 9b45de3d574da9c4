//! The steps that cut a wanted value out of a longer text: what stands before it, what stands after it.

use crate::text::price;

/// Characters of a label that are worth naming.
const LONGEST: usize = 40;

/// The steps to try, cheapest first; empty where the text is the value itself, or holds it nowhere as it is written.
pub(super) fn cutting(text: &str, value: &str) -> Vec<String> {
    let Some(at) = text.find(value).filter(|_| !value.is_empty()) else {
        return Vec::new();
    };
    let (before, after) = (&text[..at], &text[at + value.len()..]);
    let mut all = Vec::new();
    for start in starts(before) {
        for end in ends(after) {
            let steps = format!("{start}{end}");
            if !steps.is_empty() && !all.contains(&steps) {
                all.push(steps);
            }
        }
    }
    all
}

/// The step that leaves what follows the label of a number: `Price: 5 EUR`.
pub(super) fn labelled(text: &str) -> Option<String> {
    let label = text.split(|c: char| c.is_numeric()).next()?;
    // A sign or code of a currency belongs to the number.
    let end = label
        .rfind([':', '：'])
        .map(|at| at + label[at..].chars().next().map_or(1, char::len_utf8));
    let words = label.trim().chars().filter(|c| c.is_alphabetic()).count();
    let label = match end {
        Some(end) => &label[..end],
        None if words > 1 && price::currency(label.trim()).is_none() => label,
        None => return None,
    };
    step("after", label.trim())
}

/// Steps for what stands before the value: all of it, or its last word.
fn starts(before: &str) -> Vec<String> {
    let before = before.trim();
    if before.is_empty() {
        return vec![String::new()];
    }
    let last = before.rsplit(char::is_whitespace).next().unwrap_or(before);
    let mark = before.trim_end_matches(|c: char| !c.is_alphanumeric());
    let mark = before[mark.len()..].trim();
    let mut all: Vec<String> = [before, last, mark]
        .into_iter()
        .filter_map(|label| step("after", label))
        .collect();
    all.dedup();
    all
}

/// Steps for what stands after it: the mark that it begins with, its first word, all of it.
fn ends(after: &str) -> Vec<String> {
    if after.trim().is_empty() {
        return vec![String::new()];
    }
    let first = after.split_whitespace().next().unwrap_or_default();
    let spaced = after.starts_with(char::is_whitespace);
    let opening = if spaced {
        format!(" {first}")
    } else {
        first.to_owned()
    };
    let mark: String = after.chars().take_while(|c| !c.is_alphanumeric()).collect();
    let mark = mark.trim_end().to_owned();
    let mut all: Vec<String> = [
        step("before", &mark),
        step("before", &opening),
        step("strip-suffix", after),
    ]
    .into_iter()
    .flatten()
    .collect();
    all.dedup();
    all
}

/// One step with its argument in the quotes that it does not hold itself.
fn step(name: &str, argument: &str) -> Option<String> {
    let fits = !argument.trim().is_empty() && argument.chars().count() <= LONGEST;
    let quote = ['\'', '"']
        .into_iter()
        .find(|quote| !argument.contains(*quote))?;
    fits.then(|| format!(" | {name} {quote}{argument}{quote}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_tails_are_cut_off() {
        let steps = cutting("Brand: Acorn", "Acorn");
        assert_eq!(steps[0], " | after 'Brand:'");
        assert!(cutting("Kettle X | Shop", "Kettle X").contains(&" | before ' |'".to_owned()));
        assert!(cutting("SKU 55 (new)", "55").contains(&" | after 'SKU' | before ' ('".to_owned()));
        assert!(cutting("/i/55.html", "55").contains(&" | after '/i/' | before '.'".to_owned()));
        assert!(cutting("Acorn", "Acorn").is_empty());
        assert!(cutting("Acorn", "Oak").is_empty());
        assert_eq!(
            labelled("Preis: 5,00 €").as_deref(),
            Some(" | after 'Preis:'")
        );
        assert_eq!(
            labelled("EAN 4006381333931").as_deref(),
            Some(" | after 'EAN'")
        );
        assert_eq!(labelled("EUR 5,00"), None);
        assert_eq!(labelled("€ 5,00"), None);
        assert_eq!(labelled("'Now\" price 5"), None);
    }
}
