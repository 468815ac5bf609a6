//! The engine: simulates points × replications for any study, on all cores.
//!
//! ```text
//!  Design ── wants: arms, replications of each ──► Engine ──► Stage::replicate   (points × replications,
//!    ▲                                               │          one stream of work for all cores)
//!    └────────────── arms with their results ◄───────┘
//! ```
//! A study is a [`Design`] on a [`Stage`]. The stage defines a point (an arm of the scenario and
//! overrides), its world, and the result of one replication. The design says, given the results so far,
//! how many replications each arm needs; the engine simulates them and asks again, until the design is
//! satisfied. So a design sees complete rounds only, and its decisions do not depend on threads.
//!
//! Replication n of every arm gets the same random numbers (common random numbers). Points with equal
//! worlds share one arm: an override without effect on the world costs nothing.
//!
//! So a study is a list of jobs that any process can do: with an [archive](crate::archive::Archive),
//! stored replications are not simulated again, and those of another shard are left to it.

mod desk;
mod stage;
mod work;

pub use stage::Stage;
pub(crate) use work::{Stopped, in_order};

use crate::archive::ArmKey;
use crate::question::WorldError;
use crate::watch::{StudyPhase, Watch};
use desk::{Desk, Job};
use std::collections::BTreeMap;
use wssim_model::Overfull;

/// Results for each thread that are kept while others are under way: few, so that memory does not grow
/// with their number, and enough that no core waits for another.
const AT_ONCE: usize = 64;

/// A design: the replications that a study needs, step by step.
pub trait Design<S: Stage> {
    /// The present phase, for the user.
    fn phase(&self) -> StudyPhase<'_>;

    /// Whether the study goes on without an arm that exceeds the memory limit; that arm then lacks the
    /// remaining replications.
    fn bears_overfull(&self) -> bool {
        false
    }

    /// The replications that the study needs to go on; empty if it is satisfied.
    ///
    /// # Errors
    /// When one of its worlds cannot be made.
    fn next(&mut self, engine: &mut Engine<'_, S>) -> Result<Vec<Want>, WorldError>;
}

/// Place of an arm in its engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArmId(usize);

/// An arm and the replications that it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
    /// The arm.
    pub arm: ArmId,
    /// Its replications in total, including those that it has.
    pub replications: u32,
}

/// Why a study ends early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The user, or the budget, stopped it. Complete replications are kept.
    Stopped,
    /// A world could not be made or simulated.
    World(WorldError),
}

impl Broken {
    /// Separates a stop, after which there is an answer, from errors.
    ///
    /// # Errors
    /// When a world could not be made or simulated.
    pub(crate) fn or_stopped<T>(end: Result<T, Self>) -> Result<Result<T, Stopped>, WorldError> {
        match end {
            Ok(done) => Ok(Ok(done)),
            Err(Self::Stopped) => Ok(Err(Stopped)),
            Err(Self::World(error)) => Err(error),
        }
    }
}

impl From<WorldError> for Broken {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}

/// All arms of a study, and the watcher of its progress.
pub struct Engine<'a, S: Stage> {
    stage: &'a S,
    watch: &'a dyn Watch,
    arms: Vec<S::Arm>,
    places: BTreeMap<S::Point, ArmId>,
    /// Keys of the arms in the archive, computed when needed.
    keys: BTreeMap<usize, ArmKey>,
    /// By arm: what a replication would have held too much of.
    overfull: BTreeMap<usize, Overfull>,
}

impl<'a, S: Stage> Engine<'a, S> {
    /// An engine without arms.
    pub fn new(stage: &'a S, watch: &'a dyn Watch) -> Self {
        let (places, keys, overfull) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { stage, watch, arms: Vec::new(), places, keys, overfull }
    }

    /// The arm of `point`: a new one only if no other has the same world.
    ///
    /// # Errors
    /// When its world cannot be made.
    pub fn arm(&mut self, point: &S::Point) -> Result<ArmId, WorldError> {
        if let Some(&known) = self.places.get(point) {
            return Ok(known);
        }
        let arm = self.stage.open(point)?;
        let same = self.arms.iter().position(|other| self.stage.is_same(other, &arm));
        let id = ArmId(same.unwrap_or(self.arms.len()));
        if same.is_none() {
            self.arms.push(arm);
        }
        self.places.insert(point.clone(), id);
        Ok(id)
    }

    /// The arm with its results.
    pub fn see(&self, arm: ArmId) -> &S::Arm {
        &self.arms[arm.0]
    }

    /// All arms, in the order of first request.
    pub fn all(&self) -> &[S::Arm] {
        &self.arms
    }

    /// Its replications.
    pub fn replications(&self, arm: ArmId) -> u32 {
        self.stage.replications(self.see(arm))
    }

    /// What a replication of the arm would have held too much of, if the study goes on without it.
    pub fn overfull(&self, arm: ArmId) -> Option<Overfull> {
        self.overfull.get(&arm.0).copied()
    }

    /// Simulates the replications that `design` wants until it is satisfied.
    ///
    /// # Errors
    /// When the user stops it, or a world cannot be made or simulated.
    pub fn pursue(&mut self, design: &mut impl Design<S>) -> Result<(), Broken> {
        loop {
            let wants = design.next(self)?;
            if wants.is_empty() {
                return Ok(());
            }
            self.work(design.phase(), &wants, design.bears_overfull())?;
        }
    }

    /// Simulates the missing replications of `wants`. On a stop, complete replications are kept without
    /// gaps.
    ///
    /// # Errors
    /// When the user stops it, other shards do a part of it, or a replication exceeds the memory limit.
    pub fn simulate(&mut self, phase: StudyPhase<'_>, wants: &[Want]) -> Result<(), Broken> {
        self.work(phase, wants, false)
    }

    fn work(&mut self, phase: StudyPhase<'_>, wants: &[Want], bears: bool) -> Result<(), Broken> {
        self.check_room(wants)?;
        let jobs = self.jobs(wants);
        self.name(&jobs);
        let desk = Desk::new(self.stage, self.watch, phase, (&jobs, bears));
        let mut broken = vec![false; self.arms.len()];
        for jobs in jobs.chunks(AT_ONCE * rayon::current_num_threads()) {
            let done = desk.work(&self.arms, &self.keys, jobs);
            let overfull = desk.overfull();
            match overfull.first() {
                Some((_, overfull)) if !bears => return Err(WorldError::from(*overfull).into()),
                _ => self.overfull.extend(overfull),
            }
            for (job, one) in jobs.iter().zip(done) {
                match one {
                    _ if desk.is_useless(*job) => {}
                    Some(one) if !broken[job.arm] => self.stage.keep(&mut self.arms[job.arm], one),
                    _ => broken[job.arm] = true,
                }
            }
        }
        if broken.contains(&true) { Err(Broken::Stopped) } else { Ok(()) }
    }

    /// Whether there is memory for the wanted replications.
    fn check_room(&self, wants: &[Want]) -> Result<(), WorldError> {
        let most = |want: &Want| self.stage.most(self.see(want.arm));
        match wants.iter().find(|want| want.replications > most(want)) {
            None => Ok(()),
            Some(want) => {
                Err(WorldError::TooMany { replications: want.replications, most: most(want) })
            }
        }
    }

    /// Computes the archive keys of the arms of `jobs`, if there is an archive.
    fn name(&mut self, jobs: &[Job]) {
        let Some(archive) = self.watch.archive() else { return };
        for job in jobs {
            let identity = || self.stage.identity(&self.arms[job.arm]);
            self.keys.entry(job.arm).or_insert_with(|| archive.key(&identity()));
        }
    }

    /// The missing replications, lowest numbers first, so that arms grow together.
    fn jobs(&self, wants: &[Want]) -> Vec<Job> {
        let mut wanted: BTreeMap<ArmId, u32> = BTreeMap::new();
        for want in wants {
            let most = wanted.entry(want.arm).or_default();
            *most = want.replications.max(*most);
        }
        let missing = |(arm, wanted): (ArmId, u32)| {
            (self.replications(arm)..wanted).map(move |number| Job { number, arm: arm.0, place: 0 })
        };
        let fits = |(arm, _): &(ArmId, u32)| !self.overfull.contains_key(&arm.0);
        let mut jobs: Vec<Job> = wanted.into_iter().filter(fits).flat_map(missing).collect();
        jobs.sort_unstable();
        for (place, job) in jobs.iter_mut().enumerate() {
            job.place = place;
        }
        jobs
    }
}
