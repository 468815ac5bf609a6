//! `scenarios`: the compared scenarios, the baseline first. `comparison`: an element for each metric, in
//! the order of the table: `before`, and in `others`, by scenario, `after`, `change` (after minus
//! before, paired), `relative` (as a share of before), `variance_reduction` (by common random numbers)
//! and `carried_by` (the components of the change, largest first); `said` names the claims about it.
//! `survival`: with `--with failures`, the results of each scenario and each of its variants when nodes
//! are lost (`survived`, by their number), over the years, and, with new images, of the rollout
//! (`rollout`).

use crate::metric_json::{EstimateJson, Labels, MetricJson};
use crate::number::Number;
use serde::Serialize;
use wssim_experiment::compare::findings::{
    Beside, ComparedMetric, Comparison, Named, Of, PlanTrial, TrialResult,
};
use wssim_experiment::failures::by_size::OfSize;
use wssim_experiment::failures::findings::Failures;
use wssim_experiment::findings::Metric;

#[derive(Serialize)]
pub(crate) struct NamedJson<'a> {
    name: &'a str,
    title: &'a str,
    replications: u32,
}

impl<'a> NamedJson<'a> {
    pub(crate) fn of(named: &'a &Named) -> Self {
        Self { name: &named.name, title: &named.title, replications: named.replications }
    }
}

/// The trial of a scenario or of a variant.
#[derive(Serialize)]
pub(crate) struct TrialJson<'a> {
    scenario: &'a str,
    variant: Option<&'a str>,
    title: &'a str,
    orchestrator: Option<&'a str>,
    orchestrator_bytes: Number,
    orchestrator_threads: Number,
    price_total: Option<Number>,
    survived: Vec<SetsJson>,
    downtime_seconds_per_year: Option<EstimateJson>,
    rollout: Vec<MetricJson<'a>>,
}

#[derive(Serialize)]
struct SetsJson {
    nodes_lost: usize,
    survived: usize,
    sets: usize,
    unharmed: usize,
    recovered: usize,
    slowest_seconds: Option<Number>,
    error_ratio: Option<Number>,
}

impl SetsJson {
    fn of(one: &OfSize) -> Self {
        Self {
            nodes_lost: one.size,
            survived: one.survived,
            sets: one.sets,
            unharmed: one.unharmed,
            recovered: one.recovered,
            slowest_seconds: one.slowest.map(Number),
            error_ratio: one.error_ratio.map(Number),
        }
    }
}

impl<'a> TrialJson<'a> {
    pub(crate) fn of(trial: &'a PlanTrial) -> Self {
        let (failures, metrics): (_, &[Metric]) = match &trial.outcome {
            TrialResult::Failures(failures) => (Some(&**failures), &[]),
            TrialResult::Rollouts(metrics) => (None, metrics),
            TrialResult::CutShort => (None, &[]),
        };
        let sizes = failures.map(Failures::by_size).unwrap_or_default();
        let is_told = |metric: &&Metric| ROLLOUT.contains(&metric.name);
        let downtime = failures.and_then(Failures::downtime_seconds);
        Self {
            scenario: &trial.scenario,
            variant: trial.variant.as_deref(),
            title: &trial.title,
            orchestrator: trial.orchestrator,
            orchestrator_bytes: Number(trial.takes.bytes),
            orchestrator_threads: Number(trial.takes.threads),
            price_total: trial.price.map(Number),
            survived: sizes.iter().map(SetsJson::of).collect(),
            downtime_seconds_per_year: downtime.as_ref().map(EstimateJson::of),
            rollout: metrics.iter().filter(is_told).map(MetricJson::of).collect(),
        }
    }
}

/// Reported metrics of rollouts.
const ROLLOUT: [&str; 3] = ["deploy_seconds", "failed_requests_total", "downtime_seconds"];

#[derive(Serialize)]
struct PartJson<'a> {
    component: &'a str,
    change: Number,
}

#[derive(Serialize)]
struct BesideJson<'a> {
    scenario: &'a str,
    after: Option<EstimateJson>,
    change: Option<EstimateJson>,
    relative: Option<EstimateJson>,
    variance_reduction: Option<Number>,
    carried_by: Vec<PartJson<'a>>,
}

impl<'a> BesideJson<'a> {
    fn of(beside: &'a Beside, named: &'a Named) -> Self {
        let parts = beside.carried_by.iter().flat_map(|carried| &carried.parts);
        Self {
            scenario: &named.name,
            after: beside.after.as_ref().map(EstimateJson::of),
            change: beside.change.as_ref().map(EstimateJson::of),
            relative: beside.relative.as_ref().map(EstimateJson::of),
            variance_reduction: beside.variance_reduction.map(Number),
            carried_by: parts
                .map(|part| PartJson { component: &part.name, change: Number(part.amount) })
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct SaidJson<'a> {
    /// Place among the claims.
    claim: usize,
    of: &'static str,
    scenario: &'a str,
}

#[derive(Serialize)]
pub(crate) struct RowJson<'a> {
    name: &'a str,
    labels: Labels<'a>,
    unit: &'a str,
    before: Option<EstimateJson>,
    others: Vec<BesideJson<'a>>,
    said: Vec<SaidJson<'a>>,
}

impl<'a> RowJson<'a> {
    pub(crate) fn of(row: &'a ComparedMetric, comparison: &'a Comparison) -> Self {
        let name = |place: usize| comparison.others[place].name.as_str();
        let said = row.said.iter().map(|said| {
            let (of, scenario) = match said.of {
                Of::Before => ("before", comparison.baseline.name.as_str()),
                Of::After(place) => ("after", name(place)),
                Of::Change(place) => ("change", name(place)),
            };
            SaidJson { claim: said.claim, of, scenario }
        });
        let others = row.others.iter().zip(&comparison.others);
        Self {
            name: row.name,
            labels: Labels::of(&row.labels),
            unit: row.unit,
            before: row.before.as_ref().map(EstimateJson::of),
            others: others.map(|(beside, named)| BesideJson::of(beside, named)).collect(),
            said: said.collect(),
        }
    }
}
