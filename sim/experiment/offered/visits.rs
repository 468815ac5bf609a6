//! Work and calls of visits to each endpoint, and the rates of visits that follow from the arrivals.

use super::costs::{CallCost, Costs, PACKETS, costs};
use super::disks::DiskWork;
use wssim_model::Blueprint;
use wssim_model::blueprint::{Endpoint, Instruction, Source};
use wssim_model::ids::{EndpointId, InstructionId, PoolId};

/// Iterations within which a fixed point is reached, if at all.
pub(super) const ROUNDS: usize = 2_000;

/// The work and calls of one visit to an endpoint.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visit {
    /// CPU time on the reference CPU.
    pub(crate) cpu_ns: f64,
    /// CPU time of its own CPU steps, without networking.
    pub(crate) steps_ns: f64,
    /// Their number, and the sum of their squares.
    pub(crate) steps: f64,
    pub(crate) squares: f64,
    pub(crate) calls: Vec<Called>,
    pub(crate) disk: Vec<DiskWork>,
}

/// A call that a visit makes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Called {
    pub(crate) target: EndpointId,
    /// The pool whose connection it needs.
    pub(crate) pool: Option<PoolId>,
    /// Mean number of such calls.
    pub(crate) times: f64,
    /// CPU time of networking for one call at the target, beyond that of a visit there.
    pub(crate) more: f64,
    /// The way there and back, in nanoseconds.
    pub(crate) hop: f64,
}

/// The work and calls of one visit to each endpoint.
pub(crate) fn visits(blueprint: &Blueprint, costs: &Costs) -> Vec<Visit> {
    let of = |endpoint: &Endpoint| {
        let mut visit =
            Visit { cpu_ns: PACKETS * blueprint.packet_cpu.as_f64(), ..Visit::default() };
        walk((blueprint, costs), endpoint.start, None, 1.0, &mut visit);
        visit
    };
    blueprint.endpoints.iter().map(of).collect()
}

/// The mean work of one request with all its calls, if no call fails.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brought {
    pub(crate) calls: f64,
    /// CPU time of its steps on the reference CPU, without networking.
    pub(crate) cpu_ns: f64,
}

/// The mean work of one request, by source.
pub(crate) fn brought(blueprint: &Blueprint) -> Vec<Brought> {
    let visits = visits(blueprint, &costs(blueprint));
    let of = |source: &Source| {
        let mut entries = vec![0.0; visits.len()];
        for (share, endpoint) in &source.entries {
            entries[endpoint.index()] += share;
        }
        let visited = solve(entries, &visits);
        let each = || visited.iter().zip(&visits);
        let calls = |(visited, visit): (&f64, &Visit)| {
            visited * visit.calls.iter().map(|call| call.times).sum::<f64>()
        };
        Brought {
            calls: each().map(calls).sum(),
            cpu_ns: each().map(|(visited, visit)| visited * visit.steps_ns).sum(),
        }
    };
    blueprint.sources.iter().map(of).collect()
}

/// Adds the work of the instructions from `at`, up to `until` or the end of the branch.
fn walk(
    (blueprint, costs): (&Blueprint, &Costs),
    at: InstructionId,
    until: Option<InstructionId>,
    times: f64,
    visit: &mut Visit,
) {
    let mut at = at;
    while Some(at) != until {
        let next = InstructionId(at.0 + 1);
        at = match &blueprint.program[at.index()] {
            Instruction::Cpu { demand, .. } => {
                visit.cpu_ns += times * demand.mean();
                visit.steps_ns += times * demand.mean();
                visit.steps += times;
                visit.squares += times * (demand.variance() + demand.mean().powi(2));
                next
            }
            Instruction::Disk { access, bytes, .. } => {
                visit.disk.push(DiskWork { access: *access, bytes: bytes.mean(), times });
                next
            }
            // The share of reads that miss depends on free RAM: none if unknown.
            Instruction::Sleep { .. }
            | Instruction::Read { .. }
            | Instruction::LookUp { .. }
            | Instruction::Take(_)
            | Instruction::GiveBack => next,
            Instruction::SkipIfFound { cache, to } => {
                let misses = 1.0 - blueprint.caches[cache.index()].hits.expected();
                walk((blueprint, costs), next, Some(*to), times * misses, visit);
                *to
            }
            Instruction::Call(call) => {
                let CallCost { own, more, hop } = costs.calls[call.index()];
                let call = &blueprint.calls[call.index()];
                visit.cpu_ns += times * own;
                visit.calls.push(Called { target: call.target, pool: call.pool, times, more, hop });
                next
            }
            Instruction::SkipUnless { probability, to, .. } => {
                walk((blueprint, costs), next, Some(*to), times * probability, visit);
                *to
            }
            Instruction::Repeat { to, .. } => {
                walk((blueprint, costs), next, None, times * costs.repeats[at.index()].mean, visit);
                *to
            }
            Instruction::Parallel(parallel) => {
                let parallel = &blueprint.parallels[parallel.index()];
                for branch in &parallel.branches {
                    walk((blueprint, costs), *branch, None, times, visit);
                }
                parallel.next
            }
            Instruction::EndBranch | Instruction::End => return,
        };
    }
}

/// Visits per second: arrivals, and all calls that they cause.
pub(crate) fn solve(entries: Vec<f64>, visits: &[Visit]) -> Vec<f64> {
    let (mut total, mut wave) = (entries.clone(), entries);
    for _ in 0..ROUNDS {
        let mut next = vec![0.0; wave.len()];
        for (rate, visit) in wave.iter().zip(visits) {
            for call in &visit.calls {
                next[call.target.index()] += rate * call.times;
            }
        }
        for (sum, more) in total.iter_mut().zip(&next) {
            *sum += more;
        }
        wave = next;
        if wave.iter().sum::<f64>() <= 1e-12 * total.iter().sum::<f64>() {
            break;
        }
    }
    total
}
