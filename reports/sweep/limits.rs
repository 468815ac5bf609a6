//! Where the limits of the entries are crossed: the tightest of them, and the bottleneck beyond it.
//!
//! If more is worse along an axis (traffic), the tightest limit is the one missed first; if more is
//! better (replicas), the one kept last. With limits of both kinds, the values between the two keep
//! both, so both are reported.

use super::wording::{along, name, node, place, value_of, with};
use crate::quantity;
use crate::reason;
use std::cmp::Ordering;
use std::fmt::Write as _;
use wssim_experiment::reason::NoEstimate;
use wssim_experiment::sweep::findings::{Crossing, LimitState, ObjectiveFinding, Sweep};

/// Most rows of points in a sentence.
const MOST_ROWS: usize = 3;
/// Utilization of a node's CPU from which it is named as the bottleneck.
const FULL: f64 = 0.7;

/// Where the limits are kept; `None` without limits.
pub(super) fn of_objectives(sweep: &Sweep) -> Option<String> {
    let judged = || sweep.objectives.iter();
    let tightest = tightest(sweep);
    // A crossed critical objective comes before another that is missed everywhere.
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

/// Whether it has `state` at all points with its entry.
fn all(objective: &ObjectiveFinding, state: LimitState) -> bool {
    objective.states.iter().all(|one| *one == state || *one == LimitState::Absent)
}

/// The sentence if no row crosses it, but its state varies.
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

/// Where it is undecided, and what would decide it.
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

/// The objective missed first, and the one kept last; critical ones come first.
fn tightest(sweep: &Sweep) -> Vec<&ObjectiveFinding> {
    let earliest = best(sweep, |[kept, missed]| (kept < missed).then_some(kept));
    let latest = best(sweep, |[kept, missed]| (missed < kept).then_some(-missed));
    let same = |one: &&ObjectiveFinding| earliest.is_none_or(|other| !std::ptr::eq(*one, other));
    let mut both: Vec<&ObjectiveFinding> =
        earliest.into_iter().chain(latest.filter(same)).collect();
    both.sort_by_key(|objective| !objective.is_critical);
    both
}

/// The objective with the smallest `rank` of where it is kept and missed, critical ones first.
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

/// The position of a point on the axis: its number, or the place of its name.
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

/// The bottleneck at a point.
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
