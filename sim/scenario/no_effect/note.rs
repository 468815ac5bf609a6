//! How it is told that something does nothing.

use crate::diagnostic::Diagnostic;
use crate::source::{Origin, Sources};

/// The code of these notes.
pub(crate) const CODE: &str = "no-effect";

/// A note that the setting at `origin` has no effect.
pub(crate) fn note(why: &str, sources: &Sources, origin: Origin) -> Diagnostic {
    Diagnostic::warning(CODE, format!("no effect: {why}")).at(sources, origin)
}
