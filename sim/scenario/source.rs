//! The texts that a scenario consists of, and places in them.
//!
//! A value on the command line is a text like any other, so that a mistake in it is shown the same
//! way as one in a file.

use crate::diagnostic::Place;
use crate::files::Location;
use std::path::Path;
use std::sync::Arc;

/// A stretch of one text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin {
    /// Which text: a place in [`Sources`].
    pub source: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// One text.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Its path, or the flag.
    pub name: String,
    /// What files named inside it are relative to.
    pub folder: Location,
    /// The text itself.
    pub text: String,
    /// Whether it is a `--set` of the command line or of a study.
    pub is_set: bool,
}

impl Source {
    /// The text of a file.
    pub(crate) fn of_file(location: &Location, text: &str) -> Self {
        let name = location.path().display().to_string();
        Self { name, folder: location.folder(), text: text.to_owned(), is_set: false }
    }
}

/// All texts of one scenario, in the order in which they were met; those of its worlds are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources(Vec<Arc<Source>>);

impl Sources {
    /// Adds a text, says its number.
    pub(crate) fn add(&mut self, source: Source) -> u32 {
        self.0.push(Arc::new(source));
        (self.0.len() - 1) as u32
    }

    /// The text that `origin` lies in.
    pub(crate) fn of(&self, origin: Origin) -> &Source {
        &self.0[origin.source as usize]
    }

    /// What is written at `origin`.
    pub(crate) fn text(&self, origin: Origin) -> &str {
        self.of(origin).text.get(origin.start as usize..origin.end as usize).unwrap_or("")
    }

    /// The file `named` in the text of `origin`.
    pub(crate) fn beside(&self, origin: Origin, named: &str) -> Location {
        self.of(origin).folder.join(named)
    }

    /// Whether it is in the scenario's own file, which is read first, or given by a flag.
    pub(crate) fn is_own(&self, origin: Origin) -> bool {
        origin.source == 0 || self.of(origin).is_set
    }

    /// Whether it is in a stack file.
    pub(crate) fn is_of_stack(&self, origin: Origin) -> bool {
        let ending = Path::new(&self.of(origin).name).extension();
        ending.is_some_and(|ending| ending == "yml" || ending == "yaml")
    }

    /// The part from `start` for `length` bytes of the string at `origin`; all of it where the
    /// string is written with escapes and bytes do not correspond.
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

    /// Where `origin` is, for people.
    pub(crate) fn place(&self, origin: Origin) -> Place {
        let source = self.of(origin);
        let text = source.text.as_str();
        let start = floor(text, origin.start as usize);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let end = floor(text, (origin.end as usize).clamp(start, line_end.max(start)));
        Place {
            file: source.folder.marked(&source.name),
            line: 1 + text[..line_start].matches('\n').count(),
            column: 1 + text[line_start..start].chars().count(),
            length: text[start..end].chars().count().max(1),
            text_of_line: text[line_start..line_end].trim_end_matches('\r').to_owned(),
        }
    }

    /// Short form of a place: `file:line`, or `--set`.
    pub(crate) fn short(&self, origin: Origin) -> String {
        if self.of(origin).is_set {
            return self.of(origin).name.clone();
        }
        let place = self.place(origin);
        format!("{}:{}", place.file, place.line)
    }

    /// The same without the folder, wherever the file is kept: for results.
    pub(crate) fn shortest(&self, origin: Origin) -> String {
        let source = self.of(origin);
        if source.is_set {
            return source.name.clone();
        }
        let file = source.name.rsplit(['/', '\\']).next().unwrap_or_default();
        format!("{file}:{}", self.place(origin).line)
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
