//! The findings of a sweep: its points, the changes between them, and where limits are crossed.

use super::options::{Parameter, ParameterValue};
use crate::analytic::{FormulaDifference, FormulaGap};
use crate::measured::Metric;
use crate::offered::Overload;
use crate::question::Overfull;
use crate::reason::NoEstimate;
use wssim_stats::Estimate;

/// The answer of a sweep.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The varied parameters, in the order of the values of each point.
    pub parameters: Vec<Parameter>,
    /// The parameter that defines neighbours.
    pub axis: usize,
    /// Row by row along the axis; added points are in their places.
    pub points: Vec<PointFinding>,
    /// Rows of neighbours along the axis, as places among the points.
    pub rows: Vec<Vec<usize>>,
    /// The course of each number over the grid, in the order of the numbers of each point.
    pub changes: Vec<GridChange>,
    /// The limits of entries; those of critical entries first.
    pub objectives: Vec<ObjectiveFinding>,
    /// Number of distinct worlds: one if no parameter changes anything.
    pub worlds: usize,
    /// Points to be added.
    pub refine: u32,
    /// What formulas leave out at points where they differ by more than their limit.
    pub left_out: Vec<FormulaGap>,
}

/// A point of the grid.
#[derive(Clone, Debug)]
pub struct PointFinding {
    /// A value of each parameter.
    pub values: Vec<ParameterValue>,
    /// Whether it was added where the answer changes.
    pub is_added: bool,
    /// Replications of it.
    pub replications: u32,
    /// Resources overloaded on average: without a steady state the numbers depend on the duration.
    pub overloads: Vec<Overload>,
    /// What a replication would have held too much of: the point then has no numbers. `None` if all
    /// fits.
    pub overfull: Option<Overfull>,
    /// CPU of its busiest node.
    pub busiest: Option<Metric>,
    /// Its numbers; `None` if its world has no such metric.
    pub metrics: Vec<Option<Metric>>,
    /// Their values by formulas; `None` without a formula.
    pub formulas: Vec<Option<Formula>>,
}

/// The value of a number by formulas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Formula {
    /// In its base unit; infinite without a steady state.
    pub value: f64,
    /// The difference of the simulated number, if it exceeds the limit of formulas.
    pub difference: Option<FormulaDifference>,
}

impl PointFinding {
    /// Whether no resource is overloaded, and all fits into memory.
    #[must_use]
    pub fn is_steady(&self) -> bool {
        self.overloads.is_empty() && self.overfull.is_none()
    }
}

/// The course of one number over the grid.
#[derive(Clone, Debug)]
pub struct GridChange {
    /// Its name at every point; `None` if no point has it.
    pub column: Option<PointNumber>,
    /// The points with the smallest and the largest mean, of those with a steady state; `None` without
    /// numbers.
    pub extremes: Option<[usize; 2]>,
    /// The largest step between two neighbours that both have a steady state.
    pub jump: Option<Jump>,
    /// Pairs of neighbours that differ, at a common level.
    pub differ: usize,
    /// Compared pairs of neighbours.
    pub pairs: usize,
}

/// A reported number of every point.
#[derive(Clone, Debug, PartialEq)]
pub struct PointNumber {
    /// Such as `response_time_seconds`.
    pub name: &'static str,
    /// Its labels; none for the busiest node.
    pub labels: Vec<(&'static str, String)>,
    /// Base unit.
    pub unit: &'static str,
    /// Whether it is the largest over all nodes, a different one at each point.
    pub is_busiest: bool,
}

/// A step between two neighbours.
#[derive(Clone, Debug)]
pub struct Jump {
    /// The point before it.
    pub from: usize,
    /// The point after it.
    pub to: usize,
    /// The paired difference, with the interval at the common level of all pairs.
    pub difference: Option<Estimate>,
}

impl Jump {
    /// Whether the step is significant.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.difference.as_ref().is_some_and(|difference| !difference.covers(0.0))
    }
}

/// A limit for an entry.
#[derive(Clone, Debug)]
pub struct ObjectiveFinding {
    /// The entry.
    pub entry: String,
    /// Whether it counts for survival.
    pub is_critical: bool,
    /// The name of the limited metric.
    pub name: &'static str,
    /// Its labels.
    pub labels: Vec<(&'static str, String)>,
    /// Its base unit.
    pub unit: &'static str,
    /// The limit.
    pub limit: f64,
    /// Whether each point keeps it.
    pub states: Vec<LimitState>,
    /// Why a point's value is unknown; `None` if it is known.
    pub missing: Vec<Option<NoEstimate>>,
    /// For each row in which it is crossed: the two points, the one that keeps it first.
    pub crossings: Vec<Crossing>,
}

/// Whether a point keeps a limit, judged on the interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitState {
    /// It does.
    Kept,
    /// It does not, or has no steady state.
    Missed,
    /// The interval straddles the limit, or the value is unknown.
    Open,
    /// Its world has no such entry.
    Absent,
}

/// Where a limit is crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// The last point that keeps it.
    pub kept: usize,
    /// The first one beyond it that does not.
    pub missed: usize,
}
