//! The keys of `results.json` for a sweep: `parameters`, `points`, `changes`, `objectives`.
//!
//! A point has its values as the scenario writes them (`params`), its numbers in the form of `metrics`
//! of other commands, and for each its value by formulas (`analytic`): a missing one is `null` in both.
//! `changes` names points by their place among `points`, from 0; so do `objectives`, whose `states` are
//! `kept`, `missed`, `open` or `absent` (its entry), one for each point.

use crate::metric_json::{Labels, MetricJson};
use crate::number::Number;
use crate::reason;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use wssim_experiment::sweep::Parameter;
use wssim_experiment::sweep::findings::{
    Crossing, Formula, GridChange, LimitState, ObjectiveFinding, PointFinding, Sweep,
};
use wssim_stats::Estimate;

#[derive(Serialize)]
pub(crate) struct ParameterJson<'a> {
    path: &'a str,
    unit: Option<&'static str>,
    logarithmic: bool,
    values: Vec<&'a str>,
}

impl<'a> ParameterJson<'a> {
    pub(crate) fn of(parameter: &'a Parameter) -> Self {
        let numbers = parameter.numbers;
        Self {
            path: &parameter.path,
            unit: numbers.map(|numbers| numbers.unit),
            logarithmic: numbers.is_some_and(|numbers| numbers.is_log),
            values: parameter.values.iter().map(|value| value.text.as_str()).collect(),
        }
    }
}

/// Values by the paths of their parameters.
struct Values<'a>(Vec<(&'a str, &'a str)>);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (path, value) in &self.0 {
            map.serialize_entry(path, value)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
pub(crate) struct PointJson<'a> {
    params: Values<'a>,
    added: bool,
    replications: u32,
    steady_state: bool,
    overloads: Vec<String>,
    /// `null` if all fits.
    overfull: Option<String>,
    /// In the order of the numbers of the sweep; `null` if the world of the point has no such number.
    metrics: Vec<Option<MetricJson<'a>>>,
    /// In the same order; `null` without a formula.
    analytic: Vec<Option<FormulaJson>>,
}

#[derive(Serialize)]
struct FormulaJson {
    value: Number,
    /// Whether it differs from the simulated number by more than the limit of formulas.
    differs: bool,
}

impl FormulaJson {
    fn of(formula: &Formula) -> Self {
        Self { value: Number(formula.value), differs: formula.difference.is_some() }
    }
}

/// Every point.
pub(crate) fn points(sweep: &Sweep) -> Vec<PointJson<'_>> {
    sweep.points.iter().map(|point| PointJson::of(sweep, point)).collect()
}

impl<'a> PointJson<'a> {
    fn of(sweep: &'a Sweep, point: &'a PointFinding) -> Self {
        let values = sweep.parameters.iter().zip(&point.values);
        Self {
            params: Values(
                values.map(|(of, value)| (of.path.as_str(), value.text.as_str())).collect(),
            ),
            added: point.is_added,
            replications: point.replications,
            steady_state: point.is_steady(),
            overloads: point.overloads.iter().map(reason::overload).collect(),
            overfull: point.overfull.map(reason::at_point),
            metrics: point.metrics.iter().map(|one| one.as_ref().map(MetricJson::of)).collect(),
            analytic: point.formulas.iter().map(|one| one.as_ref().map(FormulaJson::of)).collect(),
        }
    }
}

#[derive(Serialize)]
struct Interval {
    mean: Number,
    ci_low: Number,
    ci_high: Number,
}

impl Interval {
    fn of(estimate: &Estimate) -> Self {
        Self {
            mean: Number(estimate.mean),
            ci_low: Number(estimate.low),
            ci_high: Number(estimate.high),
        }
    }
}

#[derive(Serialize)]
struct StepJson {
    from: usize,
    to: usize,
    difference: Option<Interval>,
    certain: bool,
}

#[derive(Serialize)]
pub(crate) struct ChangeJson<'a> {
    name: Option<&'a str>,
    labels: Labels<'a>,
    least_at: Option<usize>,
    greatest_at: Option<usize>,
    largest_step: Option<StepJson>,
    neighbours: usize,
    neighbours_that_differ: usize,
}

impl<'a> ChangeJson<'a> {
    pub(crate) fn of(change: &'a GridChange) -> Self {
        let told = change.column.as_ref();
        Self {
            name: told.map(|told| told.name),
            labels: Labels::of(told.map_or(&[], |told| &told.labels)),
            least_at: change.extremes.map(|[least, _]| least),
            greatest_at: change.extremes.map(|[_, most]| most),
            largest_step: change.jump.as_ref().map(|jump| StepJson {
                from: jump.from,
                to: jump.to,
                difference: jump.difference.as_ref().map(Interval::of),
                certain: jump.is_certain(),
            }),
            neighbours: change.pairs,
            neighbours_that_differ: change.differ,
        }
    }
}

#[derive(Serialize)]
struct CrossingJson {
    kept: usize,
    missed: usize,
}

#[derive(Serialize)]
pub(crate) struct ObjectiveJson<'a> {
    entry: &'a str,
    name: &'a str,
    labels: Labels<'a>,
    limit: Number,
    states: Vec<&'static str>,
    crossings: Vec<CrossingJson>,
}

impl<'a> ObjectiveJson<'a> {
    pub(crate) fn of(objective: &'a ObjectiveFinding) -> Self {
        let crossing =
            |crossing: &Crossing| CrossingJson { kept: crossing.kept, missed: crossing.missed };
        Self {
            entry: &objective.entry,
            name: objective.name,
            labels: Labels::of(&objective.labels),
            limit: Number(objective.limit),
            states: objective.states.iter().copied().map(state).collect(),
            crossings: objective.crossings.iter().map(crossing).collect(),
        }
    }
}

fn state(state: LimitState) -> &'static str {
    match state {
        LimitState::Kept => "kept",
        LimitState::Missed => "missed",
        LimitState::Open => "open",
        LimitState::Absent => "absent",
    }
}
