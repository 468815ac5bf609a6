//! The stage of `run`: a world with its traffic, measured over one stretch in each replication.

use crate::bands::Bands;
use crate::catalogue::Catalogue;
use crate::column::Column;
use crate::controls::{CONTROLS, Controls, Shares};
use crate::durations::Durations;
use crate::engine::Stage;
use crate::memory::record::NodeRecord;
use crate::metric::P95;
use crate::metric::quantity::{MeasuredQuantity, OfEntry};
use crate::observe::observe;
use crate::parted::Parted;
use crate::question::{Measure, MetricRef, Point, WorldError, Worlds};
use crate::recorder::{Recorder, Slot};
use crate::rollout::record::Activity;
use crate::sample::Sample;
use crate::stored::stored;
use std::fmt::Debug;
use std::mem::take;
use wssim_kernel::{Nanos, Time};
use wssim_model::probe::OutOfMemory;
use wssim_model::{Averages, Blueprint, Cut, Outcome, Run, simulate};
use wssim_stats::looks;

/// Most samples of an arm, all metrics together: 8 to 16 bytes each, none where all are equal, so 2 GiB.
const MOST_SAMPLES: usize = 1 << 27;
/// Usual number of slots of sources and nodes that an arm keeps over all replications: up to 80 bytes
/// each, 40 MiB.
const USUAL_SLOTS: usize = 1 << 19;
/// Most slots over the replications that a run makes without being asked for a number: 160 MiB.
const MOST_SLOTS: usize = 1 << 21;
/// Fewest replications whose slots are kept: with fewer there is hardly an interval.
const FEWEST_IN_SERIES: usize = 5;

/// The result of one replication.
#[derive(Debug)]
pub(crate) struct Observation {
    /// By metric; an arm keeps them in its columns.
    samples: Vec<Sample>,
    /// By source; an arm keeps those of its first replications only.
    pub(crate) slots: Vec<Vec<Slot>>,
    /// By node; likewise.
    pub(crate) memory: Vec<NodeRecord>,
    /// By node: kills at containers' own limits; empty if memory is not recorded.
    pub(crate) kills_at_limits: Vec<u64>,
    /// Activities of rollouts.
    pub(crate) activities: Vec<Activity>,
    controls: Option<Shares>,
    /// Response times, by source.
    responses: Vec<Durations>,
    /// Response times by source and slot, in bands.
    bands: Vec<Vec<Bands>>,
    pub(crate) outcome: Outcome,
}

stored! {
    Observation {
        samples, slots, memory, kills_at_limits, activities, controls, responses, bands, outcome,
    }
}

/// A world and the results of its replications.
#[derive(Debug)]
pub(crate) struct Arm {
    pub(crate) blueprint: Blueprint,
    pub(crate) catalogue: Catalogue,
    controls: Option<Controls>,
    pub(crate) observations: Vec<Observation>,
    /// How many replications have slots: the first ones.
    with_slots: usize,
    /// By metric: the samples of all replications.
    columns: Vec<Column>,
    /// Response times of all replications, by source.
    pub(crate) pooled: Vec<Durations>,
    /// Response times by source and slot, in bands.
    pub(crate) bands: Vec<Vec<Bands>>,
}

impl Arm {
    pub(crate) fn new(blueprint: Blueprint) -> Self {
        let catalogue = Catalogue::of(&blueprint);
        Self::full(blueprint, catalogue)
    }

    /// Measures all metrics, with controls where possible.
    fn full(blueprint: Blueprint, catalogue: Catalogue) -> Self {
        let controls = Controls::of(&blueprint);
        Self { controls, ..Self::measured_by(blueprint, catalogue) }
    }

    fn measured_by(blueprint: Blueprint, catalogue: Catalogue) -> Self {
        let pooled = vec![Durations::default(); blueprint.sources.len()];
        let bands = vec![Vec::new(); blueprint.sources.len()];
        let columns = vec![Column::default(); catalogue.keys.len()];
        Self {
            blueprint,
            catalogue,
            controls: None,
            observations: Vec::new(),
            with_slots: 0,
            columns,
            pooled,
            bands,
        }
    }

    /// All inputs that determine its results, measured according to `setting`.
    pub(crate) fn identity(&self, setting: &Setting) -> impl Debug {
        let metrics = self.catalogue.keys.iter().map(|key| (key.kind.name, &key.labels));
        (*setting, metrics.collect::<Vec<_>>(), self.controls.is_some(), &self.blueprint)
    }

    /// Most replications that it can hold.
    pub(crate) fn most(&self) -> u32 {
        (MOST_SAMPLES / self.columns.len().max(1)).try_into().unwrap_or(u32::MAX)
    }

    /// The first replications, whose slots are kept.
    pub(crate) fn in_series(&self) -> &[Observation] {
        &self.observations[..self.with_slots]
    }

    /// Adds the next replication.
    pub(crate) fn keep(&mut self, mut one: Observation) {
        for (column, sample) in self.columns.iter_mut().zip(take(&mut one.samples)) {
            column.push(sample);
        }
        // Their values are among the samples.
        one.outcome.averages = Averages::default();
        if self.with_slots < most_in_series(&one) {
            self.with_slots += 1;
        } else {
            (one.slots, one.memory) = (Vec::new(), Vec::new());
        }
        for (pooled, response) in self.pooled.iter_mut().zip(take(&mut one.responses)) {
            pooled.merge(&response);
        }
        for (pooled, slots) in self.bands.iter_mut().zip(take(&mut one.bands)) {
            pooled.resize(slots.len(), Bands::default());
            pooled.iter_mut().zip(&slots).for_each(|(sum, more)| sum.merge(more));
        }
        self.observations.push(one);
    }

    /// The samples of one metric in the first `replications`.
    pub(crate) fn samples(&self, metric: usize, replications: usize) -> Vec<Sample> {
        self.columns[metric].iter().take(replications).collect()
    }

    /// Controls of one metric with mean 1, each with a value for each of the first `replications`: for
    /// response times, up to the quantile for which coverage is tested.
    pub(crate) fn controls(&self, metric: usize, replications: usize) -> Vec<Vec<f64>> {
        let key = &self.catalogue.keys[metric];
        // Work brought by requests of the whole stretch explains little of a part of it.
        let (MeasuredQuantity::Entry(entry, OfEntry::Response(..=P95)), None) =
            (key.quantity, key.part)
        else {
            return Vec::new();
        };
        let values = |control: usize| -> Option<Vec<f64>> {
            let all = self.observations.iter().take(replications);
            all.map(|one| one.controls.as_ref()?.of(entry, control)).collect()
        };
        (0..CONTROLS).filter_map(values).collect()
    }
}

/// Most replications like `one` whose slots are kept.
fn most_in_series(one: &Observation) -> usize {
    let of_sources = one.slots.iter().map(Vec::len).sum::<usize>();
    let of_nodes = one.memory.iter().map(|node| node.slots.len()).sum::<usize>();
    let slots = (of_sources + of_nodes).max(1);
    let by_itself = looks::AT[looks::AT.len() - 1] as usize;
    (USUAL_SLOTS / slots).max(by_itself.min(MOST_SLOTS / slots)).max(FEWEST_IN_SERIES)
}

/// Parameters common to all replications of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) seed: u64,
    pub(crate) lead: Nanos,
    pub(crate) measure: Measure,
}

/// The arms of a scenario with its traffic.
pub(crate) struct TrafficStage<'a> {
    pub(crate) worlds: &'a dyn Worlds,
    pub(crate) setting: Setting,
    /// Metrics measured when inputs have other values; at the values in force all metrics of the whole
    /// stretch are, and of parts these.
    pub(crate) judged: Vec<MetricRef>,
}

impl Stage for TrafficStage<'_> {
    type Point = Point;
    type Arm = Arm;
    type One = Observation;

    fn open(&self, point: &Point) -> Result<Arm, WorldError> {
        let blueprint = self.worlds.blueprint(point.arm.as_deref(), &point.overrides)?;
        let measured = self.setting.measure.duration;
        if point.overrides.is_empty() {
            let catalogue = Catalogue::of(&blueprint);
            let catalogue = catalogue.with_parts(&blueprint, &self.judged, measured);
            return Ok(Arm::full(blueprint, catalogue));
        }
        let catalogue = Catalogue::only(&blueprint, &self.judged, measured);
        Ok(Arm::measured_by(blueprint, catalogue))
    }

    fn is_same(&self, a: &Arm, b: &Arm) -> bool {
        // Compares first the short parts that most inputs change.
        let (one, other) = (&a.blueprint, &b.blueprint);
        one.program == other.program
            && one.background == other.background
            && one.sources == other.sources
            && one == other
    }

    fn identity(&self, arm: &Arm) -> impl Debug {
        arm.identity(&self.setting)
    }

    fn replicate(
        &self,
        arm: &Arm,
        number: u32,
        stop: &dyn Fn() -> bool,
    ) -> Result<Observation, Cut> {
        replicate(arm, number, &self.setting, stop)
    }

    fn events(&self, one: &Observation) -> u64 {
        one.outcome.events
    }

    fn keep(&self, arm: &mut Arm, one: Observation) {
        arm.keep(one);
    }

    fn replications(&self, arm: &Arm) -> u32 {
        arm.observations.len() as u32
    }

    fn most(&self, arm: &Arm) -> u32 {
        arm.most()
    }
}

/// Replication `number` of `arm`.
///
/// # Errors
/// When `stop` says so before its end, or it would need more memory than allowed.
pub(crate) fn replicate(
    arm: &Arm,
    number: u32,
    setting: &Setting,
    stop: &dyn Fn() -> bool,
) -> Result<Observation, Cut> {
    let Setting { seed, lead, measure } = *setting;
    let run = Run { seed, replication: number, lead, measured: measure.duration };
    let (begin, spans) = (Time::ZERO + lead, &arm.catalogue.parts);
    let recorder = Recorder::new(&arm.blueprint, begin, measure.duration, measure.slot);
    let (mut outcome, record, parts) = if spans.is_empty() {
        let (outcome, recorder) = simulate(&arm.blueprint, run, recorder, stop)?;
        (outcome, recorder.finish(), Vec::new())
    } else {
        let parted = Parted::new(&arm.blueprint, recorder, begin, measure.duration, spans);
        let (outcome, parted) = simulate(&arm.blueprint, run, parted, stop)?;
        let (record, parts) = parted.finish();
        (outcome, record, parts)
    };
    let heard = (&record, parts.as_slice());
    let samples = observe(&arm.catalogue, &arm.blueprint, heard, &outcome, measure.duration);
    // They have been evaluated.
    outcome.parts.clear();
    let controls = arm.controls.as_ref().and_then(|all| all.shown(&record, &outcome));
    let (memory, activities) = (record.memory, record.activities);
    let at_limit = |node: &NodeRecord| node.whole().kills[OutOfMemory::Limit as usize];
    let kills_at_limits = memory.iter().map(at_limit).collect();
    let (mut responses, mut slots, mut bands) = (Vec::new(), Vec::new(), Vec::new());
    for source in record.sources {
        responses.push(source.response);
        slots.push(source.slots);
        bands.push(source.bands);
    }
    Ok(Observation {
        samples,
        slots,
        memory,
        kills_at_limits,
        activities,
        controls,
        responses,
        bands,
        outcome,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A replication with a number of sources and as many nodes, and slots of each.
    fn observed(parts: usize, slots: usize) -> Observation {
        let averages = Averages::default();
        let simulated = Nanos::ZERO;
        let outcome = Outcome {
            events: 0,
            requests: 0,
            unfinished: 0,
            calendar_peak: 0,
            simulated,
            averages,
            parts: Vec::new(),
        };
        let slots = vec![vec![Slot::default(); slots]; parts];
        let (samples, memory, controls, activities) = (Vec::new(), Vec::new(), None, Vec::new());
        let (kills_at_limits, responses, bands) = (Vec::new(), Vec::new(), Vec::new());
        Observation {
            samples,
            slots,
            memory,
            kills_at_limits,
            activities,
            controls,
            responses,
            bands,
            outcome,
        }
    }

    #[test]
    fn slots_are_bounded_however_many_replications_there_are() {
        for (parts, slots) in [(1, 100), (5, 100), (40, 100), (40, 10_000), (1, 1_000_000)] {
            let most = most_in_series(&observed(parts, slots));
            let kept = most * parts * slots;
            assert!(kept <= MOST_SLOTS || most == FEWEST_IN_SERIES, "{parts} × {slots}: {kept}");
            assert!(most >= 160 || 160 * parts * slots > MOST_SLOTS, "{parts} × {slots}: {most}");
        }
        assert!(most_in_series(&observed(5, 100)) >= 1000);
        assert_eq!(most_in_series(&observed(0, 0)), USUAL_SLOTS);
    }
}
