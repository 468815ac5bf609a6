//! Names of values by their contents: SHA-256 of their `Debug` output.
//!
//! `Debug` writes all numbers exactly, and maps in the order of their keys; so equal values have equal
//! names, on every machine.

use sha2::{Digest as _, Sha256};
use std::fmt::{self, Debug, Write as _};
use std::path::Path;
use std::{fs, io};

struct Hashing(Sha256);

impl fmt::Write for Hashing {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

/// The name of `what`, 256 bits.
pub(super) fn name(what: &dyn Debug) -> [u8; 32] {
    let mut hashing = Hashing(Sha256::new());
    let written = write!(hashing, "{what:?}");
    debug_assert!(written.is_ok(), "hashing takes all text");
    hashing.0.finalize().into()
}

/// The name of bytes.
pub(super) fn of_bytes(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The name of the contents of the file at `path`, in hexadecimal digits.
///
/// # Errors
/// When it cannot be read.
pub fn of_file(path: &Path) -> io::Result<String> {
    Ok(digits(&of_bytes(&fs::read(path)?)))
}

/// The name of `what` in hexadecimal digits.
pub fn digest(what: &dyn Debug) -> String {
    digits(&name(what))
}

fn digits(name: &[u8; 32]) -> String {
    name.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
