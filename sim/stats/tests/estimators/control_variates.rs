//! Coverage with control variates, and of a shortcut that the tests refuse.

use wssim_stats::control_variates::{ControlVariate, Fit};
use wssim_stats::{Estimate, quantile_of_sorted, student_t_quantile};

use crate::draws::{Draws, Law, count};
use crate::{EXPERIMENTS, as_stated, assert_covers};

const LAWS: [Law; 2] = [Law::Normal, Law::Skewed];
const CORRELATIONS: [f64; 3] = [0.0, 0.5, 0.9];
const TRUTH: f64 = 3.0;

/// `n` replications: values with mean [`TRUTH`], and a control with mean 0.
fn replications(draws: &mut Draws, law: Law, correlation: f64, n: usize) -> (Vec<f64>, Vec<f64>) {
    (0..n)
        .map(|_| {
            let (control, value) = draws.pair(law, correlation);
            (TRUTH + value, control)
        })
        .unzip()
}

fn controlled(values: &[f64], controls: &[&[f64]]) -> Estimate {
    let controls: Vec<ControlVariate<'_>> =
        controls.iter().map(|values| ControlVariate { values, mean: 0.0 }).collect();
    Fit::of(values, &controls, 0.95).unwrap().interval(0.95)
}

#[test]
fn one_control_keeps_the_coverage() {
    for law in LAWS {
        for correlation in CORRELATIONS {
            for n in [5, 7, 10, 20, 40] {
                let covered = count(EXPERIMENTS, |draws| {
                    let (values, control) = replications(draws, law, correlation, n);
                    controlled(&values, &[&control]).covers(TRUTH)
                });
                assert_covers(covered, &format!("{law:?}, correlation {correlation}, n = {n}"));
            }
        }
    }
}

/// The value follows the sum of two controls.
#[test]
fn two_controls_keep_the_coverage() {
    for law in LAWS {
        for correlation in CORRELATIONS {
            for n in [8, 10, 20, 40] {
                let covered = count(EXPERIMENTS, |draws| {
                    let (values, first) = replications(draws, law, correlation, n);
                    let second: Vec<f64> = (0..n).map(|_| draws.standard(law)).collect();
                    let values: Vec<f64> =
                        values.iter().zip(&second).map(|(v, c)| v + correlation * c).collect();
                    controlled(&values, &[&first, &second]).covers(TRUTH)
                });
                assert_covers(covered, &format!("{law:?}, correlation {correlation}, n = {n}"));
            }
        }
    }
}

/// Both arms follow their own control; the arms are paired.
#[test]
fn controls_on_both_arms_keep_the_coverage() {
    for law in LAWS {
        for n in [8, 10, 20] {
            let covered = count(EXPERIMENTS, |draws| {
                let (before, first) = replications(draws, law, 0.8, n);
                let (after, second) = replications(draws, law, 0.5, n);
                let after: Vec<f64> = after.iter().zip(&before).map(|(a, b)| 2.0 * a + b).collect();
                let differences: Vec<f64> = before.iter().zip(&after).map(|(b, a)| a - b).collect();
                controlled(&differences, &[&first, &second]).covers(2.0 * TRUTH)
            });
            assert_covers(covered, &format!("{law:?}, n = {n}"));
        }
    }
}

/// At correlation 0.9 the interval is as narrow as without a control from three times as many
/// replications.
#[test]
fn a_good_control_is_worth_replications() {
    let mut draws = Draws::new(1);
    let (mut with, mut without) = (0.0, 0.0);
    for _ in 0..EXPERIMENTS {
        let (values, control) = replications(&mut draws, Law::Normal, 0.9, 10);
        with += controlled(&values, &[&control]).half_width();
        let (values, _) = replications(&mut draws, Law::Normal, 0.9, 30);
        without += controlled(&values, &[]).half_width();
    }
    assert!(with < without, "{with} with the control, {without} with thrice the replications");
}

/// Values per replication for a quantile of 0.95, as many as [`wssim_stats::observations_needed`].
const OBSERVED: usize = 2000;
const QUANTILE_EXPERIMENTS: u64 = 800;

/// One quantile a replication, of a sum of two exponentials (gamma with shape 2), controlled by the
/// replication's mean of the first. P(sum > x) = (1 + x)·e^−x is 0.05 at x = 4.743864518.
#[test]
fn a_quantile_with_a_control_keeps_the_coverage() {
    for n in [5, 10] {
        let mut gain = 0.0;
        let covered = count(QUANTILE_EXPERIMENTS, |draws| {
            let (quantiles, means): (Vec<f64>, Vec<f64>) =
                (0..n).map(|_| quantile_and_mean(draws)).unzip();
            let control = ControlVariate { values: &means, mean: 1.0 };
            let with = Fit::of(&quantiles, &[control], 0.95).unwrap().interval(0.95);
            let without = controlled(&quantiles, &[]);
            gain += with.half_width() / without.half_width() / QUANTILE_EXPERIMENTS as f64;
            with.covers(4.743_864_518)
        });
        assert!(as_stated(covered, QUANTILE_EXPERIMENTS), "p95, n = {n}: {covered}");
        println!("p95, n = {n}: half-widths are {gain:.2} of those without the control");
    }
}

fn quantile_and_mean(draws: &mut Draws) -> (f64, f64) {
    let mut first = 0.0;
    let mut sums: Vec<f64> = (0..OBSERVED)
        .map(|_| {
            let (one, other) = (draws.exponential(), draws.exponential());
            first += one;
            one + other
        })
        .collect();
    sums.sort_by(f64::total_cmp);
    (quantile_of_sorted(&sums, 0.95).unwrap(), first / OBSERVED as f64)
}

/// The shortcut: fit the coefficient to three replications and treat the residuals as if it had been
/// known before: n − 1 degrees of freedom, residuals over n − 1.
fn shortcut(values: &[f64], control: &[f64]) -> Estimate {
    let n = values.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (y, c) = (mean(values), mean(control));
    let pairs = || values.iter().zip(control);
    let slope = pairs().map(|(v, w)| (v - y) * (w - c)).sum::<f64>()
        / control.iter().map(|w| (w - c).powi(2)).sum::<f64>();
    let squares: f64 = pairs().map(|(v, w)| (v - y - slope * (w - c)).powi(2)).sum();
    let half_width = student_t_quantile(n - 1.0, 0.975) * (squares / (n - 1.0) / n).sqrt();
    Estimate::symmetric(y - slope * c, half_width, values.len() as u32)
}

/// The test of coverage detects it. (At any correlation: the control's part is fitted away, and the rest
/// is the same.)
#[test]
fn a_coefficient_fitted_for_nothing_is_found_out() {
    for law in LAWS {
        let covered = count(EXPERIMENTS, |draws| {
            let (values, control) = replications(draws, law, 0.5, 3);
            shortcut(&values, &control).covers(TRUTH)
        });
        println!("the shortcut covers in {covered} of {EXPERIMENTS}: {law:?}");
        assert!(!as_stated(covered, EXPERIMENTS), "{law:?}: {covered} pass");
    }
}
