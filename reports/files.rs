//! Files of a command's directory, each written whole or not at all.
//!
//! A file is written beside its place under a temporary name, flushed to the disk, and then renamed; an
//! earlier failure leaves the old file unchanged and no new one. wssim replaces only files that it
//! wrote, which it recognizes by their beginning, and no symbolic links. Files for the user to edit are
//! only ever new.

use crate::capacity;
use crate::compare;
use crate::failures;
use crate::hdr_log;
use crate::html;
use crate::junit;
use crate::metrics_csv;
use crate::metrics_prom;
use crate::part::{self, Other};
use crate::sweep;
use crate::trace::chrome;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use wssim_text::printable;

/// Bytes of a file that are read to recognize one of wssim.
const BEGINNING: u64 = 4096;
/// Most temporary names that are tried.
const MOST_TRIES: u32 = 100;

/// A file to write.
#[derive(Clone, Copy, Debug)]
pub struct Output<'a> {
    /// Its name in the directory.
    pub name: &'a str,
    /// Its whole text.
    pub text: &'a str,
}

/// Why a file or directory could not be written.
#[derive(Debug)]
pub struct WriteError {
    /// The path.
    pub path: PathBuf,
    /// The reason.
    pub reason: WriteObstacle,
}

/// Why a file could not be written.
#[derive(Debug)]
pub enum WriteObstacle {
    /// A symbolic link is in its place.
    SymbolicLink,
    /// A file that wssim did not write is in its place.
    Foreign,
    /// A new file was to be made, but its place is taken.
    There,
    /// Another process is writing it.
    Taken,
    /// A part of another study.
    OtherPart(Other),
    /// A directory is needed, but its place is taken by another kind of file.
    NotADirectory,
    /// The system refused.
    System(io::Error),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = printable(&self.path.display().to_string());
        match &self.reason {
            WriteObstacle::SymbolicLink => {
                write!(f, "`{path}` is a symbolic link; nothing is written through it")
            }
            WriteObstacle::Foreign => {
                write!(f, "`{path}` was not written by wssim and is not replaced")
            }
            WriteObstacle::There => write!(f, "`{path}` is there already; nothing is overwritten"),
            WriteObstacle::OtherPart(other) => {
                write!(f, "`{path}` {other}; choose another `--out`, or remove it")
            }
            WriteObstacle::Taken => {
                write!(
                    f,
                    "another process is writing `{path}`; wait for it, or choose another `--out`"
                )
            }
            WriteObstacle::NotADirectory => write!(f, "`{path}` is not a directory"),
            WriteObstacle::System(error) => write!(f, "cannot write `{path}`: {error}"),
        }
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.reason {
            WriteObstacle::System(error) => Some(error),
            WriteObstacle::SymbolicLink
            | WriteObstacle::Foreign
            | WriteObstacle::There
            | WriteObstacle::OtherPart(_)
            | WriteObstacle::Taken
            | WriteObstacle::NotADirectory => None,
        }
    }
}

impl WriteObstacle {
    fn at(self, path: &Path) -> WriteError {
        WriteError { path: path.to_owned(), reason: self }
    }
}

/// Checks that `directory` is one, or can be made.
///
/// # Errors
/// When it is a symbolic link or another kind of file.
pub fn check_directory(directory: &Path) -> Result<(), WriteError> {
    exists(&plain(directory)).map(|_| ())
}

/// Checks that `names` can be written into `directory`, before time is spent.
///
/// # Errors
/// When `directory` is no directory, or a file may not be replaced.
pub fn check(directory: &Path, names: &[&str]) -> Result<(), WriteError> {
    check_directory(directory)?;
    names.iter().try_for_each(|name| check_place(&directory.join(name)))
}

/// Makes `directory` and its parents.
///
/// # Errors
/// When it is a symbolic link or no directory, or cannot be made.
pub fn prepare(directory: &Path) -> Result<(), WriteError> {
    let directory = plain(directory);
    if exists(&directory)? {
        return Ok(());
    }
    fs::create_dir_all(&directory).map_err(|error| WriteObstacle::System(error).at(&directory))
}

/// The path without a slash at the end, which would follow a link.
fn plain(directory: &Path) -> PathBuf {
    directory.components().collect()
}

fn exists(directory: &Path) -> Result<bool, WriteError> {
    match fs::symlink_metadata(directory) {
        Ok(found) if found.is_symlink() => Err(WriteObstacle::SymbolicLink.at(directory)),
        Ok(found) if found.is_dir() => Ok(true),
        Ok(_) => Err(WriteObstacle::NotADirectory.at(directory)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(WriteObstacle::System(error).at(directory)),
    }
}

/// Writes `outputs` into `directory`, which [`prepare`] has made: all of them are written beside
/// their places before the first is renamed.
///
/// # Errors
/// When a file may not be replaced, or cannot be written; then no partial file remains.
pub fn write(directory: &Path, outputs: &[Output<'_>]) -> Result<(), WriteError> {
    let names: Vec<&str> = outputs.iter().map(|output| output.name).collect();
    check(directory, &names)?;
    let mut staged = Vec::new();
    for output in outputs {
        staged.push(Staged::write(directory, output)?);
    }
    staged.into_iter().try_for_each(Staged::publish)
}

/// Writes `outputs` into `directory` like [`write()`], and removes files with this `ending` that an
/// earlier command wrote there under other names. Without outputs no directory is made.
///
/// # Errors
/// As [`write()`].
pub fn write_only(
    directory: &Path,
    outputs: &[Output<'_>],
    ending: &str,
) -> Result<(), WriteError> {
    if outputs.is_empty() && !exists(&plain(directory))? {
        return Ok(());
    }
    prepare(directory)?;
    write(directory, outputs)?;
    let failed = |error| WriteObstacle::System(error).at(directory);
    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let is_written = outputs.iter().any(|output| name == output.name);
        let is_alike = name.to_string_lossy().ends_with(ending);
        if is_alike && !is_written && check_place(&entry.path()).is_ok() {
            fs::remove_file(entry.path())
                .map_err(|error| WriteObstacle::System(error).at(&entry.path()))?;
        }
    }
    Ok(())
}

/// Checks that `path` does not exist, not even as a dangling link.
///
/// # Errors
/// When it exists, or the system cannot tell.
pub fn check_new(path: &Path) -> Result<(), WriteError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Err(WriteObstacle::There.at(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(WriteObstacle::System(error).at(path)),
    }
}

/// Writes a new file into an existing directory.
///
/// # Errors
/// When `path` exists, or cannot be written; then no partial file remains.
pub fn write_new(path: &Path, text: &str) -> Result<(), WriteError> {
    check_new(path)?;
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let output = Output { name: &name, text };
    let staged = Staged::write(folder.unwrap_or(Path::new(".")), &output)
        .map_err(|error| WriteError { path: path.to_owned(), ..error })?;
    // A hard link fails if the name was taken in the meantime; renaming would replace the file. Dropping
    // `staged` removes its temporary name.
    match fs::hard_link(&staged.beside, path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(WriteObstacle::There.at(path))
        }
        Err(_) => claim(path, &staged.beside),
    }
}

/// For file systems without hard links: claims the place with an empty file, then renames.
fn claim(path: &Path, beside: &Path) -> Result<(), WriteError> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(_) => fs::rename(beside, path).map_err(|error| {
            let _ = fs::remove_file(path);
            WriteObstacle::System(error).at(path)
        }),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(WriteObstacle::There.at(path))
        }
        Err(error) => Err(WriteObstacle::System(error).at(path)),
    }
}

/// Checks that `path` is free or holds a file of wssim.
fn check_place(path: &Path) -> Result<(), WriteError> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(WriteObstacle::System(error).at(path)),
    };
    if found.is_symlink() {
        return Err(WriteObstacle::SymbolicLink.at(path));
    }
    if !found.is_file() || !is_own(path).map_err(|error| WriteObstacle::System(error).at(path))? {
        return Err(WriteObstacle::Foreign.at(path));
    }
    Ok(())
}

/// Whether wssim wrote the file: results begin with the version of their shape and the command, tables
/// with our headings, traces with an identifying event, others with an identifying line. White space is
/// ignored, so that reformatted results are recognized.
fn is_own(path: &Path) -> io::Result<bool> {
    let mut beginning = Vec::new();
    File::open(path)?.take(BEGINNING).read_to_end(&mut beginning)?;
    let text = String::from_utf8_lossy(&beginning);
    let dense: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    let results = dense.starts_with("{\"schema_version\":") && dense.contains(",\"command\":\"");
    let trace = dense.starts_with(chrome::BEGINNING);
    let is_headed = |columns: &[&str]| text.lines().next() == Some(columns.join(",").as_str());
    let begins_with = |columns: &[&str]| text.starts_with(&format!("{},", columns.join(",")));
    let table = is_headed(&metrics_csv::COLUMNS)
        || is_headed(&failures::csv::COLUMNS)
        || is_headed(&failures::years::csv::COLUMNS)
        || is_headed(&compare::csv::COLUMNS)
        || is_headed(&capacity::csv::COLUMNS)
        || begins_with(&sweep::csv::COLUMNS);
    let has = |line: usize, beginning: &str| {
        text.lines().nth(line).is_some_and(|line| line.starts_with(beginning))
    };
    let others = has(0, part::BEGINNING)
        || has(0, metrics_prom::BEGINNING)
        || has(0, hdr_log::BEGINNING)
        || has(1, junit::BEGINNING)
        || text.starts_with(html::BEGINNING)
        || text.starts_with(html::FIGURE);
    Ok(results || table || trace || others)
}

/// A file written under a temporary name; removed on drop unless it is published.
struct Staged {
    beside: PathBuf,
    place: PathBuf,
    published: bool,
}

impl Staged {
    fn write(directory: &Path, output: &Output<'_>) -> Result<Self, WriteError> {
        let place = directory.join(output.name);
        let (mut file, beside) = create_beside(directory, output.name)
            .map_err(|error| WriteObstacle::System(error).at(&place))?;
        let staged = Self { beside, place, published: false };
        file.write_all(output.text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|error| WriteObstacle::System(error).at(&staged.place))?;
        Ok(staged)
    }

    fn publish(mut self) -> Result<(), WriteError> {
        check_place(&self.place)?;
        fs::rename(&self.beside, &self.place)
            .map_err(|error| WriteObstacle::System(error).at(&self.place))?;
        self.published = true;
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.published {
            // An error is being returned already; a remaining file is hidden and harmless.
            let _ = fs::remove_file(&self.beside);
        }
    }
}

/// A new file under a unique name, never one behind a link.
fn create_beside(directory: &Path, name: &str) -> io::Result<(File, PathBuf)> {
    let process = std::process::id();
    for attempt in 0..MOST_TRIES {
        let path = directory.join(format!(".{name}.{process}-{attempt}.tmp"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            opened => return opened.map(|file| (file, path)),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "too many files left over by earlier runs"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::tempdir;

    const RESULTS: &str = "{\n\"schema_version\": 1,\n\"command\": \"run\"\n}\n";

    fn results(text: &str) -> [Output<'_>; 1] {
        [Output { name: "results.json", text }]
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn directories_are_made_and_own_files_replaced() {
        let scratch = tempdir().unwrap();
        let directory = scratch.path().join("out/after");
        prepare(&directory).unwrap();
        write(&directory, &results(RESULTS)).unwrap();
        let reformatted = "{\"schema_version\":1,\"command\":\"run\"}";
        fs::write(directory.join("results.json"), reformatted).unwrap();
        write(&directory, &results(RESULTS)).unwrap();
        assert_eq!(fs::read_to_string(directory.join("results.json")).unwrap(), RESULTS);
        assert_eq!(names(&directory), ["results.json"]);
    }

    #[test]
    fn foreign_files_stay_as_they_were_and_nothing_else_is_written() {
        let scratch = tempdir().unwrap();
        let table = metrics_csv::render(&crate::sample::findings());
        for foreign in ["", "name,age\n", "{\"schema_version\": 1}", "[]"] {
            fs::write(scratch.path().join("metrics.csv"), foreign).unwrap();
            let outputs = [results(RESULTS)[0], Output { name: "metrics.csv", text: &table }];
            let error = write(scratch.path(), &outputs).unwrap_err();
            assert!(matches!(error.reason, WriteObstacle::Foreign), "{error}");
            assert_eq!(names(scratch.path()), ["metrics.csv"]);
            assert_eq!(fs::read_to_string(scratch.path().join("metrics.csv")).unwrap(), foreign);
        }
    }

    #[test]
    fn a_directory_in_the_place_of_a_file_is_foreign() {
        let scratch = tempdir().unwrap();
        fs::create_dir(scratch.path().join("results.json")).unwrap();
        let error = write(scratch.path(), &results(RESULTS)).unwrap_err();
        assert!(matches!(error.reason, WriteObstacle::Foreign), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn symbolic_links_are_refused() {
        let scratch = tempdir().unwrap();
        let target = scratch.path().join("target");
        fs::create_dir(&target).unwrap();
        let link = scratch.path().join("link");
        std::os::unix::fs::symlink(&target, &link).unwrap();
        for spelling in [link.clone(), link.join(""), link.join(".")] {
            let error = prepare(&spelling).unwrap_err();
            assert!(matches!(error.reason, WriteObstacle::SymbolicLink), "{error}");
        }
        let mine = scratch.path().join("mine.json");
        fs::write(&mine, RESULTS).unwrap();
        std::os::unix::fs::symlink(&mine, target.join("results.json")).unwrap();
        let error = write(&target, &results(RESULTS)).unwrap_err();
        assert!(matches!(error.reason, WriteObstacle::SymbolicLink), "{error}");
        assert_eq!(names(&target), ["results.json"]);
    }

    #[test]
    fn what_an_earlier_command_wrote_beside_goes_and_what_is_of_others_stays() {
        let scratch = tempdir().unwrap();
        let folder = scratch.path().join("figures");
        let figure = |name| Output { name, text: html::FIGURE };
        write_only(&folder, &[], ".svg").unwrap();
        assert!(!folder.exists());
        write_only(&folder, &[figure("a.svg"), figure("b.svg")], ".svg").unwrap();
        fs::write(folder.join("mine.svg"), "<svg/>").unwrap();
        fs::write(folder.join("results.json"), RESULTS).unwrap();
        write_only(&folder, &[figure("b.svg"), figure("c.svg")], ".svg").unwrap();
        assert_eq!(names(&folder), ["b.svg", "c.svg", "mine.svg", "results.json"]);
        let error = write_only(&folder, &[figure("mine.svg")], ".svg").unwrap_err();
        assert!(matches!(error.reason, WriteObstacle::Foreign), "{error}");
        write_only(&folder, &[], ".svg").unwrap();
        assert_eq!(names(&folder), ["mine.svg", "results.json"]);
    }

    #[test]
    fn a_file_in_the_way_of_a_directory_is_told() {
        let scratch = tempdir().unwrap();
        let file = scratch.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(matches!(prepare(&file).unwrap_err().reason, WriteObstacle::NotADirectory));
        assert!(matches!(
            prepare(&file.join("below")).unwrap_err().reason,
            WriteObstacle::System(_)
        ));
    }

    #[test]
    fn a_failed_write_leaves_nothing() {
        let scratch = tempdir().unwrap();
        let missing = scratch.path().join("missing");
        assert!(matches!(
            write(&missing, &results(RESULTS)).unwrap_err().reason,
            WriteObstacle::System(_)
        ));
        let staged = Staged::write(scratch.path(), &results(RESULTS)[0]).unwrap();
        drop(staged);
        assert!(names(scratch.path()).is_empty());
    }

    #[test]
    fn a_new_file_replaces_none() {
        let scratch = tempdir().unwrap();
        let path = scratch.path().join("scenario.toml");
        write_new(&path, "first").unwrap();
        assert!(matches!(write_new(&path, "second").unwrap_err().reason, WriteObstacle::There));
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        assert_eq!(names(scratch.path()), ["scenario.toml"]);
        let missing = scratch.path().join("missing/scenario.toml");
        assert!(matches!(write_new(&missing, "").unwrap_err().reason, WriteObstacle::System(_)));
    }

    #[test]
    fn a_place_is_claimed_where_there_are_no_second_names() {
        let scratch = tempdir().unwrap();
        let (path, beside) = (scratch.path().join("a.toml"), scratch.path().join("beside"));
        fs::write(&beside, "text").unwrap();
        claim(&path, &beside).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "text");
        assert!(matches!(claim(&path, &beside).unwrap_err().reason, WriteObstacle::There));
        fs::remove_file(&path).unwrap();
        assert!(matches!(claim(&path, &beside).unwrap_err().reason, WriteObstacle::System(_)));
        assert!(names(scratch.path()).is_empty(), "the claim is given up");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_nowhere_is_something() {
        let scratch = tempdir().unwrap();
        let path = scratch.path().join("scenario.toml");
        std::os::unix::fs::symlink(scratch.path().join("nowhere"), &path).unwrap();
        assert!(matches!(write_new(&path, "text").unwrap_err().reason, WriteObstacle::There));
        assert_eq!(names(scratch.path()), ["scenario.toml"]);
    }

    #[test]
    fn what_an_earlier_run_left_over_is_not_in_the_way() {
        let scratch = tempdir().unwrap();
        let process = std::process::id();
        fs::write(scratch.path().join(format!(".results.json.{process}-0.tmp")), "half").unwrap();
        write(scratch.path(), &results(RESULTS)).unwrap();
        assert_eq!(fs::read_to_string(scratch.path().join("results.json")).unwrap(), RESULTS);
    }
}
