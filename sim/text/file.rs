//! Reads whole files: regular files only, and none larger than its caller allows.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

/// The bytes of the file at `path`, at most `most`.
///
/// # Errors
/// When reading fails, when `path` is no regular file (reading a pipe or a device may never end), and
/// when the file is longer than `most`.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    // Checked before opening: opening a pipe blocks until it has a writer.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!("it has more than {} MiB", most >> 20)));
    }
    Ok(bytes)
}
