//! A document under examination: what is found so far, and how it is told.

use crate::diagnostic::{self, Diagnostic};
use crate::document::Document;
use crate::document::fields::Name;
use crate::source::{Origin, Sources};
use std::collections::BTreeSet;
use wssim_text::suggest;

/// A document, and what is found in it.
pub(super) struct Checking<'a> {
    pub(super) document: &'a Document,
    pub(super) sources: &'a Sources,
    pub(super) out: Vec<Diagnostic>,
    /// Services reported to fit on no node.
    pub(super) unplaced: BTreeSet<String>,
}

impl<'a> Checking<'a> {
    pub(super) fn new(document: &'a Document, sources: &'a Sources) -> Self {
        Self { document, sources, out: Vec::new(), unplaced: BTreeSet::new() }
    }

    pub(super) fn error(&mut self, code: &'static str, message: impl Into<String>, origin: Origin) {
        self.out.push(Diagnostic::error(code, message).at(self.sources, origin));
    }

    pub(super) fn warn(
        &mut self,
        code: &'static str,
        message: String,
        origin: Origin,
        help: Option<String>,
    ) {
        let diagnostic = Diagnostic::warning(code, message).at(self.sources, origin);
        self.out.push(diagnostic.maybe_help(help));
    }

    /// Checks that a name is among `known`.
    pub(super) fn known<'n>(
        &mut self,
        kind: &str,
        name: &Name,
        known: impl IntoIterator<Item = &'n String> + Clone,
    ) -> bool {
        let document = self.document;
        let is_known = match kind {
            "node" => document.nodes.contains_key(&name.text),
            "service" => document.services.contains_key(&name.text),
            "network" => document.networks.contains_key(&name.text),
            _ => known.clone().into_iter().any(|other| *other == name.text),
        };
        if is_known {
            return true;
        }
        let hint = if self.out.len() < diagnostic::MOST_HINTS {
            suggest::hint(&name.text, known.into_iter().map(String::as_str).collect::<Vec<_>>())
        } else {
            None
        };
        let code = match kind {
            "node" => "unknown-node",
            "network" => "unknown-network",
            "site" => "unknown-site",
            "stack" => "unknown-stack",
            _ => "unknown-service",
        };
        let diagnostic = Diagnostic::error(code, format!("no {kind} is named `{}`", name.text));
        self.out.push(diagnostic.at(self.sources, name.origin).maybe_help(hint));
        false
    }
}
