//! Offered loads of the worlds of a grid, and the metrics to report, before the simulation.
//!
//! A value may add or remove something (`node.b.enabled = true, false`): metrics and limits are those of
//! all points together, not only those of the scenario's own values.

use super::columns::{self, JudgedObjective, PointColumn};
use super::grid::Spot;
use super::made::MadeWorlds;
use super::options::{Parameter, SweepError, SweepOptions};
use crate::catalogue::Catalogue;
use crate::engine::{Stopped, in_order};
use crate::offered::{Overload, ServiceLoad, offered, overloads};
use crate::question::{MetricRef, Question, Worlds as _};
use crate::watch::Watch;
use wssim_model::Blueprint;

/// The offered load of the world of a point.
#[derive(Clone, Debug)]
pub(super) struct PointQuestion {
    /// Resources overloaded on average.
    pub(super) overloads: Vec<Overload>,
    /// Utilization of the scarcest resource.
    pub(super) utilization: f64,
}

impl PointQuestion {
    pub(super) fn of(world: &Blueprint, question: &Question) -> Self {
        let load = offered(world, &question.measure);
        let overloads = overloads(&load).into_iter().filter(|one| one.on_average).collect();
        let nodes = load.nodes.iter().map(|node| node.open_erlangs / node.capacity_erlangs);
        let services = load.services.iter().filter_map(ServiceLoad::utilization);
        Self { overloads, utilization: nodes.chain(services).fold(0.0, f64::max) }
    }
}

/// Makes the world of every point, so that a mistake in one is reported before the simulation; the inner
/// error is a stop by the user or the budget.
pub(super) fn all(
    made: &MadeWorlds<'_>,
    grid: &[Spot],
    parameters: &[Parameter],
    question: &Question,
    watch: &dyn Watch,
) -> Result<Result<Vec<PointQuestion>, Stopped>, SweepError> {
    let asked = in_order(grid, |spot| {
        if watch.interrupted() || watch.over_budget() {
            return None;
        }
        let overrides = spot.overrides(parameters);
        let asked = made.see(&overrides, |world| PointQuestion::of(world, question));
        Some(asked.map_err(|why| SweepError::Point { overrides, why }))
    });
    let is_cut = asked.iter().any(Option::is_none);
    let asked = asked.into_iter().flatten().collect::<Result<Vec<PointQuestion>, SweepError>>()?;
    Ok(if is_cut { Err(Stopped) } else { Ok(asked) })
}

/// The reported metrics and judged limits of each point, and the metrics measured for both.
pub(super) struct PointColumns {
    pub(super) columns: Vec<PointColumn>,
    pub(super) objectives: Vec<JudgedObjective>,
    pub(super) measured: Vec<MetricRef>,
}

impl PointColumns {
    pub(super) fn of(
        made: &MadeWorlds<'_>,
        grid: &[Spot],
        question: &Question,
        options: &SweepOptions,
    ) -> Result<Self, SweepError> {
        let parameters = &options.parameters;
        let own = made.see(&[], columns::entries)?;
        let mut objectives = columns::objectives(&own, &question.cluster);
        let (mut entries, mut nodes) = (Vec::new(), Vec::new());
        let mut lacking: Vec<&MetricRef> = options.metrics.iter().collect();
        let has = |world: &Blueprint, metric: &MetricRef| {
            let measured = question.measure.duration;
            !Catalogue::only(world, std::slice::from_ref(metric), measured).keys.is_empty()
        };
        for spot in grid {
            let overrides = spot.overrides(parameters);
            let found = made.see(&overrides, |world| {
                lacking.retain(|metric| !has(world, metric));
                add_new(&mut nodes, columns::nodes(world));
                add_new(&mut entries, columns::entries(world))
            })?;
            if found.iter().any(|entry| !own.contains(entry)) {
                let there = made.at_risk(None, &overrides)?;
                let all = columns::objectives(&columns::entries(&there.blueprint), &there.cluster);
                let is_new =
                    |one: &JudgedObjective| found.contains(&one.entry) && !own.contains(&one.entry);
                objectives.extend(all.into_iter().filter(is_new));
            }
        }
        if let Some(metric) = lacking.first().filter(|_| !grid.is_empty()) {
            return Err(SweepError::NoMetric((*metric).clone()));
        }
        let metrics = options.metrics.iter().cloned().map(PointColumn::Metric);
        let columns =
            if options.metrics.is_empty() { columns::usual(&entries) } else { metrics.collect() };
        let measured = columns::measured(&columns, &objectives, &nodes);
        Ok(Self { columns, objectives, measured })
    }
}

/// Adds the new ones of `names`, and returns them.
fn add_new(known: &mut Vec<String>, names: Vec<String>) -> Vec<String> {
    let new: Vec<String> = names.into_iter().filter(|name| !known.contains(name)).collect();
    known.extend_from_slice(&new);
    new
}
