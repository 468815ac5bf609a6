//! Distributions of service and interarrival times: moments and Laplace transforms.
//!
//! Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 1–2 (1994–95).

use statrs::function::gamma::gamma;

/// A distribution of a positive duration; parameters in seconds where they are durations.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "each variant documents its fields")]
pub enum DurationLaw {
    /// Exponential with the given mean.
    Exponential { mean: f64 },
    /// Always the same value.
    Constant { value: f64 },
    /// Sum of `k` equal exponentials; `mean` is of the sum.
    Erlang { k: u32, mean: f64 },
    /// Gamma with the given shape and mean.
    Gamma { shape: f64, mean: f64 },
    /// Exponential with mean `means[i]` with probability `p[i]`.
    Hyperexponential { p: Vec<f64>, means: Vec<f64> },
    /// Uniform on [lo, hi].
    Uniform { lo: f64, hi: f64 },
    /// Lognormal; `cv` is standard deviation over mean of the variable itself.
    Lognormal { mean: f64, cv: f64 },
    /// P(S > x) = (xm / x)^alpha for x ≥ xm.
    Pareto { alpha: f64, xm: f64 },
    /// `values[0]` with probability `p`, else `values[1]`.
    TwoPoint { p: f64, values: [f64; 2] },
    /// P(S > x) = exp(−(x / scale)^shape).
    Weibull { shape: f64, scale: f64 },
}

impl DurationLaw {
    /// E(S^order), in seconds to the power `order`; infinite where it does not exist.
    pub fn moment(&self, order: u32) -> f64 {
        let k = f64::from(order);
        let power = |x: f64| x.powi(order as i32);
        match self {
            Self::Exponential { mean } => gamma(k + 1.0) * power(*mean),
            Self::Constant { value } => power(*value),
            Self::Erlang { k: shape, mean } => gamma_moment(f64::from(*shape), *mean, order),
            Self::Gamma { shape, mean } => gamma_moment(*shape, *mean, order),
            Self::Hyperexponential { p, means } => {
                let terms = p.iter().zip(means);
                terms.map(|(p, mean)| p * gamma(k + 1.0) * power(*mean)).sum()
            }
            Self::Uniform { lo, hi } => {
                let above = hi.powi(order as i32 + 1) - lo.powi(order as i32 + 1);
                above / ((k + 1.0) * (hi - lo))
            }
            Self::Lognormal { mean, cv } => {
                power(*mean) * (1.0 + cv * cv).powf(k * (k - 1.0) / 2.0)
            }
            Self::Pareto { alpha, xm } if *alpha > k => alpha * power(*xm) / (alpha - k),
            Self::Pareto { .. } => f64::INFINITY,
            Self::TwoPoint { p, values } => p * power(values[0]) + (1.0 - p) * power(values[1]),
            Self::Weibull { shape, scale } => power(*scale) * gamma(1.0 + k / shape),
        }
    }

    /// Mean in seconds.
    pub fn mean(&self) -> f64 {
        self.moment(1)
    }

    /// Laplace transform E(e^(−sS)) for s > 0 in 1/s; `None` where it is not elementary.
    pub fn laplace(&self, s: f64) -> Option<f64> {
        match self {
            Self::Exponential { mean } => Some(1.0 / (1.0 + mean * s)),
            Self::Constant { value } => Some((-value * s).exp()),
            Self::Erlang { k, mean } => Some((1.0 + mean * s / f64::from(*k)).powi(-(*k as i32))),
            Self::Gamma { shape, mean } => Some((1.0 + mean * s / shape).powf(-shape)),
            Self::Hyperexponential { p, means } => {
                Some(p.iter().zip(means).map(|(p, mean)| p / (1.0 + mean * s)).sum())
            }
            Self::Uniform { lo, hi } => {
                let width = (hi - lo) * s;
                Some((-lo * s).exp() * -(-width).exp_m1() / width)
            }
            Self::TwoPoint { p, values } => {
                Some(p * (-values[0] * s).exp() + (1.0 - p) * (-values[1] * s).exp())
            }
            Self::Lognormal { .. } | Self::Pareto { .. } | Self::Weibull { .. } => None,
        }
    }
}

/// Π (shape + i) · (mean / shape)^order.
fn gamma_moment(shape: f64, mean: f64, order: u32) -> f64 {
    (0..order).map(|i| (shape + f64::from(i)) * mean / shape).product()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laws() -> Vec<DurationLaw> {
        vec![
            DurationLaw::Exponential { mean: 2.0 },
            DurationLaw::Constant { value: 2.0 },
            DurationLaw::Erlang { k: 3, mean: 2.0 },
            DurationLaw::Gamma { shape: 0.7, mean: 2.0 },
            DurationLaw::Hyperexponential { p: vec![0.5, 0.5], means: vec![1.0, 3.0] },
            DurationLaw::Uniform { lo: 1.0, hi: 3.0 },
            DurationLaw::Lognormal { mean: 2.0, cv: 1.5 },
            DurationLaw::Pareto { alpha: 4.0, xm: 1.5 },
            DurationLaw::TwoPoint { p: 0.5, values: [1.0, 3.0] },
            DurationLaw::Weibull { shape: 1.0, scale: 2.0 },
        ]
    }

    #[test]
    fn every_law_here_has_mean_two() {
        for law in laws() {
            assert!((law.mean() - 2.0).abs() < 1e-12, "{law:?}");
        }
    }

    /// E(e^(−sS)) = 1 − s·E(S) + s²·E(S²)/2 − s³·E(S³)/6 + O(s⁴).
    #[test]
    fn transforms_agree_with_moments() {
        let s = 1e-3_f64;
        for law in laws() {
            let Some(transform) = law.laplace(s) else {
                continue;
            };
            let series = 1.0 - s * law.moment(1) + s * s * law.moment(2) / 2.0
                - s.powi(3) * law.moment(3) / 6.0;
            assert!((transform - series).abs() < 1e-9, "{law:?}");
        }
    }

    #[test]
    fn heavy_tails_have_no_high_moments() {
        let law = DurationLaw::Pareto { alpha: 2.5, xm: 1.0 };
        assert!(law.moment(2).is_finite());
        assert_eq!(law.moment(3), f64::INFINITY);
    }

    #[test]
    fn a_lognormal_has_its_coefficient_of_variation() {
        let law = DurationLaw::Lognormal { mean: 2.0, cv: 1.5 };
        let variance = law.moment(2) - law.mean().powi(2);
        assert!((variance.sqrt() / law.mean() - 1.5).abs() < 1e-12);
    }
}
