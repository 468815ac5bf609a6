//! Trials of plans side by side: a column for each scenario, a row for each number.

use super::table::NONE;
use crate::quantity;
use crate::table::{Cell, ColumnKind, Section, Table, Tone};
use wssim_experiment::compare::findings::{Comparison, PlanTrial, TrialResult};
use wssim_experiment::failures::by_size::OfSize;
use wssim_experiment::failures::findings::Failures;
use wssim_experiment::findings::Metric;
use wssim_text::capital;

/// The section, if trials were asked for.
pub(crate) fn section(comparison: &Comparison) -> Option<Section<String>> {
    let trials = &comparison.trials;
    let own: Vec<&PlanTrial> = trials.iter().filter(|trial| trial.variant.is_none()).collect();
    let counts = own.iter().find_map(|trial| only_critical(failures(trial)?));
    let names = own.iter().map(|trial| (trial.scenario.clone(), ColumnKind::Numbers));
    let columns = std::iter::once((String::new(), ColumnKind::Words)).chain(names).collect();
    let mut rows = of_scenarios(&own);
    rows.extend(of_failures(&own));
    for variant in variants(trials) {
        let of = |one: &&PlanTrial| {
            let is_it = |trial: &&PlanTrial| {
                trial.scenario == one.scenario && trial.variant.as_deref() == Some(variant)
            };
            trials.iter().find(is_it)
        };
        let all: Vec<Option<&PlanTrial>> = own.iter().map(of).collect();
        let title = all.iter().flatten().next().map_or(variant, |trial| trial.title.as_str());
        let mut title = vec![Cell::toned(capital(title), Tone::Faint)];
        title.resize(own.len() + 1, Cell::default());
        rows.push(title);
        rows.extend(of_variant(&all));
    }
    let looked = own.iter().find_map(|trial| failures(trial)).map(|one| one.observed_seconds);
    let remarks = vec![
        format!(
            "Each node, and each pair, is lost once, and looked at for {}. Unharmed: its loss never interrupts {}; \
             back: that answers again, every time; slowest back: the median of the set of those that takes longest; \
             failed requests: of all from the loss on, on average over all sets.",
            looked.map_or_else(String::new, quantity::duration),
            counts.map_or_else(|| "an entry that counts".to_owned(), str::to_owned)
        ),
        "RAM of orchestrator and container engine, CPU of the orchestrator in threads of the reference CPU: on all \
         nodes together. The command failures says of each set what becomes of it, and why."
            .to_owned(),
    ];
    let title = "What each comes to";
    (!own.is_empty()).then_some(Section { title, table: Table { columns, rows }, remarks })
}

/// The names of variants, each once, in order of appearance.
fn variants(trials: &[PlanTrial]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for name in trials.iter().filter_map(|trial| trial.variant.as_deref()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The only entry that counts, if there is only one.
fn only_critical(failures: &Failures) -> Option<&str> {
    let mut critical = failures.sets.first()?.critical();
    let first = critical.next()?;
    critical.next().is_none().then_some(first.name.as_str())
}

fn failures(trial: &PlanTrial) -> Option<&Failures> {
    match &trial.outcome {
        TrialResult::Failures(failures) if !failures.sets.is_empty() => Some(failures),
        _ => None,
    }
}

fn row(name: impl Into<String>, values: impl Iterator<Item = Option<String>>) -> Vec<Cell> {
    let values = values.map(|value| Cell::new(value.unwrap_or_else(|| NONE.to_owned())));
    std::iter::once(Cell::new(name)).chain(values).collect()
}

fn of_scenarios(own: &[&PlanTrial]) -> Vec<Vec<Cell>> {
    let all = || own.iter();
    let amount = |value: f64, unit| quantity::three_digits(value, unit, false);
    let bytes =
        |trial: &&PlanTrial| (trial.takes.bytes > 0.0).then(|| amount(trial.takes.bytes, "bytes"));
    let mut rows = vec![
        row("orchestrator", all().map(|trial| trial.orchestrator.map(str::to_owned))),
        row("RAM it takes", all().map(bytes)),
        row(
            "CPU it takes, threads",
            all().map(|trial| Some(format!("{:.2}", trial.takes.threads))),
        ),
    ];
    if own.iter().any(|trial| trial.price.is_some()) {
        let price = |trial: &&PlanTrial| Some(quantity::about(trial.price.unwrap_or(0.0)));
        rows.insert(1, row("price", all().map(price)));
    }
    rows
}

/// The results of each when nodes are lost.
fn of_failures(all: &[&PlanTrial]) -> Vec<Vec<Cell>> {
    let found: Vec<Option<&Failures>> = all.iter().map(|trial| failures(trial)).collect();
    lost(&found)
}

fn lost(all: &[Option<&Failures>]) -> Vec<Vec<Cell>> {
    let depth = all.iter().flatten().map(|one| one.depth).max().unwrap_or(0);
    let calm = |one: &Failures| one.calm.first().map(|(_, part)| *part);
    let time = |one: &Failures| Some(quantity::three_digits(calm(one)?.p95?, "seconds", false));
    let errors = |one: &Failures| calm(one)?.error_ratio.map(quantity::percent);
    let mut rows = vec![
        row("calm: response time, 95 %", all.iter().map(|one| one.and_then(time))),
        row("calm: failed requests", all.iter().map(|one| one.and_then(errors))),
    ];
    rows.extend((0..depth).flat_map(|size| of_size(all, size)));
    let down = |one: &Failures| Some(quantity::plus_minus(&one.downtime_seconds()?, "seconds"));
    rows.push(row("down in a year", all.iter().map(|one| one.and_then(down))));
    rows
}

fn of_size(all: &[Option<&Failures>], size: usize) -> [Vec<Cell>; 4] {
    let of = |one: Option<&Failures>| one.and_then(|one| one.by_size().get(size).copied());
    let name = match size {
        0 => "1 node lost".to_owned(),
        size => format!("{} nodes lost", size + 1),
    };
    let became = |one: OfSize| {
        let OfSize { sets, unharmed, recovered, .. } = one;
        Some(format!("{unharmed}, {recovered}, {}", sets - unharmed - recovered))
    };
    let values =
        |value: fn(OfSize) -> Option<String>| all.iter().map(move |one| of(*one).and_then(value));
    let slowest = |one: OfSize| one.slowest.map(|seconds| quantity::rough(seconds, "seconds"));
    [
        row(format!("{name}: unharmed, back, lost"), values(became)),
        row("· survive", values(|one| Some(format!("{} of {}", one.survived, one.sets)))),
        row("· slowest back", values(slowest)),
        row("· failed requests", values(|one| one.error_ratio.map(quantity::percent))),
    ]
}

/// The results of a variant of each: for its nodes, or for its rollout.
fn of_variant(all: &[Option<&PlanTrial>]) -> Vec<Vec<Cell>> {
    let metrics = |trial: Option<&PlanTrial>| match trial.map(|trial| &trial.outcome) {
        Some(TrialResult::Rollouts(metrics)) => Some(metrics.clone()),
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
            Some(quantity::plus_minus(&metric.estimate?, unit))
        })
    };
    vec![
        row("· lasts, builds included", number("deploy_seconds", false, "seconds")),
        row("· failed requests", number("failed_requests_total", true, "requests")),
        row("· down", number("downtime_seconds", true, "seconds")),
    ]
}
