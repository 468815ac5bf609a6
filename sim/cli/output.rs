//! Standard output and standard error. A reader that went away (`| head`) is no error.

use crate::exit::Failure;
use crate::options::Shown;
use std::io::{self, Write};

/// Writes an answer to standard output.
pub(crate) fn print(text: &str, shown: &Shown) -> Result<(), Failure> {
    write(text, choice(shown.colours(&io::stdout())))
}

/// Writes what another program reads to standard output.
pub(crate) fn print_plain(text: &str) -> Result<(), Failure> {
    write(text, anstream::ColorChoice::Never)
}

fn write(text: &str, choice: anstream::ColorChoice) -> Result<(), Failure> {
    let mut out = anstream::AutoStream::new(io::stdout(), choice).lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::file(&format!("error: cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes to standard error; where that is closed, there is nobody to tell.
pub(crate) fn complain(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

fn choice(colours: bool) -> anstream::ColorChoice {
    if colours { anstream::ColorChoice::Always } else { anstream::ColorChoice::Never }
}
