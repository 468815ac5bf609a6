//! RAM in a blueprint: the size of a node's, the share of its system, and the demand of containers.
//!
//! Sizes are bytes; the world counts in pages of [`PAGE`] bytes.

use crate::law::Law;
use crate::memory::curve::Curve;
use std::sync::Arc;

/// Bytes of a page (x86-64).
pub const PAGE: f64 = 4096.0;

/// RAM and swap of a node, and what its system takes before any container runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NodeMemory {
    /// RAM in bytes; infinite if not given.
    pub ram: f64,
    /// Swap in bytes; zero: none.
    pub swap: f64,
    /// The kernel's `vm.swappiness`, 0 to 200: how it weighs anonymous pages against the page cache.
    pub swappiness: f64,
    /// Bytes of the kernel.
    pub kernel: f64,
    /// Bytes of the container engine.
    pub engine: f64,
    /// Bytes of the orchestrator's agent.
    pub agent: f64,
    /// Bytes of the engine for each running container.
    pub shim: f64,
}

impl Default for NodeMemory {
    /// No limit and no cost.
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

/// The RAM that a container of a service needs, and how it uses it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// Of an idle container.
    pub base: f64,
    /// Added by each request in service.
    pub per_request: f64,
    /// Share of the base that a running container touches, 0 to 1. The rest is cold.
    pub hot: f64,
    /// CPU between two touches of pages, in nanoseconds of the reference CPU; infinite or zero: no touches.
    pub touch_ns: f64,
    /// How touches spread over the hot pages.
    pub curve: Arc<Curve>,
    /// What the scheduler reserves for it; nothing else reads it.
    pub reservation: f64,
    /// Its limit in RAM. Beyond it, its own pages go to swap, up to the same amount again, and then it is
    /// killed. `None`: no limit.
    pub limit: Option<f64>,
    /// The heap of a garbage-collected runtime.
    pub heap: Option<Heap>,
    /// Size of a cache entry.
    pub entry: f64,
    /// Processes that share its memory; with one, killing it ends the container.
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

/// A heap that fills with garbage up to its limit, and is then collected.
#[derive(Clone, Debug, PartialEq)]
pub struct Heap {
    /// Its largest size.
    pub limit: f64,
    /// Live data in it; part of the base.
    pub live: f64,
    /// Garbage that each visit leaves.
    pub garbage: f64,
    /// CPU demand of a collection, in nanoseconds of the reference CPU.
    pub collection: Law,
}

/// Files that a service reads through its own buffers and the node's page cache.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// Total size.
    pub size: f64,
    /// Its own buffers in front of the page cache; part of its demand.
    pub buffers: f64,
    /// Bytes per read.
    pub page: f64,
    /// How reads spread over its pages.
    pub curve: Arc<Curve>,
}
