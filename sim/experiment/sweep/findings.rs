//! What is found of a grid: its points, what changes between them, and where limits are crossed.

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
    /// What has other values, in the order of the values of each point.
    pub parameters: Vec<Parameter>,
    /// The parameter along which points are next to each other.
    pub axis: usize,
    /// Row after row along the axis; what was added stands in its place.
    pub points: Vec<PointFinding>,
    /// Rows of neighbours along the axis, as places among the points.
    pub rows: Vec<Vec<usize>>,
    /// What each number does over the grid, in the order of the numbers of each point.
    pub changes: Vec<GridChange>,
    /// The limits that entries are to keep; those of critical entries first.
    pub objectives: Vec<ObjectiveFinding>,
    /// Worlds that differ: one, where no parameter changes anything.
    pub worlds: usize,
    /// Points that were to be added.
    pub refine: u32,
    /// What formulas leave out of points where they differ by more than they may.
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
    /// What is asked for more than it can do on average: there is no steady state then, and the numbers
    /// depend on how long it was looked at.
    pub overloads: Vec<Overload>,
    /// Of what a replication of it would have held too much: then it has no numbers. `None`: all fits.
    pub overfull: Option<Overfull>,
    /// CPU of its busiest node.
    pub busiest: Option<Metric>,
    /// Its numbers; `None`: its world has no such metric.
    pub metrics: Vec<Option<Metric>>,
    /// What formulas say of them; `None`: nothing.
    pub formulas: Vec<Option<Formula>>,
}

/// What formulas say of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Formula {
    /// In its base unit; infinite: there is no steady state.
    pub value: f64,
    /// How far the simulated number is from it, where that is beyond the limit of formulas.
    pub difference: Option<FormulaDifference>,
}

impl PointFinding {
    /// Whether nothing is asked for more than it can do, and all fits.
    #[must_use]
    pub fn is_steady(&self) -> bool {
        self.overloads.is_empty() && self.overfull.is_none()
    }
}

/// What one number does over the grid.
#[derive(Clone, Debug)]
pub struct GridChange {
    /// What is told of it at every point; `None`: no point has it.
    pub column: Option<PointNumber>,
    /// The points with the least and with the greatest mean, of those with a steady state; `None`: none has
    /// a number.
    pub extremes: Option<[usize; 2]>,
    /// The largest step between two neighbours that both have a steady state.
    pub jump: Option<Jump>,
    /// Pairs of neighbours that differ, at a level that all of them share.
    pub differ: usize,
    /// Pairs of neighbours that were looked at.
    pub pairs: usize,
}

/// A number that is told of every point.
#[derive(Clone, Debug, PartialEq)]
pub struct PointNumber {
    /// Such as `response_time_seconds`.
    pub name: &'static str,
    /// Its labels; of the busiest node none.
    pub labels: Vec<(&'static str, String)>,
    /// Base unit.
    pub unit: &'static str,
    /// Whether it is the largest over all nodes, whichever that is at a point.
    pub is_busiest: bool,
}

/// A step between two neighbours.
#[derive(Clone, Debug)]
pub struct Jump {
    /// The point before it.
    pub from: usize,
    /// The point behind it.
    pub to: usize,
    /// The paired difference, with the interval at the level that all pairs share.
    pub difference: Option<Estimate>,
}

impl Jump {
    /// Whether chance alone would not make such a step.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.difference.as_ref().is_some_and(|difference| !difference.covers(0.0))
    }
}

/// A limit that an entry is to keep.
#[derive(Clone, Debug)]
pub struct ObjectiveFinding {
    /// The entry.
    pub entry: String,
    /// Whether it counts for survival.
    pub is_critical: bool,
    /// What is limited: its name.
    pub name: &'static str,
    /// Its labels.
    pub labels: Vec<(&'static str, String)>,
    /// Its base unit.
    pub unit: &'static str,
    /// The limit.
    pub limit: f64,
    /// Whether each point keeps it.
    pub states: Vec<LimitState>,
    /// Why nothing is known of a point; `None`: something is.
    pub missing: Vec<Option<NoEstimate>>,
    /// In each row where it is crossed: between which points, the one that keeps it first.
    pub crossings: Vec<Crossing>,
}

/// Whether a point keeps a limit: judged on the interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitState {
    /// It does.
    Kept,
    /// It does not, or has no steady state.
    Missed,
    /// The interval straddles the limit, or nothing is known.
    Open,
    /// Its world has no such entry.
    Absent,
}

/// Where a limit is crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// The last point on one side that keeps it.
    pub kept: usize,
    /// The first on the other that does not.
    pub missed: usize,
}
