//! The form of a visit in the index: there is one for every page, so it is small.

use serde::{Deserialize, Serialize};

use super::{Fault, Nanos};
use crate::{
    model::Capture,
    store::{ListPage, Visit},
};

/// Longer validators are not kept: they come from strangers, and servers that mean well need fewer.
const LONGEST: usize = 256;

#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct VisitForm {
    etag: Option<String>,
    last_modified: Option<String>,
    whole: Option<WholeForm>,
    answered: Option<String>,
    print: u64,
    interval: u32,
    due: Nanos,
    visits: u32,
    status: u16,
    list: Option<ListForm>,
}

#[derive(Debug, Serialize, Deserialize)]
struct WholeForm {
    warc: String,
    offset: u64,
    sha256: [u8; 32],
    fetched_at: Nanos,
}

#[derive(Debug, Serialize, Deserialize)]
struct ListForm {
    url: String,
    platform: String,
    campaigns: Vec<String>,
    depth: u32,
}

impl From<Visit> for VisitForm {
    fn from(visit: Visit) -> Self {
        let short = |text: Option<String>| text.filter(|text| text.len() <= LONGEST);
        Self {
            etag: short(visit.etag),
            last_modified: short(visit.last_modified),
            whole: visit.whole.and_then(whole),
            answered: visit.answered,
            print: visit.print,
            interval: visit.interval,
            due: visit.due.into(),
            visits: visit.visits,
            status: visit.status,
            list: visit.list.map(|list| ListForm {
                url: list.url,
                platform: list.platform,
                campaigns: list.campaigns,
                depth: list.depth,
            }),
        }
    }
}

impl TryFrom<VisitForm> for Visit {
    type Error = Fault;

    fn try_from(form: VisitForm) -> Result<Self, Fault> {
        let capture = |whole: WholeForm| {
            Ok(Capture {
                warc: whole.warc,
                offset: whole.offset,
                sha256: whole.sha256.map(|byte| format!("{byte:02x}")).concat(),
                fetched_at: whole.fetched_at.time()?,
            })
        };
        Ok(Self {
            etag: form.etag,
            last_modified: form.last_modified,
            whole: form.whole.map(capture).transpose()?,
            answered: form.answered,
            print: form.print,
            interval: form.interval,
            due: form.due.time()?,
            visits: form.visits,
            status: form.status,
            list: form.list.map(|list| ListPage {
                url: list.url,
                platform: list.platform,
                campaigns: list.campaigns,
                depth: list.depth,
            }),
        })
    }
}

/// The digest takes half the room in bytes. A capture without one is of no use, and not kept.
fn whole(capture: Capture) -> Option<WholeForm> {
    Some(WholeForm {
        warc: capture.warc,
        offset: capture.offset,
        sha256: bytes(&capture.sha256)?,
        fetched_at: capture.fetched_at.into(),
    })
}

fn bytes(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let pairs = hex.as_bytes().chunks(2);
    if hex.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
