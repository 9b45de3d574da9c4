//! From a folder of lists to what is in force; what cannot be used is named beside it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Fault, ListInfo, Reference, brands, catalogue, certificates,
    list::{Complaint, Head},
    notice, rates, standards, terms,
};
use crate::model::ReferenceRow;

/// What a file holds, by where it lies.
const KINDS: [(&str, &str); 7] = [
    ("catalogue", "toml"),
    ("brands", "toml"),
    ("terms", "toml"),
    ("certificates", "csv"),
    ("recalls", "jsonl"),
    ("rates", "toml"),
    ("standards", "csv"),
];

/// Reads every list below `dir`; a missing folder is empty.
pub(super) fn folder(dir: &Path) -> (Reference, Vec<Fault>) {
    let mut loading = Loading::default();
    let mut files = Vec::new();
    loading.walk(dir, &mut files);
    files.sort();
    for path in files {
        loading.file(dir, &path);
    }
    let Loading {
        mut reference,
        faults,
        ..
    } = loading;
    reference.index();
    (reference, faults)
}

#[derive(Default)]
struct Loading {
    reference: Reference,
    faults: Vec<Fault>,
    /// Where each row was first met: a second one is a fault, not a replacement.
    met: BTreeMap<(&'static str, String), (PathBuf, usize)>,
}

impl Loading {
    fn walk(&mut self, dir: &Path, files: &mut Vec<PathBuf>) {
        let entries = match fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => return self.complain(dir, [(0, error.to_string())]),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => return self.complain(dir, [(0, error.to_string())]),
            };
            let path = entry.path();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            match (hidden, path.is_dir()) {
                // A file that an import left behind when it was stopped has a name that begins with a dot.
                (true, _) => {}
                (_, true) => self.walk(&path, files),
                _ => files.push(path),
            }
        }
    }

    fn complain(&mut self, path: &Path, complaints: impl IntoIterator<Item = Complaint>) {
        self.faults
            .extend(complaints.into_iter().map(|(line, message)| Fault {
                path: path.to_owned(),
                line,
                message,
            }));
    }

    fn file(&mut self, dir: &Path, path: &Path) {
        let name = path.strip_prefix(dir).unwrap_or(path);
        let Some(kind) = kind(name) else {
            if path.extension().is_some_and(|ext| ext == "md") {
                return;
            }
            let wanted = "it is no list: there are catalogue.toml, brands.toml, rates.toml, standards.csv, terms/*.toml, certificates/*.csv and recalls/*.jsonl";
            return self.complain(path, [(0, wanted.to_owned())]);
        };
        let text = match fs::read(path).map(String::from_utf8) {
            Ok(Ok(text)) => text,
            Ok(Err(_)) => {
                return self.complain(path, [(0, "it is not UTF-8; save it as UTF-8".to_owned())]);
            }
            Err(error) => return self.complain(path, [(0, error.to_string())]),
        };
        let text = text.trim_start_matches('\u{feff}');
        let mut complaints = Vec::new();
        let info = self.list(
            kind,
            &name.to_string_lossy().replace('\\', "/"),
            path,
            text,
            &mut complaints,
        );
        complaints.sort();
        self.complain(path, complaints);
        self.reference.lists.extend(info);
    }

    /// Reads one list into its place.
    fn list(
        &mut self,
        kind: &'static str,
        name: &str,
        path: &Path,
        text: &str,
        complaints: &mut Vec<Complaint>,
    ) -> Option<ListInfo> {
        let mut keep = Keep {
            kind,
            path,
            met: &mut self.met,
            complaints,
            hashes: Vec::new(),
        };
        let head: Head = match kind {
            "catalogue" => {
                let (head, rows) = catalogue::read(text, keep.complaints)?;
                for (line, kind) in rows {
                    let key = format!(
                        "{} {}",
                        kind.id,
                        kind.valid_from.as_deref().unwrap_or("always")
                    );
                    if keep.first(line, key, &kind.row) {
                        self.reference
                            .kinds
                            .entry(kind.id.clone())
                            .or_default()
                            .push(Arc::new(kind));
                    }
                }
                head
            }
            "brands" => {
                let (head, rows) = brands::read(text, keep.complaints)?;
                for (line, brand) in rows {
                    if keep.first(line, brand.name.clone(), &brand.row) {
                        self.reference.brands.push(brand);
                    }
                }
                head
            }
            "terms" => {
                let (head, rows) = terms::read(text, keep.complaints)?;
                for (line, list) in rows {
                    if keep.first(line, list.name.clone(), &list.row) {
                        self.reference.terms.insert(list.name.clone(), list);
                    }
                }
                head
            }
            "certificates" => {
                let (head, rows) = certificates::read(text, keep.complaints)?;
                for (line, certificate) in rows {
                    let key = (certificate.scheme.clone(), certificate.value.clone());
                    // A number that was only seen on a page gives way to what a register says of it, whichever is
                    // read first: the two are no doubles.
                    let seen = certificate.status == "seen";
                    let note = if seen { " (seen)" } else { "" };
                    let first =
                        keep.first(line, format!("{} {}{note}", key.0, key.1), &certificate.row);
                    let certificates = &mut self.reference.certificates;
                    if first && !(seen && certificates.contains_key(&key)) {
                        certificates.insert(key, certificate);
                    }
                }
                head
            }
            "rates" => {
                let (head, rows) = rates::read(text, keep.complaints)?;
                for (line, rates) in rows {
                    if keep.first(line, rates.on.clone(), &rates.row) {
                        self.reference.rates.push(rates);
                    }
                }
                head
            }
            "standards" => {
                let (head, rows) = standards::read(text, keep.complaints)?;
                for (line, standard) in rows {
                    if keep.first(line, standard.number.clone(), &standard.row) {
                        self.reference.standards.add(standard);
                    }
                }
                head
            }
            _ => {
                let (head, rows) = notice::read(text, keep.complaints)?;
                for (line, notice) in rows {
                    if keep.first(
                        line,
                        format!("{} {}", notice.source, notice.id),
                        &notice.row,
                    ) {
                        self.reference.notices.push(notice);
                    }
                }
                head
            }
        };
        Some(head.info(name, kind, keep.hashes))
    }
}

/// Rows of one file on their way into their place.
struct Keep<'a> {
    kind: &'static str,
    path: &'a Path,
    met: &'a mut BTreeMap<(&'static str, String), (PathBuf, usize)>,
    complaints: &'a mut Vec<Complaint>,
    hashes: Vec<String>,
}

impl Keep<'_> {
    /// Whether no row of that key was met before.
    fn first(&mut self, line: usize, key: String, row: &ReferenceRow) -> bool {
        let place = (self.kind, key);
        if let Some((path, before)) = self.met.get(&place) {
            let message = format!(
                "{} stands already in {} line {before}; this row is passed over",
                place.1,
                path.display()
            );
            self.complaints.push((line, message));
            return false;
        }
        self.met.insert(place, (self.path.to_owned(), line));
        self.hashes.push(row.hash.clone());
        true
    }
}

/// The kind of list that a path below the folder holds.
fn kind(name: &Path) -> Option<&'static str> {
    let extension = name.extension()?.to_str()?;
    let top = name.components().next()?.as_os_str().to_str()?;
    KINDS
        .iter()
        .find(|(kind, ext)| {
            top.split('.').next().is_some_and(|t| t.starts_with(kind)) && *ext == extension
        })
        .map(|(kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    const TERMS: &str = "source = \"x\"\nlicence = \"none\"\nname = \"replica\"\nzh = \"仿\"\nen = \"r\"\nseen = [\"高仿\"]\n";

    #[test]
    fn what_is_broken_is_named_and_the_rest_is_used() {
        let dir = written(&[
            ("terms/replica.toml", TERMS),
            ("terms/again.toml", TERMS),
            ("terms/bad.toml", "source = \n"),
            ("notes.xlsx", ""),
            ("README.md", "about"),
            ("recalls/.cpsc.jsonl.tmp", "half a li"),
            (
                "recalls/a.jsonl",
                "{\"source\":\"a\",\"licence\":\"none\"}\n{\"source\":\"a\",\"id\":\"1\",\"title\":\"t\"}\n{\"source\":\"a\",\"id\":\"2\",\"titel\":\"t\"}\n{\"sour",
            ),
        ]);
        let (reference, faults) = folder(dir.path());
        let said: Vec<String> = faults
            .iter()
            .map(|f| {
                format!(
                    "{}:{}",
                    f.path.file_name().unwrap().to_string_lossy(),
                    f.line
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                "notes.xlsx:0",
                "a.jsonl:3",
                "a.jsonl:4",
                "bad.toml:1",
                "replica.toml:1"
            ]
        );
        assert!(reference.terms("replica").is_some());
        assert_eq!(reference.notices.len(), 1);
        let lists: Vec<_> = reference
            .lists()
            .iter()
            .map(|l| (l.path.as_str(), l.rows))
            .collect();
        assert_eq!(
            lists,
            [
                ("recalls/a.jsonl", 1),
                ("terms/again.toml", 1),
                ("terms/replica.toml", 0)
            ]
        );
    }

    #[test]
    fn the_hash_knows_what_is_said_and_not_where() {
        let one = folder(written(&[("terms/a.toml", TERMS)]).path()).0.hash();
        let moved = folder(written(&[("terms/b.toml", &format!("# a comment\n{TERMS}"))]).path())
            .0
            .hash();
        let other = folder(written(&[("terms/a.toml", &TERMS.replace("高仿", "精仿"))]).path())
            .0
            .hash();
        assert_eq!(one, moved);
        assert_ne!(one, other);
    }

    #[test]
    fn no_folder_is_no_reference_and_no_fault() {
        let (reference, faults) = folder(Path::new("/nowhere/at/all"));
        assert!(faults.is_empty());
        assert!(reference.lists().is_empty());
    }

    #[test]
    fn a_register_outranks_a_number_seen_on_a_page_whichever_is_read_first() {
        const HEAD: &str = "# source: x\n# licence: none\nscheme,value,status\n";
        let seen = format!("{HEAD}ccc,2016010706840003,seen\n");
        let register = format!("{HEAD}ccc,2016010706840003,revoked\n");
        for (seen_in, register_in) in [
            ("certificates/a.csv", "certificates/b.csv"),
            ("certificates/b.csv", "certificates/a.csv"),
        ] {
            let dir = written(&[(seen_in, &seen), (register_in, &register)]);
            let (reference, faults) = folder(dir.path());
            assert!(faults.is_empty(), "{faults:?}");
            let found = reference.certificate("ccc", "2016010706840003").unwrap();
            assert_eq!(found.status, "revoked", "seen in {seen_in}");
        }
    }
}
