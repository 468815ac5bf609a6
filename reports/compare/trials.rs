//! Plans put to the test, side by side: a column a scenario, a row a number.

use super::table::NONE;
use crate::quantity;
use crate::table::{Cell, Kind, Section, Table, Tone};
use wssim_experiment::compare::findings::{Comparison, Outcome, Trial};
use wssim_experiment::failures::by_size::OfSize;
use wssim_experiment::failures::findings::Failures;
use wssim_experiment::findings::Metric;

/// The section; nothing where nobody asked.
pub(crate) fn section(comparison: &Comparison) -> Option<Section<String>> {
    let trials = &comparison.trials;
    let own: Vec<&Trial> = trials.iter().filter(|trial| trial.variant.is_none()).collect();
    let counts = own.iter().find_map(|trial| only_critical(failures(trial)?));
    let names = own.iter().map(|trial| (trial.scenario.clone(), Kind::Numbers));
    let columns = std::iter::once((String::new(), Kind::Words)).chain(names).collect();
    let mut rows = of_scenarios(&own);
    rows.extend(of_failures(&own));
    for variant in variants(trials) {
        let of = |one: &&Trial| {
            let is_it = |trial: &&Trial| {
                trial.scenario == one.scenario && trial.variant.as_deref() == Some(variant)
            };
            trials.iter().find(is_it)
        };
        let all: Vec<Option<&Trial>> = own.iter().map(of).collect();
        let mut title = vec![Cell::toned(capital(variant), Tone::Faint)];
        title.resize(own.len() + 1, Cell::default());
        rows.push(title);
        rows.extend(of_variant(&all));
    }
    let remarks = vec![
        format!(
            "Back: the number of sets of nodes after whose loss {} answers again within the stretch that is looked at, \
             every time; after: the median of the one that takes longest; errors: of all requests from the loss on.",
            counts.map_or_else(|| "every entry that counts".to_owned(), |name| format!("`{name}`"))
        ),
        "Takes: orchestrator and container engine, on all nodes together. `wssim failures` says of each set \
         what becomes of it, and why."
            .to_owned(),
    ];
    let title = "What each comes to";
    (!own.is_empty()).then_some(Section { title, table: Table { columns, rows }, remarks })
}

/// The names of variants, each once, in the order in which they are met.
fn variants(trials: &[Trial]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for name in trials.iter().filter_map(|trial| trial.variant.as_deref()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The one entry that counts, where it is one.
fn only_critical(failures: &Failures) -> Option<&str> {
    let mut critical = failures.sets.first()?.critical();
    let first = critical.next()?;
    critical.next().is_none().then_some(first.name.as_str())
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn failures(trial: &Trial) -> Option<&Failures> {
    match &trial.outcome {
        Outcome::Failures(failures) if !failures.sets.is_empty() => Some(failures),
        _ => None,
    }
}

fn row(name: impl Into<String>, values: impl Iterator<Item = Option<String>>) -> Vec<Cell> {
    let values = values.map(|value| Cell::new(value.unwrap_or_else(|| NONE.to_owned())));
    std::iter::once(Cell::new(name)).chain(values).collect()
}

fn of_scenarios(own: &[&Trial]) -> Vec<Vec<Cell>> {
    let all = || own.iter();
    let calm = |trial: &&&Trial| failures(trial)?.calm.first().map(|(_, part)| *part);
    let amount = |value: f64, unit| quantity::three_digits(value, unit, false);
    let bytes =
        |trial: &&Trial| (trial.takes.bytes > 0.0).then(|| amount(trial.takes.bytes, "bytes"));
    let mut rows = vec![
        row("orchestrator", all().map(|trial| trial.orchestrator.map(str::to_owned))),
        row("takes: RAM", all().map(bytes)),
        row("takes: CPU, threads", all().map(|trial| Some(format!("{:.2}", trial.takes.threads)))),
        row(
            "calm: response time, 95 %",
            all().map(|trial| calm(&trial)?.p95.map(|time| amount(time, "seconds"))),
        ),
        row("calm: errors", all().map(|trial| calm(&trial)?.error_ratio.map(quantity::percent))),
    ];
    if own.iter().any(|trial| trial.price.is_some()) {
        let price = |trial: &&Trial| Some(quantity::about(trial.price.unwrap_or(0.0)));
        rows.insert(1, row("price", all().map(price)));
    }
    rows
}

/// What becomes of each when nodes are lost.
fn of_failures(all: &[&Trial]) -> Vec<Vec<Cell>> {
    let found: Vec<Option<&Failures>> = all.iter().map(|trial| failures(trial)).collect();
    lost(&found)
}

fn lost(all: &[Option<&Failures>]) -> Vec<Vec<Cell>> {
    let depth = all.iter().flatten().map(|one| one.depth).max().unwrap_or(0);
    let mut rows: Vec<Vec<Cell>> = (0..depth).flat_map(|size| of_size(all, size)).collect();
    let down = |one: &Failures| {
        let seconds = one.downtime_seconds()?;
        Some(quantity::rough(seconds.mean, "seconds"))
    };
    rows.push(row("down in a year", all.iter().map(|one| one.and_then(down))));
    rows
}

fn of_size(all: &[Option<&Failures>], size: usize) -> [Vec<Cell>; 3] {
    let of = |one: Option<&Failures>| one.and_then(|one| one.by_size().get(size).copied());
    let name = match size {
        0 => "1 node lost".to_owned(),
        size => format!("{} nodes lost", size + 1),
    };
    let back = |one: OfSize| format!("{} of {}", one.back, one.sets);
    let values =
        |value: fn(OfSize) -> Option<String>| all.iter().map(move |one| of(*one).and_then(value));
    [
        row(format!("{name}: back"), all.iter().map(|one| of(*one).map(back))),
        row("· after", values(|one| one.slowest.map(after))),
        row("· errors", values(|one| one.error_ratio.map(quantity::percent))),
    ]
}

fn after(seconds: f64) -> String {
    if seconds > 0.0 { quantity::rough(seconds, "seconds") } else { "at once".to_owned() }
}

/// What becomes of a variant of each: of its nodes, or of what it brings out.
fn of_variant(all: &[Option<&Trial>]) -> Vec<Vec<Cell>> {
    let metrics = |trial: Option<&Trial>| match trial.map(|trial| &trial.outcome) {
        Some(Outcome::Rollouts(metrics)) => Some(metrics.clone()),
        _ => None,
    };
    let brought: Vec<Option<Vec<Metric>>> = all.iter().copied().map(metrics).collect();
    if brought.iter().all(Option::is_none) {
        let found: Vec<_> = all.iter().map(|trial| trial.and_then(failures)).collect();
        return lost(&found);
    }
    let number = |name: &'static str, all_entries: bool, unit: &'static str| {
        brought.iter().map(move |metrics| {
            let is_it = |metric: &&Metric| {
                let of_all = metric.labels.contains(&("entry", "all".to_owned()));
                metric.name == name && (!all_entries || of_all)
            };
            let metric = metrics.as_ref()?.iter().find(is_it)?;
            Some(quantity::rough(metric.estimate?.mean, unit))
        })
    };
    vec![
        row("· takes", number("deploy_seconds", false, "seconds")),
        row("· requests that fail", number("failed_requests_total", true, "requests")),
        row("· down", number("downtime_seconds", true, "seconds")),
    ]
}
