//! Control variates: reduce the variance of a mean with quantities whose means are known.
//!
//! A replication shows Y, whose mean θ is wanted, and controls C with known means μ: for instance the
//! number of calls of its requests, and their work. The part of Y − θ that is linear in C − μ is fitted
//! by least squares and removed: θ̂ is the intercept of the regression of Y on C − μ,
//!
//! θ̂ = Ȳ − bᵀ(C̄ − μ),  θ̂ ± t(n − 1 − q) · s · √(1/n + (C̄ − μ)ᵀ S⁻¹ (C̄ − μ)),
//!
//! with q controls, s² = Σ residuals² / (n − 1 − q) and S = Σ (C − C̄)(C − C̄)ᵀ. The coefficients are
//! fitted to the same few replications, which costs q degrees of freedom and the sum under the root.
//! Where (Y, C) is jointly normal the interval is exact at any n > q + 1; otherwise θ̂ has a bias of
//! order 1/n, and tests of coverage say how far it can be trusted. Lavenberg & Welch, Management Science
//! 27 (1981); Law, Simulation Modeling and Analysis (2015), ch. 11.
//!
//! *When it is used.* A control that explains the share R² of the variance multiplies the expected
//! squared half-width by (1 − R²) · L, L = (t(n − 1 − q) / t(n − 1))² · (n − 2) / (n − q − 2). Controls are
//! used from the n at which explaining half of the variance pays, L ≤ 2. Whether they do explain it is
//! not checked: choosing the narrower of two intervals has the coverage of neither.
//!
//! *Quantiles.* The quantile of each replication is one value, so the same interval applies if each
//! replication has enough observations ([`crate::observations_needed`]). But a control that is a mean
//! explains little of a high quantile: in the test of coverage half-widths are 0.97 of those without it
//! at n = 10, and 1.21 at n = 5.

use crate::Estimate;
use crate::interval::{critical_value, mean};

/// Most controls that are used: each costs a degree of freedom.
pub const MOST_CONTROLS: usize = 2;

/// A quantity with a known mean, observed in every replication.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ControlVariate<'a> {
    /// Its value in each replication.
    pub values: &'a [f64],
    /// Its known mean, in the same unit.
    pub mean: f64,
}

/// Replications from which `controls` controls are used at `level`: the least n with L ≤ 2.
///
/// # Panics
/// Unless 0 < `level` < 1.
pub fn replications_for_controls(controls: usize, level: f64) -> usize {
    let loss = |n: usize| {
        let (n, q) = (n as f64, controls as f64);
        let factor = critical_value(n - 1.0 - q, level) / critical_value(n - 1.0, level);
        factor * factor * (n - 2.0) / (n - q - 2.0)
    };
    let mut n = controls + 3; // the expected loss is infinite below
    while loss(n) > MOST_LOSS {
        n += 1;
    }
    n
}

/// Largest loss that explaining half of the variance makes up for.
const MOST_LOSS: f64 = 2.0;

/// A part of a control that is orthogonal to a constant and to the controls before it.
struct Direction {
    /// Its value in each replication; the mean is 0.
    values: Vec<f64>,
    squares: f64,
    /// Distance of its mean over the replications from the known mean.
    off: f64,
}

/// A mean whose controls are removed one by one (Gram–Schmidt).
pub struct Fit {
    mean: f64,
    residuals: Vec<f64>,
    directions: Vec<Direction>,
}

/// Smallest relative variation of a control; below it rounding errors of long sums look like variation.
const CONSTANT: f64 = 1e-9;
/// Smallest share of a control's squares that the controls before it may leave; below it the control
/// adds no information.
const SAME: f64 = 1e-12;

impl Fit {
    /// The mean of `values`, adjusted by as many of `controls` as n allows for an interval at `level`.
    ///
    /// Controls are taken in their order, at most [`MOST_CONTROLS`] and as many as
    /// [`replications_for_controls`] allows. A control that does not vary, or only in line with those
    /// before it, is left out; without controls the result is [`crate::mean_interval`]. Values may be
    /// differences of pairs: under common random numbers the controls of the two arms may be equal.
    /// `None` for fewer than two values. All values are finite.
    ///
    /// # Panics
    /// When the numbers of replications of a control and of `values` differ, or unless 0 < `level` < 1.
    pub fn of(values: &[f64], controls: &[ControlVariate<'_>], level: f64) -> Option<Self> {
        if values.len() < 2 {
            return None;
        }
        let mut fit = Self::new(values);
        for control in controls.iter().take(MOST_CONTROLS) {
            assert_eq!(
                control.values.len(),
                values.len(),
                "a control is known in each replication"
            );
            if values.len() >= replications_for_controls(fit.controls() + 1, level) {
                fit.take_out(control);
            }
        }
        Some(fit)
    }

    /// Controls that were used.
    pub fn controls(&self) -> usize {
        self.directions.len()
    }

    /// The mean at the controls' known means.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The part of each value that the controls do not explain; the mean is 0.
    pub fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    /// Remaining degrees of freedom.
    pub fn degrees(&self) -> f64 {
        self.residuals.len() as f64 - 1.0 - self.controls() as f64
    }

    /// The variance of the mean.
    pub fn variance(&self) -> f64 {
        let n = self.residuals.len() as f64;
        let of_directions = self.directions.iter().map(|one| one.off * one.off / one.squares);
        let factor = 1.0 / n + of_directions.sum::<f64>();
        product(&self.residuals, &self.residuals) / self.degrees() * factor
    }

    /// The interval of the mean at `level`.
    ///
    /// # Panics
    /// Unless 0 < `level` < 1.
    pub fn interval(&self, level: f64) -> Estimate {
        let half_width = critical_value(self.degrees(), level) * self.variance().sqrt();
        Estimate::symmetric(self.mean, half_width, self.residuals.len() as u32)
    }

    fn new(values: &[f64]) -> Self {
        let mean = mean(values);
        let residuals = values.iter().map(|value| value - mean).collect();
        Self { mean, residuals, directions: Vec::new() }
    }

    fn take_out(&mut self, control: &ControlVariate<'_>) {
        let centre = mean(control.values);
        let mut values: Vec<f64> = control.values.iter().map(|value| value - centre).collect();
        let mut off = centre - control.mean;
        let all = product(&values, &values);
        let size = f64::max(centre.abs(), control.mean.abs()) * CONSTANT;
        for direction in &self.directions {
            let share = product(&values, &direction.values) / direction.squares;
            subtract(&mut values, share, &direction.values);
            off -= share * direction.off;
        }
        let squares = product(&values, &values);
        if all <= values.len() as f64 * size * size || squares <= SAME * all {
            return;
        }
        let slope = product(&self.residuals, &values) / squares;
        subtract(&mut self.residuals, slope, &values);
        self.mean -= slope * off;
        self.directions.push(Direction { values, squares, off });
    }
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn subtract(from: &mut [f64], factor: f64, what: &[f64]) {
    for (from, what) in from.iter_mut().zip(what) {
        *from -= factor * what;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mean_interval;

    fn fit(values: &[f64], controls: &[ControlVariate<'_>]) -> Fit {
        Fit::of(values, controls, 0.95).unwrap()
    }

    const Y: [f64; 8] = [3.0, 5.0, 4.0, 8.0, 6.0, 9.0, 7.0, 10.0];
    const C: [f64; 8] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];

    /// Against the textbook's intercept of a regression on one variable, at C = 5.
    #[test]
    fn one_control_is_the_regression_line_at_the_known_mean() {
        let found = fit(&Y, &[ControlVariate { values: &C, mean: 5.0 }]);
        // S(C)Y = 36, S(C)C = S(Y)Y = 42: b = 36/42, s² = (42 − 36²/42)/6; C̄ = 4.5, Ȳ = 6.5.
        let (slope, variance) = (36.0 / 42.0, (42.0 - 36.0 * 36.0 / 42.0) / 6.0);
        assert_eq!(found.controls(), 1);
        assert!((found.mean() - (6.5 + 0.5 * slope)).abs() < 1e-12);
        // t(6, 0.975) = 2.446911851145.
        let half_width = 2.446_911_851_145 * f64::sqrt(variance * (1.0 / 8.0 + 0.25 / 42.0));
        assert!((found.interval(0.95).half_width() - half_width).abs() < 1e-9);
    }

    /// Two controls that explain everything leave no doubt: Y = 2 + 3·C₁ − C₂.
    #[test]
    fn two_controls_that_explain_everything_leave_no_doubt() {
        let other = [0.0, 1.0, 0.0, 2.0, 5.0, 1.0, 3.0, 2.0];
        let y: Vec<f64> = C.iter().zip(other).map(|(c, d)| 2.0 + 3.0 * c - d).collect();
        let controls = [
            ControlVariate { values: &C, mean: 4.0 },
            ControlVariate { values: &other, mean: 2.5 },
        ];
        let found = fit(&y, &controls);
        assert_eq!(found.controls(), 2);
        assert!((found.mean() - 11.5).abs() < 1e-12);
        assert!(found.interval(0.95).half_width() < 1e-12);
    }

    #[test]
    fn what_does_not_vary_or_says_nothing_new_is_left_out() {
        let plain = mean_interval(&Y, 0.95).unwrap();
        let constant = ControlVariate { values: &[0.1 + 0.2; 8], mean: 0.3 };
        let found = fit(&Y, &[constant]);
        assert_eq!(found.controls(), 0);
        assert!((found.mean() - plain.mean).abs() < 1e-12);
        assert!((found.interval(0.95).half_width() - plain.half_width()).abs() < 1e-12);
        let control = ControlVariate { values: &C, mean: 4.0 };
        let alone = fit(&Y, &[control]);
        let scaled = C.map(|c| 0.1 * c + 7.0);
        let again = ControlVariate { values: &scaled, mean: 7.4 };
        assert_eq!(fit(&Y, &[control, again]).interval(0.95), alone.interval(0.95));
    }

    #[test]
    fn too_few_replications_get_the_plain_mean() {
        let control = |n: usize| ControlVariate { values: &C[..n], mean: 4.0 };
        for level in [0.95, 0.999, 0.9999] {
            let needed = replications_for_controls(1, level);
            let used = |n: usize| Fit::of(&Y[..n], &[control(n)], level).unwrap().controls();
            assert_eq!(used(needed - 1), 0, "at {level} {needed} are needed");
            assert_eq!(used(needed), 1, "at {level} {needed} are needed");
        }
        assert!(Fit::of(&[1.0], &[], 0.95).is_none());
    }

    #[test]
    fn the_replications_needed_grow_with_controls_and_level() {
        // At 95 %: (3.182/2.776)²·(3/2) = 1.97 for one at n = 5; (2.776/2.447)²·(5/3) = 2.15 for two
        // at n = 7, and (2.571/2.365)²·(6/4) = 1.77 at n = 8.
        assert_eq!([1, 2].map(|q| replications_for_controls(q, 0.95)), [5, 8]);
        assert!(replications_for_controls(1, 0.9999) > 5);
    }

    #[test]
    fn arms_that_differ_by_what_a_control_explains_differ_exactly() {
        let differences = C.map(|c| 2.0 * c);
        let found = fit(&differences, &[ControlVariate { values: &C, mean: 4.0 }]);
        assert!((found.mean() - 8.0).abs() < 1e-12);
        assert!(found.interval(0.95).half_width() < 1e-12);
    }
}
