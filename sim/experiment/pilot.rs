//! The pilot: determines the warm-up of a steady-state study.
//!
//! Five replications from an empty world give the mean response time by time of arrival, averaged
//! over the replications; MSER-5 cuts each entry's series, and the longest cut over entries and
//! arms is the warm-up (White 1997; White, Cobb and Spratt 2000).

use crate::arm::{Arm, Observation, Setting, replicate};
use crate::engine::{Broken, Engine, Stage, Want};
use crate::question::{Measure, MeasureKind, WorldError};
use crate::recorder::Slot;
use crate::watch::{StudyPhase, Watch};
use std::fmt::Debug;
use wssim_kernel::Nanos;
use wssim_model::{Blueprint, Cut};
use wssim_stats::warm_up::mser5;

/// Replications of a pilot.
const REPLICATIONS: u32 = 5;
/// Slots of a pilot's series before neighbours are merged.
const SLOTS: u64 = 1000;
/// Mean number of requests that a merged slot should have.
const REQUESTS_PER_SLOT: u64 = 10;
/// How often a pilot that does not settle is doubled.
const DOUBLINGS: u32 = 3;
/// First replication number of the pilot, which has its own streams.
const SEED_OFFSET: u64 = 0x7069_6C6F_7400_0000;

/// The result of the pilot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WarmUp {
    pub(crate) lead: Nanos,
    /// Whether the series had settled within the pilot.
    pub(crate) settled: bool,
}

/// The time simulated before the measured stretch in each replication of `worlds`.
pub(crate) fn find_lead(
    worlds: &[&Blueprint],
    seed: u64,
    measure: Measure,
    watch: &dyn Watch,
) -> Result<WarmUp, Broken> {
    match measure.kind {
        MeasureKind::Window { lead_in: lead } | MeasureKind::Steady { warm_up: Some(lead) } => {
            Ok(WarmUp { lead, settled: true })
        }
        MeasureKind::Steady { warm_up: None } => find_warm_up(worlds, seed, measure, watch),
    }
}

/// Determines the warm-up for `worlds`.
fn find_warm_up(
    worlds: &[&Blueprint],
    seed: u64,
    measure: Measure,
    watch: &dyn Watch,
) -> Result<WarmUp, Broken> {
    let mut duration = measure.duration;
    for _ in 0..DOUBLINGS {
        let found = pilot(worlds, seed, duration, watch)?;
        if found.settled {
            return Ok(found);
        }
        duration = Nanos(duration.0.saturating_mul(2));
    }
    pilot(worlds, seed, duration, watch)
}

/// Worlds from their beginning; points are their places.
struct Pilot<'w> {
    worlds: &'w [&'w Blueprint],
    setting: Setting,
}

impl Stage for Pilot<'_> {
    type Point = usize;
    type Arm = Arm;
    type One = Observation;

    fn open(&self, place: &usize) -> Result<Arm, WorldError> {
        Ok(Arm::new(self.worlds[*place].clone()))
    }

    fn is_same(&self, a: &Arm, b: &Arm) -> bool {
        a.blueprint == b.blueprint
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
        arm.observations.push(one);
    }

    fn replications(&self, arm: &Arm) -> u32 {
        arm.observations.len() as u32
    }
}

fn pilot(
    worlds: &[&Blueprint],
    seed: u64,
    duration: Nanos,
    watch: &dyn Watch,
) -> Result<WarmUp, Broken> {
    let slot = Nanos((duration.0 / SLOTS).max(1));
    let measure = Measure { kind: MeasureKind::Steady { warm_up: None }, duration, slot };
    let setting = Setting { seed: seed ^ SEED_OFFSET, lead: Nanos::ZERO, measure };
    let stage = Pilot { worlds, setting };
    let mut engine = Engine::new(&stage, watch);
    let arms = (0..worlds.len()).filter_map(|place| engine.arm(&place).ok());
    let wants: Vec<Want> = arms.map(|arm| Want { arm, replications: REPLICATIONS }).collect();
    engine.simulate(StudyPhase::Pilot, &wants)?;
    let mut longest = WarmUp { lead: Nanos::ZERO, settled: true };
    for arm in wants.iter().map(|want| engine.see(want.arm)) {
        for source in 0..arm.blueprint.sources.len() {
            let (lead, settled) = cut(&joined_series(arm, source), slot);
            longest.lead = longest.lead.max(lead);
            longest.settled &= settled;
        }
    }
    Ok(longest)
}

/// A source's mean response times by time of arrival, and the number of slots merged into one.
struct JoinedSeries {
    means: Vec<f64>,
    joined: u64,
}

fn joined_series(arm: &Arm, source: usize) -> JoinedSeries {
    let mut slots = vec![Slot::default(); SLOTS as usize];
    for observation in &arm.observations {
        for (sum, one) in slots.iter_mut().zip(&observation.slots[source]) {
            sum.answered += one.answered;
            sum.response_ns += one.response_ns;
        }
    }
    let requests: u64 = slots.iter().map(|slot| slot.answered).sum();
    let joined = (REQUESTS_PER_SLOT * SLOTS).div_ceil(requests.max(1)).clamp(1, SLOTS);
    let mean = |slots: &[Slot]| {
        let answered: u64 = slots.iter().map(|slot| slot.answered).sum();
        let sum: u128 = slots.iter().map(|slot| slot.response_ns).sum();
        (answered > 0).then(|| sum as f64 / answered as f64)
    };
    // A slot without an answer repeats the one before, which adds no information.
    let mut means = Vec::new();
    for slots in slots.chunks(joined as usize) {
        if let Some(mean) = mean(slots).or(means.last().copied()) {
            means.push(mean);
        }
    }
    JoinedSeries { means, joined }
}

/// The length to cut from a series, and whether it had settled.
fn cut(series: &JoinedSeries, slot: Nanos) -> (Nanos, bool) {
    match mser5(&series.means) {
        Some(cut) => {
            let slots = cut.observations_deleted as u64 * series.joined;
            (Nanos(slot.0 * slots), !cut.at_end_of_search)
        }
        None => (Nanos::ZERO, true),
    }
}
