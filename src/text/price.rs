//! Price text to money.

use crate::model::Money;

/// The first price that `raw` shows. `hint` is the currency that the page names elsewhere (ISO code or sign).
pub fn parse(raw: &str, hint: Option<&str>) -> Option<Money> {
    let _ = (raw, hint);
    todo!()
}
