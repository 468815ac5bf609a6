//! Sweep: a picture of each number, with intervals.

use crate::figure::{self, Length, pair};
use crate::html::drawn::{DrawnRow, Figure};
use crate::html::markup::Html;
use crate::metric_name;
use crate::plot::Bar;
use crate::sweep::{barred, charted, differs};
use wssim_experiment::sweep::findings::{PointNumber, Sweep};

pub(super) fn section(html: &mut Html, sweep: &Sweep) {
    let figures = figures(sweep);
    if figures.is_empty() {
        return;
    }
    html.section("sweep", "What each number does", |html| {
        html.block("div", "figures", |html| figures.iter().for_each(|figure| figure.show(html)));
        if sweep.points.iter().any(|point| !point.is_steady()) {
            html.leaf(
                "p",
                "faint",
                "A hollow dot, or ×: no steady state; the number grows for as long as one looks.",
            );
        }
    });
}

pub(super) fn figures(sweep: &Sweep) -> Vec<Figure> {
    let told = sweep.changes.iter().enumerate();
    let told = told.filter_map(|(at, change)| Some((at, change.column.as_ref()?)));
    told.filter(|(at, _)| differs(sweep, *at))
        .filter_map(|(at, told)| picture(sweep, at, told))
        .collect()
}

fn picture(sweep: &Sweep, at: usize, told: &PointNumber) -> Option<Figure> {
    let (name, title) = if told.is_busiest {
        ("cpu_of_busiest_node".to_owned(), "CPU of the busiest node".to_owned())
    } else {
        let labels = told.labels.iter().map(|(_, value)| value.as_str());
        let name: Vec<&str> = std::iter::once(told.name).chain(labels).collect();
        (name.join("_"), metric_name::of(told.name, &told.labels))
    };
    if sweep.parameters[sweep.axis].numbers.is_none() {
        return Some(Figure::of_rows(&name, title, bars(sweep, (at, told))));
    }
    let chart = charted(sweep, at, told, title);
    let svg = figure::lines(&chart, &[])?;
    Some(Figure::of_chart(&name, &chart, svg))
}

/// Bars for values that are not numbers.
fn bars(sweep: &Sweep, (at, told): (usize, &PointNumber)) -> Vec<DrawnRow> {
    let bars = barred(sweep, at, told);
    let longest = bars.iter().filter_map(|bar| bar.length).fold(0.0, f64::max);
    let row = |bar: Bar| {
        let mean = bar.length.unwrap_or(0.0);
        let length = Length { mean, ends: [mean; 2], class: "fill" };
        let svg = pair(&[length], longest, &format!("{}: {}", bar.name, bar.text));
        DrawnRow { name: bar.name, svg, text: bar.text }
    };
    bars.into_iter().map(row).collect()
}
