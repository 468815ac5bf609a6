//! `wssim import compose` and `wssim init`: from stack files alone, or from nothing, to a scenario
//! that runs at once.
//!
//! A stack file says what is deployed and nothing of what it does. What the scenario needs beyond
//! is guessed from what can be seen (images, published ports, names in environments) and written
//! down as an assumption with a range; what cannot be known is said at the top.

mod survey;
mod write;

use crate::diagnostic::{Diagnostic, Diagnostics, Severity, UNREADABLE};
use crate::load::Files;
use crate::source::Sources;
use crate::stack;
use std::path::{Path, PathBuf};
use survey::Survey;

/// A scenario made from stack files.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Its text.
    pub text: String,
    /// What the author of the stack files should know.
    pub warnings: Vec<Diagnostic>,
}

/// Makes a scenario from stack files; `beside`: the folder that it will lie in, which the names of
/// the stack files in it are relative to.
///
/// # Errors
/// Every mistake in the files, at once.
pub fn compose(paths: &[PathBuf], beside: &Path) -> Result<Imported, Diagnostics> {
    let files = Files::default();
    let mut sources = Sources::default();
    let mut told = Vec::new();
    let mut survey = Survey::default();
    for path in paths {
        let text = match files.read(path) {
            Ok(text) => text,
            Err(reason) => {
                let message = format!("`{}` cannot be read: {reason}", path.display());
                told.push(Diagnostic::error(UNREADABLE, message));
                continue;
            }
        };
        let Some(item) = stack::checked(&text, path, true, &files, &mut sources, &mut told) else {
            continue;
        };
        if let Some(root) = item.table() {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            survey.add(&name, path, root, &sources);
        }
    }
    if told.iter().any(|item| item.severity == Severity::Error) {
        return Err(Diagnostics::new(told));
    }
    survey.connect();
    let beside = if beside.as_os_str().is_empty() { Path::new(".") } else { beside };
    Ok(Imported { text: write::scenario(&survey, beside), warnings: told })
}

/// The first scenario of somebody who has none: it runs at once and explains itself.
pub const FIRST: &str = include_str!("first.toml");
