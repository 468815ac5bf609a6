//! A row of the table of metrics: what is told of a metric, and how it is read off.

use super::quantity::MeasuredQuantity;
use std::fmt::Debug;
use wssim_model::Blueprint;

/// A kind of metric.
#[derive(Clone, Copy, Debug)]
pub struct MetricKind {
    /// After Prometheus' conventions: base units, unit last.
    pub name: &'static str,
    /// Base unit.
    pub unit: &'static str,
    /// Labels, in the order in which they are written.
    pub labels: &'static [&'static str],
    /// What is measured, in one line.
    pub meaning: &'static str,
    /// Whether it is given of each node and of all together, as `node="all"`.
    pub of_all_nodes: bool,
    /// By how much it may get worse from one result to the next; `None`: it is not compared.
    pub limit: Option<RegressionLimit>,
}

/// By how much a number may get worse: by a share of what it was, or by the floor where that is more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegressionLimit {
    /// Which way is worse.
    pub worse: Worse,
    /// Share of what it was.
    pub share: f64,
    /// Least change that counts, in the base unit.
    pub floor: f64,
}

/// Which way a number gets worse.
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
    /// The same metric, which should not get worse by more than `share` of its value, or by `floor` where that is
    /// more.
    pub(super) const fn limited(mut self, worse: Worse, share: f64, floor: f64) -> Self {
        self.limit = Some(RegressionLimit { worse, share, floor });
        self
    }
}

/// A metric that is measured. There is no row without a reader, and none whose reader gives more or fewer
/// labels than the row has: neither compiles.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What is told of it.
    pub kind: MetricKind,
    pub(crate) reader: MetricReader,
}

/// Who measures a metric.
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
    /// Who measures it.
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

    /// The same metric, given of all nodes together, too.
    pub(super) const fn and_of_all_nodes(mut self) -> Self {
        self.kind.of_all_nodes = true;
        self
    }

    /// The same metric, with a limit: see [`MetricKind::limited`].
    pub(super) const fn limited(mut self, worse: Worse, share: f64, floor: f64) -> Self {
        self.kind = self.kind.limited(worse, share, floor);
        self
    }
}

/// How a metric is read off.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MetricReader {
    /// By `run`: for each key that a blueprint has, a quantity of a replication.
    Run(&'static dyn Keyed),
    /// By `failures`, from what sets of nodes show.
    Sets(OfSets),
    /// By `failures`, from years.
    Years(OfYears),
    /// By `capacity`.
    Capacity(OfCapacity),
    /// By `migrate`.
    Migrate(OfMigrate),
}

/// What is measured of the phases of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfMigrate {
    /// How long a phase takes.
    Length,
    /// How long an entry is down.
    Downtime,
    /// Time of people.
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

/// What is measured of a capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfCapacity {
    /// Times the traffic of today.
    Traffic,
    /// Of all services.
    Containers,
}

/// What is measured of sets of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfSets {
    /// Of the worst set.
    Recovery,
    /// Of all sets of a size.
    Survival,
}

/// What is measured of years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfYears {
    /// In each history.
    History(OfHistory),
    /// Of all outages together.
    Lengths,
}

/// What is measured in each history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfHistory {
    Availability,
    Downtime,
    Outages,
}

/// The keys of one metric with `N` labels: values of the labels, and what is measured there.
pub(super) type FoundKeys<const N: usize> = Vec<([String; N], MeasuredQuantity)>;

/// Finds the keys that a blueprint has.
#[derive(Debug)]
pub(super) struct Keys<const N: usize>(pub(super) fn(&Blueprint) -> FoundKeys<N>);

/// Labels of a key, and what is measured there.
pub(crate) type Labelled = (Vec<(&'static str, String)>, MeasuredQuantity);

/// The same for any number of labels; `names` are those of the row.
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

/// A metric with either of two sets of labels: the first `A` of its row, or the other `B`.
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

/// A metric that `run` measures, with either of two sets of labels.
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

/// What is told of a metric, measured or not.
pub(super) const fn kind(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str],
    meaning: &'static str,
) -> MetricKind {
    MetricKind { name, unit, labels, meaning, of_all_nodes: false, limit: None }
}
