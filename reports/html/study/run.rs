//! Rollouts: activities over time, a bar in each row.

use crate::figure::span;
use crate::html::drawn::{DrawnRow, Figure};
use crate::html::markup::Html;
use crate::{quantity, rollout};
use wssim_experiment::findings::{RolloutBar, RolloutShown, RunAnswer};

pub(super) fn section(html: &mut Html, run: &RunAnswer) {
    if run.rollouts.is_empty() {
        return;
    }
    html.section("rollouts", "Rollouts", |html| {
        for figure in figures(run) {
            figure.show(html);
        }
        let told: Vec<String> = run.rollouts.iter().map(rollout::told).collect();
        html.list("remarks", &told);
    });
}

pub(super) fn figures(run: &RunAnswer) -> Vec<Figure> {
    run.rollouts.iter().map(figure).collect()
}

fn figure(shown: &RolloutShown) -> Figure {
    let ends = rollout::line_of_time(std::slice::from_ref(shown));
    let whole = shown.end_seconds.map(|to| ("all of it".to_owned(), shown.at_seconds, to));
    let bars = shown.bars.iter().filter(|bar| bar.over > 0);
    let bars = bars.map(|RolloutBar { what, from, to, .. }| (rollout::doing(what), *from, *to));
    let row = |(name, from, to): (String, f64, f64)| {
        let text =
            format!("{} to {}", quantity::rough(from, "seconds"), quantity::rough(to, "seconds"));
        let part = |at: f64| (at - ends[0]) / (ends[1] - ends[0]).max(f64::MIN_POSITIVE);
        let svg = span([from, to].map(part), "fill", &format!("{name}: {text}"));
        DrawnRow { name, svg, text }
    };
    let rows = whole.into_iter().chain(bars).map(row).collect();
    let title = format!("Rollout {} of {}: what went on when", shown.name, shown.stack);
    Figure::of_rows(&format!("rollout_{}", shown.name), title, rows)
}
