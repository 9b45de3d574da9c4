//! One WARC record: named fields, then a block, with the digest of each in the fields.

use sha2::{Digest, Sha256};

use super::member::{Effort, packed};

const VERSION: &str = "WARC/1.1\r\n";
const END: &[u8] = b"\r\n\r\n";

/// A record being written.
pub(super) struct Draft {
    fields: String,
}

impl Draft {
    /// A record of that type and id.
    pub(super) fn new(kind: &str, id: &str) -> Self {
        let fields = format!("{VERSION}WARC-Type: {kind}\r\nWARC-Record-ID: {id}\r\n");
        Self { fields }
    }

    /// Adds a field; a line break in a value would be a lie about the next field, and becomes a space.
    pub(super) fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push_str(name);
        self.fields.push_str(": ");
        self.fields.push_str(&value.replace(['\r', '\n'], " "));
        self.fields.push_str("\r\n");
        self
    }

    /// The record with `parts` as its block, as a gzip member.
    pub(super) fn member(self, kind: &str, parts: &[&[u8]], effort: Effort) -> Vec<u8> {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(part);
        }
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let fields = self
            .field("WARC-Block-Digest", &labelled(&hex(&digest.finalize())))
            .field("Content-Type", kind)
            .field("Content-Length", &length.to_string())
            .fields;
        let mut all = vec![fields.as_bytes(), b"\r\n"];
        all.extend_from_slice(parts);
        all.push(END);
        packed(&all, effort)
    }
}

/// A record read back, its block digest checked.
pub(super) struct Record {
    fields: Vec<(String, String)>,
    pub(super) block: Vec<u8>,
}

impl Record {
    /// Reads a record; the error says in a few words what is wrong with it.
    pub(super) fn parse(mut bytes: Vec<u8>) -> Result<Self, String> {
        let at = memchr::memmem::find(&bytes, END).ok_or("has no end to its fields")?;
        let head = std::str::from_utf8(&bytes[..at]).map_err(|_| "has fields that are no UTF-8")?;
        let lines = head.strip_prefix(VERSION).ok_or("is no WARC 1.1 record")?;
        let fields = lines
            .split("\r\n")
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        if bytes.len() < at + 2 * END.len() || !bytes.ends_with(END) {
            return Err("does not end as a record does".to_owned());
        }
        bytes.truncate(bytes.len() - END.len());
        let block = bytes.split_off(at + END.len());
        let record = Self { fields, block };
        record.check("content-length", &record.block.len().to_string())?;
        record.check("warc-block-digest", &labelled(&sha256(&record.block)))?;
        // A revisit states the digest of a payload that lies elsewhere.
        let revisit = record.field("warc-type") == Some("revisit");
        if let Some(stated) = record.field("warc-payload-digest").filter(|_| !revisit) {
            let (_, payload) = record.http().ok_or("has no HTTP header")?;
            if stated != labelled(&sha256(payload)) {
                return Err("has another payload than its digest says".to_owned());
            }
        }
        Ok(record)
    }

    /// The value of a field, by its name in lower case.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The block as an HTTP message: header with the empty line, payload.
    pub(super) fn http(&self) -> Option<(&[u8], &[u8])> {
        let at = memchr::memmem::find(&self.block, END)?;
        Some(self.block.split_at(at + END.len()))
    }

    fn check(&self, name: &str, found: &str) -> Result<(), String> {
        match self.field(name) {
            Some(stated) if stated == found => Ok(()),
            Some(stated) => Err(format!("says {name} {stated}, and it is {found}")),
            None => Err(format!("has no {name}")),
        }
    }
}

/// Hex SHA-256.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A digest as WARC writes it.
pub(super) fn labelled(sha256: &str) -> String {
    format!("sha256:{sha256}")
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes
        .iter()
        .flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]);
    digits.map(char::from).collect()
}
