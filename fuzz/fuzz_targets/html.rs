//! Any text as a page: it is read to its end, and its outline leads where the whole page leads.
#![no_main]

use libfuzzer_sys::fuzz_target;
use listwarden::extract::{Selectors, outline, read};
use url::Url;

fuzz_target!(|text: &str| {
    let Ok(url) = Url::parse("http://shop.example/item/1") else {
        return;
    };
    let reading = read(text, &url, &Selectors::default());
    assert_eq!(reading.links, outline(text, &url, &|_| true).links);
});
