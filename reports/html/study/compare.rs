//! Comparison: two bars for each number on one scale, with intervals.

use crate::compare::change;
use crate::figure::{Length, pair};
use crate::html::drawn::{DrawnRow, Figure};
use crate::html::markup::Html;
use crate::{metric_name, quantity};
use wssim_experiment::compare::findings::{Beside, ComparedMetric, Comparison, Named};
use wssim_stats::Estimate;

/// The meaning of the bars.
const LEGEND: &str = "Grey: before. Blue: after. The line is the 95 % interval.";

pub(super) fn section(html: &mut Html, comparison: &Comparison) {
    html.section("changes", "Before and after", |html| {
        for figure in figures(comparison) {
            html.leaf("h3", "", &figure.title);
            html.leaf("p", "faint", LEGEND);
            figure.show_rows(html);
        }
    });
}

/// A figure for each scenario beside the baseline.
pub(super) fn figures(comparison: &Comparison) -> Vec<Figure> {
    let others = comparison.others.iter().enumerate();
    let figure = |(place, other): (usize, &Named)| {
        let rows = comparison.rows.iter().filter_map(|row| bars(row, &row.others[place]));
        let title = format!("{} → {}", comparison.baseline.name, other.name);
        let name = format!("{}_to_{}", comparison.baseline.name, other.name);
        let figure = Figure::of_rows(&name, title, rows.collect());
        Figure { note: Some(LEGEND.to_owned()), ..figure }
    };
    others.map(figure).collect()
}

fn bars(row: &ComparedMetric, beside: &Beside) -> Option<DrawnRow> {
    let (before, after) = (row.before.as_ref()?, beside.after.as_ref()?);
    let whole = [before, after].map(|one| one.high.max(one.mean)).into_iter().fold(0.0, f64::max);
    let is_nothing = before.mean == 0.0 && after.mean == 0.0;
    if is_nothing || !whole.is_finite() {
        return None;
    }
    let name = metric_name::of(row.name, &row.labels);
    let [first, second] = [before, after].map(|one| quantity::plus_minus(one, row.unit));
    let told = format!("{name}: before {first}, after {second}");
    let svg = pair(&[length(before, "before"), length(after, "fill")], whole, &told);
    let text = format!("{first} → {second}: {}", change(beside, row.unit));
    Some(DrawnRow { name, svg, text })
}

fn length(estimate: &Estimate, class: &'static str) -> Length {
    Length { mean: estimate.mean, ends: [estimate.low, estimate.high], class }
}
