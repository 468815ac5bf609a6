//! A replication: what identifies it, and what it leaves besides the facts of its probe.

use crate::ledger::record::Averages;
use wssim_kernel::Nanos;

/// The replication, and its measured stretch.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// The seed of the experiment.
    pub seed: u64,
    /// Number of the replication.
    pub replication: u32,
    /// Simulated before the measured stretch: a warm-up or a lead-in.
    pub lead: Nanos,
    /// Length of the measured stretch.
    pub measured: Nanos,
}

/// What a replication counts besides the facts of its probe.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Events that happened.
    pub events: u64,
    /// Requests that arrived in the measured stretch.
    pub requests: u64,
    /// Those of them still in flight when the run was given up.
    pub unfinished: u64,
    /// The largest number of events pending at once.
    pub calendar_peak: usize,
    /// Simulated time, including the time to follow measured requests to their end.
    pub simulated: Nanos,
    /// Time averages over the measured stretch.
    pub averages: Averages,
    /// The same over the parts of it that the probe asks for.
    pub parts: Vec<Averages>,
}
