//! Reasons as sentences: of verdicts, losses and missing numbers, and notes. Text, Markdown and JSON
//! share them.

mod breakdown;
mod clause;
mod loss;
mod note;
mod overfull;
mod overload;
mod unmeasured;

pub(crate) use loss::{cause, entry, service};
pub(crate) use note::note;
pub(crate) use overfull::at_point;
pub use overfull::overfull;
pub(crate) use overload::banner;
pub use overload::overload;
pub(crate) use unmeasured::missing;

use crate::quantity;
use breakdown::breakdown;
pub(crate) use breakdown::{most, parts};
use unmeasured::{few, unmeasured};
use wssim_experiment::reason::{Flip, InputValue, Needed, Reason, Setback};

/// All reasons of a claim in one line, the decisive one first; empty without reasons.
pub(crate) fn why(reasons: &[Reason]) -> String {
    reasons.iter().map(sentence).collect::<Vec<_>>().join("; ")
}

/// The decisive reason, in a few words if possible; `None` without reasons.
pub(crate) fn clause(reasons: &[Reason]) -> Option<String> {
    let first = reasons.first()?;
    Some(clause::short(first).unwrap_or_else(|| sentence(first)))
}

fn sentence(reason: &Reason) -> String {
    match reason {
        Reason::JudgedBy(study) => format!("judged by `wssim {}`", study.name()),
        Reason::NotSimulated(what) => format!("not simulated yet: {what}"),
        Reason::Unmeasured(why) => unmeasured(why),
        Reason::TooFew(runs) => few(*runs),
        Reason::Unanswered => {
            "some requests got no answer: how long theirs would have taken is not known".to_owned()
        }
        Reason::NotOver => {
            "some did not come to their end: how long they would have taken is not known".to_owned()
        }
        Reason::Straddles { needed } => straddles(*needed),
        Reason::OnTheLimit { within } => {
            format!("on the limit: the interval lies within {} of it", quantity::percent(*within))
        }
        Reason::Flips(flip) => flips(flip),
        Reason::NotLookedAt { looked, ranges } => {
            let left = ranges.saturating_sub(*looked);
            format!("at the given values; {left} of {ranges} ranges not looked at")
        }
        Reason::MadeUp(parts) => breakdown(parts),
        Reason::NotSurvived(sets) if sets.is_empty() => "every set is survived".to_owned(),
        Reason::NotSurvived(sets) => {
            let sets: Vec<String> = sets.iter().map(|nodes| nodes.join(" and ")).collect();
            format!("not survived without {}", sets.join(", or "))
        }
        Reason::WorstSet { nodes, is_back, why } => {
            let what = if *is_back { "slowest" } else { "not back" };
            let why = why.as_ref().map_or_else(String::new, |why| format!(": {}", setback(why)));
            format!("{what} without {}{why}", nodes.join(" and "))
        }
        Reason::Down { seconds, outages, mostly } => {
            let [hours, times] = [seconds / 3600.0, *outages].map(two_digits);
            let mostly = mostly.as_ref().map_or_else(String::new, |(what, share)| {
                format!("; {:.0} % of it: {}", share * 100.0, cause(what))
            });
            format!("down {hours} h a year, in {times} outages{mostly}")
        }
    }
}

fn straddles(needed: Option<Needed>) -> String {
    let more = match needed {
        None => String::new(),
        Some(Needed::Replications(needed)) => {
            format!("; about {needed} replications would decide it")
        }
        Some(Needed::Years(years)) => format!("; about `--years {years:.0}` would decide it"),
    };
    format!("the interval straddles a limit{more}")
}

/// The verdict at the values in force and elsewhere; for one input also where it changes.
fn flips(flip: &Flip) -> String {
    let (from, to) = (flip.from.name(), flip.to.name());
    if let [InputValue { path, nominal, value, near }] = flip.inputs.as_slice() {
        let near = near.as_ref().unwrap_or(value);
        if flip.from == flip.to {
            return format!(
                "{from} at `{path}` = {nominal} from one side, and at {value} from the other; it flips near {near}"
            );
        }
        return format!(
            "{from} at `{path}` = {nominal}, but {to} at {value}; it flips near {near}"
        );
    }
    let one = |input: &InputValue| format!("`{}` = {}", input.path, input.value);
    let all: Vec<String> = flip.inputs.iter().map(one).collect();
    let (last, others) =
        all.split_last().map_or(("", &[][..]), |(last, rest)| (last.as_str(), rest));
    format!(
        "{from} at the values in force, but {to} with {} and {last} together",
        others.join(", ")
    )
}

fn setback(why: &Setback) -> String {
    match why {
        Setback::Entry(trouble) => entry(trouble),
        Setback::Service(loss) => service(loss),
    }
}

/// A number above zero to two digits.
fn two_digits(value: f64) -> String {
    let decimals = (1.0 - value.max(1e-9).log10().floor()).clamp(0.0, 9.0) as usize;
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use wssim_experiment::failures::findings::ServiceLoss;
    use wssim_experiment::failures::years::findings::Cause;
    use wssim_experiment::findings::Verdict;
    use wssim_experiment::reason::{Few, Runs, Unmeasured};

    fn input(path: &str, nominal: &str, value: &str, near: Option<&str>) -> InputValue {
        InputValue {
            path: path.to_owned(),
            nominal: nominal.to_owned(),
            value: value.to_owned(),
            near: near.map(str::to_owned),
        }
    }

    fn flip(inputs: Vec<InputValue>) -> Reason {
        Reason::Flips(Flip { inputs, from: Verdict::Holds, to: Verdict::Undecided })
    }

    #[test]
    fn several_inputs_that_turn_a_verdict_are_told_by_name() {
        let rate = input("traffic.web.rate", "40/s", "80/s", Some("60/s"));
        assert_eq!(
            sentence(&flip(vec![rate.clone()])),
            "holds at `traffic.web.rate` = 40/s, but undecided at 80/s; it flips near 60/s"
        );
        let cpu = input("service.db.cpu", "2ms", "4ms", None);
        assert_eq!(
            sentence(&flip(vec![rate, cpu.clone()])),
            "holds at the values in force, but undecided with `traffic.web.rate` = 80/s and \
             `service.db.cpu` = 4ms together"
        );
        // No value between was tried: the end is the nearest one known.
        assert!(sentence(&flip(vec![cpu])).ends_with("undecided at 4ms; it flips near 4ms"));
    }

    #[test]
    fn the_reason_that_decides_comes_first() {
        let reasons = [
            Reason::Straddles { needed: Some(Needed::Replications(320)) },
            Reason::NotLookedAt { looked: 15, ranges: 18 },
        ];
        assert_eq!(
            why(&reasons),
            "the interval straddles a limit; about 320 replications would decide it; at the given \
             values; 3 of 18 ranges not looked at"
        );
        assert_eq!(why(&[]), "");
    }

    #[test]
    fn a_number_of_few_runs_straddles_nothing() {
        let few = |of, needed| Few { of, needed };
        for (reason, due) in [
            (Reason::TooFew(few(Runs::Replications, 5)), "fewer than 5 replications"),
            (
                Reason::Unmeasured(Unmeasured::TooFew(few(Runs::Histories, 2))),
                "fewer than two histories",
            ),
            (
                Reason::OnTheLimit { within: 0.01 },
                "on the limit: the interval lies within 1 % of it",
            ),
        ] {
            assert_eq!(sentence(&reason), due);
        }
    }

    #[test]
    fn sets_and_years_are_told_with_what_they_come_after() {
        let worst =
            |is_back, why| Reason::WorstSet { nodes: vec!["a".into(), "b".into()], is_back, why };
        assert_eq!(sentence(&worst(true, None)), "slowest without a and b");
        let why = Some(Setback::Service(ServiceLoss::NoQuorum));
        assert!(sentence(&worst(false, why)).starts_with("not back without a and b: no quorum"));
        let sets = vec![vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned()]];
        assert_eq!(sentence(&Reason::NotSurvived(sets)), "not survived without a and b, or c");
        let node = Cause::Thing { kind: "node".to_owned(), name: "a".to_owned() };
        let down = Reason::Down { seconds: 36_000.0, outages: 0.25, mostly: Some((node, 0.9)) };
        assert_eq!(sentence(&down), "down 10 h a year, in 0.25 outages; 90 % of it: node a");
    }
}
