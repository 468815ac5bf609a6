//! Controls of response times ([`wssim_stats::control_variates`]): what the requests of a replication happened to
//! bring along, as a share of what their programs let expect.
//!
//! The CPU time of a request's steps, and the calls that it makes, are drawn for it alone, whatever queues it
//! meets; their means follow from the programs. So, given how many requests there were, either share has the
//! mean 1 exactly, where that number does not depend on them (closed users ask the less the more they asked
//! for) and where the programs alone decide: nothing is tried again, looked up or done without. A slow
//! replication is in part one whose requests asked for much: that part is taken out of its response time. The
//! CPU time comes first, since it says of the calls, too, what they cost; the calls follow where there are
//! replications enough for two controls.
//!
//! Where requests can fail, controls are used as long as all of them are answered well in every replication. That
//! none failed says a little of what they brought along, so that the mean of a share is a little off there; a test
//! holds such a world to the coverage that is promised.

use crate::metric::quantity::EntryChoice;
use crate::offered::{Brought, brought};
use crate::recorder::Record;
use crate::stored::Stored;
use wssim_model::blueprint::{Arrivals, Instruction, Source};
use wssim_model::{Blueprint, Outcome};

/// By source: what one of its requests is to bring along.
#[derive(Clone, Debug)]
pub(crate) struct Controls(Vec<Brought>);

/// What the requests of one replication brought along, and were to, by source and control.
#[derive(Clone, Debug)]
pub(crate) struct Shares(Vec<[[f64; 2]; CONTROLS]>);

/// CPU time, calls.
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
    /// Those of a world; `None` where the programs alone do not settle what requests bring along.
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

    /// What a replication shows of them; `None` where a request has no good answer.
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
    /// The value of one control of the response time of `entry`, whose mean is 1; `None` of what its requests
    /// never bring along.
    pub(crate) fn of(&self, entry: EntryChoice, control: usize) -> Option<f64> {
        let sources = match entry {
            EntryChoice::All => self.0.as_slice(),
            EntryChoice::Source(place) => std::slice::from_ref(&self.0[place]),
        };
        let sum = |side: usize| sources.iter().map(|one| one[control][side]).sum::<f64>();
        (sum(1) > 0.0).then(|| sum(0) / sum(1))
    }
}
