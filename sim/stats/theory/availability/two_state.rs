//! One repairable unit, up at the start, alternately up and down for exponential times.
//!
//! With λ = 1 / mean up, μ = 1 / mean down and r = λ + μ: P(up at t) = A + B·e^(−rt), A = μ / r,
//! B = λ / r. Barlow & Proschan, Statistical Theory of Reliability and Life Testing (1975), ch. 7.

use super::LongRunShares;
use crate::theory::poisson;

/// Below this x = rt the variance of the time up is taken from its series.
const SHORT: f64 = 0.5;

/// Terms of that series: the last is below 1e-17 of the first.
const TERMS: u32 = 20;

/// The unit. All times share one unit, and `time` > 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoState {
    mean_up: f64,
    mean_down: f64,
}

impl TwoState {
    /// Up for `mean_up` > 0 (MTBF) and down for `mean_down` > 0 (MTTR) on average.
    ///
    /// Panics unless both are finite and positive.
    pub fn new(mean_up: f64, mean_down: f64) -> Self {
        let usable = |mean: f64| mean.is_finite() && mean > 0.0;
        assert!(usable(mean_up) && usable(mean_down), "mean times {mean_up} and {mean_down}");
        Self { mean_up, mean_down }
    }

    /// Shares of the time in the long run, and outages.
    pub fn long_run(&self) -> LongRunShares {
        LongRunShares {
            availability: self.availability(),
            unavailability: self.unavailability(),
            outages: 1.0 / (self.mean_up + self.mean_down),
        }
    }

    /// A: the share of the time up in the long run.
    pub fn availability(&self) -> f64 {
        self.mean_up / (self.mean_up + self.mean_down)
    }

    /// B: the share of the time down in the long run.
    fn unavailability(&self) -> f64 {
        self.mean_down / (self.mean_up + self.mean_down)
    }

    /// x = rt.
    fn relaxations(&self, time: f64) -> f64 {
        (1.0 / self.mean_up + 1.0 / self.mean_down) * time
    }

    /// P(up at `time`).
    pub fn availability_at(&self, time: f64) -> f64 {
        self.availability() + self.unavailability() * (-self.relaxations(time)).exp()
    }

    /// Mean share of \[0, time\] up: A + B(1 − e^(−x)) / x.
    pub fn mean_interval_availability(&self, time: f64) -> f64 {
        let x = self.relaxations(time);
        self.availability() + self.unavailability() * -(-x).exp_m1() / x
    }

    /// Standard deviation of the share of \[0, time\] up.
    ///
    /// From E(U²) = 2 ∫∫ P(up at s) P(up at v) over s + v ≤ t, with φ = 1 − e^(−x): r² Var(U) =
    /// AB (4(x − φ) − 2xφ) + B² (2(φ − x·e^(−x)) − φ²). Both brackets start with x³/3, so that short
    /// times need their series.
    pub fn sd_interval_availability(&self, time: f64) -> f64 {
        let x = self.relaxations(time);
        let (both, down_twice) = if x < SHORT { short_brackets(x) } else { brackets(x) };
        let (up, down) = (self.availability(), self.unavailability());
        (down * (up * both + down * down_twice)).sqrt() / x
    }

    /// P(no outage begins in \[0, time\]).
    pub fn prob_no_outage(&self, time: f64) -> f64 {
        (-time / self.mean_up).exp()
    }

    /// Expected number of outages that begin in \[0, time\]: λ times the mean time up.
    pub fn mean_outages(&self, time: f64) -> f64 {
        time * self.mean_interval_availability(time) / self.mean_up
    }

    /// P(down for at most `most` ≥ 0 in \[0, time\]).
    ///
    /// Outages come as a Poisson process of the time up; N of them by the time up t − x. If their
    /// N exponential lengths sum to at most x, that time up is reached in time, and only then. A second
    /// Poisson process, of ends, gives that probability: P(N ≤ M), N ~ Poisson(λ(t − x)), M ~
    /// Poisson(μx). Takács, Acta Math. Acad. Sci. Hung. 8 (1957).
    pub fn prob_down_at_most(&self, time: f64, most: f64) -> f64 {
        if most >= time {
            return 1.0;
        }
        let (begun, ended) = self.begun_and_ended(time, most);
        let more_ended = poisson::tails(&ended);
        begun.iter().enumerate().map(|(n, p)| p * tail_from(&more_ended, n)).sum()
    }

    /// P(down for more than `most` ≥ 0 in \[0, time\]), precise when small.
    pub fn prob_down_more_than(&self, time: f64, most: f64) -> f64 {
        if most >= time {
            return 0.0;
        }
        let (begun, ended) = self.begun_and_ended(time, most);
        let mut by_now = 0.0;
        let mut sum = 0.0;
        for (n, p) in begun.iter().enumerate() {
            sum += p * by_now;
            by_now += ended.get(n).copied().unwrap_or(0.0);
        }
        sum
    }

    /// Probabilities of N and M.
    fn begun_and_ended(&self, time: f64, most: f64) -> (Vec<f64>, Vec<f64>) {
        let begun = poisson::probabilities((time - most) / self.mean_up);
        (begun, poisson::probabilities(most / self.mean_down))
    }
}

/// P(at least n), from P(more than n).
fn tail_from(tails: &[f64], n: usize) -> f64 {
    match n.checked_sub(1) {
        None => 1.0,
        Some(below) => tails.get(below).copied().unwrap_or(0.0),
    }
}

/// 4(x − φ) − 2xφ and 2(φ − x·e^(−x)) − φ².
fn brackets(x: f64) -> (f64, f64) {
    let phi = -(-x).exp_m1();
    (4.0 * (x - phi) - 2.0 * x * phi, 2.0 * (phi - x * (-x).exp()) - phi * phi)
}

/// The same as Σ (−x)ᵏ (4 − 2k) / k! and Σ (−x)ᵏ (2k − 2ᵏ) / k! from k = 3.
fn short_brackets(x: f64) -> (f64, f64) {
    let (mut power, mut sums) = (x * x / 2.0, (0.0, 0.0));
    for k in 3..3 + TERMS {
        let index = f64::from(k);
        power *= -x / index;
        sums.0 += power * (4.0 - 2.0 * index);
        sums.1 += power * (2.0 * index - 2.0_f64.powi(k as i32));
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::markov::Chain;

    fn close(ours: f64, exact: f64, tolerance: f64) {
        assert!((ours / exact - 1.0).abs() < tolerance, "{ours} for {exact}");
    }

    #[test]
    fn the_chain_says_the_same() {
        let unit = TwoState::new(100.0, 10.0);
        let chain = Chain::from_transitions([(1, 0, 0.01), (0, 1, 0.1)]).unwrap();
        for time in [0.1, 5.0, 50.0, 5e5] {
            let after = chain.after(&1, time).unwrap();
            let up = |state: &i32| *state == 1;
            close(unit.availability_at(time), after.probabilities.within(up), 1e-12);
            close(unit.mean_interval_availability(time) * time, after.times.within(up), 1e-12);
            close(unit.mean_outages(time), after.times.crossings(up, |_| true), 1e-12);
        }
    }

    #[test]
    fn the_series_joins_the_formula() {
        let ((a, b), (c, d)) = (brackets(SHORT), short_brackets(SHORT));
        close(a, c, 1e-13);
        close(b, d, 1e-13);
    }

    /// ∫ P(down > x) dx is the mean time down, ∫ 2x P(down > x) dx its mean square.
    #[test]
    fn the_distribution_has_the_mean_and_the_deviation() {
        for unit in [TwoState::new(500.0, 4.0), TwoState::new(20.0, 30.0)] {
            let (time, steps) = (100.0, 20_000);
            let width = time / f64::from(steps);
            let points = (0..steps).map(|i| (f64::from(i) + 0.5) * width);
            let (mut mean, mut square) = (0.0, 0.0);
            for x in points {
                let more = unit.prob_down_more_than(time, x);
                close(more + unit.prob_down_at_most(time, x), 1.0, 1e-13);
                mean += more * width;
                square += 2.0 * x * more * width;
            }
            let sd = (square - mean * mean).sqrt();
            close(mean / time, 1.0 - unit.mean_interval_availability(time), 1e-6);
            close(sd / time, unit.sd_interval_availability(time), 1e-6);
        }
    }

    #[test]
    fn no_time_down_is_no_outage() {
        let unit = TwoState::new(500.0, 4.0);
        close(unit.prob_down_at_most(720.0, 0.0), unit.prob_no_outage(720.0), 1e-14);
        assert_eq!(unit.prob_down_at_most(720.0, 720.0), 1.0);
        assert_eq!(unit.prob_down_more_than(720.0, 720.0), 0.0);
    }
}
