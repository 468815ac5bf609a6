//! Names of points and numbers of a sweep, and remarks.

use crate::{metric_name, quantity};
use wssim_experiment::findings::{Findings, Metric};
use wssim_experiment::part::{FROM, TO};
use wssim_experiment::sweep::findings::{PointNumber, Sweep};
use wssim_text::printable;

/// The subject of the sweep: `after · sweep of traffic.scale, 0.5 to 8, 6 points`.
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

/// Remarks on the pictures and the table.
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

/// Why formulas differ by more than their limit, if they do.
fn formulas(sweep: &Sweep) -> Option<String> {
    let steady = sweep.points.iter().filter(|point| point.is_steady());
    let differences =
        steady.flat_map(|point| &point.formulas).filter_map(|one| one.as_ref()?.difference);
    crate::analytic::differ(differences, &sweep.left_out)
}

/// `traffic.scale 3`, and the other values, if any.
pub(super) fn place(sweep: &Sweep, point: usize) -> String {
    named(sweep, point, |_| true)
}

/// The values of a point with the names of the parameters selected by `is_told`.
pub(super) fn named(sweep: &Sweep, point: usize, is_told: impl Fn(usize) -> bool) -> String {
    let values = sweep.points[point].values.iter().enumerate().filter(|(at, _)| is_told(*at));
    let parts: Vec<String> =
        values.map(|(at, value)| format!("{} {}", name(sweep, at), value.text)).collect();
    parts.join(", ")
}

/// The name of a parameter in a sentence: the last part of its path if unambiguous.
pub(super) fn name(sweep: &Sweep, at: usize) -> &str {
    let last = |path: &'_ str| path.rsplit('.').next().unwrap_or_default().to_owned();
    let path = sweep.parameters[at].path.as_str();
    let own = last(path);
    let same = sweep.parameters.iter().filter(|other| last(&other.path) == own).count();
    let is_enough = same == 1 && path.matches('.').count() > 1;
    if is_enough { &path[path.len() - own.len()..] } else { path }
}

/// Only the value along the axis.
pub(super) fn along(sweep: &Sweep, point: usize) -> &str {
    &sweep.points[point].values[sweep.axis].text
}

/// The common values of a row: ` with …`; empty if there is one row.
pub(super) fn with(sweep: &Sweep, point: usize) -> String {
    if sweep.rows.len() < 2 {
        return String::new();
    }
    format!(" with {}", named(sweep, point, |at| at != sweep.axis))
}

/// The node of a metric.
pub(super) fn node(metric: &Metric) -> Option<&str> {
    let label = metric.labels.iter().find(|(name, _)| *name == "node");
    label.map(|(_, value)| value.as_str())
}

/// A difference; shares differ by points, not by percent.
pub(super) fn difference(value: f64, unit: &str) -> String {
    let text = quantity::plain(value, unit, true);
    match text.strip_suffix(" %") {
        Some(points) => format!("{points} points"),
        None => text,
    }
}

/// The name of a number, followed by its part of the measured stretch.
fn with_part(mut name: String, told: &PointNumber) -> String {
    if let Some(part) = metric_name::part_in(&told.labels) {
        name.push_str(", ");
        name.push_str(&part);
    }
    name
}

/// A number's name in a sentence or a picture.
pub(super) fn long(told: &PointNumber) -> String {
    with_part(long_of_whole(told), told)
}

fn long_of_whole(told: &PointNumber) -> String {
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
        name => {
            let labels = told.labels.iter().filter(|(name, _)| ![FROM, TO].contains(name));
            let labels: Vec<String> =
                labels.map(|(name, value)| format!("{name}=\"{value}\"")).collect();
            if labels.is_empty() {
                name.to_owned()
            } else {
                format!("{name}{{{}}}", labels.join(", "))
            }
        }
    }
}

/// A number's name as the heading of a column; with the entry if there are several.
pub(super) fn short(told: &PointNumber, names_entries: bool) -> String {
    with_part(short_of_whole(told, names_entries), told)
}

fn short_of_whole(told: &PointNumber, names_entries: bool) -> String {
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
        _ => capital(&long_of_whole(told)),
    }
}

pub(super) fn value_of<'a>(labels: &'a [(&'static str, String)], name: &str) -> Option<&'a str> {
    labels.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

/// With a capital first letter, unless it is an identifier.
pub(super) fn capital(text: &str) -> String {
    if text.contains('{') || text.contains('_') || text.starts_with('p') {
        return text.to_owned();
    }
    printable(&wssim_text::capital(text))
}
