//! Places in texts.

use crate::source::Source;
use std::sync::Arc;

/// A place in a text. Its line and column are computed when needed: of very many mistakes few are shown.
#[derive(Clone, Debug)]
pub struct Place {
    source: Arc<Source>,
    start: u32,
    end: u32,
}

/// Places are equal if they are shown alike.
impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        let one = Arc::ptr_eq(&self.source, &other.source)
            || (self.file() == other.file() && self.source.text == other.source.text);
        one && (self.start, self.end) == (other.start, other.end)
    }
}

impl Eq for Place {}

impl Place {
    pub(crate) fn new(source: Arc<Source>, start: u32, end: u32) -> Self {
        Self { source, start, end }
    }

    /// The file, or `--set`.
    #[must_use]
    pub fn file(&self) -> String {
        self.source.folder.marked(&self.source.name)
    }

    /// From 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.source.line(self.start)
    }

    /// In characters, from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        1 + self.parts()[0].chars().count()
    }

    /// The parts of the line before, within and after the marked text.
    #[must_use]
    pub fn parts(&self) -> [&str; 3] {
        let text = &self.source.text;
        let line = self.source.bytes_of_line(self.line());
        let start = floor(text, (self.start as usize).clamp(line.start, line.end));
        let end = floor(text, (self.end as usize).clamp(start, line.end));
        [&text[line.start..start], &text[start..end], &text[end..line.end]]
    }

    /// Byte offset of the start.
    pub(crate) fn start(&self) -> u32 {
        self.start
    }

    /// The name and the text of the flag that contains it, if any.
    pub(crate) fn flag(&self) -> Option<(&str, &str)> {
        self.source.is_set.then(|| (self.source.name.as_str(), &*self.source.text))
    }
}

/// The nearest character boundary at or below `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
