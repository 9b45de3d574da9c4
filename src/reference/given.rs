//! Rows that a rule's test brings along, in the form of the files.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Brand, Certificate, Notice, Rates, Reference, Standard, UsualPrice, rates};
use crate::model::ReferenceRow;

/// Rows instead of those that are loaded.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Rows {
    brands: Vec<GivenBrand>,
    certificates: Vec<GivenCertificate>,
    recalls: Vec<Notice>,
    rates: Vec<GivenRates>,
    standards: Vec<GivenStandard>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct GivenBrand {
    name: String,
    aliases: Vec<String>,
    owner: Option<String>,
    authorised: Vec<String>,
    usual: Vec<UsualPrice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenRates {
    on: String,
    yuan: BTreeMap<String, f64>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct GivenStandard {
    number: String,
    title: Option<String>,
    #[serde(alias = "in_force_from")]
    from: Option<String>,
    #[serde(alias = "ended_on")]
    ended: Option<String>,
    replaced_by: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct GivenCertificate {
    scheme: String,
    value: String,
    status: String,
    holder: Option<String>,
    product: Option<String>,
    class: Option<String>,
    /// As scripts name it: `until` is a reserved word there.
    #[serde(alias = "valid_from")]
    from: Option<String>,
    #[serde(alias = "valid_until")]
    until: Option<String>,
}

impl Reference {
    /// This reference with other brands, certificates, notices, rates and standards:
    /// `{"brands": […], "certificates": […], "recalls": […], "rates": […], "standards": […]}`.
    /// The catalogue and the term lists stay. The error says which row has which unknown or missing key.
    pub fn with_rows(&self, rows: serde_json::Value) -> Result<Self, String> {
        let rows: Rows = serde_json::from_value(rows).map_err(|error| error.to_string())?;
        let mut rates = rows.rates.iter();
        if let Some(wrong) = rates.find_map(|day| rates::wrong(&day.on, &day.yuan)) {
            return Err(wrong);
        }
        let mut given = Self {
            kinds: self.kinds.clone(),
            terms: self.terms.clone(),
            brands: rows.brands.into_iter().map(GivenBrand::made).collect(),
            notices: rows.recalls.into_iter().map(made).collect(),
            rates: rows.rates.into_iter().map(GivenRates::made).collect(),
            ..Self::default()
        };
        for certificate in rows.certificates.into_iter().map(GivenCertificate::made) {
            let key = (certificate.scheme.clone(), certificate.value.clone());
            given.certificates.insert(key, certificate);
        }
        for standard in rows.standards {
            given.standards.add(standard.made()?);
        }
        given.index();
        Ok(given)
    }
}

/// What a proof names: the test itself.
fn row(id: &str) -> ReferenceRow {
    ReferenceRow {
        source: "a test".to_owned(),
        id: id.to_owned(),
        date: None,
        hash: blake3::hash(id.as_bytes()).to_hex().to_string(),
    }
}

fn made(notice: Notice) -> Notice {
    Notice {
        row: ReferenceRow {
            source: notice.source.clone(),
            date: notice.date.clone(),
            ..row(&notice.id)
        },
        ..notice
    }
}

impl GivenRates {
    fn made(self) -> Rates {
        Rates {
            row: row(&self.on),
            on: self.on,
            yuan: self.yuan,
        }
    }
}

impl GivenStandard {
    fn made(self) -> Result<Standard, String> {
        Standard {
            row: row(&self.number),
            number: self.number,
            title: self.title,
            from: self.from,
            ended: self.ended,
            replaced_by: self.replaced_by,
            note: None,
        }
        .checked()
    }
}

impl GivenBrand {
    fn made(self) -> Brand {
        Brand {
            row: row(&self.name),
            name: self.name,
            aliases: self.aliases,
            owner: self.owner,
            authorised: self.authorised,
            usual: self.usual,
        }
    }
}

impl GivenCertificate {
    fn made(self) -> Certificate {
        Certificate {
            row: row(&self.value),
            scheme: self.scheme,
            value: self.value,
            holder: self.holder,
            product: self.product,
            class: self.class,
            status: self.status,
            from: self.from,
            until: self.until,
        }
    }
}
