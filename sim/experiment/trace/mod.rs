//! `trace`: where does the time of one request go?
//!
//! Replication 0 is simulated as in `run`, twice, since listeners do not affect it: the first pass
//! selects the request, the second one follows it.

mod choose;
mod findings;
mod kind;
mod lives;
mod names;
mod path;
mod pick;
mod stays;

pub use findings::{
    RequestTrace, Stay, StayKind, StayStretch, StretchPlace, StretchSum, TraceDistribution,
};
pub use kind::{Paint, StretchKind};
pub use pick::{NoRequest, RequestPick};

use crate::engine::Broken;
use crate::note::of_load;
use crate::pilot::find_lead;
use crate::question::{Question, WorldError, Worlds};
use crate::threads;
use crate::watch::{Progress, StudyPhase, Watch};
use choose::{Chooser, Request, choose, distribution, most_frequent};
use lives::RequestListener;
use names::FrameLives;
use stays::StayRows;
use wssim_kernel::{Nanos, Time};
use wssim_model::ids::SourceId;
use wssim_model::{Blueprint, Cut, Outcome, Run, probe::Failure, probe::Probe, simulate};

/// How to trace.
#[derive(Clone, Debug)]
pub struct TraceOptions {
    /// The seed.
    pub seed: u64,
    /// Number of the replication.
    pub replication: u32,
    /// Threads for finding the warm-up; `None` for all cores.
    pub threads: Option<usize>,
    /// The source; `None` for the one with the most requests.
    pub entry: Option<String>,
    /// Which of its requests.
    pub pick: RequestPick,
}

/// Why there is no trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraceError {
    /// A world could not be made or simulated.
    World(WorldError),
    /// There is no source of that name; the existing ones.
    UnknownEntry(Vec<String>),
    /// The entry has no such request, and why.
    NoSuchRequest {
        /// The entry.
        entry: String,
        /// The reason.
        why: NoRequest,
    },
    /// The user stopped it.
    Stopped,
}

impl From<WorldError> for TraceError {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}

/// Traces a request of `question`'s scenario.
///
/// # Errors
/// When the world cannot be made, there is no such request, or the user stops it.
pub fn trace(
    worlds: &dyn Worlds,
    question: &Question,
    options: &TraceOptions,
    watch: &dyn Watch,
) -> Result<RequestTrace, TraceError> {
    let own = worlds.blueprint(None, &[])?;
    let lead = lead(worlds, question, options, &own, watch)?;
    let study = Study { question, options, watch, lead, blueprint: &own };
    study.trace()
}

/// The time that `run` would not measure. Scenarios that claims compare with count, too.
fn lead(
    worlds: &dyn Worlds,
    question: &Question,
    options: &TraceOptions,
    own: &Blueprint,
    watch: &dyn Watch,
) -> Result<Nanos, TraceError> {
    let bases = question.base_files();
    let bases = bases.iter().map(|base| worlds.blueprint(Some(base), &[]));
    let bases: Vec<Blueprint> = bases.collect::<Result<_, _>>()?;
    let mut arms = vec![own];
    arms.extend(&bases);
    let pool = threads::pool(options.threads)?;
    let found = pool.install(|| find_lead(&arms, options.seed, question.measure, watch));
    let found = Broken::or_stopped(found)?;
    found.map(|found| found.lead).map_err(|_| TraceError::Stopped)
}

struct Study<'a> {
    question: &'a Question,
    options: &'a TraceOptions,
    watch: &'a dyn Watch,
    lead: Nanos,
    blueprint: &'a Blueprint,
}

impl Study<'_> {
    fn trace(&self) -> Result<RequestTrace, TraceError> {
        let wanted = self.wanted_source()?;
        let sources = self.blueprint.sources.len();
        let (outcome, chooser) = self.simulate(Chooser::new(sources), (0, 0))?;
        let source = wanted.unwrap_or_else(|| most_frequent(&chooser.sources));
        let requests = chooser.sources.get(source).map_or(&[][..], Vec::as_slice);
        let number = choose(requests, self.options.pick).map_err(|why| {
            let entry = self.blueprint.sources.get(source).map(|source| source.name.clone());
            TraceError::NoSuchRequest { entry: entry.unwrap_or_default(), why }
        })?;
        let listener = RequestListener::new(SourceId::from(source), number);
        let (outcome, listener) = self.simulate(listener, (1, outcome.events))?;
        let end = Time::ZERO + outcome.simulated;
        Ok(self.tell(source, number, requests, &listener, end))
    }

    fn wanted_source(&self) -> Result<Option<usize>, TraceError> {
        let Some(entry) = &self.options.entry else { return Ok(None) };
        let sources = &self.blueprint.sources;
        match sources.iter().position(|source| source.name == *entry) {
            None => Err(TraceError::UnknownEntry(
                sources.iter().map(|source| source.name.clone()).collect(),
            )),
            found => Ok(found),
        }
    }

    /// One pass; `before` are the passes and events before it.
    fn simulate<P: Probe>(&self, probe: P, before: (u32, u64)) -> Result<(Outcome, P), TraceError> {
        let run = Run {
            seed: self.options.seed,
            replication: self.options.replication,
            lead: self.lead,
            measured: self.question.measure.duration,
        };
        let stop = || {
            self.watch.progress(&Progress {
                phase: StudyPhase::Trace,
                replications_done: before.0,
                replications_planned: 2,
                events: before.1,
            });
            self.watch.interrupted()
        };
        simulate(self.blueprint, run, probe, &stop).map_err(|cut| match cut {
            Cut::Stopped => TraceError::Stopped,
            Cut::Overfull(overfull) => WorldError::from(overfull).into(),
        })
    }

    fn tell(
        &self,
        source: usize,
        number: usize,
        requests: &[Request],
        listener: &RequestListener,
        end: Time,
    ) -> RequestTrace {
        let lives = FrameLives { blueprint: self.blueprint, all: &listener.lives };
        let begin = Time::ZERO + self.lead;
        let Request { arrived, end: ended } = requests[number];
        let (response, outcome) = ended.unwrap_or((end.since(arrived), Ok(())));
        let components = path::components(&lives.critical_path(end));
        let sum: u64 = components.iter().map(|component| component.ns).sum();
        assert_eq!(sum, response.0, "where a request's time goes adds up to its response time");
        RequestTrace {
            name: self.question.name.clone(),
            title: self.question.title.clone(),
            seed: self.options.seed,
            replication: self.options.replication,
            notes: of_load(self.blueprint, &self.question.measure),
            entry: self.blueprint.sources[source].name.clone(),
            entries: self.blueprint.sources.len(),
            entry_given: self.options.entry.is_some(),
            pick: self.options.pick,
            number: number as u64 + 1,
            arrived_ns: arrived.since(begin).0,
            response_ns: response.0,
            failed: outcome.err().map(Failure::name),
            distribution: distribution(requests, response),
            stays: StayRows::new(lives, end).all(),
            components,
        }
    }
}
