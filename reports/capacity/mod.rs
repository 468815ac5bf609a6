//! The report of `capacity`: the first bottleneck, the resources with the traffic that exhausts them,
//! and the spare room of each node; `capacity.csv` beside it.

pub mod csv;
pub(crate) mod json;
mod names;
mod words;

pub(crate) use words::answer;

use crate::analytic::differ;
use crate::quantity;
use crate::table::{Cell, ColumnKind, Section, Table, Tone};
use names::{limit, metric, resource};
use wssim_experiment::analytic::ResourceDemand;
use wssim_experiment::capacity::findings::{
    AskedCondition, Capacity, Mean, Room, TrafficLimits, Tried, ValueState,
};
use wssim_stats::Estimate;

/// Most resources that are listed; `results.json` has all.
const MOST_DEMANDS: usize = 8;
/// A missing number.
const NONE: &str = "—";

/// The conditions at today's traffic and on both sides of the limit.
pub(crate) fn conditions(capacity: &Capacity) -> Table {
    let search = &capacity.search;
    let at = |value: Option<f64>| search.tried.iter().find(move |tried| Some(tried.value) == value);
    let today = capacity.traffic.as_ref().and(at(Some(1.0)));
    let sides = [today, at(search.kept), at(search.missed)];
    let row = |(place, asked): (usize, &AskedCondition)| {
        let cells = sides.iter().map(|tried| shown(*tried, place, asked));
        [Cell::new(metric(asked)), Cell::new(limit(asked))].into_iter().chain(cells).collect()
    };
    let values = sides.iter().map(|tried| tried.map_or(NONE, |tried| tried.text.as_str()));
    let head = [capacity.key.as_str(), ""].into_iter().chain(values).map(Cell::new).collect();
    let conditions = capacity.conditions.iter().enumerate().map(row);
    let rows = std::iter::once(head).chain(conditions).collect();
    Table {
        columns: vec![
            ("Must hold", ColumnKind::Words),
            ("Limit", ColumnKind::Phrases),
            ("Today", ColumnKind::Numbers),
            ("Kept", ColumnKind::Numbers),
            ("Not kept", ColumnKind::Numbers),
        ],
        rows,
    }
}

/// Shown if a replication exceeds the memory limit.
const OVERFULL: &str = "more than fits";

fn shown(tried: Option<&Tried>, place: usize, asked: &AskedCondition) -> Cell {
    let Some(tried) = tried else { return Cell::new(NONE) };
    if !tried.overloads.is_empty() {
        return Cell::toned("no steady state", Tone::Bad);
    }
    if tried.overfull.is_some() {
        return Cell::toned(OVERFULL, Tone::Bad);
    }
    number(tried.values[place].as_ref(), asked.unit)
}

fn number(estimate: Option<&Estimate>, unit: &str) -> Cell {
    let text = estimate.map(|estimate| quantity::plus_minus(estimate, unit));
    Cell::new(text.unwrap_or_else(|| NONE.to_owned()))
}

/// The other tables.
pub(crate) fn sections(capacity: &Capacity) -> Vec<Section> {
    let traffic = capacity.traffic.as_ref();
    let of_traffic = traffic
        .into_iter()
        .flat_map(|traffic| [demands(traffic), rooms(capacity, traffic)].into_iter().flatten());
    of_traffic.chain([tried(capacity)]).collect()
}

/// Resources that traffic uses, and the traffic that exhausts each.
fn demands(traffic: &TrafficLimits) -> Option<Section> {
    let row = |demand: &ResourceDemand| {
        let used = (demand.open + demand.fixed) / demand.capacity;
        vec![
            Cell::new(resource(&demand.of)),
            Cell::new(quantity::percent(used)),
            Cell::new(quantity::about(demand.capacity)),
            Cell::new(format!("{} times", quantity::about(demand.factor))),
        ]
    };
    let rows: Vec<_> = traffic.demands.iter().take(MOST_DEMANDS).map(row).collect();
    let table = Table {
        columns: vec![
            ("What traffic uses", ColumnKind::Words),
            ("Used today", ColumnKind::Numbers),
            ("Of", ColumnKind::Numbers),
            ("Used up at", ColumnKind::Numbers),
        ],
        rows,
    };
    let more = traffic.demands.len().saturating_sub(MOST_DEMANDS);
    let remarks =
        if more > 0 { vec![format!("{more} more, see results.json")] } else { Vec::new() };
    let title = "What is used up first, by the utilization law";
    (!table.rows.is_empty()).then_some(Section { title, table, remarks })
}

/// The spare room of each node, and the traffic carried without it.
fn rooms(capacity: &Capacity, traffic: &TrafficLimits) -> Option<Section> {
    let row = |room: &Room| {
        let factor = room.factor.map(|factor| format!("{} times", quantity::about(factor)));
        let ram = if room.ram.is_finite() {
            quantity::plain(room.ram, "bytes", false)
        } else {
            NONE.to_owned()
        };
        let without = traffic.without.iter().find(|one| one.node == room.node);
        let without = without.map(|one| words::carried(capacity, one));
        vec![
            Cell::new(room.node.clone()),
            number(room.cpu.as_ref(), "ratio"),
            Cell::new(factor.unwrap_or_else(|| NONE.to_owned())),
            number(room.used.as_ref(), "bytes"),
            Cell::new(ram),
            number(room.network.as_ref(), "ratio"),
            Cell::new(without.unwrap_or_default()),
        ]
    };
    let table = Table {
        columns: vec![
            ("Node", ColumnKind::Fixed),
            ("CPU", ColumnKind::Numbers),
            ("Used up at", ColumnKind::Numbers),
            ("RAM used", ColumnKind::Numbers),
            ("of", ColumnKind::Numbers),
            ("Network", ColumnKind::Numbers),
            ("Carried without it", ColumnKind::Words),
        ],
        rows: traffic.rooms.iter().map(row).collect(),
    };
    let table = table.without_empty_columns();
    let title = "Room on each node at the traffic of today";
    (!table.rows.is_empty()).then_some(Section { title, table, remarks: Vec::new() })
}

/// The tried values.
fn tried(capacity: &Capacity) -> Section {
    let row = |tried: &Tried| {
        let (state, tone) = match tried.state {
            ValueState::Kept => ("kept", Tone::Good),
            ValueState::Missed if !tried.overloads.is_empty() => ("no steady state", Tone::Bad),
            ValueState::Missed if tried.overfull.is_some() => (OVERFULL, Tone::Bad),
            ValueState::Missed => ("not kept", Tone::Bad),
            ValueState::Open => ("undecided", Tone::Open),
        };
        let runs =
            if tried.replications > 0 { tried.replications.to_string() } else { NONE.to_owned() };
        let mean = tried.means.first();
        let simulated = mean.and_then(|mean| mean.simulated.as_ref());
        vec![
            Cell::new(tried.text.clone()),
            Cell::toned(state, tone),
            Cell::new(runs),
            number(simulated, "seconds"),
            Cell::new(mean.map_or_else(String::new, by_formulas)),
        ]
    };
    let rows: Vec<_> = capacity.search.tried.iter().map(row).collect();
    let table = Table {
        columns: vec![
            ("Value", ColumnKind::Fixed),
            ("State", ColumnKind::Phrases),
            ("Replications", ColumnKind::Numbers),
            ("Mean response", ColumnKind::Numbers),
            ("By formulas", ColumnKind::Numbers),
        ],
        rows,
    };
    Section { title: "What was tried", table, remarks: differences(capacity) }
}

fn by_formulas(mean: &Mean) -> String {
    if !mean.analytic.is_finite() {
        return NONE.to_owned();
    }
    quantity::rough(mean.analytic, "seconds")
}

/// Why formulas differ by more than their limit, if they do.
fn differences(capacity: &Capacity) -> Vec<String> {
    let means = capacity.search.tried.iter().filter_map(|tried| tried.means.first());
    let differences = means.filter_map(|mean| mean.difference);
    differ(differences, &capacity.search.left_out).into_iter().collect()
}

#[cfg(test)]
pub(crate) mod tests;
