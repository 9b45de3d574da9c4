//! What an inspector wants of pages, from the command line or a file.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Map, Value as Json};
use url::Url;

use super::super::Failure;

/// How pages and wanted values are given.
pub(super) const HELP: &str = r#"Proposing a recipe:
  Save three pages of the platform or more, and say what each should give, either in place,

    listwarden extract --suggest a.html b.html c.html \
        --want price=19.90 --want price=5 --want price=1299 \
        --want brand=Acorn --want brand= --want brand=Oak

  or in a file: listwarden extract --suggest --wanted wanted.toml

    [[page]]
    file = "a.html"                    # beside this file
    url = "https://shop.example/i/1"   # where it came from
    price = "19.90 EUR"
    brand = "Acorn"                    # "" where the page has none
    category = ["Home", "Kettles"]
    seller.name = "Acorn Shop"
    attributes."净含量" = "500 g"
    description = "The beginning is enough…"

  In JSON it is a list of such objects. Prices are compared as amounts, GTINs by their digits, everything
  else whatever its case and width. What is proposed was tried on all of the pages."#;

/// A page named in a file or on the command line, with the values wanted of it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Wish {
    pub(super) file: String,
    pub(super) url: Option<Url>,
    pub(super) wanted: BTreeMap<String, Vec<String>>,
}

/// The pages of the command line: each `FIELD=VALUE` belongs to the page that is as far along as it is among those of its
/// field.
pub(super) fn of_words(
    pages: &[String],
    want: &[String],
    url: Option<&Url>,
) -> Result<Vec<Wish>, Failure> {
    let mut wishes: Vec<Wish> = pages
        .iter()
        .map(|file| Wish {
            file: file.clone(),
            url: url.cloned(),
            ..Wish::default()
        })
        .collect();
    let mut given: BTreeMap<&str, usize> = BTreeMap::new();
    for word in want {
        let Some((field, value)) = word.split_once('=') else {
            let message = format!("--want {word}: write it like --want price=19.90");
            return Err(Failure::Message(message));
        };
        let field = field.trim();
        let nth = given.entry(field).or_default();
        let Some(wish) = wishes.get_mut(*nth) else {
            let pages = pages.len();
            let message =
                format!("--want {field} is given more often than there are pages ({pages})");
            return Err(Failure::Message(message));
        };
        *nth += 1;
        wish.wanted.insert(field.to_owned(), vec![value.to_owned()]);
    }
    let short = given.iter().find(|(_, times)| **times < pages.len());
    if let Some((field, times)) = short {
        let message = format!(
            "--want {field} is given {times} times for {} pages; give it once for each page, empty where it has none",
            pages.len()
        );
        return Err(Failure::Message(message));
    }
    Ok(wishes)
}

/// The pages that a file names.
pub(super) fn of_file(path: &Path) -> Result<Vec<Wish>, Failure> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|e| Failure::Message(format!("could not read {name}: {e}")))?;
    let json = path
        .extension()
        .is_some_and(|ext| ext.eq_ignore_ascii_case("json"));
    let parsed: Result<Json, String> = if json {
        serde_json::from_str(&text).map_err(|e| e.to_string())
    } else {
        toml::from_str(&text).map_err(|e| e.to_string())
    };
    let root = parsed.map_err(|e| Failure::Message(format!("{name}: {e}")))?;
    let pages = match &root {
        Json::Array(pages) => pages,
        other => match other.get("page") {
            Some(Json::Array(pages)) if other.as_object().is_some_and(|all| all.len() == 1) => {
                pages
            }
            _ => {
                let message =
                    format!("{name}: begin each page with [[page]]; nothing stands beside them");
                return Err(Failure::Message(message));
            }
        },
    };
    let one = |(n, page): (usize, &Json)| {
        wish(page).map_err(|why| Failure::Message(format!("{name}: page {}: {why}", n + 1)))
    };
    pages.iter().enumerate().map(one).collect()
}

fn wish(page: &Json) -> Result<Wish, String> {
    let Json::Object(fields) = page else {
        return Err("it is no table of fields".to_owned());
    };
    let mut wish = Wish::default();
    for (key, value) in fields {
        match (key.as_str(), value) {
            ("file", Json::String(file)) => wish.file.clone_from(file),
            ("url", Json::String(url)) => {
                wish.url =
                    Some(Url::parse(url).map_err(|e| format!("'{url}' is no address ({e})"))?);
            }
            ("file" | "url", _) => return Err(format!("{key} is a text in quotes")),
            (field, Json::Object(below)) => nested(field, below, &mut wish)?,
            (field, value) => {
                wish.wanted.insert(field.to_owned(), texts(field, value)?);
            }
        }
    }
    if wish.file.is_empty() {
        return Err("name its file, like file = \"a.html\"".to_owned());
    }
    Ok(wish)
}

fn nested(field: &str, below: &Map<String, Json>, wish: &mut Wish) -> Result<(), String> {
    for (part, value) in below {
        let name = format!("{field}.{part}");
        let texts = texts(&name, value)?;
        wish.wanted.insert(name, texts);
    }
    Ok(())
}

/// One value or several; a number as it is written.
fn texts(field: &str, value: &Json) -> Result<Vec<String>, String> {
    let one = |value: &Json| match value {
        Json::String(text) => Ok(text.clone()),
        Json::Number(number) => Ok(number.to_string()),
        _ => Err(format!("{field} is a text in quotes, or a list of them")),
    };
    match value {
        Json::Array(all) => all.iter().map(one).collect(),
        Json::Null => Ok(Vec::new()),
        value => Ok(vec![one(value)?]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(pages: &[&str], want: &[&str]) -> Result<Vec<Wish>, String> {
        let own =
            |all: &[&str]| -> Vec<String> { all.iter().map(|one| (*one).to_owned()).collect() };
        of_words(&own(pages), &own(want), None).map_err(|failure| failure.to_string())
    }

    #[test]
    fn each_value_belongs_to_its_page() {
        let wishes = words(&["a", "b"], &["price=1", "title=x=y", "price=", "title=z"]).unwrap();
        assert_eq!(wishes[0].wanted["title"], ["x=y"]);
        assert_eq!(wishes[1].wanted["price"], [""]);
        assert!(
            words(&["a"], &["price"])
                .unwrap_err()
                .contains("write it like")
        );
        assert!(
            words(&["a"], &["price=1", "price=2"])
                .unwrap_err()
                .contains("more often")
        );
        assert!(
            words(&["a", "b"], &["price=1"])
                .unwrap_err()
                .contains("once for each page")
        );
    }

    #[test]
    fn a_file_names_pages_and_what_is_wanted() {
        let dir = tempfile::tempdir().unwrap();
        let read = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            of_file(&path).map_err(|failure| failure.to_string())
        };
        let toml = "[[page]]\nfile = 'a.html'\nurl = 'https://shop.example/1'\nprice = 19.90\ncategory = ['a', 'b']\nseller.name = 'S'\n";
        let json = r#"[{"file": "a.html", "url": "https://shop.example/1", "price": 19.9, "category": ["a", "b"], "seller": {"name": "S"}}]"#;
        let wishes = read("w.toml", toml).unwrap();
        assert_eq!(wishes, read("w.json", json).unwrap());
        assert_eq!(wishes[0].wanted["price"], ["19.9"]);
        assert_eq!(wishes[0].wanted["seller.name"], ["S"]);
        assert!(
            read("w.toml", "[[page]]\nprice = 1\n")
                .unwrap_err()
                .contains("page 1: name its file")
        );
        assert!(
            read("w.toml", "price = 1\n")
                .unwrap_err()
                .contains("[[page]]")
        );
        assert!(read("w.toml", "[[page]\n").unwrap_err().contains("line 1"));
        assert!(
            read("w.json", "[{\"file\": \"a\", \"price\": true}]")
                .unwrap_err()
                .contains("price is a text")
        );
    }
}
