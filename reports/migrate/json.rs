//! `migration` of `results.json`, for `migrate`. `metrics` has the same numbers with their intervals.

use crate::number::Number;
use serde::Serialize;
use std::collections::BTreeMap;
use wssim_experiment::migrate::findings::{
    LossFinding, Migration, PhaseFinding, RollbackFinding, StepFinding,
};
use wssim_stats::Estimate;

#[derive(Serialize)]
pub(crate) struct MigrationJson<'a> {
    seconds: Option<Number>,
    effort_seconds: Option<Number>,
    downtime_seconds: BTreeMap<&'a str, Option<Number>>,
    phases: Vec<PhaseJson<'a>>,
}

#[derive(Serialize)]
struct PhaseJson<'a> {
    id: &'a str,
    title: &'a str,
    after: &'a [String],
    window_seconds: Option<Number>,
    begins_seconds: Number,
    seconds: Number,
    within_window: Option<Number>,
    unfinished: u32,
    downtime_seconds: BTreeMap<&'a str, Option<Number>>,
    steps: Vec<StepJson<'a>>,
    rollbacks: Vec<RollbackJson<'a>>,
    losses: Vec<LossJson<'a>>,
}

#[derive(Serialize)]
struct StepJson<'a> {
    id: &'a str,
    text: &'a str,
    people: bool,
    begins_seconds: Option<Number>,
    seconds: Option<Number>,
}

#[derive(Serialize)]
struct RollbackJson<'a> {
    step: &'a str,
    seconds: Option<Number>,
    downtime_seconds: BTreeMap<&'a str, Number>,
}

#[derive(Serialize)]
struct LossJson<'a> {
    node: &'a str,
    complete: u32,
    n: u32,
    entries: BTreeMap<&'a str, LostEntryJson>,
}

#[derive(Serialize)]
struct LostEntryJson {
    downtime_seconds: Number,
    down_at_end: u32,
}

fn mean(estimate: Option<&Estimate>) -> Option<Number> {
    estimate.map(|one| Number(one.mean))
}

fn downtime(all: &[(String, Option<Estimate>)]) -> BTreeMap<&str, Option<Number>> {
    all.iter().map(|(entry, down)| (entry.as_str(), mean(down.as_ref()))).collect()
}

impl<'a> MigrationJson<'a> {
    pub(crate) fn of(migration: &'a Migration) -> Self {
        Self {
            seconds: mean(migration.seconds.as_ref()),
            effort_seconds: mean(migration.effort.as_ref()),
            downtime_seconds: downtime(&migration.downtime),
            phases: migration.phases.iter().map(PhaseJson::of).collect(),
        }
    }
}

impl<'a> PhaseJson<'a> {
    fn of(phase: &'a PhaseFinding) -> Self {
        Self {
            id: &phase.id,
            title: &phase.title,
            after: &phase.after,
            window_seconds: phase.window_seconds.map(Number),
            begins_seconds: Number(phase.begins),
            seconds: Number(phase.mean_seconds),
            within_window: mean(phase.within.as_ref()),
            unfinished: phase.unfinished,
            downtime_seconds: downtime(&phase.downtime),
            steps: phase.steps.iter().map(StepJson::of).collect(),
            rollbacks: phase.rollbacks.iter().map(RollbackJson::of).collect(),
            losses: phase.losses.iter().map(LossJson::of).collect(),
        }
    }
}

impl<'a> StepJson<'a> {
    fn of(step: &'a StepFinding) -> Self {
        Self {
            id: &step.id,
            text: &step.text,
            people: step.is_of_people,
            begins_seconds: step.begins.map(Number),
            seconds: step.seconds.map(Number),
        }
    }
}

impl<'a> RollbackJson<'a> {
    fn of(back: &'a RollbackFinding) -> Self {
        let down = back.downtime.iter().map(|(name, down)| (name.as_str(), Number(*down)));
        let seconds = mean(back.seconds.as_ref());
        Self { step: &back.step, seconds, downtime_seconds: down.collect() }
    }
}

impl<'a> LossJson<'a> {
    fn of(loss: &'a LossFinding) -> Self {
        let entry = |(name, down, at_end): &'a (String, f64, u32)| {
            let downtime_seconds = Number(*down);
            (name.as_str(), LostEntryJson { downtime_seconds, down_at_end: *at_end })
        };
        let [complete, n] = loss.complete;
        Self { node: &loss.node, complete, n, entries: loss.entries.iter().map(entry).collect() }
    }
}
