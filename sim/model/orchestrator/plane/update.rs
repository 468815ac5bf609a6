//! One update of a service: its workers, and the time of its next step.

use crate::ids::RolloutId;
use crate::orchestrator::UpdatePolicy;
use std::collections::VecDeque;
use wssim_kernel::{Nanos, Time};

#[derive(Debug)]
pub(super) struct Update {
    pub(super) rollout: RolloutId,
    pub(super) service: usize,
    /// The new image and the old one.
    pub(super) image: Option<usize>,
    pub(super) before: Option<usize>,
    pub(super) policy: UpdatePolicy,
    pub(super) rolls_back: bool,
    /// Slots that remain to be replaced, and their number at the beginning.
    pub(super) queue: VecDeque<usize>,
    pub(super) slots: usize,
    pub(super) workers: Vec<Worker>,
    pub(super) failures: usize,
    /// When one of its tasks last came to run.
    pub(super) progress: Time,
    /// The longest time without progress before it is paused.
    pub(super) deadline: Option<Nanos>,
    pub(super) stage: UpdateStage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worker {
    Idle,
    /// Until this replica runs or has failed.
    Replaces(usize),
    /// This replica runs; the updater learns it at this time.
    Hears(usize, Time),
    Pauses(Time),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UpdateStage {
    Replaces,
    Monitors(Time),
    Over,
}

impl Update {
    /// The time of its next step, if a time decides that.
    pub(super) fn due(&self) -> Option<Time> {
        match self.stage {
            UpdateStage::Over => None,
            UpdateStage::Monitors(until) => Some(until),
            UpdateStage::Replaces => {
                let waits = self.workers.iter().filter_map(|worker| match worker {
                    Worker::Hears(_, until) | Worker::Pauses(until) => Some(*until),
                    Worker::Idle | Worker::Replaces(_) => None,
                });
                waits.chain(self.given_up()).min()
            }
        }
    }

    /// When it is paused, unless a task comes to run before.
    pub(super) fn given_up(&self) -> Option<Time> {
        self.deadline.map(|deadline| self.progress + deadline)
    }

    /// Whether the worker starts the new task of a slot before the old one ends.
    pub(super) fn starts_first(&self, worker: usize) -> bool {
        self.policy.start_first || worker < self.policy.surge as usize
    }

    /// Time in which the failure of a task counts, and for which the update is watched at its end.
    pub(super) fn monitor(&self) -> Nanos {
        let UpdatePolicy { monitor, delay, .. } = self.policy;
        if monitor > delay { monitor } else { delay + Nanos(1_000_000_000) }
    }

    /// Frees the worker of `replica`.
    pub(super) fn is_done_with(&mut self, replica: usize, now: Time) {
        if let Some(worker) = self.worker_of(replica) {
            self.workers[worker] = after(self.policy.delay, now);
        }
    }

    pub(super) fn worker_of(&self, replica: usize) -> Option<usize> {
        let is_busy = |worker: &Worker| match *worker {
            Worker::Replaces(other) | Worker::Hears(other, _) => other == replica,
            Worker::Idle | Worker::Pauses(_) => false,
        };
        self.workers.iter().position(is_busy)
    }

    /// The first replica that the updater knows to run at `now`.
    pub(super) fn heard(&self, now: Time) -> Option<usize> {
        self.workers.iter().find_map(|worker| match *worker {
            Worker::Hears(replica, at) if at <= now => Some(replica),
            _ => None,
        })
    }

    /// Whether the share of failed tasks exceeds the limit.
    pub(super) fn has_failed(&self) -> bool {
        let ratio = self.failures as f64 / self.slots.max(1) as f64;
        ratio > self.policy.max_failure_ratio
    }
}

/// The state of a worker that has replaced a slot.
pub(super) fn after(delay: Nanos, now: Time) -> Worker {
    if delay > Nanos::ZERO { Worker::Pauses(now + delay) } else { Worker::Idle }
}
