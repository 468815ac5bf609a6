//! The headlines of `compare`, and the effect of common random numbers.

use crate::metric_name;
use crate::quantity;
use wssim_experiment::compare::findings::{ComparedMetric, Comparison};
use wssim_stats::Estimate;

/// Smallest relative change that is shown as a share, too.
const LEAST_SHARE: f64 = 0.005;

/// Most entries in the first lines.
const MOST_ENTRIES: usize = 3;

/// The compared scenarios: both titles if there are two.
pub(crate) fn title(comparison: &Comparison) -> String {
    match comparison.others.as_slice() {
        [other] => format!("{} → {}", comparison.baseline.title, other.title),
        others => {
            let names: Vec<&str> = others.iter().map(|named| named.name.as_str()).collect();
            format!("{} → {}", comparison.baseline.name, names.join(", "))
        }
    }
}

/// The changes, in a sentence for each scenario beside the baseline.
pub(crate) fn answer(comparison: &Comparison) -> Vec<String> {
    let of = |other: usize| {
        let parts = [migrations, responses, errors, cpu].map(|tell: Tell| tell(comparison, other));
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let names = [&comparison.others[other].name, &comparison.baseline.name];
        let changes = || comparison.rows.iter().filter_map(|row| row.others[other].change);
        if changes().next().is_none() {
            return format!("{} against {}: nothing is known yet.", names[0], names[1]);
        }
        if comparison.rows.iter().all(|row| is_same(row, other)) {
            return format!("{} and {} are the same in every number.", names[0], names[1]);
        }
        let told =
            if parts.is_empty() { "no change is established".to_owned() } else { parts.join("; ") };
        format!("{} against {}: {told}.", names[0], names[1])
    };
    (0..comparison.others.len()).map(of).collect()
}

/// A sentence about another scenario, if there is one.
type Tell = fn(&Comparison, usize) -> Option<String>;

/// `people work 124 h less (−87 %) to get there`, for two migrations; if working times are equal, the
/// next number that changes: the duration, or the downtime of an entry.
fn migrations(comparison: &Comparison, other: usize) -> Option<String> {
    let find = |name: &str, is_of_all: bool| {
        let is_it = |row: &&ComparedMetric| {
            row.name == name && (!is_of_all || value(row, "phase") == "all")
        };
        changed(comparison, other).find(is_it)
    };
    let effort = find("migration_effort_seconds", false);
    let row = effort
        .or_else(|| find("phase_seconds", true))
        .or_else(|| find("migration_downtime_seconds", true))?;
    let beside = &row.others[other];
    let change = beside.change.as_ref().filter(|change| change.mean.is_finite())?;
    let by = quantity::three_digits(change.mean.abs(), "seconds", false);
    let [more, longer] = if change.mean > 0.0 { ["more", "longer"] } else { ["less", "shorter"] };
    let share = beside.relative.as_ref().map(quantity::share_of_change);
    let share = share.map_or_else(String::new, |share| format!(" ({share})"));
    Some(match row.name {
        "migration_effort_seconds" => format!("people work {by} {more} to get there{share}"),
        "phase_seconds" => format!("the migration takes {by} {longer}{share}"),
        _ => format!("{} is down for {by} {more} on the way there{share}", value(row, "entry")),
    })
}

/// Whether the two are equal.
fn is_same(row: &ComparedMetric, other: usize) -> bool {
    let beside = &row.others[other];
    let change = beside.change.as_ref();
    change.is_some_and(|change| change.low == 0.0 && change.high == 0.0)
        || (row.before.is_none() && beside.after.is_none())
}

fn value<'r>(row: &'r ComparedMetric, label: &str) -> &'r str {
    let found = row.labels.iter().find(|(name, _)| *name == label);
    found.map_or("", |(_, value)| value.as_str())
}

/// `web takes 48 ms longer (+60 %)`, for the mean of each entry.
fn responses(comparison: &Comparison, other: usize) -> Option<String> {
    let is_mean =
        |row: &&ComparedMetric| row.name == "response_time_seconds" && value(row, "stat") == "mean";
    let tell = |row: &ComparedMetric| {
        let beside = &row.others[other];
        let (entry, change) = (value(row, "entry"), beside.change.as_ref()?);
        let entry = if entry == "all" { "all entries together" } else { entry };
        if !beside.is_change() {
            let within = quantity::rough(change.low.abs().max(change.high.abs()), row.unit);
            return Some(format!("{entry} responds as fast as before, within {within}"));
        }
        let by = quantity::rough(change.mean.abs(), row.unit);
        let how = if change.mean > 0.0 { "slower" } else { "faster" };
        let is_told = |relative: &&Estimate| relative.mean.abs() >= LEAST_SHARE;
        let share = beside.relative.as_ref().filter(is_told).map(quantity::share_of_change);
        let share = share.map_or_else(String::new, |share| format!(" ({share})"));
        let most = beside.carried_by.as_ref().map(crate::reason::most);
        let most = most.map_or_else(String::new, |most| format!(", most of it {most}"));
        Some(format!("{entry} responds {by} {how}{share}{most}"))
    };
    let rows = comparison.rows.iter().filter(is_mean);
    let told: Vec<String> = rows.filter_map(tell).take(MOST_ENTRIES).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// Errors that increase or decrease.
fn errors(comparison: &Comparison, other: usize) -> Option<String> {
    let row = changed(comparison, other).find(|row| row.name == "error_ratio")?;
    let change = row.others[other].change.as_ref()?;
    Some(format!("errors of {} {}", value(row, "entry"), quantity::change(change, row.unit)))
}

/// The node whose CPU changes most.
fn cpu(comparison: &Comparison, other: usize) -> Option<String> {
    let size = |row: &&ComparedMetric| {
        row.others[other].change.as_ref().map_or(0.0, |change| change.mean.abs())
    };
    let row = changed(comparison, other)
        .filter(|row| row.name == "node_cpu_utilization_ratio")
        .max_by(|a, b| size(a).total_cmp(&size(b)))?;
    let change = row.others[other].change.as_ref()?;
    Some(format!("CPU of {} {}", value(row, "node"), quantity::change(change, row.unit)))
}

/// By how much intervals of response times are narrower than those of independent runs.
pub(super) fn pairing(comparison: &Comparison, other: usize) -> Option<String> {
    let tell = |row: &ComparedMetric| {
        let reduction = row.others[other].variance_reduction?;
        let left = (1.0 - reduction).max(0.0).sqrt();
        let is_told = row.name == "response_time_seconds" && left > 0.0 && left < 1.0;
        is_told
            .then(|| format!("{} {:.1} times", metric_name::of(row.name, &row.labels), 1.0 / left))
    };
    let told: Vec<String> = comparison.rows.iter().filter_map(tell).take(MOST_ENTRIES).collect();
    let of = "common random numbers narrow the intervals of these changes";
    (!told.is_empty()).then(|| format!("{of}: {}", told.join("; ")))
}

/// The rows with a change: those that both scenarios have.
fn changed(comparison: &Comparison, other: usize) -> impl Iterator<Item = &ComparedMetric> {
    comparison.rows.iter().filter(move |row| row.others[other].is_change())
}
