//! The input of a study: how to measure, which claims to judge, which inputs are uncertain.
//!
//! A study asks for worlds through [`Worlds`]: overrides in, blueprint out. The scenario crate
//! implements it and the command line connects the two, so neither depends on the other.

use crate::cluster::ClusterFacts;
use crate::migrate::plan::PlannedPhase;
use crate::part::{FROM, MeasuredPart, TO};
use std::collections::BTreeMap;
use wssim_kernel::Nanos;
use wssim_model::Blueprint;
pub use wssim_model::{MOST_IN_FLIGHT, MOST_PENDING, Overfull};

/// A value that replaces that of a path of the scenario, written as there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Override {
    /// A path such as `traffic.web.arrivals.rate`.
    pub path: String,
    /// The value, as in the file.
    pub value: String,
}

/// A point of a study: a scenario and its overrides.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// `None` for the scenario itself; otherwise a file named by `relative_to`.
    pub arm: Option<String>,
    /// Values that replace its own.
    pub overrides: Vec<Override>,
}

/// Why a world could not be made or simulated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorldError {
    /// The scenario of an arm, or an override, is wrong; already rendered for its author.
    Scenario(String),
    /// The system provides no threads; its message.
    Threads(String),
    /// A replication of it would exceed the memory limit.
    Overfull(Overfull),
    /// The requested replications need more memory than allowed.
    TooMany {
        /// Requested replications.
        replications: u32,
        /// The most that fit.
        most: u32,
    },
}

impl From<Overfull> for WorldError {
    fn from(overfull: Overfull) -> Self {
        Self::Overfull(overfull)
    }
}

/// Makes the worlds of a study.
pub trait Worlds: Sync {
    /// The world of `arm` (`None` for the scenario itself, otherwise a file named by `relative_to`),
    /// with `overrides` beside those of the command line. An override is ignored if the arm lacks its
    /// path, or gives that input another range than the scenario does.
    ///
    /// # Errors
    /// When the scenario of the arm, or an override, is wrong.
    fn blueprint(&self, arm: Option<&str>, overrides: &[Override])
    -> Result<Blueprint, WorldError>;

    /// [`Worlds::blueprint`] with failures beyond its own faults: with random failures, and with places
    /// for the containers that an orchestrator starts as replacements.
    ///
    /// # Errors
    /// As [`Worlds::blueprint`].
    fn at_risk(&self, arm: Option<&str>, overrides: &[Override]) -> Result<AtRisk, WorldError>;

    /// The phases of the migration that `arm` describes, in the order of the file; empty without a
    /// migration.
    ///
    /// # Errors
    /// As [`Worlds::blueprint`].
    fn phases(&self, arm: Option<&str>) -> Result<Vec<PlannedPhase>, WorldError> {
        let _ = arm;
        Ok(Vec::new())
    }

    /// The value of `input` at `fraction` (0 to 1) of the way from its nominal value to `end`; `None` if
    /// the two are different kinds of number or law.
    fn between(&self, input: &RangedInput, end: RangeEnd, fraction: f64) -> Option<Override>;

    /// The override that gives `service` this number of replicas.
    fn replicas(&self, service: &str, replicas: u32) -> Override;
}

/// A world with failures, and the facts about its cluster.
#[derive(Clone, Debug)]
pub struct AtRisk {
    /// The world.
    pub blueprint: Blueprint,
    /// Its cluster, with groups by the places of this world.
    pub cluster: ClusterFacts,
}

/// One end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeEnd {
    /// The first value of the range.
    Low,
    /// The second value of the range.
    High,
}

/// An input that is not known exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangedInput {
    /// Its path in the scenario.
    pub path: String,
    /// The value in force, as written.
    pub value: String,
    /// The first end, as written.
    pub low: String,
    /// The second end, as written.
    pub high: String,
    /// Where the range comes from.
    pub source: Option<String>,
}

/// Everything that a study needs to know beside the worlds.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// The command: the claims that it judges are measured.
    pub command: Study,
    /// Bare name of the scenario.
    pub name: String,
    /// Its title.
    pub title: String,
    /// How a replication is measured.
    pub measure: Measure,
    /// All claims, those of other studies included, in the order of the file.
    pub claims: Vec<Claim>,
    /// Metrics that are measured beside those of the whole stretch and of claims.
    pub asked: Vec<MetricRef>,
    /// The scenario that it is compared with, independent of claims.
    pub against: Option<String>,
    /// Observations in that scenario, judged by its results.
    pub observed_against: Vec<Claim>,
    /// Further scenarios to simulate.
    pub beside: Vec<String>,
    /// Replications made even if every claim is decided earlier.
    pub fewest: u32,
    /// The factor on all traffic in force; `None` for one.
    pub traffic_scale: Option<f64>,
    /// Closed sources by name, with their users before that factor.
    pub closed_users: Vec<(String, u32)>,
    /// Facts about the cluster beside its world.
    pub cluster: ClusterFacts,
    /// Inputs with a range.
    pub ranged: Vec<RangedInput>,
    /// Observations in the scenario and in the bases of its claims: the inputs must reproduce them
    /// together.
    pub observed: Vec<Observed>,
    /// Features of the scenario that the model does not simulate yet, one line each.
    pub not_simulated: Vec<String>,
    /// The same for `failures`, which simulates losses and replacements.
    pub not_simulated_at_risk: Vec<String>,
    /// Features that `capacity` leaves out beside `not_simulated`.
    pub not_simulated_at_limits: Vec<String>,
    /// The same for the phases of a migration, in `migrate`.
    pub not_simulated_in_phases: Vec<String>,
}

impl Question {
    /// Claims that are measured here.
    pub fn judged(&self) -> impl Iterator<Item = &Claim> {
        let is_judged =
            |claim: &&Claim| self.command.judges(claim.study) && claim.not_simulated.is_none();
        self.claims.iter().filter(is_judged)
    }

    /// The scenarios simulated beside it, including the bases of claims.
    #[must_use]
    pub fn base_files(&self) -> Vec<String> {
        let changes = self.judged().filter_map(|claim| claim.relative_to.as_ref());
        let mut files: Vec<String> =
            changes.chain(&self.against).chain(&self.beside).cloned().collect();
        files.sort();
        files.dedup();
        files
    }
}

/// The key of the factor on all traffic.
pub const SCALE_KEY: &str = "traffic.scale";

/// The users of a closed source at a factor on all traffic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScaledUsers {
    /// The number of users times the factor.
    pub exact: f64,
    /// The simulated number: whole, and at least one.
    pub simulated: u32,
}

impl ScaledUsers {
    /// For `users` at `factor`.
    #[must_use]
    pub fn of(users: u32, factor: f64) -> Self {
        let exact = f64::from(users) * factor;
        Self { exact, simulated: exact.round().max(1.0) as u32 }
    }

    /// Whether the simulated number differs, beyond the rounding error of a whole product.
    #[must_use]
    pub fn is_rounded(self) -> bool {
        (self.exact - f64::from(self.simulated)).abs() > 1e-9 * self.exact
    }
}

/// An observation that the model must reproduce.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The scenario of the observation; `None` for this one.
    pub arm: Option<String>,
    /// The observation.
    pub claim: Claim,
}

/// How a replication is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Whether and how the beginning is excluded.
    pub kind: MeasureKind,
    /// Measured time of one replication.
    pub duration: Nanos,
    /// Length of a slot of the series.
    pub slot: Nanos,
}

impl Default for Measure {
    fn default() -> Self {
        let duration = Nanos::from_seconds(600.0);
        Self {
            kind: MeasureKind::Steady { warm_up: None },
            duration,
            slot: Nanos(duration.0 / 100),
        }
    }
}

/// Whether and how the beginning is excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasureKind {
    /// Steady state: the warm-up is excluded; `None` if a pilot determines it by MSER-5.
    Steady {
        /// Simulated, not measured.
        warm_up: Option<Nanos>,
    },
    /// Exactly this stretch.
    Window {
        /// Simulated before it, not measured.
        lead_in: Nanos,
    },
}

/// A sentence of the plan, to be judged.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its id.
    pub id: String,
    /// The sentence.
    pub text: String,
    /// Its place in the plan.
    pub source: String,
    /// The metric that it is about.
    pub metric: MetricRef,
    /// The plan's value, in base units (seconds, bytes, ratio).
    pub expected: Expected,
    /// The base of a claim about a change.
    pub relative_to: Option<String>,
    /// The command that judges it.
    pub study: Study,
    /// A measurement that the model must reproduce, not a prediction.
    pub observed: bool,
    /// Why it cannot be judged yet: a feature that it needs is not simulated.
    pub not_simulated: Option<String>,
}

/// A metric by name and labels, as a claim writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricRef {
    /// Such as `response_time_seconds`.
    pub name: String,
    /// Such as `entry` = `web`; of a part of the measured stretch `from` and `to`, too.
    pub labels: BTreeMap<String, String>,
    /// The part of the measured stretch; `None` for the whole.
    pub part: Option<Box<MeasuredPart>>,
}

impl MetricRef {
    /// The metric over the whole stretch.
    pub(crate) fn of_whole(&self) -> Self {
        let mut whole = Self { part: None, ..self.clone() };
        whole.labels.retain(|name, _| name != FROM && name != TO);
        whole
    }

    /// The reference to the metric with these labels.
    #[must_use]
    pub fn named(name: &str, labels: &[(&'static str, String)]) -> Self {
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        Self { name: name.to_owned(), labels: labels.collect(), part: None }
    }
}

/// The plan's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// Lower limit; `None` without one.
    pub min: Option<f64>,
    /// Upper limit; `None` without one.
    pub max: Option<f64>,
    /// Whether a change is a share of the other arm's value (−0.5 for "−50 %").
    pub relative: bool,
    /// Whether the plan gave one value, extended by ±10 %.
    pub point: bool,
}

/// The command that judges a claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Study {
    /// `wssim run`
    #[default]
    Run,
    /// `wssim failures`
    Failures,
    /// `wssim rollout`, which is `run` of a scenario with rollouts
    Rollout,
    /// `wssim migrate`
    Migrate,
    /// `wssim compare`
    Compare,
    /// `wssim capacity`
    Capacity,
    /// `wssim sweep`, which judges no claim.
    Sweep,
}

impl Study {
    const ALL: [Self; 7] = [
        Self::Run,
        Self::Failures,
        Self::Rollout,
        Self::Migrate,
        Self::Compare,
        Self::Capacity,
        Self::Sweep,
    ];

    /// The study with this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|study| study.name() == name)
    }

    /// Its name in scenarios and results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Failures => "failures",
            Self::Rollout => "rollout",
            Self::Migrate => "migrate",
            Self::Compare => "compare",
            Self::Capacity => "capacity",
            Self::Sweep => "sweep",
        }
    }

    /// Whether this command judges claims that name `study`: `run` those of `rollout`, `compare` those
    /// of `run`.
    #[must_use]
    pub fn judges(self, study: Self) -> bool {
        let is_run = matches!(self, Self::Run | Self::Compare);
        self == study || is_run && matches!(study, Self::Run | Self::Rollout)
    }
}
