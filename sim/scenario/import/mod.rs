//! `wssim import compose` and `wssim init`: make a scenario that runs at once, from stack files or from
//! nothing.
//!
//! A stack file describes the deployment, but not the work. The rest is guessed from the files (images,
//! published ports, names in environments) and written as an assumption with a range; unknowable values
//! are named at the top. The result is checked like in `wssim check` before it is returned.

mod files;
mod hosts;
mod made;
mod nodes;
mod survey;
mod write;

pub use made::{Made, Replace};

use crate::diagnostic::{Diagnostic, Diagnostics, Severity, UNREADABLE};
use crate::files::{Files, Location};
use crate::grouped::grouped;
use crate::scenario::Scenario;
use crate::source::Sources;
use crate::stack::{self, How, values};
use crate::tree::Table;
use files::Together;
use nodes::Nodes;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use survey::{Stack, Survey, WrittenStack};

/// A scenario made from stack files.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Its text.
    pub text: String,
    /// Contents.
    pub made: Made,
    /// What the author of the stack files should know.
    pub warnings: Vec<Diagnostic>,
}

/// Makes a scenario from stack files; `beside` is its future folder, to which its names of stack files
/// are relative.
///
/// # Errors
/// Every mistake in the files, at once.
pub fn compose(paths: &[PathBuf], beside: &Path) -> Result<Imported, Diagnostics> {
    let (survey, mut warnings) = survey(paths)?;
    let nodes = assumed(&survey);
    let text = write::scenario(&survey, folder(beside), Some(&nodes));
    // Placed beside the first stack file, since the folder may not exist yet.
    let first = paths.first().map_or(Path::new("stack"), PathBuf::as_path);
    let own = first.with_extension("as-scenario");
    let here = folder(first.parent().unwrap_or(Path::new("")));
    let held = write::scenario(&survey, here, Some(&nodes));
    let checked = Scenario::of_texts(&own, &[(own.clone(), held)], &[])?;
    let of_stacks = |item: &&Diagnostic| {
        item.span.as_ref().is_some_and(|place| Path::new(&place.file()) != own)
    };
    warnings.retain(|item| item.span.is_none());
    warnings.extend(checked.warnings().iter().filter(of_stacks).cloned());
    Ok(Imported { made: Made::of(&survey, &nodes, &text), text, warnings })
}

/// The nodes that suffice for the files.
fn assumed(survey: &Survey) -> Nodes {
    let base = |service: &survey::SurveyedService| {
        if service.has_memory { 0.0 } else { write::base(service)[0] }
    };
    let wanted: Vec<_> =
        survey.services.values().map(|service| (service.wanted.clone(), base(service))).collect();
    Nodes::of(&wanted)
}

/// The scenario made from one stack file, and warnings; `nodes` is a partial scenario with the nodes,
/// which replaces the assumed ones.
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
    let assumed = nodes.is_none().then(|| assumed(&survey));
    // Unlikely names, since they are kept beside existing files.
    let own = path.with_extension("as-scenario");
    let text = write::scenario(&survey, beside, assumed.as_ref());
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

/// Information in stack files, and warnings.
fn survey(paths: &[PathBuf]) -> Result<(Survey, Vec<Diagnostic>), Diagnostics> {
    let files = Files::default();
    let how = How { by_swarm: true, files: &files, fields: &[] };
    let mut sources = Sources::default();
    let mut told = Vec::new();
    let mut read = Vec::new();
    for path in paths {
        let location = Location::on_disk(path);
        match files.read(&location) {
            Ok(text) => {
                let root = stack::file(&text, &location, how, &mut sources, &mut told);
                read.extend(root.map(|root| (path.clone(), root)));
            }
            Err(reason) => {
                let message = format!("`{}` cannot be read: {reason}", path.display());
                told.push(Diagnostic::error(UNREADABLE, message));
            }
        }
    }
    let (together, laid) = files::together(read);
    told.extend(laid);
    let names = files::names(&together);
    let mut variables = Vec::new();
    for stack in &together {
        match stack::variables(&Location::on_disk(&stack.paths[0]), how) {
            Ok(known) => variables.push(known),
            Err(unreadable) => {
                told.push(unreadable);
                return Err(Diagnostics::new(told));
            }
        }
    }
    let mut stacks = Vec::new();
    for ((Together { paths, roots }, name), variables) in
        together.into_iter().zip(names).zip(&variables)
    {
        let Some(root) = stack::whole(&name, roots, how, &sources, &mut told) else { continue };
        let env_files = env_files(&root, &paths[0], &files, &sources);
        stacks.push(WrittenStack {
            stack: Stack { name, files: paths },
            root,
            variables,
            env_files,
        });
    }
    if told.iter().any(|item| item.severity == Severity::Error) {
        return Err(Diagnostics::new(told));
    }
    let survey = Survey::of(stacks, &sources);
    if survey.services.is_empty() {
        let message = "no stack file has a service: there is nothing to import";
        told.push(Diagnostic::error("no-services", message));
        return Err(Diagnostics::new(told));
    }
    Ok((survey, grouped(told)))
}

/// The texts of the existing `env_file`s of services.
fn env_files(
    root: &Table,
    stack: &Path,
    files: &Files,
    sources: &Sources,
) -> BTreeMap<String, Vec<String>> {
    let folder = Location::on_disk(stack).folder();
    let services = root.get("services").and_then(|entry| entry.item.table());
    let texts = |(name, entry): (&String, &crate::tree::Entry)| {
        let named = entry.item.table()?.get("env_file")?;
        let named = values::texts(&named.item, sources)?;
        let read = named.iter().filter_map(|file| files.read(&folder.join(file)).ok());
        Some((name.clone(), read.map(|text| text.to_string()).collect()))
    };
    services.into_iter().flatten().filter_map(texts).collect()
}

/// The first scenario for a new user: it runs at once and explains itself.
pub const FIRST: &str = include_str!("first.toml");
