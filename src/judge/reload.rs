//! Rules that are edited while somebody judges by them: compiled and tested anew, and taken over only where all is well.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::SystemTime,
};

use jiff::SignedDuration;

use super::{Judge, Loaded};
use crate::model::{Event, Time};

/// The folder is looked at not oftener than this.
const EVERY: SignedDuration = SignedDuration::from_secs(5);

/// The judge in office. Another one takes its place when the files below `rules/` have been edited well.
#[derive(Debug)]
pub struct Office {
    judge: RwLock<Arc<Judge>>,
    reload: Mutex<Reload>,
}

impl Office {
    /// With a judge that was loaded from `dir` just now.
    pub fn new(judge: Judge, dir: &Path, now: Time) -> Self {
        Self {
            judge: RwLock::new(Arc::new(judge)),
            reload: Mutex::new(Reload::of(dir, now)),
        }
    }

    /// Whoever judges now.
    pub fn judge(&self) -> Arc<Judge> {
        Arc::clone(&self.judge.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks whether rules were edited, unless it looked a few seconds ago; says what came of it.
    pub fn renew(&self, now: Time) -> Option<Event> {
        let mut reload = self.reload.lock().unwrap_or_else(PoisonError::into_inner);
        let looked = reload.look(now, &self.judge());
        self.take(looked)
    }

    /// The same, however long ago it looked.
    pub fn renew_now(&self, now: Time) -> Option<Event> {
        let mut reload = self.reload.lock().unwrap_or_else(PoisonError::into_inner);
        reload.looked = now;
        let looked = reload.look_now(&self.judge());
        self.take(looked)
    }

    fn take(&self, looked: Reloaded) -> Option<Event> {
        Some(match looked {
            Reloaded::Same => return None,
            Reloaded::Swapped(judge) => {
                let rules = judge.rules().len();
                *self.judge.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(*judge);
                Event::Rules {
                    rules,
                    faults: Vec::new(),
                }
            }
            Reloaded::Kept(faults) => Event::Rules {
                rules: self.judge().rules().len(),
                faults,
            },
        })
    }

    /// Ends the office; none where somebody still judges.
    pub fn into_judge(self) -> Option<Judge> {
        Arc::into_inner(
            self.judge
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

/// What looking at the folder gave.
#[derive(Debug)]
pub enum Reloaded {
    /// Nothing was edited.
    Same,
    /// Everything compiled and every test held; with the books of the judge before.
    Swapped(Box<Judge>),
    /// Something is wrong, in words; the judge before stays.
    Kept(Vec<String>),
}

/// The state in which the folder was last seen.
#[derive(Debug)]
pub struct Reload {
    dir: PathBuf,
    looked: Time,
    files: Files,
    content: [u8; 32],
}

/// Size and time of the last change, by path.
pub(super) type Files = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

impl Reload {
    /// The folder as it is now.
    pub fn of(dir: &Path, now: Time) -> Self {
        // What cannot be read now is new as soon as it can.
        let files = files(dir).unwrap_or_default();
        Self {
            dir: dir.to_owned(),
            looked: now,
            content: content(&files).unwrap_or_default(),
            files,
        }
    }

    /// Loads the folder anew where a file has come, gone or changed since it was last seen; `judge` lends its books.
    pub fn look(&mut self, now: Time, judge: &Judge) -> Reloaded {
        let age = now.duration_since(self.looked);
        if !age.is_negative() && age < EVERY {
            return Reloaded::Same;
        }
        self.looked = now;
        self.look_now(judge)
    }

    fn look_now(&mut self, judge: &Judge) -> Reloaded {
        let seen = files(&self.dir).and_then(|files| {
            let same = files == self.files;
            let content = if same { self.content } else { content(&files)? };
            Ok((files, content))
        });
        let (files, content) = match seen {
            Ok(seen) => seen,
            // A file that goes away while it is looked at is looked at again next time.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Reloaded::Same,
            Err(error) => return Reloaded::Kept(vec![error.to_string()]),
        };
        self.files = files;
        if content == self.content {
            return Reloaded::Same;
        }
        self.content = content;
        match Judge::load(&self.dir, &[]) {
            Ok(loaded) => tested(loaded, judge),
            Err(error) => Reloaded::Kept(vec![error.to_string()]),
        }
    }
}

fn tested(loaded: Loaded, before: &Judge) -> Reloaded {
    let errors = loaded.rules.iter().filter(|fault| fault.level == "error");
    let mut faults: Vec<String> = errors.map(ToString::to_string).collect();
    faults.extend(loaded.reference.iter().map(ToString::to_string));
    let failed = loaded
        .judge
        .rules()
        .test()
        .into_iter()
        .filter(|test| !test.ok);
    faults.extend(failed.map(|test| {
        let (rule, line, name) = (test.rule, test.line, test.name);
        format!(
            "{rule}:{line}: the test \"{name}\" expects {}, and got {}",
            test.expected, test.got
        )
    }));
    if !faults.is_empty() {
        return Reloaded::Kept(faults);
    }
    let mut judge = loaded.judge;
    judge.freeze_like(before);
    judge.set_floor(before.floor);
    judge.set_campaigns(before.about.clone());
    Reloaded::Swapped(Box::new(judge))
}

/// Every file below `dir`, but those whose names begin with a dot, as editors leave them while they write.
pub(super) fn files(dir: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let meta = fs::metadata(entry.path())?;
            if meta.is_dir() {
                folders.push(entry.path());
            } else {
                files.insert(entry.path(), (meta.len(), meta.modified().ok()));
            }
        }
    }
    Ok(files)
}

/// BLAKE3 over names and contents.
pub(super) fn content(files: &Files) -> io::Result<[u8; 32]> {
    let mut hasher = blake3::Hasher::new();
    for path in files.keys() {
        let bytes = fs::read(path)?;
        hasher.update(path.as_os_str().as_encoded_bytes());
        hasher.update(blake3::hash(&bytes).as_bytes());
    }
    Ok(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(limit: u32, tested: u32) -> String {
        format!(
            "//! Cheap. 便宜。\nconst RULE = #{{ title: \"t\", title_zh: \"题\", kind: \"counterfeit\", severity: \"high\", basis: [\"b\"], when: #{{ has: [\"price\"] }} }};\nfn check(item) {{\n    if item.price >= {limit}.0 {{ return pass(); }}\n    flag(\"cheap\", \"便宜\")\n}}\nconst TESTS = [ #{{ flag: \"f\", item: #{{ title: \"t\", price: {tested}.0 }} }} ];\n"
        )
    }

    fn at(second: i64) -> Time {
        Time::from_second(1_800_000_000 + second).unwrap()
    }

    struct Desk {
        office: Office,
        dir: tempfile::TempDir,
    }

    impl Desk {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            fs::create_dir(dir.path().join("fake")).unwrap();
            fs::write(dir.path().join("fake/cheap.rhai"), rule(5, 1)).unwrap();
            let mut judge = Judge::load(dir.path(), &[]).unwrap().judge;
            judge.set_campaigns([("toys".to_owned(), vec!["fake/*".to_owned()])].into());
            let office = Office::new(judge, dir.path(), at(0));
            Self { office, dir }
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.dir.path().join(name), text).unwrap();
        }

        fn hash(&self) -> String {
            self.office.judge().rules().hash()
        }
    }

    #[test]
    fn an_edited_rule_takes_over_after_a_few_seconds_and_only_once() {
        let desk = Desk::new();
        let before = desk.hash();
        assert_eq!(desk.office.renew(at(60)), None, "nothing was edited");
        desk.write("fake/cheap.rhai", &rule(50, 1));
        assert_eq!(desk.office.renew(at(64)), None, "it looked just now");
        let faults = Vec::new();
        assert_eq!(
            desk.office.renew(at(65)),
            Some(Event::Rules { rules: 1, faults })
        );
        assert_ne!(desk.hash(), before);
        assert_eq!(desk.office.renew(at(70)), None);
        assert_eq!(
            desk.office.judge().about["toys"],
            ["fake/*"],
            "what was set stays"
        );
        desk.write("fake/cheap.rhai", &rule(500, 1));
        assert!(desk.office.renew_now(at(71)).is_some());
        assert!(desk.office.into_judge().is_some());
    }

    #[test]
    fn a_rule_that_does_not_compile_or_fails_its_test_changes_nothing_and_is_told_once() {
        let desk = Desk::new();
        let before = desk.hash();
        let kept = |event: Option<Event>| match event {
            Some(Event::Rules { rules: 1, faults }) => faults.join("\n"),
            other => panic!("{other:?}"),
        };
        desk.write(
            "fake/cheap.rhai",
            &rule(5, 1).replace("fn check", "fn chek"),
        );
        let said = kept(desk.office.renew(at(10)));
        assert!(said.contains("R005"), "{said}");
        assert_eq!(desk.office.renew(at(20)), None, "told once");
        desk.write("fake/cheap.rhai", &rule(5, 777));
        let said = kept(desk.office.renew(at(30)));
        assert!(
            said.contains("the test \"f\" expects flag, and got pass"),
            "{said}"
        );
        desk.write("exceptions.toml", "[[exception]]\n");
        let said = kept(desk.office.renew(at(40)));
        assert!(said.contains("`who` is missing"), "{said}");
        assert_eq!(desk.hash(), before);
        fs::remove_file(desk.dir.path().join("exceptions.toml")).unwrap();
        desk.write("fake/cheap.rhai", &rule(50, 1));
        assert!(
            matches!(desk.office.renew(at(50)), Some(Event::Rules { faults, .. }) if faults.is_empty())
        );
        assert_ne!(desk.hash(), before);
    }

    #[test]
    fn a_file_that_was_only_touched_and_what_an_editor_leaves_is_no_edit() {
        let desk = Desk::new();
        let file = fs::File::options()
            .append(true)
            .open(desk.dir.path().join("fake/cheap.rhai"))
            .unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        desk.write("fake/.cheap.rhai.swp", "x");
        assert_eq!(desk.office.renew(at(10)), None);
        desk.write("fake/other.rhai", &rule(7, 1));
        assert!(matches!(
            desk.office.renew(at(20)),
            Some(Event::Rules { rules: 2, .. })
        ));
    }
}
