//! Replications of one arm: on all cores, reduced in the order of their numbers.

use crate::catalogue::Catalogue;
use crate::durations::Durations;
use crate::memory::record::NodeRecord;
use crate::observe::{Sample, observe};
use crate::question::Measure;
use crate::recorder::{Recorder, Slot};
use crate::watch::Watch;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use wssim_kernel::{Nanos, Time};
use wssim_model::{Blueprint, Outcome, Run, simulate};

/// What is left of one replication.
#[derive(Debug)]
pub(crate) struct Observation {
    pub(crate) samples: Vec<Sample>,
    /// By source.
    pub(crate) slots: Vec<Vec<Slot>>,
    /// By node.
    pub(crate) memory: Vec<NodeRecord>,
    /// Response times, by source.
    responses: Vec<Durations>,
    pub(crate) outcome: Outcome,
}

/// A world and what its replications have shown so far.
#[derive(Debug)]
pub(crate) struct Arm {
    pub(crate) blueprint: Blueprint,
    pub(crate) catalogue: Catalogue,
    pub(crate) observations: Vec<Observation>,
    /// Response times of all replications, by source.
    pub(crate) pooled: Vec<Durations>,
}

/// What all replications of a study have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) seed: u64,
    pub(crate) lead: Nanos,
    pub(crate) measure: Measure,
}

/// The user wants to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stopped;

impl Arm {
    pub(crate) fn new(blueprint: Blueprint) -> Self {
        let catalogue = Catalogue::of(&blueprint);
        let pooled = vec![Durations::default(); blueprint.sources.len()];
        Self { blueprint, catalogue, observations: Vec::new(), pooled }
    }

    /// The samples of one metric, one a replication, of the first `replications`.
    pub(crate) fn samples(&self, metric: usize, replications: usize) -> Vec<Sample> {
        self.observations.iter().take(replications).map(|o| o.samples[metric]).collect()
    }

    fn keep(&mut self, mut observation: Observation) {
        for (pooled, one) in self.pooled.iter_mut().zip(observation.responses.drain(..)) {
            pooled.merge(&one);
        }
        self.observations.push(observation);
    }
}

/// Runs the replications that `arms` lack up to `replications`, all of them on all cores.
/// What was complete before the user stopped is kept, in order, without gaps.
pub(crate) fn replicate(
    arms: &mut [&mut Arm],
    replications: u32,
    setting: &Setting,
    watch: &Progressing<'_>,
) -> Result<(), Stopped> {
    let jobs: Vec<(usize, u32)> = (0..replications)
        .flat_map(|number| arms.iter().enumerate().map(move |(arm, a)| (number, arm, a)))
        .filter(|(number, _, arm)| *number as usize >= arm.observations.len())
        .map(|(number, arm, _)| (arm, number))
        .collect();
    let results = in_order(&jobs, |&(arm, number)| {
        if watch.must_stop() {
            return None;
        }
        let result = run_one(arms[arm], number, setting, &|| watch.must_stop());
        if let Some(observation) = &result {
            watch.done(observation.outcome.events);
        }
        result
    });
    let mut broken = vec![false; arms.len()];
    for ((arm, _), result) in jobs.into_iter().zip(results) {
        match result {
            Some(observation) if !broken[arm] => arms[arm].keep(observation),
            _ => broken[arm] = true,
        }
    }
    if broken.contains(&true) { Err(Stopped) } else { Ok(()) }
}

/// Does `jobs` on all threads, handing them out one by one in their order, so that what is done
/// when the user stops has no gaps but at its end. Results are in the order of the jobs.
pub(crate) fn in_order<J: Sync, R: Send>(
    jobs: &[J],
    work: impl Fn(&J) -> Option<R> + Sync,
) -> Vec<Option<R>> {
    let next = AtomicUsize::new(0);
    let mut done: Vec<(usize, R)> = rayon::broadcast(|_| {
        let mut own = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(place) else { break };
            match work(job) {
                Some(result) => own.push((place, result)),
                None => break,
            }
        }
        own
    })
    .into_iter()
    .flatten()
    .collect();
    done.sort_by_key(|(place, _)| *place);
    let mut results: Vec<Option<R>> = jobs.iter().map(|_| None).collect();
    for (place, result) in done {
        results[place] = Some(result);
    }
    results
}

fn run_one(
    arm: &Arm,
    replication: u32,
    setting: &Setting,
    stop: &dyn Fn() -> bool,
) -> Option<Observation> {
    let Measure { duration, slot, .. } = setting.measure;
    let recorder = Recorder::new(&arm.blueprint, Time::ZERO + setting.lead, duration, slot);
    let run = Run { seed: setting.seed, replication, lead: setting.lead, measured: duration };
    let (outcome, recorder) = simulate(&arm.blueprint, run, recorder, stop)?;
    let record = recorder.finish();
    let samples = observe(&arm.catalogue, &arm.blueprint, &record, &outcome, duration.seconds());
    let (responses, slots) =
        record.sources.into_iter().map(|source| (source.response, source.slots)).unzip();
    let memory = record.memory;
    Some(Observation { samples, slots, memory, responses, outcome })
}

/// Tells the user how far a phase is.
pub(crate) struct Progressing<'a> {
    watch: &'a dyn Watch,
    phase: &'static str,
    planned: u32,
    done: AtomicU64,
    events: AtomicU64,
    budgeted: bool,
}

impl<'a> Progressing<'a> {
    /// A phase of `planned` replications; a budget ends it only when it is `budgeted`.
    pub(crate) fn new(
        watch: &'a dyn Watch,
        phase: &'static str,
        planned: u32,
        budgeted: bool,
    ) -> Self {
        let (done, events) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { watch, phase, planned, done, events, budgeted }
    }

    pub(crate) fn must_stop(&self) -> bool {
        self.watch.interrupted() || (self.budgeted && self.watch.over_budget())
    }

    /// One replication more is complete; it had so many events.
    pub(crate) fn done(&self, events: u64) {
        let events = self.events.fetch_add(events, Ordering::Relaxed) + events;
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.watch.progress(&crate::watch::Progress {
            phase: self.phase,
            replications_done: done as u32,
            replications_planned: self.planned,
            events,
        });
    }
}
