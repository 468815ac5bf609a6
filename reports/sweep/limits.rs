//! Which limits of the entries are kept up to where: the tightest of them, and what is full beyond it.
//!
//! Along an axis of which more is worse (traffic) the tightest limit is the one that is missed first; of which
//! more is better (replicas) the one that is kept last. Where some are of one kind and some of the other, the
//! values between the two are those that keep both, so both are told.

use super::wording::{along, name, node, place, value_of, with};
use crate::quantity;
use crate::reason;
use std::cmp::Ordering;
use std::fmt::Write as _;
use wssim_experiment::reason::NoEstimate;
use wssim_experiment::sweep::findings::{Crossing, LimitState, ObjectiveFinding, Sweep};

/// Rows of points that a sentence is told of.
const MOST_ROWS: usize = 3;
/// Share of a node's CPU from which on it is named as what is full.
const FULL: f64 = 0.7;

/// Which limits are kept up to where; `None`: there are none.
pub(super) fn of_objectives(sweep: &Sweep) -> Option<String> {
    let judged = || sweep.objectives.iter();
    let tightest = tightest(sweep);
    // A critical objective that is crossed comes before another that is missed everywhere.
    let is_hidden = |objective: &ObjectiveFinding| {
        !objective.is_critical && tightest.iter().any(|crossed| crossed.is_critical)
    };
    let missed = |one: &&ObjectiveFinding| all(one, LimitState::Missed) && !is_hidden(one);
    if let Some(objective) = judged().find(missed) {
        return Some(format!(
            "{} misses its {} at every point.",
            subject(objective),
            limit(objective)
        ));
    }
    if !tightest.is_empty() {
        let told: Vec<String> = tightest.iter().map(|one| crossed(sweep, one)).collect();
        return Some(told.join(" "));
    }
    judged().next()?;
    let is_open = |objective: &&ObjectiveFinding| objective.states.contains(&LimitState::Open);
    if let Some(objective) = judged().find(is_open) {
        return Some(open(sweep, objective));
    }
    let some_rows = judged().find(|one| !all(one, LimitState::Kept));
    let kept = || "Every objective is kept at every point.".to_owned();
    Some(some_rows.map_or_else(kept, |objective| in_some_rows(sweep, objective)))
}

/// Whether it is `state` wherever its entry is.
fn all(objective: &ObjectiveFinding, state: LimitState) -> bool {
    objective.states.iter().all(|one| *one == state || *one == LimitState::Absent)
}

/// No row crosses it, and yet it is not the same at all points.
fn in_some_rows(sweep: &Sweep, objective: &ObjectiveFinding) -> String {
    let first = |state: LimitState| {
        let at = objective.states.iter().position(|one| *one == state);
        at.map_or_else(String::new, |at| place(sweep, at))
    };
    format!(
        "{} keeps its {} in some rows alone: at {}, and not at {}.",
        subject(objective),
        limit(objective),
        first(LimitState::Kept),
        first(LimitState::Missed)
    )
}

/// Where it is not known whether it is kept, and what would tell.
fn open(sweep: &Sweep, objective: &ObjectiveFinding) -> String {
    let at = objective.states.iter().position(|state| *state == LimitState::Open);
    let why = at.and_then(|at| objective.missing[at].as_ref());
    let would_tell = match why {
        None | Some(NoEstimate::TooFew(_)) => "more --replications would tell".to_owned(),
        Some(why @ NoEstimate::TooFewRequests { .. }) => {
            format!("too few requests for this quantile, {}", reason::missing(why))
        }
        Some(why) => reason::missing(why),
    };
    format!(
        "Whether {} keeps its {} is open{}: {would_tell}.",
        subject(objective),
        limit(objective),
        at.map_or_else(String::new, |at| format!(" at {}", place(sweep, at)))
    )
}

/// The objective that is missed first, and the one that is kept last; critical ones come first.
fn tightest(sweep: &Sweep) -> Vec<&ObjectiveFinding> {
    let earliest = best(sweep, |[kept, missed]| (kept < missed).then_some(kept));
    let latest = best(sweep, |[kept, missed]| (missed < kept).then_some(-missed));
    let same = |one: &&ObjectiveFinding| earliest.is_none_or(|other| !std::ptr::eq(*one, other));
    let mut both: Vec<&ObjectiveFinding> =
        earliest.into_iter().chain(latest.filter(same)).collect();
    both.sort_by_key(|objective| !objective.is_critical);
    both
}

/// The objective with the least `rank` of where it is kept and where missed, critical ones first.
fn best(sweep: &Sweep, rank: impl Fn([f64; 2]) -> Option<f64>) -> Option<&ObjectiveFinding> {
    let of_crossing = |crossing: &Crossing| {
        rank([crossing.kept, crossing.missed].map(|point| on_axis(sweep, point)))
    };
    let ranked = sweep.objectives.iter().filter_map(|objective| {
        let least = objective.crossings.iter().filter_map(of_crossing).reduce(f64::min)?;
        Some((!objective.is_critical, least, objective))
    });
    let order = |a: &(bool, f64, _), b: &(bool, f64, _)| -> Ordering {
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
    };
    ranked.min_by(order).map(|(.., objective)| objective)
}

/// Where a point stands on the axis: its number, or the place of its name.
fn on_axis(sweep: &Sweep, point: usize) -> f64 {
    let value = &sweep.points[point].values[sweep.axis];
    let values = &sweep.parameters[sweep.axis].values;
    let place = || values.iter().position(|known| known == value).unwrap_or(0) as f64;
    value.number.unwrap_or_else(place)
}

/// `p95 of web keeps its 250 ms at traffic.scale 3 and misses it at 4 (node a 97 % busy)`.
fn crossed(sweep: &Sweep, objective: &ObjectiveFinding) -> String {
    let axis = name(sweep, sweep.axis);
    let mut text = format!("{} keeps its {}", subject(objective), limit(objective));
    for (number, crossing) in objective.crossings.iter().take(MOST_ROWS).enumerate() {
        let [kept, missed] = [crossing.kept, crossing.missed].map(|point| along(sweep, point));
        let row = with(sweep, crossing.kept);
        let why = why(sweep, crossing.missed);
        let _ = match number {
            0 => write!(text, " at {axis} {kept} and misses it at {missed}{why}{row}"),
            _ => write!(text, "; at {kept} and {missed}{why}{row}"),
        };
    }
    let more = objective.crossings.len().saturating_sub(MOST_ROWS);
    if more > 0 {
        let _ = write!(text, "; and so on in {more} rows more");
    }
    text.push('.');
    text
}

/// What is full at a point.
fn why(sweep: &Sweep, point: usize) -> String {
    let busiest = sweep.points[point].busiest.as_ref();
    let told = busiest.and_then(|metric| Some((node(metric)?, metric.estimate.as_ref()?)));
    match told {
        Some((node, cpu)) if cpu.mean >= FULL => {
            format!(" (node `{node}` {} busy)", quantity::percent(cpu.mean.min(1.0)))
        }
        _ => String::new(),
    }
}

/// `p95 of web`, `the error ratio of web`.
fn subject(objective: &ObjectiveFinding) -> String {
    let stat = value_of(&objective.labels, "stat");
    let what = stat.unwrap_or("share of errors");
    format!("{what} of `{}`", objective.entry)
}

fn limit(objective: &ObjectiveFinding) -> String {
    format!("objective of {}", quantity::plain(objective.limit, objective.unit, false))
}
