//! Rollouts in `results.json`: an element for each, with its activities.
//!
//! `ended` counts replications by ending; `steps` are means over the replications in which a step ended,
//! in seconds of the measured stretch.

use crate::number::Number;
use serde::Serialize;
use wssim_experiment::findings::{RolloutBar, RolloutShown, RolloutWork};

/// A rollout.
#[derive(Serialize)]
pub(crate) struct RolloutJson<'a> {
    id: &'a str,
    stack: &'a str,
    at_seconds: Number,
    end_seconds: Option<Number>,
    ended: EndedJson,
    steps: Vec<StepJson<'a>>,
}

#[derive(Serialize)]
struct EndedJson {
    completed: u32,
    rolled_back: u32,
    paused: u32,
    overtaken: u32,
    not_begun: u32,
    unfinished: u32,
}

#[derive(Serialize)]
struct StepJson<'a> {
    does: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<&'a str>,
    from_seconds: Option<Number>,
    to_seconds: Option<Number>,
    over: u32,
    unfinished: u32,
}

impl<'a> RolloutJson<'a> {
    pub(crate) fn of(rollout: &'a RolloutShown) -> Self {
        let [completed, rolled_back, paused, overtaken, not_begun, unfinished] = rollout.ended;
        Self {
            id: &rollout.name,
            stack: &rollout.stack,
            at_seconds: Number(rollout.at_seconds),
            end_seconds: rollout.end_seconds.map(Number),
            ended: EndedJson { completed, rolled_back, paused, overtaken, not_begun, unfinished },
            steps: rollout.bars.iter().map(StepJson::of).collect(),
        }
    }
}

impl<'a> StepJson<'a> {
    fn of(bar: &'a RolloutBar) -> Self {
        let (does, service, node) = match &bar.what {
            RolloutWork::Builds(service) => ("build", Some(service.as_str()), None),
            RolloutWork::Pushes(service) => ("push", Some(service.as_str()), None),
            RolloutWork::Pulls(node) => ("pull", None, Some(node.as_str())),
            RolloutWork::Updates(service) => ("update", Some(service.as_str()), None),
        };
        let known = |seconds: f64| (bar.over > 0).then_some(Number(seconds));
        let (from_seconds, to_seconds) = (known(bar.from), known(bar.to));
        Self { does, service, node, from_seconds, to_seconds, over: bar.over, unfinished: bar.open }
    }
}
