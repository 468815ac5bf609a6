//! Facts about a cluster that no world needs but `failures` does: managers, eligible nodes, local data,
//! critical entries.

use wssim_kernel::Nanos;
use wssim_model::orchestrator::Kind;

/// The cluster as its author describes it.
#[derive(Clone, Debug, Default)]
pub struct ClusterFacts {
    /// The orchestrator's kind; `None` if not given.
    pub orchestrator: Option<Kind>,
    /// Managers by name; empty if not given.
    pub managers: Vec<String>,
    /// By service, in the order of the blueprint.
    pub services: Vec<ServiceFacts>,
    /// By source of traffic, in the order of the blueprint.
    pub entries: Vec<EntryFacts>,
    /// Groups with a common availability, by name.
    pub groups: Vec<Group>,
    /// The scenario's definition of survival.
    pub survival: Survival,
}

/// A group of which a number of members must work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its members.
    pub members: Vec<Member>,
    /// How many members must work.
    pub need: usize,
}

/// A member of a group, by its place among its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// A node.
    Node(usize),
    /// A service.
    Service(usize),
    /// A source of traffic.
    Entry(usize),
    /// Another group.
    Group(usize),
}

/// Facts about a service.
#[derive(Clone, Debug, Default)]
pub struct ServiceFacts {
    /// Nodes that meet its constraints, by name.
    pub eligible: Vec<String>,
    /// Its constraints, as written.
    pub constraints: Vec<String>,
    /// Whether it has local data that stays on its node.
    pub has_local_data: bool,
}

/// Facts about a source of traffic.
#[derive(Clone, Debug, Default)]
pub struct EntryFacts {
    /// Whether it counts for survival.
    pub is_critical: bool,
    /// Limits of its response time.
    pub limits: Vec<ResponseLimit>,
    /// The largest share of its requests that may fail.
    pub errors: Option<f64>,
}

/// A limit of a response time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResponseLimit {
    /// Probability of the quantile; `None` for the mean.
    pub probability: Option<f64>,
    /// The limit.
    pub seconds: f64,
}

/// The definition of survival: every critical entry answers at least `share` of its requests in a window
/// that begins at most `within` after the fault, and at least that share of all that follow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Survival {
    /// Length of the window.
    pub window: Nanos,
    /// Share of requests that must be answered.
    pub share: f64,
    /// The longest time until it begins.
    pub within: Nanos,
}

impl Default for Survival {
    /// 99 % in 60 s, within 5 minutes.
    fn default() -> Self {
        let seconds = |s: u64| Nanos(s * 1_000_000_000);
        Self { window: seconds(60), share: 0.99, within: seconds(300) }
    }
}

/// The looser definition multiplies the permitted loss, and the time, by these.
const LOOSER: (f64, u64) = (5.0, 3);
/// The stricter definition divides them by these.
const STRICTER: (f64, u64) = (10.0, 5);

impl Survival {
    /// The shortest and the longest valid `window` and `within`.
    pub const LENGTHS: (Nanos, Nanos) = (Nanos(1_000_000_000), Nanos(3_600_000_000_000));

    /// A looser definition: 95 % within 15 minutes for the usual 99 % within 5.
    #[must_use]
    pub fn looser(self) -> Self {
        let share = (1.0 - (1.0 - self.share) * LOOSER.0).max(0.0);
        Self { share, within: Nanos(self.within.0.saturating_mul(LOOSER.1)), ..self }
    }

    /// A stricter definition: 99.9 % within 1 minute.
    #[must_use]
    pub fn stricter(self) -> Self {
        let share = 1.0 - (1.0 - self.share) / STRICTER.0;
        Self { share, within: Nanos(self.within.0 / STRICTER.1), ..self }
    }
}
