//! What requests ask for, visit by visit: each endpoint's own work and calls, and how often what enters leads there.

use super::disks::DiskWork;
use wssim_model::Blueprint;
use wssim_model::blueprint::{Call, Endpoint, Instruction, Service, Source};
use wssim_model::ids::{EndpointId, InstructionId};
use wssim_model::law::Law;

/// Iterations that reach any fixed point that is worth reaching.
pub(super) const ROUNDS: usize = 2_000;

/// Batches that a visit itself receives and sends.
pub(super) const PACKETS: f64 = 2.0;

/// What one visit to an endpoint asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct Visit {
    pub(super) cpu_ns: f64,
    /// That of its own CPU steps, networking apart.
    steps_ns: f64,
    /// Expected calls by endpoint, and what networking of one costs there beyond [`PACKETS`].
    pub(super) calls: Vec<(EndpointId, f64, f64)>,
    pub(super) disk: Vec<DiskWork>,
}

/// What one visit to each endpoint asks for.
pub(super) fn visits(blueprint: &Blueprint) -> Vec<Visit> {
    let of = |endpoint: &Endpoint| {
        let mut visit =
            Visit { cpu_ns: PACKETS * blueprint.packet_cpu.as_f64(), ..Visit::default() };
        let service = &blueprint.services[endpoint.service.index()];
        walk(blueprint, service, endpoint.start, None, 1.0, &mut visit);
        visit
    };
    blueprint.endpoints.iter().map(of).collect()
}

/// How often something is repeated on average.
pub(super) fn often(count: &Law) -> f64 {
    count.rounded_mean().unwrap_or_else(|| count.mean())
}

/// What one request brings along on average, with all that it calls: where no call fails.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brought {
    pub(crate) calls: f64,
    /// CPU time of its steps on the reference CPU, networking apart.
    pub(crate) cpu_ns: f64,
}

/// The same by source.
pub(crate) fn brought(blueprint: &Blueprint) -> Vec<Brought> {
    let visits = visits(blueprint);
    let of = |source: &Source| {
        let mut entries = vec![0.0; visits.len()];
        for (share, endpoint) in &source.entries {
            entries[endpoint.index()] += share;
        }
        let visited = solve(entries, &visits);
        let each = || visited.iter().zip(&visits);
        let calls = |(visited, visit): (&f64, &Visit)| {
            visited * visit.calls.iter().map(|(_, times, _)| times).sum::<f64>()
        };
        Brought {
            calls: each().map(calls).sum(),
            cpu_ns: each().map(|(visited, visit)| visited * visit.steps_ns).sum(),
        }
    };
    blueprint.sources.iter().map(of).collect()
}

/// Adds what the instructions from `at` ask for, up to `until` or the end of the branch.
fn walk(
    blueprint: &Blueprint,
    service: &Service,
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
                next
            }
            Instruction::Disk { access, bytes, .. } => {
                visit.disk.push(DiskWork { access: *access, bytes: bytes.mean(), times });
                next
            }
            // How many reads miss depends on the RAM that is left: none, when nothing is known.
            Instruction::Sleep { .. } | Instruction::Read { .. } | Instruction::LookUp { .. } => {
                next
            }
            Instruction::SkipIfFound { cache, to } => {
                let misses = 1.0 - blueprint.caches[cache.index()].hits.expected();
                walk(blueprint, service, next, Some(*to), times * misses, visit);
                *to
            }
            Instruction::Call(call) => {
                let call = &blueprint.calls[call.index()];
                let [own, more] = call_cpu(blueprint, service, call);
                visit.cpu_ns += times * own;
                visit.calls.push((call.target, times, more));
                next
            }
            Instruction::SkipUnless { probability, to, .. } => {
                walk(blueprint, service, next, Some(*to), times * probability, visit);
                *to
            }
            Instruction::Repeat { count, to, .. } => {
                walk(blueprint, service, next, None, times * often(count), visit);
                *to
            }
            Instruction::Parallel(parallel) => {
                let parallel = &blueprint.parallels[parallel.index()];
                for branch in &parallel.branches {
                    walk(blueprint, service, *branch, None, times, visit);
                }
                parallel.next
            }
            Instruction::EndBranch | Instruction::End => return,
        };
    }
}

/// CPU of networking of a call by a container of `caller`, request and answer: at the caller, and
/// at the callee beyond [`PACKETS`]; in nanoseconds of the reference CPU, over all pairs of
/// containers alike.
pub(super) fn call_cpu(blueprint: &Blueprint, caller: &Service, call: &Call) -> [f64; 2] {
    let callee = blueprint.endpoints[call.target.index()].service.index();
    let nodes = |service: &Service| {
        service.wanted().map(|container| blueprint.containers[container as usize].node)
    };
    let (mut sum, mut pairs) = ([0.0; 2], 0.0);
    for from in nodes(caller) {
        for to in nodes(&blueprint.services[callee]) {
            let cpu =
                |from, to, law: &Law| blueprint.message_cpu(from, to, &call.network, law.mean());
            let (there, back) = (cpu(from, to, &call.send), cpu(to, from, &call.receive));
            sum = [sum[0] + there[0] + back[1], sum[1] + there[1] + back[0]];
            pairs += 1.0;
        }
    }
    let [own, other] = sum.map(|sum| sum / f64::max(pairs, 1.0));
    [own, (other - PACKETS * blueprint.packet_cpu.as_f64()).max(0.0)]
}

/// Visits per second: what enters, and what that calls, and so on.
pub(super) fn solve(entries: Vec<f64>, visits: &[Visit]) -> Vec<f64> {
    let (mut total, mut wave) = (entries.clone(), entries);
    for _ in 0..ROUNDS {
        let mut next = vec![0.0; wave.len()];
        for (rate, visit) in wave.iter().zip(visits) {
            for (target, times, _) in &visit.calls {
                next[target.index()] += rate * times;
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
