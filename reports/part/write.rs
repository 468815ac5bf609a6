//! A part as it is written: record by record, so that nothing is lost when the process is killed.

use super::header::Header;
use super::read::Part;
use super::record::{self, Name};
use crate::files::{self, Reason, WriteError};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// Writes one part.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    file: File,
    count: u32,
    failed: Option<io::Error>,
}

impl Writer {
    /// A part at `path`: a new one, or what `known`, which lies there, lacks.
    ///
    /// # Errors
    /// When something else stands there, another process writes it, or the system refuses.
    pub fn open(path: &Path, header: &Header, known: Option<&Part>) -> Result<Self, WriteError> {
        let at = |reason: Reason| WriteError { path: path.to_owned(), reason };
        let system = |error: io::Error| at(Reason::System(error));
        let is_there = fs::symlink_metadata(path).is_ok();
        // Whoever writes it holds the lock of the file that lies there, so it is taken before it is cut.
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(!is_there)
            .open(path)
            .map_err(system)?;
        // A file system without locks gives another error, and has to do without.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(at(Reason::Taken));
        }
        if let Some(part) = known {
            file.set_len(part.whole as u64).map_err(system)?;
            file.seek(SeekFrom::End(0)).map_err(system)?;
        } else {
            file.set_len(0).map_err(system)?;
            let line = serde_json::to_string(header).map_err(|error| system(error.into()))?;
            file.write_all(format!("{line}\n").as_bytes()).map_err(system)?;
        }
        let count = known.map_or(0, |part| part.replications() as u32);
        Ok(Self { path: path.to_owned(), file, count, failed: None })
    }

    /// Adds a replication. False: it could not be written, nor will others be.
    pub(super) fn add(&mut self, name: Name, one: &[u8]) -> bool {
        if self.failed.is_none() {
            self.failed = self.file.write_all(&record::replication(name, one)).err();
            self.count += 1;
        }
        self.failed.is_none()
    }

    /// How many replications are in it.
    pub fn replications(&self) -> u32 {
        self.count
    }

    /// Says that all of it is there.
    ///
    /// # Errors
    /// When it could not be written, this or anything before.
    pub fn finish(mut self) -> Result<(), WriteError> {
        if self.failed.is_none() {
            let written = self.file.write_all(&record::end(self.count));
            self.failed = written.and_then(|()| self.file.sync_all()).err();
        }
        self.close().map(|_| ())
    }

    /// Leaves it as it is, to be gone on with; how many replications are in it.
    ///
    /// # Errors
    /// When something could not be written.
    pub fn close(self) -> Result<u32, WriteError> {
        match self.failed {
            None => Ok(self.count),
            Some(error) => Err(WriteError { path: self.path, reason: Reason::System(error) }),
        }
    }

    /// Removes it: nobody is to go on with it.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn remove(self) -> Result<(), WriteError> {
        let Self { path, .. } = self;
        let removed = fs::remove_file(&path);
        removed.map_err(|error| WriteError { path, reason: Reason::System(error) })
    }
}

/// The part of the study of `header` that lies at `path`, if one does that this version can go on with.
///
/// # Errors
/// When something lies there that is not ours.
pub fn known(path: &Path, header: &Header) -> Result<Option<Part>, WriteError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    files::check(folder, &[&name])?;
    let part = Part::read(path).ok();
    Ok(part.filter(|part| part.header.is_same(header)))
}
