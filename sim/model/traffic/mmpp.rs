//! The Markov-modulated Poisson process: a Markov chain in continuous time sets the rate.
//!
//! In state i requests arrive at rate λᵢ; the state is left after an exponential time. The chain has a stream
//! of its own, and arrivals come through the inverse of the integrated rate, as with a profile: one
//! exponential each, so that request n stays request n whatever the rates.
//! Fischer and Meier-Hellstern, "The Markov-modulated Poisson process (MMPP) cookbook", Performance
//! Evaluation 18 (1993).

use wssim_kernel::Nanos;
use wssim_kernel::stream::StreamKey;

/// Draws of the stream of state changes.
const DRAW_STAY: u32 = 0;
const DRAW_NEXT: u32 = 1;
/// Address of the draw of the first state.
const FIRST: u64 = u64::MAX;

/// Rates by state, and the transitions between states.
#[derive(Clone, Debug, PartialEq)]
pub struct Mmpp {
    states: Vec<State>,
    /// Stationary probabilities of the states.
    stationary: Vec<f64>,
    /// Whether it starts in its stationary law; otherwise in the first state.
    starts_stationary: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct State {
    /// Arrivals per nanosecond.
    rate: f64,
    /// Mean stay in nanoseconds.
    stay: f64,
    /// Transitions: probabilities that sum to one, and states.
    next: Vec<(f64, usize)>,
}

/// The present state of a process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MmppPhase {
    stream: StreamKey,
    state: usize,
    /// Nanoseconds until the state is left.
    left: f64,
    /// Number of the next change of state.
    change: u64,
}

impl Mmpp {
    /// Arrival rates by state and, row by row, the transition rates from one state to another, all in 1/s; the
    /// diagonal is ignored. `None` unless there are two or more states, each can be reached from every other,
    /// and requests arrive in at least one.
    #[must_use]
    pub fn new(rates: &[f64], changes: &[Vec<f64>], starts_stationary: bool) -> Option<Self> {
        let n = rates.len();
        let square = changes.len() == n && changes.iter().all(|row| row.len() == n);
        let sound = |rate: &f64| rate.is_finite() && *rate >= 0.0;
        if n < 2 || !square || !rates.iter().chain(changes.iter().flatten()).all(sound) {
            return None;
        }
        if !rates.iter().any(|rate| *rate > 0.0) || !is_irreducible(changes) {
            return None;
        }
        let state = |(at, rate): (usize, &f64)| {
            let others = || (0..n).filter(move |to| *to != at && changes[at][*to] > 0.0);
            let leave: f64 = others().map(|to| changes[at][to]).sum();
            let next = others().map(|to| (changes[at][to] / leave, to)).collect();
            State { rate: rate * 1e-9, stay: 1e9 / leave, next }
        };
        let states = rates.iter().enumerate().map(state).collect();
        Some(Self { states, stationary: stationary(changes), starts_stationary })
    }

    /// Transition rates of states in a circle: each is left at its own rate for the next one.
    #[must_use]
    pub fn circle(leave: &[f64]) -> Vec<Vec<f64>> {
        let n = leave.len();
        let mut changes = vec![vec![0.0; n]; n];
        for (at, rate) in leave.iter().enumerate() {
            changes[at][(at + 1) % n] = *rate;
        }
        changes
    }

    /// Mean arrival rate in 1/s.
    #[must_use]
    pub fn mean_rate(&self) -> f64 {
        let parts = self.states.iter().zip(&self.stationary);
        parts.map(|(state, probability)| state.rate * 1e9 * probability).sum()
    }

    /// Mean number of changes of state between one request and the next.
    #[must_use]
    pub fn changes_per_request(&self) -> f64 {
        let parts = self.states.iter().zip(&self.stationary);
        let changes: f64 = parts.map(|(state, probability)| probability / state.stay * 1e9).sum();
        changes / self.mean_rate()
    }

    /// The process at the start of a replication.
    pub(crate) fn start(&self, stream: StreamKey) -> MmppPhase {
        let mut phase = MmppPhase { stream, state: 0, left: 0.0, change: 0 };
        if self.starts_stationary {
            let places = self.stationary.iter().copied().zip(0..);
            phase.state = pick(places, stream.draw(FIRST, DRAW_NEXT).open01());
        }
        phase.left = self.stay(&phase);
        phase
    }

    fn stay(&self, phase: &MmppPhase) -> f64 {
        let mean = self.states[phase.state].stay;
        crate::law::Law::Exponential { mean }
            .sample(&mut phase.stream.draw(phase.change, DRAW_STAY))
    }

    /// How long it takes until the integrated rate has grown by `need`; moves the process there.
    #[inline(never)]
    pub(crate) fn advance(&self, phase: &mut MmppPhase, mut need: f64) -> Nanos {
        let mut passed = 0.0;
        loop {
            let state = &self.states[phase.state];
            let area = state.rate * phase.left;
            if need < area {
                // The fraction of a nanosecond that rounding takes from this stay goes to the next one.
                let length = Nanos::from_f64(passed + need / state.rate);
                phase.left -= length.as_f64() - passed;
                return length;
            }
            need -= area;
            passed += phase.left;
            self.change(phase);
        }
    }

    fn change(&self, phase: &mut MmppPhase) {
        let state = &self.states[phase.state];
        let unit = phase.stream.draw(phase.change, DRAW_NEXT).open01();
        phase.state = pick(state.next.iter().copied(), unit);
        phase.change += 1;
        phase.left = self.stay(phase);
    }
}

/// The place where `unit` falls among probabilities.
fn pick(places: impl Iterator<Item = (f64, usize)>, mut unit: f64) -> usize {
    let mut last = 0;
    for (probability, place) in places {
        last = place;
        unit -= probability;
        if unit < 0.0 {
            break;
        }
    }
    last
}

/// Whether every state can be reached from every other.
fn is_irreducible(changes: &[Vec<f64>]) -> bool {
    let reaches_all = |change: &dyn Fn(usize, usize) -> f64| {
        let mut reached = vec![false; changes.len()];
        let mut open = vec![0];
        reached[0] = true;
        while let Some(at) = open.pop() {
            for (to, reached) in reached.iter_mut().enumerate() {
                if at != to && change(at, to) > 0.0 && !*reached {
                    *reached = true;
                    open.push(to);
                }
            }
        }
        reached.into_iter().all(|reached| reached)
    };
    reaches_all(&|at, to| changes[at][to]) && reaches_all(&|at, to| changes[to][at])
}

/// Stationary probabilities of an irreducible chain, without subtractions: Grassmann, Taksar and
/// Heyman, "Regenerative analysis and steady state distributions", Operations Research 33 (1985).
fn stationary(changes: &[Vec<f64>]) -> Vec<f64> {
    let n = changes.len();
    let mut rates = changes.to_vec();
    for last in (1..n).rev() {
        let out: f64 = rates[last][..last].iter().sum();
        for row in 0..last {
            rates[row][last] /= out;
            for column in (0..last).filter(|column| *column != row) {
                rates[row][column] += rates[row][last] * rates[last][column];
            }
        }
    }
    let mut weights: Vec<f64> = vec![1.0];
    while weights.len() < n {
        let state = weights.len();
        weights.push(weights.iter().zip(&rates).map(|(weight, row)| weight * row[state]).sum());
    }
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::Law;

    fn busy_and_calm(starts_stationary: bool) -> Mmpp {
        Mmpp::new(&[50.0, 10.0], &Mmpp::circle(&[0.5, 0.125]), starts_stationary).unwrap()
    }

    #[test]
    fn the_stationary_law_solves_the_balance_equations() {
        let changes = vec![vec![0.0, 2.0, 0.5], vec![1.0, 0.0, 3.0], vec![0.0, 0.25, 0.0]];
        let p = stationary(&changes);
        for state in 0..3 {
            let out: f64 = changes[state].iter().sum::<f64>() * p[state];
            let into: f64 = (0..3).map(|from| p[from] * changes[from][state]).sum();
            assert!((out - into).abs() < 1e-15);
        }
        assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-15);
        assert!((busy_and_calm(true).mean_rate() - 18.0).abs() < 1e-12);
        assert!((busy_and_calm(true).changes_per_request() - 0.2 / 18.0).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_is_none() {
        let circle = Mmpp::circle(&[1.0, 1.0]);
        assert!(Mmpp::new(&[1.0], &[vec![0.0]], true).is_none());
        assert!(Mmpp::new(&[0.0, 0.0], &circle, true).is_none());
        assert!(Mmpp::new(&[1.0, 2.0, 3.0], &circle, true).is_none());
        // The second state is never left.
        assert!(Mmpp::new(&[1.0, 2.0], &Mmpp::circle(&[1.0, 0.0]), true).is_none());
    }

    /// Counts until a time t, over replications.
    fn counts(process: &Mmpp, seconds: f64, replications: u32) -> Vec<f64> {
        let one = |replication| {
            let mut phase = process.start(StreamKey::new(84, replication, "states", "test"));
            let gaps = StreamKey::new(84, replication, "arrivals", "test");
            let (mut now, mut count) = (0.0, 0_u64);
            loop {
                let need = Law::Exponential { mean: 1.0 }.sample(&mut gaps.draw(count, 0));
                now += process.advance(&mut phase, need).seconds();
                if now > seconds {
                    return count as f64;
                }
                count += 1;
            }
        };
        (0..replications).map(one).collect()
    }

    /// Mean and variance of the count in [0, t] of a stationary process of two states, whose
    /// correlation decays at σ = σ₁ + σ₂:
    /// Var N(t) = λt + 2 σ₁σ₂(λ₁ − λ₂)²/σ⁴ · (σt − 1 + e^(−σt)). Fischer and Meier-Hellstern (1993).
    /// 4000 replications: mean within 4 standard errors, variance within a share of 4 · √(2/n).
    #[test]
    fn stationary_counts_have_their_mean_and_variance() {
        let (t, sigma) = (6.0, 0.625_f64);
        let exact_mean = 18.0 * t;
        let spread = 2.0 * 0.5 * 0.125 * 40.0_f64.powi(2) / sigma.powi(4);
        let exact = exact_mean + spread * (sigma * t - 1.0 + (-sigma * t).exp());
        let counts = counts(&busy_and_calm(true), t, 4000);
        let n = counts.len() as f64;
        let mean = counts.iter().sum::<f64>() / n;
        let variance = counts.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        assert!((mean - exact_mean).abs() < 4.0 * (exact / n).sqrt(), "{mean} of {exact_mean}");
        let allowed = 4.0 * (2.0 / n).sqrt();
        assert!((variance / exact - 1.0).abs() < allowed, "{variance} instead of {exact}");
    }

    /// From the first state, E N(t) = λt + (λ₁ − λ) (1 − e^(−σt)) / σ.
    #[test]
    fn from_the_first_state_it_relaxes() {
        let (t, sigma) = (2.0, 0.625_f64);
        let exact = 18.0 * t + 32.0 * (1.0 - (-sigma * t).exp()) / sigma;
        let counts = counts(&busy_and_calm(false), t, 4000);
        let n = counts.len() as f64;
        let mean = counts.iter().sum::<f64>() / n;
        let variance = counts.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        assert!((mean - exact).abs() < 4.0 * (variance / n).sqrt(), "{mean} instead of {exact}");
    }

    /// With equal rates it is the plain source, up to the rounding of instants.
    #[test]
    fn equal_rates_are_a_poisson_process() {
        let process = Mmpp::new(&[20.0; 3], &Mmpp::circle(&[5.0, 7.0, 40.0]), true).unwrap();
        let mut phase = process.start(StreamKey::new(84, 0, "states", "equal"));
        let gaps = StreamKey::new(84, 0, "arrivals", "equal");
        let (mut now, mut plain) = (0.0, 0.0);
        for n in 0..10_000 {
            let need = Law::Exponential { mean: 1.0 }.sample(&mut gaps.draw(n, 0));
            now += process.advance(&mut phase, need).as_f64();
            plain += Nanos::from_f64(need / 20e-9).as_f64();
        }
        assert!((now - plain).abs() < 100.0, "{now} instead of {plain}");
    }
}
