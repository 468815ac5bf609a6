//! `--set` that leaves all as it was: the world with it beside the world without.

use super::CODE;
use crate::diagnostic::{Diagnostic, Place};
use crate::load;
use crate::unsimulated::{self, NotSimulated};

/// Whether something is said of `set` already: that it does nothing, or that it is not simulated.
pub(crate) fn is_told(set: &str, warnings: &[Diagnostic], listed: &[NotSimulated]) -> bool {
    let is_of = |place: &Place| place.file == "--set" && place.text_of_line == set;
    let is_noted = |one: &Diagnostic| one.code == CODE && one.span.as_ref().is_some_and(is_of);
    let path = load::end_of_path(set).map_or(set, |end| &set[..end]);
    warnings.iter().any(is_noted) || unsimulated::lists(listed, path)
}

/// The note that `set` does nothing.
pub(crate) fn note(set: &str) -> Diagnostic {
    let span = Place {
        file: "--set".to_owned(),
        line: 1,
        column: 1,
        length: set.chars().count().max(1),
        text_of_line: set.to_owned(),
    };
    let diagnostic = Diagnostic::warning(CODE, "no effect: nothing changes by this");
    Diagnostic { span: Some(span), ..diagnostic }
}
