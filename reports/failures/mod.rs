//! The report of `failures`: tables and sentences shared by text and Markdown.

pub mod csv;
pub(crate) mod json;
#[cfg(test)]
pub(crate) mod tests;
pub mod years;

use crate::quantity;
use crate::reason;
use crate::table::{Cell, ColumnKind, Section, Table, Tone};
use std::collections::BTreeMap;
use wssim_experiment::cluster::Survival;
use wssim_experiment::failures::findings::{
    EntryFinding, Failures, SetFinding, SurvivalState, recovery_quantile,
};

/// Most services named in one line.
const NAMED: usize = 6;

/// The sections of `failures`; empty without a complete replication.
pub(crate) fn sections(failures: &Failures) -> Vec<Section> {
    if failures.sets.is_empty() {
        return Vec::new();
    }
    let mut sections = vec![matrix(failures), survivors(failures), services(failures)];
    sections.extend(failures.long_run.as_ref().map(years::section));
    sections
}

/// `1 of 4 single failures · 0 of 6 pairs`, by definition `which`.
pub(crate) fn summary(failures: &Failures, which: usize) -> String {
    let of_size = |size: usize| {
        let (survived, all) = failures.survived(size, which);
        let what = match size {
            1 => "single failures".to_owned(),
            2 => "pairs".to_owned(),
            3 => "triples".to_owned(),
            size => format!("sets of {size}"),
        };
        format!("{survived} of {all} {what}")
    };
    (1..=failures.depth).map(of_size).collect::<Vec<_>>().join(" · ")
}

fn told(definition: &Survival) -> String {
    format!(
        "{} answered in a window of {} that begins within {}",
        quantity::plain(definition.share, "ratio", false),
        quantity::duration(definition.window.seconds()),
        quantity::duration(definition.within.seconds()),
    )
}

/// A row for each set; with several entries, a row for each entry, the set shown once.
fn matrix(failures: &Failures) -> Section {
    let columns = vec![
        ("Down", ColumnKind::Phrases),
        ("Quorum", ColumnKind::Fixed),
        ("Entry", ColumnKind::Phrases),
        ("State", ColumnKind::Fixed),
        ("Back: p50, p95", ColumnKind::Numbers),
        ("Errors until", ColumnKind::Numbers),
        ("then", ColumnKind::Numbers),
        ("Time: mean, p95", ColumnKind::Numbers),
        ("Survives", ColumnKind::Fixed),
    ];
    let mut rows: Vec<Vec<Cell>> = failures.calm.iter().enumerate().map(calm).collect();
    rows.extend(failures.sets.iter().flat_map(set_rows));
    let counted = if failures.are_marked {
        "critical entries"
    } else {
        "entries, none of which is marked critical,"
    };
    let [own, looser, stricter] = &failures.definitions;
    let mut remarks = vec![
        format!(
            "Survives: {counted} have {}, and as much of all requests from there to the end, \
             {} after the fault, in every replication; no repair takes place.",
            told(own),
            quantity::duration(failures.observed_seconds)
        ),
        format!("Looser ({}): {}.", told(looser), summary(failures, 1)),
        format!("Stricter ({}): {}.", told(stricter), summary(failures, 2)),
        "State, the worst replication: up; degraded (over 1 % of some window fail, or an \
         objective is missed); back; lost. Errors until it is back, and then."
            .to_owned(),
    ];
    remarks.extend(reasons(failures));
    Section { title: "Failures", table: Table { columns, rows }, remarks }
}

/// The entries without a fault.
fn calm(
    (at, (name, part)): (usize, &(String, wssim_experiment::failures::findings::ServiceLevel)),
) -> Vec<Cell> {
    let faint = |text: String| Cell::toned(text, Tone::Faint);
    vec![
        faint(if at == 0 { "nothing".to_owned() } else { String::new() }),
        Cell::default(),
        faint(name.clone()),
        Cell::default(),
        Cell::default(),
        Cell::default(),
        faint(share(part.error_ratio)),
        faint(times(part.mean, part.p95)),
        Cell::default(),
    ]
}

fn set_rows(set: &SetFinding) -> Vec<Vec<Cell>> {
    let row = |(at, entry): (usize, &EntryFinding)| {
        let once = |cell: Cell| if at == 0 { cell } else { Cell::default() };
        let quorum = match set.quorum {
            None => Cell::default(),
            Some(true) => Cell::new("kept"),
            Some(false) => Cell::toned("lost", Tone::Open),
        };
        vec![
            once(Cell::new(set.nodes.join(", "))),
            once(quorum),
            Cell::new(entry.name.clone()),
            state(entry.state),
            Cell::new(recovery(&entry.recovery)),
            Cell::new(if entry.state == Some(SurvivalState::Up) {
                String::new()
            } else {
                share(entry.during.error_ratio)
            }),
            Cell::new(share(entry.after.error_ratio)),
            Cell::new(times(entry.after.mean, entry.after.p95)),
            once(verdict(set, entry.recovery.len())),
        ]
    };
    set.entries.iter().enumerate().map(row).collect()
}

pub(crate) fn state(state: Option<SurvivalState>) -> Cell {
    let Some(state) = state else { return Cell::toned("not asked", Tone::Faint) };
    let tone = match state {
        SurvivalState::Up => Tone::Good,
        SurvivalState::Degraded | SurvivalState::Back => Tone::Open,
        SurvivalState::Lost => Tone::Bad,
    };
    Cell::toned(state.name(), tone)
}

/// `yes`, `no`, or the number of replications.
fn verdict(set: &SetFinding, replications: usize) -> Cell {
    match set.survived[0] {
        _ if set.survives[0] => Cell::toned("yes", Tone::Good),
        0 => Cell::toned("no", Tone::Bad),
        some => Cell::toned(format!("no ({some} of {replications})"), Tone::Bad),
    }
}

/// Median and 95 % quantile; empty without an interruption.
pub(crate) fn recovery(ascending: &[f64]) -> String {
    let [median, p95] = [0.5, 0.95].map(|p| recovery_quantile(ascending, p));
    let (Some(median), Some(p95)) = (median, p95) else { return String::new() };
    match (median, p95) {
        _ if p95 == 0.0 => String::new(),
        _ if median.is_infinite() => "never".to_owned(),
        _ if p95.is_infinite() => format!("{}, never", quantity::duration(median)),
        _ => format!("{}, {}", quantity::duration(median), quantity::duration(p95)),
    }
}

fn share(ratio: Option<f64>) -> String {
    match ratio {
        None => "—".to_owned(),
        Some(0.0) => "0 %".to_owned(),
        Some(ratio) => quantity::percent(ratio),
    }
}

fn times(mean: Option<f64>, p95: Option<f64>) -> String {
    let (Some(mean), Some(p95)) = (mean, p95) else { return "—".to_owned() };
    format!("{}, {}", quantity::rough(mean, "seconds"), quantity::rough(p95, "seconds"))
}

/// Lost or degraded entries, and why: a line for each reason, with all its sets. A larger set that loses
/// an entry for the reason of a smaller one is left out.
fn reasons(failures: &Failures) -> Vec<String> {
    let mut told: Vec<(Reason<'_>, Vec<&SetFinding>)> = Vec::new();
    for set in &failures.sets {
        for entry in &set.entries {
            let Some(why) = &entry.why else { continue };
            let why = reason::entry(why);
            let reason = Reason { entry: &entry.name, state: entry.state, why };
            match told.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, sets)) if sets.iter().any(|smaller| is_within(smaller, set)) => {}
                Some((_, sets)) => sets.push(set),
                None => told.push((reason, vec![set])),
            }
        }
    }
    let tell = |(reason, sets): &(Reason<'_>, Vec<&SetFinding>)| {
        let sets: Vec<String> = sets.iter().map(|set| set.nodes.join(" + ")).collect();
        let state = reason.state.map_or("", SurvivalState::name);
        format!("{} {state} without {}: {}", reason.entry, sets.join(", or "), reason.why)
    };
    told.iter().map(tell).collect()
}

/// The reason for one entry.
#[derive(PartialEq)]
struct Reason<'a> {
    entry: &'a str,
    state: Option<SurvivalState>,
    /// As a sentence, so that equally printed numbers are equal.
    why: String,
}

fn is_within(smaller: &SetFinding, larger: &SetFinding) -> bool {
    smaller.nodes.iter().all(|node| larger.nodes.contains(node))
}

/// Whether the remaining nodes carry the load: the busiest node, and memory.
fn survivors(failures: &Failures) -> Section {
    let columns = vec![
        ("Down", ColumnKind::Phrases),
        ("Busiest node left", ColumnKind::Phrases),
        ("CPU", ColumnKind::Numbers),
        ("Most stalled", ColumnKind::Phrases),
        ("Stalls", ColumnKind::Numbers),
        ("OOM kills", ColumnKind::Numbers),
    ];
    let row = |set: &SetFinding| {
        let left = || set.survivors.iter();
        let busiest = left().max_by(|a, b| a.cpu.total_cmp(&b.cpu));
        let stalled = left().filter(|node| node.stalled > 0.0);
        let stalled = stalled.max_by(|a, b| a.stalled.total_cmp(&b.stalled));
        let kills: f64 = left().map(|node| node.kills).sum();
        let name = |node: Option<&wssim_experiment::failures::findings::NodeFinding>| {
            Cell::new(node.map_or_else(|| "—".to_owned(), |node| node.name.clone()))
        };
        vec![
            Cell::new(set.nodes.join(", ")),
            name(busiest),
            Cell::new(share(busiest.map(|node| node.cpu))),
            name(stalled),
            Cell::new(share(Some(stalled.map_or(0.0, |node| node.stalled)))),
            Cell::toned(quantity::about(kills), if kills > 0.0 { Tone::Open } else { Tone::Plain }),
        ]
    };
    let rows = failures.sets.iter().map(row).collect();
    let table = Table { columns, rows };
    Section { title: "Nodes that are left, after the fault", table, remarks: Vec::new() }
}

/// The number of services in each state, and why they are lost.
fn services(failures: &Failures) -> Section {
    let columns = vec![
        ("Down", ColumnKind::Phrases),
        ("up", ColumnKind::Numbers),
        ("fewer containers", ColumnKind::Numbers),
        ("back", ColumnKind::Numbers),
        ("lost", ColumnKind::Numbers),
        ("Lost because", ColumnKind::Prose),
    ];
    let row = |set: &SetFinding| {
        let count = |state: SurvivalState| {
            let count = set.services.iter().filter(|service| service.state == state).count();
            Cell::new(if count == 0 { String::new() } else { count.to_string() })
        };
        vec![
            Cell::new(set.nodes.join(", ")),
            count(SurvivalState::Up),
            count(SurvivalState::Degraded),
            count(SurvivalState::Back),
            count(SurvivalState::Lost),
            Cell::new(why_lost(set)),
        ]
    };
    let rows = failures.sets.iter().filter(|set| set.nodes.len() == 1).map(row).collect();
    let remarks = if failures.depth > 1 {
        vec!["larger sets, and every service by name, see results.json".to_owned()]
    } else {
        Vec::new()
    };
    Section { title: "Services", table: Table { columns, rows }, remarks }
}

/// Reasons with their services, the most frequent first.
fn why_lost(set: &SetFinding) -> String {
    let mut by_reason: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for service in set.services.iter().filter(|service| service.state == SurvivalState::Lost) {
        let why = service.why.as_ref().map_or_else(String::new, reason::service);
        by_reason.entry(why).or_default().push(&service.name);
    }
    let mut reasons: Vec<(String, Vec<&str>)> = by_reason.into_iter().collect();
    reasons.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
    let tell = |(why, names): &(String, Vec<&str>)| {
        let more = names.len().saturating_sub(NAMED);
        let mut list = names[..names.len().min(NAMED)].join(", ");
        if more > 0 {
            list = format!("{list} and {more} more");
        }
        format!("{list}: {why}")
    };
    reasons.iter().map(tell).collect::<Vec<_>>().join("; ")
}
