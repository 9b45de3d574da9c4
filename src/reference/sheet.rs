//! Lists in CSV: columns by the names in the header, `# key: value` lines above it.

use std::collections::BTreeMap;

use super::list::Complaint;
use crate::text::snippet;

/// A column that a list may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    /// Other headings that mean the same.
    pub(super) also: &'static [&'static str],
    pub(super) required: bool,
}

/// A sheet as read.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// `# key: value` lines above the header, keys in lower case.
    pub(super) comments: BTreeMap<String, String>,
    /// Line and cells by column name, empty cells left out.
    pub(super) rows: Vec<(usize, BTreeMap<&'static str, String>)>,
}

/// Reads a sheet whose cells are separated by commas, semicolons or tabs. None where a required column is missing.
pub(super) fn read(
    text: &str,
    columns: &[Column],
    complaints: &mut Vec<Complaint>,
) -> Option<Sheet> {
    let text = text.trim_start_matches('\u{feff}');
    let mut sheet = Sheet::default();
    let mut above = 0;
    let mut rest = text;
    while let Some(comment) = rest.strip_prefix('#') {
        let (line, after) = comment.split_once('\n').unwrap_or((comment, ""));
        if let Some((key, value)) = line.split_once(':') {
            sheet
                .comments
                .insert(key.trim().to_lowercase(), value.trim().to_owned());
        }
        above += 1;
        rest = after;
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(rest))
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(rest.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            complaints.push((above + 1, error.to_string()));
            return None;
        }
    };
    let placed = place(&header, columns, above + 1, complaints)?;
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, |at| above + at.line() as usize);
                complaints.push((line, error.to_string()));
                continue;
            }
        };
        let line = above + record.position().map_or(0, |at| at.line() as usize);
        if record.len() != header.len() {
            complaints.push((
                line,
                format!(
                    "the row has {} cells and the header {}",
                    record.len(),
                    header.len()
                ),
            ));
            continue;
        }
        let cells: BTreeMap<_, _> = placed
            .iter()
            .filter_map(|(at, name)| Some((*name, record.get(*at)?.to_owned())))
            .filter(|(_, cell)| !cell.is_empty())
            .collect();
        let missing = columns
            .iter()
            .find(|c| c.required && !cells.contains_key(c.name));
        match missing {
            Some(column) => complaints.push((line, format!("the row has no {}", column.name))),
            None => sheet.rows.push((line, cells)),
        }
    }
    Some(sheet)
}

/// Which column stands where; a heading that is not known is complained of and passed over.
fn place(
    header: &csv::StringRecord,
    columns: &[Column],
    line: usize,
    complaints: &mut Vec<Complaint>,
) -> Option<Vec<(usize, &'static str)>> {
    let mut placed: Vec<(usize, &'static str)> = Vec::new();
    for (at, heading) in header.iter().enumerate() {
        let name = heading.to_lowercase();
        match columns
            .iter()
            .find(|c| c.name == name || c.also.contains(&name.as_str()))
        {
            Some(column) if placed.iter().any(|(_, known)| *known == column.name) => {
                complaints.push((
                    line,
                    format!(
                        "there are two columns for {}; '{heading}' is passed over",
                        column.name
                    ),
                ));
            }
            Some(column) => placed.push((at, column.name)),
            None => {
                let known = columns.iter().map(|c| c.name);
                let help = match snippet::nearest(&name, known.clone()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the columns are {}", known.collect::<Vec<_>>().join(", ")),
                };
                complaints.push((
                    line,
                    format!("the column '{heading}' is not known and passed over; {help}"),
                ));
            }
        }
    }
    let missing: Vec<_> = columns
        .iter()
        .filter(|c| c.required && !placed.iter().any(|(_, name)| *name == c.name))
        .map(|c| c.name)
        .collect();
    if missing.is_empty() {
        return Some(placed);
    }
    complaints.push((
        line,
        format!("the header has no column {}", missing.join(", ")),
    ));
    None
}

/// The separator that the header uses most.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default().as_bytes();
    let count = |mark: u8| header.iter().filter(|b| **b == mark).count();
    [b',', b';', b'\t']
        .into_iter()
        .rev()
        .max_by_key(|mark| count(*mark))
        .unwrap_or(b',')
}

/// A cell that holds several values, parted by `|`, `;`, `、` or a line break.
pub(super) fn several(cell: Option<&String>) -> Vec<String> {
    cell.into_iter()
        .flat_map(|cell| cell.split(['|', ';', '；', '、', '\n']))
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        Column {
            name: "id",
            also: &["编号"],
            required: true,
        },
        Column {
            name: "brand",
            also: &["品牌"],
            required: false,
        },
    ];

    #[test]
    fn columns_are_found_by_name_and_bad_rows_by_line() {
        let text = "# source: x\n# date: 2026-01-01\n编号;brandd;brand\n1;;\"A;B\"\n2;x\n;;C\n";
        let mut complaints = Vec::new();
        let sheet = read(text, COLUMNS, &mut complaints).unwrap();
        assert_eq!(sheet.comments["source"], "x");
        assert_eq!(sheet.rows.len(), 1);
        assert_eq!(sheet.rows[0].0, 4);
        assert_eq!(several(sheet.rows[0].1.get("brand")), ["A", "B"]);
        let said: Vec<_> = complaints
            .iter()
            .map(|(line, m)| format!("{line}: {m}"))
            .collect();
        assert_eq!(
            said,
            [
                "3: the column 'brandd' is not known and passed over; did you mean `brand`?",
                "5: the row has 2 cells and the header 3",
                "6: the row has no id",
            ]
        );
    }

    #[test]
    fn a_sheet_without_a_needed_column_is_refused() {
        let mut complaints = Vec::new();
        assert!(read("brand\nA\n", COLUMNS, &mut complaints).is_none());
        assert_eq!(complaints, [(1, "the header has no column id".to_owned())]);
    }
}
