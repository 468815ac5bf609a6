//! The report of `migrate`: durations of phases, downtime of entries, peaks of nodes, rollbacks, and
//! losses of nodes.

mod gantt;
pub(crate) mod json;

pub(crate) use gantt::{charts, first_change};

use crate::quantity;
use crate::table::{Cell, ColumnKind, Section, Table, Tone};
use wssim_experiment::migrate::findings::{Migration, Peak, PhaseFinding};
use wssim_stats::Estimate;

/// A missing number.
const NONE: &str = "—";

/// The headlines.
pub(crate) fn answer(migration: &Migration) -> Vec<String> {
    let Some(all) = &migration.seconds else { return Vec::new() };
    let work = migration.effort.as_ref().filter(|effort| effort.mean > 0.0);
    let work = work.map(|effort| format!(", of which people work {}", about(effort.mean)));
    let down = migration.downtime.iter().filter_map(|(entry, one)| {
        let down = one.as_ref().filter(|down| down.mean > 0.0)?;
        Some(format!("{entry} for {}", about(down.mean)))
    });
    let down: Vec<String> = down.collect();
    let down = if down.is_empty() { "none".to_owned() } else { down.join(", ") };
    let unfinished = migration.phases.iter().filter(|phase| phase.unfinished > 0);
    let unfinished: Vec<&str> = unfinished.map(|phase| phase.id.as_str()).collect();
    let mut all = vec![format!(
        "Takes {}{}. Entries that are down: {down}.",
        if all.mean.is_finite() { about(all.mean) } else { NONE.to_owned() },
        work.unwrap_or_default(),
    )];
    if !unfinished.is_empty() {
        all.push(format!("Not every time done to the end: {}.", unfinished.join(", ")));
    }
    all
}

/// The tables.
pub(crate) fn sections(migration: &Migration) -> Vec<Section> {
    let all = [
        phases(migration),
        downtime(migration),
        peaks(migration),
        rollbacks(migration),
        losses(migration),
    ];
    all.into_iter().filter(|section| !section.table.rows.is_empty()).collect()
}

/// A mean time, to a sensible precision.
fn about(seconds: f64) -> String {
    quantity::three_digits(seconds, "seconds", false)
}

fn number(estimate: Option<&Estimate>, unit: &str) -> Cell {
    Cell::new(estimate.map_or_else(|| NONE.to_owned(), |one| quantity::plus_minus(one, unit)))
}

fn phases(migration: &Migration) -> Section {
    let row = |phase: &PhaseFinding| {
        let window = phase.window_seconds.map(quantity::duration).unwrap_or_default();
        let within = phase.within.as_ref().map(|share| {
            let tone = if share.mean < 1.0 { Tone::Bad } else { Tone::Good };
            Cell::toned(quantity::percent(share.mean), tone)
        });
        let unfinished = match phase.unfinished {
            0 => Cell::default(),
            some => Cell::toned(format!("{some} times"), Tone::Bad),
        };
        vec![
            Cell::new(&phase.id),
            Cell::new(if phase.title == phase.id { String::new() } else { phase.title.clone() }),
            number(phase.seconds.as_ref(), "seconds"),
            Cell::new(window),
            within.unwrap_or_default(),
            unfinished,
        ]
    };
    let mut rows: Vec<Vec<Cell>> = migration.phases.iter().map(row).collect();
    if !rows.is_empty() {
        let all = number(migration.seconds.as_ref(), "seconds");
        let blank = Cell::default;
        rows.push(vec![Cell::new("all"), blank(), all, blank(), blank(), blank()]);
    }
    let columns = vec![
        ("Phase", ColumnKind::Fixed),
        ("", ColumnKind::Words),
        ("Takes", ColumnKind::Numbers),
        ("Window", ColumnKind::Numbers),
        ("Within it", ColumnKind::Numbers),
        ("Not done", ColumnKind::Numbers),
    ];
    let effort = migration.effort.as_ref().filter(|effort| effort.mean > 0.0);
    let work =
        effort.map(|it| format!("people work {} in all", quantity::plus_minus(it, "seconds")));
    let has_window = migration.phases.iter().any(|phase| phase.window_seconds.is_some());
    let window = "the window begins with the first step that changes something".to_owned();
    let remarks = work.into_iter().chain(has_window.then_some(window)).collect();
    let table = Table { columns, rows }.without_empty_columns();
    Section { title: "Phases", table, remarks }
}

fn downtime(migration: &Migration) -> Section {
    let of_phases = migration.phases.iter().map(|phase| (phase.id.as_str(), &phase.downtime));
    let all = of_phases.chain([("all", &migration.downtime)]);
    let rows = all.flat_map(|(phase, entries)| {
        entries.iter().enumerate().map(move |(at, (entry, down))| {
            let phase = if at == 0 { phase } else { "" };
            vec![Cell::new(phase), Cell::new(entry), number(down.as_ref(), "seconds")]
        })
    });
    let columns = vec![
        ("Phase", ColumnKind::Fixed),
        ("Entry", ColumnKind::Fixed),
        ("Down", ColumnKind::Numbers),
    ];
    let remarks = vec![
        "down: a second in which at least half of the entry's requests that arrived failed"
            .to_owned(),
    ];
    Section { title: "Downtime", table: Table { columns, rows: rows.collect() }, remarks }
}

fn peaks(migration: &Migration) -> Section {
    // A node without containers so far has no peaks.
    let is_used =
        |node: &&Peak| [&node.memory, &node.cpu].into_iter().flatten().any(|peak| peak.mean > 0.0);
    let rows = migration.phases.iter().flat_map(|phase| {
        phase.nodes.iter().filter(is_used).enumerate().map(|(at, node)| {
            let phase = if at == 0 { phase.id.as_str() } else { "" };
            let memory = number(node.memory.as_ref(), "bytes");
            vec![
                Cell::new(phase),
                Cell::new(&node.name),
                memory,
                number(node.cpu.as_ref(), "ratio"),
            ]
        })
    });
    let columns = vec![
        ("Phase", ColumnKind::Fixed),
        ("Node", ColumnKind::Fixed),
        ("Most RAM", ColumnKind::Numbers),
        ("Most CPU", ColumnKind::Numbers),
    ];
    let remarks = vec!["CPU: the largest mean over ten seconds".to_owned()];
    let table = Table { columns, rows: rows.collect() };
    Section { title: "Peaks while old and new run", table, remarks }
}

fn rollbacks(migration: &Migration) -> Section {
    let rows = migration.phases.iter().flat_map(|phase| {
        phase.rollbacks.iter().enumerate().map(|(at, back)| {
            let phase_id = if at == 0 { phase.id.as_str() } else { "" };
            let step = phase.steps.iter().find(|step| step.id == back.step);
            vec![
                Cell::new(phase_id),
                Cell::new(&back.step),
                Cell::new(step.map_or("", |step| step.text.as_str())),
                number(back.seconds.as_ref(), "seconds"),
                Cell::new(down(back.downtime.iter().map(|(name, down)| (name.as_str(), *down)))),
            ]
        })
    });
    let columns = vec![
        ("Phase", ColumnKind::Fixed),
        ("After", ColumnKind::Fixed),
        ("", ColumnKind::Words),
        ("Takes", ColumnKind::Numbers),
        ("Down, there and back", ColumnKind::Phrases),
    ];
    let table = Table { columns, rows: rows.collect() };
    Section { title: "Going back", table, remarks: Vec::new() }
}

/// Entries that are down, and their downtimes.
fn down<'a>(entries: impl Iterator<Item = (&'a str, f64)>) -> String {
    let some = entries.filter(|(_, seconds)| *seconds > 0.0);
    let told: Vec<String> =
        some.map(|(name, seconds)| format!("{name} {}", about(seconds))).collect();
    if told.is_empty() { "none".to_owned() } else { told.join(", ") }
}

fn losses(migration: &Migration) -> Section {
    let rows = migration.phases.iter().flat_map(|phase| {
        phase.losses.iter().enumerate().map(|(at, loss)| {
            let [complete, all] = loss.complete;
            let tone = if complete == all { Tone::Good } else { Tone::Bad };
            let stays = loss.entries.iter().filter(|(.., at_end)| *at_end > 0);
            let stays: Vec<String> =
                stays.map(|(name, _, n)| format!("{name} ({n} of {all})")).collect();
            let entries = loss.entries.iter().map(|(name, down, _)| (name.as_str(), *down));
            vec![
                Cell::new(if at == 0 { phase.id.as_str() } else { "" }),
                Cell::new(&loss.node),
                Cell::toned(format!("{complete} of {all}"), tone),
                Cell::new(down(entries)),
                Cell::new(if stays.is_empty() { "none".to_owned() } else { stays.join(", ") }),
            ]
        })
    });
    let columns = vec![
        ("Phase", ColumnKind::Fixed),
        ("Lost", ColumnKind::Fixed),
        ("Done all the same", ColumnKind::Numbers),
        ("Down", ColumnKind::Phrases),
        ("Down at the end", ColumnKind::Phrases),
    ];
    let remarks = vec!["the node crashes at a moment of the phase and is not repaired".to_owned()];
    let table = Table { columns, rows: rows.collect() };
    Section { title: "A node is lost", table, remarks }
}

#[cfg(test)]
pub(crate) mod tests;
