//! Coverage of estimates at another setting from few pairs.

use statrs::distribution::{ContinuousCDF, StudentsT};
use wssim_stats::control_variates::{ControlVariate, Fit};
use wssim_stats::paired_end::PairedEnd;

use crate::draws::{Draws, Law, count};
use crate::{EXPERIMENTS, assert_covers};

/// Mean at nominal, and at the other setting.
const NOMINAL: f64 = 10.0;
const THERE: f64 = 12.0;

/// How the difference D follows the nominal X, whose spread is 1.
#[derive(Clone, Copy, Debug)]
struct World {
    law: Law,
    /// Correlation of X and D.
    correlation: f64,
    /// Spread of D.
    spread: f64,
}

fn worlds(laws: &[Law]) -> impl Iterator<Item = World> {
    let of_law = |&law: &Law| {
        [(0.0, 0.02), (0.0, 0.3), (0.0, 1.0), (0.9, 0.3), (0.9, 1.0), (-0.9, 0.3), (-0.9, 1.0)]
            .map(|(correlation, spread)| World { law, correlation, spread })
    };
    laws.iter().flat_map(of_law)
}

/// (N, n) of the tests.
const SIZES: [(usize, usize); 8] =
    [(10, 3), (10, 5), (10, 10), (20, 3), (20, 10), (40, 3), (40, 5), (40, 10)];

/// `of` values at nominal, and the first `pairs` at the other setting.
fn values(draws: &mut Draws, world: World, of: usize, pairs: usize) -> (Vec<f64>, Vec<f64>) {
    let draw = |_| {
        let (x, d) = draws.pair(world.law, world.correlation);
        (NOMINAL + x, THERE + x + world.spread * d)
    };
    let (nominal, there): (Vec<f64>, Vec<f64>) = (0..of).map(draw).unzip();
    (nominal, there[..pairs].to_vec())
}

/// At least 92.5 %. At most 97.5 % from five pairs on, unless nominal and difference are negatively
/// correlated; then, and with three pairs, it is conservative by up to another three and a half per
/// cent.
fn assert_covers_safely(covered: u64, world: World, pairs: usize) {
    if pairs >= 5 && world.correlation >= 0.0 {
        assert_covers(covered, &format!("{world:?}, {pairs} pairs"));
    } else {
        let least = EXPERIMENTS * 925 / 1000;
        assert!((least..=EXPERIMENTS * 99 / 100).contains(&covered), "{world:?}: {covered}");
    }
}

#[test]
fn means_are_covered() {
    for world in worlds(&[Law::Normal, Law::Skewed]) {
        for (of, pairs) in SIZES {
            let covered = count(EXPERIMENTS, |draws| {
                let (nominal, there) = values(draws, world, of, pairs);
                PairedEnd::mean(&nominal, &there).unwrap().interval(0.95).covers(THERE)
            });
            assert_covers_safely(covered, world, pairs);
        }
    }
}

/// Nominal with a control: half of its variation follows a control of mean 0.
#[test]
fn controlled_means_are_covered() {
    for world in worlds(&[Law::Normal, Law::Skewed]) {
        for (of, pairs) in SIZES {
            let covered = count(EXPERIMENTS, |draws| {
                let (mut nominal, mut there) = values(draws, world, of, pairs);
                let control: Vec<f64> = (0..of).map(|_| draws.standard(world.law)).collect();
                nominal.iter_mut().zip(&control).for_each(|(value, control)| *value += control);
                there.iter_mut().zip(&control).for_each(|(value, control)| *value += control);
                let controls = [ControlVariate { values: &control, mean: 0.0 }];
                let fit = Fit::of(&nominal, &controls, 0.95).unwrap();
                PairedEnd::controlled(&fit, &nominal, &there).unwrap().interval(0.95).covers(THERE)
            });
            assert_covers_safely(covered, world, pairs);
        }
    }
}

/// Requests T and their outcomes Y: both vary, Y follows T, and both change at the other setting.
#[test]
fn ratios_are_covered() {
    for world in worlds(&[Law::Normal, Law::Skewed]) {
        for (of, pairs) in [(10, 3), (10, 5), (20, 10), (40, 5)] {
            let covered = count(EXPERIMENTS, |draws| {
                let mut one = || {
                    let requests = 50.0 + 3.0 * draws.standard(world.law);
                    let (x, d) = draws.pair(world.law, world.correlation);
                    let bad = 0.2 * requests + x;
                    ((bad, requests), (bad + 2.0 + world.spread * d, 1.1 * requests))
                };
                let (nominal, there): (Vec<_>, Vec<_>) = (0..of).map(|_| one()).unzip();
                let end = PairedEnd::ratio(&nominal, &there[..pairs]).unwrap();
                end.interval(0.95).covers((0.2 * 50.0 + 2.0) / 55.0)
            });
            assert_covers_safely(covered, world, pairs);
        }
    }
}

/// The base varies with the plan, as under common random numbers, and the setting moves both.
#[test]
fn relative_changes_are_covered() {
    for world in worlds(&[Law::Normal, Law::Skewed]) {
        for (of, pairs) in [(10, 3), (10, 5), (20, 10), (40, 5)] {
            let covered = count(EXPERIMENTS, |draws| {
                let mut one = || {
                    let (x, d) = draws.pair(world.law, world.correlation);
                    let base = 20.0 + draws.standard(world.law);
                    let own = base + x;
                    ((own, base), (1.5 * own + world.spread * d, 1.2 * base))
                };
                let (nominal, there): (Vec<_>, Vec<_>) = (0..of).map(|_| one()).unzip();
                let end = PairedEnd::relative_change(&nominal, &there[..pairs]).unwrap();
                end.interval(0.95).covers(0.25)
            });
            assert_covers_safely(covered, world, pairs);
        }
    }
}

/// At the level of one of fifty verdicts it misses as rarely as stated: once in a thousand.
const HIGH: f64 = 0.999;
const MANY: u64 = 10_000;
/// 10 are expected; chance alone exceeds this once in three thousand tests.
const MOST_MISSED: u64 = 22;

#[test]
fn high_levels_hold_with_few_pairs() {
    for world in worlds(&[Law::Normal]) {
        for (of, pairs) in [(10, 2), (40, 3), (40, 5)] {
            let missed = count(MANY, |draws| {
                let (nominal, there) = values(draws, world, of, pairs);
                !PairedEnd::mean(&nominal, &there).unwrap().interval(HIGH).covers(THERE)
            });
            assert!(missed <= MOST_MISSED, "{world:?}, {pairs} of {of}: {missed} of {MANY} missed");
        }
    }
}

/// The shortcut that this test must refuse: Satterthwaite's degrees of freedom for the sum of two
/// variances. With three pairs it misses far more often than stated.
#[test]
fn satterthwaite_would_not_do() {
    let world = World { law: Law::Normal, correlation: 0.0, spread: 1.0 };
    let variance_of_mean = |values: &[f64]| {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        (mean, values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0) / n)
    };
    let missed = count(MANY, |draws| {
        let (nominal, there) = values(draws, world, 40, 3);
        let differences: Vec<f64> = there.iter().zip(&nominal).map(|(y, x)| y - x).collect();
        let ((x, of_x), (d, of_d)) = (variance_of_mean(&nominal), variance_of_mean(&differences));
        let variance = of_x + of_d;
        let degrees = variance.powi(2) / (of_x.powi(2) / 39.0 + of_d.powi(2) / 2.0);
        let t = StudentsT::new(0.0, 1.0, degrees).unwrap();
        2.0 * t.sf((x + d - THERE).abs() / variance.sqrt()) < 1.0 - HIGH
    });
    assert!(missed > 4 * MOST_MISSED, "{missed} of {MANY} missed");
}

/// The forecast of pairs is fair: with that many the interval is clear of the limit more often than not,
/// with half of them it is not.
#[test]
fn the_pairs_forecast_are_about_those_needed() {
    let world = World { law: Law::Normal, correlation: 0.0, spread: 0.5 };
    let (of, level, limit) = (40, 0.99, THERE - 0.72);
    let clear = |nominal: &[f64], there: &[f64]| {
        !PairedEnd::mean(nominal, there).unwrap().interval(level).covers(limit)
    };
    let (mut with_all, mut with_half) = (0, 0);
    for seed in 0..400 {
        let (nominal, there) = values(&mut Draws::new(seed), world, of, of);
        let pilot = PairedEnd::mean(&nominal, &there[..5]).unwrap();
        let needed = pilot.needed(limit, level).unwrap_or(of);
        with_all += u64::from(clear(&nominal, &there[..needed]));
        with_half += u64::from(clear(&nominal, &there[..(needed / 2).max(2)]));
    }
    assert!(with_all > 240 && with_half < 160, "{with_all} and {with_half} of 400 are clear");
}
