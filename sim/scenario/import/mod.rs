//! `wssim import compose` and `wssim init`: from stack files alone, or from nothing, to a scenario
//! that runs at once.
//!
//! A stack file says what is deployed and nothing of what it does. What the scenario needs beyond
//! is guessed from what can be seen (images, published ports, names in environments) and written
//! down as an assumption with a range; what cannot be known is said at the top.

mod survey;
mod write;

use crate::diagnostic::{Diagnostic, Diagnostics, Severity, UNREADABLE};
use crate::files::{Files, Location};
use crate::scenario::Scenario;
use crate::source::Sources;
use crate::stack::{self, How};
use std::path::{Path, PathBuf};
use survey::Survey;
use write::Nodes;

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
    let (survey, warnings) = survey(paths)?;
    Ok(Imported { text: write::scenario(&survey, folder(beside), Nodes::Assumed), warnings })
}

/// The scenario that one stack file comes to by itself, and what its author should know; `nodes`: a part of a
/// scenario with the nodes, which is laid over what is assumed.
///
/// # Errors
/// Every mistake in the files, at once.
pub fn scenario(
    path: &Path,
    nodes: Option<&Path>,
    sets: &[String],
) -> Result<(Scenario, Vec<Diagnostic>), Diagnostics> {
    let (survey, warnings) = survey(&[path.to_owned()])?;
    let beside = folder(path.parent().unwrap_or(Path::new("")));
    let assumed = if nodes.is_some() { Nodes::Given } else { Nodes::Assumed };
    // Names that no file is likely to have: they are held beside those that there are.
    let own = path.with_extension("as-scenario");
    let text = write::scenario(&survey, beside, assumed);
    let texts = match nodes {
        None => vec![(own.clone(), text)],
        Some(nodes) => {
            let stack = path.with_extension("assumed");
            let over = write::laid_over(&stack, nodes, beside);
            vec![(stack, text), (own.clone(), over)]
        }
    };
    Ok((Scenario::of_texts(&own, &texts, sets)?, warnings))
}

fn folder(beside: &Path) -> &Path {
    if beside.as_os_str().is_empty() { Path::new(".") } else { beside }
}

/// What stack files show, and what their author should know.
fn survey(paths: &[PathBuf]) -> Result<(Survey, Vec<Diagnostic>), Diagnostics> {
    let files = Files::default();
    let mut sources = Sources::default();
    let mut told = Vec::new();
    let mut survey = Survey::default();
    for path in paths {
        let location = Location::on_disk(path);
        let text = match files.read(&location) {
            Ok(text) => text,
            Err(reason) => {
                let message = format!("`{}` cannot be read: {reason}", path.display());
                told.push(Diagnostic::error(UNREADABLE, message));
                continue;
            }
        };
        let how = How { by_swarm: true, files: &files, fields: &[] };
        let Some(item) = stack::checked("", &text, &location, how, &mut sources, &mut told) else {
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
    Ok((survey, told))
}

/// The first scenario of somebody who has none: it runs at once and explains itself.
pub const FIRST: &str = include_str!("first.toml");
