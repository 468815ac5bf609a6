//! Response times: quantiles of all requests, numbers over time with what strikes, and how long requests took
//! by when they came.

use super::markup::Html;
use super::told::Told;
use crate::figure::{self, Heat, ONE_IN};
use crate::metric_name;
use crate::plot::{Chart, Dot, MOST_SERIES, Series};
use crate::quantity;
use wssim_experiment::findings::{self, Answer, Distribution, Findings, ResponseBands, RunAnswer};

/// The least quantile that is drawn: those below lie too near each other on this axis.
const LEAST_QUANTILE: f64 = 0.25;

pub(super) fn section(html: &mut Html, findings: &Findings, told: &Told) {
    let Answer::Run(run) = &findings.answer else { return };
    let faults = told.plans.first().map_or(&[][..], |plan| plan.faults.as_slice());
    let charts = curves(run).into_iter().chain(over_time(run));
    let drawn: Vec<(Chart, String)> = charts
        .filter_map(|chart| {
            let strikes = if chart.x_unit == ONE_IN { &[][..] } else { faults };
            let svg = figure::lines(&chart, strikes)?;
            Some((chart, svg))
        })
        .collect();
    if drawn.is_empty() {
        return;
    }
    html.section("times", "Response times, and what changes over time", |html| {
        html.block("div", "figures", |html| {
            for (chart, svg) in &drawn {
                figure(html, chart, svg);
            }
            run.bands.iter().for_each(|bands| heat(html, bands, faults));
        });
    });
}

/// A figure with its title, and with names where there are several series.
pub(super) fn figure(html: &mut Html, chart: &Chart, svg: &str) {
    html.element("figure", &[], |html| {
        html.leaf("figcaption", "", &chart.title);
        html.markup(svg);
        if chart.series.len() > 1 {
            html.block("ul", "legend", |html| {
                for (number, series) in chart.series.iter().enumerate().take(MOST_SERIES) {
                    html.leaf("li", &format!("series-{number}"), &series.name);
                }
                if is_hidden(&chart.series) {
                    html.leaf("li", "faint", "of equal ones the first is seen");
                }
                let more = chart.series.len().saturating_sub(MOST_SERIES);
                if more > 0 {
                    html.leaf("li", "faint", &format!("and {more} more, not drawn"));
                }
            });
        }
    });
}

/// Whether two series are the same.
fn is_hidden(series: &[Series]) -> bool {
    let places = |one: &Series| one.dots.iter().map(|dot| (dot.x, dot.y)).collect::<Vec<_>>();
    let all: Vec<Vec<(f64, f64)>> = series.iter().map(places).collect();
    (1..all.len()).any(|at| !all[at].is_empty() && all[..at].contains(&all[at]))
}

/// How long requests took by when they came.
fn heat(html: &mut Html, bands: &ResponseBands, faults: &[(f64, String)]) {
    let slot = match bands.t_seconds.as_slice() {
        [first, second, ..] => second - first,
        _ => return,
    };
    let end = bands.t_seconds.last().map(|last| last + slot);
    let slots = bands.t_seconds.iter().copied().chain(end).collect();
    let heat = Heat { slots, limits: &bands.limits, counts: &bands.counts };
    let Some(svg) = figure::heat(&heat, faults) else { return };
    html.element("figure", &[], |html| {
        let title = format!("How long requests of {} took, by when they came", bands.entry);
        html.leaf("figcaption", "", &title);
        html.markup(&svg);
        let slot = quantity::duration(slot);
        html.leaf("p", "faint", &format!("The darker, the more of the requests of those {slot}."));
    });
}

/// The quantiles of every entry; there is no interval of what is pooled.
fn curves(run: &RunAnswer) -> Option<Chart> {
    let curve = |distribution: &Distribution| Series {
        name: named(&distribution.labels),
        dots: (distribution.quantiles.iter().filter(|(p, _)| *p >= LEAST_QUANTILE))
            .map(|(p, quantile)| dot(1.0 / (1.0 - p), *quantile, [*quantile; 2]))
            .collect(),
    };
    let series: Vec<Series> = run.distributions.iter().map(curve).collect();
    let is_known = series.iter().any(|series| !series.dots.is_empty());
    is_known.then(|| Chart {
        title: "Response time by quantile, all replications".to_owned(),
        x_name: "share of requests that are faster".to_owned(),
        x_unit: ONE_IN,
        x_is_log: true,
        y_unit: "seconds",
        series,
        limit: None,
    })
}

/// One chart a metric.
fn over_time(run: &RunAnswer) -> Vec<Chart> {
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
    charts.into_iter().map(|(_, chart)| chart).filter(moves).collect()
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
