//! The rows of reference data that a run met, in the form in which a test brings its own.

use rhai::{Array, Dynamic, Map};
use serde_json::json;

use super::Asked;
use crate::{
    reference::{Brand, RecallQuery},
    rules::written::of_json,
    text::fold::fold,
};

/// Names of authorised sellers that stay beside the listing's own.
const SELLERS: usize = 3;

impl Asked<'_> {
    /// The rows of reference data that were met; an empty map where some were asked for, and there were none.
    pub(super) fn reference(&self) -> Option<Dynamic> {
        let mut rows = Map::new();
        let mut put = |key: &str, found: Array| {
            if !found.is_empty() {
                rows.insert(key.into(), Dynamic::from_array(found));
            }
        };
        put("brands", self.brands());
        put("certificates", self.certificates());
        put("recalls", self.recalls());
        put("standards", self.standards());
        let in_vain = |row: &String| row.ends_with(": none") && !row.starts_with("class ");
        (!rows.is_empty() || self.rows.iter().any(in_vain)).then(|| {
            let brands = || ("brands".into(), Dynamic::from_array(Array::new()));
            if rows.is_empty() {
                rows.extend([brands()]);
            }
            Dynamic::from_map(rows)
        })
    }

    fn brands(&self) -> Array {
        let met = self.look.reference().brands();
        let met = met.filter(|brand| self.rows.contains(&brand.row.hash));
        met.map(|brand| {
            of_json(&json!({
                "name": brand.name, "aliases": brand.aliases, "owner": brand.owner,
                "authorised": self.sellers(brand), "usual": brand.usual,
            }))
        })
        .collect()
    }

    /// The listing's own shop, where it is on the list, and a few others.
    fn sellers<'b>(&self, brand: &'b Brand) -> Vec<&'b String> {
        let seller = &self.listing().seller;
        let own: Vec<String> = [&seller.id, &seller.name]
            .into_iter()
            .flatten()
            .map(|name| fold(name))
            .collect();
        let (mine, others): (Vec<_>, Vec<_>) = brand
            .authorised
            .iter()
            .partition(|name| own.contains(&fold(name)));
        mine.into_iter()
            .chain(others.into_iter().take(SELLERS))
            .collect()
    }

    fn certificates(&self) -> Array {
        let asked = self.proofs.iter().filter_map(|proof| {
            let scheme = proof.field.strip_prefix("register.")?;
            self.look.reference().certificate(scheme, &proof.text)
        });
        asked
            .map(|known| {
                of_json(&json!({
                    "scheme": known.scheme, "value": known.value, "status": known.status,
                    "holder": known.holder, "product": known.product, "class": known.class,
                    "valid_from": known.from, "valid_until": known.until,
                }))
            })
            .collect()
    }

    fn standards(&self) -> Array {
        let all = self.look.reference().standards();
        let met = all.flat_map(|(_, editions)| editions);
        let met = met.filter(|standard| self.rows.contains(&standard.row.hash));
        met.map(|standard| {
            of_json(&json!({
                "number": standard.number, "title": standard.title,
                "in_force_from": standard.from, "ended_on": standard.ended,
                "replaced_by": standard.replaced_by,
            }))
        })
        .collect()
    }

    fn recalls(&self) -> Array {
        let found = self
            .look
            .reference()
            .recalls(&RecallQuery::of(self.listing()));
        let met = found
            .into_iter()
            .filter(|hit| self.rows.contains(&hit.notice.row.hash));
        met.filter_map(|hit| {
            let mut notice = serde_json::to_value(hit.notice).ok()?;
            let entries = notice.as_object_mut()?;
            entries.remove("row");
            if hit.by == "item id" {
                // The listing of a test is the first of its platform.
                entries.insert(
                    "item_ids".to_owned(),
                    json!([[self.listing().platform, "1"]]),
                );
            }
            Some(of_json(&notice))
        })
        .collect()
    }
}
