//! The analytic results as JSON: an object, its keys in the order of the report. Times in seconds,
//! shares as ratios; `null` without a steady state.

use super::report::AnalyticReport;
use super::wording;
use crate::escape;
use crate::number::twelve_digits;
use serde::Serialize;
use wssim_experiment::analytic::{
    EntryValue, FormulaGap, NodeValue, PoolValue, Resource, ResourceDemand, ServiceValue,
};

/// The report as JSON.
#[must_use]
pub fn render(told: &AnalyticReport) -> String {
    let analytic = &told.analytic;
    let all = AnalyticJson {
        name: &told.name,
        title: &told.title,
        is_stable: analytic.is_stable,
        entries: analytic.entries.iter().map(EntryJson::of).collect(),
        nodes: analytic.nodes.iter().map(NodeJson::of).collect(),
        services: analytic.services.iter().map(ServiceJson::of).collect(),
        pools: analytic.pools.iter().map(PoolJson::of).collect(),
        demands: analytic.demands.iter().map(DemandJson::of).collect(),
        reasons: analytic.reasons.iter().map(ReasonJson::of).collect(),
    };
    let text =
        serde_json::to_string_pretty(&all).expect("keys are strings and nothing else can fail");
    escape::json(&format!("{text}\n"))
}

#[derive(Serialize)]
struct AnalyticJson<'a> {
    name: &'a str,
    title: &'a str,
    is_stable: bool,
    entries: Vec<EntryJson<'a>>,
    nodes: Vec<NodeJson<'a>>,
    services: Vec<ServiceJson<'a>>,
    pools: Vec<PoolJson<'a>>,
    demands: Vec<DemandJson<'a>>,
    reasons: Vec<ReasonJson>,
}

#[derive(Serialize)]
struct EntryJson<'a> {
    entry: &'a str,
    response_time_seconds: Option<f64>,
    throughput_per_second: Option<f64>,
}

impl<'a> EntryJson<'a> {
    fn of(value: &'a EntryValue) -> Self {
        Self {
            entry: &value.entry,
            response_time_seconds: twelve_digits(value.response_seconds),
            throughput_per_second: twelve_digits(value.throughput_per_second),
        }
    }
}

#[derive(Serialize)]
struct NodeJson<'a> {
    node: &'a str,
    cpu_utilization_ratio: Option<f64>,
    load_average: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disk_utilization_ratio: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disk_wait_seconds: Option<f64>,
}

impl<'a> NodeJson<'a> {
    fn of(value: &'a NodeValue) -> Self {
        let disk = value.disk.as_ref();
        Self {
            node: &value.node,
            cpu_utilization_ratio: twelve_digits(value.cpu_utilization),
            load_average: twelve_digits(value.load_average),
            disk_utilization_ratio: disk.and_then(|disk| twelve_digits(disk.utilization)),
            disk_wait_seconds: disk.and_then(|disk| twelve_digits(disk.wait_seconds)),
        }
    }
}

#[derive(Serialize)]
struct ServiceJson<'a> {
    service: &'a str,
    visits_per_second: Option<f64>,
    response_seconds: Option<f64>,
    utilization_ratio: Option<f64>,
    wait_seconds: Option<f64>,
}

impl<'a> ServiceJson<'a> {
    fn of(value: &'a ServiceValue) -> Self {
        Self {
            service: &value.service,
            visits_per_second: twelve_digits(value.visits_per_second),
            response_seconds: value.response_seconds.and_then(twelve_digits),
            utilization_ratio: value.utilization.and_then(twelve_digits),
            wait_seconds: value.wait_seconds.and_then(twelve_digits),
        }
    }
}

#[derive(Serialize)]
struct PoolJson<'a> {
    service: &'a str,
    target: &'a str,
    utilization_ratio: Option<f64>,
    wait_seconds: Option<f64>,
}

impl<'a> PoolJson<'a> {
    fn of(value: &'a PoolValue) -> Self {
        Self {
            service: &value.service,
            target: &value.target,
            utilization_ratio: twelve_digits(value.utilization),
            wait_seconds: twelve_digits(value.wait_seconds),
        }
    }
}

/// `factor` on all open traffic exhausts the resource.
#[derive(Serialize)]
struct DemandJson<'a> {
    resource: &'static str,
    of: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    open: Option<f64>,
    fixed: Option<f64>,
    capacity: Option<f64>,
    factor: Option<f64>,
}

impl<'a> DemandJson<'a> {
    fn of(demand: &'a ResourceDemand) -> Self {
        let (resource, of, to) = match &demand.of {
            Resource::Processor(node) => ("processor", node, None),
            Resource::Disk(node) => ("disk", node, None),
            Resource::Limit(service) => ("limit", service, None),
            Resource::Workers(service) => ("workers", service, None),
            Resource::Pool(service, target) => ("pool", service, Some(target.as_str())),
        };
        Self {
            resource,
            of,
            to,
            open: twelve_digits(demand.open),
            fixed: twelve_digits(demand.fixed),
            capacity: twelve_digits(demand.capacity),
            factor: twelve_digits(demand.factor),
        }
    }
}

#[derive(Serialize)]
struct ReasonJson {
    kind: &'static str,
    why: String,
}

impl ReasonJson {
    fn of(reason: &FormulaGap) -> Self {
        Self { kind: wording::kind(reason), why: wording::sentence(reason) }
    }
}
