//! The only place that knows the form on people's disks. Every record begins with a byte that says which form
//! it has; forms are only ever added. The model may change at will: the conversions stand here.

mod flag;
mod listing;
mod outline;
mod price;
mod rows;
mod tallies;
#[cfg(test)]
mod tests;
mod visit;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Entry, Error};
use crate::model::{FlagId, Listing, ListingId, Time};
use flag::{FlagForm, ReviewForm};
use listing::{CaptureForm, ListingForm, ListingForm2};
pub(super) use outline::OutlineRow;
pub(super) use rows::{Applied, Counts, FlagRow, ListingRow, QueuedForm, RunRow};
pub(super) use tallies::{HostRow, Seen, SeenRow, SpentRow, Spot};
pub(super) use visit::VisitForm;

/// The form in which all but listings are written.
const FORM: u8 = 1;

/// Kinds of journal frames; numbers are never used again.
mod kind {
    pub(super) const CAPTURED: u8 = 1;
    pub(super) const VERSION: u8 = 2;
    pub(super) const SEEN: u8 = 3;
    pub(super) const STATUS: u8 = 4;
    pub(super) const FLAGGED: u8 = 5;
    pub(super) const REVIEWED: u8 = 6;
    pub(super) const IN_FORCE: u8 = 7;
    pub(super) const FILE: u8 = 8;
    pub(super) const REREAD: u8 = 9;
    /// The highest kind that this version knows.
    pub(super) const KNOWN: u8 = REREAD;
}

/// Why bytes could not be read as a record.
#[derive(Debug)]
pub(super) enum Fault {
    /// A newer version wrote them: this form or kind is not known here.
    Newer { found: u8, known: u8 },
    /// They are no record.
    Broken(String),
}

impl Fault {
    /// The error about the record called `key`.
    pub(super) fn of(self, key: impl Into<String>) -> Error {
        let key = key.into();
        match self {
            Self::Newer { found, known } => Error::Newer { key, found, known },
            Self::Broken(why) => Error::Decode { key, why },
        }
    }
}

#[derive(Serialize, Deserialize)]
struct CapturedForm {
    url: String,
    status: u16,
    capture: CaptureForm,
}

/// `L`: a form of a listing.
#[derive(Serialize, Deserialize)]
struct RereadForm<L> {
    at: Nanos,
    listing: L,
}

#[derive(Serialize, Deserialize)]
struct SeenForm {
    id: String,
    capture: CaptureForm,
    campaigns: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct StatusForm {
    id: String,
    status: u8,
    at: Nanos,
}

#[derive(Serialize, Deserialize)]
struct ReviewedForm {
    flag: String,
    review: ReviewForm,
}

#[derive(Serialize, Deserialize)]
struct InForceForm {
    what: String,
    hash: String,
    at: Nanos,
}

#[derive(Serialize, Deserialize)]
struct FileForm {
    action: String,
    path: String,
    sha256: String,
    rows: u64,
    at: Nanos,
}

/// Kind and payload of an entry's frame.
pub(super) fn encode(entry: &Entry) -> Result<(u8, Vec<u8>), Error> {
    match entry.clone() {
        Entry::Captured {
            url,
            status,
            capture,
        } => {
            let capture = capture.into();
            let form = CapturedForm {
                url,
                status,
                capture,
            };
            Ok((kind::CAPTURED, pack(&form)?))
        }
        Entry::Version(listing) => {
            let form = ListingForm2::from(*listing);
            Ok((kind::VERSION, pack_as(listing::FORM, &form)?))
        }
        Entry::Reread { listing, at } => {
            let (at, listing) = (at.into(), ListingForm2::from(*listing));
            let form = RereadForm { at, listing };
            Ok((kind::REREAD, pack_as(listing::FORM, &form)?))
        }
        Entry::Seen {
            id,
            capture,
            campaigns,
        } => {
            let (id, capture) = (id.as_str().to_owned(), capture.into());
            let form = SeenForm {
                id,
                capture,
                campaigns,
            };
            Ok((kind::SEEN, pack(&form)?))
        }
        Entry::Status { id, status, at } => {
            let id = id.as_str().to_owned();
            let (status, at) = (listing::status_code(status), at.into());
            Ok((kind::STATUS, pack(&StatusForm { id, status, at })?))
        }
        Entry::Flagged(flag) => Ok((kind::FLAGGED, pack(&FlagForm::from(*flag))?)),
        Entry::Reviewed { flag, review } => {
            let (flag, review) = (flag.as_str().to_owned(), review.into());
            Ok((kind::REVIEWED, pack(&ReviewedForm { flag, review })?))
        }
        Entry::InForce { what, hash, at } => {
            let at = at.into();
            Ok((kind::IN_FORCE, pack(&InForceForm { what, hash, at })?))
        }
        Entry::File {
            action,
            path,
            sha256,
            rows,
            at,
        } => {
            let form = FileForm {
                action,
                path,
                sha256,
                rows,
                at: at.into(),
            };
            Ok((kind::FILE, pack(&form)?))
        }
    }
}

/// The entry of a frame.
pub(super) fn decode(frame_kind: u8, payload: &[u8]) -> Result<Entry, Fault> {
    match frame_kind {
        kind::CAPTURED => unpack(payload).and_then(|form: CapturedForm| {
            Ok(Entry::Captured {
                url: form.url,
                status: form.status,
                capture: form.capture.try_into()?,
            })
        }),
        kind::VERSION => {
            let listing = match payload.first() {
                Some(&FORM) => unpack::<ListingForm>(payload)?.try_into()?,
                _ => unpack_as::<ListingForm2>(listing::FORM, payload)?.try_into()?,
            };
            Ok(Entry::Version(Box::new(listing)))
        }
        kind::REREAD => match payload.first() {
            Some(&FORM) => unpack::<RereadForm<ListingForm>>(payload)?.entry(),
            _ => unpack_as::<RereadForm<ListingForm2>>(listing::FORM, payload)?.entry(),
        },
        kind::SEEN => unpack(payload).and_then(|form: SeenForm| {
            let (id, capture) = (ListingId::from(form.id), form.capture.try_into()?);
            let campaigns = form.campaigns;
            Ok(Entry::Seen {
                id,
                capture,
                campaigns,
            })
        }),
        kind::STATUS => unpack(payload).and_then(|form: StatusForm| {
            let id = ListingId::from(form.id);
            let (status, at) = (listing::status_of(form.status)?, form.at.time()?);
            Ok(Entry::Status { id, status, at })
        }),
        kind::FLAGGED => unpack(payload)
            .and_then(|form: FlagForm| Ok(Entry::Flagged(Box::new(form.try_into()?)))),
        kind::REVIEWED => unpack(payload).and_then(|form: ReviewedForm| {
            let (flag, review) = (FlagId::from(form.flag), form.review.try_into()?);
            Ok(Entry::Reviewed { flag, review })
        }),
        kind::IN_FORCE => unpack(payload).and_then(|form: InForceForm| {
            Ok(Entry::InForce {
                what: form.what,
                hash: form.hash,
                at: form.at.time()?,
            })
        }),
        kind::FILE => unpack(payload).and_then(|form: FileForm| {
            Ok(Entry::File {
                action: form.action,
                path: form.path,
                sha256: form.sha256,
                rows: form.rows,
                at: form.at.time()?,
            })
        }),
        found => Err(Fault::Newer {
            found,
            known: kind::KNOWN,
        }),
    }
}

impl<L> RereadForm<L>
where
    Listing: TryFrom<L, Error = Fault>,
{
    fn entry(self) -> Result<Entry, Fault> {
        Ok(Entry::Reread {
            listing: Box::new(self.listing.try_into()?),
            at: self.at.time()?,
        })
    }
}

/// The form's byte, then the form.
pub(super) fn pack<T: Serialize>(form: &T) -> Result<Vec<u8>, Error> {
    pack_as(FORM, form)
}

fn pack_as<T: Serialize>(number: u8, form: &T) -> Result<Vec<u8>, Error> {
    postcard::to_extend(form, vec![number]).map_err(|e| Error::Decode {
        key: std::any::type_name::<T>().to_owned(),
        why: e.to_string(),
    })
}

/// What `pack` made, the whole of it.
pub(super) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    unpack_as(FORM, bytes)
}

fn unpack_as<T: DeserializeOwned>(known: u8, bytes: &[u8]) -> Result<T, Fault> {
    let (&found, form) = bytes.split_first().ok_or_else(|| broken("it is empty"))?;
    if found != known {
        return Err(Fault::Newer { found, known });
    }
    match postcard::take_from_bytes(form) {
        Ok((form, [])) => Ok(form),
        Ok((_, rest)) => Err(broken(format!("{} bytes are left over", rest.len()))),
        Err(e) => Err(broken(e.to_string())),
    }
}

/// Nanoseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Nanos(i128);

impl From<Time> for Nanos {
    fn from(time: Time) -> Self {
        Self(time.as_nanosecond())
    }
}

impl Nanos {
    pub(super) fn time(self) -> Result<Time, Fault> {
        Time::from_nanosecond(self.0).map_err(|e| broken(e.to_string()))
    }
}

fn broken(why: impl Into<String>) -> Fault {
    Fault::Broken(why.into())
}

/// The value whose code is `code`: the codes are written once, in the function from value to code.
fn by_code<T: Copy>(all: &[T], of: fn(T) -> u8, code: u8, what: &str) -> Result<T, Fault> {
    let found = all.iter().copied().find(|&value| of(value) == code);
    found.ok_or_else(|| broken(format!("{code} is no {what}")))
}
