//! The second pass: records the life of every frame of one request.
//!
//! A frame does one thing at a time, so its steps tile its life: each lasts until the next one
//! begins. The calls and parts that a frame waits for live inside that step, and may outlive it
//! unnoticed.

use super::kind::StretchKind;
use wssim_kernel::{Nanos, Time};
use wssim_model::ids::{PoolId, SourceId};
use wssim_model::probe::{Doing, Failure, FrameFact, Opening, Probe};

/// What a frame does in a step.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// Travels to its container.
    Travels,
    /// Arrives there; takes no time.
    Arrives,
    /// Waits in a queue, or sleeps.
    Waits(StretchKind),
    /// Waits for a connection.
    Connects(PoolId),
    /// Computes: time needed alone, and the part of it for networking; throttled time of its container
    /// before and during the step.
    Computes { alone: Nanos, networking: Nanos, before: Nanos, throttled: Nanos },
    /// Waits for the answer of this life.
    Calls(usize),
    /// Waits for this life to repeat a part.
    Repeats(usize),
    /// Waits for these lives, parallel parts.
    Forks(Vec<usize>),
}

/// A step of a frame.
#[derive(Clone, Debug)]
pub(super) struct FrameStep {
    pub(super) from: Time,
    pub(super) what: What,
    /// Why the attempt failed, if it is one.
    pub(super) failed: Option<Failure>,
}

/// The life of a frame.
#[derive(Clone, Debug)]
pub(super) struct FrameLife {
    pub(super) opening: Opening,
    pub(super) parent: Option<usize>,
    pub(super) opened: Time,
    /// `None` if it was still open when the run ended.
    pub(super) closed: Option<Time>,
    pub(super) failure: Option<Failure>,
    pub(super) steps: Vec<FrameStep>,
}

impl FrameLife {
    fn new(now: Time, opening: Opening, parent: Option<usize>) -> Self {
        let steps = Vec::new();
        let mut life = Self { opening, parent, opened: now, closed: None, failure: None, steps };
        match opening {
            // Until its visit sets out: at once, unless its message reaches no node.
            Opening::Request { .. } => life.step(now, What::Waits(StretchKind::Silence)),
            Opening::Visit { .. } => life.step(now, What::Travels),
            Opening::Part { .. } => {}
        }
        life
    }

    /// Steps that were announced and then superseded take no time.
    fn step(&mut self, from: Time, what: What) {
        for ahead in self.steps.iter_mut().rev().take_while(|step| step.from > from) {
            ahead.from = from;
        }
        self.steps.push(FrameStep { from, what, failed: None });
    }

    /// Its steps with their ends, up to `end`.
    pub(super) fn steps_until(&self, end: Time) -> impl Iterator<Item = (&FrameStep, Time)> {
        let end = self.closed.unwrap_or(Time::NEVER).min(end);
        let next = self.steps.iter().skip(1).map(|step| step.from).chain([Time::NEVER]);
        let steps = self.steps.iter().zip(next);
        steps.map(move |(step, next)| (step, next.min(end))).filter(move |(s, _)| s.from <= end)
    }

    /// Waits for `child` from now on; a parallel part joins those that began just now.
    fn awaits(&mut self, now: Time, child: usize, opening: Opening) {
        match (opening, self.steps.last_mut()) {
            (
                Opening::Part { parallel: true, .. },
                Some(FrameStep { from, what: What::Forks(children), .. }),
            ) if *from == now => children.push(child),
            (Opening::Part { parallel: true, .. }, _) => self.step(now, What::Forks(vec![child])),
            (Opening::Part { .. }, _) => self.step(now, What::Repeats(child)),
            _ => self.step(now, What::Calls(child)),
        }
    }
}

/// Records one request and everything that it causes.
#[derive(Debug)]
pub(super) struct RequestListener {
    source: SourceId,
    /// Requests of the source still to come before it.
    before: usize,
    pub(super) lives: Vec<FrameLife>,
    /// The life at each place.
    places: Vec<Option<usize>>,
}

impl RequestListener {
    /// Listens for measured request `number` of `source`, from zero.
    pub(super) fn new(source: SourceId, number: usize) -> Self {
        Self { source, before: number, lives: Vec::new(), places: Vec::new() }
    }

    fn at(&self, frame: u32) -> Option<usize> {
        self.places.get(frame as usize).copied().flatten()
    }

    fn open(&mut self, now: Time, frame: u32, opening: Opening) {
        let parent = match opening {
            Opening::Request { source, measured } => {
                if source != self.source || !measured || !self.lives.is_empty() {
                    return;
                }
                if self.before > 0 {
                    self.before -= 1;
                    return;
                }
                None
            }
            Opening::Visit { caller: of, .. } | Opening::Part { of, .. } => match self.at(of) {
                None => return,
                known => known,
            },
        };
        let life = self.lives.len();
        if let Some(parent) = parent {
            self.lives[parent].awaits(now, life, opening);
        }
        self.lives.push(FrameLife::new(now, opening, parent));
        let place = frame as usize;
        if self.places.len() <= place {
            self.places.resize(place + 1, None);
        }
        self.places[place] = Some(life);
    }
}

impl Probe for RequestListener {
    const FOLLOWS: bool = true;

    fn frame(&mut self, now: Time, frame: u32, fact: FrameFact) {
        if let FrameFact::Opens(opening) = fact {
            return self.open(now, frame, opening);
        }
        let Some(life) = self.at(frame) else { return };
        let life = &mut self.lives[life];
        match fact {
            FrameFact::Opens(_) => {}
            FrameFact::Does(doing) => life.step(now, what(doing)),
            FrameFact::Computed(until) => {
                if let Some(FrameStep { what: What::Computes { before, throttled, .. }, .. }) =
                    life.steps.last_mut()
                {
                    *throttled = until - *before;
                }
            }
            FrameFact::Fails(failure) => {
                if let Some(FrameStep {
                    what: What::Calls(_) | What::Connects(_) | What::Waits(StretchKind::Silence),
                    failed,
                    ..
                }) = life.steps.last_mut()
                {
                    *failed = Some(failure);
                }
            }
            FrameFact::Closes(failure) => {
                // A call given up before it is sent has no life.
                life.closed = Some(now.max(life.opened));
                life.failure = failure;
                self.places[frame as usize] = None;
            }
        }
    }
}

fn what(doing: Doing) -> What {
    match doing {
        Doing::Arrives => What::Arrives,
        Doing::Queues => What::Waits(StretchKind::Worker),
        Doing::Connects(pool) => What::Connects(pool),
        Doing::Tries => What::Waits(StretchKind::Trial),
        Doing::LooksUp => What::Waits(StretchKind::Dns),
        Doing::ShakesHands => What::Waits(StretchKind::Handshake),
        Doing::AwaitsNobody => What::Waits(StretchKind::Silence),
        Doing::Computes { alone, networking, throttled } => {
            What::Computes { alone, networking, before: throttled, throttled: Nanos::ZERO }
        }
        Doing::QueuesForDisk => What::Waits(StretchKind::DiskQueue),
        Doing::UsesDisk => What::Waits(StretchKind::Disk),
        Doing::QueuesForPages => What::Waits(StretchKind::PageQueue),
        Doing::FetchesPages => What::Waits(StretchKind::Pages),
        Doing::Sleeps => What::Waits(StretchKind::Sleep),
        Doing::BacksOff => What::Waits(StretchKind::Backoff),
    }
}
