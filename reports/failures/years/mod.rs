//! The long run: the table shared by text and Markdown.

pub mod csv;
pub(crate) mod json;

use crate::quantity;
use crate::reason;
use crate::table::{Cell, ColumnKind, Section, Table, Tone};
use wssim_experiment::failures::years::SubjectKind;
use wssim_experiment::failures::years::findings::{Availability, Cause, LongRun};

/// Most services in the table: those that are down longest.
const WORST: usize = 6;
/// Smallest share of a cause that is named.
const LEAST_CAUSE: f64 = 0.01;

/// Entries and groups, then the services that are down longest.
pub(super) fn section(run: &LongRun) -> Section {
    let columns = vec![
        ("What", ColumnKind::Phrases),
        ("Works", ColumnKind::Numbers),
        ("at most", ColumnKind::Numbers),
        ("Down a year", ColumnKind::Numbers),
        ("bad year", ColumnKind::Numbers),
        ("Outages", ColumnKind::Numbers),
        ("mean, p95", ColumnKind::Numbers),
        ("Calm years", ColumnKind::Numbers),
    ];
    let is_service = |one: &&Availability| one.kind == SubjectKind::Service;
    let mut rows: Vec<Vec<Cell>> = (run.subjects.iter())
        .filter(|one| !is_service(one))
        .map(|one| row(one, one.name.clone()))
        .collect();
    let services: Vec<&Availability> = run.subjects.iter().filter(is_service).collect();
    let worst = alike(&services);
    let shown = worst.len().min(WORST);
    rows.extend(worst[..shown].iter().map(|(one, others)| {
        let more = if *others > 0 { format!(" + {others}") } else { String::new() };
        row(one, format!("{}{more}", one.name))
    }));
    let mut remarks = vec![
        format!(
            "{} years without traffic, in {} histories of {} after {} that do not count; {} faults. \
             Entries, groups, then the services that are down longest (+ others with the same numbers). \
             An entry works while all that it needs does, unless nodes are down without which the \
             others do not carry it (above); a service, while one container is registered and has its \
             data. One year in twenty is worse than a bad one; calm ones have no outage.",
            quantity::count(run.years.round() as u64),
            run.histories,
            years(run.years_each),
            years(run.warm_up_years),
            quantity::count(run.faults)
        ),
        "At most: by theory, the Markov chain of the causes, were everything back with its nodes; blank \
         where what is lost is moved, or no chain of up to nine causes applies. Outages: how many a \
         year, how long on average, and what one in twenty exceeds. Below: what had failed last when \
         they began, by share of the time down."
            .to_owned(),
    ];
    remarks.extend(run.subjects.iter().filter_map(causes));
    if worst.len() > shown {
        let text = format!("all {} services: availability.csv, results.json", services.len());
        remarks.push(text);
    }
    Section { title: "In the long run", table: Table { columns, rows }, remarks }
}

fn years(years: f64) -> String {
    format!("{} years", quantity::about(years))
}

/// The services that are down longest first; of those with equal printed numbers, the first by name and
/// the number of others.
fn alike<'a>(services: &[&'a Availability]) -> Vec<(&'a Availability, usize)> {
    let mut all: Vec<(&Availability, usize)> = Vec::new();
    let told = |one: &Availability| row(one, String::new());
    for &one in services {
        match all.iter_mut().find(|(other, _)| told(other) == told(one)) {
            Some((_, others)) => *others += 1,
            None => all.push((one, 0)),
        }
    }
    all.sort_by(|a, b| a.0.availability.mean.total_cmp(&b.0.availability.mean));
    all
}

fn row(one: &Availability, name: String) -> Vec<Cell> {
    let lengths = one.lengths.map_or(String::new(), |lengths| {
        let [mean, p95] = [lengths.mean, lengths.p95].map(|time| quantity::rough(time, "seconds"));
        format!("{mean}, {p95}")
    });
    let without = one.year.without.map_or(String::new(), quantity::percent);
    let exact = one.at_most.map_or(String::new(), works);
    vec![
        Cell::new(name),
        Cell::new(works(one.availability.mean)),
        Cell::toned(exact, Tone::Faint),
        Cell::new(quantity::plus_minus(&one.downtime_seconds(), "seconds")),
        Cell::new(one.year.p95.map_or(String::new(), |time| quantity::rough(time, "seconds"))),
        Cell::new(outages(one)),
        Cell::new(lengths),
        Cell::new(without),
    ]
}

/// With two significant digits of the unavailability, and at least two decimals.
fn works(share: f64) -> String {
    let missing = (1.0 - share) * 100.0;
    if missing <= 0.0 {
        return "100 %".to_owned();
    }
    let decimals = (1.0 - missing.log10()).ceil().clamp(2.0, 9.0) as usize;
    format!("{:.decimals$} %", share * 100.0)
}

fn outages(one: &Availability) -> String {
    if one.availability.mean == 0.0 {
        return "always down".to_owned();
    }
    if one.outages == 0 {
        return format!("under {}", quantity::about(one.outages_per_year.high));
    }
    quantity::plus_minus(&one.outages_per_year, "1")
}

fn cause((cause, share): &(Cause, f64)) -> String {
    format!("{} {}", reason::cause(cause), quantity::percent(*share))
}

/// The causes of an entry's or a group's downtime.
fn causes(one: &Availability) -> Option<String> {
    let named = one.causes.iter().filter(|(_, share)| *share >= LEAST_CAUSE);
    let named: Vec<String> = named.map(cause).collect();
    let many = one.kind != SubjectKind::Service && named.len() > 1;
    many.then(|| format!("{}: down after {}", one.name, named.join(", ")))
}
