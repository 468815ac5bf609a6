//! The closed form of the long run: a Markov chain of all causes of failure.
//!
//! Each cause is alternately up and down, independently of the others. The share of the time in which a
//! set of them is down depends only on the mean times (alternating renewal; Barlow and Proschan,
//! Statistical Theory of Reliability, 1975), so a chain with these rates gives it for any laws that are
//! not constant. With scarce crews that holds for exponential laws, and the chain is small if all causes
//! are alike.
//!
//! The subjects that work in each state follow from the places of containers. For groups of nodes, and
//! for subjects that return at once with their nodes, that gives the availability; for those that have
//! to start first, or wait for other services or for a quorum of managers, it gives an upper bound. A
//! subject that Swarm would move elsewhere is not covered.

use super::state::WorkingState;
use super::subjects::Subjects;
use std::num::NonZeroU32;
use wssim_model::Blueprint;
use wssim_model::blueprint::{Comes, Fault, FaultKind};
use wssim_model::history::Rest;
use wssim_model::ids::FaultId;
use wssim_model::law::Law;
use wssim_stats::theory::markov::Chain;

/// Most causes: the chain has two to the power of that many states.
const MOST_CAUSES: usize = 9;

/// Mean times up and down of a cause.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cause {
    up: f64,
    down: f64,
    is_exponential: bool,
    is_constant: bool,
}

/// By subject: its availability in the long run; `None` if the chain does not apply.
pub(super) fn availability(blueprint: &Blueprint, subjects: &Subjects<'_>) -> Vec<Option<f64>> {
    let nothing = vec![None; subjects.names.len()];
    let causes: Option<Vec<Cause>> = blueprint.faults.iter().map(cause).collect();
    let Some(causes) = causes.filter(|causes| causes.len() <= MOST_CAUSES) else { return nothing };
    // Constant times stay in step for ever.
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
        // The fate of a process that hangs depends on its health checks.
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

/// The share of the time in which each set of causes, as bits, is down.
fn shares(causes: &[Cause], crews: Option<u32>) -> Option<Vec<(u32, f64)>> {
    let scarce = crews.filter(|crews| (*crews as usize) < causes.len());
    let alike = || causes.windows(2).all(|pair| pair[0] == pair[1]) && causes[0].is_exponential;
    if scarce.is_some() && !alike() {
        return None;
    }
    let chain = Chain::explore(&0_u32, |down| {
        let failed = f64::from(down.count_ones());
        // If all are alike, it does not matter which of the failed ones are under repair.
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

/// By subject, whether it works while the causes `down` are down.
fn works(blueprint: &Blueprint, subjects: &Subjects<'_>, down: u32) -> Vec<bool> {
    let struck = (0..blueprint.faults.len()).filter(|at| down & 1 << at != 0).map(FaultId::from);
    let rest = Rest::after(blueprint, struck);
    let mut state = WorkingState::new(subjects);
    state.look(&rest.standing());
    state.up
}
