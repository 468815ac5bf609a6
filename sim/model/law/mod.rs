//! Laws of random quantities: durations in nanoseconds, sizes in bytes, counts.
//!
//! Sampling goes through `rand_distr` without the standard library's mathematics, so that a draw is the same
//! on every machine. Every law is nonnegative; `Normal` is cut at zero.

mod rounded;
mod spread;

use rand_distr::{Distribution, Exp1, Gamma, StandardNormal};
use wssim_kernel::stream::Draw;

/// A nonnegative random quantity. The unit is the user's: nanoseconds or bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// Always the same value.
    Constant(f64),
    /// Exponential.
    Exponential {
        /// Its mean.
        mean: f64,
    },
    /// Uniform on [low, high].
    Uniform {
        /// Least value.
        low: f64,
        /// Greatest value.
        high: f64,
    },
    /// Triangular on [low, high] with its peak at `mode`.
    Triangular {
        /// Least value.
        low: f64,
        /// Most likely value.
        mode: f64,
        /// Greatest value.
        high: f64,
    },
    /// Normal; values below zero become zero.
    Normal {
        /// Mean before cutting.
        mean: f64,
        /// Standard deviation before cutting.
        deviation: f64,
    },
    /// exp(N(mu, sigma²)).
    LogNormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// Gamma.
    Gamma {
        /// Shape k.
        shape: f64,
        /// Scale θ; the mean is kθ.
        scale: f64,
    },
    /// The sum of `stages` exponentials.
    Erlang {
        /// Number of stages k.
        stages: u32,
        /// Mean of one stage.
        stage_mean: f64,
    },
    /// Two exponential branches.
    HyperExponential {
        /// Probability of the first branch.
        first: f64,
        /// Mean of the first branch.
        first_mean: f64,
        /// Mean of the second branch.
        second_mean: f64,
    },
    /// Weibull: scale · E^(1/shape).
    Weibull {
        /// Scale.
        scale: f64,
        /// Shape.
        shape: f64,
    },
    /// P(X > x) = (minimum / x)^alpha.
    Pareto {
        /// Least value.
        minimum: f64,
        /// Tail index.
        alpha: f64,
    },
    /// One of several laws, drawn by weight; the weights sum to one.
    Mixture(Box<[(f64, Law)]>),
    /// A value of the table, each equally likely.
    Empirical(std::sync::Arc<[f64]>),
}

impl Law {
    /// Zero, always.
    pub const ZERO: Self = Self::Constant(0.0);

    /// Whether it is always zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        matches!(self, Self::Constant(value) if *value == 0.0)
    }

    /// Draws a value under the address that `draw` gives; a constant needs no draw.
    #[inline(always)]
    pub fn sample_lazily<'d>(&self, draw: impl FnOnce() -> Draw<'d>) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::LogNormal { mu, sigma } => log_normal(*mu, *sigma, &mut draw()),
            law => law.sample_rarer(&mut draw()),
        }
    }

    /// Draws a value.
    #[inline]
    pub fn sample(&self, draw: &mut Draw<'_>) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Exponential { mean } => exponential(draw) * mean,
            other => other.sample_rarer(draw),
        }
    }

    #[inline(never)]
    fn sample_rarer(&self, draw: &mut Draw<'_>) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Exponential { mean } => exponential(draw) * mean,
            Self::Uniform { low, high } => low + (high - low) * draw.open01(),
            Self::Triangular { low, mode, high } => triangular(*low, *mode, *high, draw.open01()),
            Self::Normal { mean, deviation } => (mean + deviation * normal(draw)).max(0.0),
            Self::LogNormal { mu, sigma } => log_normal(*mu, *sigma, draw),
            Self::Gamma { shape, scale } => gamma(*shape, *scale, draw),
            Self::Erlang { stages, stage_mean } => {
                (0..*stages).map(|_| exponential(draw)).sum::<f64>() * stage_mean
            }
            Self::HyperExponential { first, first_mean, second_mean } => {
                let mean = if draw.open01() < *first { first_mean } else { second_mean };
                exponential(draw) * mean
            }
            Self::Weibull { scale, shape } => scale * libm::pow(exponential(draw), 1.0 / shape),
            Self::Pareto { minimum, alpha } => minimum * libm::pow(draw.open01(), -1.0 / alpha),
            Self::Mixture(parts) => mixture(parts, draw),
            Self::Empirical(values) => {
                let place = (draw.open01() * values.len() as f64) as usize;
                values.get(place).copied().unwrap_or(0.0)
            }
        }
    }

    /// The exact mean; for `Normal` that of the law cut at zero. Infinite for Pareto with alpha ≤ 1.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Exponential { mean } => *mean,
            Self::Uniform { low, high } => f64::midpoint(*low, *high),
            Self::Triangular { low, mode, high } => (low + mode + high) / 3.0,
            Self::Normal { mean, deviation } => cut_normal_mean(*mean, *deviation),
            Self::LogNormal { mu, sigma } => libm::exp(mu + sigma * sigma / 2.0),
            Self::Gamma { shape, scale } => shape * scale,
            Self::Erlang { stages, stage_mean } => f64::from(*stages) * stage_mean,
            Self::HyperExponential { first, first_mean, second_mean } => {
                first * first_mean + (1.0 - first) * second_mean
            }
            Self::Weibull { scale, shape } => scale * libm::tgamma(1.0 + 1.0 / shape),
            Self::Pareto { minimum, alpha } if *alpha > 1.0 => minimum * alpha / (alpha - 1.0),
            Self::Pareto { .. } => f64::INFINITY,
            Self::Mixture(parts) => parts.iter().map(|(weight, law)| weight * law.mean()).sum(),
            Self::Empirical(values) => values.iter().sum::<f64>() / values.len().max(1) as f64,
        }
    }
}

impl Law {
    /// The law of `factor` times the value: the same draws, each multiplied by `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(value * factor),
            Self::Exponential { mean } => Self::Exponential { mean: mean * factor },
            Self::Uniform { low, high } => Self::Uniform { low: low * factor, high: high * factor },
            Self::Triangular { low, mode, high } => {
                Self::Triangular { low: low * factor, mode: mode * factor, high: high * factor }
            }
            Self::Normal { mean, deviation } => {
                Self::Normal { mean: mean * factor, deviation: deviation * factor }
            }
            Self::LogNormal { mu, sigma } => {
                Self::LogNormal { mu: mu + libm::log(factor), sigma: *sigma }
            }
            Self::Gamma { shape, scale } => Self::Gamma { shape: *shape, scale: scale * factor },
            Self::Erlang { stages, stage_mean } => {
                Self::Erlang { stages: *stages, stage_mean: stage_mean * factor }
            }
            Self::HyperExponential { first, first_mean, second_mean } => Self::HyperExponential {
                first: *first,
                first_mean: first_mean * factor,
                second_mean: second_mean * factor,
            },
            Self::Weibull { scale, shape } => {
                Self::Weibull { scale: scale * factor, shape: *shape }
            }
            Self::Pareto { minimum, alpha } => {
                Self::Pareto { minimum: minimum * factor, alpha: *alpha }
            }
            Self::Mixture(parts) => Self::Mixture(
                parts.iter().map(|(weight, law)| (*weight, law.scaled(factor))).collect(),
            ),
            Self::Empirical(values) => {
                Self::Empirical(values.iter().map(|value| value * factor).collect())
            }
        }
    }
}

/// Draws a value of the exponential law with mean 1.
#[inline]
pub(crate) fn exponential(draw: &mut Draw<'_>) -> f64 {
    Exp1.sample(draw)
}

/// Most draws of a scenario are of this law.
#[inline(never)]
fn log_normal(mu: f64, sigma: f64, draw: &mut Draw<'_>) -> f64 {
    libm::exp(mu + sigma * normal(draw))
}

#[inline]
fn normal(draw: &mut Draw<'_>) -> f64 {
    StandardNormal.sample(draw)
}

fn gamma(shape: f64, scale: f64, draw: &mut Draw<'_>) -> f64 {
    // The scenario's check has refused arguments that are not positive and finite.
    Gamma::new(shape, scale).map_or(0.0, |law| law.sample(draw))
}

/// Inverts the triangular distribution function at `u`.
fn triangular(low: f64, mode: f64, high: f64, u: f64) -> f64 {
    let width = high - low;
    if width <= 0.0 {
        return low;
    }
    if u < (mode - low) / width {
        low + (u * width * (mode - low)).sqrt()
    } else {
        high - ((1.0 - u) * width * (high - mode)).sqrt()
    }
}

fn mixture(parts: &[(f64, Law)], draw: &mut Draw<'_>) -> f64 {
    let mut left = draw.open01();
    for (weight, law) in parts {
        left -= weight;
        if left < 0.0 {
            return law.sample(draw);
        }
    }
    parts.last().map_or(0.0, |(_, law)| law.sample(draw))
}

/// E[max(0, N(m, s²))] = m Φ(m/s) + s φ(m/s).
fn cut_normal_mean(mean: f64, deviation: f64) -> f64 {
    if deviation <= 0.0 {
        return mean.max(0.0);
    }
    let z = mean / deviation;
    let density = libm::exp(-z * z / 2.0) / (2.0 * std::f64::consts::PI).sqrt();
    mean * 0.5 * libm::erfc(-z / std::f64::consts::SQRT_2) + deviation * density
}

#[cfg(test)]
mod tests {
    use super::*;
    use wssim_kernel::stream::StreamKey;

    /// The mean of `read` over 10⁶ draws, and its standard error; another `index` gives other draws.
    pub(super) fn mean_of_draws(law: &Law, index: u32, read: impl Fn(f64) -> f64) -> [f64; 2] {
        const N: u32 = 1_000_000;
        let stream = StreamKey::new(7, 0, "law", "mean");
        let (mut sum, mut squares) = (0.0, 0.0);
        for n in 0..N {
            let value = law.sample(&mut stream.draw(u64::from(n), index));
            assert!(value >= 0.0);
            let value = read(value);
            sum += value;
            squares += value * value;
        }
        let mean = sum / f64::from(N);
        [mean, ((squares / f64::from(N) - mean * mean).max(0.0) / f64::from(N)).sqrt()]
    }

    fn laws() -> [Law; 13] {
        [
            Law::Constant(3.0),
            Law::Exponential { mean: 2.0 },
            Law::Uniform { low: 1.0, high: 4.0 },
            Law::Triangular { low: 1.0, mode: 2.0, high: 6.0 },
            Law::Normal { mean: 1.0, deviation: 1.0 },
            Law::LogNormal { mu: 0.5, sigma: 0.8 },
            Law::Gamma { shape: 2.5, scale: 0.4 },
            Law::Erlang { stages: 4, stage_mean: 0.25 },
            Law::HyperExponential { first: 0.9, first_mean: 0.05, second_mean: 0.8 },
            Law::Weibull { scale: 2.0, shape: 0.8 },
            Law::Pareto { minimum: 0.1, alpha: 3.5 },
            Law::Mixture(Box::new([
                (0.25, Law::Constant(1.0)),
                (0.75, Law::Exponential { mean: 3.0 }),
            ])),
            Law::Empirical(vec![1.0, 2.0, 6.0].into()),
        ]
    }

    /// Sample means of 10⁶ draws lie within 4 standard errors of the exact mean (fixed seed; by
    /// chance once in 16 000 per law).
    #[test]
    fn every_law_has_its_mean() {
        for (index, law) in laws().iter().enumerate() {
            let [mean, error] = mean_of_draws(law, index as u32, |value| value);
            let off = (mean - law.mean()).abs();
            assert!(off <= 4.0 * error + 1e-9, "{law:?}: {mean} against {}", law.mean());
        }
    }

    #[test]
    fn a_scaled_law_draws_the_same_scaled() {
        let stream = StreamKey::new(7, 0, "law", "scaled");
        for law in laws() {
            let scaled = law.scaled(0.4);
            for n in 0..1000 {
                let [one, other] = [&law, &scaled].map(|law| law.sample(&mut stream.draw(n, 0)));
                assert!((other - 0.4 * one).abs() <= 1e-12 * one, "{law:?}: {one}, {other}");
            }
        }
    }
}
