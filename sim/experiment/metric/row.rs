//! A row of the table of metrics: the description of a metric, and its reader.

use super::quantity::MeasuredQuantity;
use std::fmt::Debug;
use wssim_model::Blueprint;

/// A kind of metric.
#[derive(Clone, Copy, Debug)]
pub struct MetricKind {
    /// By Prometheus' conventions: base units, unit last.
    pub name: &'static str,
    /// Base unit.
    pub unit: &'static str,
    /// Labels, in the order in which they are written.
    pub labels: &'static [&'static str],
    /// What is measured, in one line.
    pub meaning: &'static str,
    /// Whether it exists for each node and for all together, as `node="all"`.
    pub of_all_nodes: bool,
    /// How much worse it may get from one result to the next; `None` if it is not compared.
    pub limit: Option<RegressionLimit>,
}

/// How much worse a number may get: by a share of its value, or by the floor if that is more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegressionLimit {
    /// The direction of worse.
    pub worse: Worse,
    /// Share of its previous value.
    pub share: f64,
    /// Least change that counts, in the base unit.
    pub floor: f64,
}

/// The direction in which a number gets worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worse {
    /// When it grows.
    Higher,
    /// When it shrinks.
    Lower,
}

impl Worse {
    /// Its name in `results.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
        }
    }
}

impl MetricKind {
    /// The metric with a limit: it may get worse by `share` of its value, or by `floor` if that is more.
    pub(super) const fn limited(mut self, worse: Worse, share: f64, floor: f64) -> Self {
        self.limit = Some(RegressionLimit { worse, share, floor });
        self
    }
}

/// A measured metric. A row without a reader, or with a reader of another number of labels, does not
/// compile.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its description.
    pub kind: MetricKind,
    pub(crate) reader: MetricReader,
}

/// The study that measures a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasuredBy {
    /// `run`.
    Run,
    /// `failures`, on sets of nodes.
    Failures,
    /// `failures`, in the long run.
    LongRun,
    /// `capacity`.
    Capacity,
    /// `migrate`.
    Migrate,
}

impl Row {
    /// The study that measures it.
    #[must_use]
    pub fn measured_by(&self) -> MeasuredBy {
        match self.reader {
            MetricReader::Run(_) => MeasuredBy::Run,
            MetricReader::Sets(_) => MeasuredBy::Failures,
            MetricReader::Years(_) => MeasuredBy::LongRun,
            MetricReader::Capacity(_) => MeasuredBy::Capacity,
            MetricReader::Migrate(_) => MeasuredBy::Migrate,
        }
    }

    /// The metric, also for all nodes together.
    pub(super) const fn and_of_all_nodes(mut self) -> Self {
        self.kind.of_all_nodes = true;
        self
    }

    /// The metric with a limit: see [`MetricKind::limited`].
    pub(super) const fn limited(mut self, worse: Worse, share: f64, floor: f64) -> Self {
        self.kind = self.kind.limited(worse, share, floor);
        self
    }
}

/// How a metric is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MetricReader {
    /// By `run`: a quantity of a replication for each key of a blueprint.
    Run(&'static dyn Keyed),
    /// By `failures`, from sets of nodes.
    Sets(OfSets),
    /// By `failures`, from years.
    Years(OfYears),
    /// By `capacity`.
    Capacity(OfCapacity),
    /// By `migrate`.
    Migrate(OfMigrate),
}

/// A metric of the phases of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfMigrate {
    /// Duration of a phase.
    Length,
    /// Downtime of an entry.
    Downtime,
    /// Working time of people.
    Effort,
    /// Whether a phase keeps within its window.
    Window,
    /// The most RAM of a node.
    Memory,
    /// The most CPU of a node.
    Cpu,
    /// How long it takes to go back.
    Rollback,
}

/// A metric of capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfCapacity {
    /// As a multiple of today's traffic.
    Traffic,
    /// Of all services.
    Containers,
}

/// A metric of sets of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfSets {
    /// Of the worst set.
    Recovery,
    /// Of all sets of a size.
    Survival,
}

/// A metric of years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfYears {
    /// In each history.
    History(OfHistory),
    /// Of all outages together.
    Lengths,
}

/// A metric of each history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfHistory {
    Availability,
    Downtime,
    Outages,
}

/// The keys of one metric with `N` labels: label values, and the quantity.
pub(super) type FoundKeys<const N: usize> = Vec<([String; N], MeasuredQuantity)>;

/// Finds the keys of a blueprint.
#[derive(Debug)]
pub(super) struct Keys<const N: usize>(pub(super) fn(&Blueprint) -> FoundKeys<N>);

/// Labels of a key, and the quantity.
pub(crate) type Labelled = (Vec<(&'static str, String)>, MeasuredQuantity);

/// [`Keys`] for any number of labels; `names` are those of the row.
pub(crate) trait Keyed: Debug + Sync {
    fn keys(&self, names: &'static [&'static str], blueprint: &Blueprint) -> Vec<Labelled>;
}

impl<const N: usize> Keyed for Keys<N> {
    fn keys(&self, names: &'static [&'static str], blueprint: &Blueprint) -> Vec<Labelled> {
        let named = |(values, what): ([String; N], MeasuredQuantity)| {
            (names.iter().copied().zip(values).collect(), what)
        };
        (self.0)(blueprint).into_iter().map(named).collect()
    }
}

/// A metric with two alternative sets of labels: the first `A` of its row, or the other `B`.
#[derive(Debug)]
pub(super) struct Either<const A: usize, const B: usize>(pub(super) Keys<A>, pub(super) Keys<B>);

impl<const A: usize, const B: usize> Keyed for Either<A, B> {
    fn keys(&self, names: &'static [&'static str], blueprint: &Blueprint) -> Vec<Labelled> {
        let (first, others) = names.split_at(A);
        let mut keys = self.0.keys(first, blueprint);
        keys.extend(self.1.keys(others, blueprint));
        keys
    }
}

/// A metric that `run` measures, with two alternative sets of labels.
pub(super) const fn run_either<const N: usize, const A: usize, const B: usize>(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str; N],
    meaning: &'static str,
    keys: &'static Either<A, B>,
) -> Row {
    const { assert!(A + B == N, "every label is of one of the two sets") }
    Row { kind: kind(name, unit, labels, meaning), reader: MetricReader::Run(keys) }
}

/// A metric that `run` measures.
pub(super) const fn run<const N: usize>(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str; N],
    meaning: &'static str,
    keys: &'static Keys<N>,
) -> Row {
    Row { kind: kind(name, unit, labels, meaning), reader: MetricReader::Run(keys) }
}

/// The description of a metric, measured or not.
pub(super) const fn kind(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str],
    meaning: &'static str,
) -> MetricKind {
    MetricKind { name, unit, labels, meaning, of_all_nodes: false, limit: None }
}
