//! The page templates' few words: `{{name}}` (escaped), `{{{name}}}` (as it is), `{{#name}}…{{/name}}` (for each, or where there is one).
//! A name that the page does not give is an error, so that a template cannot quietly lose a field.

use serde_json::Value;

/// A template that was read.
#[derive(Debug)]
pub(super) struct Template(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    Value { name: String, raw: bool },
    Section { name: String, inner: Vec<Part> },
}

impl Template {
    /// Reads a template; the error says at which line what is wrong.
    pub(super) fn parse(source: &str) -> Result<Self, String> {
        let mut open: Vec<(String, Vec<Part>)> = Vec::new();
        let mut parts = Vec::new();
        let mut rest = source;
        while let Some(start) = rest.find("{{") {
            let line = 1 + source[..source.len() - rest.len() + start]
                .matches('\n')
                .count();
            parts.push(Part::Text(rest[..start].to_owned()));
            let raw = rest[start..].starts_with("{{{");
            let (begin, end) = if raw { ("{{{", "}}}") } else { ("{{", "}}") };
            let inside = &rest[start + begin.len()..];
            let length = inside
                .find(end)
                .ok_or_else(|| format!("line {line}: '{begin}' is never closed by '{end}'"))?;
            let word = inside[..length].trim();
            rest = &inside[length + end.len()..];
            match (word.strip_prefix('#'), word.strip_prefix('/')) {
                (Some(name), _) => open.push((name.to_owned(), std::mem::take(&mut parts))),
                (_, Some(name)) => {
                    let (opened, outer) = open
                        .pop()
                        .filter(|(opened, _)| opened == name)
                        .ok_or_else(|| {
                            format!("line {line}: '{{{{/{name}}}}}' closes no '{{{{#{name}}}}}'")
                        })?;
                    let inner = std::mem::replace(&mut parts, outer);
                    parts.push(Part::Section {
                        name: opened,
                        inner,
                    });
                }
                _ => parts.push(Part::Value {
                    name: word.to_owned(),
                    raw,
                }),
            }
        }
        if let Some((name, _)) = open.pop() {
            return Err(format!(
                "'{{{{#{name}}}}}' is never closed by '{{{{/{name}}}}}'"
            ));
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// Fills the template; the error names what the page does not give.
    pub(super) fn fill(&self, page: &Value) -> Result<String, String> {
        let mut out = String::new();
        fill(&self.0, &mut vec![page], &mut out)?;
        Ok(out)
    }
}

fn fill(parts: &[Part], scopes: &mut Vec<&Value>, out: &mut String) -> Result<(), String> {
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Value { name, raw: true } => out.push_str(&shown(find(name, scopes)?)),
            Part::Value { name, raw: false } => escape(&shown(find(name, scopes)?), out),
            Part::Section { name, inner } => section(find(name, scopes)?, inner, scopes, out)?,
        }
    }
    Ok(())
}

fn section<'a>(
    value: &'a Value,
    inner: &[Part],
    scopes: &mut Vec<&'a Value>,
    out: &mut String,
) -> Result<(), String> {
    let items = match value {
        Value::Null | Value::Bool(false) => &[],
        Value::String(text) if text.is_empty() => &[],
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    for item in items {
        scopes.push(item);
        let filled = fill(inner, scopes, out);
        scopes.pop();
        filled?;
    }
    Ok(())
}

/// `.` is the innermost value itself; a dotted name walks into objects, from the innermost scope that knows its first word.
fn find<'a>(name: &str, scopes: &[&'a Value]) -> Result<&'a Value, String> {
    let unknown = || format!("'{name}' is not given by this page");
    if name == "." {
        return scopes.last().copied().ok_or_else(unknown);
    }
    let (first, path) = name.split_once('.').unwrap_or((name, ""));
    let start = scopes.iter().rev().find_map(|scope| scope.get(first));
    path.split('.')
        .filter(|word| !word.is_empty())
        .try_fold(start.ok_or_else(unknown)?, |value, word| value.get(word))
        .ok_or_else(unknown)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(source: &str, page: &Value) -> Result<String, String> {
        Template::parse(source)?.fill(page)
    }

    #[test]
    fn values_are_escaped_unless_they_are_markup() {
        let page = json!({ "t": "a<b & \"c\"" });
        assert_eq!(
            filled("{{t}}|{{{t}}}", &page).unwrap(),
            "a&lt;b &amp; &quot;c&quot;|a<b & \"c\""
        );
    }

    #[test]
    fn sections_repeat_and_look_outwards() {
        let page = json!({ "shop": "S", "rows": [{ "n": 1 }, { "n": 2 }], "none": null, "s": { "id": 7 } });
        assert_eq!(
            filled(
                "{{#rows}}{{n}}{{shop}} {{/rows}}{{#none}}x{{/none}}{{s.id}}",
                &page
            )
            .unwrap(),
            "1S 2S 7"
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(
            filled("a\n{{titel}}", &json!({})).unwrap_err(),
            "'titel' is not given by this page"
        );
        assert_eq!(
            filled("a\n{{#a}}", &json!({})).unwrap_err(),
            "'{{#a}}' is never closed by '{{/a}}'"
        );
        assert_eq!(
            filled("a\n{{/a}}", &json!({})).unwrap_err(),
            "line 2: '{{/a}}' closes no '{{#a}}'"
        );
        assert_eq!(
            filled("a\n\n{{a", &json!({})).unwrap_err(),
            "line 3: '{{' is never closed by '}}'"
        );
    }
}
