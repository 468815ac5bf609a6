//! What `capacity` finds: a bracket of the value at which something gives, what that is, and what room there is.

pub use super::search::ValueState;
use crate::analytic::{FormulaDifference, FormulaGap, Resource, ResourceDemand};
use crate::objective::Objective;
use crate::offered::Overload;
use crate::question::Overfull;
use crate::reason::Breakdown;
use wssim_stats::Estimate;

/// The answer.
#[derive(Clone, Debug)]
pub struct Capacity {
    /// What has other values: `traffic.scale`, or the key that was asked for.
    pub key: String,
    /// What must hold, with its base unit and its name in the table of metrics.
    pub conditions: Vec<AskedCondition>,
    /// The search in the whole cluster.
    pub search: Searched,
    /// What is only told of traffic.
    pub traffic: Option<Box<TrafficLimits>>,
}

/// A condition, and the metric that it is about.
#[derive(Clone, Debug)]
pub struct AskedCondition {
    /// What must hold.
    pub condition: Objective,
    /// Name and labels of the metric, in the order of the table.
    pub name: &'static str,
    /// See `name`.
    pub labels: Vec<(&'static str, String)>,
    /// Base unit.
    pub unit: &'static str,
}

/// What was tried, and what it came to.
#[derive(Clone, Debug)]
pub struct Searched {
    /// In the order of values.
    pub tried: Vec<Tried>,
    /// The last value at which everything holds; `None`: it holds nowhere that was looked at.
    pub kept: Option<f64>,
    /// The first value at which something does not.
    pub missed: Option<f64>,
    /// Why the search ended.
    pub end: SearchEnd,
    /// What formulas leave out of these worlds: why they may differ from what is simulated.
    pub left_out: Vec<FormulaGap>,
    /// The probability that the bracket is right, at least.
    pub confidence: f64,
}

/// Why a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchEnd {
    /// The bracket is as narrow as was asked for.
    Narrow,
    /// Within the bracket, or beyond the side of it that is known, the replications that there may be decide
    /// nothing.
    Open,
    /// As many values as there may be were tried before the bracket was narrow.
    Tries,
    /// It holds at every value that was looked at.
    AlwaysKept,
    /// It holds at none.
    NeverKept,
    /// What is asked for neither rises nor falls with the value alone: it turns in between.
    Turns,
    /// The user, or the budget, stopped it.
    Cut,
}

/// One value.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The value.
    pub value: f64,
    /// As the scenario writes it.
    pub text: String,
    /// What is known of it.
    pub state: ValueState,
    /// Replications; zero: what it is asked for says enough.
    pub replications: u32,
    /// What is asked for more than it can do, on average: there is no steady state.
    pub overloads: Vec<Overload>,
    /// Of what a replication would have held too much; `None`: all fits.
    pub overfull: Option<Overfull>,
    /// By condition, at the level at which it was decided.
    pub values: Vec<Option<Estimate>>,
    /// Mean response times, by entry.
    pub means: Vec<Mean>,
}

/// The mean response time of an entry, simulated and by formulas.
#[derive(Clone, Debug)]
pub struct Mean {
    /// The entry.
    pub entry: String,
    /// By formulas, in seconds; infinite: there is no steady state.
    pub analytic: f64,
    /// Simulated, in seconds.
    pub simulated: Option<Estimate>,
    /// How far the two are apart, where that is beyond the limit of formulas.
    pub difference: Option<FormulaDifference>,
}

/// What is told of traffic alone.
#[derive(Clone, Debug, Default)]
pub struct TrafficLimits {
    /// What gives first; `None`: nothing did, or it was not simulated.
    pub first: Option<Bottleneck>,
    /// By node: the same without it.
    pub without: Vec<Without>,
    /// What traffic uses up, the scarcest first.
    pub demands: Vec<ResourceDemand>,
    /// By node, at the traffic of today.
    pub rooms: Vec<Room>,
    /// How many containers of a template fit; `None`: nobody asked.
    pub fits: Option<Fits>,
}

/// What gives first as traffic grows.
#[derive(Clone, Debug, Default)]
pub struct Bottleneck {
    /// Conditions that do not hold, by place; none: there is no steady state.
    pub broken: Vec<usize>,
    /// What is used most there, and which share of it; `None`: traffic uses nothing that can be used up.
    pub busiest: Option<(Resource, f64)>,
    /// What else is under strain there, the worst first.
    pub strains: Vec<Slowdown>,
    /// What carries the change of the first broken condition, from the traffic of today.
    pub carried_by: Option<Breakdown>,
}

/// Something other than a queue that makes things slow.
#[derive(Clone, Debug, PartialEq)]
pub enum Slowdown {
    /// Somebody waits for pages on this node for this share of time.
    Memory(String, f64),
    /// The containers of this service have no CPU quota left for this share of time.
    Throttled(String, f64),
}

/// A cluster without one of its nodes.
#[derive(Clone, Debug)]
pub struct Without {
    /// The node.
    pub node: String,
    /// What it carries then.
    pub carries: Carries,
}

/// What a cluster carries.
#[derive(Clone, Debug)]
pub enum Carries {
    /// As much as with all nodes, to within the width of a bracket: so many times the traffic at least.
    AsMuch(f64),
    /// Less.
    Less(Searched),
    /// So many times the traffic at least; more is not decided.
    AtLeast(f64),
    /// Not even the traffic of today: which conditions break, by place, with what they come to.
    NotToday(Vec<(usize, Option<Estimate>)>),
    /// It is not known: the replications that there may be decide nothing at the traffic of today.
    Unknown,
    /// It was cut short.
    Cut,
}

/// What is left of a node.
#[derive(Clone, Debug)]
pub struct Room {
    /// The node.
    pub node: String,
    /// Running thread-seconds over thread-seconds.
    pub cpu: Option<Estimate>,
    /// How many times the traffic of today uses up its processor; `None`: traffic does not use it.
    pub factor: Option<f64>,
    /// RAM in use, in bytes.
    pub used: Option<Estimate>,
    /// RAM that it has, in bytes; infinite: none is given.
    pub ram: f64,
    /// Of the direction that is used more; `None`: no bandwidth is given.
    pub network: Option<Estimate>,
}

/// How many containers fit beside those that there are.
#[derive(Clone, Debug)]
pub struct Fits {
    /// The service of which they are.
    pub template: String,
    /// Containers of all services today.
    pub today: u32,
    /// What one asks for of RAM, in bytes.
    pub ram_each: f64,
    /// What one asks for of CPU by itself, in thread-seconds per second of the reference CPU.
    pub cpu_each: f64,
    /// By RAM.
    pub by_ram: FitCount,
    /// By CPU.
    pub by_cpu: FitCount,
    /// As the scheduler spreads them.
    pub by_scheduler: FitCount,
}

/// How many fit.
#[derive(Clone, Debug, PartialEq)]
pub enum FitCount {
    /// So many, and which node is full first, where one is.
    Most(u32, Option<String>),
    /// More than anybody looked at.
    Unlimited,
}
