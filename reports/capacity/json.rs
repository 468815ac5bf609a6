//! `capacity`: `key`, `conditions`, `search` (`tried`, `kept`, `missed`, `end`, `confidence`); for
//! traffic also `first`, `without` (by node), `demands` (resources and the multiple of traffic that
//! exhausts each), `nodes` and `fits`.

use super::names::{metric, resource};
use super::words::carried;
use crate::metric_json::{EstimateJson, Labels};
use crate::number::Number;
use crate::reason;
use serde::Serialize;
use wssim_experiment::analytic::ResourceDemand;
use wssim_experiment::capacity::findings::{
    AskedCondition, Bottleneck, Capacity, Carries, FitCount, Fits, Mean, Room, SearchEnd, Searched,
    Slowdown, TrafficLimits, Tried, ValueState, Without,
};

#[derive(Serialize)]
pub(crate) struct CapacityJson<'a> {
    key: &'a str,
    conditions: Vec<ConditionJson<'a>>,
    search: SearchJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<FirstJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    without: Option<Vec<WithoutJson<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    demands: Option<Vec<DemandJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nodes: Option<Vec<RoomJson<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fits: Option<FitsJson<'a>>,
}

impl<'a> CapacityJson<'a> {
    pub(crate) fn of(capacity: &'a Capacity) -> Self {
        let traffic = capacity.traffic.as_deref();
        let first =
            |traffic: &TrafficLimits| Some(FirstJson::of(capacity, traffic.first.as_ref()?));
        Self {
            key: &capacity.key,
            conditions: capacity.conditions.iter().map(ConditionJson::of).collect(),
            search: SearchJson::of(&capacity.search),
            first: traffic.and_then(first),
            without: traffic.map(|traffic| {
                traffic.without.iter().map(|one| WithoutJson::of(capacity, one)).collect()
            }),
            demands: traffic.map(|traffic| traffic.demands.iter().map(DemandJson::of).collect()),
            nodes: traffic.map(|traffic| traffic.rooms.iter().map(RoomJson::of).collect()),
            fits: traffic.and_then(|traffic| traffic.fits.as_ref()).map(FitsJson::of),
        }
    }
}

#[derive(Serialize)]
struct ConditionJson<'a> {
    name: &'a str,
    labels: Labels<'a>,
    unit: &'a str,
    min: Option<Number>,
    max: Option<Number>,
    assumed: bool,
}

impl<'a> ConditionJson<'a> {
    fn of(asked: &'a AskedCondition) -> Self {
        let expected = asked.condition.expected;
        Self {
            name: asked.name,
            labels: Labels::of(&asked.labels),
            unit: asked.unit,
            min: expected.min.map(Number),
            max: expected.max.map(Number),
            assumed: asked.condition.is_assumed,
        }
    }
}

#[derive(Serialize)]
struct SearchJson<'a> {
    kept: Option<Number>,
    missed: Option<Number>,
    end: &'static str,
    confidence: Number,
    tried: Vec<TriedJson<'a>>,
}

impl<'a> SearchJson<'a> {
    fn of(search: &'a Searched) -> Self {
        Self {
            kept: search.kept.map(Number),
            missed: search.missed.map(Number),
            end: match search.end {
                SearchEnd::Narrow => "narrow",
                SearchEnd::Open => "open",
                SearchEnd::Tries => "tries",
                SearchEnd::AlwaysKept => "always-kept",
                SearchEnd::NeverKept => "never-kept",
                SearchEnd::Turns => "not-monotone",
                SearchEnd::Cut => "cut",
            },
            confidence: Number(search.confidence),
            tried: search.tried.iter().map(TriedJson::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct TriedJson<'a> {
    value: Number,
    text: &'a str,
    state: &'static str,
    replications: u32,
    overloads: Vec<String>,
    /// `null` if all fits.
    overfull: Option<String>,
    values: Vec<Option<EstimateJson>>,
    means: Vec<MeanJson<'a>>,
}

impl<'a> TriedJson<'a> {
    fn of(tried: &'a Tried) -> Self {
        Self {
            value: Number(tried.value),
            text: &tried.text,
            state: match tried.state {
                ValueState::Kept => "kept",
                ValueState::Missed => "missed",
                ValueState::Open => "open",
            },
            replications: tried.replications,
            overloads: tried.overloads.iter().map(reason::overload).collect(),
            overfull: tried.overfull.map(reason::at_point),
            values: tried.values.iter().map(|one| one.as_ref().map(EstimateJson::of)).collect(),
            means: tried.means.iter().map(MeanJson::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct MeanJson<'a> {
    entry: &'a str,
    analytic: Number,
    simulated: Option<EstimateJson>,
    /// Whether they differ by more than the limit of formulas.
    differs: bool,
}

impl<'a> MeanJson<'a> {
    fn of(mean: &'a Mean) -> Self {
        Self {
            entry: &mean.entry,
            analytic: Number(mean.analytic),
            simulated: mean.simulated.as_ref().map(EstimateJson::of),
            differs: mean.difference.is_some(),
        }
    }
}

#[derive(Serialize)]
struct FirstJson {
    broken: Vec<String>,
    busiest: Option<String>,
    used: Option<Number>,
    strains: Vec<String>,
    carried_by: Option<String>,
}

impl FirstJson {
    fn of(capacity: &Capacity, first: &Bottleneck) -> Self {
        let strain = |strain: &Slowdown| match strain {
            Slowdown::Memory(node, _) => format!("memory of {node}"),
            Slowdown::Throttled(service, _) => format!("CPU quota of {service}"),
        };
        Self {
            broken: first.broken.iter().map(|at| metric(&capacity.conditions[*at])).collect(),
            busiest: first.busiest.as_ref().map(|(of, _)| resource(of)),
            used: first.busiest.as_ref().map(|(_, used)| Number(*used)),
            strains: first.strains.iter().map(strain).collect(),
            carried_by: first.carried_by.as_ref().map(reason::parts),
        }
    }
}

#[derive(Serialize)]
struct WithoutJson<'a> {
    node: &'a str,
    carries: &'static str,
    kept: Option<Number>,
    missed: Option<Number>,
    text: String,
}

impl<'a> WithoutJson<'a> {
    fn of(capacity: &Capacity, without: &'a Without) -> Self {
        let (carries, kept, missed) = match &without.carries {
            Carries::AsMuch(most) => ("as-much", Some(*most), None),
            Carries::Less(search) => ("less", search.kept, search.missed),
            Carries::AtLeast(most) => ("at-least", Some(*most), None),
            Carries::NotToday(_) => ("not-today", None, Some(1.0)),
            Carries::Unknown => ("undecided", None, None),
            Carries::Cut => ("cut", None, None),
        };
        Self {
            node: &without.node,
            carries,
            kept: kept.map(Number),
            missed: missed.map(Number),
            text: carried(capacity, without),
        }
    }
}

#[derive(Serialize)]
struct DemandJson {
    resource: String,
    capacity: Number,
    open: Number,
    fixed: Number,
    used_up_at: Number,
}

impl DemandJson {
    fn of(demand: &ResourceDemand) -> Self {
        Self {
            resource: resource(&demand.of),
            capacity: Number(demand.capacity),
            open: Number(demand.open),
            fixed: Number(demand.fixed),
            used_up_at: Number(demand.factor),
        }
    }
}

#[derive(Serialize)]
struct RoomJson<'a> {
    node: &'a str,
    cpu: Option<EstimateJson>,
    used_up_at: Option<Number>,
    ram_used_bytes: Option<EstimateJson>,
    ram_bytes: Number,
    network: Option<EstimateJson>,
}

impl<'a> RoomJson<'a> {
    fn of(room: &'a Room) -> Self {
        Self {
            node: &room.node,
            cpu: room.cpu.as_ref().map(EstimateJson::of),
            used_up_at: room.factor.map(Number),
            ram_used_bytes: room.used.as_ref().map(EstimateJson::of),
            ram_bytes: Number(room.ram),
            network: room.network.as_ref().map(EstimateJson::of),
        }
    }
}

#[derive(Serialize)]
struct FitsJson<'a> {
    template: &'a str,
    today: u32,
    ram_each_bytes: Number,
    cpu_each: Number,
    by_ram: FitJson<'a>,
    by_cpu: FitJson<'a>,
    by_scheduler: FitJson<'a>,
}

impl<'a> FitsJson<'a> {
    fn of(fits: &'a Fits) -> Self {
        Self {
            template: &fits.template,
            today: fits.today,
            ram_each_bytes: Number(fits.ram_each),
            cpu_each: Number(fits.cpu_each),
            by_ram: FitJson::of(&fits.by_ram),
            by_cpu: FitJson::of(&fits.by_cpu),
            by_scheduler: FitJson::of(&fits.by_scheduler),
        }
    }
}

/// `more` is `null` if unlimited.
#[derive(Serialize)]
struct FitJson<'a> {
    more: Option<u32>,
    full: Option<&'a str>,
}

impl<'a> FitJson<'a> {
    fn of(fit: &'a FitCount) -> Self {
        match fit {
            FitCount::Most(more, full) => Self { more: Some(*more), full: full.as_deref() },
            FitCount::Unlimited => Self { more: None, full: None },
        }
    }
}
