//! Response times: quantiles of all requests, numbers over time with what strikes, and how long requests took
//! by when they came.

use super::drawn::{Body, Figure};
use super::markup::Html;
use super::told::Told;
use crate::escape::safe_file_name;
use crate::figure::{self, Heat, ONE_IN};
use crate::metric_name;
use crate::plot::{Chart, Dot, Series};
use crate::quantity;
use wssim_experiment::findings::{self, Answer, Distribution, Findings, ResponseBands, RunAnswer};

/// The least quantile that is drawn: those below lie too near each other on this axis.
const LEAST_QUANTILE: f64 = 0.25;

pub(super) fn section(html: &mut Html, findings: &Findings, told: &Told) {
    let figures = figures(findings, told);
    if figures.is_empty() {
        return;
    }
    html.section("times", "Response times, and what changes over time", |html| {
        html.block("div", "figures", |html| figures.iter().for_each(|figure| figure.show(html)));
    });
}

pub(super) fn figures(findings: &Findings, told: &Told) -> Vec<Figure> {
    let Answer::Run(run) = &findings.answer else { return Vec::new() };
    let faults = told.plans.first().map_or(&[][..], |plan| plan.faults.as_slice());
    let charts = curves(run).into_iter().chain(over_time(run));
    let charts = charts.filter_map(|(name, chart)| {
        let strikes = if chart.x_unit == ONE_IN { &[][..] } else { faults };
        Some(Figure::of_chart(&name, &chart, figure::lines(&chart, strikes)?))
    });
    charts.chain(run.bands.iter().filter_map(|bands| heat(bands, faults))).collect()
}

/// How long requests took by when they came.
fn heat(bands: &ResponseBands, faults: &[(f64, String)]) -> Option<Figure> {
    let slot = match bands.t_seconds.as_slice() {
        [first, second, ..] => second - first,
        _ => return None,
    };
    let end = bands.t_seconds.last().map(|last| last + slot);
    let slots = bands.t_seconds.iter().copied().chain(end).collect();
    let heat = Heat { slots, limits: &bands.limits, counts: &bands.counts };
    let body = Body::Drawing { svg: figure::heat(&heat, faults)?, legend: Vec::new() };
    let note =
        format!("The darker, the more of the requests of those {}.", quantity::duration(slot));
    Some(Figure {
        name: safe_file_name(&format!("response_times_of_{}", bands.entry)),
        title: format!("How long requests of {} took, by when they came", bands.entry),
        body,
        note: Some(note),
    })
}

/// The quantiles of every entry; there is no interval of what is pooled.
fn curves(run: &RunAnswer) -> Option<(String, Chart)> {
    let curve = |distribution: &Distribution| Series {
        name: named(&distribution.labels),
        dots: (distribution.quantiles.iter().filter(|(p, _)| *p >= LEAST_QUANTILE))
            .map(|(p, quantile)| dot(1.0 / (1.0 - p), *quantile, [*quantile; 2]))
            .collect(),
    };
    let series: Vec<Series> = run.distributions.iter().map(curve).collect();
    let is_known = series.iter().any(|series| !series.dots.is_empty());
    let chart = || Chart {
        title: "Response time by quantile, all replications".to_owned(),
        x_name: "share of requests that are faster".to_owned(),
        x_unit: ONE_IN,
        x_is_log: true,
        y_unit: "seconds",
        series,
        limit: None,
    };
    is_known.then(|| ("response_time_by_quantile".to_owned(), chart()))
}

/// One chart a metric, with the name of its file.
fn over_time(run: &RunAnswer) -> Vec<(String, Chart)> {
    let mut charts: Vec<(&str, Chart)> = Vec::new();
    for series in &run.series {
        let one = Series { name: named(&series.labels), dots: dots(series) };
        match charts.last_mut().filter(|(name, _)| *name == series.name) {
            Some((_, chart)) => chart.series.push(one),
            None => charts.push((series.name, timed(series, one))),
        }
    }
    // What never moves is no picture.
    let moves = |chart: &Chart| chart.series.iter().any(moves);
    let charts = charts.into_iter().filter(|(_, chart)| moves(chart));
    charts.map(|(name, chart)| (format!("{name}_over_time"), chart)).collect()
}

/// Whether it moves by more than a hundredth of itself.
fn moves(series: &Series) -> bool {
    let known = || series.dots.iter().map(|dot| dot.y).filter(|y| y.is_finite());
    let [low, high] = [known().fold(f64::INFINITY, f64::min), known().fold(0.0, f64::max)];
    high - low > 0.01 * high
}

fn timed(series: &findings::Series, first: Series) -> Chart {
    let stat: Vec<(&'static str, String)> =
        series.labels.iter().filter(|(name, _)| *name == "stat").cloned().collect();
    Chart {
        title: format!("{} over time", metric_name::of(series.name, &stat)),
        x_name: "time in the measured stretch".to_owned(),
        x_unit: "seconds",
        x_is_log: false,
        y_unit: series.unit,
        series: vec![first],
        limit: None,
    }
}

fn dots(series: &findings::Series) -> Vec<Dot> {
    let slots = series.t_seconds.iter().zip(&series.estimates);
    slots
        .map(|(t, estimate)| match estimate {
            Some(estimate) => dot(*t, estimate.mean, [estimate.low, estimate.high]),
            None => dot(*t, f64::NAN, [f64::NAN; 2]),
        })
        .collect()
}

fn dot(x: f64, y: f64, [low, high]: [f64; 2]) -> Dot {
    Dot { x, y, low, high, is_odd: false }
}

/// Whose it is: every label but the statistic.
fn named(labels: &[(&'static str, String)]) -> String {
    let telling = labels.iter().filter(|(name, value)| *name != "stat" && value != "all");
    let names: Vec<&str> = telling.map(|(_, value)| value.as_str()).collect();
    if names.is_empty() { "all".to_owned() } else { names.join(", ") }
}
