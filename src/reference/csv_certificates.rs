//! Certificates in a sheet, as registers export them.

use super::{
    certificates,
    import::{Imported, Source},
};
use crate::text::decode;

/// `csv-certificates`.
pub(super) struct CsvCertificates;

impl Source for CsvCertificates {
    fn name(&self) -> &'static str {
        "csv-certificates"
    }

    fn about(&self) -> &'static str {
        "certificates in CSV, columns as docs/reference.md names them"
    }

    fn licence(&self) -> &'static str {
        "see the register"
    }

    fn read(&self, text: &[u8]) -> Imported {
        let mut imported = Imported::default();
        let decoded = decode::text(text, None);
        if let Some((_, rows)) = certificates::rows(&decoded.text, &mut imported.refused) {
            imported.certificates = rows
                .into_iter()
                .map(|(_, certificate)| certificate)
                .collect();
        }
        imported.refused.sort();
        imported
    }
}
