//! Numbers against a number: curves, numbers over time, sweeps. A few numbers are dots with their
//! intervals, many are a line in the band of their intervals.

use super::canvas::{Around, Canvas, Tick, framed};
use super::theme::{Ink, MARK, SERIES};
use crate::plot::{Axes, Axis, Chart, Dot, DotSeries, LEVELS, axes, label};

/// Fewest numbers that are drawn as a line.
const MANY: usize = 25;
/// Most numbers along the horizontal axis.
const ACROSS: usize = 6;
/// Most marks with names: more would overlap.
const MOST_NAMED: usize = 4;
/// Steps of time, in seconds.
const STEPS: [f64; 16] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 3600.0, 7200.0, 14_400.0,
    43_200.0, 86_400.0,
];
/// The unit of a horizontal axis of quantiles: one over the share of slower requests.
pub(crate) const ONE_IN: &str = "one in";
/// Labelled quantiles.
const QUANTILES: [(f64, &str); 5] =
    [(2.0, "p50"), (10.0, "p90"), (100.0, "p99"), (1e3, "p99.9"), (1e4, "p99.99")];

/// The figure, with events; `None` without numbers.
pub(crate) fn lines(chart: &Chart, strikes: &[(f64, String)]) -> Option<String> {
    let drawn = || chart.series.iter().zip(SERIES).filter(|(one, _)| !one.dots.is_empty());
    drawn().next()?;
    let Axes { x, y, limit } = axes(chart);
    let tick = |unit: &'static str| move |number: f64| -> Tick { (number, label(number, unit)) };
    let around = Around {
        x,
        y,
        x_ticks: x_ticks(chart, x),
        y_ticks: y.ticks(LEVELS + 2).into_iter().map(tick(chart.y_unit)).collect(),
        x_name: chart.x_name.clone(),
    };
    Some(framed(&around, |canvas| {
        // The first series is drawn on top.
        let all: Vec<(&DotSeries, Ink)> = drawn().collect();
        for (series, ink) in all.into_iter().rev() {
            draw(canvas, series, ink);
        }
        if let Some((at, name)) = limit {
            canvas.level(*at, name, MARK);
        }
        let within = strikes.iter().filter(|(at, _)| (x.low..=x.high).contains(at));
        for (number, (at, name)) in within.enumerate() {
            canvas.strike(*at, if number < MOST_NAMED { name } else { "" }, MARK);
        }
    }))
}

fn x_ticks(chart: &Chart, x: Axis) -> Vec<Tick> {
    if chart.x_unit == ONE_IN {
        let known = QUANTILES.iter().filter(|(at, _)| (x.low..=x.high * 1.001).contains(at));
        return known.map(|(at, name)| (*at, (*name).to_owned())).collect();
    }
    let mut own: Vec<f64> =
        chart.series.iter().flat_map(|series| &series.dots).map(|dot| dot.x).collect();
    own.sort_by(f64::total_cmp);
    own.dedup();
    if own.len() <= ACROSS {
        return own.into_iter().map(|at| (at, label(at, chart.x_unit))).collect();
    }
    if chart.x_unit == "seconds" && !x.is_log {
        return time_ticks(x);
    }
    x.ticks(ACROSS).into_iter().map(|at| (at, label(at, chart.x_unit))).collect()
}

/// Round times with their labels: zero has no unit.
pub(super) fn time_ticks(x: Axis) -> Vec<Tick> {
    let written = |at: f64| if at == 0.0 { "0".to_owned() } else { label(at, "seconds") };
    times(x).into_iter().map(|at| (at, written(at))).collect()
}

/// Round times: no tenths of an hour.
fn times(x: Axis) -> Vec<f64> {
    let span = x.high - x.low;
    let step = STEPS.iter().find(|step| span / **step <= ACROSS as f64);
    let Some(step) = step.filter(|_| span >= STEPS[0]) else { return x.ticks(ACROSS) };
    let (first, last) = ((x.low / step).ceil() as i64, (x.high / step).floor() as i64);
    (first..=last).map(|number| number as f64 * step).collect()
}

fn draw(canvas: &Canvas<'_>, series: &DotSeries, ink: Ink) {
    let dots = &series.dots;
    let is_long = dots.len() >= MANY;
    for part in dots.split(|dot| !dot.y.is_finite()).filter(|part| !part.is_empty()) {
        let ends =
            |dot: &Dot| [dot.low, dot.high].map(|end| if end.is_finite() { end } else { dot.y });
        if is_long {
            let band: Vec<(f64, [f64; 2])> = part.iter().map(|dot| (dot.x, ends(dot))).collect();
            canvas.band(&band, ink);
        }
        let line: Vec<(f64, f64)> = part.iter().map(|dot| (dot.x, dot.y)).collect();
        canvas.line(&line, ink);
        for dot in part.iter().filter(|_| !is_long) {
            canvas.whisker(dot.x, ends(dot), ink);
            canvas.dot(dot.x, dot.y, ink, dot.is_odd);
        }
    }
}
