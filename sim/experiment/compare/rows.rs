//! Selects the metrics to compare, and reads their values.

use super::findings::{Beside, ComparedMetric};
use super::plan::BASELINE;
use crate::arm::Arm;
use crate::catalogue::{Catalogue, MetricKey};
use crate::judge::{Arms, LEVEL, number};
use crate::memory::{NodeShare, OfMemory};
use crate::metric::quantity::{EntryChoice, ErrorReason, MeasuredQuantity, OfEntry, OfNode};
use crate::metric::{MEAN, P95};
use crate::migrate::beside::NumberBeside;
use crate::question::MetricRef;
use crate::run::Stand;
use crate::why::breakdown;
use wssim_model::Blueprint;
use wssim_stats::{Estimate, simultaneous_level, variance_reduction};

/// Whether a metric is of interest for any plan: response times and errors of entries, CPU and RAM of
/// nodes.
fn is_sensible(quantity: MeasuredQuantity, world: &Blueprint) -> bool {
    match quantity {
        // With a single source, the sum over all sources would only repeat it.
        MeasuredQuantity::Entry(EntryChoice::All, _) if world.sources.len() == 1 => false,
        MeasuredQuantity::Entry(_, OfEntry::Response(stat)) => stat == MEAN || stat == P95,
        MeasuredQuantity::Entry(_, OfEntry::Errors(reason)) => reason == ErrorReason::All,
        MeasuredQuantity::Node(_, OfNode::Cpu)
        | MeasuredQuantity::Memory(OfMemory::Node(_, NodeShare::Used)) => true,
        _ => false,
    }
}

/// The key of some scenario as a reference that any can look up.
fn named(key: &MetricKey) -> MetricRef {
    MetricRef::named(key.kind.name, &key.labels)
}

/// The results of one scenario beside the baseline.
pub(super) struct BesideBaseline {
    /// Keys of either with their values; `wanted` first.
    pub(super) rows: Vec<(MetricKey, Option<Estimate>, Beside)>,
    /// Entries whose response times are uncorrelated between the two.
    pub(super) unpaired: Vec<String>,
    pub(super) replications: u32,
}

/// Reads the rows off a finished study; `others` is the number of scenarios compared with the baseline.
pub(super) fn read(stand: &Stand<'_, '_>, wanted: &[MetricRef], others: usize) -> BesideBaseline {
    let own = stand.engine.see(stand.cast.own);
    let base = stand.engine.see(stand.cast.bases[BASELINE]);
    let replications = stand.replications.min(base.observations.len()).min(own.observations.len());
    let arms = Arms { own, base: Some(base) };
    let is_same = stand.cast.own == stand.cast.bases[BASELINE];
    let level = simultaneous_level(others, 1);
    let rows: Vec<_> = keys(arms, wanted)
        .into_iter()
        .map(|key| {
            let metric = named(&key);
            let alone = |own: &Arm| {
                let arms = Arms { own, base: None };
                number(&metric, false, arms, replications, LEVEL).ok()
            };
            let beside = beside(&metric, arms, replications, level, is_same);
            (key, alone(base), Beside { after: alone(own), ..beside })
        })
        .collect();
    let is_unpaired = |(key, _, beside): &&(MetricKey, Option<Estimate>, Beside)| {
        matches!(key.quantity, MeasuredQuantity::Entry(_, OfEntry::Response(MEAN)))
            && key.part.is_none()
            && beside.variance_reduction.is_some_and(|reduction| reduction <= 0.0)
    };
    let name = |(key, ..): &(MetricKey, Option<Estimate>, Beside)| key.labels[0].1.clone();
    let unpaired = rows.iter().filter(is_unpaired).map(name).collect();
    BesideBaseline { rows, unpaired, replications: replications as u32 }
}

/// The keys that `wanted` names, then those of general interest; each once, from either arm.
fn keys(arms: Arms<'_>, wanted: &[MetricRef]) -> Vec<MetricKey> {
    let all: Vec<&Arm> = arms.base.into_iter().chain([arms.own]).collect();
    let mut keys: Vec<MetricKey> = Vec::new();
    let mut add = |key: &MetricKey| {
        let is_known = |one: &MetricKey| one.kind.name == key.kind.name && one.labels == key.labels;
        if !keys.iter().any(is_known) {
            keys.push(key.clone());
        }
    };
    for metric in wanted {
        let found = all.iter().find_map(|arm| found(&arm.catalogue, metric));
        found.into_iter().for_each(&mut add);
    }
    let sensible = |arm: &&&Arm| -> Vec<MetricKey> {
        let keys = arm.catalogue.of_whole().map(|(_, key)| key);
        keys.filter(|key| is_sensible(key.quantity, &arm.blueprint)).cloned().collect()
    };
    let mut rest: Vec<MetricKey> = all.iter().flat_map(|arm| sensible(&arm)).collect();
    let rank =
        |key: &MetricKey| (!matches!(key.quantity, MeasuredQuantity::Entry(..)), key.kind.name);
    rest.sort_by_key(rank);
    rest.iter().for_each(add);
    keys
}

fn found<'c>(catalogue: &'c Catalogue, metric: &MetricRef) -> Option<&'c MetricKey> {
    Some(&catalogue.keys[catalogue.find(metric)?])
}

/// The change of one metric.
fn beside(
    metric: &MetricRef,
    arms: Arms<'_>,
    replications: usize,
    level: f64,
    is_same: bool,
) -> Beside {
    let change = |is_relative| number(metric, is_relative, arms, replications, level).ok();
    let mut beside = Beside {
        after: None,
        change: change(false),
        relative: change(true).filter(|relative| relative.mean.is_finite()),
        variance_reduction: reduction(metric, arms, replications),
        carried_by: None,
    };
    if beside.is_change() && !is_same {
        beside.carried_by = breakdown(metric, arms);
    }
    beside
}

/// The share of the change's variance that common random numbers remove.
fn reduction(metric: &MetricRef, arms: Arms<'_>, replications: usize) -> Option<f64> {
    let values = |arm: &Arm| -> Option<Vec<f64>> {
        let samples = arm.samples(arm.catalogue.find(metric)?, replications);
        let value = |[low, high]: [f64; 2]| (low == high && low.is_finite()).then_some(low);
        samples.iter().map(|sample| sample.ends().and_then(value)).collect()
    };
    variance_reduction(&values(arms.base?)?, &values(arms.own)?)
}

/// The rows of all scenarios in one table, in order of first appearance.
pub(super) fn merged(shown: &[&BesideBaseline]) -> Vec<ComparedMetric> {
    let mut rows: Vec<ComparedMetric> = Vec::new();
    for (place, one) in shown.iter().enumerate() {
        for (key, before, beside) in &one.rows {
            let is_known =
                |row: &ComparedMetric| row.name == key.kind.name && row.labels == key.labels;
            let at = rows.iter().position(is_known).unwrap_or_else(|| {
                rows.push(ComparedMetric {
                    name: key.kind.name,
                    labels: key.labels.clone(),
                    unit: key.kind.unit,
                    before: *before,
                    others: vec![Beside::default(); shown.len()],
                    said: Vec::new(),
                });
                rows.len() - 1
            });
            rows[at].others[place] = beside.clone();
        }
    }
    rows
}

/// Adds the numbers of each scenario's migration beside the baseline's.
pub(super) fn add_migrations(rows: &mut Vec<ComparedMetric>, migrations: &[&[NumberBeside]]) {
    for (place, numbers) in migrations.iter().enumerate() {
        for NumberBeside { kind, labels, before, beside } in *numbers {
            let is_known = |row: &ComparedMetric| row.name == kind.name && row.labels == *labels;
            let at = rows.iter().position(is_known).unwrap_or_else(|| {
                rows.push(ComparedMetric {
                    name: kind.name,
                    labels: labels.clone(),
                    unit: kind.unit,
                    before: *before,
                    others: vec![Beside::default(); migrations.len()],
                    said: Vec::new(),
                });
                rows.len() - 1
            });
            rows[at].others[place] = beside.clone();
        }
    }
}
