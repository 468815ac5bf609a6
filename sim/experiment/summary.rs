//! Findings from the replications of an arm: metrics with plain 95 % intervals, series, notes.

use crate::catalogue::{Entry, Key, Quantity};
use crate::durations::Durations;
use crate::findings::{Distribution, Findings, Metric, Series, StoppedBy};
use crate::judge::estimate;
use crate::memory;
use crate::metric::{STATS, UNFINISHED, kind_of};
use crate::observe::{Sample, share_of_errors};
use crate::question::{Claim, Question};
use crate::recorder::Slot;
use crate::replicate::{Arm, Observation};
use crate::run::distance_to_limit;
use wssim_stats::Estimate;
use wssim_stats::stopping::replications_needed;

/// Level of the intervals that metrics show.
pub(crate) const LEVEL: f64 = 0.95;
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
        notes.push(format!(
            "{unfinished} of {requests} requests had no answer when a replication was given up: errors, \
             with the reason `{UNFINISHED}`; how long theirs would have taken is not known"
        ));
    }
    notes.extend(memory::ledger::growth_note(arm, question, replications));
    Findings {
        command: "run",
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
        series: series(arm, question, replications),
        ledger: memory::ledger::ledger(arm, replications),
        distributions: distributions(arm),
        claims: Vec::new(),
        failures: None,
        not_simulated: question.not_simulated.clone(),
        notes,
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

fn what_was_missing(samples: &[Sample]) -> String {
    let times = samples.iter().filter_map(|sample| match sample {
        Sample::TooFew(times) => Some(*times),
        _ => None,
    });
    match times.reduce(f64::max) {
        Some(times) => format!("{:.1} times the duration would do", (times * 10.0).ceil() / 10.0),
        None if samples.len() < 2 => "fewer than two replications".to_owned(),
        None => "nothing was observed".to_owned(),
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

/// The base unit in which a claim is told.
pub(crate) fn unit_of(claim: &Claim) -> &'static str {
    if claim.expected.relative {
        return "ratio";
    }
    crate::metric::unit_of(&claim.metric.name)
}

/// What would decide an undecided claim.
pub(crate) fn what_is_missing(claim: &Claim, estimate: &Estimate) -> String {
    if !estimate.is_closed() {
        return "some requests got no answer: how long theirs would have taken is not known"
            .to_owned();
    }
    let needed = distance_to_limit(claim, estimate)
        .and_then(|distance| replications_needed(estimate, distance));
    match needed {
        Some(needed) if needed > estimate.n => {
            format!("the interval straddles a limit; about {needed} replications would decide it")
        }
        _ => "the interval straddles a limit".to_owned(),
    }
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
    let slots = measure.duration.0.div_ceil(measure.slot.0.max(1)) as usize;
    let curves = Curves { arm, replications, slot: measure.slot.seconds(), slots };
    let mut all = memory::series::series(&curves);
    for (place, source) in arm.blueprint.sources.iter().enumerate() {
        let entry = ("entry", source.name.clone());
        let labels = vec![entry.clone(), ("reason", "all".to_owned())];
        all.push(curves.series("error_ratio", labels, |one, n| errors(&one.slots[place][n])));
        let labels = vec![entry, ("stat", "mean".to_owned())];
        all.push(
            curves.series("response_time_seconds", labels, |one, n| response(&one.slots[place][n])),
        );
    }
    all.sort_by(|a, b| (a.name, &a.labels).cmp(&(b.name, &b.labels)));
    all
}

/// What series have in common.
pub(crate) struct Curves<'a> {
    pub(crate) arm: &'a Arm,
    replications: usize,
    slot: f64,
    slots: usize,
}

impl Curves<'_> {
    pub(crate) fn observations(&self) -> &[Observation] {
        &self.arm.observations[..self.replications]
    }

    /// The series of what `sample` sees in a slot of a replication.
    pub(crate) fn series(
        &self,
        name: &'static str,
        labels: Vec<(&'static str, String)>,
        sample: impl Fn(&Observation, usize) -> Sample,
    ) -> Series {
        let at = |number: usize| {
            let samples: Vec<Sample> =
                self.observations().iter().map(|one| sample(one, number)).collect();
            estimate(&samples, LEVEL)
        };
        // Without a replication there is no slot either.
        let slots = if self.observations().is_empty() { 0 } else { self.slots };
        Series {
            name,
            labels,
            unit: kind_of(name).map_or("", |kind| kind.unit),
            t_seconds: (0..slots).map(|number| number as f64 * self.slot).collect(),
            estimates: (0..slots).map(at).collect(),
        }
    }
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
