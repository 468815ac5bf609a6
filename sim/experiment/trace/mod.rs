//! `trace`: where does the time of one request go?
//!
//! Replication 0 is simulated as `run` does it, twice, since nothing in it depends on who listens:
//! the first pass finds the request that is meant, the second one follows it.

mod choose;
mod kind;
mod lives;
mod names;
mod path;
mod stays;

pub use kind::{Kind, Paint};

use crate::note::{Note, of_load};
use crate::pilot::find_lead;
use crate::question::{Question, WorldError, Worlds};
use crate::threads;
use crate::watch::{Phase, Progress, Watch};
use choose::{Chooser, Request, choose, distribution, most_frequent};
use lives::Listener;
use names::Lives;
use stays::Rows;
use wssim_kernel::{Nanos, Time};
use wssim_model::ids::SourceId;
use wssim_model::{Blueprint, Outcome, Run, probe::Failure, probe::Probe, simulate};

/// Which request is meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pick {
    /// The one that this many of 100 answered ones are no slower than, by nearest rank.
    Percentile(f64),
    /// The slowest one that was answered.
    Slowest,
    /// The first one that failed.
    Failed,
    /// The measured request of that number, from one, in the order of arrival.
    Number(u64),
}

/// How to trace.
#[derive(Clone, Debug)]
pub struct Options {
    /// The seed.
    pub seed: u64,
    /// Number of the replication.
    pub replication: u32,
    /// Threads for finding the warm-up; `None`: all cores.
    pub threads: Option<usize>,
    /// The source; `None`: the one with the most requests.
    pub entry: Option<String>,
    /// Which of its requests.
    pub pick: Pick,
}

/// Why there is no trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A world could not be made.
    World(WorldError),
    /// There is no source of that name; these there are.
    UnknownEntry(Vec<String>),
    /// There is no such request among those of that entry, and why.
    NoSuchRequest {
        /// The entry.
        entry: String,
        /// Why not.
        why: NoRequest,
    },
    /// The user wants to stop.
    Stopped,
}

/// Why there is no such request, of those that arrived in the measured stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRequest {
    /// None of so many was answered.
    NoneAnswered(usize),
    /// None of so many failed.
    NoneFailed(usize),
    /// There are fewer.
    Beyond {
        /// The number that was asked for.
        number: u64,
        /// So many there are.
        requests: usize,
    },
}

impl From<WorldError> for Error {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}

/// Where the time of one request goes. Times are nanoseconds, from its arrival.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Bare name of the scenario.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The seed.
    pub seed: u64,
    /// Number of the replication.
    pub replication: u32,
    /// Things that the reader should know.
    pub notes: Vec<Note>,
    /// Its source.
    pub entry: String,
    /// How many sources there are.
    pub entries: usize,
    /// Whether the source was asked for; otherwise it is the one with the most requests.
    pub entry_given: bool,
    /// Which of its requests was asked for.
    pub pick: Pick,
    /// Its number among the measured ones of its source, from one.
    pub number: u64,
    /// When it arrived, from the beginning of the measured stretch.
    pub arrived_ns: u64,
    /// How long it took to its answer or failure.
    pub response_ns: u64,
    /// Why it failed; `None`: it was answered.
    pub failed: Option<&'static str>,
    /// The response times among which it stands.
    pub distribution: Distribution,
    /// The request and its stays, in the order in which they began; parents before children.
    pub stays: Vec<Stay>,
    /// Where its time goes, the largest first; adds up to `response_ns`.
    pub components: Vec<Component>,
}

/// Response times of the answered requests of one source in one replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    /// Requests that arrived in the measured stretch.
    pub requests: u64,
    /// Those that were answered.
    pub answered: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those that were answered faster than the traced one ended.
    pub faster: u64,
    /// The median.
    pub p50_ns: Option<u64>,
    /// 95 of 100 were answered within.
    pub p95_ns: Option<u64>,
    /// 99 of 100 were answered within.
    pub p99_ns: Option<u64>,
    /// The slowest one.
    pub max_ns: Option<u64>,
}

/// What a stay is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StayKind {
    /// The user's request.
    Request,
    /// A stay at a container.
    Visit,
    /// Part of a stay, beside others.
    Branch,
}

/// The request, one of its stays at containers, or a parallel part of one.
///
/// ```text
///  sent ──── network ────► start ── parts ── end ──── network ────► until
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Who waited for it: a place among the stays.
    pub parent: Option<usize>,
    /// What it is.
    pub kind: StayKind,
    /// Where it was; of the request, its source.
    pub service: String,
    /// What was done there.
    pub endpoint: Option<String>,
    /// The number of the container, from one.
    pub replica: Option<u32>,
    /// Where that runs.
    pub node: Option<String>,
    /// Number of the attempt of the call, from zero.
    pub attempt: u16,
    /// When it was asked for.
    pub sent_ns: u64,
    /// When it reached its container.
    pub start_ns: u64,
    /// When it was over there.
    pub end_ns: u64,
    /// Until when it was waited for: its answer has come, or nobody waits any more.
    pub until_ns: u64,
    /// Why it failed, as whoever waited for it saw it.
    pub failed: Option<&'static str>,
    /// Whether nobody heard its answer.
    pub late: bool,
    /// Whether it still went on when the run ended.
    pub unfinished: bool,
    /// What it did from `start_ns` to `end_ns`, without gaps.
    pub parts: Vec<Part>,
}

/// Where a stretch of time went, by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// At a service; of the request itself, at its source.
    At(String),
    /// On the way between two nodes, or between the user and a node.
    Between(String, String),
    /// On the way within a node.
    Within(String),
    /// At a service that waits for a connection of one of its pools.
    Pool {
        /// The service.
        service: String,
        /// The pool.
        pool: String,
    },
}

/// A stretch of a stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it went to.
    pub kind: Kind,
    /// Where.
    pub place: Place,
    /// Its beginning.
    pub start_ns: u64,
    /// Its end.
    pub end_ns: u64,
    /// The stay that was called: a place among the stays.
    pub callee: Option<usize>,
    /// Why the attempt failed that it was.
    pub failed: Option<&'static str>,
}

/// What all stretches of one kind at one place add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// What the time went to.
    pub kind: Kind,
    /// Where.
    pub place: Place,
    /// How much.
    pub ns: u64,
    /// In how many stretches.
    pub times: u64,
}

/// Traces a request of `question`'s scenario.
///
/// # Errors
/// When the world cannot be made, there is no such request, or the user wants to stop.
pub fn trace(
    worlds: &dyn Worlds,
    question: &Question,
    options: &Options,
    watch: &dyn Watch,
) -> Result<Trace, Error> {
    let own = worlds.blueprint(None, &[])?;
    let lead = lead(worlds, question, options, &own, watch)?;
    let study = Study { question, options, watch, lead, blueprint: &own };
    study.trace()
}

/// What `run` would not measure. Scenarios that claims compare with have their say in it.
fn lead(
    worlds: &dyn Worlds,
    question: &Question,
    options: &Options,
    own: &Blueprint,
    watch: &dyn Watch,
) -> Result<Nanos, Error> {
    let bases = question.base_files();
    let bases = bases.iter().map(|base| worlds.blueprint(Some(base), &[]));
    let bases: Vec<Blueprint> = bases.collect::<Result<_, _>>()?;
    let mut arms = vec![own];
    arms.extend(&bases);
    let pool = threads::pool(options.threads)?;
    let found = pool.install(|| find_lead(&arms, options.seed, question.measure, watch));
    found.map(|found| found.lead).map_err(|_| Error::Stopped)
}

struct Study<'a> {
    question: &'a Question,
    options: &'a Options,
    watch: &'a dyn Watch,
    lead: Nanos,
    blueprint: &'a Blueprint,
}

impl Study<'_> {
    fn trace(&self) -> Result<Trace, Error> {
        let wanted = self.wanted_source()?;
        let sources = self.blueprint.sources.len();
        let (outcome, chooser) = self.simulate(Chooser::new(sources), (0, 0))?;
        let source = wanted.unwrap_or_else(|| most_frequent(&chooser.sources));
        let requests = chooser.sources.get(source).map_or(&[][..], Vec::as_slice);
        let number = choose(requests, self.options.pick).map_err(|why| {
            let entry = self.blueprint.sources.get(source).map(|source| source.name.clone());
            Error::NoSuchRequest { entry: entry.unwrap_or_default(), why }
        })?;
        let listener = Listener::new(SourceId::from(source), number);
        let (outcome, listener) = self.simulate(listener, (1, outcome.events))?;
        let end = Time::ZERO + outcome.simulated;
        Ok(self.tell(source, number, requests, &listener, end))
    }

    fn wanted_source(&self) -> Result<Option<usize>, Error> {
        let Some(entry) = &self.options.entry else { return Ok(None) };
        let sources = &self.blueprint.sources;
        match sources.iter().position(|source| source.name == *entry) {
            None => {
                Err(Error::UnknownEntry(sources.iter().map(|source| source.name.clone()).collect()))
            }
            found => Ok(found),
        }
    }

    /// One pass; `before` are passes and events before it.
    fn simulate<P: Probe>(&self, probe: P, before: (u32, u64)) -> Result<(Outcome, P), Error> {
        let run = Run {
            seed: self.options.seed,
            replication: self.options.replication,
            lead: self.lead,
            measured: self.question.measure.duration,
        };
        let stop = || {
            self.watch.progress(&Progress {
                phase: Phase::Trace,
                replications_done: before.0,
                replications_planned: 2,
                events: before.1,
            });
            self.watch.interrupted()
        };
        simulate(self.blueprint, run, probe, &stop).ok_or(Error::Stopped)
    }

    fn tell(
        &self,
        source: usize,
        number: usize,
        requests: &[Request],
        listener: &Listener,
        end: Time,
    ) -> Trace {
        let lives = Lives { blueprint: self.blueprint, all: &listener.lives };
        let begin = Time::ZERO + self.lead;
        let Request { arrived, end: ended } = requests[number];
        let (response, outcome) = ended.unwrap_or((end.since(arrived), Ok(())));
        let components = path::components(&lives.critical_path(end));
        let sum: u64 = components.iter().map(|component| component.ns).sum();
        assert_eq!(sum, response.0, "where a request's time goes adds up to its response time");
        Trace {
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
            stays: Rows::new(lives, end).all(),
            components,
        }
    }
}
