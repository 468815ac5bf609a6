//! What is found, apart from what is silenced.

use super::table::{LINTS, reason};
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::document::fields::Name;
use crate::no_effect;
use crate::source::{Origin, Sources};
use wssim_model::orchestrator::Kind;

/// A document, and what is found in it.
pub(super) struct Found<'a> {
    pub(super) document: &'a Document,
    pub(super) sources: &'a Sources,
    pub(super) out: Vec<Diagnostic>,
}

impl Found<'_> {
    pub(super) fn say(&mut self, name: &'static str, message: String, origin: Origin) {
        let diagnostic = Diagnostic::warning(name, message).maybe_help(reason(name, None));
        if !is_silenced(&diagnostic, &self.document.header.allow) {
            self.out.push(diagnostic.at(self.sources, origin));
        }
    }

    /// The kind whose rules apply to the files.
    pub(super) fn kind(&self) -> Kind {
        self.document.orchestrator.kind_of_files()
    }
}

/// Whether `allow` disables a diagnostic: also those of stack files and placement that are lints.
pub(crate) fn is_silenced(diagnostic: &Diagnostic, allow: &[Name]) -> bool {
    names().any(|name| name == diagnostic.code)
        && allow.iter().any(|allowed| allowed.text == diagnostic.code)
}

/// Names that can be disabled: lints, and notes on keys without effect.
pub(super) fn names() -> impl Iterator<Item = &'static str> + Clone {
    LINTS.iter().map(|lint| lint.name).chain([no_effect::CODE])
}
