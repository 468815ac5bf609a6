//! Queues whose arrivals and service depend on a phase that changes by itself, a Markov chain:
//! quasi-birth-death processes with level n, the number in the system, and phase j.
//!
//! From some level on, the rates are the same at all levels. There the chain comes down from a level to the
//! one below at the phases G, found by logarithmic reduction; below, G(n) follows level by level.
//! With it, π(n + 1) = π(n) R(n + 1), R(n) = Λ B(n)⁻¹, where B(n) holds the phases at level n and the
//! returns to it from above, and R is constant on the upper levels, whose sums are geometric. Every step
//! adds, multiplies or eliminates states, so that nothing cancels, however slow the phases are against
//! the queue. Neuts, Matrix-Geometric Solutions in Stochastic Models (1981), ch. 3; Latouche &
//! Ramaswami, J. Appl. Prob. 30 (1993).

use super::reduction::{Matrix, scale, stationary, until_exit};

/// Largest remaining term of a quadratically convergent series that is neglected, relative to 1.
const NEGLIGIBLE: f64 = 1e-17;

/// Most steps of such a series; each squares the remainder, so only queues within 1e-6 or less of their
/// limit need more than some ten.
const MOST_STEPS: usize = 64;

/// The rates of a queue with phases.
pub(crate) struct Qbd<'a, F: Fn(usize, usize) -> f64> {
    /// Arrivals per unit of time in each phase.
    pub(crate) arrivals: &'a [f64],
    /// Rates between phases, which all reach each other; the diagonal does not count.
    pub(crate) phases: &'a Matrix,
    /// Departures per unit of time at a level from 1, in a phase.
    pub(crate) service: F,
    /// The level ≥ 1 from which on `service` no longer depends on it.
    pub(crate) last_level: usize,
}

/// The stationary queue: probabilities of (level, phase).
#[derive(Clone, Debug)]
pub(crate) struct Levels {
    /// Probabilities of the levels below `last_level`.
    pub(crate) below: Vec<Vec<f64>>,
    /// Sums of the probabilities from `last_level` on, by phase.
    pub(crate) rest: Vec<f64>,
    /// Mean number in the system.
    pub(crate) mean: f64,
}

impl<F: Fn(usize, usize) -> f64> Qbd<'_, F> {
    /// Solves the queue, which must have a steady state.
    pub(crate) fn solve(&self) -> Levels {
        let last = self.last_level;
        let mut down = self.down_from_the_upper_levels();
        let mut up = vec![Matrix::zeros(0, 0); last + 1];
        for level in (1..=last).rev() {
            (up[level], down) = self.visits(level, &down);
        }
        let mut levels = vec![stationary(self.returning(&down))];
        for level in 1..=last {
            levels.push(Matrix::times(&levels[level - 1], &up[level]));
        }
        let first = levels.pop().unwrap_or_default();
        let (rest, above) = geometric_sums(first, up.swap_remove(last));
        normalised(levels, rest, &above, last)
    }

    /// Rates between the phases at a level, excursions above it included.
    fn returning(&self, down: &Matrix) -> Matrix {
        let mut rates = down.clone();
        rates.scale_rows(self.arrivals);
        rates.add(self.phases);
        rates
    }

    fn service_at(&self, level: usize) -> Vec<f64> {
        (0..self.arrivals.len()).map(|phase| (self.service)(level, phase)).collect()
    }

    /// R(n), and G(n), the phase at the first visit to level n − 1, from G(n + 1).
    fn visits(&self, level: usize, down: &Matrix) -> (Matrix, Matrix) {
        let service = self.service_at(level);
        let identity = Matrix::identity(service.len());
        let mut up = until_exit(self.returning(down), service.clone(), identity);
        let mut down = up.clone();
        down.scale_columns(&service);
        up.scale_rows(self.arrivals);
        (up, down)
    }

    /// G of the upper levels.
    ///
    /// `up` and `down` are the phases after the next change of level by 1, 2, 4, …, `path` those in
    /// which the chain is after only ever changing upwards by 1, then 2, …
    fn down_from_the_upper_levels(&self) -> Matrix {
        let service = self.service_at(self.last_level);
        let exits: Vec<f64> = self.arrivals.iter().zip(&service).map(|(a, s)| a + s).collect();
        let stays = until_exit(self.phases.clone(), exits, Matrix::identity(service.len()));
        let (mut up, mut down) = (stays.clone(), stays);
        up.scale_columns(self.arrivals);
        down.scale_columns(&service);
        let (mut sum, mut path) = (down.clone(), up.clone());
        for _ in 0..MOST_STEPS {
            (up, down) = twice_as_far(&up, &down);
            let term = path.product(&down);
            sum.add(&term);
            path = path.product(&up);
            if largest_row(&term) < NEGLIGIBLE || largest_row(&path) < NEGLIGIBLE {
                break;
            }
        }
        sum
    }
}

/// From changes of the level by one step to changes by two.
fn twice_as_far(up: &Matrix, down: &Matrix) -> (Matrix, Matrix) {
    let mut back = up.product(down);
    back.add(&down.product(up));
    let (up, down) = (up.product(up), down.product(down));
    let exits = (0..up.size()).map(|phase| row_sum(&up, phase) + row_sum(&down, phase));
    let visits = until_exit(back, exits.collect(), Matrix::identity(up.size()));
    (visits.product(&up), visits.product(&down))
}

/// Σ v Rⁿ and Σ n v Rⁿ over n ≥ 0, by (1 + R)(1 + R²)(1 + R⁴)…
fn geometric_sums(first: Vec<f64>, ratio: Matrix) -> (Vec<f64>, Vec<f64>) {
    let (mut sum, mut mean) = (first, vec![0.0; ratio.size()]);
    let (mut power, mut length) = (ratio, 1.0);
    for _ in 0..MOST_STEPS {
        let more = Matrix::times(&sum, &power);
        let later = Matrix::times(&mean, &power);
        let before: f64 = mean.iter().sum();
        for phase in 0..sum.len() {
            mean[phase] += later[phase] + length * more[phase];
            sum[phase] += more[phase];
        }
        let added: f64 = mean.iter().sum::<f64>() - before;
        if added <= NEGLIGIBLE * mean.iter().sum::<f64>() {
            break;
        }
        power = power.product(&power);
        length *= 2.0;
    }
    (sum, mean)
}

fn normalised(mut below: Vec<Vec<f64>>, mut rest: Vec<f64>, above: &[f64], last: usize) -> Levels {
    let upper: f64 = rest.iter().sum();
    let whole = below.iter().flatten().sum::<f64>() + upper;
    let lower = below.iter().enumerate().map(|(n, level)| n as f64 * level.iter().sum::<f64>());
    let mean = (lower.sum::<f64>() + last as f64 * upper + above.iter().sum::<f64>()) / whole;
    for level in &mut below {
        scale(level, 1.0 / whole);
    }
    scale(&mut rest, 1.0 / whole);
    Levels { below, rest, mean }
}

fn row_sum(matrix: &Matrix, row: usize) -> f64 {
    matrix.row(row).iter().sum()
}

fn largest_row(matrix: &Matrix) -> f64 {
    (0..matrix.size()).map(|row| row_sum(matrix, row)).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::markov::Chain;
    use crate::theory::mm1;

    /// One phase is M/M/1, near its limit as well as far from it.
    #[test]
    fn one_phase_is_mm1() {
        for load in [0.01, 0.5, 0.99, 0.999_999] {
            let service = |_: usize, _: usize| 1.0;
            let phases = Matrix::zeros(1, 1);
            let queue = Qbd { arrivals: &[load], phases: &phases, service, last_level: 1 };
            let levels = queue.solve();
            assert!((levels.below[0][0] / (1.0 - load) - 1.0).abs() < 1e-9, "{load}");
            assert!((levels.mean / mm1::mean_in_system(load, 1.0) - 1.0).abs() < 1e-9, "{load}");
        }
    }

    /// The slow twin: the whole chain, cut far above.
    #[test]
    fn the_whole_chain_agrees() {
        let arrivals = [1.0, 3.0, 0.2];
        let switch = [(0, 1, 0.4), (1, 2, 0.7), (2, 0, 0.1), (0, 2, 0.05)];
        let service = |level: usize, phase: usize| [1.0, 1.5, 0.0][phase] * level.min(3) as f64;
        let mut phases = Matrix::zeros(3, 3);
        for (from, to, rate) in switch {
            phases[(from, to)] = rate;
        }
        let levels = Qbd { arrivals: &arrivals, phases: &phases, service, last_level: 3 }.solve();
        let chain = Chain::explore(&(0, 0), |(level, phase)| {
            let (level, phase) = (*level, *phase);
            let mut next: Vec<((usize, usize), f64)> = Vec::new();
            next.extend((level < 250).then(|| ((level + 1, phase), arrivals[phase])));
            next.extend((level > 0).then(|| ((level - 1, phase), service(level, phase))));
            let changes = switch.iter().filter(|(from, ..)| *from == phase);
            next.extend(changes.map(|(_, to, rate)| ((level, *to), *rate)));
            next
        })
        .unwrap();
        let steady = chain.steady_state().unwrap();
        for phase in 0..3 {
            for level in 0..3 {
                let whole = steady.within(|state| *state == (level, phase));
                assert!((levels.below[level][phase] / whole - 1.0).abs() < 1e-11);
            }
            let rest = steady.within(|(level, at)| *level >= 3 && *at == phase);
            assert!((levels.rest[phase] / rest - 1.0).abs() < 1e-11);
        }
        let states = chain.states().iter().zip(steady.by_state());
        let mean: f64 = states.map(|((level, _), p)| *level as f64 * p).sum();
        assert!((levels.mean / mean - 1.0).abs() < 1e-11);
    }
}
