//! Every page under fixtures/pages, read by the platform beside it, gives the listing beside it.
//!
//! A new page: a folder with `page.html` (bytes as a server sends them) and `platform.toml` (its first start address is the
//! page's own). With `LISTWARDEN_BLESS=1` the test writes `listing.json` instead of comparing: read it before
//! committing it.

use std::{fs, path::Path};

use super::{Platform, PlatformConfig, tests::page};

#[test]
fn pages_give_their_listings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pages");
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    names.sort();
    assert!(names.len() >= 7, "a page for each vocabulary");
    for fixture in names
        .iter()
        .filter(|path| path.join("platform.toml").exists())
    {
        let config: PlatformConfig =
            toml::from_str(&fs::read_to_string(fixture.join("platform.toml")).unwrap()).unwrap();
        let platform = Platform::new(&config).unwrap();
        let body = fs::read(fixture.join("page.html")).unwrap();
        let harvest = platform.read(&page(&config.start[0], "text/html", &body));
        let [listing] = &harvest.listings[..] else {
            panic!(
                "{}: {:?} {:?}",
                fixture.display(),
                harvest.kind,
                harvest.gaps
            );
        };
        let found = serde_json::to_string_pretty(listing).unwrap() + "\n";
        let expected = fixture.join("listing.json");
        if std::env::var_os("LISTWARDEN_BLESS").is_some() {
            fs::write(&expected, &found).unwrap();
        }
        assert_eq!(
            found,
            fs::read_to_string(&expected).unwrap_or_default(),
            "{}",
            fixture.display()
        );
    }
}
