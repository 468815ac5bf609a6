//! Controls of response times ([`wssim_stats::control_variates`]): the work that the requests of a
//! replication brought, as a share of the mean of their programs.
//!
//! The CPU time of a request's steps, and its number of calls, are drawn independently of queues; their
//! means follow from the programs. So, given the number of requests, either share has exactly the mean 1
//! if that number does not depend on them (closed users send fewer requests the more work they bring)
//! and if only the programs decide: without retries, cache look-ups or optional calls. Part of a slow
//! replication is that its requests brought much work: that part is removed from its response time. CPU
//! time is the first control, since it includes the cost of calls; the number of calls is used if there
//! are enough replications for two controls.
//!
//! If requests can fail, controls are used only while all are answered well in every replication. That
//! condition biases the mean of a share a little; a test checks the coverage of such a world.

use crate::metric::quantity::EntryChoice;
use crate::offered::{Brought, brought};
use crate::recorder::Record;
use crate::stored::Stored;
use wssim_model::blueprint::{Arrivals, Instruction, Source};
use wssim_model::{Blueprint, Outcome};

/// By source: the work that one of its requests brings on average.
#[derive(Clone, Debug)]
pub(crate) struct Controls(Vec<Brought>);

/// Observed and expected work of the requests of one replication, by source and control.
#[derive(Clone, Debug)]
pub(crate) struct Shares(Vec<[[f64; 2]; CONTROLS]>);

/// CPU time and calls.
pub(crate) const CONTROLS: usize = 2;

impl Stored for Shares {
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Stored::read(from).map(Self)
    }
}

impl Controls {
    /// The controls of a world; `None` if the work of requests does not depend on the programs alone.
    pub(crate) fn of(world: &Blueprint) -> Option<Self> {
        let depends = |source: &Source| {
            matches!(source.arrivals, Arrivals::Trace(_) | Arrivals::Closed { .. })
        };
        let is_settled = |instruction: &Instruction| match instruction {
            Instruction::LookUp { .. } | Instruction::SkipIfFound { .. } => false,
            Instruction::Call(id) => {
                let call = &world.calls[id.index()];
                call.retry.attempts == 0 && !call.optional
            }
            Instruction::Repeat { count, .. } => count.rounded_mean().is_some(),
            Instruction::Parallel(id) => {
                let parallel = &world.parallels[id.index()];
                parallel.need as usize == parallel.branches.len()
            }
            _ => true,
        };
        let is_settled = !world.sources.iter().any(depends) && world.program.iter().all(is_settled);
        is_settled.then(|| Self(brought(world)))
    }

    /// The controls of a replication; `None` if a request has no good answer.
    pub(crate) fn shown(&self, record: &Record, outcome: &Outcome) -> Option<Shares> {
        if record.sources.iter().any(|source| source.errors() > 0) {
            return None;
        }
        let of = |(place, brought): (usize, &Brought)| {
            let requests = record.sources[place].requests() as f64;
            let calls = outcome.averages.attempts[place] as f64;
            let due = [brought.cpu_ns * requests, brought.calls * requests];
            [[record.sources[place].cpu_ns, due[0]], [calls, due[1]]]
        };
        Some(Shares(self.0.iter().enumerate().map(of).collect()))
    }
}

impl Shares {
    /// The value of one control, of mean 1, of the response time of `entry`; `None` for work that its
    /// requests never bring.
    pub(crate) fn of(&self, entry: EntryChoice, control: usize) -> Option<f64> {
        let sources = match entry {
            EntryChoice::All => self.0.as_slice(),
            EntryChoice::Source(place) => std::slice::from_ref(&self.0[place]),
        };
        let sum = |side: usize| sources.iter().map(|one| one[control][side]).sum::<f64>();
        (sum(1) > 0.0).then(|| sum(0) / sum(1))
    }
}
