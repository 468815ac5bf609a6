//! The findings of `capacity`: a bracket of the value at which a condition breaks, the bottleneck there,
//! and the spare room.

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
    /// The varied key: `traffic.scale`, or the key that was asked for.
    pub key: String,
    /// The conditions, with unit and name in the table of metrics.
    pub conditions: Vec<AskedCondition>,
    /// The search in the whole cluster.
    pub search: Searched,
    /// Findings about traffic only.
    pub traffic: Option<Box<TrafficLimits>>,
}

/// A condition and its metric.
#[derive(Clone, Debug)]
pub struct AskedCondition {
    /// The condition.
    pub condition: Objective,
    /// Name and labels of the metric, in the order of the table.
    pub name: &'static str,
    /// See `name`.
    pub labels: Vec<(&'static str, String)>,
    /// Base unit.
    pub unit: &'static str,
}

/// The values that were tried, and the result.
#[derive(Clone, Debug)]
pub struct Searched {
    /// In ascending order of values.
    pub tried: Vec<Tried>,
    /// The last value at which all conditions hold; `None` if there is none among those tried.
    pub kept: Option<f64>,
    /// The first value at which a condition does not hold.
    pub missed: Option<f64>,
    /// Why the search ended.
    pub end: SearchEnd,
    /// What formulas leave out of these worlds: why they may differ from the simulation.
    pub left_out: Vec<FormulaGap>,
    /// A lower bound of the probability that the bracket is right.
    pub confidence: f64,
}

/// Why a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchEnd {
    /// The bracket is as narrow as asked for.
    Narrow,
    /// The permitted replications decide nothing within the bracket, or beyond its known side.
    Open,
    /// The permitted number of values was tried before the bracket was narrow.
    Tries,
    /// The conditions hold at every value tried.
    AlwaysKept,
    /// They hold at none.
    NeverKept,
    /// A condition's metric is not monotone in the value.
    Turns,
    /// The user, or the budget, stopped the search.
    Cut,
}

/// One tried value.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The value.
    pub value: f64,
    /// As written in the scenario.
    pub text: String,
    /// The decision about it.
    pub state: ValueState,
    /// Replications; zero if the offered load alone decides.
    pub replications: u32,
    /// Overloaded resources: there is no steady state.
    pub overloads: Vec<Overload>,
    /// What a replication would hold too much of; `None` if all fits.
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

/// Findings about traffic only.
#[derive(Clone, Debug, Default)]
pub struct TrafficLimits {
    /// The first bottleneck; `None` if there is none, or it was not simulated.
    pub first: Option<Bottleneck>,
    /// By node: the search without it.
    pub without: Vec<Without>,
    /// Demand of traffic on resources, the scarcest first.
    pub demands: Vec<ResourceDemand>,
    /// By node, at today's traffic.
    pub rooms: Vec<Room>,
    /// How many containers of a template fit; `None` if not asked for.
    pub fits: Option<Fits>,
}

/// The first bottleneck as traffic grows.
#[derive(Clone, Debug, Default)]
pub struct Bottleneck {
    /// Conditions that do not hold, by place; empty without a steady state.
    pub broken: Vec<usize>,
    /// The most used resource there, and its utilization; `None` if traffic uses no limited resource.
    pub busiest: Option<(Resource, f64)>,
    /// Other strains there, the worst first.
    pub strains: Vec<Slowdown>,
    /// Components that carry the change of the first broken condition from today's traffic.
    pub carried_by: Option<Breakdown>,
}

/// A cause of slowness other than a queue.
#[derive(Clone, Debug, PartialEq)]
pub enum Slowdown {
    /// Jobs on this node stall for pages for this share of time.
    Memory(String, f64),
    /// The containers of this service are throttled by their CPU quota for this share of time.
    Throttled(String, f64),
}

/// A cluster without one of its nodes.
#[derive(Clone, Debug)]
pub struct Without {
    /// The node.
    pub node: String,
    /// What it carries without the node.
    pub carries: Carries,
}

/// What a cluster carries.
#[derive(Clone, Debug)]
pub enum Carries {
    /// As much as with all nodes, within the width of a bracket: at least this multiple of today's
    /// traffic.
    AsMuch(f64),
    /// Less.
    Less(Searched),
    /// At least this multiple of today's traffic; more is undecided.
    AtLeast(f64),
    /// Not even today's traffic: the broken conditions, by place, with their values.
    NotToday(Vec<(usize, Option<Estimate>)>),
    /// Unknown: the permitted replications decide nothing at today's traffic.
    Unknown,
    /// The search was cut short.
    Cut,
}

/// The spare room of a node.
#[derive(Clone, Debug)]
pub struct Room {
    /// The node.
    pub node: String,
    /// Running thread-seconds over thread-seconds.
    pub cpu: Option<Estimate>,
    /// The multiple of today's traffic that exhausts its processor; `None` if traffic does not use it.
    pub factor: Option<f64>,
    /// RAM in use, in bytes.
    pub used: Option<Estimate>,
    /// Its RAM in bytes; infinite if not given.
    pub ram: f64,
    /// Utilization of the busier direction; `None` without a bandwidth.
    pub network: Option<Estimate>,
}

/// How many more containers fit.
#[derive(Clone, Debug)]
pub struct Fits {
    /// The service of the containers.
    pub template: String,
    /// Containers of all services today.
    pub today: u32,
    /// RAM that one asks for, in bytes.
    pub ram_each: f64,
    /// CPU that one asks for without requests, in thread-seconds per second of the reference CPU.
    pub cpu_each: f64,
    /// By RAM.
    pub by_ram: FitCount,
    /// By CPU.
    pub by_cpu: FitCount,
    /// By the scheduler's placement.
    pub by_scheduler: FitCount,
}

/// How many fit.
#[derive(Clone, Debug, PartialEq)]
pub enum FitCount {
    /// This many, and the node that is full first, if any.
    Most(u32, Option<String>),
    /// More than the limit of the search.
    Unlimited,
}
