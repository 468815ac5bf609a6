//! Durations of visits: the mean time of each endpoint from accepting a request to its answer, under
//! given conditions; those of callees come from the previous round.

use super::costs::{CallCost, Costs, PACKETS};
use super::disks::DiskWork;
use super::visits::ROUNDS;
use wssim_model::Blueprint;
use wssim_model::blueprint::{Instruction, Parallel, Service};
use wssim_model::ids::{InstructionId, ServiceId};
use wssim_stats::theory::parallel::{join_correction, mean_kth_of_different};

/// Conditions of visits beside their own work; times in nanoseconds.
#[derive(Clone, Debug)]
pub(crate) struct Conditions {
    /// By service: how long a nanosecond of work on the reference CPU takes.
    pub(crate) slow: Vec<f64>,
    /// By service: the same on a thread of its own.
    pub(crate) alone: Vec<f64>,
    /// By service: the wait for a worker before a visit.
    pub(crate) before_visit: Vec<f64>,
    /// By service: the wait for a worker before each CPU step.
    pub(crate) before_step: Vec<f64>,
    /// By service: the wait for the disk.
    pub(crate) before_disk: Vec<f64>,
    /// By pool: the wait for a connection.
    pub(crate) before_call: Vec<f64>,
    /// Whether joins of branches account for the spread of their times; otherwise a join takes the
    /// longest mean of the needed branches: a lower bound if all are needed.
    pub(crate) spread: bool,
}

impl Conditions {
    /// Conditions without waits.
    pub(crate) fn alone(blueprint: &Blueprint) -> Self {
        let alone: Vec<f64> =
            blueprint.services.iter().map(|service| slowness(blueprint, service)).collect();
        let none = vec![0.0; alone.len()];
        Self {
            slow: alone.clone(),
            alone,
            before_visit: none.clone(),
            before_step: none.clone(),
            before_disk: none,
            before_call: vec![0.0; blueprint.pools.len()],
            spread: false,
        }
    }
}

/// The mean of 1 / speed over the containers of `service`.
fn slowness(blueprint: &Blueprint, service: &Service) -> f64 {
    let nodes = service.wanted().map(|container| blueprint.containers[container as usize].node);
    let sum: f64 = nodes.map(|node| 1.0 / blueprint.nodes[node.index()].speed).sum();
    if service.replicas() == 0 { 1.0 } else { sum / f64::from(service.replicas()) }
}

/// A duration, in nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Took {
    /// The mean.
    pub(crate) total: f64,
    /// The part of it spent computing, or displaced from the processor.
    pub(crate) cpu: f64,
    /// The part of it spent waiting.
    pub(crate) waited: f64,
    /// The variance of the rest.
    pub(crate) variance: f64,
}

impl Took {
    /// Only work.
    fn of(total: f64, variance: f64) -> Self {
        Self { total, variance, ..Self::default() }
    }

    fn wait(waited: f64) -> Self {
        Self { total: waited, waited, ..Self::default() }
    }

    fn and(self, other: Self) -> Self {
        Self {
            total: self.total + other.total,
            cpu: self.cpu + other.cpu,
            waited: self.waited + other.waited,
            variance: self.variance + other.variance,
        }
    }

    /// Without waiting.
    pub(crate) fn unhindered(&self) -> f64 {
        self.total - self.waited
    }

    /// The duration of `times` repetitions on average, one after the other; `spread` is the variance of
    /// their number.
    fn repeated(self, times: f64, spread: f64) -> Self {
        // A part that never happens may be infinite.
        if times == 0.0 {
            return Self::default();
        }
        let square = self.unhindered().powi(2);
        Self {
            total: self.total * times,
            cpu: self.cpu * times,
            waited: self.waited * times,
            variance: self.variance * times + square * spread,
        }
    }

    /// The duration of a part that happens with this probability.
    fn perhaps(self, probability: f64) -> Self {
        self.repeated(probability, probability * (1.0 - probability))
    }

    /// Standard deviation over mean, without waiting.
    pub(crate) fn variation(&self) -> f64 {
        let mean = self.unhindered();
        if mean > 0.0 { self.variance.sqrt() / mean } else { 0.0 }
    }
}

/// Times of all endpoints without waits, at the mean speed of the nodes of their containers.
pub(crate) fn responses(blueprint: &Blueprint, costs: &Costs) -> Vec<Took> {
    let conditions = Conditions::alone(blueprint);
    let mut known = vec![Took::default(); blueprint.endpoints.len()];
    for _ in 0..ROUNDS {
        let next = responses_after(blueprint, costs, &conditions, &known);
        let moved = next.iter().zip(&known).any(|(a, b)| has_moved(a, b));
        known = next;
        if !moved {
            break;
        }
    }
    known
}

/// Relative change of a time that counts as none.
const SETTLED: f64 = 1e-9;

/// Whether a round has changed a time.
pub(crate) fn has_moved(now: &Took, before: &Took) -> bool {
    moves(now.total, before.total)
}

/// Whether a number differs from `before` significantly, or in being infinite.
pub(crate) fn moves(now: f64, before: f64) -> bool {
    if now.is_finite() && before.is_finite() {
        return (now - before).abs() > SETTLED * now.abs();
    }
    // Two infinities are equal.
    now.is_infinite() != before.is_infinite()
}

/// Times of all endpoints, given the times of their callees in `known`.
pub(crate) fn responses_after(
    blueprint: &Blueprint,
    costs: &Costs,
    conditions: &Conditions,
    known: &[Took],
) -> Vec<Took> {
    let of = |endpoint: &wssim_model::blueprint::Endpoint| {
        let ground = Ground { blueprint, costs, conditions, service: endpoint.service, known };
        ground
            .computes(PACKETS * blueprint.packet_cpu.as_f64(), 0.0)
            .and(ground.time(endpoint.start, None))
    };
    blueprint.endpoints.iter().map(of).collect()
}

/// The place of instructions, and results so far.
#[derive(Clone, Copy)]
struct Ground<'a> {
    blueprint: &'a Blueprint,
    costs: &'a Costs,
    conditions: &'a Conditions,
    service: ServiceId,
    known: &'a [Took],
}

impl Ground<'_> {
    /// CPU work, in nanoseconds of the reference CPU.
    fn computes(&self, work: f64, variance: f64) -> Took {
        let service = self.service.index();
        let (slow, alone) = (self.conditions.slow[service], self.conditions.alone[service]);
        let (total, waited) = (work * slow, work * (slow - alone));
        Took { total, cpu: total, waited, variance: variance * alone * alone }
    }

    /// Time of the instructions from `at`.
    fn time(&self, at: InstructionId, until: Option<InstructionId>) -> Took {
        let Self { blueprint, conditions, .. } = *self;
        let service = self.service.index();
        let (mut at, mut sum) = (at, Took::default());
        while Some(at) != until {
            let next = InstructionId(at.0 + 1);
            let (part, jump) = match &blueprint.program[at.index()] {
                Instruction::Cpu { demand, .. } => {
                    let wait = Took::wait(conditions.before_step[service]);
                    (self.computes(demand.mean(), demand.variance()).and(wait), next)
                }
                Instruction::Sleep { duration, .. } => {
                    (Took::of(duration.mean(), duration.variance()), next)
                }
                Instruction::Disk { access, bytes, .. } => {
                    let work = DiskWork { access: *access, bytes: bytes.mean(), times: 1.0 };
                    let mean = work.of_service(blueprint, &blueprint.services[service]);
                    let wait = Took::wait(conditions.before_disk[service]);
                    (Took::of(mean, mean * mean).and(wait), next)
                }
                Instruction::Read { .. }
                | Instruction::LookUp { .. }
                | Instruction::Take(_)
                | Instruction::GiveBack => (Took::default(), next),
                Instruction::SkipIfFound { cache, to } => {
                    let misses = 1.0 - blueprint.caches[cache.index()].hits.expected();
                    (self.time(next, Some(*to)).perhaps(misses), *to)
                }
                Instruction::Call(call) => (self.calls(call.index()), next),
                Instruction::SkipUnless { probability, to, .. } => {
                    (self.time(next, Some(*to)).perhaps(*probability), *to)
                }
                Instruction::Repeat { to, .. } => {
                    let often = self.costs.repeats[at.index()];
                    (self.time(next, None).repeated(often.mean, often.variance), *to)
                }
                Instruction::Parallel(parallel) => {
                    let parallel = &blueprint.parallels[parallel.index()];
                    (self.joins(parallel), parallel.next)
                }
                Instruction::EndBranch | Instruction::End => break,
            };
            sum = sum.and(part);
            at = jump;
        }
        sum
    }

    /// A call: a connection, the way, the wait at the callee, and the visit.
    fn calls(&self, place: usize) -> Took {
        let call = &self.blueprint.calls[place];
        let CallCost { own, more, hop } = self.costs.calls[place];
        let there =
            Self { service: self.blueprint.endpoints[call.target.index()].service, ..*self };
        let pool = call.pool.map_or(0.0, |pool| self.conditions.before_call[pool.index()]);
        let visit =
            Took { cpu: 0.0, ..self.known[call.target.index()].and(there.computes(more, 0.0)) };
        let wait = Took::wait(pool + self.conditions.before_visit[there.service.index()]);
        self.computes(own, 0.0).and(Took::of(hop, 0.0)).and(wait).and(visit)
    }

    /// A parallel step: until the last needed branch has ended. Interpolates between equal durations and
    /// exponential ones by their coefficient of variation.
    fn joins(&self, parallel: &Parallel) -> Took {
        let branches: Vec<Took> =
            parallel.branches.iter().map(|branch| self.time(*branch, None)).collect();
        let mut needed = branches.clone();
        needed.sort_by(|a, b| a.total.total_cmp(&b.total));
        needed.truncate(parallel.need as usize);
        let last = needed.iter().fold(Took::default(), |a, b| {
            let longer = if b.total > a.total { *b } else { a };
            Took { cpu: a.cpu.max(b.cpu), ..longer }
        });
        let has_end = branches.iter().all(|branch| branch.total.is_finite());
        if !self.conditions.spread || !has_end || needed.is_empty() {
            return last;
        }
        let asked = parallel.branches.iter().map(|branch| self.is_asked(*branch));
        let asked: Vec<(f64, f64)> =
            branches.iter().zip(asked).map(|(took, asked)| (asked, took.total / asked)).collect();
        let joined = mean_kth_of_different(&asked, parallel.need);
        let sum = branches.iter().fold(Took::default(), |a, b| a.and(*b));
        let busy = if sum.total > 0.0 { sum.waited / sum.total } else { 0.0 };
        let joined = joined * join_correction(parallel.need, busy);
        let spread = weighted_variation(&branches, &asked);
        let total = last.total + (joined - last.total) * spread.min(1.0);
        let waited = last.waited * total / last.total.max(f64::MIN_POSITIVE);
        Took { total, cpu: last.cpu.min(total), waited, ..last }
    }

    /// The probability that a branch does anything.
    fn is_asked(&self, branch: InstructionId) -> f64 {
        let ends = |at: &InstructionId| {
            matches!(self.blueprint.program[at.index()], Instruction::EndBranch)
        };
        match &self.blueprint.program[branch.index()] {
            Instruction::SkipUnless { probability, to, .. } if ends(to) && *probability > 0.0 => {
                *probability
            }
            _ => 1.0,
        }
    }
}

/// The coefficient of variation of branches that do something, weighted by duration.
fn weighted_variation(branches: &[Took], asked: &[(f64, f64)]) -> f64 {
    let (mut sum, mut all) = (0.0, 0.0);
    for (took, (asked, _)) in branches.iter().zip(asked) {
        // Var of a part that happens with probability p: p·(v + m²) − (p·m)².
        let mean = took.unhindered() / asked;
        let square = (took.variance + took.unhindered().powi(2)) / asked;
        let variance = (square - mean * mean).max(0.0);
        if mean > 0.0 {
            sum += took.total * variance.sqrt() / mean;
            all += took.total;
        }
    }
    if all > 0.0 { sum / all } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn having_no_end_is_a_move_and_staying_without_one_is_none() {
        let end = f64::INFINITY;
        assert!(moves(end, 1.0) && moves(1.0, end));
        assert!(!moves(end, end) && !moves(1.0, 1.0) && !moves(0.0, 0.0));
        assert!(moves(1.0 + 1e-8, 1.0) && !moves(1.0 + 1e-10, 1.0));
    }
}
