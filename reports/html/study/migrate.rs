//! Migration: a bar for each phase on one axis, and the steps of each on its own.

use crate::figure::span;
use crate::html::markup::Html;
use crate::migrate::first_change;
use crate::quantity;
use wssim_experiment::migrate::findings::{Migration, PhaseFinding, StepFinding};

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
        let remarks = [
            "light bars are what people do".to_owned(),
            "bars of a phase begin with its first step that changes something".to_owned(),
        ];
        html.list("remarks", &remarks);
    });
}

fn steps(html: &mut Html, phase: &PhaseFinding) {
    let known = || {
        let steps = phase.steps.iter();
        let begins = |step: &StepFinding| Some(step.begins? - first_change(phase));
        steps.filter_map(move |step| Some((step, begins(step)?, begins(step)? + step.seconds?)))
    };
    let whole = known().map(|(.., to)| to).fold(0.0, f64::max);
    for (step, from, to) in known() {
        let class = if step.is_of_people { "nearly" } else { "fill" };
        row(html, &step.text, (from, to), whole, class);
    }
}

fn row(html: &mut Html, name: &str, (from, to): (f64, f64), whole: f64, class: &'static str) {
    let whole = whole.max(f64::MIN_POSITIVE);
    // A step that ends before the axis begins has a time and no bar.
    let class = if from < 0.0 && to <= 0.0 { "track" } else { class };
    let time = quantity::three_digits(to - from, "seconds", false);
    html.block("p", "gauge", |html| {
        html.leaf("span", "", name);
        html.leaf("span", "number", &time);
        html.markup(&span(
            [(from / whole).max(0.0), (to / whole).max(0.0)],
            class,
            &format!("{name} {time}"),
        ));
    });
}
