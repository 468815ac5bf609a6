//! What survives: a matrix of sets and entries, and what a year brings.

use crate::failures::{recovery, state};
use crate::figure::{Length, pair};
use crate::html::markup::{Html, tone};
use crate::quantity;
use wssim_experiment::failures::findings::{EntryFinding, Failures, SetFinding};
use wssim_experiment::failures::years::findings::{Availability, LongRun};
use wssim_experiment::failures::years::{Kind, YEAR};

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

/// What a scale has beyond its longest mean, for the ends of intervals.
const ROOM: f64 = 1.1;

/// Time down a year, with its interval.
fn years(html: &mut Html, run: &LongRun) {
    let down = |one: &wssim_stats::Estimate| {
        let ends = [1.0 - one.high, 1.0 - one.low];
        (1.0 - one.mean, ends)
    };
    let longest = run.subjects.iter().map(|one| down(&one.availability).0).fold(0.0, f64::max);
    let bars = |html: &mut Html, of: &[&Availability]| {
        html.block("div", "bars", |html| {
            for one in of {
                let (mean, ends) = down(&one.availability);
                let text = quantity::rough(mean * YEAR.seconds(), "seconds");
                let name = format!("{} {}", one.kind.name(), one.name);
                html.leaf("span", "name", &name);
                let length = Length { mean, ends, class: "fill" };
                html.markup(&pair(&[length], longest * ROOM, &format!("{name}: {text}")));
                html.leaf("span", "number", &text);
            }
        });
    };
    let (services, others): (Vec<&Availability>, Vec<&Availability>) =
        run.subjects.iter().partition(|one| one.kind == Kind::Service);
    html.leaf("p", "faint", "Time down in a year, mean and 95 % interval, all bars on one scale.");
    bars(html, &others);
    if !services.is_empty() {
        html.folded(&format!("Services ({})", services.len()), |html| bars(html, &services));
    }
}
