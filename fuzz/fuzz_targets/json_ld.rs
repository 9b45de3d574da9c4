//! Any text as the JSON-LD of a page: what can be read of it is, and nothing else happens.
#![no_main]

use libfuzzer_sys::fuzz_target;
use listwarden::extract::{Selectors, explain};
use url::Url;

fuzz_target!(|json: &str| {
    let Ok(url) = Url::parse("http://shop.example/item/1") else {
        return;
    };
    let page = format!(
        "<title>Kettle</title><h1>Kettle</h1><script type=application/ld+json>{json}</script>\
         <script id=__NEXT_DATA__ type=application/json>{json}</script><script>window.__STATE__ = {json};</script>"
    );
    explain(&page, &url, &Selectors::default());
});
