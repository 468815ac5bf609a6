//! One stream of work for all cores, and its progress.

use crate::watch::{Progress, StudyPhase, Watch};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// The user, or the budget, stops the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stopped;

/// Does `jobs` on all threads, in their order, so that on a stop the finished ones have gaps only at the
/// end. Results are in the order of the jobs.
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

/// Reports the progress of a phase, and asks whether to stop.
pub(crate) struct Progressing<'a> {
    watch: &'a dyn Watch,
    phase: StudyPhase<'a>,
    planned: u32,
    done: AtomicU64,
    events: AtomicU64,
}

impl<'a> Progressing<'a> {
    /// A phase of `planned` replications.
    pub(crate) fn new(watch: &'a dyn Watch, phase: StudyPhase<'a>, planned: u32) -> Self {
        let (done, events) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { watch, phase, planned, done, events }
    }

    pub(crate) fn must_stop(&self) -> bool {
        self.watch.interrupted() || self.watch.over_budget()
    }

    /// Counts a complete replication with `events` events.
    pub(crate) fn done(&self, events: u64) {
        let events = self.events.fetch_add(events, Ordering::Relaxed) + events;
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.watch.progress(&Progress {
            phase: self.phase,
            replications_done: done as u32,
            replications_planned: self.planned,
            events,
        });
    }
}
