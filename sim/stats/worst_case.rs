//! Finds the worst joint setting of uncertain inputs that still reproduces the observations.
//!
//! Input i stands at a position xᵢ in [−1, 1]: −1 the low end of its range, 0 its value in force,
//! +1 its high end. Its effect on a metric is known at both ends and linear between each end and
//! nominal; effects of several inputs add up (no interactions: a linear approximation around nominal, to
//! be checked by a simulation at the answer). Wanted is the setting with the largest, or smallest,
//! judged metric among those with lowⱼ ≤ baseⱼ + Σᵢ effectᵢⱼ(xᵢ) ≤ highⱼ for every observed metric j.
//!
//! With xᵢ = uᵢ − vᵢ, u, v ≥ 0, all is linear in (u, v) but for uᵢ·vᵢ = 0: an input is not on both
//! sides at once. The relaxation uᵢ + vᵢ ≤ 1, the convex hull of the two sides, is a linear program;
//! where its solution uses both sides of an input, the search branches on the side. A vertex of the
//! relaxation mixes at most as many inputs as there are binding observations, so branches are few,
//! and a branch that cannot beat the best setting found is cut: the answer is exact.
//! Land & Doig, Econometrica 28 (1960); Beale & Tomlin, special ordered sets, in Proc. 5th Int.
//! Conf. on Operational Research (1970).

use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, Variable};

/// The effect of an input on one metric, in the metric's unit: the change from nominal at both ends.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Effect {
    /// At the low end of the input's range.
    pub low: f64,
    /// At its high end.
    pub high: f64,
}

impl Effect {
    /// The change at `position` in [−1, 1].
    pub fn at(self, position: f64) -> f64 {
        if position < 0.0 { -position * self.low } else { position * self.high }
    }
}

/// The effects of one input on all metrics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects {
    /// On the judged metric.
    pub judged: Effect,
    /// On each observed metric, in the order of the observations.
    pub observed: Vec<Effect>,
}

/// An observed metric: its value at nominal, and the range that reproduces the observation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ObservedMetric {
    /// The value with all inputs at nominal.
    pub base: f64,
    /// The smallest value that reproduces the observation; −∞ for no lower limit.
    pub low: f64,
    /// The largest; ∞ for no upper limit.
    pub high: f64,
}

/// Which end of the judged metric is the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worst {
    /// The largest value.
    Largest,
    /// The smallest value.
    Smallest,
}

/// Why there is no worst setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSetting {
    /// No setting of the inputs reproduces the observations.
    Infeasible,
    /// The search gave up; settings may exist.
    GaveUp,
}

/// Most linear programs of a search. 18 inputs that gain on both sides take some 200 under five
/// observations, far fewer if their two sides have opposite effects.
const MOST_PROGRAMS: usize = 20_000;
/// Values that count as zero, relative to the largest effect on a metric.
const NOTHING: f64 = 1e-9;
/// By how much an observation may be missed because of rounding, relative to the largest effect on it.
const ROUNDING: f64 = 1e-7;

/// The positions of `inputs`, in their order, at which the judged metric is worst and `observed`
/// is reproduced. An input without influence on that stands at 0.
///
/// Deterministic. All effects and bases are finite.
///
/// # Errors
/// [`NoSetting`]: no setting reproduces the observations, or none could be found.
///
/// # Panics
/// When an input lacks an effect on an observed metric, or an effect is not finite.
pub fn worst(
    inputs: &[Effects],
    observed: &[ObservedMetric],
    worst: Worst,
) -> Result<Vec<f64>, NoSetting> {
    let sign = if worst == Worst::Largest { 1.0 } else { -1.0 };
    let search = Search::new(inputs, observed, sign);
    if search.is_missed_by_all() {
        return Err(NoSetting::Infeasible);
    }
    let mut state = State { sides: vec![Sides::Both; inputs.len()], best: None, programs: 0 };
    search.branch(&mut state)?;
    let (_, mut positions) = state.best.ok_or(NoSetting::Infeasible)?;
    search.back_to_nominal(&mut positions);
    if search.reproduces(&positions) { Ok(positions) } else { Err(NoSetting::GaveUp) }
}

/// The judged metric's change from nominal with all `inputs` at `positions`.
pub fn change(inputs: &[Effects], positions: &[f64]) -> f64 {
    inputs.iter().zip(positions).map(|(input, &x)| input.judged.at(x)).sum()
}

/// The sides of nominal still allowed for an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sides {
    Both,
    Low,
    High,
}

/// The state of the search.
struct State {
    sides: Vec<Sides>,
    /// The best setting so far: its objective and positions.
    best: Option<(f64, Vec<f64>)>,
    programs: usize,
}

/// How far an input is on either side: (low, high), each in [0, 1].
type Mix = (f64, f64);

/// An observation in units of the largest effect on it, so that bytes and seconds weigh alike.
struct Row {
    effects: Vec<Effect>,
    /// Smallest and largest allowed change from nominal.
    within: (f64, f64),
}

impl Row {
    /// Non-zero effects: input, side (0 low, 1 high), effect.
    fn terms(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        let sides = |(place, e): (usize, &Effect)| [(place, 0, e.low), (place, 1, e.high)];
        self.effects.iter().enumerate().flat_map(sides).filter(|(_, _, effect)| *effect != 0.0)
    }
}

struct Search {
    /// The judged metric, maximal when worst, in units of the largest effect.
    objective: Vec<Effect>,
    rows: Vec<Row>,
}

impl Search {
    fn new(inputs: &[Effects], observed: &[ObservedMetric], sign: f64) -> Self {
        for input in inputs {
            assert_eq!(input.observed.len(), observed.len(), "an effect on each observed metric");
        }
        let judged: Vec<Effect> = inputs.iter().map(|input| input.judged).collect();
        let scale = sign / scale_of(&judged);
        let row = |(place, seen): (usize, &ObservedMetric)| {
            assert!(seen.base.is_finite(), "a metric at nominal is a finite number");
            let effects: Vec<Effect> = inputs.iter().map(|input| input.observed[place]).collect();
            let scale = scale_of(&effects);
            let within = ((seen.low - seen.base) / scale, (seen.high - seen.base) / scale);
            Row { effects: scaled(&effects, 1.0 / scale), within }
        };
        Self {
            objective: scaled(&judged, scale),
            rows: observed.iter().enumerate().map(row).collect(),
        }
    }

    /// Whether an observation on which no input has an effect is missed: no program covers that.
    fn is_missed_by_all(&self) -> bool {
        let missed = |row: &Row| row.within.0 > ROUNDING || row.within.1 < -ROUNDING;
        self.rows.iter().any(|row| row.terms().next().is_none() && missed(row))
    }

    /// Finds the best setting on the sides allowed by `state`.
    fn branch(&self, state: &mut State) -> Result<(), NoSetting> {
        state.programs += 1;
        if state.programs > MOST_PROGRAMS {
            return Err(NoSetting::GaveUp);
        }
        let Some(mixes) = self.relaxation(&state.sides)? else { return Ok(()) };
        let bound = self.value(&mixes);
        if state.best.as_ref().is_some_and(|(best, _)| bound <= best + NOTHING) {
            return Ok(());
        }
        let Some(mixed) = most_mixed(&mixes) else {
            state.best = Some((bound, mixes.iter().map(|(low, high)| high - low).collect()));
            return Ok(());
        };
        let (low, high) = mixes[mixed];
        let order = if low > high { [Sides::Low, Sides::High] } else { [Sides::High, Sides::Low] };
        for side in order {
            state.sides[mixed] = side;
            self.branch(state)?;
        }
        state.sides[mixed] = Sides::Both;
        Ok(())
    }

    fn value(&self, mixes: &[Mix]) -> f64 {
        let part = |(effect, (low, high)): (&Effect, &Mix)| effect.low * low + effect.high * high;
        self.objective.iter().zip(mixes).map(part).sum()
    }

    /// The linear program in which an input may be on both sides at once; `None` if infeasible.
    fn relaxation(&self, sides: &[Sides]) -> Result<Option<Vec<Mix>>, NoSetting> {
        let mut program = Problem::new(OptimizationDirection::Maximize);
        let variables: Vec<[Variable; 2]> = (self.objective.iter().zip(sides))
            .map(|(effect, sides)| {
                let most = |closed: Sides| if *sides == closed { 0.0 } else { 1.0 };
                let low = program.add_var(effect.low, (0.0, most(Sides::High)));
                [low, program.add_var(effect.high, (0.0, most(Sides::Low)))]
            })
            .collect();
        for [low, high] in &variables {
            program.add_constraint([(*low, 1.0), (*high, 1.0)], ComparisonOp::Le, 1.0);
        }
        for row in &self.rows {
            let terms: Vec<(Variable, f64)> =
                row.terms().map(|(place, side, e)| (variables[place][side], e)).collect();
            let (least, most) = row.within;
            for (operator, limit) in [(ComparisonOp::Ge, least), (ComparisonOp::Le, most)] {
                if limit.is_finite() && !terms.is_empty() {
                    program.add_constraint(terms.as_slice(), operator, limit);
                }
            }
        }
        match program.solve() {
            Ok(outcome) => {
                let solution = outcome.into_solution().map_err(|_| NoSetting::GaveUp)?;
                let mix = |v: &[Variable; 2]| (solution[v[0]], solution[v[1]]);
                Ok(Some(variables.iter().map(mix).collect()))
            }
            Err(Error::Infeasible) => Ok(None),
            Err(_) => Err(NoSetting::GaveUp),
        }
    }

    /// Rounds positions that nearly are an end or nominal, and moves inputs to nominal that neither the
    /// judged metric nor an observation needs elsewhere.
    fn back_to_nominal(&self, positions: &mut [f64]) {
        for position in positions.iter_mut() {
            let round = position.round();
            if (*position - round).abs() <= NOTHING {
                *position = round;
            }
        }
        let least = self.objective_at(positions) - NOTHING;
        for place in 0..positions.len() {
            let kept = std::mem::replace(&mut positions[place], 0.0);
            if self.objective_at(positions) < least || !self.reproduces(positions) {
                positions[place] = kept;
            }
        }
    }

    fn objective_at(&self, positions: &[f64]) -> f64 {
        sum_at(&self.objective, positions)
    }

    fn reproduces(&self, positions: &[f64]) -> bool {
        self.rows.iter().all(|row| {
            let there = sum_at(&row.effects, positions);
            row.within.0 - ROUNDING <= there && there <= row.within.1 + ROUNDING
        })
    }
}

/// The largest effect on a metric; 1 without any.
fn scale_of(effects: &[Effect]) -> f64 {
    let sizes = effects.iter().flat_map(|effect| [effect.low.abs(), effect.high.abs()]);
    let largest = sizes.fold(0.0, |largest, size| {
        assert!(size.is_finite(), "an effect is a finite number");
        f64::max(largest, size)
    });
    if largest > 0.0 { largest } else { 1.0 }
}

fn scaled(effects: &[Effect], factor: f64) -> Vec<Effect> {
    let scale = |effect: &Effect| Effect { low: effect.low * factor, high: effect.high * factor };
    effects.iter().map(scale).collect()
}

fn sum_at(effects: &[Effect], positions: &[f64]) -> f64 {
    effects.iter().zip(positions).map(|(effect, &x)| effect.at(x)).sum()
}

/// The input that is most on both sides at once.
fn most_mixed(mixes: &[Mix]) -> Option<usize> {
    let both = |place: &usize| f64::min(mixes[*place].0, mixes[*place].1);
    let most = (0..mixes.len()).max_by(|a, b| both(a).total_cmp(&both(b)).then(b.cmp(a)))?;
    (both(&most) > NOTHING).then_some(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Effect = Effect { low: 0.0, high: 0.0 };

    fn input(judged: Effect, observed: &[Effect]) -> Effects {
        Effects { judged, observed: observed.to_vec() }
    }

    /// Without observations each input goes to the end that is worse, or stays.
    #[test]
    fn free_inputs_go_to_their_worse_ends() {
        let inputs = [
            input(Effect { low: -1.0, high: 2.0 }, &[]),
            input(Effect { low: 3.0, high: 1.0 }, &[]),
            input(Effect { low: -1.0, high: -2.0 }, &[]),
            input(NONE, &[]),
        ];
        assert_eq!(worst(&inputs, &[], Worst::Largest), Ok(vec![1.0, -1.0, 0.0, 0.0]));
        assert_eq!(worst(&inputs, &[], Worst::Smallest), Ok(vec![-1.0, 0.0, 1.0, 0.0]));
        assert_eq!(worst(&[], &[], Worst::Largest), Ok(vec![]));
    }

    /// Two inputs together explain an observed time: what one adds, the other must take away. Only the
    /// first moves the judged metric: by 5 there, with the second at −5/8 to compensate.
    #[test]
    fn an_input_moves_as_far_as_another_can_make_up_for() {
        let inputs = [
            input(Effect { low: -1.0, high: 4.0 }, &[Effect { low: -5.0, high: 5.0 }]),
            input(NONE, &[Effect { low: -8.0, high: 8.0 }]),
        ];
        let observed = [ObservedMetric { base: 7.0, low: 7.0, high: 7.0 }];
        assert_eq!(worst(&inputs, &observed, Worst::Largest), Ok(vec![1.0, -0.625]));
        let alone = worst(&inputs[..1], &observed, Worst::Largest);
        assert_eq!(alone, Ok(vec![0.0]), "alone it cannot move");
    }

    /// Nominal does not reproduce the observation, but another setting does.
    #[test]
    fn nominal_need_not_reproduce() {
        let inputs = [input(Effect { low: -1.0, high: 2.0 }, &[Effect { low: 4.0, high: -4.0 }])];
        let above = [ObservedMetric { base: 0.0, low: 1.0, high: f64::INFINITY }];
        assert_eq!(worst(&inputs, &above, Worst::Largest), Ok(vec![-0.25]));
        let far = [ObservedMetric { base: 0.0, low: 5.0, high: 6.0 }];
        assert_eq!(worst(&inputs, &far, Worst::Largest), Err(NoSetting::Infeasible));
    }

    /// On both sides at once the effects on the observation would cancel; an input cannot be there.
    #[test]
    fn an_input_is_not_on_both_sides_at_once() {
        let both = Effect { low: 1.0, high: 1.0 };
        let inputs = [input(both, &[Effect { low: -1.0, high: 1.0 }])];
        let observed = [ObservedMetric { base: 0.0, low: -0.25, high: 0.5 }];
        assert_eq!(worst(&inputs, &observed, Worst::Largest), Ok(vec![0.5]));
    }

    /// An observation that no input affects is reproduced by all settings or by none.
    #[test]
    fn an_observation_that_no_input_reaches_decides_alone() {
        let inputs = [input(Effect { low: 0.0, high: 1.0 }, &[NONE])];
        let seen = |low| [ObservedMetric { base: 2.0, low, high: 3.0 }];
        assert_eq!(worst(&inputs, &seen(1.0), Worst::Largest), Ok(vec![1.0]));
        assert_eq!(worst(&inputs, &seen(2.5), Worst::Largest), Err(NoSetting::Infeasible));
    }

    #[test]
    fn effects_are_linear_between_nominal_and_each_end() {
        let effect = Effect { low: -3.0, high: 8.0 };
        let at = [-1.0, -0.5, 0.0, 0.25, 1.0].map(|x| effect.at(x));
        assert_eq!(at, [-3.0, -1.5, 0.0, 2.0, 8.0]);
    }
}
