//! New rows into a list that may be there already, by the publisher's number; written in one piece.

use std::{collections::BTreeMap, fs, io::Write, path::Path};

use serde::Serialize;

use super::{
    Certificate, Notice, Summary,
    import::{Error, Source},
    list::{Complaint, Head},
    notice,
};

/// Puts the notices into their list and counts what that changed.
pub(super) fn notices(
    source: &dyn Source,
    new: Vec<Notice>,
    summary: &mut Summary,
) -> Result<(), Error> {
    let (head, old) = existing(&summary.list, notice::read)?;
    let mut all: BTreeMap<_, _> = old
        .into_iter()
        .map(|n| ((n.source.clone(), n.id.clone()), n))
        .collect();
    for mut notice in new {
        let key = (notice.source.clone(), notice.id.clone());
        // The row is where the notice stands, not what it says.
        if let Some(known) = all.get(&key) {
            notice.row = known.row.clone();
        }
        summary.count(all.get(&key), &notice);
        all.insert(key, notice);
    }
    let head = Head {
        source: source.name().to_owned(),
        date: all.values().filter_map(|notice| notice.date.clone()).max(),
        ..head.unwrap_or_else(|| of(source))
    };
    let mut text = line(&head);
    for notice in all.values() {
        text.push_str(&line(notice));
    }
    written(&summary.list, text.as_bytes())
}

/// Puts the certificates into their list and counts what that changed.
pub(super) fn certificates(
    source: &dyn Source,
    new: Vec<Certificate>,
    summary: &mut Summary,
) -> Result<(), Error> {
    let (head, old) = existing(&summary.list, super::certificates::read)?;
    let mut all: BTreeMap<_, _> = old
        .into_iter()
        .map(|c| ((c.scheme.clone(), c.value.clone()), c))
        .collect();
    for mut certificate in new {
        let key = (certificate.scheme.clone(), certificate.value.clone());
        if let Some(known) = all.get(&key) {
            certificate.row = known.row.clone();
        }
        summary.count(all.get(&key), &certificate);
        all.insert(key, certificate);
    }
    let head = Head {
        date: all
            .values()
            .filter_map(|certificate| certificate.from.clone())
            .max(),
        ..head.unwrap_or_else(|| of(source))
    };
    let path = summary.list.clone();
    let text = super::certificates::written(&head, all.values())
        .map_err(|source| Error::Write { path, source })?;
    written(&summary.list, &text)
}

fn of(source: &dyn Source) -> Head {
    Head {
        source: source.name().to_owned(),
        licence: Some(source.licence().to_owned()),
        ..Head::default()
    }
}

impl Summary {
    fn count<T: PartialEq>(&mut self, known: Option<&T>, new: &T) {
        match known {
            None => self.added += 1,
            Some(known) if known == new => self.unchanged += 1,
            Some(_) => self.changed += 1,
        }
    }
}

/// A reader of one of our own lists.
type Reader<T> = fn(&str, &mut Vec<Complaint>) -> Option<(Head, Vec<(usize, T)>)>;

/// The list as it stands. A line of it that cannot be read stops the import: writing would lose it.
fn existing<T>(path: &Path, read: Reader<T>) -> Result<(Option<Head>, Vec<T>), Error> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok((None, Vec::new()));
        }
        Err(source) => {
            return Err(Error::Read {
                path: path.to_owned(),
                source,
            });
        }
    };
    let mut complaints = Vec::new();
    let read = read(&text, &mut complaints);
    if let Some((line, message)) = complaints.into_iter().next() {
        return Err(Error::Broken {
            path: path.to_owned(),
            line,
            message,
        });
    }
    Ok(match read {
        Some((head, rows)) => (Some(head), rows.into_iter().map(|(_, row)| row).collect()),
        None => (None, Vec::new()),
    })
}

fn line<T: Serialize>(value: &T) -> String {
    let mut line = serde_json::to_string(value).unwrap_or_default();
    line.push('\n');
    line
}

/// Writes the whole list beside the old one and puts it in its place; a reader sees the old one or the new one.
fn written(path: &Path, text: &[u8]) -> Result<(), Error> {
    let write = || {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        if fs::read(path).is_ok_and(|old| old == text) {
            return Ok(());
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let beside = folder.join(format!(".{name}.tmp"));
        let mut file = fs::File::create(&beside)?;
        file.write_all(text)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        // The new name is only safe once the folder is on disk too.
        fs::File::open(folder)?.sync_all()
    };
    write().map_err(|source| Error::Write {
        path: path.to_owned(),
        source,
    })
}
