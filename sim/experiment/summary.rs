//! Findings from the replications of an arm: metrics with plain 95 % intervals, series, notes.

use crate::arm::{Arm, Observation};
use crate::catalogue::{Entry, Key, Quantity};
use crate::curves::Curves;
use crate::durations::Durations;
use crate::findings::{Answer, Distribution, Findings, Metric, RunAnswer, Series, StoppedBy};
use crate::judge::{LEVEL, estimate, no_interval, times_needed};
use crate::memory;
use crate::metric::STATS;
use crate::note::Note;
use crate::observe::{Sample, share_of_errors};
use crate::question::Question;
use crate::reason::{Missing, Runs};
use crate::recorder::Slot;
use wssim_stats::Estimate;

/// Probabilities of the points of a pooled distribution.
const CURVE: [f64; 11] = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999];

/// What `arm` shows after `replications`; claims and how it came about are added by the study.
pub(crate) fn findings(arm: &Arm, question: &Question, replications: usize) -> Findings {
    let observations = &arm.observations[..replications];
    let outcomes = || observations.iter().map(|observation| &observation.outcome);
    let unfinished: u64 = outcomes().map(|outcome| outcome.unfinished).sum();
    let requests: u64 = outcomes().map(|outcome| outcome.requests).sum();
    let mut notes = Vec::new();
    if unfinished > 0 {
        notes.push(Note::Unfinished { unfinished, requests });
    }
    notes.extend(memory::ledger::growth_note(arm, question, replications));
    Findings {
        name: question.name.clone(),
        title: question.title.clone(),
        seed: 0,
        replications: replications as u32,
        stopped_by: StoppedBy::Decided,
        measured_seconds: question.measure.duration.seconds(),
        warm_up_seconds: 0.0,
        simulated_seconds: outcomes().map(|outcome| outcome.simulated.seconds()).sum(),
        requests,
        events: outcomes().map(|outcome| outcome.events).sum(),
        metrics: arm
            .catalogue
            .keys
            .iter()
            .enumerate()
            .map(|(m, key)| metric(arm, m, key, replications))
            .collect(),
        claims: Vec::new(),
        not_simulated: question.not_simulated.clone(),
        notes,
        answer: Answer::Run(RunAnswer {
            series: series(arm, question, replications),
            ledger: memory::ledger::ledger(arm, replications),
            distributions: distributions(arm),
        }),
    }
}

fn metric(arm: &Arm, place: usize, key: &Key, replications: usize) -> Metric {
    let samples = arm.samples(place, replications);
    let mut estimate = estimate(&samples, LEVEL);
    let is_max = key.labels.iter().any(|(name, value)| *name == "stat" && value == "max");
    if let Some(estimate) = estimate.as_mut().filter(|estimate| is_max && estimate.is_closed()) {
        (estimate.low, estimate.high) = (f64::NAN, f64::NAN);
    }
    let missing = estimate.is_none().then(|| what_was_missing(&samples));
    Metric {
        name: key.kind.name,
        labels: key.labels.clone(),
        unit: key.kind.unit,
        estimate,
        missing,
    }
}

fn what_was_missing(samples: &[Sample]) -> Missing {
    let few = no_interval(Runs::Replications);
    match times_needed(samples) {
        Some(times) => Missing::TooFewRequests { times },
        None if samples.len() < few.needed as usize => Missing::TooFew(few),
        None => Missing::Nothing,
    }
}

/// Mean response times of all entries.
pub(crate) fn entry_means(arm: &Arm, replications: usize, level: f64) -> Vec<Estimate> {
    let is_mean = |key: &Key| matches!(key.quantity, Quantity::Response(Entry::Source(_), stat) if STATS[stat] == "mean");
    let keys = arm.catalogue.keys.iter().enumerate().filter(|(_, key)| is_mean(key));
    let means = keys.filter_map(|(place, _)| estimate(&arm.samples(place, replications), level));
    // What got no answer gets none in further replications.
    means.filter(Estimate::is_closed).collect()
}

/// Mean response time and error ratio of every entry by time of arrival, and memory by time.
fn series(arm: &Arm, question: &Question, replications: usize) -> Vec<Series> {
    let response = |slot: &Slot| match slot.answered {
        0 => Sample::Nothing,
        answered => Sample::Ratio(slot.response_ns as f64 * 1e-9, answered as f64),
    };
    let errors = |slot: &Slot| match slot.answered + slot.errors {
        0 => Sample::Nothing,
        requests => share_of_errors(&arm.blueprint, slot.errors, requests),
    };
    let measure = question.measure;
    let curves = Curves::new(arm, replications, measure);
    let mut all = memory::series::series(&curves);
    for (place, source) in arm.blueprint.sources.iter().enumerate() {
        let entry = ("entry", source.name.clone());
        let labels = vec![entry.clone(), ("reason", "all".to_owned())];
        all.push(curves.series("error_ratio", labels, |one, n| errors(&one.slots[place][n])));
        let labels = vec![entry, ("stat", "mean".to_owned())];
        let is_open =
            |n: usize| curves.observations().iter().any(|one| one.slots[place][n].unfinished > 0);
        let times = |one: &Observation, n: usize| {
            if is_open(n) { Sample::Nothing } else { response(&one.slots[place][n]) }
        };
        all.push(curves.series("response_time_seconds", labels, times));
    }
    all.sort_by(|a, b| (a.name, &a.labels).cmp(&(b.name, &b.labels)));
    all
}

/// The response times of all replications in one distribution, by entry.
fn distributions(arm: &Arm) -> Vec<Distribution> {
    let curve = |pooled: &Durations| {
        let point = |&p: &f64| match pooled.quantile(p) {
            Sample::Value(value) => Some((p, value)),
            _ => None,
        };
        CURVE.iter().filter_map(point).collect()
    };
    (arm.blueprint.sources.iter().zip(&arm.pooled))
        .map(|(source, pooled)| Distribution {
            name: "response_time_seconds",
            labels: vec![("entry", source.name.clone())],
            unit: "seconds",
            count: pooled.ended() + pooled.open(),
            quantiles: curve(pooled),
        })
        .collect()
}
