//! Mistakes, told to the author of the scenario: what is wrong, where, and what would be right.

mod render;

pub use render::render;

use crate::source::{Origin, Sources};
use wssim_text::width::USUAL;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario cannot be used.
    Error,
    /// It can, but the author should know.
    Warning,
}

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, or `--set`.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// In characters, at least 1.
    pub length: usize,
    /// The line as it is in the file.
    pub text_of_line: String,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of mistake, such as `unknown-service`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where; `None` when it is about the whole.
    pub span: Option<Place>,
    /// What would be right.
    pub help: Option<String>,
}

impl Diagnostic {
    pub(crate) fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, message: message.into(), span: None, help: None }
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
        self.help = Some(help.into());
        self
    }

    pub(crate) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }
}

/// Every mistake of a scenario, at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    /// In the order of the texts and lines.
    pub items: Vec<Diagnostic>,
    io: bool,
}

impl Diagnostics {
    pub(crate) fn new(items: Vec<Diagnostic>) -> Self {
        let io = items.iter().any(|item| item.code == UNREADABLE);
        Self { items, io }
    }

    /// Whether a file could not be read (otherwise something that was read is wrong).
    #[must_use]
    pub fn is_io(&self) -> bool {
        self.io
    }

    /// As text in lines of the usual width; with escape sequences only if `color`.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        render(&self.items, USUAL, color)
    }
}

impl std::fmt::Display for Diagnostics {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

/// Code of what could not be read.
pub(crate) const UNREADABLE: &str = "unreadable-file";
