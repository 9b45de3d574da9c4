//! Model numbers that stand in titles and descriptions, whatever reader offered them.

use super::found::{Found, Offered};
use crate::text::codes;

/// Texts of each kind that are looked at.
const MOST: usize = 3;
/// What a word in capital letters and digits is believed less than one that is called a model.
const UNNAMED: i32 = -10;

/// Offers what titles and descriptions among `offered` call the model, and what in a title looks like one.
pub(super) fn read(offered: &[Offered], found: &mut Found<'_, '_>) {
    for field in ["title", "description"] {
        let texts = offered.iter().filter(|offer| offer.field == field);
        let mut read: Option<(&str, Models)> = None;
        for offer in texts.take(MOST) {
            // Several readers offer the same text.
            let known = read.take().filter(|(text, _)| *text == offer.value);
            let (text, models) =
                known.unwrap_or_else(|| (&offer.value, Models::of(&offer.value, field)));
            if let Some(model) = &models.named {
                found.add("model", model, offer.place.clone());
            }
            if let Some(model) = &models.unnamed {
                found.lean("model", model, offer.place.clone(), UNNAMED);
            }
            read = Some((text, models));
        }
    }
}

/// What a text calls the model, and what in a title looks like one.
struct Models {
    named: Option<String>,
    unnamed: Option<String>,
}

impl Models {
    fn of(text: &str, field: &str) -> Self {
        let titled = field == "title";
        Self {
            named: codes::models(text).into_iter().next(),
            unnamed: titled.then(|| codes::title_model(text)).flatten(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::extract::{Selectors, explain};

    fn model(page: &str) -> Option<(String, String)> {
        let url = url::Url::parse("http://shop.example/i/1").unwrap();
        let reading = explain(page, &url, &Selectors::default());
        let chosen = reading
            .candidates
            .iter()
            .find(|c| c.chosen && c.field == "model")?;
        Some((reading.listing.model?, chosen.reader.clone()))
    }

    #[test]
    fn a_model_is_found_in_prose_where_no_field_names_it() {
        let price = "<b class=price>¥5.00</b>";
        assert_eq!(
            model(&format!(
                "<h1>Air fryer</h1>{price}<div class=description>A fryer for the whole family and its friends. Model No.: YD-001, made to last.</div>"
            )),
            Some(("YD-001".to_owned(), "prose".to_owned()))
        );
        assert_eq!(
            model(&format!("<h1>博美 电水壶 BM-K1500A 不锈钢</h1>{price}")),
            Some(("BM-K1500A".to_owned(), "prose".to_owned()))
        );
        assert_eq!(
            model(&format!(
                "<h1>博美 电水壶 BM-K1500A</h1>{price}<table><tr><td>型号<td>K1500</table>"
            )),
            Some(("K1500".to_owned(), "table".to_owned()))
        );
        assert_eq!(model(&format!("<h1>Kettle, 1500 W</h1>{price}")), None);
    }
}
