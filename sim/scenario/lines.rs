//! Mistakes in files of rows: told with their lines, the first few of each file.

use crate::diagnostic::{Diagnostic, Place, UNREADABLE};
use crate::document::fields::{Name, Texts};

/// More mistakes than this in one file are of one kind.
const SHOWN: usize = 5;

/// The text of the file that `file` names, and how it is called where it is told of; an unreadable
/// one is a mistake.
pub(crate) fn text_of(
    texts: &Texts<'_>,
    file: &Name,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<(String, std::sync::Arc<str>)> {
    let location = texts.sources.beside(file.origin, &file.text);
    match texts.files.read(&location) {
        Ok(text) => Some((location.shown(), text)),
        Err(reason) => {
            let message = format!("`{}` cannot be read: {reason}", file.text);
            mistakes.push(Diagnostic::error(UNREADABLE, message).at(texts.sources, file.origin));
            None
        }
    }
}

/// Collects what is wrong with the lines of one file.
pub(crate) struct Lines<'a> {
    /// How the file is called.
    pub name: String,
    pub text: &'a str,
    /// The code of its mistakes.
    pub code: &'static str,
    pub mistakes: &'a mut Vec<Diagnostic>,
    wrong: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(
        name: String,
        text: &'a str,
        code: &'static str,
        mistakes: &'a mut Vec<Diagnostic>,
    ) -> Self {
        Self { name, text, code, mistakes, wrong: 0 }
    }

    /// Something is wrong with line `line`, counted from one.
    pub(crate) fn wrong(&mut self, line: u64, message: String, help: Option<String>) {
        self.wrong += 1;
        if self.wrong > SHOWN {
            return;
        }
        let mut diagnostic = Diagnostic::error(self.code, message).maybe_help(help);
        diagnostic.span = Some(self.place(line));
        self.mistakes.push(diagnostic);
    }

    /// All of line `line`.
    pub(crate) fn place(&self, line: u64) -> Place {
        let number = line.max(1) as usize;
        let content = self.text.lines().nth(number - 1).unwrap_or("").to_owned();
        Place {
            file: self.name.clone(),
            line: number,
            column: 1,
            length: content.chars().count().max(1),
            text_of_line: content,
        }
    }

    /// Says how many mistakes were not shown.
    pub(crate) fn finish(self, texts: &Texts<'_>, file: &Name) {
        if self.wrong > SHOWN {
            let message = format!("`{}` has {} more mistakes", file.text, self.wrong - SHOWN);
            let diagnostic = Diagnostic::error(self.code, message);
            self.mistakes.push(diagnostic.at(texts.sources, file.origin));
        }
    }
}
