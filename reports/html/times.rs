//! Response times: quantiles of all requests, numbers over time with events, and response times by time
//! of arrival.

use super::context::CommandContext;
use super::drawn::{Body, Figure};
use super::markup::Html;
use crate::escape::safe_file_name;
use crate::figure::{self, Heat, ONE_IN};
use crate::metric_name;
use crate::plot::{Chart, Dot, DotSeries};
use crate::quantity;
use wssim_experiment::findings::{self, Answer, Distribution, Findings, ResponseBands, RunAnswer};

/// Smallest quantile that is drawn: lower ones are too close together on this axis.
const LEAST_QUANTILE: f64 = 0.25;

pub(super) fn section(html: &mut Html, findings: &Findings, told: &CommandContext) {
    let figures = figures(findings, told);
    if figures.is_empty() {
        return;
    }
    html.section("times", "Response times, and what changes over time", |html| {
        html.block("div", "figures", |html| figures.iter().for_each(|figure| figure.show(html)));
    });
}

/// With several scenarios the quantiles share one figure; numbers over time have a figure each.
pub(super) fn figures(findings: &Findings, told: &CommandContext) -> Vec<Figure> {
    let runs: Vec<(&str, &RunAnswer)> = match &findings.answer {
        Answer::Run(run) => vec![("", run)],
        Answer::Compare(comparison) => {
            let names = comparison.scenarios().into_iter().map(|named| named.name.as_str());
            names.zip(&comparison.runs).collect()
        }
        _ => Vec::new(),
    };
    let each = runs.iter().enumerate().flat_map(|(place, (name, run))| {
        let faults = told.plans.get(place).map_or(&[][..], |plan| &plan.scripted);
        over_time(run, name, faults)
    });
    curves(&runs).into_iter().chain(each).collect()
}

/// The figures over time of the scenario `of`, whose name is shown if there are several.
fn over_time(run: &RunAnswer, of: &str, faults: &[(f64, String)]) -> Vec<Figure> {
    let charts = charts(run).into_iter().filter_map(|(name, chart)| {
        let svg = figure::lines(&chart, faults)?;
        Some(Figure::of_chart(&name, &chart, svg))
    });
    let all = charts.chain(run.bands.iter().filter_map(|bands| heat(bands, faults)));
    all.map(|figure| if of.is_empty() { figure } else { figure.of_scenario(of) }).collect()
}

/// Response times by time of arrival.
fn heat(bands: &ResponseBands, faults: &[(f64, String)]) -> Option<Figure> {
    let slot = match bands.t_seconds.as_slice() {
        [first, second, ..] => second - first,
        _ => return None,
    };
    let end = bands.t_seconds.last().map(|last| last + slot);
    let slots = bands.t_seconds.iter().copied().chain(end).collect();
    let heat = Heat { slots, limits: &bands.limits, counts: &bands.counts };
    let body = Body::Drawing { svg: figure::heat(&heat, faults)?, legend: Vec::new() };
    let note = format!(
        "The stronger the colour, the more of the requests of those {}.",
        quantity::duration(slot)
    );
    Some(Figure {
        name: safe_file_name(&format!("response_times_of_{}", bands.entry)),
        title: format!("How long requests of {} took, by when they came", bands.entry),
        body,
        note: Some(note),
    })
}

/// The quantiles of every entry of each scenario; pooled ones have no interval.
fn curves(runs: &[(&str, &RunAnswer)]) -> Option<Figure> {
    let curve = |(of, distribution): (&str, &Distribution)| {
        let entry = named(&distribution.labels);
        DotSeries {
            name: if of.is_empty() { entry } else { format!("{of}: {entry}") },
            dots: (distribution.quantiles.iter().filter(|(p, _)| *p >= LEAST_QUANTILE))
                .map(|(p, quantile)| dot(1.0 / (1.0 - p), *quantile, [*quantile; 2]))
                .collect(),
        }
    };
    let all = runs.iter().flat_map(|(of, run)| run.distributions.iter().map(move |one| (*of, one)));
    let series: Vec<DotSeries> = all.map(curve).collect();
    if series.iter().all(|series| series.dots.is_empty()) {
        return None;
    }
    let chart = Chart {
        title: "Response time by quantile, all replications".to_owned(),
        x_name: "share of requests that are faster".to_owned(),
        x_unit: ONE_IN,
        x_is_log: true,
        y_unit: "seconds",
        series,
        limit: None,
    };
    let svg = figure::lines(&chart, &[])?;
    Some(Figure::of_chart("response_time_by_quantile", &chart, svg))
}

/// A chart for each metric, with the name of its file.
fn charts(run: &RunAnswer) -> Vec<(String, Chart)> {
    let mut charts: Vec<(&str, Chart)> = Vec::new();
    for series in &run.series {
        let one = DotSeries { name: named(&series.labels), dots: dots(series) };
        match charts.last_mut().filter(|(name, _)| *name == series.name) {
            Some((_, chart)) => chart.series.push(one),
            None => charts.push((series.name, timed(series, one))),
        }
    }
    // A constant needs no picture.
    let moves = |chart: &Chart| chart.series.iter().any(moves);
    let charts = charts.into_iter().filter(|(_, chart)| moves(chart));
    charts.map(|(name, chart)| (format!("{name}_over_time"), chart)).collect()
}

/// Whether it varies by more than a hundredth of its value.
fn moves(series: &DotSeries) -> bool {
    let known = || series.dots.iter().map(|dot| dot.y).filter(|y| y.is_finite());
    let [low, high] = [known().fold(f64::INFINITY, f64::min), known().fold(0.0, f64::max)];
    high - low > 0.01 * high
}

fn timed(series: &findings::Series, first: DotSeries) -> Chart {
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

/// The subject: every label but the statistic.
fn named(labels: &[(&'static str, String)]) -> String {
    let telling = labels.iter().filter(|(name, value)| *name != "stat" && value != "all");
    let names: Vec<&str> = telling.map(|(_, value)| value.as_str()).collect();
    if names.is_empty() { "all".to_owned() } else { names.join(", ") }
}
