//! Makes the rows of a waterfall: the request, its stays at containers, and their parallel parts.
//!
//! Repeated parts belong to the stay that repeats them. Times count from the request's arrival.

use super::findings::{Stay, StayKind, StayStretch};
use super::lives::{FrameLife, FrameStep, What};
use super::names::FrameLives;
use wssim_kernel::Time;
use wssim_model::probe::{Failure, Opening};

/// Makes the rows.
pub(super) struct StayRows<'a> {
    lives: FrameLives<'a>,
    /// When the run ended.
    end: Time,
    /// The row of each life; a repeated part has its owner's.
    row_of: Vec<usize>,
}

/// Whether a life has no row of its own.
fn is_loop(life: &FrameLife) -> bool {
    matches!(life.opening, Opening::Part { parallel: false, .. })
}

impl<'a> StayRows<'a> {
    pub(super) fn new(lives: FrameLives<'a>, end: Time) -> Self {
        let (mut row_of, mut rows) = (Vec::new(), 0);
        for life in lives.all {
            match life.parent {
                Some(parent) if is_loop(life) => row_of.push(row_of[parent]),
                _ => {
                    row_of.push(rows);
                    rows += 1;
                }
            }
        }
        Self { lives, end, row_of }
    }

    /// All rows, in the order of their start; parents before children.
    pub(super) fn all(&self) -> Vec<Stay> {
        let lives = self.lives.all.iter().enumerate();
        lives.filter(|(_, life)| !is_loop(life)).map(|(id, _)| self.stay(id)).collect()
    }

    fn ns(&self, at: Time) -> u64 {
        at.min(self.end).since(self.lives.all[0].opened).0
    }

    fn stay(&self, id: usize) -> Stay {
        let life = &self.lives.all[id];
        let (until, verdict) = self.waited_for(id);
        let closed = life.closed.unwrap_or(Time::NEVER);
        let heard = closed <= until && life.failure == verdict;
        let arrived = |step: &&FrameStep| !matches!(step.what, What::Travels);
        let start = life.steps.iter().find(arrived).map_or(closed, |step| step.from);
        let (kind, attempt) = match life.opening {
            Opening::Request { .. } => (StayKind::Request, 0),
            Opening::Visit { attempt, .. } => (StayKind::Visit, attempt),
            Opening::Part { .. } => (StayKind::Branch, 0),
        };
        let start = if kind == StayKind::Visit { start } else { life.opened };
        let visit = self.lives.visit(id);
        let blueprint = self.lives.blueprint;
        let mut parts = Vec::new();
        self.parts(id, Time::NEVER, &mut parts);
        Stay {
            parent: life.parent.map(|parent| self.row_of[parent]),
            kind,
            service: self.lives.service(id).to_owned(),
            endpoint: visit.map(|(_, endpoint)| blueprint.endpoints[endpoint.index()].name.clone()),
            replica: visit.map(|(container, _)| {
                container.0 - blueprint.service_of(container).containers.start + 1
            }),
            node: visit.map(|_| self.lives.node(id).to_owned()),
            attempt,
            sent_ns: self.ns(life.opened.min(until)),
            start_ns: self.ns(start),
            end_ns: self.ns(closed),
            until_ns: self.ns(until),
            failed: verdict.map(Failure::name),
            late: !heard,
            unfinished: life.closed.is_none(),
            parts,
        }
    }

    /// Until when a life was waited for, and the result for its caller.
    fn waited_for(&self, id: usize) -> (Time, Option<Failure>) {
        let life = &self.lives.all[id];
        let Some(parent) = life.parent else {
            return (life.closed.unwrap_or(Time::NEVER), life.failure);
        };
        let parent = &self.lives.all[parent];
        let waits = |step: &FrameStep| match &step.what {
            What::Calls(child) | What::Repeats(child) => *child == id,
            What::Forks(children) => children.contains(&id),
            _ => false,
        };
        let step = parent.steps_until(Time::NEVER).find(|(step, _)| waits(step));
        let Some((step, until)) = step else { return (Time::NEVER, life.failure) };
        if matches!(life.opening, Opening::Part { .. }) {
            return (until, life.failure);
        }
        let gave_up = parent.failure.filter(|_| parent.closed == Some(until));
        (until, step.failed.or(gave_up))
    }

    /// Adds the parts of `life` itself up to `until`, including repeated ones.
    fn parts(&self, id: usize, until: Time, parts: &mut Vec<StayStretch>) {
        for (step, to) in self.lives.all[id].steps_until(until) {
            let to = to.min(self.end);
            match &step.what {
                What::Travels => {}
                What::Repeats(child) => self.parts(*child, to, parts),
                _ => parts.extend(self.lives.leaves(id, step, to).into_iter().map(|leaf| {
                    StayStretch {
                        kind: leaf.kind,
                        place: leaf.place,
                        start_ns: self.ns(leaf.from),
                        end_ns: self.ns(leaf.to),
                        callee: self.callee(step),
                        failed: step.failed.map(Failure::name),
                    }
                })),
            }
        }
        parts.retain(|part| part.start_ns < part.end_ns || part.callee.is_some());
    }

    fn callee(&self, step: &FrameStep) -> Option<usize> {
        match &step.what {
            What::Calls(child) => Some(self.row_of[*child]),
            _ => None,
        }
    }
}
