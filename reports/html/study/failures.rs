//! Failures: a matrix of sets and entries, and the results per year.

use crate::failures::{recovery, state};
use crate::figure::{Length, pair};
use crate::html::drawn::{Body, DrawnRow, Figure};
use crate::html::markup::{Html, tone};
use crate::quantity;
use wssim_experiment::failures::findings::{EntryFinding, Failures, SetFinding};
use wssim_experiment::failures::years::findings::{Availability, LongRun};
use wssim_experiment::failures::years::{SubjectKind, YEAR};
use wssim_stats::Estimate;

pub(super) fn section(html: &mut Html, failures: &Failures) {
    if !failures.sets.is_empty() {
        html.section("failures", "What survives", |html| matrix(html, failures));
    }
    if let Some(run) = &failures.long_run {
        html.section("years", "What a year brings", |html| years(html, run));
    }
}

fn matrix(html: &mut Html, failures: &Failures) {
    let entries: Vec<&EntryFinding> =
        failures.sets.first().map_or_else(Vec::new, |set| set.entries.iter().collect());
    html.block("div", "wide", |html| {
        html.block("table", "matrix", |html| {
            html.element("thead", &[], |html| {
                html.element("tr", &[], |html| {
                    html.leaf("th", "words", "Down");
                    for entry in &entries {
                        html.leaf("th", "", &entry.name);
                    }
                    html.leaf("th", "", "Survives");
                });
            });
            html.element("tbody", &[], |html| failures.sets.iter().for_each(|set| row(html, set)));
        });
    });
}

fn row(html: &mut Html, set: &SetFinding) {
    html.element("tr", &[], |html| {
        html.leaf("th", "words", &set.nodes.join(" + "));
        for entry in &set.entries {
            let cell = state(entry.state);
            let back = recovery(&entry.recovery);
            let text = if back.is_empty() { cell.text } else { format!("{} · {back}", cell.text) };
            html.leaf("td", &format!("cell {}", tone(cell.tone)), &text);
        }
        let survives = set.survives[0];
        let class = if survives { "cell good" } else { "cell bad" };
        html.leaf("td", class, if survives { "yes" } else { "no" });
    });
}

/// Factor on the longest mean of a scale, to fit the ends of intervals.
const ROOM: f64 = 1.1;

/// The meaning of the bars.
const LEGEND: &str = "Time down in a year, mean and 95 % interval, all bars on one scale.";

/// Time down a year, with its interval.
fn years(html: &mut Html, run: &LongRun) {
    let figures = figures(run);
    html.leaf("p", "faint", LEGEND);
    for figure in &figures {
        if let (SERVICES, Body::Rows(rows)) = (figure.name.as_str(), &figure.body) {
            html.folded(&format!("Services ({})", rows.len()), |html| figure.show_rows(html));
        } else {
            figure.show_rows(html);
        }
    }
}

/// The name of the figure of services.
const SERVICES: &str = "time_down_of_services";

/// Entries and groups asked for; and the services.
pub(super) fn figures(run: &LongRun) -> Vec<Figure> {
    let down = |one: &Availability| 1.0 - one.availability.mean;
    let longest = run.subjects.iter().map(down).fold(0.0, f64::max);
    let rows = |is_of: fn(SubjectKind) -> bool| -> Vec<DrawnRow> {
        let subjects = run.subjects.iter().filter(|one| is_of(one.kind));
        subjects.map(|one| bar(one, longest)).collect()
    };
    let figure = |name: &str, of: &str, rows: Vec<DrawnRow>| {
        let title = format!("Time down in a year: {of}");
        let figure = Figure::of_rows(name, title, rows);
        Figure { note: Some(LEGEND.to_owned()), ..figure }
    };
    let all = [
        figure("time_down", "entries and groups", rows(|kind| kind != SubjectKind::Service)),
        figure(SERVICES, "services", rows(|kind| kind == SubjectKind::Service)),
    ];
    let has_rows = |one: &Figure| matches!(&one.body, Body::Rows(rows) if !rows.is_empty());
    all.into_iter().filter(has_rows).collect()
}

fn bar(one: &Availability, longest: f64) -> DrawnRow {
    let Estimate { mean, low, high, .. } = one.availability;
    let text = quantity::rough((1.0 - mean) * YEAR.seconds(), "seconds");
    let name = format!("{} {}", one.kind.name(), one.name);
    let length = Length { mean: 1.0 - mean, ends: [1.0 - high, 1.0 - low], class: "fill" };
    let svg = pair(&[length], longest * ROOM, &format!("{name}: {text}"));
    DrawnRow { name, svg, text }
}
