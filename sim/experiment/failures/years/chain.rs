//! What theory says of the long run: the Markov chain of everything that fails.
//!
//! Each cause is up and down in turn, whatever the others do. The share of the time in which a set of them
//! is down depends on the mean times only (alternating renewal; Barlow and Proschan, Statistical Theory of
//! Reliability, 1975), so that a chain with these rates gives it for any laws that are not constant. Where
//! crews are scarce that holds for exponential laws, and the chain is small where all causes are alike.
//!
//! What can work in each state follows from where containers are. For groups of nodes, and for whatever is
//! back at once with its nodes, that is the availability; for what has to start first, waits for what it
//! needs, or for managers that can decide, it is the most that there can be. A subject that Swarm would
//! move elsewhere is no matter of this chain.

use super::state::WorkingState;
use super::subjects::Subjects;
use std::num::NonZeroU32;
use wssim_model::Blueprint;
use wssim_model::blueprint::{Comes, Fault, FaultKind};
use wssim_model::history::Rest;
use wssim_model::ids::FaultId;
use wssim_model::law::Law;
use wssim_stats::theory::markov::Chain;

/// The most causes: the chain has two to the power of that many states.
const MOST_CAUSES: usize = 9;

/// Mean times up and down of a cause.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cause {
    up: f64,
    down: f64,
    is_exponential: bool,
    is_constant: bool,
}

/// By subject: its availability in the long run; `None` where the chain does not apply.
pub(super) fn availability(blueprint: &Blueprint, subjects: &Subjects<'_>) -> Vec<Option<f64>> {
    let nothing = vec![None; subjects.names.len()];
    let causes: Option<Vec<Cause>> = blueprint.faults.iter().map(cause).collect();
    let Some(causes) = causes.filter(|causes| causes.len() <= MOST_CAUSES) else { return nothing };
    // What comes like clockwork stays in step for ever.
    if causes.len() > 1 && causes.iter().any(|cause| cause.is_constant) {
        return nothing;
    }
    let Some(shares) = shares(&causes, blueprint.crews.map(NonZeroU32::get)) else {
        return nothing;
    };
    let moves = |service: usize| blueprint.is_replaced() && blueprint.services[service].spares > 0;
    let mut up = vec![0.0; subjects.names.len()];
    for (down, share) in shares {
        for (sum, works) in up.iter_mut().zip(works(blueprint, subjects, down)) {
            *sum += if works { share } else { 0.0 };
        }
    }
    let stays = subjects.stays(&moves);
    up.into_iter().zip(stays).map(|(up, stays)| stays.then_some(up)).collect()
}

fn cause(fault: &Fault) -> Option<Cause> {
    let (Comes::Renewed(up), Some(down)) = (&fault.comes, &fault.repair) else { return None };
    let stops = match fault.kind {
        // What becomes of a process that hangs is up to its health checks.
        FaultKind::Hang => !fault.nodes.is_empty(),
        FaultKind::Crash | FaultKind::Partition | FaultKind::Cut | FaultKind::Switch => true,
        FaultKind::SlowDisk(_)
        | FaultKind::SlowNetwork(_)
        | FaultKind::DiskFull
        | FaultKind::Kill
        | FaultKind::Stop => false,
    };
    let is_exponential = [up, down].iter().all(|law| matches!(law, Law::Exponential { .. }));
    let is_usual = up.mean() > 0.0 && down.mean() > 0.0;
    let is_constant = [up, down].iter().all(|law| matches!(law, Law::Constant(_)));
    let (up, down) = (up.mean(), down.mean());
    (stops && is_usual).then_some(Cause { up, down, is_exponential, is_constant })
}

/// The share of the time of each set of causes that are down, as bits.
fn shares(causes: &[Cause], crews: Option<u32>) -> Option<Vec<(u32, f64)>> {
    let scarce = crews.filter(|crews| (*crews as usize) < causes.len());
    let alike = || causes.windows(2).all(|pair| pair[0] == pair[1]) && causes[0].is_exponential;
    if scarce.is_some() && !alike() {
        return None;
    }
    let chain = Chain::explore(&0_u32, |down| {
        let failed = f64::from(down.count_ones());
        // Of those that are down the ones under repair change nothing when all are alike.
        let busy = scarce.map_or(1.0, |crews| (f64::from(crews) / failed).min(1.0));
        let next = causes.iter().enumerate().map(|(at, cause)| {
            let rate = if down & 1 << at == 0 { 1.0 / cause.up } else { busy / cause.down };
            (down ^ 1 << at, rate)
        });
        next.collect::<Vec<_>>()
    });
    let chain = chain.ok()?;
    let steady = chain.steady_state().ok()?;
    let share = |&down: &u32| (down, steady.within(|state| *state == down));
    Some(chain.states().iter().map(share).collect())
}

/// By subject, whether it works when the causes `down` have struck.
fn works(blueprint: &Blueprint, subjects: &Subjects<'_>, down: u32) -> Vec<bool> {
    let struck = (0..blueprint.faults.len()).filter(|at| down & 1 << at != 0).map(FaultId::from);
    let rest = Rest::after(blueprint, struck);
    let mut state = WorkingState::new(subjects);
    state.look(&rest.standing());
    state.up
}
