//! The pilot: finds the warm-up of a steady-state study, then freezes it.
//!
//! Five replications from an empty world give the mean response time by time of arrival, averaged
//! over the replications; MSER-5 cuts each entry's series, and the longest cut over entries and
//! arms is the warm-up (White 1997; White, Cobb and Spratt 2000).

use crate::question::{Kind, Measure};
use crate::recorder::Slot;
use crate::replicate::{Arm, Progressing, Setting, Stopped, replicate};
use crate::watch::{Phase, Watch};
use wssim_kernel::Nanos;
use wssim_stats::warm_up::mser5;

/// Replications of a pilot.
const REPLICATIONS: u32 = 5;
/// Slots of a pilot's series before neighbours are joined.
const SLOTS: u64 = 1000;
/// Requests that a joined slot should have on average.
const REQUESTS_PER_SLOT: u64 = 10;
/// A pilot that does not settle is doubled this often.
const DOUBLINGS: u32 = 3;
/// The pilot's streams are its own: replications count from here.
const SEED_OFFSET: u64 = 0x7069_6C6F_7400_0000;

/// What the pilot found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WarmUp {
    pub(crate) lead: Nanos,
    /// Whether the series had settled within the pilot.
    pub(crate) settled: bool,
}

/// What is simulated and not measured before each replication of `arms`.
pub(crate) fn find_lead(
    arms: &[&Arm],
    seed: u64,
    measure: Measure,
    watch: &dyn Watch,
) -> Result<WarmUp, Stopped> {
    match measure.kind {
        Kind::Window { lead_in: lead } | Kind::Steady { warm_up: Some(lead) } => {
            Ok(WarmUp { lead, settled: true })
        }
        Kind::Steady { warm_up: None } => find_warm_up(arms, seed, measure, watch),
    }
}

/// Finds the warm-up for `arms`.
fn find_warm_up(
    arms: &[&Arm],
    seed: u64,
    measure: Measure,
    watch: &dyn Watch,
) -> Result<WarmUp, Stopped> {
    let mut duration = measure.duration;
    for _ in 0..DOUBLINGS {
        let found = pilot(arms, seed, duration, watch)?;
        if found.settled {
            return Ok(found);
        }
        duration = Nanos(duration.0.saturating_mul(2));
    }
    pilot(arms, seed, duration, watch)
}

fn pilot(arms: &[&Arm], seed: u64, duration: Nanos, watch: &dyn Watch) -> Result<WarmUp, Stopped> {
    let slot = Nanos((duration.0 / SLOTS).max(1));
    let measure = Measure { kind: Kind::Steady { warm_up: None }, duration, slot };
    let setting = Setting { seed: seed ^ SEED_OFFSET, lead: Nanos::ZERO, measure };
    let mut fresh: Vec<Arm> = arms.iter().map(|arm| Arm::new(arm.blueprint.clone())).collect();
    let planned = REPLICATIONS * arms.len() as u32;
    let progress = Progressing::new(watch, Phase::Pilot, planned, false);
    replicate(&mut fresh.iter_mut().collect::<Vec<_>>(), REPLICATIONS, &setting, &progress)?;
    let mut longest = WarmUp { lead: Nanos::ZERO, settled: true };
    for arm in &fresh {
        for source in 0..arm.blueprint.sources.len() {
            let (lead, settled) = cut(&joined_series(arm, source), slot);
            longest.lead = longest.lead.max(lead);
            longest.settled &= settled;
        }
    }
    Ok(longest)
}

/// A source's mean response times by time of arrival, and how many slots were joined into one.
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
    // A slot without an answer repeats the one before: it says nothing new.
    let mut means = Vec::new();
    for slots in slots.chunks(joined as usize) {
        if let Some(mean) = mean(slots).or(means.last().copied()) {
            means.push(mean);
        }
    }
    JoinedSeries { means, joined }
}

/// How much of a series to cut, and whether it had settled.
fn cut(series: &JoinedSeries, slot: Nanos) -> (Nanos, bool) {
    match mser5(&series.means) {
        Some(cut) => {
            let slots = cut.observations_deleted as u64 * series.joined;
            (Nanos(slot.0 * slots), !cut.at_end_of_search)
        }
        None => (Nanos::ZERO, true),
    }
}
