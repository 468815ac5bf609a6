//! The ledger in `results.json`: an element for each node with RAM given, with all of its services.
//!
//! `system` is the RAM of the node's own system. `reserved_bytes` and `limit_bytes` are sums over
//! containers, including those that start later; `without_limit` counts those without a limit. Simulated
//! numbers are `{mean, ci_low, ci_high}` or `null`: `used`, `demand`, `resident`, `hot`, `swapped`,
//! `page_cache` in bytes, `stall` as a share of time, `kills` per replication. `note` is the sentence
//! under the table.

use super::remark;
use crate::number::Number;
use serde::Serialize;
use wssim_experiment::findings::{NodeLedger, ServiceLedger};
use wssim_stats::Estimate;

#[derive(Serialize)]
struct Interval {
    mean: Number,
    ci_low: Number,
    ci_high: Number,
}

fn interval(estimate: Option<&Estimate>) -> Option<Interval> {
    estimate.map(|estimate| Interval {
        mean: Number(estimate.mean),
        ci_low: Number(estimate.low),
        ci_high: Number(estimate.high),
    })
}

#[derive(Serialize)]
struct SystemJson {
    #[serde(rename = "kernel_bytes")]
    kernel: Number,
    #[serde(rename = "engine_bytes")]
    engine: Number,
    #[serde(rename = "shims_bytes")]
    shims: Number,
    #[serde(rename = "agent_bytes")]
    agent: Number,
}

/// A node of the ledger.
#[derive(Serialize)]
pub(crate) struct NodeJson<'a> {
    node: &'a str,
    ram_bytes: Number,
    swap_bytes: Number,
    system: SystemJson,
    containers: u32,
    reserved_bytes: Number,
    limit_bytes: Number,
    without_limit: u32,
    used: Option<Interval>,
    demand: Option<Interval>,
    resident: Option<Interval>,
    hot: Option<Interval>,
    swapped: Option<Interval>,
    page_cache: Option<Interval>,
    stall: Option<Interval>,
    kills: Option<Interval>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    services: Vec<ServiceJson<'a>>,
}

impl<'a> NodeJson<'a> {
    /// The form of `ledger`.
    pub(crate) fn of(ledger: &'a NodeLedger) -> Self {
        let (system, promised) = (ledger.system, ledger.promised);
        Self {
            node: &ledger.node,
            ram_bytes: Number(ledger.ram),
            swap_bytes: Number(ledger.swap),
            system: SystemJson {
                kernel: Number(system.kernel),
                engine: Number(system.engine),
                shims: Number(system.shims),
                agent: Number(system.agent),
            },
            containers: promised.containers,
            reserved_bytes: Number(promised.reserved),
            limit_bytes: Number(promised.limits),
            without_limit: promised.without_limit,
            used: interval(ledger.used.as_ref()),
            demand: interval(ledger.demand.as_ref()),
            resident: interval(ledger.resident.as_ref()),
            hot: interval(ledger.hot.as_ref()),
            swapped: interval(ledger.swapped.as_ref()),
            page_cache: interval(ledger.page_cache.as_ref()),
            stall: interval(ledger.stall.as_ref()),
            kills: interval(ledger.kills.as_ref()),
            note: remark(ledger),
            services: ledger.services.iter().map(ServiceJson::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct ServiceJson<'a> {
    service: &'a str,
    containers: u32,
    reserved_bytes: Number,
    limit_bytes: Number,
    without_limit: u32,
    demand: Option<Interval>,
    resident: Option<Interval>,
    swapped: Option<Interval>,
}

impl<'a> ServiceJson<'a> {
    fn of(ledger: &'a ServiceLedger) -> Self {
        let promised = ledger.promised;
        Self {
            service: &ledger.service,
            containers: promised.containers,
            reserved_bytes: Number(promised.reserved),
            limit_bytes: Number(promised.limits),
            without_limit: promised.without_limit,
            demand: interval(ledger.demand.as_ref()),
            resident: interval(ledger.resident.as_ref()),
            swapped: interval(ledger.swapped.as_ref()),
        }
    }
}
