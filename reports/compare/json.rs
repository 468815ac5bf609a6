//! `scenarios`: what was compared, the baseline first. `comparison`: a metric an element, in the order of the
//! table: `before`, and in `others`, by scenario, `after`, `change` (after less before, paired), `relative`
//! (as a share of before), `variance_reduction` (what common random numbers take away) and `carried_by` (the
//! components of the change, the largest first); `said` names the claims about it. `survival`: with
//! `--with failures`, how many sets of nodes each scenario survives.

use crate::metric_json::{EstimateJson, Labels};
use crate::number::Number;
use serde::Serialize;
use wssim_experiment::compare::findings::{Beside, Comparison, Named, Of, Row, Survival};

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

/// What survives in a scenario, by how many nodes are lost.
#[derive(Serialize)]
pub(crate) struct SurvivedJson<'a> {
    scenario: &'a str,
    survived: Vec<SetsJson>,
}

#[derive(Serialize)]
struct SetsJson {
    nodes_lost: usize,
    survived: usize,
    sets: usize,
}

impl<'a> SurvivedJson<'a> {
    pub(crate) fn of(survival: &'a Survival) -> Self {
        let failures = survival.failures.as_ref();
        let sizes = 1..=failures.map_or(0, |failures| failures.depth);
        let of_size = |nodes_lost| {
            let (survived, sets) = failures.map_or((0, 0), |all| all.survived(nodes_lost, 0));
            SetsJson { nodes_lost, survived, sets }
        };
        Self { scenario: &survival.name, survived: sizes.map(of_size).collect() }
    }
}

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
    pub(crate) fn of(row: &'a Row, comparison: &'a Comparison) -> Self {
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
