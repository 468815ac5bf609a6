//! Rollouts: activities over time, and their endings.

pub(crate) mod json;

use crate::gantt;
use crate::quantity;
use crate::table::{Cell, ColumnKind, Section, Table, Tone};
use wssim_experiment::findings::{RolloutBar, RolloutShown, RolloutWork};

/// Most rows of a short report; with more it shows only whole rollouts.
const MOST_IN_BRIEF: usize = 12;

/// All rollouts with their activities; no section without rollouts.
pub(crate) fn section(rollouts: &[RolloutShown]) -> Section {
    with_rows(rollouts, true)
}

/// [`section`] in a few lines.
pub(crate) fn brief(rollouts: &[RolloutShown]) -> Section {
    let rows: usize = rollouts.iter().map(|rollout| 1 + rollout.bars.len()).sum();
    with_rows(rollouts, rows <= MOST_IN_BRIEF)
}

fn with_rows(rollouts: &[RolloutShown], all: bool) -> Section {
    let ends = line_of_time(rollouts);
    let columns = vec![
        ("Rollout", ColumnKind::Phrases),
        ("", ColumnKind::Fixed),
        ("from", ColumnKind::Numbers),
        ("to", ColumnKind::Numbers),
    ];
    let mut table = Table { columns, rows: Vec::new() };
    for rollout in rollouts {
        table.rows.push(whole(rollout, ends));
        let bars = rollout.bars.iter().filter(|_| all);
        table.rows.extend(bars.map(|bar| row(bar, ends)));
    }
    Section { title: "Rollouts", table, remarks: rollouts.iter().map(told).collect() }
}

/// From the first start to the last end.
pub(crate) fn line_of_time(rollouts: &[RolloutShown]) -> [f64; 2] {
    let mut ends = [f64::INFINITY, 0.0_f64];
    for rollout in rollouts {
        ends[0] = ends[0].min(rollout.at_seconds);
        ends[1] = ends[1].max(rollout.at_seconds);
        let of_bars = rollout.bars.iter().filter(|bar| bar.over > 0).map(|bar| bar.to);
        ends[1] = of_bars.chain(rollout.end_seconds).fold(ends[1], f64::max);
    }
    [ends[0].min(ends[1]), ends[1]]
}

fn whole(rollout: &RolloutShown, ends: [f64; 2]) -> Vec<Cell> {
    let name = format!("{}: {}", rollout.name, rollout.stack);
    let is_good = rollout.ended[1..].iter().sum::<u32>() == 0;
    let tone = if is_good { Tone::Plain } else { Tone::Bad };
    let to = rollout.end_seconds;
    // A rollout without an end extends to the last known time.
    let bar = gantt::bar([rollout.at_seconds, to.unwrap_or(ends[1])], ends);
    vec![
        Cell::toned(name, tone),
        Cell::new(bar),
        Cell::new(quantity::rough(rollout.at_seconds, "seconds")),
        Cell::new(to.map_or_else(|| "—".to_owned(), |to| quantity::rough(to, "seconds"))),
    ]
}

fn row(bar: &RolloutBar, ends: [f64; 2]) -> Vec<Cell> {
    let name = format!("  {}", doing(&bar.what));
    if bar.over == 0 {
        return [&name, "", "—", "—"].map(Cell::new).into();
    }
    vec![
        Cell::new(name),
        Cell::new(gantt::bar([bar.from, bar.to], ends)),
        Cell::new(quantity::rough(bar.from, "seconds")),
        Cell::new(quantity::rough(bar.to, "seconds")),
    ]
}

/// The activity in words.
pub(crate) fn doing(what: &RolloutWork) -> String {
    match what {
        RolloutWork::Builds(service) => format!("build {service}"),
        RolloutWork::Pushes(service) => format!("push {service}"),
        RolloutWork::Pulls(node) => format!("pull to {node}"),
        RolloutWork::Updates(service) => format!("update {service}"),
    }
}

/// The ending of a rollout, in a sentence.
pub(crate) fn told(rollout: &RolloutShown) -> String {
    let [deployed, rolled_back, paused, overtaken, not_begun, open] = rollout.ended;
    let all: u32 = rollout.ended.iter().sum();
    let ways = [
        (deployed, "deployed"),
        (rolled_back, "rolled back"),
        (paused, "paused, as new containers failed or could not get their image"),
        (overtaken, "overtaken by a later one"),
        (not_begun, "never begun, as its build was lost or no manager could decide"),
        (open, "not over by the end of the stretch"),
    ];
    let told: Vec<String> = (ways.into_iter())
        .filter(|(count, _)| *count > 0)
        .map(|(count, way)| {
            if count == all {
                format!("{way} in every replication")
            } else {
                format!("{way} in {count} of {all}")
            }
        })
        .collect();
    format!("{}: {}", rollout.name, told.join(", "))
}
