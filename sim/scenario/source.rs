//! The texts that a scenario consists of, and places in them.
//!
//! A value on the command line is a text, too, so that mistakes in it are shown like those in files.

use crate::files::Location;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// A stretch of one text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin {
    /// The text: a place in [`Sources`].
    pub source: u32,
    /// Byte offset of the start.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// One text.
#[derive(Clone, Debug)]
pub(crate) struct SourceText {
    /// Its path, or the flag.
    pub name: String,
    /// Base of relative file names in it.
    pub folder: Location,
    /// The text itself.
    pub text: Arc<str>,
    /// Whether it is a `--set` of the command line or of a study.
    pub is_set: bool,
    /// Byte offsets of its lines, computed when needed.
    lines: OnceLock<Vec<u32>>,
}

impl SourceText {
    /// The text of a file.
    pub(crate) fn of_file(location: &Location, text: impl Into<Arc<str>>) -> Self {
        let name = location.path().display().to_string();
        let (text, lines) = (text.into(), OnceLock::new());
        Self { name, folder: location.folder(), text, is_set: false, lines }
    }

    /// The text of the flag `shown`.
    pub(crate) fn of_flag(shown: &str, text: &str) -> Self {
        let (name, text) = (shown.to_owned(), text.into());
        Self { name, folder: Location::default(), text, is_set: true, lines: OnceLock::new() }
    }

    /// The number of the line that byte `at` lies in, from 1.
    pub(crate) fn line(&self, at: u32) -> usize {
        self.lines().partition_point(|start| *start <= at)
    }

    /// The bytes of line `number`, from 1, without its end; empty if it does not exist.
    pub(crate) fn bytes_of_line(&self, number: usize) -> std::ops::Range<usize> {
        let start = |number: usize| self.lines().get(number).map(|start| *start as usize);
        let Some(first) = start(number.saturating_sub(1)) else {
            return self.text.len()..self.text.len();
        };
        let end = start(number).unwrap_or(self.text.len());
        let line = &self.text[first..end];
        let line = line.strip_suffix('\n').unwrap_or(line);
        first..first + line.trim_end_matches('\r').len()
    }

    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let ends = self.text.bytes().zip(1..).filter(|(byte, _)| *byte == b'\n');
            std::iter::once(0).chain(ends.map(|(_, next)| next)).collect()
        })
    }
}

/// All texts of one scenario, in order of first use, shared by its worlds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources(Vec<Arc<SourceText>>);

impl Sources {
    /// Adds a text, returns its number.
    pub(crate) fn add(&mut self, source: SourceText) -> u32 {
        self.0.push(Arc::new(source));
        (self.0.len() - 1) as u32
    }

    /// The text that `origin` lies in.
    pub(crate) fn of(&self, origin: Origin) -> &SourceText {
        &self.0[origin.source as usize]
    }

    /// The text at `origin`.
    pub(crate) fn text(&self, origin: Origin) -> &str {
        self.of(origin).text.get(origin.start as usize..origin.end as usize).unwrap_or("")
    }

    /// The file `named` in the text of `origin`.
    pub(crate) fn beside(&self, origin: Origin, named: &str) -> Location {
        self.of(origin).folder.join(named)
    }

    /// Whether it is in the scenario's own file, which is read first, or in a flag.
    pub(crate) fn is_own(&self, origin: Origin) -> bool {
        origin.source == 0 || self.of(origin).is_set
    }

    /// Whether it is in a stack file.
    pub(crate) fn is_of_stack(&self, origin: Origin) -> bool {
        let ending = Path::new(&self.of(origin).name).extension();
        ending.is_some_and(|ending| ending == "yml" || ending == "yaml")
    }

    /// The part from `start` for `length` bytes of the string at `origin`; the whole string if it has
    /// escapes, so that bytes do not correspond.
    pub(crate) fn inside(
        &self,
        origin: Origin,
        value: &str,
        start: usize,
        length: usize,
    ) -> Origin {
        let written = self.text(origin);
        let quotes = if written == value {
            0
        } else if written.len() == value.len() + 2 && written.get(1..=value.len()) == Some(value) {
            1
        } else {
            return origin;
        };
        let start = origin.start + quotes + start as u32;
        Origin { start, end: (start + length.max(1) as u32).min(origin.end), ..origin }
    }

    /// The place of `origin`, for people.
    pub(crate) fn place(&self, origin: Origin) -> TextPlace {
        TextPlace::new(Arc::clone(&self.0[origin.source as usize]), origin.start, origin.end)
    }

    /// Short form of a place: `file:line`, or `--set`.
    pub(crate) fn short(&self, origin: Origin) -> String {
        let source = self.of(origin);
        if source.is_set {
            return source.name.clone();
        }
        format!("{}:{}", source.folder.marked(&source.name), source.line(origin.start))
    }

    /// [`Self::short`] without the folder, for results.
    pub(crate) fn shortest(&self, origin: Origin) -> String {
        let source = self.of(origin);
        if source.is_set {
            return source.name.clone();
        }
        let file = source.name.rsplit(['/', '\\']).next().unwrap_or_default();
        format!("{file}:{}", source.line(origin.start))
    }
}

/// A place in a text. Its line and column are computed when needed: of very many mistakes few are shown.
#[derive(Clone, Debug)]
pub struct TextPlace {
    source: Arc<SourceText>,
    start: u32,
    end: u32,
}

/// Places are equal if they are shown alike.
impl PartialEq for TextPlace {
    fn eq(&self, other: &Self) -> bool {
        let one = Arc::ptr_eq(&self.source, &other.source)
            || (self.file() == other.file() && self.source.text == other.source.text);
        one && (self.start, self.end) == (other.start, other.end)
    }
}

impl Eq for TextPlace {}

impl TextPlace {
    pub(crate) fn new(source: Arc<SourceText>, start: u32, end: u32) -> Self {
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
