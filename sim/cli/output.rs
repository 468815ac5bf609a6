//! Standard output and standard error. A closed reader (`| head`) is not an error.

use crate::exit::CommandFailure;
use crate::terminal::{self, Stream};
use std::io::{self, Write};
use wssim_scenario::{Diagnostic, Scenario};
use wssim_text::wrap;

/// Writes an answer to standard output.
pub(crate) fn print_coloured(text: &str, coloured: bool) -> Result<(), CommandFailure> {
    write(text, choice(coloured))
}

/// Writes to standard output for another program.
pub(crate) fn print_plain(text: &str) -> Result<(), CommandFailure> {
    write(text, anstream::ColorChoice::Never)
}

fn write(text: &str, choice: anstream::ColorChoice) -> Result<(), CommandFailure> {
    let mut out = anstream::AutoStream::new(io::stdout(), choice).lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CommandFailure::file(&format!("error: cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes to standard error, in lines that fit; ignored if that is closed.
pub(crate) fn complain(text: &str) {
    complain_as_is(&wrap::folded(text, terminal::width(Stream::Error)));
}

/// Writes control sequences to standard error.
pub(crate) fn complain_as_is(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Prints warnings for the author of a scenario on standard error.
pub(crate) fn warn(diagnostics: &[Diagnostic], colours: bool) {
    complain(&wssim_scenario::render(diagnostics, terminal::width(Stream::Error), colours));
}

/// Notes on standard error that the scenario `name` is a shipped one, not a file of the user.
pub(crate) fn note_shipped(name: &str, scenario: &Scenario) {
    if scenario.is_shipped() {
        complain(&format!("note: scenario `{name}` is the one that ships with wssim\n"));
    }
}

/// Prints clap's answer instead of a command: help, or a mistake in the call. Returns the exit status.
pub(crate) fn tell(answer: &clap::Error) -> u8 {
    let stream = if answer.use_stderr() { Stream::Error } else { Stream::Out };
    let text = wrap::folded(&answer.render().ansi().to_string(), terminal::width(stream));
    let _ = match stream {
        Stream::Out => anstream::stdout().write_all(text.as_bytes()),
        Stream::Error => anstream::stderr().write_all(text.as_bytes()),
    };
    answer.exit_code().try_into().unwrap_or(crate::exit::WRONG)
}

fn choice(colours: bool) -> anstream::ColorChoice {
    if colours { anstream::ColorChoice::Always } else { anstream::ColorChoice::Never }
}
