//! A lock that lets one process at a time write results to a directory, so that all of its files belong
//! to one study.
//!
//! It is the system's lock on the directory itself (such as `flock`): it leaves no file, and ends with
//! its process. On systems and file systems without such locks there is none, and only single files are
//! consistent.

use crate::files::{WriteError, WriteObstacle};
use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// While it exists no other process writes results to the directory.
#[derive(Debug)]
pub struct Lock {
    directory: PathBuf,
    /// `None` if the file system has no locks.
    file: Option<File>,
}

impl Lock {
    /// Locks `directory`, which exists.
    ///
    /// # Errors
    /// When another process has locked it.
    pub fn on(directory: &Path) -> Result<Self, WriteError> {
        let file = File::open(directory).ok();
        let locked = file.as_ref().map(File::try_lock);
        let directory = directory.to_owned();
        match locked {
            Some(Err(TryLockError::WouldBlock)) => {
                Err(WriteError { path: directory, reason: WriteObstacle::Taken })
            }
            Some(Ok(())) => Ok(Self { directory, file }),
            None | Some(Err(TryLockError::Error(_))) => Ok(Self { directory, file: None }),
        }
    }

    /// Removes temporary files that a killed process left beside files whose names satisfy `is_own`.
    /// Those that cannot be removed are hidden and harmless.
    pub fn clear(&self, is_own: impl Fn(&str) -> bool) {
        self.clear_below(&self.directory, is_own);
    }

    /// [`Self::clear`] for `folder` in the directory.
    pub fn clear_below(&self, folder: &Path, is_own: impl Fn(&str) -> bool) {
        // Without a lock another process may be writing it.
        if self.file.is_none() {
            return;
        }
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let is_file = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_file());
        for entry in entries.filter(is_file) {
            if begun(&entry.file_name()).is_some_and(&is_own) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// The name of the file that a temporary file of this name (`.NAME.PROCESS-TRY.tmp`) is for; `None` if
/// it is no temporary file of wssim.
fn begun(name: &OsStr) -> Option<&str> {
    let name = name.to_str()?.strip_prefix('.')?.strip_suffix(".tmp")?;
    let (name, number) = name.rsplit_once('.')?;
    let (process, attempt) = number.split_once('-')?;
    let is_number = |text: &str| text.parse::<u32>().is_ok();
    (is_number(process) && is_number(attempt)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::tempdir;

    #[test]
    fn what_is_begun_is_known_by_its_name() {
        let of = |name: &str| begun(OsStr::new(name)).map(str::to_owned);
        assert_eq!(of(".results.json.1234-0.tmp").as_deref(), Some("results.json"));
        for other in ["results.json", ".results.json.tmp", ".a.12-x.tmp", "a.12-3.tmp", ".12-3.tmp"]
        {
            assert_eq!(of(other), None, "{other}");
        }
    }

    /// A lock belongs to the open file, so that even the same process does not get it twice.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_directory_is_locked_once_and_freed_with_its_lock() {
        let scratch = tempdir().unwrap();
        let first = Lock::on(scratch.path()).unwrap();
        assert!(matches!(Lock::on(scratch.path()).unwrap_err().reason, WriteObstacle::Taken));
        drop(first);
        assert!(Lock::on(scratch.path()).is_ok());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_what_wssim_began_is_cleared_away() {
        let scratch = tempdir().unwrap();
        let path = |name: &str| scratch.path().join(name);
        for name in [".results.json.7-0.tmp", ".mine.json.7-0.tmp", ".results.json.tmp", "a.svg"] {
            fs::write(path(name), "half").unwrap();
        }
        Lock::on(scratch.path()).unwrap().clear(|name| name == "results.json");
        let left = [".results.json.7-0.tmp", ".mine.json.7-0.tmp", ".results.json.tmp", "a.svg"];
        assert_eq!(left.map(|name| path(name).exists()), [false, true, true, true]);
    }
}
