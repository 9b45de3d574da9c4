//! `[platform.select]` as it is written: a line or several for each field.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

/// For each field its ways, the first that gives a value counts. A dotted key (`seller.name`) and a table of its own say
/// the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Recipe(pub BTreeMap<String, Vec<String>>);

impl FromIterator<(String, String)> for Recipe {
    /// One line for each field.
    fn from_iter<I: IntoIterator<Item = (String, String)>>(lines: I) -> Self {
        let lines = lines.into_iter();
        Self(lines.map(|(field, line)| (field, vec![line])).collect())
    }
}

impl<'de> Deserialize<'de> for Recipe {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Tree::Fields(fields) = from.deserialize_map(TreeVisitor)? else {
            return Err(D::Error::custom("write a line for each field"));
        };
        let mut lines = BTreeMap::new();
        for (name, tree) in fields {
            match tree {
                Tree::Lines(own) => {
                    lines.insert(name, own);
                }
                Tree::Fields(below) => {
                    for (part, tree) in below {
                        let Tree::Lines(own) = tree else {
                            return Err(D::Error::custom(format!("{name}.{part} goes too deep")));
                        };
                        lines.insert(format!("{name}.{part}"), own);
                    }
                }
            }
        }
        Ok(Self(lines))
    }
}

/// What may stand at a field.
enum Tree {
    Lines(Vec<String>),
    Fields(Vec<(String, Tree)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a selector in quotes, or a list of them of which the first that finds something counts")
    }

    fn visit_str<E: Error>(self, line: &str) -> Result<Tree, E> {
        Ok(Tree::Lines(vec![line.to_owned()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut lines: A) -> Result<Tree, A::Error> {
        let mut all = Vec::new();
        while let Some(line) = lines.next_element::<String>()? {
            all.push(line);
        }
        if all.is_empty() {
            return Err(A::Error::custom(
                "the list is empty; write a selector into it",
            ));
        }
        Ok(Tree::Lines(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Tree, A::Error> {
        let mut all = Vec::new();
        while let Some(field) = fields.next_entry()? {
            all.push(field);
        }
        Ok(Tree::Fields(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_a_list_and_a_dotted_key_are_read() {
        let recipe: Recipe = toml::from_str(
            "title = 'h1'\nprice = ['.now', '.price']\nseller.name = '.shop'\n\"seller.id\" = 'a@id'\n[attributes]\n'净含量' = 'td'\n",
        )
        .unwrap();
        let names: Vec<&str> = recipe.0.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "attributes.净含量",
                "price",
                "seller.id",
                "seller.name",
                "title"
            ]
        );
        assert_eq!(recipe.0["price"], [".now", ".price"]);
    }

    #[test]
    fn what_is_no_line_is_refused_with_what_would_be_right() {
        let said = |text: &str| toml::from_str::<Recipe>(text).unwrap_err().to_string();
        assert!(said("price = 5").contains("expected a selector in quotes"));
        assert!(said("price = []").contains("the list is empty"));
        assert!(said("a.b.c = 'x'").contains("a.b goes too deep"));
    }
}
