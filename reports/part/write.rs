//! Writes a part record by record, so that nothing is lost when the process is killed.

use super::header::Header;
use super::read::{Part, ReadError};
use super::record::{self, ReplicationName};
use super::set::Other;
use crate::files::{WriteError, WriteObstacle};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// Writes one part.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    file: File,
    /// Names of its replications.
    names: BTreeSet<ReplicationName>,
    failed: Option<io::Error>,
}

/// The state of a part's file.
#[derive(Debug)]
pub enum Opened {
    /// Complete: nothing is to be done.
    Complete(Part),
    /// A new one, or an existing one to continue.
    Open(Writer, Option<Part>),
}

impl Writer {
    /// Opens the part of `header` at `path`, and continues one of the same study and program there.
    ///
    /// # Errors
    /// When another file is there, another process writes it, or the system refuses.
    pub fn open(path: &Path, header: &Header) -> Result<Opened, WriteError> {
        let at = |reason: WriteObstacle| WriteError { path: path.to_owned(), reason };
        let system = |error: io::Error| at(WriteObstacle::System(error));
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => return Err(at(WriteObstacle::SymbolicLink)),
            Ok(found) if !found.is_file() => return Err(at(WriteObstacle::Foreign)),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(system(error)),
            _ => {}
        }
        if let Some(part) = complete(path, header) {
            return Ok(Opened::Complete(part));
        }
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(path);
        let mut file = file.map_err(system)?;
        // A file system without locks gives another error, and is used without.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(at(WriteObstacle::Taken));
        }
        // Read after it is locked, when no other process writes it. It is opened again, since clones of
        // a handle share their position in the file.
        let known = match Part::of(path, File::open(path).map_err(system)?) {
            Ok(part) if part.header.is_same(header) => Some(part),
            Ok(part) => return Err(at(WriteObstacle::OtherPart(Other::of(&part.header, header)))),
            Err(ReadError::Begun) => None,
            Err(ReadError::System(error)) => return Err(system(error)),
            Err(ReadError::Foreign | ReadError::Version(_)) => {
                return Err(at(WriteObstacle::Foreign));
            }
        };
        let whole = known.as_ref().map_or(0, |part| part.whole);
        file.set_len(whole).map_err(system)?;
        file.seek(SeekFrom::Start(whole)).map_err(system)?;
        if known.is_none() {
            let line = serde_json::to_string(header).map_err(|error| system(error.into()))?;
            file.write_all(format!("{line}\n").as_bytes()).map_err(system)?;
        }
        let names = known.iter().flat_map(|part| part.replications.keys().copied()).collect();
        let writer = Self { path: path.to_owned(), file, names, failed: None };
        Ok(Opened::Open(writer, known))
    }

    /// Adds a replication. False if it could not be written; later ones will not be either.
    pub(super) fn add(&mut self, name: ReplicationName, one: &[u8]) -> bool {
        // Two plans of one comparison may want the same.
        if self.failed.is_none() && self.names.insert(name) {
            self.failed = self.file.write_all(&record::replication(name, one)).err();
        }
        self.failed.is_none()
    }

    /// Its number of replications.
    pub fn replications(&self) -> usize {
        self.names.len()
    }

    /// Marks the part as complete.
    ///
    /// # Errors
    /// When this or an earlier write failed, or the file has been removed.
    pub fn finish(mut self) -> Result<(), WriteError> {
        if self.failed.is_none() {
            let written = self.file.write_all(&record::end(self.names.len() as u32));
            self.failed = written.and_then(|()| self.file.sync_all()).err();
        }
        self.close().map(|_| ())
    }

    /// Closes it for later continuation; returns its number of replications.
    ///
    /// # Errors
    /// When a write failed, or the file has been removed.
    pub fn close(self) -> Result<usize, WriteError> {
        let is_there = is_at(&self.file, &self.path);
        let failed = self.failed.or_else(|| is_there.err());
        match failed {
            None => Ok(self.names.len()),
            Some(error) => {
                Err(WriteError { path: self.path, reason: WriteObstacle::System(error) })
            }
        }
    }

    /// Removes it: it is not needed any more.
    pub fn remove(self) {
        let _ = self.file.set_len(0);
        if is_at(&self.file, &self.path).is_ok() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The part at `path`, if it has `header` and is complete: no process writes it any more.
fn complete(path: &Path, header: &Header) -> Option<Part> {
    let part = Part::read(path).ok()?;
    (part.is_complete && part.header.is_same(header)).then_some(part)
}

/// Whether `file` is still the one at `path`: a folder can be removed while a file in it is written.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let [own, there] = [file.metadata()?, fs::metadata(path)?];
    let is_same = own.ino() == there.ino() && own.dev() == there.dev();
    is_same.then_some(()).ok_or_else(|| io::ErrorKind::NotFound.into())
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> io::Result<()> {
    fs::metadata(path).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::Kept;
    use crate::part::set::Parts;
    use tempfile::tempdir;
    use wssim_experiment::archive::{Archive as _, Shard};

    const SHARD: Shard = Shard { number: 1, of: 2 };

    fn open(path: &Path) -> (Kept, usize) {
        let header = Header::new(SHARD, Vec::new());
        let Opened::Open(writer, known) = Writer::open(path, &header).unwrap() else {
            panic!("it is complete")
        };
        let there = known.as_ref().map_or(0, Part::replications);
        (Kept::part(writer, known.map(Parts::of), SHARD), there)
    }

    /// Looking up a stored replication does not move the position at which more are written.
    #[test]
    fn what_is_added_stands_behind_what_is_there_whatever_is_read() {
        let scratch = tempdir().unwrap();
        let path = scratch.path().join("part-1-of-2.wssim");
        let ones: Vec<Vec<u8>> =
            (0..4).map(|number| vec![number; 100 + usize::from(number)]).collect();
        let (kept, _) = open(&path);
        let key = kept.key(&"a world");
        assert!(kept.keep(&key, 0, &ones[0]) && kept.keep(&key, 1, &ones[1]));
        drop(kept);
        let (kept, there) = open(&path);
        assert_eq!(there, 2);
        for number in [2, 3] {
            // The first is far before the end.
            assert_eq!(kept.find(&key, 0), Some(ones[0].clone()));
            assert!(kept.keep(&key, number, &ones[number as usize]));
        }
        kept.into_writer().unwrap().finish().unwrap();
        let part = Part::read(&path).unwrap();
        assert!(part.is_complete);
        for (number, one) in (0..).zip(&ones) {
            assert_eq!(part.find(&(key, number)).as_ref(), Some(one), "{number}");
        }
    }
}
