//! Where the files of a command go.

use crate::options::StudyFlags;
use std::path::{Path, PathBuf};
use wssim_reports::files::{self, Output, WriteError};
use wssim_reports::lock::Lock;
use wssim_reports::safe_file_name;
use wssim_text::printable;

/// Where results go unless told otherwise.
const OUT: &str = "out";
/// The folder of figures in it.
const FIGURES: &str = "figures";
/// What the name of a figure ends with.
const FIGURE: &str = ".svg";

/// A directory to which no other process writes results.
#[derive(Debug)]
pub(crate) struct HeldDirectory {
    lock: Option<Lock>,
    /// Directories that were made for it, those above first.
    made: Vec<PathBuf>,
}

impl Drop for HeldDirectory {
    /// Removes the directories that were made if nothing came of it; the lock goes last.
    fn drop(&mut self) {
        for directory in self.made.iter().rev().filter(|_| self.lock.is_some()) {
            // One that is not empty stays.
            let _ = std::fs::remove_dir(directory);
        }
    }
}

/// A directory, and those above it that are made on our own account and as little to be links.
#[derive(Clone, Debug)]
pub(crate) struct OutDirectory {
    above: Vec<PathBuf>,
    directory: PathBuf,
}

impl OutDirectory {
    /// `given`, or `out/SCENARIO`, and in it the directory of the command where it has one.
    pub(crate) fn of(given: Option<&Path>, scenario: &str, command: Option<&str>) -> Self {
        if let Some(directory) = given {
            return Self { above: Vec::new(), directory: directory.to_owned() };
        }
        let scenario = Path::new(OUT).join(safe_file_name(scenario));
        let mut above = vec![PathBuf::from(OUT)];
        let directory = match command {
            None => scenario,
            Some(command) => {
                above.push(scenario.clone());
                scenario.join(command)
            }
        };
        Self { above, directory }
    }

    /// Whether files of these names, and figures, can be written to it, as far as can be known before the time
    /// is spent.
    pub(crate) fn check(&self, names: &[&str]) -> Result<(), WriteError> {
        self.above.iter().try_for_each(|above| files::check_directory(above))?;
        files::check_directory(&self.path(FIGURES))?;
        files::check(&self.directory, names)
    }

    /// The same, and from now on no other process writes results to it.
    pub(crate) fn hold(&self, names: &[&str]) -> Result<HeldDirectory, WriteError> {
        self.check(names)?;
        let directories = self.above.iter().chain([&self.directory]);
        let made = directories.filter(|one| !one.exists()).cloned().collect();
        let mut held = HeldDirectory { lock: None, made };
        // Where it cannot be made nothing can be written either: that is told beside the answer.
        while held.lock.is_none() && self.prepare().is_ok() {
            let lock = Lock::on(&self.directory)?;
            if !self.directory.exists() {
                // The process that had it has just removed the directory, as nothing came of it.
                continue;
            }
            lock.clear(|name| names.contains(&name));
            lock.clear_below(&self.path(FIGURES), |name| name.ends_with(FIGURE));
            held.lock = Some(lock);
        }
        Ok(held)
    }

    /// The same for a study: one whose results are for others to tell only looks whether they could be written, as
    /// it writes a part, which is locked by itself.
    pub(crate) fn hold_for(
        &self,
        study: &StudyFlags,
        names: &[&str],
    ) -> Result<HeldDirectory, WriteError> {
        if study.shard.is_none() {
            return self.hold(names);
        }
        self.check(names)?;
        Ok(HeldDirectory { lock: None, made: Vec::new() })
    }

    /// Makes the directory.
    pub(crate) fn prepare(&self) -> Result<(), WriteError> {
        self.above.iter().try_for_each(|above| files::prepare(above))?;
        files::prepare(&self.directory)
    }

    /// The file `name` in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Writes the files, each whole or not at all.
    pub(crate) fn write(&self, outputs: &[Output<'_>]) -> Result<(), WriteError> {
        self.prepare()?;
        files::write(&self.directory, outputs)
    }

    /// The same with figures in a folder of their own, where those of an earlier command go. None is written where
    /// any may not be replaced.
    pub(crate) fn write_with_figures(
        &self,
        outputs: &[Output<'_>],
        figures: &[Output<'_>],
    ) -> Result<(), WriteError> {
        let folder = self.path(FIGURES);
        let names: Vec<&str> = figures.iter().map(|figure| figure.name).collect();
        files::check(&folder, &names)?;
        self.write(outputs)?;
        files::write_only(&folder, figures, FIGURE)
    }

    /// The directory, or the file `name` in it, as it is printed; an empty name: the directory.
    pub(crate) fn shown(&self, name: &str) -> String {
        let path = if name.is_empty() { self.directory.clone() } else { self.directory.join(name) };
        printable(&path.display().to_string())
    }
}
