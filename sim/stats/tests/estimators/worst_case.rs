//! The worst setting of a few inputs, compared with all settings on a grid.

use wssim_stats::worst_case::{Effect, Effects, NoSetting, ObservedMetric, Worst, change, worst};

use crate::draws::Draws;

/// Steps of the grid on either side of nominal.
const STEPS: i32 = 12;
const PROBLEMS: u64 = 600;

struct Problem {
    inputs: Vec<Effects>,
    observed: Vec<ObservedMetric>,
}

impl Problem {
    /// Up to three inputs and three observations. Effects differ by up to nine orders of magnitude
    /// from metric to metric; some are zero, some alike, some of one sign on both sides.
    fn draw(draws: &mut Draws) -> Self {
        let (inputs, observed) = (1 + draws.whole(3), draws.whole(4));
        let units: Vec<f64> =
            (0..=observed).map(|_| 10f64.powf(draws.uniform(-3.0, 6.0))).collect();
        let inputs: Vec<Effects> = (0..inputs)
            .map(|_| Effects {
                judged: effect(draws, units[observed]),
                observed: units[..observed].iter().map(|&unit| effect(draws, unit)).collect(),
            })
            .collect();
        let observed = units[..observed].iter().map(|&unit| observation(draws, unit)).collect();
        Self { inputs, observed }
    }

    /// By how much the setting misses an observation at worst, in grid steps of its effect; at most 0 if
    /// it reproduces all.
    fn missed(&self, positions: &[f64]) -> f64 {
        let missed = |(place, seen): (usize, &ObservedMetric)| {
            let pairs = self.inputs.iter().zip(positions);
            let value: f64 = pairs.map(|(input, &x)| input.observed[place].at(x)).sum();
            let step = self.step(|input| input.observed[place]);
            let by = f64::max(seen.low - seen.base - value, value - seen.high + seen.base);
            if by <= 0.0 { by } else { by / step }
        };
        self.observed.iter().enumerate().map(missed).fold(f64::NEG_INFINITY, f64::max)
    }

    /// The largest change of a metric by half a grid step of each input.
    fn step(&self, of: impl Fn(&Effects) -> Effect) -> f64 {
        let size = |input: &Effects| f64::max(of(input).low.abs(), of(input).high.abs());
        self.inputs.iter().map(size).sum::<f64>() / (2.0 * f64::from(STEPS))
    }

    /// The largest change of the judged metric on the grid at settings that miss no observation by more
    /// than `slack` steps.
    fn best_on_grid(&self, slack: f64) -> Option<f64> {
        let side = 2 * STEPS + 1;
        let settings = side.pow(self.inputs.len() as u32);
        let position = |setting: i32, place: usize| {
            f64::from(setting / side.pow(place as u32) % side - STEPS) / f64::from(STEPS)
        };
        (0..settings)
            .filter_map(|setting| {
                let positions: Vec<f64> =
                    (0..self.inputs.len()).map(|place| position(setting, place)).collect();
                let reproduces = self.missed(&positions) <= slack + 1e-9;
                reproduces.then(|| change(&self.inputs, &positions))
            })
            .reduce(f64::max)
    }
}

fn effect(draws: &mut Draws, unit: f64) -> Effect {
    let mut side = || match draws.whole(5) {
        0 => 0.0,
        1 => unit,
        2 => -unit,
        _ => draws.uniform(-unit, unit),
    };
    Effect { low: side(), high: side() }
}

fn observation(draws: &mut Draws, unit: f64) -> ObservedMetric {
    let base = draws.uniform(-2.0 * unit, 2.0 * unit);
    let low = if draws.whole(4) == 0 {
        f64::NEG_INFINITY
    } else {
        base + draws.uniform(-1.2 * unit, 0.4 * unit)
    };
    let high = if draws.whole(4) == 0 {
        f64::INFINITY
    } else {
        f64::max(low, base) + draws.uniform(0.0, 0.8 * unit)
    };
    ObservedMetric { base, low, high }
}

/// The answer is a setting that reproduces the observations. No grid setting is worse, and it is no
/// worse than the worst of the grid by more than a step: every setting has a grid neighbour within half
/// a step of each input.
#[test]
fn no_setting_of_a_grid_is_worse() {
    let (mut solved, mut infeasible, mut between) = (0, 0, 0);
    for seed in 0..PROBLEMS {
        let problem = Problem::draw(&mut Draws::new(seed));
        let exact = problem.best_on_grid(0.0);
        let near = problem.best_on_grid(1.0);
        match worst(&problem.inputs, &problem.observed, Worst::Largest) {
            Ok(positions) => {
                assert!(
                    positions.iter().all(|x| (-1.0..=1.0).contains(x)),
                    "{seed}: {positions:?}"
                );
                assert!(problem.missed(&positions) <= 1e-5, "{seed}: {positions:?} misses");
                let found = change(&problem.inputs, &positions);
                let step = problem.step(|input| input.judged);
                let exact = exact.unwrap_or(f64::NEG_INFINITY);
                assert!(found >= exact - 1e-5 * step, "{seed}: {found}, the grid {exact}");
                let near = near.expect("a neighbour of the answer");
                assert!(found <= near + step * (1.0 + 1e-5), "{seed}: {found}, the grid {near}");
                between += i32::from(positions.iter().any(|x| x.fract() != 0.0));
                solved += 1;
            }
            Err(NoSetting::Infeasible) => {
                assert_eq!(exact, None, "{seed}: a setting of the grid reproduces");
                infeasible += 1;
            }
            Err(NoSetting::GaveUp) => panic!("{seed}: gave up"),
        }
    }
    let counts =
        format!("{solved} solved, {between} of them between ends, {infeasible} infeasible");
    assert!(solved > 300 && between > 50 && infeasible > 30, "{counts}");
}

/// The smallest is the largest with opposite signs.
#[test]
fn the_smallest_is_the_largest_mirrored() {
    for seed in 0..200 {
        let problem = Problem::draw(&mut Draws::new(seed));
        let mut mirrored = problem.inputs.clone();
        for input in &mut mirrored {
            input.judged = Effect { low: -input.judged.low, high: -input.judged.high };
        }
        let smallest = worst(&problem.inputs, &problem.observed, Worst::Smallest);
        assert_eq!(smallest, worst(&mirrored, &problem.observed, Worst::Largest), "{seed}");
    }
}

/// Eight inputs and one observation. With fixed signs that is a knapsack, so at a best setting all
/// inputs but one are at nominal or at an end: all such settings are tried.
#[test]
fn eight_inputs_that_share_one_allowance_are_settled_exactly() {
    for seed in 0..30 {
        let mut draws = Draws::new(seed);
        let inputs: Vec<Effects> = (0..8)
            .map(|_| Effects {
                judged: effect(&mut draws, 1.0),
                observed: vec![effect(&mut draws, 1.0)],
            })
            .collect();
        let allowance = draws.uniform(-1.0, 2.0);
        let low = f64::NEG_INFINITY;
        let observed = [ObservedMetric { base: 5.0, low, high: 5.0 + allowance }];
        let due = best_of_all_corners(&inputs, allowance);
        let found = worst(&inputs, &observed, Worst::Largest).map(|at| change(&inputs, &at));
        match (due, found) {
            (Some(due), Ok(found)) => {
                assert!((found - due).abs() <= 1e-6, "{seed}: {found}, {due}");
            }
            (due, found) => assert_eq!((due, found), (None, Err(NoSetting::Infeasible)), "{seed}"),
        }
    }
}

/// The largest change of the judged metric with all inputs but one at −1, 0 or 1, and that one where the
/// observation allows it.
fn best_of_all_corners(inputs: &[Effects], allowance: f64) -> Option<f64> {
    let corner = |code: usize, place: usize| (code / 3usize.pow(place as u32) % 3) as f64 - 1.0;
    let mut best: Option<f64> = None;
    for code in 0..3usize.pow(inputs.len() as u32) {
        let at: Vec<f64> = (0..inputs.len()).map(|place| corner(code, place)).collect();
        let used: f64 = inputs.iter().zip(&at).map(|(i, &x)| i.observed[0].at(x)).sum();
        let gain = change(inputs, &at);
        let mut candidate = |gain: f64| best = Some(best.map_or(gain, |best| f64::max(best, gain)));
        if used <= allowance + 1e-12 {
            candidate(gain);
        }
        for (input, &x) in inputs.iter().zip(&at).filter(|(_, x)| **x != 0.0) {
            let (cost, worth) = (input.observed[0].at(x), input.judged.at(x));
            let share = (allowance - used + cost) / cost;
            if (0.0..=1.0).contains(&share) {
                candidate(gain - worth * (1.0 - share));
            }
        }
    }
    best
}
