//! How phases go: a bar for each on one axis, and the steps of each on its own.

use crate::figure::span;
use crate::html::markup::Html;
use crate::quantity;
use wssim_experiment::migrate::findings::{Migration, PhaseFinding};

pub(super) fn section(html: &mut Html, migration: &Migration) {
    if migration.phases.is_empty() {
        return;
    }
    html.section("phases", "When each phase is", |html| {
        let end = |phase: &PhaseFinding| phase.begins + phase.mean_seconds;
        let whole = migration.phases.iter().map(end).fold(0.0, f64::max);
        html.block("div", "card", |html| {
            for phase in &migration.phases {
                row(html, &phase.title, (phase.begins, end(phase)), whole, "fill");
            }
        });
        for phase in migration.phases.iter().filter(|phase| !phase.steps.is_empty()) {
            html.leaf("h3", "", &phase.title);
            html.block("div", "card", |html| steps(html, phase));
        }
        let remarks = ["light bars are what people do".to_owned()];
        html.list("remarks", &remarks);
    });
}

fn steps(html: &mut Html, phase: &PhaseFinding) {
    let known = || {
        let steps = phase.steps.iter();
        steps.filter_map(|step| Some((step, step.begins?, step.begins? + step.seconds?)))
    };
    let whole = known().map(|(.., to)| to).fold(0.0, f64::max);
    for (step, from, to) in known() {
        let class = if step.is_of_people { "nearly" } else { "fill" };
        row(html, &step.text, (from, to), whole, class);
    }
}

fn row(html: &mut Html, name: &str, (from, to): (f64, f64), whole: f64, class: &'static str) {
    let whole = whole.max(f64::MIN_POSITIVE);
    let time = quantity::duration(to - from);
    html.block("p", "gauge", |html| {
        html.leaf("span", "", name);
        html.leaf("span", "number", &time);
        html.markup(&span([from / whole, to / whole], class, &format!("{name} {time}")));
    });
}
