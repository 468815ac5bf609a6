//! The directory of a command's files.

use crate::options::StudyFlags;
use std::path::{Path, PathBuf};
use wssim_reports::files::{self, Output, WriteError};
use wssim_reports::lock::Lock;
use wssim_reports::safe_file_name;
use wssim_text::printable;

/// Default directory of results.
const OUT: &str = "out";
/// The folder for figures in it.
const FIGURES: &str = "figures";
/// Ending of figures.
const FIGURE: &str = ".svg";

/// A directory locked against other processes' results.
#[derive(Debug)]
pub(crate) struct HeldDirectory {
    lock: Option<Lock>,
    /// Directories made for it, outer ones first.
    made: Vec<PathBuf>,
}

impl Drop for HeldDirectory {
    /// Removes these directories if they are empty; the lock goes last.
    fn drop(&mut self) {
        for directory in self.made.iter().rev().filter(|_| self.lock.is_some()) {
            // One that is not empty stays.
            let _ = std::fs::remove_dir(directory);
        }
    }
}

/// A directory, and its parents that wssim makes, none of which may be a link.
#[derive(Clone, Debug)]
pub(crate) struct OutDirectory {
    above: Vec<PathBuf>,
    directory: PathBuf,
}

impl OutDirectory {
    /// `given`, or `out/SCENARIO`, with a subdirectory for the command if it has one.
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

    /// Checks, before time is spent, that files with these names, and figures, can be written to it.
    pub(crate) fn check(&self, names: &[&str]) -> Result<(), WriteError> {
        self.above.iter().try_for_each(|above| files::check_directory(above))?;
        files::check_directory(&self.path(FIGURES))?;
        files::check(&self.directory, names)
    }

    /// [`Self::check`], and locks it against other processes' results.
    pub(crate) fn hold(&self, names: &[&str]) -> Result<HeldDirectory, WriteError> {
        self.check(names)?;
        let directories = self.above.iter().chain([&self.directory]);
        let made = directories.filter(|one| !one.exists()).cloned().collect();
        let mut held = HeldDirectory { lock: None, made };
        // If it cannot be made, nothing can be written: that is reported beside the answer.
        while held.lock.is_none() && self.prepare().is_ok() {
            let lock = Lock::on(&self.directory)?;
            if !self.directory.exists() {
                // The process that held it has just removed the empty directory.
                continue;
            }
            lock.clear(|name| names.contains(&name));
            lock.clear_below(&self.path(FIGURES), |name| name.ends_with(FIGURE));
            held.lock = Some(lock);
        }
        Ok(held)
    }

    /// [`Self::hold`] for a study: a shard only checks that results could be written, since it writes a
    /// part, which has its own lock.
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

    /// [`Self::write`] with figures in their folder, where those of an earlier command are removed.
    /// Writes none if any may not be replaced.
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

    /// The printed path of the file `name` in it; for an empty name that of the directory.
    pub(crate) fn shown(&self, name: &str) -> String {
        let path = if name.is_empty() { self.directory.clone() } else { self.directory.join(name) };
        printable(&path.display().to_string())
    }
}
