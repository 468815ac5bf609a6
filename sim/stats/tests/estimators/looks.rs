//! Claims judged look by look: how often verdicts are false, and how many replications they need.

use std::collections::BTreeMap;

use wssim_stats::looks::Looks;
use wssim_stats::{LOOKS, simultaneous_level, student_t_quantile};

use crate::draws::{Draws, Law, count};

/// Number of simulated families of claims.
const FAMILIES: u64 = 2000;
/// 5 % of the families. With normal values some 3 % occur, as looks are correlated.
const MOST_FALSE: u64 = FAMILIES / 20;

/// A claim that the number, whose mean is known, is at most 0, or at least 0.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Above,
    Below,
}

/// How claims are decided.
enum Rule {
    /// By [`Looks`].
    Sequential(Looks),
    /// Five looks, every interval at 1 − 0.05/(5m).
    Five,
    /// The shortcut: the looks of [`Looks`], each at the level of a single look.
    Unpaid(Looks),
}

impl Rule {
    fn at(&self) -> &[u32] {
        match self {
            Self::Sequential(looks) | Self::Unpaid(looks) => looks.at(),
            Self::Five => &LOOKS,
        }
    }
}

/// Mean and sum of squared deviations, updated value by value (Welford).
#[derive(Clone, Copy, Debug, Default)]
struct Running {
    mean: f64,
    squares: f64,
}

impl Running {
    fn add(&mut self, value: f64, count: u32) {
        let step = value - self.mean;
        self.mean += step / f64::from(count);
        self.squares += step * (value - self.mean);
    }

    /// The verdict of the t interval with this critical value.
    fn verdict(self, count: u32, critical: f64) -> Option<Verdict> {
        let n = f64::from(count);
        let half_width = critical * (self.squares / (n - 1.0) / n).sqrt();
        let side = if self.mean > 0.0 { Verdict::Above } else { Verdict::Below };
        (self.mean.abs() > half_width).then_some(side)
    }
}

/// Judges families of claims by one rule; remembers critical values.
struct Judge {
    rule: Rule,
    critical: BTreeMap<(u32, u64), f64>,
}

/// The outcome of a family.
struct Outcome {
    verdicts: Vec<Option<Verdict>>,
    replications: u32,
}

impl Judge {
    fn new(rule: Rule) -> Self {
        Self { rule, critical: BTreeMap::new() }
    }

    /// Replications until all claims with these means, of spread 1, are decided, or the cap.
    fn judge(&mut self, draws: &mut Draws, law: Law, means: &[f64]) -> Outcome {
        let claims = means.len();
        let mut seen = vec![Running::default(); claims];
        let mut verdicts = vec![None; claims];
        let mut open: Vec<usize> = (0..claims).collect();
        let mut replications = 0;
        let critical = &mut self.critical;
        for (look, &at) in self.rule.at().iter().enumerate() {
            for count in replications + 1..=at {
                for (seen, mean) in seen.iter_mut().zip(means) {
                    seen.add(mean + draws.standard(law), count);
                }
            }
            replications = at;
            let mut decide = |claim: usize, level: f64| {
                let critical = *critical.entry((at, level.to_bits())).or_insert_with(|| {
                    student_t_quantile(f64::from(at) - 1.0, f64::midpoint(1.0, level))
                });
                verdicts[claim] = seen[claim].verdict(at, critical);
                verdicts[claim].is_some()
            };
            match &self.rule {
                Rule::Sequential(looks) => {
                    looks.settle(look, &mut open, decide);
                }
                Rule::Five => {
                    open.retain(|&claim| !decide(claim, simultaneous_level(claims, LOOKS.len())));
                }
                Rule::Unpaid(_) => {
                    open.retain(|&claim| !decide(claim, simultaneous_level(claims, 1)));
                }
            }
            if open.is_empty() {
                break;
            }
        }
        Outcome { verdicts, replications }
    }

    /// Families with a false verdict: any verdict for a mean of 0, the wrong side otherwise.
    fn false_families(&mut self, law: Law, means: &[f64]) -> u64 {
        let is_false = |(verdict, mean): (&Option<Verdict>, &f64)| match verdict {
            None => false,
            Some(Verdict::Above) => *mean <= 0.0,
            Some(Verdict::Below) => *mean >= 0.0,
        };
        count(FAMILIES, |draws| {
            let verdicts = self.judge(draws, law, means).verdicts;
            verdicts.iter().zip(means).any(is_false)
        })
    }

    fn mean_replications(&mut self, means: &[f64]) -> f64 {
        const FAMILIES: u64 = 500;
        let mut used = |seed| self.judge(&mut Draws::new(seed), Law::Normal, means).replications;
        (0..FAMILIES).map(|seed| f64::from(used(seed))).sum::<f64>() / FAMILIES as f64
    }
}

fn sequential() -> Judge {
    Judge::new(Rule::Sequential(Looks::default()))
}

/// The mean that lies `errors` standard errors of ten replications from the limit.
fn distance(errors: f64) -> f64 {
    errors / 10f64.sqrt()
}

#[test]
fn claims_on_their_limits_are_rarely_decided() {
    for law in [Law::Normal, Law::MildlySkewed] {
        for claims in [1, 6, 20] {
            let wrong = sequential().false_families(law, &vec![0.0; claims]);
            println!("{claims} claims on their limits, {law:?}: {wrong} of {FAMILIES} false");
            assert!(wrong <= MOST_FALSE, "{claims} claims, {law:?}: {wrong} of {FAMILIES}");
        }
    }
}

/// On either side of the limit, by a tenth of a standard error and by one.
#[test]
fn claims_beside_their_limits_are_rarely_decided_falsely() {
    for law in [Law::Normal, Law::MildlySkewed] {
        for claims in [1, 6, 20] {
            for errors in [-1.0, -0.1, 0.1, 1.0] {
                let wrong = sequential().false_families(law, &vec![distance(errors); claims]);
                assert!(wrong <= MOST_FALSE, "{claims} claims, {law:?}, {errors}: {wrong}");
            }
        }
    }
}

/// Clear claims hand their shares on to claims on their limits, which must not make more errors.
#[test]
fn shares_handed_on_are_not_spent_twice() {
    for law in [Law::Normal, Law::MildlySkewed] {
        for (clear, errors) in [(14, 12.0), (10, 4.0), (19, 2.0)] {
            let means: Vec<f64> =
                (0..20).map(|claim| if claim < clear { distance(errors) } else { 0.0 }).collect();
            let wrong = sequential().false_families(law, &means);
            assert!(wrong <= MOST_FALSE, "{clear} clear, {law:?}: {wrong} of {FAMILIES}");
        }
    }
}

/// With clearly skewed values one claim is safe; several on their limits are not safe with t intervals,
/// and even less so under the rule of five looks.
#[test]
fn clearly_skewed_values_are_judged_no_worse_than_by_five_looks() {
    assert!(sequential().false_families(Law::Skewed, &[0.0]) <= MOST_FALSE);
    for claims in [6, 20] {
        let means = vec![0.0; claims];
        let wrong = sequential().false_families(Law::Skewed, &means);
        let by_five = Judge::new(Rule::Five).false_families(Law::Skewed, &means);
        println!(
            "{claims} claims, skewness 1: {wrong} of {FAMILIES} false, by five looks {by_five}"
        );
        assert!(wrong < by_five, "{claims} claims: {wrong}, by five looks {by_five}");
    }
}

/// The shortcut that these tests must refuse: looking often at the level of one look.
#[test]
fn looks_that_are_not_paid_for_are_found_out() {
    let mut unpaid = Judge::new(Rule::Unpaid(Looks::default()));
    for claims in [1, 20] {
        let wrong = unpaid.false_families(Law::Normal, &vec![0.0; claims]);
        assert!(wrong > 2 * MOST_FALSE, "{claims} claims: {wrong} of {FAMILIES}");
    }
}

/// Replications until all claims are decided, compared with five looks without handing on. A single
/// claim has no share to hand on; it gains where five looks are far apart, and loses nothing elsewhere.
#[test]
fn verdicts_take_fewer_replications_than_with_five_looks() {
    let alone = |errors: f64| vec![distance(errors)];
    let mix = |hard: &[f64]| -> Vec<f64> {
        let clear = std::iter::repeat_n(12.0, 20 - hard.len());
        clear.chain(hard.iter().copied()).map(distance).collect()
    };
    let families = [
        ("one claim at 1 standard error", alone(1.0)),
        ("one claim at 1.5", alone(1.5)),
        ("one claim at 2", alone(2.0)),
        ("one claim at 4", alone(4.0)),
        ("six claims at 2", vec![distance(2.0); 6]),
        ("six claims at 4", vec![distance(4.0); 6]),
        ("twenty claims at 2", vec![distance(2.0); 20]),
        ("twenty claims at 4", vec![distance(4.0); 20]),
        ("twenty clear claims", vec![distance(16.0); 20]),
        ("eighteen clear claims, 2 and 3", mix(&[2.0, 3.0])),
        ("fourteen clear claims, 1.2 to 4", mix(&[1.2, 1.5, 2.0, 2.5, 3.0, 4.0])),
    ];
    for (what, means) in families {
        let new = sequential().mean_replications(&means);
        let old = Judge::new(Rule::Five).mean_replications(&means);
        println!("{what}: {new:.1} replications, {old:.1} with five looks");
        let most = if means.len() == 1 { 1.01 * old } else { old };
        assert!(new < most, "{what}: {new}, with five looks {old}");
    }
}

/// Away from the limit the verdict is right.
#[test]
fn clear_claims_are_decided_rightly_at_the_first_looks() {
    let means = [distance(20.0), distance(-20.0), distance(40.0)];
    for seed in 0..100 {
        let found = sequential().judge(&mut Draws::new(seed), Law::Normal, &means);
        let due = [Verdict::Above, Verdict::Below, Verdict::Above].map(Some);
        assert_eq!(found.verdicts, due);
        assert!(found.replications <= 10, "{}", found.replications);
    }
}
