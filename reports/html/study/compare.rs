//! Before and after: two bars a number on one scale, each with its interval.

use crate::compare::change;
use crate::figure::{Length, pair};
use crate::html::markup::Html;
use crate::{metric_name, quantity};
use wssim_experiment::compare::findings::{Beside, Comparison, Row};
use wssim_stats::Estimate;

pub(super) fn section(html: &mut Html, comparison: &Comparison) {
    html.section("changes", "Before and after", |html| {
        for (place, other) in comparison.others.iter().enumerate() {
            let title = format!("{} → {}", comparison.baseline.name, other.name);
            html.leaf("h3", "", &title);
            html.leaf("p", "faint", "Grey: before. Blue: after. The line is the 95 % interval.");
            html.block("div", "bars", |html| {
                comparison.rows.iter().for_each(|row| bars(html, row, &row.others[place]));
            });
        }
    });
}

fn bars(html: &mut Html, row: &Row, beside: &Beside) {
    let (Some(before), Some(after)) = (&row.before, &beside.after) else { return };
    let whole = [before, after].map(|one| one.high.max(one.mean)).into_iter().fold(0.0, f64::max);
    let is_nothing = before.mean == 0.0 && after.mean == 0.0;
    if is_nothing || !whole.is_finite() {
        return;
    }
    let name = metric_name::of(row.name, &row.labels);
    let [first, second] = [before, after].map(|one| quantity::plus_minus(one, row.unit));
    let told = format!("{name}: before {first}, after {second}");
    html.leaf("span", "name", &name);
    html.markup(&pair(&[length(before, "before"), length(after, "fill")], whole, &told));
    html.leaf("span", "number", &format!("{first} → {second}: {}", change(beside, row.unit)));
}

fn length(estimate: &Estimate, class: &'static str) -> Length {
    Length { mean: estimate.mean, ends: [estimate.low, estimate.high], class }
}
