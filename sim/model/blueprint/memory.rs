//! RAM in a blueprint: what a node has and its system takes, and what a container asks for.
//!
//! Sizes are bytes; the world counts in pages of [`PAGE`] bytes.

use crate::law::Law;
use crate::memory::curve::Curve;
use std::sync::Arc;

/// Bytes of a page (x86-64).
pub const PAGE: f64 = 4096.0;

/// What a node has of RAM and swap, and what is gone before any container runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NodeMemory {
    /// RAM in bytes; infinite when none is given.
    pub ram: f64,
    /// Swap in bytes; zero: none.
    pub swap: f64,
    /// The kernel's `vm.swappiness`, 0 to 200: how it weighs anonymous pages against the page cache.
    pub swappiness: f64,
    /// The kernel itself, in bytes.
    pub kernel: f64,
    /// The container engine, in bytes.
    pub engine: f64,
    /// The orchestrator's agent, in bytes.
    pub agent: f64,
    /// What the engine takes for each container that runs, in bytes.
    pub shim: f64,
}

impl Default for NodeMemory {
    /// Without limit and without cost.
    fn default() -> Self {
        Self {
            ram: f64::INFINITY,
            swap: 0.0,
            swappiness: 60.0,
            kernel: 0.0,
            engine: 0.0,
            agent: 0.0,
            shim: 0.0,
        }
    }
}

/// What a container of a service asks for, and how it uses it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// Of a container that does nothing.
    pub base: f64,
    /// That each request in service adds.
    pub per_request: f64,
    /// Share of the base that is touched at all once it runs, 0 to 1. The rest is cold.
    pub hot: f64,
    /// CPU between two touches of pages, in nanoseconds of the reference CPU; infinite or zero: it touches
    /// none.
    pub touch_ns: f64,
    /// How touches spread over the hot pages.
    pub curve: Arc<Curve>,
    /// What the scheduler sets aside for it; nothing else looks at it.
    pub reservation: f64,
    /// What it may have in RAM; beyond that its own pages go to swap, as many again at most, and then
    /// it is killed. `None`: no limit.
    pub limit: Option<f64>,
    /// The heap of a runtime that collects garbage.
    pub heap: Option<Heap>,
    /// What each entry of its caches takes.
    pub entry: f64,
    /// Processes over which its memory spreads: with one, whoever kills it ends the container.
    pub processes: u32,
    /// The files that it reads.
    pub data: Option<Data>,
}

impl Memory {
    /// Touches of pages in `work` nanoseconds of the reference CPU.
    #[must_use]
    pub fn touches(&self, work: f64) -> f64 {
        if self.touch_ns > 0.0 { work / self.touch_ns } else { 0.0 }
    }
}

/// A heap that grows with garbage up to its limit, and is then collected.
#[derive(Clone, Debug, PartialEq)]
pub struct Heap {
    /// What it may grow to.
    pub limit: f64,
    /// What is alive in it; part of the base.
    pub live: f64,
    /// Garbage that a visit leaves.
    pub garbage: f64,
    /// CPU of a collection, in nanoseconds of the reference CPU.
    pub collection: Law,
}

/// Files that a service reads through its own buffers and the node's page cache.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// All of it.
    pub size: f64,
    /// Its own buffers in front of the page cache; part of what it asks for.
    pub buffers: f64,
    /// Bytes of one read.
    pub page: f64,
    /// How reads spread over its pages.
    pub curve: Arc<Curve>,
}
