//! Chooses further points: in the interval across which a number changes most.
//!
//! The interval is halved, or on a logarithmic axis divided at its geometric mean, and so are its parts
//! while one of them has the largest step: a bisection of the steepest interval. Intervals between two
//! points without a steady state are skipped: numbers there depend on the duration.

use super::options::Numbers;

/// Shortest interval that is divided, as a share of the axis.
const FINEST: f64 = 1e-3;

/// The values of a point.
#[derive(Clone, Copy, Debug)]
pub(super) struct KnownPoint {
    pub(super) at: f64,
    pub(super) mean: Option<f64>,
    pub(super) is_steady: bool,
}

/// A number between two neighbours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Between {
    pub(super) row: usize,
    pub(super) number: f64,
    /// Its distance from the nearer one.
    pub(super) step: f64,
}

/// The row and the number of the next point; `None` if no step can be divided. `is_closed` marks
/// intervals, by row and ends, that cannot be.
pub(super) fn next(
    rows: &[Vec<KnownPoint>],
    numbers: Numbers,
    is_closed: impl Fn(usize, f64) -> bool,
) -> Option<Between> {
    let all = || rows.iter().flatten().map(|known| scale(numbers, known.at));
    let (low, high) = (all().reduce(f64::min)?, all().reduce(f64::max)?);
    let mut best: Option<(f64, Between)> = None;
    for (number, row) in rows.iter().enumerate() {
        for pair in row.windows(2) {
            let [from, to] = [pair[0], pair[1]];
            let (Some(before), Some(after)) = (from.mean, to.mean) else { continue };
            let length = scale(numbers, to.at) - scale(numbers, from.at);
            if !(from.is_steady || to.is_steady) || length <= FINEST * (high - low) {
                continue;
            }
            let Some(middle) = middle(numbers, from.at, to.at) else { continue };
            let step = (after - before).abs();
            let is_steeper = best.is_none_or(|(steepest, _)| step > steepest);
            if step > 0.0 && is_steeper && !is_closed(number, middle) {
                let nearer = (middle - from.at).min(to.at - middle);
                best = Some((step, Between { row: number, number: middle, step: nearer }));
            }
        }
    }
    best.map(|(_, between)| between)
}

/// The position on a scale on which equal steps of the axis have equal lengths.
fn scale(numbers: Numbers, at: f64) -> f64 {
    if numbers.is_log { at.ln() } else { at }
}

/// The middle of an interval; `None` if there is no number between its ends.
fn middle(numbers: Numbers, from: f64, to: f64) -> Option<f64> {
    let middle = if numbers.is_log { (from * to).sqrt() } else { f64::midpoint(from, to) };
    let middle = if numbers.is_whole { middle.round() } else { middle };
    (from < middle && middle < to).then_some(middle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::options::tests::plain as numbers;

    fn row(points: &[(f64, f64)]) -> Vec<KnownPoint> {
        let known =
            |(at, mean): &(f64, f64)| KnownPoint { at: *at, mean: Some(*mean), is_steady: true };
        points.iter().map(known).collect()
    }

    fn next_in(rows: &[Vec<KnownPoint>], numbers: Numbers) -> Option<(usize, f64)> {
        next(rows, numbers, |_, _| false).map(|between| (between.row, between.number))
    }

    #[test]
    fn the_steepest_interval_is_halved() {
        let rows = [row(&[(1.0, 1.0), (2.0, 1.5), (3.0, 9.0)]), row(&[(1.0, 1.0), (3.0, 2.0)])];
        assert_eq!(next_in(&rows, numbers(false, false)), Some((0, 2.5)));
        let log = [row(&[(1.0, 1.0), (100.0, 2.0)])];
        assert_eq!(next_in(&log, numbers(true, false)), Some((0, 10.0)));
    }

    #[test]
    fn whole_numbers_stay_whole_and_come_to_an_end() {
        let whole = numbers(false, true);
        assert_eq!(next_in(&[row(&[(1.0, 0.0), (4.0, 1.0)])], whole), Some((0, 3.0)));
        assert_eq!(next_in(&[row(&[(1.0, 0.0), (2.0, 1.0)])], whole), None);
    }

    #[test]
    fn nothing_is_looked_for_where_nothing_changes_or_nothing_is_steady() {
        let flat = [row(&[(1.0, 2.0), (2.0, 2.0)])];
        assert_eq!(next_in(&flat, numbers(false, false)), None);
        let mut lost = row(&[(1.0, 1.0), (2.0, 3.0), (3.0, 90.0), (4.0, 990.0)]);
        lost[2].is_steady = false;
        lost[3].is_steady = false;
        assert_eq!(next_in(&[lost], numbers(false, false)), Some((0, 2.5)));
    }

    #[test]
    fn what_cannot_be_divided_is_left() {
        let rows = [row(&[(1.0, 1.0), (2.0, 9.0), (3.0, 12.0)])];
        let closed = |_: usize, middle: f64| middle == 1.5;
        let between = Between { row: 0, number: 2.5, step: 0.5 };
        assert_eq!(next(&rows, numbers(false, false), closed), Some(between));
    }
}
