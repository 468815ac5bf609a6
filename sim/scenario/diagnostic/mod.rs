//! Mistakes in a scenario: the error, its place, and the remedy.

mod list;
mod render;

pub use list::Diagnostics;
pub(crate) use list::{MOST, MOST_HINTS, tidy};
pub use render::render;

use crate::source::{Origin, Sources, TextPlace};

/// The severity of a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario cannot be used.
    Error,
    /// It can be used, but the author should know.
    Warning,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The severity of a mistake.
    pub severity: Severity,
    /// Its kind, such as `unknown-service`.
    pub code: &'static str,
    /// The error.
    pub message: String,
    /// Its place; `None` if it is about the whole.
    pub span: Option<TextPlace>,
    /// How to correct it.
    pub help: Option<String>,
}

impl Diagnostic {
    pub(crate) fn error(code: &'static str, message: impl Into<String>) -> Self {
        let message = cut(message.into());
        Self { severity: Severity::Error, code, message, span: None, help: None }
    }

    /// A warning without a place in the text.
    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    pub(crate) fn at(mut self, sources: &Sources, origin: Origin) -> Self {
        self.span = Some(sources.place(origin));
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(cut(help.into()));
        self
    }

    pub(crate) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.map(cut);
        self
    }
}

/// Longest sentence, including the names in it, in bytes.
const LONGEST: usize = 2000;

/// Cuts a sentence to [`LONGEST`].
fn cut(mut sentence: String) -> String {
    if sentence.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|at| sentence.is_char_boundary(*at));
        sentence.truncate(end.unwrap_or(0));
        sentence.push('…');
    }
    sentence
}

/// Code for an unreadable file.
pub(crate) const UNREADABLE: &str = "unreadable-file";
