//! JSON as shops write it: strict where it can be, mended where it must be.

use serde_json::Value as Json;

use super::literal::{self, Room};

/// Bytes of a comment in HTML's marks.
const LONGEST_COMMENT: usize = 1_000;

/// How much of a broken block is read.
const SALVAGED: Room = Room {
    bytes: 1 << 20,
    values: 20_000,
};

/// Every JSON value in `text`. Comments, control characters, trailing commas, CDATA marks, escapes that JSON does not
/// know and what follows the last value are overlooked.
pub(super) fn parse(text: &str) -> Result<Vec<Json>, serde_json::Error> {
    let text = text.trim().trim_start_matches('\u{feff}');
    if let Ok(value) = serde_json::from_str(text) {
        return Ok(vec![value]);
    }
    let mended = mend(text);
    let mut values = Vec::new();
    for value in serde_json::Deserializer::from_str(&mended).into_iter() {
        match value {
            Ok(value) => values.push(value),
            Err(_) if !values.is_empty() => break,
            Err(error) => return Err(error),
        }
    }
    Ok(values)
}

/// What can be read of a block that is no JSON, up to where it is none: single quotes, bare names, a cut end.
/// None where no thing has a type.
pub(super) fn salvage(text: &str) -> Option<Json> {
    let at = text.find(['{', '['])?;
    let mut room = SALVAGED;
    let mut nodes = Vec::new();
    literal::read(text, at, &mut room, &mut nodes);
    nodes.iter().find(|node| node.key == "@type")?;
    // A price keeps the digits that it was written with.
    Some(literal::json(&nodes, 0, |written| written.into()))
}

fn mend(text: &str) -> String {
    let decoded;
    let mut rest = text;
    let references = ["&quot;", "&#34;", "&#x22;"]
        .iter()
        .any(|r| text.contains(r));
    if references && !text.contains('"') {
        decoded = super::entity::decode(text);
        rest = &decoded;
    }
    let mut out = String::with_capacity(rest.len());
    while let Some(c) = rest.chars().next() {
        if c == '"' {
            rest = string(rest, &mut out);
        } else if let Some(length) = noise(rest) {
            rest = &rest[length..];
        } else {
            if matches!(c, ']' | '}') {
                out.truncate(
                    out.trim_end_matches(|c: char| c == ',' || c.is_whitespace())
                        .len(),
                );
            }
            out.push(if c.is_control() { ' ' } else { c });
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// The length of a comment or mark that does not belong to JSON.
fn noise(rest: &str) -> Option<usize> {
    // A comment with words, or the marks around everything.
    if let Some(comment) = rest.strip_prefix("<!--")
        && let Some(end) = comment[..comment.floor_char_boundary(LONGEST_COMMENT)].find("-->")
        && !comment[..end].contains(['{', '['])
    {
        return Some(end + "<!---->".len());
    }
    for mark in ["<!--", "-->", "//<![CDATA[", "<![CDATA[", "//]]>", "]]>"] {
        if rest.starts_with(mark) {
            return Some(mark.len());
        }
    }
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    rest.starts_with("/*")
        .then(|| rest.find("*/").map_or(rest.len(), |n| n + 2))
        .or_else(|| rest.starts_with(';').then_some(1))
}

/// Copies one string, with what JSON does not allow in it escaped; gives what follows it.
fn string<'a>(text: &'a str, out: &mut String) -> &'a str {
    out.push('"');
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                out.push('"');
                return &text[at + 1..];
            }
            '\\' => match chars.next() {
                Some((_, c @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't'))) => {
                    out.extend(['\\', c]);
                }
                Some((at, 'u')) if is_hex(&text.as_bytes()[at + 1..]) => out.push_str("\\u"),
                Some((_, c)) if !c.is_control() => out.push(c),
                _ => {}
            },
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    ""
}

fn is_hex(bytes: &[u8]) -> bool {
    bytes.len() >= 4 && bytes[..4].iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_shops_write_is_read() {
        let wanted = json!({"a": "x y", "b": [1, 2]});
        for text in [
            "{\"a\": \"x y\", \"b\": [1, 2]}",
            "<!-- {\"a\": \"x\ny\", \"b\": [1, 2,],} -->",
            "<!-- first -->{\"a\": \"x y\", \"b\": [1, 2]}",
            "// first\n{\"a\": \"x\ty\", /* more */ \"b\": [1, 2]};",
            "//<![CDATA[\n{\"a\": \"x\\ y\", \"b\": [1, 2]}\n//]]>",
            "{&quot;a&quot;: &quot;x y&quot;, &quot;b&quot;: [1, 2]}",
        ] {
            assert_eq!(
                parse(text).unwrap(),
                std::slice::from_ref(&wanted),
                "{text}"
            );
        }
        assert_eq!(parse("{\"a\": 1} {\"b\": 2} rubbish").unwrap().len(), 2);
        assert_eq!(
            parse("{\"u\": \"http://x/\\u00e9\\'\",}").unwrap(),
            [json!({"u": "http://x/é'"})]
        );
    }

    #[test]
    fn what_is_no_json_is_read_as_far_as_it_goes() {
        for text in [
            "{'@type': 'Product', name: 'Kettle \\'X\\'', offers: {price: 5.50, tags: ['a', true]}}",
            "{\"@type\": \"Product\", \"name\": \"Kettle 'X'\", \"offers\": {\"price\": 5.50, \"tags\": [\"a\", true], \"cut",
        ] {
            assert!(parse(text).is_err(), "{text}");
            let wanted = json!({"@type": "Product", "name": "Kettle 'X'", "offers": {"price": "5.50", "tags": ["a", true]}});
            assert_eq!(salvage(text), Some(wanted), "{text}");
        }
        assert_eq!(salvage("{oops"), None);
        assert_eq!(salvage("function () { return {a: 1} }"), None);
    }

    #[test]
    fn rubbish_is_refused() {
        assert!(parse("{").is_err());
        assert!(parse(&"[".repeat(1_000_000)).is_err());
        assert!(parse(&"/*".repeat(1_000_000)).is_err());
    }
}
