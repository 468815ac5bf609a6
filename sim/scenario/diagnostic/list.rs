//! All mistakes of a scenario: in order, each once, and of very many the first.

use super::render::render;
use super::{Diagnostic, Severity, UNREADABLE};
use crate::grouped::grouped;
use std::collections::BTreeMap;
use wssim_text::width::USUAL;

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
