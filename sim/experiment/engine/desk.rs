//! Assigns the jobs of one list: found in the archive, simulated, or left to other shards.

use super::stage::Stage;
use super::work::{Progressing, in_order};
use crate::archive::{Archive, ArmKey};
use crate::stored::Stored as _;
use crate::watch::{StudyPhase, Watch};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use wssim_model::{Cut, Overfull};

/// One replication of one arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Job {
    pub(super) number: u32,
    pub(super) arm: usize,
    /// Its place in the list of jobs of the round.
    pub(super) place: usize,
}

/// Does the jobs of one phase.
pub(super) struct Desk<'a, S> {
    stage: &'a S,
    progress: Progressing<'a>,
    archive: Option<&'a dyn Archive>,
    /// Whether shards share the jobs: the warm-up must be known before all else.
    is_shared: bool,
    /// Whether the archive is full.
    is_full: AtomicBool,
    /// By arm (or of all arms together, if the study cannot do without one): the place of the first job
    /// known to exceed the memory limit. Later jobs are skipped; earlier ones are done, as one of them
    /// may be the first.
    first_overfull: Vec<AtomicUsize>,
    /// By place: the arm, and what the job would hold too much of.
    overfull: Mutex<BTreeMap<usize, (usize, Overfull)>>,
}

/// A replication was stopped, and so is the study.
struct Stopped;

impl<'a, S: Stage> Desk<'a, S> {
    /// A desk for `jobs`; `bears_overfull` says whether the study goes on without arms that exceed the
    /// memory limit.
    pub(super) fn new(
        stage: &'a S,
        watch: &'a dyn Watch,
        phase: StudyPhase<'a>,
        (jobs, bears): (&[Job], bool),
    ) -> Self {
        let progress = Progressing::new(watch, phase, jobs.len() as u32);
        let (archive, is_full) = (watch.archive(), AtomicBool::new(false));
        let is_shared = phase != StudyPhase::Pilot;
        let arms = jobs.iter().map(|job| job.arm + 1).max().filter(|_| bears).unwrap_or(1);
        let first_overfull = (0..arms).map(|_| AtomicUsize::new(usize::MAX)).collect();
        let overfull = Mutex::default();
        Self { stage, progress, archive, is_shared, is_full, first_overfull, overfull }
    }

    /// The results of `jobs`, in their order; none for those stopped or left to other shards.
    pub(super) fn work(
        &self,
        arms: &[S::Arm],
        keys: &BTreeMap<usize, ArmKey>,
        jobs: &[Job],
    ) -> Vec<Option<S::One>> {
        let done = in_order(jobs, |job| {
            if self.must_stop() {
                return None;
            }
            if self.is_useless(*job) {
                return Some(None);
            }
            let arm = &arms[job.arm];
            let Some(archive) = self.archive else { return self.simulate(arm, *job).ok() };
            let key = &keys[&job.arm];
            if let Some(one) = self.find(archive, key, job.number) {
                return Some(Some(one));
            }
            let shard = archive.shard().filter(|_| self.is_shared);
            if shard.is_some_and(|shard| !shard.has(job.place)) {
                return Some(None);
            }
            let Some(one) = self.simulate(arm, *job).ok()? else { return Some(None) };
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

    /// Arms with a replication that exceeds the memory limit, and why: for each the first in the list,
    /// whichever finished first, in that order.
    pub(super) fn overfull(&self) -> Vec<(usize, Overfull)> {
        let mut found: Vec<(usize, Overfull)> = Vec::new();
        for (arm, overfull) in self.known_overfull().values() {
            if found.iter().all(|(known, _)| known != arm) {
                found.push((*arm, *overfull));
            }
        }
        found
    }

    fn known_overfull(&self) -> MutexGuard<'_, BTreeMap<usize, (usize, Overfull)>> {
        self.overfull.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn must_stop(&self) -> bool {
        self.is_full.load(Ordering::Relaxed) || self.progress.must_stop()
    }

    /// Whether `job` is skipped because an earlier one exceeds the memory limit.
    pub(super) fn is_useless(&self, job: Job) -> bool {
        self.first_overfull_of(job.arm).load(Ordering::Relaxed) <= job.place
    }

    fn first_overfull_of(&self, arm: usize) -> &AtomicUsize {
        &self.first_overfull[if self.first_overfull.len() == 1 { 0 } else { arm }]
    }

    fn find(&self, archive: &dyn Archive, key: &ArmKey, number: u32) -> Option<S::One> {
        let bytes = archive.find(key, number)?;
        let mut rest = bytes.as_slice();
        let one = S::One::read(&mut rest).filter(|_| rest.is_empty())?;
        self.progress.done(self.stage.events(&one));
        Some(one)
    }

    /// `None` if it is skipped or has no result.
    fn simulate(&self, arm: &S::Arm, job: Job) -> Result<Option<S::One>, Stopped> {
        let stop = || self.must_stop() || self.is_useless(job);
        let one = match self.stage.replicate(arm, job.number, &stop) {
            Ok(one) => one,
            Err(Cut::Stopped) if self.must_stop() => return Err(Stopped),
            Err(Cut::Stopped) => return Ok(None),
            Err(Cut::Overfull(overfull)) => {
                self.known_overfull().insert(job.place, (job.arm, overfull));
                self.first_overfull_of(job.arm).fetch_min(job.place, Ordering::Relaxed);
                return Ok(None);
            }
        };
        self.progress.done(self.stage.events(&one));
        Ok(Some(one))
    }
}
