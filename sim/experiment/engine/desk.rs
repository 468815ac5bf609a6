//! Where the jobs of one list are done: found in the archive, simulated, or left to other shards.

use super::stage::Stage;
use super::work::{Progressing, in_order};
use crate::archive::{Archive, Key};
use crate::stored::Stored as _;
use crate::watch::{Phase, Watch};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use wssim_model::{Cut, Overfull};

/// One replication of one arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Job {
    pub(super) number: u32,
    pub(super) arm: usize,
    /// In the list of all that is asked for at once.
    pub(super) place: usize,
}

/// Does jobs of one phase.
pub(super) struct Desk<'a, S> {
    stage: &'a S,
    progress: Progressing<'a>,
    archive: Option<&'a dyn Archive>,
    /// Whether the jobs are shared out: the warm-up must be known before anything else is begun.
    is_shared: bool,
    /// Whether the archive can keep nothing more.
    is_full: AtomicBool,
    /// Of what a replication would have held too much, if one did. It ends the study, so that others need not be
    /// done.
    overfull: OnceLock<Overfull>,
}

impl<'a, S: Stage> Desk<'a, S> {
    pub(super) fn new(stage: &'a S, watch: &'a dyn Watch, phase: Phase<'a>, jobs: usize) -> Self {
        let progress = Progressing::new(watch, phase, jobs as u32);
        let (archive, is_full) = (watch.archive(), AtomicBool::new(false));
        let (is_shared, overfull) = (phase != Phase::Pilot, OnceLock::new());
        Self { stage, progress, archive, is_shared, is_full, overfull }
    }

    /// What `jobs` leave behind, in their order: nothing those that were stopped or that are not ours.
    pub(super) fn work(
        &self,
        arms: &[S::Arm],
        keys: &BTreeMap<usize, Key>,
        jobs: &[Job],
    ) -> Vec<Option<S::One>> {
        let done = in_order(jobs, |job| {
            if self.must_stop() {
                return None;
            }
            let arm = &arms[job.arm];
            let Some(archive) = self.archive else { return self.simulate(arm, *job).map(Some) };
            let key = &keys[&job.arm];
            if let Some(one) = self.find(archive, key, job.number) {
                return Some(Some(one));
            }
            let shard = archive.shard().filter(|_| self.is_shared);
            if shard.is_some_and(|shard| !shard.has(job.place)) {
                return Some(None);
            }
            let one = self.simulate(arm, *job)?;
            let mut bytes = Vec::new();
            one.write(&mut bytes);
            if archive.keep(key, job.number, &bytes) {
                return Some(Some(one));
            }
            self.is_full.store(true, Ordering::Relaxed);
            None
        });
        done.into_iter().map(Option::flatten).collect()
    }

    /// Of what a replication would have held too much, if one did.
    pub(super) fn overfull(&self) -> Option<Overfull> {
        self.overfull.get().copied()
    }

    fn must_stop(&self) -> bool {
        let is_useless = self.is_full.load(Ordering::Relaxed) || self.overfull.get().is_some();
        is_useless || self.progress.must_stop()
    }

    fn find(&self, archive: &dyn Archive, key: &Key, number: u32) -> Option<S::One> {
        let bytes = archive.find(key, number)?;
        let mut rest = bytes.as_slice();
        let one = S::One::read(&mut rest).filter(|_| rest.is_empty())?;
        self.progress.done(self.stage.events(&one));
        Some(one)
    }

    fn simulate(&self, arm: &S::Arm, job: Job) -> Option<S::One> {
        let one = match self.stage.replicate(arm, job.number, &|| self.must_stop()) {
            Ok(one) => one,
            Err(Cut::Stopped) => return None,
            Err(Cut::Overfull(overfull)) => {
                self.overfull.get_or_init(|| overfull);
                return None;
            }
        };
        self.progress.done(self.stage.events(&one));
        Some(one)
    }
}
