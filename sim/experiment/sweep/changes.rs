//! The course of each number over the grid: its extremes, its largest step, and whether neighbours differ.
//!
//! Neighbours get the same requests, so their difference is paired (Law, Simulation Modeling and Analysis,
//! 5th ed., ch. 10.2). With m pairs each interval is at level 1 − 0.05/m (Bonferroni), so that the
//! probability of a false step among all of them is at most 5 %. Points without a steady state are left
//! out: their numbers depend on the duration.

use super::columns::{PointColumn, samples};
use super::findings::{GridChange, Jump, PointFinding, PointNumber};
use crate::arm::Arm;
use crate::judge::paired_change;
use wssim_stats::{Estimate, simultaneous_level};

/// Points with their arms, and the number of replications that count.
pub(super) struct SeenPoints<'e> {
    pub(super) points: &'e [PointFinding],
    pub(super) arms: &'e [(&'e Arm, usize)],
    pub(super) rows: &'e [Vec<usize>],
}

/// The change of the number `column`, at place `at` of each point, over the grid.
pub(super) fn change(column: &PointColumn, at: usize, seen: &SeenPoints<'_>) -> GridChange {
    let mean = |place: usize| steady_mean(&seen.points[place], at);
    let known: Vec<usize> = (0..seen.points.len()).filter(|place| mean(*place).is_some()).collect();
    let by_mean =
        |a: &&usize, b: &&usize| mean(**a).unwrap_or(0.0).total_cmp(&mean(**b).unwrap_or(0.0));
    let least = known.iter().min_by(by_mean);
    // Of equally large or small ones the first.
    let most = known.iter().rev().max_by(by_mean);
    let pairs: Vec<[usize; 2]> = neighbours(seen, at);
    let level = simultaneous_level(pairs.len().max(1), 1);
    let differences: Vec<Option<Estimate>> =
        pairs.iter().map(|pair| difference(column, *pair, seen, level)).collect();
    let step = |[from, to]: [usize; 2]| (mean(to).unwrap_or(0.0) - mean(from).unwrap_or(0.0)).abs();
    let largest = (0..pairs.len()).rev().max_by(|a, b| step(pairs[*a]).total_cmp(&step(pairs[*b])));
    let is_step = |estimate: &&Estimate| !estimate.covers(0.0);
    GridChange {
        column: told(column, at, seen.points),
        extremes: least.zip(most).map(|(least, most)| [*least, *most]),
        jump: largest.map(|pair| {
            let [from, to] = pairs[pair];
            Jump { from, to, difference: differences[pair] }
        }),
        differ: differences.iter().flatten().filter(is_step).count(),
        pairs: pairs.len(),
    }
}

/// The finite mean of the number at place `at` of a point.
pub(super) fn mean_at(point: &PointFinding, at: usize) -> Option<f64> {
    let estimate = point.metrics[at].as_ref()?.estimate.as_ref()?;
    Some(estimate.mean).filter(|mean| mean.is_finite())
}

/// The mean, if there is a steady state.
fn steady_mean(point: &PointFinding, at: usize) -> Option<f64> {
    mean_at(point, at).filter(|_| point.is_steady())
}

/// Neighbours that both have a number.
fn neighbours(seen: &SeenPoints<'_>, at: usize) -> Vec<[usize; 2]> {
    let is_known = |place: usize| steady_mean(&seen.points[place], at).is_some();
    let pairs = seen.rows.iter().flat_map(|row| row.windows(2).map(|pair| [pair[0], pair[1]]));
    pairs.filter(|pair| pair.iter().all(|place| is_known(*place))).collect()
}

/// From the first to the second point of a pair, replication by replication.
fn difference(
    column: &PointColumn,
    pair: [usize; 2],
    seen: &SeenPoints<'_>,
    level: f64,
) -> Option<Estimate> {
    let n = pair.map(|place| seen.arms[place].1).into_iter().min().unwrap_or(0);
    let [before, after] = pair.map(|place| samples(column, seen.arms[place].0, n));
    paired_change(&before, &after, false, level)
}

/// The name of a number at every point.
fn told(column: &PointColumn, at: usize, points: &[PointFinding]) -> Option<PointNumber> {
    let metric = points.iter().find_map(|point| point.metrics[at].as_ref())?;
    let is_busiest = *column == PointColumn::Busiest;
    let labels = match column {
        PointColumn::Metric(_) => metric.labels.clone(),
        PointColumn::Busiest => Vec::new(),
    };
    Some(PointNumber { name: metric.name, labels, unit: metric.unit, is_busiest })
}
