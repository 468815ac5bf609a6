//! Reports mistakes in files of rows with their lines, the first few of each file.

use crate::diagnostic::{Diagnostic, UNREADABLE};
use crate::document::fields::{Name, Texts};
use crate::source::{SourceText, TextPlace};
use std::sync::Arc;

/// Most reported mistakes of one file: further ones are of the same kind.
const SHOWN: usize = 5;

/// The text of the file of rows `file`; an unreadable one is a mistake.
pub(crate) fn text_of(
    texts: &Texts<'_>,
    file: &Name,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Arc<SourceText>> {
    let location = texts.sources.beside(file.origin, &file.text);
    match texts.files.rows(&location) {
        Ok(text) => Some(Arc::new(SourceText::of_file(&location, text))),
        Err(reason) => {
            let message = format!("`{}` cannot be read: {reason}", file.text);
            mistakes.push(Diagnostic::error(UNREADABLE, message).at(texts.sources, file.origin));
            None
        }
    }
}

/// Collects the mistakes in the lines of one file.
pub(crate) struct Lines<'a> {
    file: &'a Arc<SourceText>,
    /// The code of its mistakes.
    pub code: &'static str,
    pub mistakes: &'a mut Vec<Diagnostic>,
    wrong: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(
        file: &'a Arc<SourceText>,
        code: &'static str,
        mistakes: &'a mut Vec<Diagnostic>,
    ) -> Self {
        Self { file, code, mistakes, wrong: 0 }
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &'a str {
        &self.file.text
    }

    /// Records a mistake in line `line`, from one.
    pub(crate) fn wrong(&mut self, line: u64, message: String, help: Option<String>) {
        self.wrong += 1;
        if self.wrong > SHOWN {
            return;
        }
        let mut diagnostic = Diagnostic::error(self.code, message).maybe_help(help);
        diagnostic.span = Some(self.place(line));
        self.mistakes.push(diagnostic);
    }

    /// The whole line `line`.
    pub(crate) fn place(&self, line: u64) -> TextPlace {
        let bytes = self.file.bytes_of_line(line.max(1) as usize);
        TextPlace::new(Arc::clone(self.file), bytes.start as u32, bytes.end as u32)
    }

    /// Reports the number of hidden mistakes.
    pub(crate) fn finish(self, texts: &Texts<'_>, file: &Name) {
        if self.wrong > SHOWN {
            let message = format!("`{}` has {} more mistakes", file.text, self.wrong - SHOWN);
            let diagnostic = Diagnostic::error(self.code, message);
            self.mistakes.push(diagnostic.at(texts.sources, file.origin));
        }
    }
}
