//! Names of things by what they are: SHA-256 of what `Debug` writes of them.
//!
//! All numbers are written so that they can be read again, maps in the order of their keys; so equal things have
//! equal names, on every machine.

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

/// The same of bytes.
pub(super) fn of_bytes(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The name of what the file at `path` holds, in hexadecimal digits.
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
