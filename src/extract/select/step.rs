//! The small transforms of a recipe: what `after`, `match`, `number` and the others make of the values found.

use regex::{Regex, RegexBuilder};
use rust_decimal::Decimal;

use super::{
    MOST_BYTES, Value,
    written::{Part, Wrong, words},
};
use crate::{
    extract::page::PageModel,
    text::{fold::fold, price, snippet::nearest},
};

/// Memory that one compiled expression may take, in bytes. Matching is linear in the text whatever the expression.
const EXPRESSION_BYTES: usize = 1 << 20;
/// Values that a step may leave.
const MOST_VALUES: usize = 100;

/// One transform.
#[derive(Debug)]
pub(super) enum Step {
    After(String),
    Before(String),
    StripPrefix(String),
    StripSuffix(String),
    Match(Regex),
    Replace(String, String),
    Number,
    Digits,
    Divide(Decimal),
    Times(Decimal),
    Currency(String),
    /// Folded words, and what each means.
    Map(Vec<(String, String)>),
    First,
    Last,
    Nth(usize),
    Join(String),
    Split(String),
    Url,
}

/// Every step as it is written, for those who wrote another.
const STEPS: &[(&str, &str)] = &[
    ("after", "after '：'"),
    ("before", "before '('"),
    ("currency", "currency EUR"),
    ("digits", "digits"),
    ("divide", "divide 100"),
    ("first", "first"),
    ("join", "join ' '"),
    ("last", "last"),
    ("map", "map '有货' = InStock, '缺货' = OutOfStock"),
    ("match", "match '[A-Z]{2}-[0-9]+'"),
    ("nth", "nth 2"),
    ("number", "number"),
    ("replace", "replace '_' ' '"),
    ("split", "split ','"),
    ("strip-prefix", "strip-prefix 'SKU '"),
    ("strip-suffix", "strip-suffix ' - Shop'"),
    ("times", "times 1000"),
    ("url", "url"),
];

impl Step {
    /// Compiles `name 'argument' …`.
    pub(super) fn compile(written: &Part<'_>) -> Result<Self, Wrong> {
        let words = words(written);
        let Some((name, arguments)) = words.split_first() else {
            return Err(Wrong::new(
                written,
                "nothing follows the bar",
                &format!("write one of {}", names()),
            ));
        };
        let Some((_, example)) = STEPS.iter().find(|(known, _)| *known == name.text) else {
            let help = match nearest(name.text, STEPS.iter().map(|(name, _)| *name)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("use one of {}", names()),
            };
            let message = format!("there is no step `{}`", name.text);
            return Err(Wrong::new(name, &message, &help));
        };
        if name.text == "map" {
            return map(written, arguments);
        }
        match (name.text, arguments) {
            ("number", []) => Ok(Self::Number),
            ("digits", []) => Ok(Self::Digits),
            ("first", []) => Ok(Self::First),
            ("last", []) => Ok(Self::Last),
            ("url", []) => Ok(Self::Url),
            ("replace", [from, to]) if !from.text.is_empty() => {
                Ok(Self::Replace(from.text.to_owned(), to.text.to_owned()))
            }
            ("join", [with]) => Ok(Self::Join(with.text.to_owned())),
            (_, [argument]) if !argument.text.is_empty() => Self::of_one(name.text, argument)
                .unwrap_or_else(|| Err(misused(written, name.text, example))),
            _ => Err(misused(written, name.text, example)),
        }
    }

    /// A step that takes one argument; none where `name` takes none or more.
    fn of_one(name: &str, argument: &Part<'_>) -> Option<Result<Self, Wrong>> {
        let text = || argument.text.to_owned();
        Some(Ok(match name {
            "after" => Self::After(text()),
            "before" => Self::Before(text()),
            "strip-prefix" => Self::StripPrefix(text()),
            "strip-suffix" => Self::StripSuffix(text()),
            "split" => Self::Split(text()),
            "match" => return Some(expression(argument)),
            "divide" => return Some(factor(argument).map(Self::Divide)),
            "times" => return Some(factor(argument).map(Self::Times)),
            "currency" => return Some(currency(argument)),
            "nth" => match argument.text.parse() {
                Ok(nth) if nth > 0 => Self::Nth(nth),
                _ => return Some(Err(Wrong::new(argument, "`nth` counts from 1", "nth 2"))),
            },
            _ => return None,
        }))
    }

    /// What the values become. A value in which a step finds nothing is dropped, so that the recipe's next way is tried.
    pub(super) fn apply(&self, mut values: Vec<Value>, page: &PageModel<'_>) -> Vec<Value> {
        match self {
            Self::First => values.truncate(1),
            Self::Last => values = values.pop().into_iter().collect(),
            Self::Nth(nth) => values = values.into_iter().nth(nth - 1).into_iter().collect(),
            Self::Join(with) => values = joined(values, with).into_iter().collect(),
            Self::Split(at) => {
                let pieces = values.into_iter().flat_map(|value| {
                    let texts: Vec<String> = value.text.split(at).map(str::to_owned).collect();
                    texts.into_iter().map(move |text| value.with(&text))
                });
                values = pieces
                    .filter(|value| !value.text.is_empty())
                    .take(MOST_VALUES)
                    .collect();
            }
            Self::Currency(code) => {
                for value in &mut values {
                    value.currency = Some(code.clone());
                }
            }
            _ => {
                values = values
                    .into_iter()
                    .filter_map(|value| {
                        let text = self.text(&value, page)?;
                        let numeric =
                            matches!(self, Self::Number | Self::Divide(_) | Self::Times(_));
                        Some(Value {
                            number: numeric,
                            ..value.with(&text)
                        })
                    })
                    .filter(|value| !value.text.is_empty())
                    .collect();
            }
        }
        values
    }

    /// What the text of one value becomes.
    fn text(&self, value: &Value, page: &PageModel<'_>) -> Option<String> {
        let text = value.text.as_str();
        let own = |text: &str| Some(text.to_owned());
        match self {
            Self::After(mark) => text.split_once(mark.as_str()).and_then(|(_, x)| own(x)),
            Self::Before(mark) => text.split_once(mark.as_str()).and_then(|(x, _)| own(x)),
            Self::StripPrefix(mark) => own(text.strip_prefix(mark.as_str()).unwrap_or(text)),
            Self::StripSuffix(mark) => own(text.strip_suffix(mark.as_str()).unwrap_or(text)),
            Self::Match(expression) => {
                let found = expression.captures(text)?;
                own(found.get(1).or_else(|| found.get(0))?.as_str())
            }
            Self::Replace(from, to) => {
                // An argument of many bytes could make a long text of a short one.
                let grown = text.len() + text.matches(from.as_str()).count() * to.len();
                (grown <= MOST_BYTES).then(|| text.replace(from.as_str(), to))
            }
            Self::Number => number(value).map(|n| n.to_string()),
            Self::Digits => {
                let digits = text.chars().filter_map(|c| c.to_digit(10));
                Some(digits.map(|d| d.to_string()).collect())
            }
            Self::Divide(by) => Some(number(value)?.checked_div(*by)?.normalize().to_string()),
            Self::Times(by) => Some(number(value)?.checked_mul(*by)?.normalize().to_string()),
            Self::Map(pairs) => mapped(pairs, text),
            Self::Url => page.resolve(text).map(|url| url.to_string()),
            _ => own(text),
        }
    }
}

fn joined(values: Vec<Value>, with: &str) -> Option<Value> {
    let texts: Vec<&str> = values.iter().map(|value| value.text.as_str()).collect();
    let mut text = texts.join(with);
    text.truncate(text.floor_char_boundary(MOST_BYTES));
    Some(values.first()?.with(&text))
}

/// The number in a text, however it is written; what is a number already is not read again.
fn number(value: &Value) -> Option<Decimal> {
    if value.number {
        return value.text.parse().ok();
    }
    let text = &value.text;
    price::parse(text, None)
        .map(|money| money.amount)
        .or_else(|| {
            let from = text.find(|c: char| c.is_ascii_digit())?;
            let rest = &text[from..];
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.');
            rest[..end.unwrap_or(rest.len())]
                .trim_end_matches('.')
                .parse()
                .ok()
        })
}

/// What a word means: that of a word equal to it, else of the longest contained in it.
fn mapped(pairs: &[(String, String)], text: &str) -> Option<String> {
    let folded = fold(text);
    let equal = pairs.iter().find(|(word, _)| *word == folded);
    let within = || {
        let contained = pairs
            .iter()
            .filter(|(word, _)| folded.contains(word.as_str()));
        contained.max_by_key(|(word, _)| word.len())
    };
    equal.or_else(within).map(|(_, meaning)| meaning.clone())
}

fn map(step: &Part<'_>, arguments: &[Part<'_>]) -> Result<Step, Wrong> {
    let pairs: Vec<(String, String)> = arguments
        .chunks_exact(2)
        .map(|pair| (fold(pair[0].text), pair[1].text.to_owned()))
        .collect();
    if pairs.is_empty() || arguments.len() % 2 == 1 || pairs.iter().any(|(word, _)| word.is_empty())
    {
        let help = "map '有货' = InStock, '缺货' = OutOfStock";
        let message = "`map` takes pairs, a word and what it means";
        return Err(Wrong::new(step, message, help));
    }
    Ok(Step::Map(pairs))
}

fn expression(argument: &Part<'_>) -> Result<Step, Wrong> {
    let compiled = RegexBuilder::new(argument.text)
        .size_limit(EXPRESSION_BYTES)
        .dfa_size_limit(EXPRESSION_BYTES)
        .build();
    compiled.map(Step::Match).map_err(|error| {
        // The last line of a syntax error says what is wrong; those before it draw the expression.
        let words = error.to_string();
        let last = words.lines().last().unwrap_or_default();
        let message = format!("no regular expression: {}", last.trim_start_matches("error: "));
        Wrong::new(
            argument,
            &message,
            "write it like match 'No\\. ([0-9]+)'; its first group is taken, or the whole; in a TOML string in double quotes each \\ is written \\\\",
        )
    })
}

fn factor(argument: &Part<'_>) -> Result<Decimal, Wrong> {
    argument
        .text
        .parse()
        .ok()
        .filter(|factor| *factor > Decimal::ZERO)
        .ok_or_else(|| Wrong::new(argument, "this is no number above 0", "divide 100"))
}

fn currency(argument: &Part<'_>) -> Result<Step, Wrong> {
    let text = argument.text;
    if text.len() == 3 && text.chars().all(|c| c.is_ascii_uppercase()) {
        return Ok(Step::Currency(text.to_owned()));
    }
    price::currency(text)
        .map(|code| Step::Currency(code.to_owned()))
        .ok_or_else(|| {
            let message = format!("'{text}' is no currency");
            Wrong::new(
                argument,
                &message,
                "use three letters of ISO 4217, such as EUR",
            )
        })
}

fn misused(step: &Part<'_>, name: &str, example: &str) -> Wrong {
    let message = format!("`{name}` is not written so");
    Wrong::new(step, &message, &format!("write it like {example}"))
}

fn names() -> String {
    let names: Vec<&str> = STEPS.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{super::written::parts, *};

    fn made(steps: &str, texts: &[&str]) -> Vec<String> {
        let url = Url::parse("http://shop.example/a/").unwrap();
        let page = PageModel::new("", &url);
        let line = format!("x | {steps}");
        let mut values: Vec<Value> = texts.iter().map(|text| Value::new(text)).collect();
        for step in &parts(&line).unwrap()[1..] {
            values = Step::compile(step).unwrap().apply(values, &page);
        }
        values.into_iter().map(|value| value.text).collect()
    }

    fn wrong(step: &str) -> (String, String, String) {
        let line = format!("x | {step}");
        let wrong = Step::compile(&parts(&line).unwrap()[1]).unwrap_err();
        (
            line[wrong.at].to_owned(),
            wrong.message,
            wrong.help.unwrap_or_default(),
        )
    }

    #[test]
    fn each_step_does_what_it_says() {
        for (steps, given, wanted) in [
            ("after '：'", &["品牌：博美", "none"][..], &["博美"][..]),
            ("before ' ('", &["Kettle (red)"], &["Kettle"]),
            ("strip-prefix 'SKU '", &["SKU 5", "6"], &["5", "6"]),
            ("strip-suffix ' - Shop'", &["Kettle - Shop"], &["Kettle"]),
            ("match 'id=([0-9]+)'", &["/i?id=77&x", "/i"], &["77"]),
            ("match '[0-9]+'", &["a12b"], &["12"]),
            ("replace '_' ' '", &["a_b_c"], &["a b c"]),
            (
                "number",
                &["1.299,00 €", "nur 5 Stück", "x"],
                &["1299.00", "5"],
            ),
            ("digits", &["EAN 4 006381-333931"], &["4006381333931"]),
            ("divide 100", &["1999"], &["19.99"]),
            ("times 1000", &["1.5"], &["1500"]),
            (
                "map '有货' = InStock, '无货' = OutOfStock",
                &["现在有货", "無貨", "?"],
                &["InStock", "OutOfStock"],
            ),
            ("first", &["a", "b"], &["a"]),
            ("last", &["a", "b"], &["b"]),
            ("nth 2", &["a", "b", "c"], &["b"]),
            ("join ' > '", &["a", "b"], &["a > b"]),
            ("split ','", &["a, b,,c"], &["a", "b", "c"]),
            (
                "url",
                &["b.png", "javascript:x"],
                &["http://shop.example/a/b.png"],
            ),
            ("after ':' | before 'g' | number", &["Net: 250 g"], &["250"]),
        ] {
            assert_eq!(made(steps, given), wanted, "{steps}");
        }
    }

    #[test]
    fn a_currency_goes_with_its_price() {
        let url = Url::parse("http://shop.example/").unwrap();
        let page = PageModel::new("", &url);
        let line = "x | currency €";
        let step = Step::compile(&parts(line).unwrap()[1]).unwrap();
        let values = step.apply(vec![Value::new("5")], &page);
        assert_eq!(values[0].currency.as_deref(), Some("EUR"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_what_would_be_right() {
        let (at, message, help) = wrong("aftr ':'");
        assert_eq!(
            (at.as_str(), help.as_str()),
            ("aftr", "did you mean `after`?")
        );
        assert_eq!(message, "there is no step `aftr`");
        assert_eq!(wrong("match '([a'").0, "([a");
        assert!(wrong("match '([a'").1.contains("unclosed"));
        assert!(wrong("match '(\\w{500}){500}'").1.contains("size limit"));
        assert_eq!(wrong("divide nought").0, "nought");
        assert_eq!(wrong("nth 0").1, "`nth` counts from 1");
        assert_eq!(wrong("after").2, "write it like after '：'");
        assert_eq!(wrong("number 5").1, "`number` is not written so");
        assert_eq!(wrong("map 'a' = b, 'c'").0, "map 'a' = b, 'c'");
        assert_eq!(wrong("currency gold").1, "'gold' is no currency");
        assert!(wrong("").2.starts_with("write one of after"));
    }
}
