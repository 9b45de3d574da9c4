//! The archive over files of its own: there and back, torn, damaged, visited again.

use std::{fs, io::Write};

use flate2::{Compression, write::GzEncoder};
use url::Url;

use super::*;
use crate::model::Page;

const BIG: u64 = 1 << 30;

fn page(path: &str, status: &str, headers: &str, body: &[u8]) -> Page {
    let url = Url::parse(&format!("https://shop.test{path}")).unwrap();
    let head = format!("HTTP/1.1 {status}\r\n{headers}\r\n").into_bytes();
    let split = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_ascii_lowercase(), value.to_owned())
    };
    Page {
        status: status[..3].parse().unwrap(),
        head,
        request: format!("GET {} HTTP/1.1\r\nhost: shop.test\r\n\r\n", url.path()).into_bytes(),
        headers: headers.lines().map(split).collect(),
        body: body.to_vec(),
        truncated: false,
        fetched_at: "2026-03-04T05:06:07.890123456Z".parse().unwrap(),
        remote: Some(([203, 0, 113, 7], 443).into()),
        url,
    }
}

fn html(bytes: usize) -> Vec<u8> {
    let line = "<li class=\"offer\">安全座椅 <b>¥ 199.00</b></li>\n";
    line.bytes().cycle().take(bytes).collect()
}

fn zipped(plain: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(plain).unwrap();
    gzip.finish().unwrap()
}

/// One page of each kind that the archive must hold.
fn pages() -> Vec<Page> {
    let plain = page(
        "/plain?a=1",
        "200 OK",
        "content-type: text/html\r\ncontent-length: 50000\r\n",
        &html(50_000),
    );
    let gzip = zipped(&html(50_000));
    let headers = format!(
        "content-encoding: gzip\r\ncontent-length: {}\r\n",
        gzip.len()
    );
    let gzipped = page("/gzip", "200 OK", &headers, &gzip);
    let chunked = page(
        "/chunked",
        "200 OK",
        "transfer-encoding: chunked\r\nx-note: a: b\r\n",
        b"de-chunked\r\n\r\nbody",
    );
    let mut cut = page(
        "/endless",
        "200 OK",
        "content-length: 99999\r\n",
        &html(9000),
    );
    cut.truncated = true;
    let mut empty = page("/empty", "204 No Content", "", b"");
    empty.request.clear();
    empty.remote = None;
    let gone = page("/gone", "404 Not Found", "content-length: 5\r\n", b"sorry");
    vec![plain, gzipped, chunked, cut, empty, gone]
}

fn filled(dir: &Path) -> Vec<Capture> {
    let packed: Vec<_> = pages().iter().map(pack).collect();
    let mut archive = Archive::open(dir, BIG).unwrap();
    let mut captures = archive.append(&packed[..2]).unwrap();
    captures.extend(archive.append(&packed[2..]).unwrap());
    captures
}

#[test]
fn every_kind_of_page_comes_back_as_it_went_in() {
    let dir = tempfile::tempdir().unwrap();
    let captures = filled(dir.path());
    for (mut page, capture) in pages().into_iter().zip(&captures) {
        let back = read(dir.path(), capture).unwrap();
        if page.url.path() == "/chunked" {
            // What is stored is not chunked, so nothing there says so.
            page.head = b"HTTP/1.1 200 OK\r\nx-note: a: b\r\n\r\n".to_vec();
            page.headers.remove(0);
        }
        assert_eq!(format!("{back:?}"), format!("{page:?}"));
        assert_eq!(capture.fetched_at, page.fetched_at);
    }
    let verified = verify(dir.path()).unwrap();
    assert_eq!(
        (verified.files, verified.records, verified.unfinished),
        (1, 12, 0)
    );
}

#[test]
fn files_are_rotated_and_all_can_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let mut captures = Vec::new();
    for page in pages() {
        let mut archive = Archive::open(dir.path(), 4000).unwrap();
        captures.extend(archive.append(&[pack(&page)]).unwrap());
    }
    let verified = verify(dir.path()).unwrap();
    assert!(verified.files > 1, "{verified:?}");
    assert_eq!(verified.records, 11 + verified.files);
    for (page, capture) in pages().iter().zip(&captures) {
        assert_eq!(read(dir.path(), capture).unwrap().body, page.body);
    }
    fs::remove_file(dir.path().join(NAMES.name(1))).unwrap();
    assert!(matches!(verify(dir.path()), Err(Error::Missing { .. })));
}

#[test]
fn a_torn_tail_is_cut_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let captures = filled(dir.path());
    let path = dir.path().join(NAMES.name(1));
    let bytes = fs::read(&path).unwrap();
    let last = captures[5].offset as usize;
    for end in [last + 1, last + 30, last + 300, last + 400] {
        fs::write(&path, &bytes[..end]).unwrap();
        assert_eq!(
            verify(dir.path()).unwrap().unfinished as usize,
            end - last,
            "{end}"
        );
        drop(Archive::open(dir.path(), BIG).unwrap());
        assert_eq!(fs::read(&path).unwrap(), &bytes[..last]);
    }
    let again = Archive::open(dir.path(), BIG)
        .unwrap()
        .append(&[pack(&pages()[5])]);
    assert_eq!(again.unwrap()[0].offset, captures[5].offset);
    assert_eq!(read(dir.path(), &captures[4]).unwrap().status, 204);
}

#[test]
fn damage_is_named_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let captures = filled(dir.path());
    let path = dir.path().join(NAMES.name(1));
    let bytes = fs::read(&path).unwrap();
    // In the head of a member, in its middle, and in the last record of all.
    for at in [
        captures[1].offset as usize + 2,
        captures[2].offset as usize + 200,
        bytes.len() - 40,
    ] {
        let mut broken = bytes.clone();
        broken[at] ^= 0x40;
        fs::write(&path, &broken).unwrap();
        let Err(Error::Damaged { offset, .. }) = verify(dir.path()) else {
            panic!("damage at {at} not seen");
        };
        assert!(offset as usize <= at);
        let next = Archive::open(dir.path(), BIG)
            .unwrap()
            .append(&[pack(&pages()[0])])
            .unwrap();
        assert!(fs::read(&path).unwrap().starts_with(&broken));
        assert_eq!(read(dir.path(), &next[0]).unwrap().body, pages()[0].body);
    }
    let error = read(
        dir.path(),
        &Capture {
            sha256: "0".repeat(64),
            ..captures[0].clone()
        },
    );
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("has another payload")
    );
    let error = read(
        dir.path(),
        &Capture {
            warc: "../journal".to_owned(),
            ..captures[0].clone()
        },
    );
    assert!(
        error
            .unwrap_err()
            .to_string()
            .ends_with("is in no file of the archive")
    );
}

#[test]
fn a_record_that_was_packed_anew_with_other_words_is_found_out() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let path = dir.path().join(NAMES.name(1));
    let mut file = fs::read(&path).unwrap();
    let (plain, length) = member::next(&mut file.as_slice()).unwrap().unwrap();
    let forged = String::from_utf8(plain)
        .unwrap()
        .replace("listwarden/", "listWarden/");
    file.splice(
        ..length as usize,
        member::packed(&[forged.as_bytes()], member::Effort::Fast),
    );
    fs::write(&path, file).unwrap();
    let error = verify(dir.path()).unwrap_err().to_string();
    assert!(
        error.contains("the record at byte 0 says warc-block-digest"),
        "{error}"
    );
}

/// `filled`, then its first page met again: answered 304, the same payload sent again, and another one.
pub(super) fn visited(dir: &Path) -> [Capture; 3] {
    let first = pages().remove(0);
    let original = Original {
        url: first.url.to_string(),
        capture: filled(dir).remove(0),
    };
    let later = |page: Page| Page {
        fetched_at: "2026-03-05T00:00:00Z".parse().unwrap(),
        ..page
    };
    let mut same = later(first);
    same.head = b"HTTP/1.1 200 OK\r\nset-cookie: csrf=2\r\n\r\n".to_vec();
    same.headers = vec![("set-cookie".to_owned(), "csrf=2".to_owned())];
    let unmodified = later(page(
        "/plain?a=1",
        "304 Not Modified",
        "etag: \"1\"\r\n",
        b"",
    ));
    let mut other = same.clone();
    other.body.push(b'!');
    let packed = [unmodified, same, other].map(|page| pack_again(&page, &original));
    let captures = Archive::open(dir, BIG).unwrap().append(&packed).unwrap();
    captures.try_into().unwrap()
}

#[test]
fn a_page_met_unchanged_is_kept_as_a_revisit_and_comes_back_with_its_body() {
    let dir = tempfile::tempdir().unwrap();
    let [unmodified, same, other] = visited(dir.path());
    let first = pages().remove(0);
    let back = read(dir.path(), &unmodified).unwrap();
    assert_eq!(
        (back.status, &back.head, &back.body),
        (200, &first.head, &first.body),
        "the answer that the 304 speaks of"
    );
    assert_eq!(back.fetched_at, unmodified.fetched_at);
    let back = read(dir.path(), &same).unwrap();
    assert_eq!((back.status, &back.body), (200, &first.body));
    assert_eq!(back.header("set-cookie"), Some("csrf=2"), "its own head");
    assert_eq!(back.request, first.request);
    assert!(same.offset - unmodified.offset < 2_000, "no body");
    assert_eq!(unmodified.sha256, same.sha256);
    let back = read(dir.path(), &other).unwrap();
    assert_eq!(back.body.len(), first.body.len() + 1);
    assert_eq!(verify(dir.path()).unwrap().records, 18);
    let plain = {
        let mut file = fs::File::open(dir.path().join(&unmodified.warc)).unwrap();
        std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(unmodified.offset)).unwrap();
        String::from_utf8(member::next(&mut file).unwrap().unwrap().0).unwrap()
    };
    for line in [
        "WARC-Type: revisit",
        "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/server-not-modified",
        "WARC-Refers-To-Target-URI: https://shop.test/plain?a=1",
        "WARC-Refers-To-Date: 2026-03-04T05:06:07.890123456Z",
        "WARC-Refers-To-Filename: listwarden-000001.warc.gz",
        "HTTP/1.1 304 Not Modified",
    ] {
        assert!(plain.lines().any(|found| found == line), "{line}: {plain}");
    }
}

#[test]
fn what_was_cut_or_is_no_page_is_never_a_revisit() {
    let dir = tempfile::tempdir().unwrap();
    let captures = filled(dir.path());
    // The cut one and the one that is gone: the same bytes again, and whole records again.
    for n in [3, 5] {
        let page = &pages()[n];
        let original = Original {
            url: page.url.to_string(),
            capture: captures[n].clone(),
        };
        let (again, whole) = (pack_again(page, &original), pack(page));
        let plain = |packed: &Packed| {
            let member = member::next(&mut packed.bytes.as_slice()).unwrap();
            member.unwrap().0.len()
        };
        assert_eq!(plain(&again), plain(&whole), "{}", page.url);
    }
}

#[test]
fn a_revisit_of_what_is_not_there_is_damage() {
    let dir = tempfile::tempdir().unwrap();
    let [unmodified, same, other] = visited(dir.path());
    let path = dir.path().join(&unmodified.warc);
    let bytes = fs::read(&path).unwrap();
    // The records change places: the one referred to is now another page's.
    let second = {
        let mut reader = fs::File::open(&path).unwrap();
        std::io::Seek::seek(&mut reader, std::io::SeekFrom::Start(same.offset)).unwrap();
        member::next(&mut reader).unwrap().unwrap().0
    };
    let forged = String::from_utf8(second).unwrap().replace(
        "WARC-Refers-To-File-Offset: ",
        "WARC-Refers-To-File-Offset: 1",
    );
    let mut torn = bytes[..same.offset as usize].to_vec();
    torn.extend(member::packed(&[forged.as_bytes()], member::Effort::Fast));
    fs::write(&path, &torn).unwrap();
    let error = verify(dir.path()).unwrap_err().to_string();
    assert!(
        error.contains(&format!("the record at byte {} refers to", same.offset)),
        "{error}"
    );
    assert!(read(dir.path(), &same).is_err());
    fs::write(&path, &bytes).unwrap();
    let moved = Capture {
        offset: other.offset,
        ..unmodified.clone()
    };
    assert!(read(dir.path(), &moved).is_err(), "another payload");
    let original = Original {
        url: String::new(),
        capture: unmodified,
    };
    assert!(original.is_there(dir.path()));
    fs::remove_file(&path).unwrap();
    assert!(!original.is_there(dir.path()));
}
