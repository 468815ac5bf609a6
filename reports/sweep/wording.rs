//! The sentences of a sweep: what a planner should do, in the first lines.

use crate::quantity;
use crate::reason;
use std::fmt::Write as _;
use wssim_experiment::findings::{Findings, Metric};
use wssim_experiment::sweep::findings::{
    Change, Crossing, Jump, ObjectiveFinding, PointFinding, State, Sweep, Told,
};
use wssim_text::printable;

/// Rows of points that a sentence is told of.
const MOST_ROWS: usize = 3;
/// Share of a node's CPU from which on it is named as what is full.
const FULL: f64 = 0.7;

/// What is swept: `after · sweep of traffic.scale, 0.5 to 8, 6 points`.
pub(crate) fn title(findings: &Findings, sweep: &Sweep) -> String {
    let parameter = |at: usize| {
        let parameter = &sweep.parameters[at];
        let texts = || parameter.values.iter().map(|value| value.text.as_str());
        match (texts().next(), texts().next_back()) {
            (Some(first), Some(last)) if parameter.numbers.is_some() && first != last => {
                format!("{} {first} to {last}", parameter.path)
            }
            _ => format!("{} {}", parameter.path, texts().collect::<Vec<_>>().join(", ")),
        }
    };
    let all: Vec<String> = (0..sweep.parameters.len()).map(parameter).collect();
    format!("{} · sweep of {}", findings.name, all.join(" · "))
}

/// What a planner should do, the most important first; two sentences at most.
pub(crate) fn answer(sweep: &Sweep) -> Vec<String> {
    let mut sentences = Vec::new();
    if sweep.worlds == 1 && sweep.points.len() > 1 {
        let paths: Vec<&str> = sweep.parameters.iter().map(|one| one.path.as_str()).collect();
        sentences.push(format!(
            "Nothing changes: every point is the same world, {} has no effect here.",
            paths.join(" with ")
        ));
        return sentences;
    }
    if !sweep.points.iter().any(|point| point.replications > 0) {
        return sentences;
    }
    sentences.extend(of_objectives(sweep));
    sentences.extend(no_steady_state(sweep));
    if sentences.is_empty() || sweep.objectives.is_empty() {
        sentences.extend(leading(sweep));
    }
    sentences
}

/// What else is to be known of the pictures and the table.
pub(crate) fn remarks(sweep: &Sweep) -> Vec<String> {
    let mut remarks = Vec::new();
    if sweep.points.iter().any(|point| !point.is_steady()) {
        remarks.push(
            "Without a steady state numbers grow for as long as one looks: read them as too much."
                .to_owned(),
        );
    }
    remarks.extend(formulas(sweep));
    let added = sweep.points.iter().filter(|point| point.is_added).count();
    if added > 0 {
        remarks
            .push(format!("+ {added} of {} points added where the answer changes", sweep.refine));
    } else if sweep.refine > 0 {
        remarks.push("No points were added: nowhere a step is left to be divided.".to_owned());
    }
    remarks
}

/// Why formulas differ, where they do by more than they may.
fn formulas(sweep: &Sweep) -> Option<String> {
    let steady = sweep.points.iter().filter(|point| point.is_steady());
    let differences =
        steady.flat_map(|point| &point.formulas).filter_map(|one| one.as_ref()?.difference);
    crate::analytic::differ(differences, &sweep.left_out)
}

/// `traffic.scale 3`, and the other values where there are any.
pub(super) fn place(sweep: &Sweep, point: usize) -> String {
    named(sweep, point, |_| true)
}

/// The values of a point with the names of the parameters that `is_told` takes.
pub(super) fn named(sweep: &Sweep, point: usize, is_told: impl Fn(usize) -> bool) -> String {
    let values = sweep.points[point].values.iter().enumerate().filter(|(at, _)| is_told(*at));
    let parts: Vec<String> =
        values.map(|(at, value)| format!("{} {}", name(sweep, at), value.text)).collect();
    parts.join(", ")
}

/// The name of a parameter in a sentence: the last part of its path, where that is enough.
pub(super) fn name(sweep: &Sweep, at: usize) -> &str {
    let last = |path: &'_ str| path.rsplit('.').next().unwrap_or_default().to_owned();
    let path = sweep.parameters[at].path.as_str();
    let own = last(path);
    let same = sweep.parameters.iter().filter(|other| last(&other.path) == own).count();
    let is_enough = same == 1 && path.matches('.').count() > 1;
    if is_enough { &path[path.len() - own.len()..] } else { path }
}

/// The value along the axis alone.
fn along(sweep: &Sweep, point: usize) -> &str {
    &sweep.points[point].values[sweep.axis].text
}

/// What the points of a row have in common: ` with …`; nothing where there is one row.
fn with(sweep: &Sweep, point: usize) -> String {
    if sweep.rows.len() < 2 {
        return String::new();
    }
    format!(" with {}", named(sweep, point, |at| at != sweep.axis))
}

/// Which limits are kept up to where.
fn of_objectives(sweep: &Sweep) -> Option<String> {
    let judged = || sweep.objectives.iter();
    let all = |objective: &ObjectiveFinding, state: State| {
        objective.states.iter().all(|one| *one == state)
    };
    let tightest = judged().filter(|one| !one.crossings.is_empty()).min_by_key(|objective| {
        // Of several limits the one that is crossed first is what counts.
        (
            !objective.is_critical,
            objective.crossings.iter().map(|one| place_in_row(sweep, one)).min(),
        )
    });
    // A critical objective that is crossed comes before another that is missed everywhere.
    let is_hidden = |objective: &ObjectiveFinding| {
        !objective.is_critical && tightest.is_some_and(|crossed| crossed.is_critical)
    };
    let missed = |one: &&ObjectiveFinding| all(one, State::Missed) && !is_hidden(one);
    if let Some(objective) = judged().find(missed) {
        return Some(format!(
            "{} misses its {} at every point.",
            subject(objective),
            limit(objective)
        ));
    }
    if let Some(objective) = tightest {
        return Some(crossed(sweep, objective));
    }
    judged().next()?;
    let is_open = |objective: &&ObjectiveFinding| objective.states.contains(&State::Open);
    if let (None, Some(objective)) =
        (judged().find(is_open), judged().find(|one| !all(one, State::Kept)))
    {
        let at = |state: State| objective.states.iter().position(|one| *one == state);
        let [kept, missed] = [State::Kept, State::Missed].map(at);
        let at = |point: Option<usize>| point.map_or_else(String::new, |at| place(sweep, at));
        return Some(format!(
            "{} keeps its {} in some rows alone: at {}, and not at {}.",
            subject(objective),
            limit(objective),
            at(kept),
            at(missed)
        ));
    }
    let open = judged().find(is_open);
    Some(match open {
        None => "Every objective is kept at every point.".to_owned(),
        Some(objective) => {
            let at = (0..objective.states.len()).find(|at| objective.states[*at] == State::Open);
            let at = at.map_or_else(String::new, |at| format!(" at {}", place(sweep, at)));
            format!(
                "Whether {} keeps its {} is open{at}: more --replications would tell.",
                subject(objective),
                limit(objective)
            )
        }
    })
}

fn place_in_row(sweep: &Sweep, crossing: &Crossing) -> usize {
    let at = |point: usize| {
        let row = sweep.rows.iter().find(|row| row.contains(&point));
        row.and_then(|row| row.iter().position(|other| *other == point)).unwrap_or(0)
    };
    at(crossing.kept).min(at(crossing.missed))
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

/// The node that a metric is about.
pub(super) fn node(metric: &Metric) -> Option<&str> {
    let label = metric.labels.iter().find(|(name, _)| *name == "node");
    label.map(|(_, value)| value.as_str())
}

/// The first point of a row from which on there is no steady state, and what is asked too much there.
fn no_steady_state(sweep: &Sweep) -> Option<String> {
    let is_lost = |point: &usize| !sweep.points[*point].is_steady();
    let lost = sweep.points.iter().filter(|point| !point.is_steady()).count();
    let first = sweep.rows.iter().find_map(|row| row.iter().copied().find(is_lost))?;
    let overload = sweep.points[first].overloads.first()?;
    let many = match lost {
        1 => String::new(),
        all if all == sweep.points.len() => " as at every point".to_owned(),
        all => format!(" (as at {all} of {} points)", sweep.points.len()),
    };
    Some(format!("At {}{many} {}.", place(sweep, first), reason::overload(overload)))
}

/// What the first number does.
fn leading(sweep: &Sweep) -> Option<String> {
    let (at, change) = sweep.changes.iter().enumerate().find(|(_, one)| one.extremes.is_some())?;
    let told = change.column.as_ref()?;
    let [least, most] = change.extremes?;
    let number = |point: usize| {
        let metric = sweep.points[point].metrics[at].as_ref();
        let estimate = metric.and_then(|metric| metric.estimate.as_ref());
        estimate.map_or_else(String::new, |estimate| quantity::centre(estimate, told.unit))
    };
    let what = capital(&long(told));
    if change.pairs == 0 {
        // Nothing to compare with, or nothing that has a meaning.
        let is_steady = sweep.points.iter().all(PointFinding::is_steady);
        return is_steady.then(|| format!("{what}: {} at {}.", number(least), place(sweep, least)));
    }
    if sweep.changes.iter().all(|change| change.differ == 0) {
        return Some(format!(
            "No number differs between neighbours by more than chance. {what}: {} at every point.",
            number(least)
        ));
    }
    let step = change.jump.as_ref().map_or_else(String::new, |jump| step(sweep, change, jump));
    Some(format!(
        "{what}: least at {} ({}), greatest at {} ({}){step}.",
        place(sweep, least),
        number(least),
        place(sweep, most),
        number(most)
    ))
}

fn step(sweep: &Sweep, change: &Change, jump: &Jump) -> String {
    let unit = change.column.as_ref().map_or("", |told| told.unit);
    let by = jump.difference.as_ref();
    let by = by.map_or_else(String::new, |by| format!(" ({})", difference(by.mean, unit)));
    let [from, to] = [jump.from, jump.to].map(|point| along(sweep, point));
    format!("; the largest step{by} between {from} and {to}{}", with(sweep, jump.from))
}

/// A difference; shares differ by points, not by percent.
pub(super) fn difference(value: f64, unit: &str) -> String {
    let text = quantity::plain(value, unit, true);
    match text.strip_suffix(" %") {
        Some(points) => format!("{points} points"),
        None => text,
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

/// A number as a sentence or a picture has it.
pub(super) fn long(told: &Told) -> String {
    let value = |name: &str| value_of(&told.labels, name);
    let of = |name: &str| match value(name) {
        None | Some("all") => String::new(),
        Some(value) => format!(" of {value}"),
    };
    match told.name {
        _ if told.is_busiest => "CPU of the busiest node".to_owned(),
        "response_time_seconds" => {
            format!("response time{}, {}", of("entry"), value("stat").unwrap_or("mean"))
        }
        "error_ratio" => {
            let reason = value("reason").filter(|reason| *reason != "all");
            let reason = reason.map_or_else(String::new, |reason| format!(", {reason}"));
            format!("errors{}{reason}", of("entry"))
        }
        "node_cpu_utilization_ratio" => format!("CPU{}", of("node")),
        name if told.labels.is_empty() => name.to_owned(),
        name => {
            let labels = told.labels.iter().map(|(name, value)| format!("{name}=\"{value}\""));
            format!("{name}{{{}}}", labels.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A number as the heading of a column; entries are named where there are several.
pub(super) fn short(told: &Told, names_entries: bool) -> String {
    let value = |name: &str| value_of(&told.labels, name);
    let entry = value("entry").filter(|entry| names_entries && *entry != "all");
    let entry = entry.map_or_else(String::new, |entry| format!(" of {entry}"));
    match told.name {
        _ if told.is_busiest => "Busiest CPU".to_owned(),
        "response_time_seconds" => {
            let stat = value("stat").unwrap_or("mean");
            format!("{}{entry}", if stat == "mean" { "Mean" } else { stat })
        }
        "error_ratio" => {
            let reason = value("reason").filter(|reason| *reason != "all");
            let reason = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
            format!("Errors{entry}{reason}")
        }
        _ => capital(&long(told)),
    }
}

fn value_of<'a>(labels: &'a [(&'static str, String)], name: &str) -> Option<&'a str> {
    labels.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

/// With a capital letter, unless it is a name of ours.
pub(super) fn capital(text: &str) -> String {
    if text.contains('{') || text.contains('_') || text.starts_with('p') {
        return text.to_owned();
    }
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    printable(&format!("{}{}", first.unwrap_or_default(), letters.as_str()))
}
