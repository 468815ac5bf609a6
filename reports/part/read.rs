//! Reads a part.

use super::header::{BEGINNING, Header, MOST, SHAPE};
use super::record::{self, FileSpan, PartRecord, ReplicationName};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use wssim_text::printable;

/// Longest header, in bytes.
const LONGEST: u64 = 1 << 20;

/// A part with the places of its replications in its file.
#[derive(Debug)]
pub struct Part {
    /// Its path.
    pub path: PathBuf,
    /// Its header.
    pub header: Header,
    /// Whether the shard is complete.
    pub is_complete: bool,
    file: Mutex<File>,
    pub(super) replications: BTreeMap<ReplicationName, FileSpan>,
    /// Bytes up to the end of the last complete record.
    pub(super) whole: u64,
}

/// Why a part cannot be read.
#[derive(Debug)]
pub enum ReadError {
    /// The system refused.
    System(io::Error),
    /// It is not a part.
    Foreign,
    /// It is only the beginning of a part.
    Begun,
    /// Another version of wssim wrote it.
    Version(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(error) => write!(f, "cannot be read: {error}"),
            Self::Foreign => write!(f, "is no part of a study"),
            Self::Begun => write!(f, "is a part that was hardly begun: start its shard again"),
            Self::Version(version) => {
                let (own, version) = (env!("CARGO_PKG_VERSION"), printable(version));
                write!(f, "is of wssim {version}, this is wssim {own}")
            }
        }
    }
}

impl std::error::Error for ReadError {}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl Part {
    /// Reads the part at `path`, as far as it goes.
    ///
    /// # Errors
    /// When it cannot be read, or is not a part written by this version.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        // A pipe may never end.
        if !path.metadata()?.is_file() {
            return Err(ReadError::Foreign);
        }
        Self::of(path, File::open(path)?)
    }

    /// [`Self::read`] for an open file.
    pub(super) fn of(path: &Path, file: File) -> Result<Self, ReadError> {
        let mut reader = BufReader::new(&file);
        let mut line = Vec::new();
        reader.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
        let header = header(&line)?;
        let mut whole = line.len() as u64;
        let mut replications = BTreeMap::new();
        let mut end = None;
        while let Some(record) = record::next(&mut reader, whole)? {
            match record {
                PartRecord::Replication(name, place) => {
                    whole = place.end();
                    replications.insert(name, place);
                }
                PartRecord::End(count) => {
                    end = Some(count as usize);
                    break;
                }
            }
        }
        let is_complete = end == Some(replications.len());
        let path = path.to_owned();
        Ok(Self { path, header, is_complete, file: Mutex::new(file), replications, whole })
    }

    /// The stored replication.
    pub(super) fn find(&self, name: &ReplicationName) -> Option<Vec<u8>> {
        let place = self.replications.get(name)?;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(place.from)).ok()?;
        let mut bytes = vec![0; place.length];
        file.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }

    /// The number of replications.
    pub fn replications(&self) -> usize {
        self.replications.len()
    }
}

/// The version is checked first, since other versions may have other headers.
fn header(line: &[u8]) -> Result<Header, ReadError> {
    let beginning = BEGINNING.as_bytes();
    if !line.ends_with(b"\n") {
        let is_begun = line.starts_with(beginning) || beginning.starts_with(line);
        return Err(if is_begun { ReadError::Begun } else { ReadError::Foreign });
    }
    let value: serde_json::Value = serde_json::from_slice(line).map_err(|_| ReadError::Foreign)?;
    let shape = value.get("wssim_part").and_then(serde_json::Value::as_u64);
    let version = value.get("version").and_then(serde_json::Value::as_str);
    let (Some(shape), Some(version)) = (shape, version) else { return Err(ReadError::Foreign) };
    if shape != u64::from(SHAPE) || version != env!("CARGO_PKG_VERSION") {
        return Err(ReadError::Version(version.to_owned()));
    }
    let header: Header = serde_json::from_value(value).map_err(|_| ReadError::Foreign)?;
    let is_shard = header.of <= MOST && (1..=header.of).contains(&header.shard);
    is_shard.then_some(header).ok_or(ReadError::Foreign)
}
