//! Reads all texts, from the disk or from the scenarios inside the program; no other module does.
//!
//! A file refers only to files in its own store, disk or program. Each file is read once, so that all
//! worlds of a study use the same text, up to the size limit of its kind: a longer file, and one that is
//! not regular (a pipe, a device), is refused before it fills the memory or blocks.

use crate::shipped;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wssim_text::decode::decoded;
use wssim_text::file;

/// A store of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Store {
    #[default]
    Disk,
    Embedded,
}

/// The place of a file or a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Location {
    store: Store,
    path: PathBuf,
}

impl Location {
    /// On the disk.
    pub(crate) fn on_disk(path: impl Into<PathBuf>) -> Self {
        Self { store: Store::Disk, path: path.into() }
    }

    /// Inside the program.
    pub(crate) fn embedded(path: impl Into<PathBuf>) -> Self {
        Self { store: Store::Embedded, path: path.into() }
    }

    /// Whether it is inside the program.
    pub(crate) fn is_embedded(&self) -> bool {
        self.store == Store::Embedded
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> Self {
        self.at(self.path.parent().unwrap_or(Path::new("")))
    }

    /// The file or folder `named` in this folder.
    pub(crate) fn join(&self, named: impl AsRef<Path>) -> Self {
        self.at(self.path.join(named))
    }

    /// The location with another ending.
    pub(crate) fn with_extension(&self, ending: &str) -> Self {
        self.at(self.path.with_extension(ending))
    }

    /// The path relative to `folder`; the whole path if it is not in there.
    pub(crate) fn within(&self, folder: &Self) -> &Path {
        self.path.strip_prefix(&folder.path).unwrap_or(&self.path)
    }

    /// As shown in messages.
    pub(crate) fn shown(&self) -> String {
        self.marked(&self.path.display().to_string())
    }

    /// The `name` of a file in the same store, as shown in messages.
    pub(crate) fn marked(&self, name: &str) -> String {
        match self.store {
            Store::Disk => name.to_owned(),
            Store::Embedded => format!("{name} (embedded)"),
        }
    }

    /// A canonical form, equal for every way to write it, if it exists.
    pub(crate) fn identity(&self) -> Self {
        match self.store {
            Store::Disk => self.path.canonicalize().map_or_else(|_| self.clone(), Self::on_disk),
            Store::Embedded => self.clone(),
        }
    }

    fn at(&self, path: impl Into<PathBuf>) -> Self {
        Self { store: self.store, path: path.into() }
    }

    /// The text there, of at most `most` bytes.
    fn read(&self, most: u64) -> Result<Arc<str>, Unread> {
        match self.store {
            Store::Disk => {
                let bytes = file::read(&self.path, most)?;
                // Docker accepts the byte order marks of UTF-16 only in YAML.
                let is_env = self.path.file_name().is_some_and(|name| name == ".env");
                let text = if is_env {
                    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
                } else {
                    decoded(bytes)
                };
                Ok(text.map_err(|why| Unread::because(&why))?.into())
            }
            Store::Embedded => {
                let text = shipped::text(&self.path).map(Arc::from);
                text.ok_or_else(|| Unread::missing("it does not ship with wssim"))
            }
        }
    }
}

/// Why there is no text.
#[derive(Clone, Debug)]
pub(crate) struct Unread {
    reason: String,
    /// Whether the file does not exist, rather than being unreadable.
    pub(crate) is_missing: bool,
}

impl Unread {
    fn because(reason: &str) -> Self {
        Self { reason: reason.to_owned(), is_missing: false }
    }

    fn missing(reason: &str) -> Self {
        Self { is_missing: true, ..Self::because(reason) }
    }
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self { reason: error.to_string(), is_missing: error.kind() == io::ErrorKind::NotFound }
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.reason)
    }
}

/// Most bytes of a scenario, a stack file or a `.env`: a hundred times the largest shipped one.
const MOST_OF_TEXT: u64 = 4 << 20;

/// Most bytes of a file of rows: a trace, outages, values.
const MOST_OF_ROWS: u64 = 128 << 20;

/// Values by file and dimension.
type Values = BTreeMap<(Location, &'static str), Arc<[f64]>>;

/// Texts by location.
#[derive(Debug, Default)]
pub(crate) struct Files {
    texts: Mutex<BTreeMap<Location, Result<Arc<str>, Unread>>>,
    values: Mutex<Values>,
}

impl Files {
    /// Uses `text` as the file at `location`.
    pub(crate) fn hold(&self, location: &Location, text: &str) {
        self.texts().insert(location.clone(), Ok(text.into()));
    }

    /// A copy with the texts read so far, and no values.
    pub(crate) fn so_far(&self) -> Self {
        Self { texts: Mutex::new(self.texts().clone()), values: Mutex::default() }
    }

    /// The text of a scenario, a stack file or a `.env`, or why there is none.
    pub(crate) fn read(&self, location: &Location) -> Result<Arc<str>, Unread> {
        self.read_most(location, MOST_OF_TEXT)
    }

    /// The text of a file of rows, which may be longer.
    pub(crate) fn rows(&self, location: &Location) -> Result<Arc<str>, Unread> {
        self.read_most(location, MOST_OF_ROWS)
    }

    /// The result of `make` for a file of values, in the unit of `dimension`: computed once.
    pub(crate) fn values<E>(
        &self,
        location: &Location,
        dimension: &'static str,
        make: impl FnOnce() -> Result<Arc<[f64]>, E>,
    ) -> Result<Arc<[f64]>, E> {
        let key = (location.clone(), dimension);
        let mut known = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(values) = known.get(&key) {
            return Ok(Arc::clone(values));
        }
        let values = make()?;
        known.insert(key, Arc::clone(&values));
        Ok(values)
    }

    fn read_most(&self, location: &Location, most: u64) -> Result<Arc<str>, Unread> {
        self.texts().entry(location.clone()).or_insert_with(|| location.read(most)).clone()
    }

    fn texts(&self) -> MutexGuard<'_, BTreeMap<Location, Result<Arc<str>, Unread>>> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
