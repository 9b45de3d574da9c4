//! Certificates as their registers show them.

use std::{collections::BTreeMap, io};

use serde::Serialize;

use super::{
    list::{self, Complaint, Head, Row},
    sheet::{self, Column},
};
use crate::{model::ReferenceRow, text::codes};

/// A row of a register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// `ccc`, `sc`, `xk`, …; see `model::Code::scheme`.
    pub scheme: String,
    /// The number, normalised.
    pub value: String,
    /// Who holds it.
    pub holder: Option<String>,
    /// The product it names.
    pub product: Option<String>,
    /// Class id of that product.
    pub class: Option<String>,
    /// `valid`, `suspended`, `revoked`, `expired` or `withdrawn`, as the register says;
    /// `seen` where the number was shown for the product and no register was asked.
    pub status: String,
    /// First day, ISO 8601.
    pub from: Option<String>,
    /// Last day, ISO 8601.
    pub until: Option<String>,
    /// The row it came from.
    #[serde(skip)]
    pub row: ReferenceRow,
}

/// A register as [`read`] reads it.
pub(super) fn written<'c>(
    head: &Head,
    rows: impl Iterator<Item = &'c Certificate>,
) -> io::Result<Vec<u8>> {
    let mut text = String::new();
    let said = [
        ("source", Some(&head.source)),
        ("date", head.date.as_ref()),
        ("licence", head.licence.as_ref()),
        ("note", head.note.as_ref()),
    ];
    for (key, value) in said {
        if let Some(value) = value {
            text.push_str(&format!("# {key}: {value}\n"));
        }
    }
    let mut sheet = csv::Writer::from_writer(text.into_bytes());
    sheet.write_record(COLUMNS.iter().map(|column| column.name))?;
    for row in rows {
        let cells = [
            Some(&row.scheme),
            Some(&row.value),
            row.holder.as_ref(),
            row.product.as_ref(),
            row.class.as_ref(),
            Some(&row.status),
            row.from.as_ref(),
            row.until.as_ref(),
        ];
        sheet.write_record(cells.map(|cell| cell.map_or("", String::as_str)))?;
    }
    sheet.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// What a register may say of a certificate.
const STATES: [&str; 6] = [
    "valid",
    "suspended",
    "revoked",
    "expired",
    "withdrawn",
    "seen",
];

/// The columns of `certificates/*.csv`.
pub(super) const COLUMNS: &[Column] = &[
    Column {
        name: "scheme",
        also: &["类型", "制度"],
        required: true,
    },
    Column {
        name: "value",
        also: &["number", "certificate", "证书编号", "许可证编号"],
        required: true,
    },
    Column {
        name: "holder",
        also: &["持证人", "生产者名称", "企业名称"],
        required: false,
    },
    Column {
        name: "product",
        also: &["产品名称"],
        required: false,
    },
    Column {
        name: "class",
        also: &["类别"],
        required: false,
    },
    Column {
        name: "status",
        also: &["状态", "证书状态"],
        required: true,
    },
    Column {
        name: "from",
        also: &["valid_from", "发证日期", "有效期起"],
        required: false,
    },
    Column {
        name: "until",
        also: &["valid_until", "有效期至", "有效期止"],
        required: false,
    },
];

/// Reads a register; each certificate with its line.
pub(super) fn read(
    text: &str,
    complaints: &mut Vec<Complaint>,
) -> Option<(Head, Vec<(usize, Certificate)>)> {
    let (head, certificates) = rows(text, complaints)?;
    head.check(complaints);
    Some((head, certificates))
}

/// Reads a sheet of certificates, whatever its head says.
pub(super) fn rows(
    text: &str,
    complaints: &mut Vec<Complaint>,
) -> Option<(Head, Vec<(usize, Certificate)>)> {
    let sheet = sheet::read(text, COLUMNS, complaints)?;
    let head = Head::of_comments(&sheet.comments);
    let mut certificates = Vec::new();
    for (line, cells) in sheet.rows {
        match certificate(&cells) {
            Ok(certificate) => {
                let row = Row::new(line, certificate);
                let published = head.row(&row.value.value, &row.hash);
                certificates.push((
                    line,
                    Certificate {
                        row: published,
                        ..row.value
                    },
                ));
            }
            Err(wrong) => complaints.push((line, wrong)),
        }
    }
    Some((head, certificates))
}

fn certificate(cells: &BTreeMap<&'static str, String>) -> Result<Certificate, String> {
    let cell = |name: &str| cells.get(name).cloned();
    let scheme = cell("scheme").unwrap_or_default().to_lowercase();
    let status = state(&cell("status").unwrap_or_default())?;
    for key in ["from", "until"] {
        if let Some(day) = cell(key).filter(|day| !list::is_date(day)) {
            return Err(format!("{key} is '{day}'; write it like 2026-01-31"));
        }
    }
    let shown = cell("value").unwrap_or_default();
    Ok(Certificate {
        // A number that fails its check is kept as shown: registers hold such numbers.
        value: codes::check(&scheme, &shown)
            .value
            .unwrap_or_else(|| shown.clone()),
        scheme,
        holder: cell("holder"),
        product: cell("product"),
        class: cell("class"),
        status: status.to_owned(),
        from: cell("from"),
        until: cell("until"),
        row: ReferenceRow::default(),
    })
}

fn state(word: &str) -> Result<&'static str, String> {
    let state = match word.to_lowercase().as_str() {
        "见于页面" => "seen",
        "有效" => "valid",
        "暂停" => "suspended",
        "撤销" => "revoked",
        "过期" | "失效" => "expired",
        "注销" => "withdrawn",
        other => STATES
            .iter()
            .find(|s| **s == other)
            .ok_or_else(|| format!("'{word}' is no status; use one of {}", STATES.join(", ")))?,
    };
    Ok(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_in_chinese_reads_like_one_in_english() {
        let text = "# source: a register\n# licence: none\n类型,证书编号,状态,有效期至\nccc,2016010706840003,有效,2026-13-01\nCCC,2016010706840003,撤销,\nccc,1,lost,\n";
        let mut complaints = Vec::new();
        let (_, rows) = read(text, &mut complaints).unwrap();
        assert_eq!(rows.len(), 1);
        let (line, certificate) = &rows[0];
        assert_eq!(
            (
                *line,
                certificate.status.as_str(),
                certificate.scheme.as_str()
            ),
            (5, "revoked", "ccc")
        );
        let lines: Vec<_> = complaints.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [4, 6]);
    }
}
