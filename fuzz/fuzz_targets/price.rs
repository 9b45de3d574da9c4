//! Any text as a price, with and without a hint: an amount is never negative, and what is parsed can be written and parsed again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use listwarden::text::price;

fuzz_target!(|text: &str| {
    for hint in [None, Some("CNY"), Some("$"), Some(text)] {
        let Some(money) = price::parse(text, hint) else {
            continue;
        };
        assert!(!money.amount.is_sign_negative());
        if let Some(code) = &money.currency {
            let written = format!("{code} {}", money.amount);
            let again = price::parse(&written, None);
            assert!(again.is_some_and(|again| again.currency == money.currency), "{written}");
        }
    }
});
