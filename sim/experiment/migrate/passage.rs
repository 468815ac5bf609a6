//! The result of one replication of a phase.

use super::course;
use super::listen::PhaseListener;
use crate::downtime::Seconds;
use crate::stored::stored;
use wssim_kernel::{Nanos, Time};
use wssim_model::blueprint::{Blueprint, Procedure, Work};
use wssim_model::{Outcome, Run};

/// One replication of one phase, in a variant.
#[derive(Clone, Debug)]
pub(super) struct Passage {
    /// Whether all steps were done.
    pub(super) is_complete: bool,
    /// By step, in seconds from the beginning of the phase; NaN if it never began or ended.
    pub(super) begins: Vec<f64>,
    pub(super) ends: Vec<f64>,
    /// The longest chain of steps; for an incomplete phase the observed time.
    pub(super) seconds: f64,
    /// The part from the first step that changes something, in seconds.
    pub(super) in_window: f64,
    /// Working time of people, in seconds.
    pub(super) effort: f64,
    /// By source, in seconds.
    pub(super) downtime: Vec<f64>,
    /// By source: whether it is down at the end.
    pub(super) is_down: Vec<bool>,
    /// By node: most bytes of RAM in use, and the largest mean share of its threads over ten seconds.
    pub(super) memory: Vec<f64>,
    pub(super) cpu: Vec<f64>,
    pub(super) events: u64,
    pub(super) requests: u64,
    pub(super) simulated_seconds: f64,
}

stored! {
    Passage {
        is_complete, begins, ends, seconds, in_window, effort, downtime, is_down, memory, cpu, events, requests,
        simulated_seconds
    }
}

/// Facts about a replication beside the record.
pub(super) struct PhaseSetting<'a> {
    pub(super) blueprint: &'a Blueprint,
    /// The steps with the working time of people; some are not simulated.
    pub(super) procedure: &'a Procedure,
    pub(super) only_counts: &'a [bool],
    pub(super) run: Run,
}

impl Passage {
    /// The passage from the record.
    pub(super) fn of(heard: &PhaseListener, outcome: &Outcome, setting: &PhaseSetting<'_>) -> Self {
        let begin = Time::ZERO + setting.run.lead;
        let looked_at = setting.run.measured.seconds();
        let (over, is_complete) = heard.over.map_or((None, false), |(at, all)| (Some(at), all));
        let settle = setting.procedure.settle.seconds();
        let measured = over.map_or(looked_at, |at| at.since(begin).seconds() + settle);
        let takes: Vec<f64> =
            (0..heard.steps.len()).map(|step| took(heard, setting, step)).collect();
        let times = course::times(&course::after(setting.procedure), &takes);
        let end = course::end(&times);
        let down = |requests: &Vec<(Nanos, bool)>| {
            let mut seconds = Seconds::of(Nanos::from_seconds(measured));
            for (after, failed) in requests {
                seconds.note(*after, *failed);
            }
            seconds.down().unwrap_or(0.0)
        };
        let threads = |place: usize| setting.blueprint.nodes[place].threads;
        let nodes = || heard.nodes.iter().enumerate();
        Self {
            is_complete,
            begins: times.iter().map(|[begins, _]| *begins).collect(),
            ends: times.iter().map(|[_, ends]| *ends).collect(),
            seconds: if is_complete { end } else { measured },
            in_window: end - first_change(setting, &times).min(end),
            effort: effort(setting),
            downtime: heard.requests.iter().map(down).collect(),
            is_down: heard.requests.iter().map(|all| is_down(all, measured)).collect(),
            memory: heard.nodes.iter().map(|node| node.memory).collect(),
            cpu: nodes().map(|(place, node)| node.threads / threads(place)).collect(),
            events: outcome.events,
            requests: outcome.requests,
            simulated_seconds: outcome.simulated.seconds(),
        }
    }
}

/// The duration of a step; NaN if it never ended.
fn took(heard: &PhaseListener, setting: &PhaseSetting<'_>, step: usize) -> f64 {
    if setting.only_counts[step] {
        return people(setting, step);
    }
    match heard.steps[step] {
        [Some(begin), Some(end)] => end.since(begin).seconds(),
        _ => f64::NAN,
    }
}

/// Working time of people in a step.
fn people(setting: &PhaseSetting<'_>, step: usize) -> f64 {
    let Procedure { name, steps, .. } = setting.procedure;
    let Run { seed, replication, .. } = setting.run;
    steps[step].people_take(name, seed, replication).map_or(0.0, Nanos::seconds)
}

/// When the first step that changes something begins; infinite if none does.
fn first_change(setting: &PhaseSetting<'_>, times: &[[f64; 2]]) -> f64 {
    let steps = setting.procedure.steps.iter().zip(times);
    let changing = steps.filter(|(step, _)| !step.is_of_people());
    changing.map(|(_, [begins, _])| *begins).fold(f64::INFINITY, f64::min)
}

/// Working time of people in all steps.
fn effort(setting: &PhaseSetting<'_>) -> f64 {
    let steps = setting.procedure.steps.iter().enumerate();
    let of_people = steps.filter(|(_, step)| matches!(step.work, Work::People(_)));
    of_people.map(|(place, _)| people(setting, place)).sum()
}

/// Whether most requests failed in the last ten seconds with requests.
fn is_down(requests: &[(Nanos, bool)], measured: f64) -> bool {
    let last = requests.iter().map(|(after, _)| after.seconds()).fold(0.0, f64::max).min(measured);
    let recent = requests.iter().filter(|(after, _)| after.seconds() >= last - 10.0);
    let (mut failed, mut all) = (0_u32, 0_u32);
    for (_, is_failed) in recent {
        failed += u32::from(*is_failed);
        all += 1;
    }
    2 * failed >= all && all > 0
}
