//! Mistakes in a scenario: the error, its place, and the remedy.

mod place;
mod render;

pub use place::Place;
pub use render::render;

use crate::grouped::grouped;
use crate::source::{Origin, Sources};
use std::collections::BTreeMap;
use wssim_text::width::USUAL;

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
    /// Its severity.
    pub severity: Severity,
    /// Its kind, such as `unknown-service`.
    pub code: &'static str,
    /// The error.
    pub message: String,
    /// Its place; `None` if it is about the whole.
    pub span: Option<Place>,
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

/// All mistakes of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    /// In the order of the texts and lines.
    pub items: Vec<Diagnostic>,
    io: bool,
}

impl Diagnostics {
    pub(crate) fn new(items: Vec<Diagnostic>) -> Self {
        let io = items.iter().any(|item| item.code == UNREADABLE);
        Self { items: tidy(items), io }
    }

    /// Whether a file could not be read (rather than having wrong contents).
    #[must_use]
    pub fn is_io(&self) -> bool {
        self.io
    }

    /// As text in lines of the usual width; with escape sequences if `color`.
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

/// Most mistakes that are shown.
pub(crate) const MOST: usize = 100;

/// Most mistakes with a hint: searching one is the most expensive part, and of more than [`MOST`] hardly
/// any is shown.
pub(crate) const MOST_HINTS: usize = 1000;

/// Sorts by file and line, removes duplicates, and keeps the first ones: errors before warnings,
/// followed by the number of the others.
pub(crate) fn tidy(items: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut items = grouped(in_order(items));
    if items.len() <= MOST {
        return items;
    }
    let errors = items.iter().filter(|item| item.severity == Severity::Error).count();
    let all = items.len();
    if errors > 0 {
        items.retain(|item| item.severity == Severity::Error);
    }
    items.truncate(MOST);
    let more = format!("{} more are not shown", all - items.len());
    items.push(if errors > MOST {
        Diagnostic::error(MORE, more)
    } else {
        Diagnostic::warning(MORE, more)
    });
    items
}

/// Code of the diagnostic with the number of further mistakes.
const MORE: &str = "more-mistakes";

/// Sorts by file, in order of first appearance, and by place.
fn in_order(mut items: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut files: BTreeMap<String, usize> = BTreeMap::new();
    items.sort_by_cached_key(|item| {
        item.span.as_ref().map_or((usize::MAX, 0), |place| {
            let next = files.len();
            (*files.entry(place.file()).or_insert(next), place.start())
        })
    });
    items.dedup();
    items
}

/// Code for an unreadable file.
pub(crate) const UNREADABLE: &str = "unreadable-file";
