//! Mistakes, told to the author of the scenario: what is wrong, where, and what would be right.

use crate::source::{Origin, Sources};
use std::fmt::Write as _;

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

    pub(crate) fn warning(code: &'static str, message: impl Into<String>) -> Self {
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

    fn render_to(&self, out: &mut String, color: bool) {
        let paint = |codes: &'static str| if color { codes } else { "" };
        let (word, tint) = match self.severity {
            Severity::Error => ("error", paint("\x1b[1;31m")),
            Severity::Warning => ("warning", paint("\x1b[1;33m")),
        };
        let (bold, blue, plain) = (paint("\x1b[1m"), paint("\x1b[34m"), paint("\x1b[0m"));
        let message = printable(&self.message);
        let _ = writeln!(out, "{tint}{word}[{}]{plain}{bold}: {message}{plain}", self.code);
        let help = self.help.as_deref().map(printable);
        let Some(place) = &self.span else {
            if let Some(help) = help {
                let _ = writeln!(out, "   {help}");
            }
            return;
        };
        let number = place.line.to_string();
        let margin = " ".repeat(number.len());
        let file = printable(&place.file);
        let _ = writeln!(out, "{blue}{margin} ┌{plain} {file}:{number}:{}", place.column);
        let (line, before, width) = window(place);
        let _ = writeln!(out, "{blue}{number} │{plain} {line}");
        let carets = "^".repeat(width);
        let _ = write!(out, "{blue}{margin} │{plain} {}{tint}{carets}{plain}", " ".repeat(before));
        let _ =
            writeln!(out, "{}{}", if help.is_some() { " " } else { "" }, help.unwrap_or_default());
    }
}

/// The longest part of a line that is shown, in characters.
const LINE_SHOWN: usize = 160;

/// The line made printable, how many columns come before the marked part, and how wide that is.
fn window(place: &Place) -> (String, usize, usize) {
    let characters: Vec<char> = place.text_of_line.chars().collect();
    let start = (place.column - 1).min(characters.len());
    let end = (start + place.length).min(characters.len());
    let first = if end > LINE_SHOWN { start.saturating_sub(LINE_SHOWN / 4) } else { 0 };
    let last = characters.len().min(first + LINE_SHOWN).max(start);
    let part = |from: usize, to: usize| {
        printable(&characters[from..to.max(from)].iter().collect::<String>())
    };
    let lead = if first > 0 { "… " } else { "" };
    let before = part(first, start);
    let marked = part(start, end.min(last));
    let after = part(end.min(last), last);
    let tail = if last < characters.len() { " …" } else { "" };
    let column = lead.chars().count() + before.chars().count();
    let width = marked.chars().count().max(1);
    (format!("{lead}{before}{marked}{after}{tail}"), column, width)
}

/// `text` with everything escaped that could act on a terminal or reorder what is read.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => out.push(' '),
            '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}'
            | '\u{FEFF}' => out.extend(character.escape_unicode()),
            other if other.is_control() => out.extend(other.escape_default()),
            other => out.push(other),
        }
    }
    out
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

    /// As text for a terminal; with escape sequences only if `color`.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        render(&self.items, color)
    }
}

impl std::fmt::Display for Diagnostics {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

/// Several diagnostics as text for a terminal; with escape sequences only if `color`.
#[must_use]
pub fn render(items: &[Diagnostic], color: bool) -> String {
    let mut out = String::new();
    for item in items {
        item.render_to(&mut out, color);
    }
    out
}

/// Code of what could not be read.
pub(crate) const UNREADABLE: &str = "unreadable-file";
