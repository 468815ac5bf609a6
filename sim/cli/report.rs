//! `report.html`: data about the scenario beside the findings.

use crate::check::{placements, remarks};
use crate::exit::CommandFailure;
use crate::options::StudyFlags;
use crate::word::word;
use std::collections::BTreeMap;
use std::path::Path;
use wssim_experiment::question::{Question, Worlds as _};
use wssim_reports::html::{CommandContext, PlanShown};
use wssim_scenario::{Diagnostic, Scenario};

/// The file's name.
pub(crate) const NAME: &str = "report.html";

/// Flags that change no number, and whether they have a value.
const SILENT: [(&str, bool); 11] = [
    ("--all", false),
    ("--budget", true),
    ("--format", true),
    ("--no-color", false),
    ("--no-fail", false),
    ("--out", true),
    ("--quiet", false),
    ("--seed", true),
    ("--shard", true),
    ("--threads", true),
    ("-q", false),
];

/// The data for the report on these scenarios.
///
/// # Errors
/// When a world cannot be made.
pub(crate) fn told(
    scenarios: &[(&Scenario, &Question)],
    study: &StudyFlags,
) -> Result<CommandContext, CommandFailure> {
    let plans = scenarios.iter().map(|(scenario, question)| plan(scenario, question));
    Ok(CommandContext { call: call(study), plans: plans.collect::<Result<_, _>>()? })
}

fn plan(scenario: &Scenario, question: &Question) -> Result<PlanShown, CommandFailure> {
    let world = scenario.blueprint(None, &[]).map_err(|error| CommandFailure::world(&error))?;
    let memory =
        world.nodes.iter().map(|node| (node.name.clone(), [node.memory.ram, node.memory.swap]));
    Ok(PlanShown {
        name: question.name.clone(),
        placements: placements(&scenario.placements()),
        memory: memory.collect(),
        scripted: scenario.scripted(),
        inputs: scenario.inputs(),
        warnings: remarks(scenario).iter().map(one_line).collect(),
        observed_in: observed(question),
    })
}

/// Bases of changes, with their numbers of measurements.
fn observed(question: &Question) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for arm in question.observed.iter().filter_map(|one| one.arm.as_deref()) {
        let stem = Path::new(arm).file_stem().unwrap_or_default();
        *counts.entry(stem.to_string_lossy().into_owned()).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// A diagnostic with its place, without the folder.
fn one_line(diagnostic: &Diagnostic) -> String {
    let place = diagnostic
        .span
        .as_ref()
        .map_or_else(String::new, |place| format!("{}:{}: ", base(&place.file()), place.line()));
    let help = diagnostic.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
    format!("{place}{}{help}", diagnostic.message)
}

/// The command with the flags that determine its numbers; only the names of files.
fn call(study: &StudyFlags) -> String {
    let own: Vec<String> = match &study.merged {
        Some(parts) => parts.header().arguments.clone(),
        None => std::env::args_os().skip(1).map(|one| one.to_string_lossy().into_owned()).collect(),
    };
    let mut told = vec!["wssim".to_owned()];
    let mut arguments = own.into_iter();
    while let Some(argument) = arguments.next() {
        let name = argument.split('=').next().unwrap_or_default();
        match SILENT.iter().find(|(flag, _)| *flag == name) {
            Some((_, true)) if name == argument => drop(arguments.next()),
            Some(_) => {}
            None => told.push(word(base(&argument))),
        }
    }
    told.extend(["--seed".to_owned(), study.seed.to_string()]);
    told.join(" ")
}

/// The last component of a possible path.
fn base(text: &str) -> &str {
    let is_file = [".toml", ".yml", ".yaml"].iter().any(|end| text.ends_with(end));
    if is_file { text.rsplit(['/', '\\']).next().unwrap_or(text) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_path_the_name_is_told() {
        assert_eq!(base("there/shop.toml"), "shop.toml");
        assert_eq!(base("service.a.cpu=1/s"), "service.a.cpu=1/s");
    }
}
