//! The number in a page's own address: what a shop calls the goods where it shows no number.

use super::found::{Found, Place};

/// Digits that make a number of goods; a shorter one is a page or a year.
const DIGITS: std::ops::RangeInclusive<usize> = 5..=20;

/// Offers the last long number of the address's path as `sku`.
pub(super) fn read(found: &mut Found<'_, '_>) {
    let path = found.page.url.path();
    let mut numbers = path
        .split(['/', '-', '_', '.'])
        .map(|part| part.strip_prefix(['p', 'P']).unwrap_or(part))
        .filter(|part| DIGITS.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()));
    if let Some(number) = numbers.next_back() {
        let number = number.to_owned();
        found.add("sku", &number, Place::Path("url".to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::extract::page::PageModel;

    #[test]
    fn the_last_long_number_counts() {
        for (url, number) in [
            ("http://shop.example/bags/One-987929.html", Some("987929")),
            ("http://shop.example/a-2020-12345/p4781720", Some("4781720")),
            ("http://shop.example/item/B8.html?x=12345", None),
        ] {
            let url = Url::parse(url).unwrap();
            let page = PageModel::new("", &url);
            let mut found = Found::new(&page, "address");
            read(&mut found);
            assert_eq!(
                found.offered.first().map(|o| o.value.as_str()),
                number,
                "{url}"
            );
        }
    }
}
