//! What a scenario says of its cluster that no world needs, and that `failures` answers by: who
//! manages, who may run where, whose data stays where it is, which entries matter.

use wssim_kernel::Nanos;
use wssim_model::orchestrator::Kind;

/// The cluster as its author describes it.
#[derive(Clone, Debug, Default)]
pub struct ClusterFacts {
    /// The orchestrator's kind; `None`: none is named.
    pub orchestrator: Option<Kind>,
    /// Nodes that manage, by name; empty: nobody says who does.
    pub managers: Vec<String>,
    /// By service, in the order of the blueprint.
    pub services: Vec<ServiceFacts>,
    /// By source of traffic, in the order of the blueprint.
    pub entries: Vec<EntryFacts>,
    /// Things that are to be available together, by name.
    pub groups: Vec<Group>,
    /// What counts as survived, as the scenario has it.
    pub survival: Survival,
}

/// Things of which so many must work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// What belongs to it.
    pub members: Vec<Member>,
    /// How many of them must work.
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

/// What is said of a service.
#[derive(Clone, Debug, Default)]
pub struct ServiceFacts {
    /// Nodes that meet its constraints, by name.
    pub eligible: Vec<String>,
    /// Its constraints, as written.
    pub constraints: Vec<String>,
    /// Whether data of its own lies on its node and stays there.
    pub has_local_data: bool,
}

/// What is said of a source of traffic.
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
    /// Probability of the quantile; `None`: the mean.
    pub probability: Option<f64>,
    /// The limit.
    pub seconds: f64,
}

/// What counts as survived: every critical entry answers at least `share` of its requests in a
/// window that begins at most `within` after the fault, and at least that share of all that follow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Survival {
    /// Length of the window.
    pub window: Nanos,
    /// Share of requests that must be answered.
    pub share: f64,
    /// How long it may take.
    pub within: Nanos,
}

impl Default for Survival {
    /// 99 % in 60 s, within 5 minutes.
    fn default() -> Self {
        let seconds = |s: u64| Nanos(s * 1_000_000_000);
        Self { window: seconds(60), share: 0.99, within: seconds(300) }
    }
}

/// Of what may be lost the looser definition allows so many times as much, and of the time.
const LOOSER: (f64, u64) = (5.0, 3);
/// The stricter one allows one part in so many of each.
const STRICTER: (f64, u64) = (10.0, 5);

impl Survival {
    /// The shortest and the longest `window` and `within` that have a meaning here.
    pub const LENGTHS: (Nanos, Nanos) = (Nanos(1_000_000_000), Nanos(3_600_000_000_000));

    /// Asks for less: 95 % within 15 minutes where 99 % within 5 is usual.
    #[must_use]
    pub fn looser(self) -> Self {
        let share = (1.0 - (1.0 - self.share) * LOOSER.0).max(0.0);
        Self { share, within: Nanos(self.within.0.saturating_mul(LOOSER.1)), ..self }
    }

    /// Asks for more: 99.9 % within 1 minute.
    #[must_use]
    pub fn stricter(self) -> Self {
        let share = 1.0 - (1.0 - self.share) / STRICTER.0;
        Self { share, within: Nanos(self.within.0 / STRICTER.1), ..self }
    }
}
