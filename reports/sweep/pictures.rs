//! A picture of each number: against the first numeric parameter, or a bar for each point.

use super::wording::{capital, long, named};
use crate::plot::{Bar, Chart, Dot, DotSeries, bars, chart};
use crate::quantity;
use wssim_experiment::sweep::findings::{ObjectiveFinding, PointNumber, Sweep};
use wssim_text::printable;

/// The meaning of the mark for a point without a steady state.
const ODD: &str = "no steady state";

/// The pictures in lines of at most `width` columns; constant numbers have none.
pub(crate) fn pictures(sweep: &Sweep, width: usize) -> Vec<Vec<String>> {
    let picture = |(at, told): (usize, &PointNumber)| {
        let title = printable(&capital(&long(told)));
        match sweep.parameters[sweep.axis].numbers {
            Some(_) => chart(&charted(sweep, at, told, title), width, ODD),
            None => bars(&title, &barred(sweep, at, told), width),
        }
    };
    let told = sweep.changes.iter().enumerate();
    let told = told.filter_map(|(at, change)| Some((at, change.column.as_ref()?)));
    let all = told.filter(|(at, _)| differs(sweep, *at)).map(picture);
    all.filter(|lines| !lines.is_empty()).collect()
}

/// Whether it is not constant.
pub(crate) fn differs(sweep: &Sweep, at: usize) -> bool {
    let means = || sweep.points.iter().filter_map(|point| point.metrics[at].as_ref()?.estimate);
    let first = means().next().map(|estimate| estimate.mean);
    means().any(|estimate| Some(estimate.mean) != first)
}

pub(crate) fn charted(sweep: &Sweep, at: usize, told: &PointNumber, title: String) -> Chart {
    let parameter = &sweep.parameters[sweep.axis];
    let numbers = parameter.numbers;
    let dot = |point: &usize| {
        let point = &sweep.points[*point];
        let estimate = point.metrics[at].as_ref()?.estimate?;
        let is_known = estimate.mean.is_finite();
        let x = point.values[sweep.axis].number?;
        let dot = Dot {
            x,
            y: estimate.mean,
            low: estimate.low,
            high: estimate.high,
            is_odd: !point.is_steady(),
        };
        is_known.then_some(dot)
    };
    let series = sweep.rows.iter().map(|row| DotSeries {
        name: printable(&named(sweep, row[0], |at| at != sweep.axis)),
        dots: row.iter().filter_map(dot).collect(),
    });
    Chart {
        title,
        x_name: printable(&parameter.path),
        x_unit: numbers.map_or("1", |numbers| numbers.unit),
        x_is_log: numbers.is_some_and(|numbers| numbers.is_log),
        y_unit: told.unit,
        series: series.collect(),
        limit: sweep.objectives.iter().find(|one| is_of(one, told)).map(|objective| {
            let limit = quantity::plain(objective.limit, objective.unit, false);
            (objective.limit, format!("objective {limit}"))
        }),
    }
}

fn is_of(objective: &ObjectiveFinding, told: &PointNumber) -> bool {
    objective.name == told.name && objective.labels == told.labels
}

/// The values of a point, without the names of parameters.
fn values(sweep: &Sweep, point: usize) -> String {
    let values = sweep.points[point].values.iter().map(|value| value.text.as_str());
    values.collect::<Vec<_>>().join(", ")
}

pub(crate) fn barred(sweep: &Sweep, at: usize, told: &PointNumber) -> Vec<Bar> {
    let bar = |point: usize| {
        let metric = sweep.points[point].metrics[at].as_ref();
        let estimate = metric.and_then(|metric| metric.estimate.as_ref());
        let text = estimate.map(|estimate| quantity::plus_minus(estimate, told.unit));
        let odd = if sweep.points[point].is_steady() { "" } else { " ×" };
        Bar {
            name: printable(&values(sweep, point)),
            length: estimate.map(|estimate| estimate.mean).filter(|mean| mean.is_finite()),
            text: format!("{}{odd}", text.unwrap_or_else(|| "—".to_owned())),
        }
    };
    (0..sweep.points.len()).map(bar).collect()
}
