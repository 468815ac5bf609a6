//! The one place where texts come from: the disk, or the scenarios that ship inside the program.
//!
//! What a file names lies where the file itself does, so that no text of the one refers to the other. Each is
//! read once, so that all worlds of a study see the same text.

use crate::shipped;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use wssim_text::decode::decoded;

/// Where files are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Store {
    #[default]
    Disk,
    Embedded,
}

/// Where a file or a folder is.
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

    /// The folder that it lies in.
    pub(crate) fn folder(&self) -> Self {
        self.at(self.path.parent().unwrap_or(Path::new("")))
    }

    /// What is called `named` in this folder.
    pub(crate) fn join(&self, named: impl AsRef<Path>) -> Self {
        self.at(self.path.join(named))
    }

    /// The same with another ending.
    pub(crate) fn with_extension(&self, ending: &str) -> Self {
        self.at(self.path.with_extension(ending))
    }

    /// As it is seen from `folder`; whole where it does not lie there.
    pub(crate) fn within(&self, folder: &Self) -> &Path {
        self.path.strip_prefix(&folder.path).unwrap_or(&self.path)
    }

    /// As it is told of.
    pub(crate) fn shown(&self) -> String {
        self.marked(&self.path.display().to_string())
    }

    /// The `name` of something that is kept where this is, as it is told of.
    pub(crate) fn marked(&self, name: &str) -> String {
        match self.store {
            Store::Disk => name.to_owned(),
            Store::Embedded => format!("{name} (embedded)"),
        }
    }

    /// The same for every way to write it, where it is there.
    pub(crate) fn identity(&self) -> Self {
        match self.store {
            Store::Disk => self.path.canonicalize().map_or_else(|_| self.clone(), Self::on_disk),
            Store::Embedded => self.clone(),
        }
    }

    fn at(&self, path: impl Into<PathBuf>) -> Self {
        Self { store: self.store, path: path.into() }
    }

    fn read(&self) -> Result<Arc<str>, String> {
        match self.store {
            Store::Disk => {
                let bytes = std::fs::read(&self.path).map_err(|error| error.to_string())?;
                let text = decoded(bytes)?;
                if text.len() > u32::MAX as usize {
                    return Err("it is larger than 4 GiB".to_owned());
                }
                Ok(text.into())
            }
            Store::Embedded => {
                let text = shipped::text(&self.path);
                text.map(Arc::from).ok_or_else(|| "it does not ship with wssim".to_owned())
            }
        }
    }
}

/// Texts by location.
#[derive(Debug, Default)]
pub(crate) struct Files(Mutex<BTreeMap<Location, Result<Arc<str>, String>>>);

impl Files {
    /// Lets `text` stand for the file at `path` of the disk.
    pub(crate) fn hold(&self, path: &Path, text: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(Location::on_disk(path), Ok(text.into()));
    }

    /// The text of a file, or why there is none.
    pub(crate) fn read(&self, location: &Location) -> Result<Arc<str>, String> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(location.clone()).or_insert_with(|| location.read()).clone()
    }
}
