//! The report of `check` as JSON: an object, its keys in the order of the report.
//!
//! Offered loads are totals: erlangs and rates, not rounded. `disk` exists if a node's disk is used;
//! `null` means unlimited.

use super::known::{CheckAnswer, Mistake, PlacementShown, RouteShown};
use crate::escape;
use serde::Serialize;
use wssim_experiment::offered::{DiskLoad, NodeLoad, OfferedLoad, ServiceLoad};

/// The report as JSON.
#[must_use]
pub fn render(check: &CheckAnswer) -> String {
    let text = serde_json::to_string_pretty(&CheckJson::of(check))
        .expect("keys are strings and nothing else can fail");
    escape::json(&format!("{text}\n"))
}

#[derive(Serialize)]
struct CheckJson<'a> {
    name: &'a str,
    title: &'a str,
    diagnostics: &'a [Mistake],
    placements: &'a [PlacementShown],
    routes: &'a [RouteShown],
    offered_load: OfferedJson<'a>,
    not_simulated: &'a [String],
}

impl<'a> CheckJson<'a> {
    fn of(check: &'a CheckAnswer) -> Self {
        Self {
            name: &check.name,
            title: &check.title,
            diagnostics: &check.diagnostics,
            placements: &check.placements,
            routes: &check.routes,
            offered_load: OfferedJson::of(&check.offered_load),
            not_simulated: &check.not_simulated,
        }
    }
}

#[derive(Serialize)]
struct OfferedJson<'a> {
    nodes: Vec<NodeJson<'a>>,
    services: Vec<ServiceJson<'a>>,
}

impl<'a> OfferedJson<'a> {
    fn of(load: &'a OfferedLoad) -> Self {
        Self {
            nodes: load.nodes.iter().map(NodeJson::of).collect(),
            services: load.services.iter().map(ServiceJson::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct NodeJson<'a> {
    node: &'a str,
    offered_erlangs: f64,
    threads: f64,
    capacity_erlangs: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    disk: Option<DiskJson>,
}

impl<'a> NodeJson<'a> {
    fn of(load: &'a NodeLoad) -> Self {
        Self {
            node: &load.node,
            offered_erlangs: load.offered_erlangs,
            threads: load.threads,
            capacity_erlangs: load.capacity_erlangs,
            disk: load.disk.as_ref().map(DiskJson::of),
        }
    }
}

#[derive(Serialize)]
struct DiskJson {
    offered_erlangs: f64,
    queues: u32,
}

impl DiskJson {
    fn of(load: &DiskLoad) -> Self {
        Self { offered_erlangs: load.offered_erlangs, queues: load.queues }
    }
}

#[derive(Serialize)]
struct ServiceJson<'a> {
    service: &'a str,
    containers: usize,
    visits_per_second: f64,
    offered_concurrency: f64,
    workers: Option<u32>,
    cpus_per_container: f64,
    cpu_limit: Option<f64>,
}

impl<'a> ServiceJson<'a> {
    fn of(load: &'a ServiceLoad) -> Self {
        Self {
            service: &load.service,
            containers: load.containers,
            visits_per_second: load.visits_per_second,
            offered_concurrency: load.offered_concurrency,
            workers: load.workers,
            cpus_per_container: load.cpus_per_container,
            cpu_limit: load.cpu_limit,
        }
    }
}
