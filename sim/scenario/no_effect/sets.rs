//! Finds `--set` without effect: compares the world with it and the one without.

use super::note::CODE;
use crate::diagnostic::Diagnostic;
use crate::path::end_of_path;
use crate::source::{SourceText, TextPlace};
use crate::unsimulated::{self, NotSimulated};
use std::sync::Arc;

/// The name of the flag.
const FLAG: &str = "--set";

/// Whether a message about `set` exists already: that it has no effect, or is not simulated.
pub(crate) fn is_told(set: &str, warnings: &[Diagnostic], listed: &[NotSimulated]) -> bool {
    let is_of = |place: &TextPlace| place.flag() == Some((FLAG, set));
    let is_noted = |one: &Diagnostic| one.code == CODE && one.span.as_ref().is_some_and(is_of);
    let path = end_of_path(set).map_or(set, |end| &set[..end]);
    warnings.iter().any(is_noted) || unsimulated::lists(listed, path)
}

/// The note that `set` has no effect.
pub(crate) fn note(set: &str) -> Diagnostic {
    let span = TextPlace::new(Arc::new(SourceText::of_flag(FLAG, set)), 0, set.len() as u32);
    let diagnostic = Diagnostic::warning(CODE, "no effect: nothing changes by this");
    Diagnostic { span: Some(span), ..diagnostic }
}
