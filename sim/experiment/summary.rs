//! Findings from the replications of an arm: metrics with plain 95 % intervals, series, notes.

use crate::arm::{Arm, Observation};
use crate::bands::{self, Bands};
use crate::catalogue::MetricKey;
use crate::curves::Curves;
use crate::durations::Durations;
use crate::findings::{
    Answer, Distribution, Findings, Metric, ResponseBands, RunAnswer, Series, StoppedBy,
};
use crate::judge::{Arms, LEVEL, estimate, no_interval, number, times_needed};
use crate::memory;
use crate::metric::MEAN;
use crate::metric::quantity::{EntryChoice, ErrorReason, MeasuredQuantity, OfEntry};
use crate::note::{Note, of_load};
use crate::observe::share_of_errors;
use crate::question::{MetricRef, Question};
use crate::reason::{NoEstimate, Runs};
use crate::recorder::Slot;
use crate::regression::is_usual;
use crate::rollout;
use crate::sample::Sample;
use std::collections::BTreeMap;
use wssim_stats::Estimate;

/// Probabilities of the points of a pooled distribution.
const CURVE: [f64; 11] = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999];

/// The findings of `arm` after `replications`; the study adds claims and the reason for stopping.
pub(crate) fn findings(arm: &Arm, question: &Question, replications: usize) -> Findings {
    let observations = &arm.observations[..replications];
    let outcomes = || observations.iter().map(|observation| &observation.outcome);
    let unfinished: u64 = outcomes().map(|outcome| outcome.unfinished).sum();
    let requests: u64 = outcomes().map(|outcome| outcome.requests).sum();
    let mut notes = of_load(&arm.blueprint, &question.measure);
    if unfinished > 0 {
        notes.push(Note::Unfinished { unfinished, requests });
    }
    notes.extend(memory::ledger::kill_note(arm, replications));
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
        metrics: metrics(arm, replications),
        claims: Vec::new(),
        not_simulated: question.not_simulated.clone(),
        notes,
        regression: None,
        answer: Answer::Run(shown(arm, question, replications)),
    }
}

/// The findings of `arm` beside metrics.
pub(crate) fn shown(arm: &Arm, question: &Question, replications: usize) -> RunAnswer {
    let asked = |wanted: &MetricRef| {
        let place = arm.catalogue.find(wanted);
        place.map(|place| metric(arm, place, &arm.catalogue.keys[place], replications))
    };
    RunAnswer {
        asked: question.asked.iter().map(|wanted| (wanted.clone(), asked(wanted))).collect(),
        series: series(arm, question, replications),
        ledger: memory::ledger::ledger(arm, replications),
        distributions: distributions(arm),
        bands: response_bands(arm, question),
        rollouts: rollout::findings::shown(arm, replications),
    }
}

/// All metrics of `arm` after `replications`, with plain intervals.
pub(crate) fn metrics(arm: &Arm, replications: usize) -> Vec<Metric> {
    let keys = arm.catalogue.keys.iter().enumerate();
    keys.map(|(place, key)| metric(arm, place, key, replications)).collect()
}

/// One metric of `arm`, with its plain interval.
pub(crate) fn metric(arm: &Arm, place: usize, key: &MetricKey, replications: usize) -> Metric {
    let samples = arm.samples(place, replications);
    let mut estimate = estimate(&samples, LEVEL);
    let is_max = key.labels.iter().any(|(name, value)| *name == "stat" && value == "max");
    if let Some(estimate) = estimate.as_mut().filter(|estimate| is_max && estimate.is_closed()) {
        (estimate.low, estimate.high) = (f64::NAN, f64::NAN);
    }
    let missing = estimate.is_none().then(|| what_was_missing(&samples));
    let is_kept = key.kind.limit.is_some() && is_usual(&key.labels);
    let kept = samples.iter().filter(|_| is_kept);
    Metric {
        name: key.kind.name,
        labels: key.labels.clone(),
        unit: key.kind.unit,
        estimate,
        missing,
        values: kept.map(|sample| sample.ends()).collect(),
    }
}

fn what_was_missing(samples: &[Sample]) -> NoEstimate {
    let few = no_interval(Runs::Replications);
    match times_needed(samples) {
        Some(times) => NoEstimate::TooFewRequests { times },
        None if samples.len() < few.needed as usize => NoEstimate::TooFew(few),
        None => NoEstimate::Nothing,
    }
}

fn mean_response(source: usize) -> MeasuredQuantity {
    MeasuredQuantity::Entry(EntryChoice::Source(source), OfEntry::Response(MEAN))
}

/// Mean response times of all entries.
pub(crate) fn entry_means(arm: &Arm, replications: usize, level: f64) -> Vec<Estimate> {
    let sources = 0..arm.blueprint.sources.len();
    let places = sources.filter_map(|source| arm.catalogue.place(mean_response(source)));
    let means = places.filter_map(|place| estimate(&arm.samples(place, replications), level));
    // Requests without an answer get none in further replications.
    means.filter(Estimate::is_closed).collect()
}

/// Relative changes of the mean response times of the entries that both arms have.
pub(crate) fn entry_changes(arms: Arms<'_>, replications: usize, level: f64) -> Vec<Estimate> {
    let has_entry = |name: &str| {
        arms.base.is_some_and(|base| base.blueprint.sources.iter().any(|one| one.name == name))
    };
    let of = |name: &str| MetricRef {
        name: "response_time_seconds".to_owned(),
        labels: BTreeMap::from([("entry".to_owned(), name.to_owned())]),
        part: None,
    };
    let entries = arms.own.blueprint.sources.iter().map(|source| source.name.as_str());
    let changes = entries
        .filter(|name| has_entry(name))
        .filter_map(|name| number(&of(name), true, arms, replications, level).ok());
    // Requests without an answer get none in further replications.
    changes.filter(Estimate::is_closed).collect()
}

/// Mean response time and error ratio of every entry by time of arrival, and memory over time.
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
    for place in 0..arm.blueprint.sources.len() {
        let quantity =
            MeasuredQuantity::Entry(EntryChoice::Source(place), OfEntry::Errors(ErrorReason::All));
        all.extend(curves.series(quantity, |one, n| errors(&one.slots[place][n])));
        let slots = curves.observations().first().map_or(0, |one| one.slots[place].len());
        let is_open =
            |n: usize| curves.observations().iter().any(|one| one.slots[place][n].unfinished > 0);
        let open: Vec<bool> = (0..slots).map(is_open).collect();
        let times = |one: &Observation, n: usize| {
            if open[n] { Sample::Nothing } else { response(&one.slots[place][n]) }
        };
        all.extend(curves.series(mean_response(place), times));
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
    (arm.pooled.iter().enumerate())
        .filter_map(|(source, pooled)| {
            let key = &arm.catalogue.keys[arm.catalogue.place(mean_response(source))?];
            let is_entry = |(name, _): &&(&str, String)| *name == "entry";
            Some(Distribution {
                name: key.kind.name,
                labels: key.labels.iter().filter(is_entry).cloned().collect(),
                unit: key.kind.unit,
                count: pooled.ended() + pooled.open(),
                quantiles: curve(pooled),
                answered: pooled.histogram_of_ended(),
                unfinished: pooled.histogram_of_open(),
            })
        })
        .collect()
}

/// Response times by time of arrival, in the bands that are not empty.
fn response_bands(arm: &Arm, question: &Question) -> Vec<ResponseBands> {
    let slot = question.measure.slot.seconds();
    let limits = bands::limits();
    let of = |(source, slots): (&wssim_model::blueprint::Source, &Vec<Bands>)| {
        let used = |band: &usize| slots.iter().any(|slot| slot.counts[*band] > 0);
        let (first, last) = ((0..bands::BANDS).find(used)?, (0..bands::BANDS).rfind(used)?);
        let counts =
            |slot: &Bands| slot.counts[first..=last].iter().map(|n| u64::from(*n)).collect();
        Some(ResponseBands {
            entry: source.name.clone(),
            t_seconds: (0..slots.len()).map(|number| number as f64 * slot).collect(),
            limits: limits[first..=last + 1].to_vec(),
            counts: slots.iter().map(counts).collect(),
        })
    };
    arm.blueprint.sources.iter().zip(&arm.bands).filter_map(of).collect()
}
