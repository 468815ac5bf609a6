//! `wssim migrate`: how long do the phases take, and what can go wrong?

use crate::deliver::{Delivery, usual};
use crate::exit::{self, CommandFailure};
use crate::keep::{CommandSubject, Keep, worlds};
use crate::options::CommonFlags;
use crate::place::OutDirectory;
use crate::report;
use std::ops::ControlFlow;
use std::time::Instant;
use wssim_experiment::migrate::{self, MigrationError};

/// Files that are written, in this order.
const FILES: [&str; 5] = ["results.json", "metrics.csv", "metrics.prom", "junit.xml", report::NAME];

/// How do the phases of a migration go?
///
/// Carries out the steps of every `[[phase]]`, in a world with traffic: containers stop and start, data is dumped,
/// copied and restored at the speeds of processors, disks and network, people take their time. Says of each phase how
/// long it takes and how likely it keeps within its window, for how long each entry is down, what RAM and CPU nodes
/// take while old and new containers run, what it takes to go back after each step, and what the loss of each node
/// does. Claims with `study = "migrate"` are judged. Writes results.json, metrics.csv, metrics.prom, junit.xml and
/// report.html.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Example:
  wssim migrate migration
  wssim migrate migration --replications 20
  wssim migrate scenarios/migration.toml --format json | jq '.migration.phases[] | {id, seconds}'")]
pub(crate) struct Args {
    /// Path of the scenario, or its bare name when it lies in scenarios/ or ships with wssim
    scenario: String,

    #[command(flatten)]
    pub(crate) common: CommonFlags,
}

/// Runs the command; returns its exit status.
pub(crate) fn run(args: &Args) -> Result<u8, CommandFailure> {
    let started = Instant::now();
    let common = &args.common;
    let Some(scenario) = common.study.shown.load(&args.scenario)? else { return Ok(exit::HOLDS) };
    common.check_shard()?;
    let mut question = scenario.question();
    question.command = wssim_experiment::question::Study::Migrate;
    let place = OutDirectory::of(common.study.work.out.as_deref(), &question.name, Some("migrate"));
    let _held = place.hold_for(&common.study, &FILES)?;
    let options = common.of_study();
    let asked = CommandSubject { command: "migrate", scenario: &question.name, is_kept: false };
    let inputs = || Ok((worlds(&scenario, &question)?, &question, common.decisive()));
    let keep = Keep::open(&common.study, &place, asked, inputs)?;
    let done = keep.simulate(&common.study, started, |watcher| {
        migrate::migrate(&scenario, &question, &options, watcher).map_err(|error| failure(&error))
    })?;
    let findings = match done {
        ControlFlow::Continue(findings) => findings,
        ControlFlow::Break(status) => return Ok(status),
    };
    let study = &common.study;
    let delivery = Delivery { place: &place, names: &FILES, study, started, all: true };
    delivery.deliver(&findings, &[(&scenario, &question)], usual(&findings))?;
    Ok(exit::of(&findings, study.work.no_fail))
}

fn failure(error: &MigrationError) -> CommandFailure {
    match error {
        MigrationError::World(error) => CommandFailure::world(error),
        MigrationError::NoPhases => CommandFailure::wrong(
            "error: the scenario has no `[[phase]]`: see Migrating in the guide (scenarios/README.md)",
        ),
    }
}
