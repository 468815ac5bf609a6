//! The reported numbers of every point.

use crate::arm::Arm;
use crate::cluster::ClusterFacts;
use crate::measured::Metric;
use crate::metric::ALL;
use crate::metric::quantity::{MeasuredQuantity, OfNode};
use crate::objective::stat;
use crate::question::MetricRef;
use crate::sample::Sample;
use crate::summary;
use wssim_model::Blueprint;

/// Most entries with columns of their own; more are reported together.
const TOLD_APART: usize = 3;

const RESPONSE: &str = "response_time_seconds";
const ERRORS: &str = "error_ratio";
const CPU: &str = "node_cpu_utilization_ratio";

/// One reported number of every point.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum PointColumn {
    Metric(MetricRef),
    /// CPU of the busiest node at the point.
    Busiest,
}

/// A limit for an entry, and the metric that decides it.
#[derive(Clone, Debug)]
pub(super) struct JudgedObjective {
    pub(super) entry: String,
    pub(super) is_critical: bool,
    pub(super) metric: MetricRef,
    pub(super) limit: f64,
}

/// A metric by its name and labels.
fn metric(name: &str, labels: &[(&str, &str)]) -> MetricRef {
    let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    MetricRef { name: name.to_owned(), labels: labels.collect(), part: None }
}

/// Columns by default: the mean and the 95th percentile of response times and the share of errors of
/// each entry, and the CPU of the busiest node.
pub(super) fn usual(entries: &[String]) -> Vec<PointColumn> {
    let names: Vec<&str> = match entries.len() {
        0..=TOLD_APART => entries.iter().map(String::as_str).collect(),
        _ => vec![ALL],
    };
    let of_entry = |entry: &&str| {
        [
            metric(RESPONSE, &[("entry", entry), ("stat", "mean")]),
            metric(RESPONSE, &[("entry", entry), ("stat", "p95")]),
            metric(ERRORS, &[("entry", entry), ("reason", ALL)]),
        ]
    };
    let entries = names.iter().flat_map(of_entry).map(PointColumn::Metric);
    entries.chain([PointColumn::Busiest]).collect()
}

/// Names of the entries of `world`.
pub(super) fn entries(world: &Blueprint) -> Vec<String> {
    world.sources.iter().map(|source| source.name.clone()).collect()
}

/// Names of its nodes.
pub(super) fn nodes(world: &Blueprint) -> Vec<String> {
    world.nodes.iter().map(|node| node.name.clone()).collect()
}

/// The limits of `entries`, given by `cluster` in the same order.
pub(super) fn objectives(entries: &[String], cluster: &ClusterFacts) -> Vec<JudgedObjective> {
    let mut all = Vec::new();
    for (entry, facts) in entries.iter().zip(&cluster.entries) {
        let mut add = |metric: MetricRef, limit: f64| {
            let is_critical = facts.is_critical;
            all.push(JudgedObjective { entry: entry.to_owned(), is_critical, metric, limit });
        };
        for limit in &facts.limits {
            add(metric(RESPONSE, &[("entry", entry), ("stat", stat(limit))]), limit.seconds);
        }
        if let Some(most) = facts.errors {
            add(metric(ERRORS, &[("entry", entry), ("reason", ALL)]), most);
        }
    }
    all
}

/// The metrics needed for all of these.
pub(super) fn measured(
    columns: &[PointColumn],
    objectives: &[JudgedObjective],
    nodes: &[String],
) -> Vec<MetricRef> {
    let asked = columns.iter().filter_map(|column| match column {
        PointColumn::Metric(metric) => Some(metric.clone()),
        PointColumn::Busiest => None,
    });
    let limits = objectives.iter().map(|objective| objective.metric.clone());
    let nodes = nodes.iter().map(|node| metric(CPU, &[("node", node)]));
    asked.chain(limits).chain(nodes).collect()
}

/// The place of `column` in the catalogue of `arm`, after `replications`.
pub(super) fn place(column: &PointColumn, arm: &Arm, replications: usize) -> Option<usize> {
    match column {
        PointColumn::Metric(metric) => arm.catalogue.find(metric),
        PointColumn::Busiest => busiest(arm, replications),
    }
}

/// The place of the CPU of the busiest node.
fn busiest(arm: &Arm, replications: usize) -> Option<usize> {
    let load = |place: &usize| -> f64 {
        let samples = arm.samples(*place, replications);
        samples.iter().filter_map(|sample| sample.ends()).map(|[low, _]| low).sum()
    };
    let nodes = arm.catalogue.of_whole();
    let nodes =
        nodes.filter(|(_, key)| matches!(key.quantity, MeasuredQuantity::Node(_, OfNode::Cpu)));
    let places = nodes.map(|(place, _)| place);
    // Of equally busy nodes the first by name.
    places.rev().max_by(|a, b| load(a).total_cmp(&load(b)))
}

/// The value of `column` at a point; `None` if its world has no such metric.
pub(super) fn told(column: &PointColumn, arm: &Arm, replications: usize) -> Option<Metric> {
    let place = place(column, arm, replications)?;
    Some(summary::metric(arm, place, &arm.catalogue.keys[place], replications))
}

/// The samples of `column` at a point.
pub(super) fn samples(column: &PointColumn, arm: &Arm, replications: usize) -> Vec<Sample> {
    let place = place(column, arm, replications);
    place.map_or_else(Vec::new, |place| arm.samples(place, replications))
}
