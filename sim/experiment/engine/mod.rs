//! The engine: simulates points × replications for whatever study asks, on all cores.
//!
//! ```text
//!  Design ── wants: arms, replications of each ──► Engine ──► Stage::replicate   (points × replications,
//!    ▲                                               │          one stream of work for all cores)
//!    └────────────── arms, and what they show ◄──────┘
//! ```
//! A study is a [`Design`] on a [`Stage`]. The stage says what a point is (an arm of the scenario and
//! overrides), how it becomes a world, and what one replication of that world leaves behind. The design
//! says, given what has been seen, which arms are to have how many replications; the engine simulates
//! them and asks again, until nothing more is wanted. So a design sees complete rounds only, and what it
//! decides does not depend on threads.
//!
//! Replication n of every arm meets the same random numbers (common random numbers). Points whose worlds
//! are equal share one arm, whoever asked for them: an override that a world does not notice costs nothing.
//!
//! So a study is a list of jobs, each of which anyone can do: where an [archive](crate::archive::Archive) is there, what it holds is not
//! simulated again, and what another shard is to do is left to it.

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

/// Replications for each thread that are kept while others are under way: few, so that memory does not
/// grow with their number, and enough that no core waits for another.
const AT_ONCE: usize = 64;

/// What a study wants to see, step by step.
pub trait Design<S: Stage> {
    /// What is being done, for the user.
    fn phase(&self) -> StudyPhase<'_>;

    /// Whether the study goes on without an arm that would hold more at once than fits; that arm then stays
    /// without the replications that it lacks.
    fn bears_overfull(&self) -> bool {
        false
    }

    /// What is to be there before the study can go on; nothing: it is satisfied.
    ///
    /// # Errors
    /// When a world that it asks for cannot be made.
    fn next(&mut self, engine: &mut Engine<'_, S>) -> Result<Vec<Want>, WorldError>;
}

/// Place of an arm in its engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArmId(usize);

/// An arm that is to have at least so many replications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
    /// The arm.
    pub arm: ArmId,
    /// Its replications in all, those that it has included.
    pub replications: u32,
}

/// Why a study ends before it is satisfied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The user, or the budget, stopped it. What was complete is kept.
    Stopped,
    /// A world could not be made, or not be simulated.
    World(WorldError),
}

impl Broken {
    /// What came of a step, where only what ends the study without an answer is an error.
    ///
    /// # Errors
    /// When a world could not be made, or not be simulated.
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

/// All arms of a study, and who watches it.
pub struct Engine<'a, S: Stage> {
    stage: &'a S,
    watch: &'a dyn Watch,
    arms: Vec<S::Arm>,
    places: BTreeMap<S::Point, ArmId>,
    /// Names of the arms in the archive, by arm, as soon as they are needed.
    keys: BTreeMap<usize, ArmKey>,
    /// By arm: of what a replication would have held too much.
    overfull: BTreeMap<usize, Overfull>,
}

impl<'a, S: Stage> Engine<'a, S> {
    /// Without arms.
    pub fn new(stage: &'a S, watch: &'a dyn Watch) -> Self {
        let (places, keys, overfull) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { stage, watch, arms: Vec::new(), places, keys, overfull }
    }

    /// The arm of `point`: a new one only where no other has the same world.
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

    /// What the arm shows.
    pub fn see(&self, arm: ArmId) -> &S::Arm {
        &self.arms[arm.0]
    }

    /// All arms, in the order in which they were first asked for.
    pub fn all(&self) -> &[S::Arm] {
        &self.arms
    }

    /// Its replications.
    pub fn replications(&self, arm: ArmId) -> u32 {
        self.stage.replications(self.see(arm))
    }

    /// Of what a replication of the arm would have held too much, where the study goes on without it.
    pub fn overfull(&self, arm: ArmId) -> Option<Overfull> {
        self.overfull.get(&arm.0).copied()
    }

    /// Simulates what `design` wants until that is nothing.
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

    /// Simulates what `wants` lack. When the user stops it, what is complete is kept without gaps.
    ///
    /// # Errors
    /// When the user stops it, other shards do a part of it, or a replication would hold more than fits.
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

    /// Whether there is room for what is wanted.
    fn check_room(&self, wants: &[Want]) -> Result<(), WorldError> {
        let most = |want: &Want| self.stage.most(self.see(want.arm));
        match wants.iter().find(|want| want.replications > most(want)) {
            None => Ok(()),
            Some(want) => {
                Err(WorldError::TooMany { replications: want.replications, most: most(want) })
            }
        }
    }

    /// Names the arms of `jobs`, where there is an archive.
    fn name(&mut self, jobs: &[Job]) {
        let Some(archive) = self.watch.archive() else { return };
        for job in jobs {
            let identity = || self.stage.identity(&self.arms[job.arm]);
            self.keys.entry(job.arm).or_insert_with(|| archive.key(&identity()));
        }
    }

    /// What is missing, the first replications first: so that arms grow together.
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
