//! A part as it is read.

use super::header::{Header, SHAPE};
use super::record::{self, Name, Record};
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use wssim_text::printable;

/// What a part holds.
#[derive(Clone, Debug)]
pub struct Part {
    /// Where it lies.
    pub path: PathBuf,
    /// What it is of.
    pub header: Header,
    /// Whether all is there that the shard was to do.
    pub is_complete: bool,
    bytes: Vec<u8>,
    replications: BTreeMap<Name, Range<usize>>,
    /// Bytes up to the end of the last whole record.
    pub(super) whole: usize,
}

/// Why a part cannot be read.
#[derive(Debug)]
pub enum ReadError {
    /// The system refused.
    System(io::Error),
    /// It is no part.
    Foreign,
    /// Another version of wssim wrote it.
    Version(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(error) => write!(f, "cannot be read: {error}"),
            Self::Foreign => write!(f, "is no part of a study"),
            Self::Version(version) => {
                let (own, version) = (env!("CARGO_PKG_VERSION"), printable(version));
                write!(f, "is of wssim {version}, this is wssim {own}")
            }
        }
    }
}

impl std::error::Error for ReadError {}

impl Part {
    /// Reads the part at `path`, as far as it goes.
    ///
    /// # Errors
    /// When it cannot be read, or is no part that this version wrote.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let bytes = fs::read(path).map_err(ReadError::System)?;
        let end = bytes.iter().position(|byte| *byte == b'\n').ok_or(ReadError::Foreign)?;
        let header = header(&bytes[..end])?;
        let mut part = Self {
            path: path.to_owned(),
            header,
            is_complete: false,
            whole: end + 1,
            bytes,
            replications: BTreeMap::new(),
        };
        part.index();
        Ok(part)
    }

    /// Finds every record, up to the first one that is not whole.
    fn index(&mut self) {
        while let Some(Record::Replication(name, place)) = record::at(&self.bytes, self.whole) {
            self.whole = place.end;
            self.replications.insert(name, place);
        }
        if let Some(Record::End(count)) = record::at(&self.bytes, self.whole) {
            self.is_complete = count as usize == self.replications.len();
        }
    }

    /// What a replication left behind.
    pub(super) fn find(&self, name: &Name) -> Option<&[u8]> {
        self.replications.get(name).map(|place| &self.bytes[place.clone()])
    }

    /// How many replications are there.
    pub fn replications(&self) -> usize {
        self.replications.len()
    }
}

/// Other versions may have other headers: the version is looked at first.
fn header(line: &[u8]) -> Result<Header, ReadError> {
    let value: serde_json::Value = serde_json::from_slice(line).map_err(|_| ReadError::Foreign)?;
    let shape = value.get("wssim_part").and_then(serde_json::Value::as_u64);
    let version = value.get("version").and_then(serde_json::Value::as_str);
    let (Some(shape), Some(version)) = (shape, version) else { return Err(ReadError::Foreign) };
    if shape != u64::from(SHAPE) || version != env!("CARGO_PKG_VERSION") {
        return Err(ReadError::Version(version.to_owned()));
    }
    let header: Header = serde_json::from_value(value).map_err(|_| ReadError::Foreign)?;
    let is_shard = (1..=header.of).contains(&header.shard);
    is_shard.then_some(header).ok_or(ReadError::Foreign)
}
