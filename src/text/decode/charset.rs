//! Which character set bytes are in, by what is declared and by what they are.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    Encoding, GB18030, GBK, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED,
};
use memchr::{memchr, memchr2_iter, memmem};

use super::Decoded;

/// HTML asks for 1,024 bytes; shops put scripts before their `<meta>`.
const HEAD: usize = 4096;
/// Bytes that a guess looks at.
const SAMPLE: usize = 1 << 18;
/// Wrong bytes per mille up to which a declaration is believed.
const SPECKS: u32 = 2;

/// Text from bytes: BOM, then the charset of `content_type`, then `<meta>`, then a guess; gb2312 and gbk are read as GB18030.
///
/// A declaration that the bytes contradict is passed over: one of another set where they are UTF-8 throughout, and one
/// under which too many of them are no characters.
pub fn text<'a>(bytes: &'a [u8], content_type: Option<&str>) -> Decoded<'a> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return decoded(encoding, bytes.get(length..).unwrap_or_default());
    }
    let named = content_type.and_then(parameter);
    let within = || declared_within(&bytes[..bytes.len().min(HEAD)]);
    let first = named.or_else(within);
    // Nearly every page: looked through once, and not copied.
    if first.is_none_or(|e| e == UTF_8)
        && let Some(text) = UTF_8.decode_without_bom_handling_and_without_replacement(bytes)
    {
        return counted(UTF_8, text);
    }
    let declared = first.into_iter().chain(named.and_then(|_| within()));
    if utf8_throughout(bytes, first) {
        return decoded(UTF_8, bytes);
    }
    let mut best: Option<Decoded<'a>> = None;
    for encoding in declared {
        let read = decoded(encoding, bytes);
        if read.ruined <= SPECKS {
            return read;
        }
        best = better(best, read);
    }
    let guess = decoded(guess(bytes), bytes);
    better(best, guess.clone()).unwrap_or(guess)
}

/// The less ruined of two readings; of equals the declared one.
fn better<'a>(best: Option<Decoded<'a>>, next: Decoded<'a>) -> Option<Decoded<'a>> {
    match best {
        Some(best) if best.ruined <= next.ruined => Some(best),
        _ => Some(next),
    }
}

/// The encoding that a label means on the web.
fn known(label: &[u8]) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label(label)?;
    Some(if encoding == GBK { GB18030 } else { encoding })
}

/// `charset` of a media type such as `text/html; charset="gbk"`.
fn parameter(content_type: &str) -> Option<&'static Encoding> {
    let lower = content_type.to_ascii_lowercase();
    let (_, rest) = lower.split_once("charset")?;
    let value = rest.trim_start().strip_prefix('=')?.trim_start();
    let value = value.trim_start_matches(['"', '\'']);
    let end = value
        .find(|c: char| matches!(c, '"' | '\'' | ';' | ',') || c.is_whitespace())
        .unwrap_or(value.len());
    known(value.get(..end)?.as_bytes())
}

/// The declaration in the first bytes: of an XML head or of a `<meta>`, not of a script or a comment.
fn declared_within(head: &[u8]) -> Option<&'static Encoding> {
    let mut rest = head;
    while let Some(at) = memchr(b'<', rest) {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix(b"!--") {
            let end = memmem::find(comment, b"-->").map_or(comment.len(), |end| end + 3);
            rest = &comment[end..];
            continue;
        }
        if !rest
            .get(..4)
            .is_some_and(|s| s.eq_ignore_ascii_case(b"meta") || s.eq_ignore_ascii_case(b"?xml"))
        {
            continue;
        }
        let tag = &rest[..memchr(b'>', rest).unwrap_or(rest.len())];
        // Every byte of a head in ASCII letters is itself in each encoding that can be declared so.
        let tag = tag.iter().map(|b| char::from(b.to_ascii_lowercase()));
        let tag = tag.collect::<String>();
        let found = if let Some(meta) = tag
            .strip_prefix("meta")
            .filter(|m| m.starts_with([' ', '/', '\n', '\t', '\r', '\u{c}']))
        {
            parameter(meta)
        } else {
            tag.strip_prefix("?xml")
                .and_then(|xml| xml.split_once("encoding"))
                .and_then(|(_, rest)| parameter(&format!("charset{rest}")))
        };
        // Bytes that could be read as ASCII so far are not UTF-16, whatever they say (HTML, 13.2.3.2).
        match found {
            Some(e) if e == UTF_16LE || e == UTF_16BE => return Some(UTF_8),
            Some(e) if e == X_USER_DEFINED => return Some(WINDOWS_1252),
            Some(e) => return Some(e),
            None => {}
        }
    }
    None
}

/// Whether the bytes are UTF-8 to the end (a character cut off there is forgiven) and show it.
fn utf8_throughout(bytes: &[u8], declared: Option<&'static Encoding>) -> bool {
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or("")
        }
        Err(_) => return false,
    };
    let Some(other) = declared.filter(|e| *e != UTF_8) else {
        return true;
    };
    if other == ISO_2022_JP || other == UTF_16LE || other == UTF_16BE {
        return false;
    }
    // Two characters of GBK can look like two of UTF-8 with two bytes each; with three bytes they hardly do.
    let mut two = 0;
    for c in valid.chars().filter(|c| !c.is_ascii()) {
        match c.len_utf8() {
            2 if other.is_single_byte() => return true,
            2 => two += 1,
            _ => return true,
        }
    }
    two > 8
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    detector.feed(sample, sample.len() == bytes.len());
    let guess = detector.guess(None, Utf8Detection::Allow);
    if guess == GBK { GB18030 } else { guess }
}

fn decoded<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Decoded<'a> {
    counted(encoding, encoding.decode_without_bom_handling(bytes).0)
}

fn counted<'a>(encoding: &'static Encoding, text: Cow<'a, str>) -> Decoded<'a> {
    Decoded {
        ruined: ruined(&text),
        text,
        charset: encoding.name(),
    }
}

/// Replacement characters per 1,000 characters, also those that were read as GBK afterwards (two of them are 锟斤拷).
fn ruined(text: &str) -> u32 {
    let bytes = text.as_bytes();
    // Of each the byte that is rarest in Chinese is looked for, both in one pass.
    let bad: usize = memchr2_iter(0xbd, 0x8b, bytes)
        .map(|at| match bytes[at] {
            0xbd if bytes[..=at].ends_with("\u{fffd}".as_bytes()) => 1,
            0x8b if bytes[at..].starts_with(&[0x8b, 0xb7])
                && bytes[..at + 2].ends_with("锟斤拷".as_bytes()) =>
            {
                2
            }
            _ => 0,
        })
        .sum();
    if bad == 0 {
        return 0;
    }
    let all = text.chars().count().max(1);
    u32::try_from((bad * 1000).div_ceil(all))
        .unwrap_or(1000)
        .min(1000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAGE: &str = "<p>中华人民共和国强制性产品认证，儿童玩具，厂家直销</p>";

    fn in_gbk(head: &str) -> Vec<u8> {
        let page = format!("{head}{PAGE}");
        GBK.encode(&page).0.into_owned()
    }

    #[test]
    fn the_declaration_is_found_where_it_counts() {
        for (bytes, header, charset) in [
            (in_gbk(""), Some("text/html; charset=\"GBK\""), "gb18030"),
            (in_gbk("<meta charset=gb2312>"), None, "gb18030"),
            (
                in_gbk(
                    "<script charset=\"utf-8\"></script><meta http-equiv=Content-Type content='text/html; charset=gbk'>",
                ),
                None,
                "gb18030",
            ),
            (
                in_gbk("<!-- <meta charset=utf-8> --><META CHARSET='gbk'>"),
                Some("text/html"),
                "gb18030",
            ),
            (in_gbk("<meta charset=utf-8>"), None, "gb18030"),
            (
                in_gbk("<meta charset=gbk>"),
                Some("text/html; charset=utf-8"),
                "gb18030",
            ),
            (in_gbk(""), None, "gb18030"),
            (
                PAGE.as_bytes().to_vec(),
                Some("text/html; charset=gbk"),
                "UTF-8",
            ),
            (PAGE.as_bytes().to_vec(), None, "UTF-8"),
            (
                [b"\xef\xbb\xbf", PAGE.as_bytes()].concat(),
                Some("text/html; charset=gbk"),
                "UTF-8",
            ),
            (
                PAGE.encode_utf16().flat_map(u16::to_le_bytes).fold(
                    vec![0xff, 0xfe],
                    |mut all, b| {
                        all.push(b);
                        all
                    },
                ),
                None,
                "UTF-16LE",
            ),
            (
                b"<?xml version='1.0' encoding='iso-8859-2'?><p>\xb1\xe6</p>".to_vec(),
                None,
                "ISO-8859-2",
            ),
        ] {
            let read = text(&bytes, header);
            assert_eq!(read.charset, charset, "{header:?} {}", read.text);
            assert_eq!(read.ruined, 0, "{header:?}");
            if charset != "ISO-8859-2" {
                assert!(read.text.ends_with(PAGE), "{}", read.text);
            }
        }
    }

    #[test]
    fn a_ruined_page_says_so() {
        let twice = String::from_utf8_lossy(&in_gbk("")).into_owned();
        assert!(text(twice.as_bytes(), None).ruined > 300);
        assert!(text("锟斤拷锟斤拷锟斤拷".as_bytes(), None).ruined > 300);
        let cut = &PAGE.as_bytes()[..PAGE.len() - 5];
        assert!(
            text(cut, Some("text/html; charset=gbk"))
                .text
                .starts_with("<p>中华")
        );
    }

    #[test]
    fn pages_that_others_saved() {
        let Some(truth) = crate::text::shared("pages/truth.jsonl") else {
            return;
        };
        for line in String::from_utf8(truth).unwrap().lines() {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            let (file, really) = (
                case["file"].as_str().unwrap(),
                case["charset_really"].as_str().unwrap_or(""),
            );
            let packed = crate::text::shared(&format!("pages/{file}")).unwrap();
            let bytes = crate::text::decode::unpack(&packed, Some("gzip"), 1 << 26).unwrap();
            let read = text(&bytes, None);
            let expected = match really.trim_start_matches("valid-") {
                "ascii" | "utf-8" => "UTF-8",
                other => known(other.as_bytes()).unwrap().name(),
            };
            let came_ruined = case["kind"] == "ruined";
            assert_eq!(
                (read.charset, read.ruined > SPECKS),
                (expected, came_ruined),
                "{file}"
            );
        }
        for (file, expected) in [
            ("euc-jp", "EUC-JP"),
            ("html_4", "gb18030"),
            ("html_5", "gb18030"),
        ] {
            let bytes = crate::text::shared(&format!("charset/{file}.html")).unwrap();
            let read = text(&bytes, None);
            assert_eq!((read.charset, read.ruined), (expected, 0), "{file}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_become_text(bytes in proptest::collection::vec(any::<u8>(), 0..300), header in proptest::option::of("text/html; ?charset=(gbk|utf-8|utf-16|shift_jis|x|\"|)")) {
            let read = text(&bytes, header.as_deref());
            prop_assert!(read.ruined <= 1000);
        }
    }
}
