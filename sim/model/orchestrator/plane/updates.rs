//! Updates of services: workers replace the tasks of the slots, a limited number at a time, and watch them.
//!
//! ```text
//!              ┌── parallel workers: each takes the next slot ─────────────────────────┐
//!  slots ──►   │ stop-first: old told to end, new pulls, starts when the old has ended │ ─► delay ─► next
//!              │ start-first: new pulls, starts, runs; then the old is told to end     │
//!              └───────────────────────────────────────────────────────────────────────┘
//!  all slots done, and their delays over ─► monitor ─► completed
//!  failures of new tasks, before they run or within the monitor period after it, above the ratio ─► pause or
//!  rollback: an update to the old image, by the rollback policy, which never rolls back
//! ```
//! A new task *runs* when its container is healthy, or, without a check, as soon as its process has started. The
//! failure of a task that replaces a failed new one does not count. Without contention a slot of a stop-first
//! update takes the longer of stopping and pulling, then 0.2 to 0.5 s, the start, the wait for the first good
//! check, and at most 0.1 s until that is known; the update takes the rounds of its slots, their delays, and the
//! monitor period.
//!
//! Source: moby/swarmkit `manager/orchestrator/update/updater.go` (`Run`, `worker`, `updateTask`: the old task is
//! told to end when the new one is made, so the pull is part of the outage; `failureTriggersAction`);
//! a monitor period not longer than the delay becomes the delay and a second.

use super::replica::{Presence, Replica, ReplicaState};
use super::tasks::{Round, Tasks};
use super::update::{Update, UpdateStage, Worker, after};
use crate::ids::{ContainerId, RolloutId, ServiceId};
use crate::orchestrator::{Ending, Fact, OnFailure, Restarts, UpdatePolicy};
use std::collections::VecDeque;
use wssim_kernel::stream::mix;
use wssim_kernel::{Nanos, Time};

/// Purpose of the draw: time until managers know that a task runs.
const REPORTED: u32 = 18;

impl Tasks<'_> {
    /// Starts an update of each service with a new image, all at once.
    pub(super) fn deploy(&mut self, rollout: RolloutId, round: &mut Round<'_>) {
        let cluster = self.cluster;
        let plan = &cluster.rollouts[rollout.index()];
        for renewal in &plan.renewals {
            if let Some(build) = &plan.build {
                self.images[renewal.image][build.node.index()] = Presence::Here;
            }
            let service = renewal.service.index();
            let before = self.images_of[service];
            let policy = cluster.services[service].update;
            self.update(rollout, service, [Some(renewal.image), before], (policy, false), round);
        }
    }

    /// Starts an update; it overtakes an unfinished one of the same service.
    fn update(
        &mut self,
        rollout: RolloutId,
        service: usize,
        [image, before]: [Option<usize>; 2],
        (policy, rolls_back): (UpdatePolicy, bool),
        round: &mut Round<'_>,
    ) {
        for number in 0..self.updates.len() {
            let other = &self.updates[number];
            if other.service == service && other.stage != UpdateStage::Over {
                self.make_way(number, round);
                self.conclude(number, Ending::Overtaken, round);
            }
        }
        self.images_of[service] = image;
        let queue = self.slots_without(service, image);
        let slots = queue.len();
        let workers = match policy.parallelism {
            0 => slots,
            at_once => at_once as usize + policy.surge as usize,
        };
        let workers = vec![Worker::Idle; workers.min(slots)];
        let (failures, stage) = (0, UpdateStage::Replaces);
        let (progress, deadline) = (round.now, self.rules.updates.deadline);
        self.updates.push(Update {
            rollout,
            service,
            image,
            before,
            policy,
            rolls_back,
            queue,
            slots,
            workers,
            failures,
            progress,
            deadline,
            stage,
        });
        let number = self.updates.len() - 1;
        if slots == 0 {
            return self.conclude(number, Ending::Completed, round);
        }
        self.go_on(number, round);
    }

    /// The update is overtaken: in each slot with two replicas the old one ends, or the new one if it does not run
    /// yet.
    fn make_way(&mut self, number: usize, round: &mut Round<'_>) {
        for worker in 0..self.updates[number].workers.len() {
            let (new, runs) = match self.updates[number].workers[worker] {
                Worker::Hears(new, _) => (new, true),
                Worker::Replaces(new) => (new, false),
                Worker::Idle | Worker::Pauses(_) => continue,
            };
            let mut others = self.of_slot(self.replicas[new].slot);
            others.retain(|other| *other != new);
            if runs {
                for old in others {
                    self.tell_to_end(old, round);
                }
            } else if !others.is_empty() {
                self.tell_to_end(new, round);
            }
        }
    }

    /// Slots of a service that do not run `image`, in their order.
    fn slots_without(&self, service: usize, image: Option<usize>) -> VecDeque<usize> {
        let mut slots = VecDeque::new();
        for replica in self.replicas.iter().filter(|one| one.service == service) {
            let counts = !replica.leaves
                && !matches!(replica.state, ReplicaState::ToCome | ReplicaState::Over);
            if counts && replica.image != image && !slots.contains(&replica.slot) {
                slots.push_back(replica.slot);
            }
        }
        slots
    }

    /// Replicas of a slot that are not told to end.
    fn of_slot(&self, slot: usize) -> Vec<usize> {
        let is_own = |id: &usize| {
            let replica = &self.replicas[*id];
            replica.slot == slot && !replica.leaves && replica.state != ReplicaState::Over
        };
        (0..self.replicas.len()).filter(is_own).collect()
    }

    /// Gives slots to idle workers while there are both; with no slot and no busy worker left, the update is
    /// watched.
    fn go_on(&mut self, number: usize, round: &mut Round<'_>) {
        while self.updates[number].stage == UpdateStage::Replaces {
            let update = &mut self.updates[number];
            let idle = update.workers.iter().position(|worker| *worker == Worker::Idle);
            let Some(worker) = idle else { return };
            let Some(slot) = update.queue.pop_front() else { break };
            let next = match self.replace_slot(number, worker, slot, round) {
                Some(replica) => Worker::Replaces(replica),
                None => after(self.updates[number].policy.delay, round.now),
            };
            self.updates[number].workers[worker] = next;
        }
        let update = &mut self.updates[number];
        let is_idle = update.workers.iter().all(|worker| *worker == Worker::Idle);
        if update.stage == UpdateStage::Replaces && update.queue.is_empty() && is_idle {
            let watched = if self.rules.updates.monitors { update.monitor() } else { Nanos::ZERO };
            update.stage = UpdateStage::Monitors(round.now + watched);
        }
    }

    /// Puts a new task in a slot; `None` when one has the image already, for which the others end.
    fn replace_slot(
        &mut self,
        number: usize,
        worker: usize,
        slot: usize,
        round: &mut Round<'_>,
    ) -> Option<usize> {
        let update = &self.updates[number];
        let (image, start_first) = (update.image, update.starts_first(worker));
        let old = self.of_slot(slot);
        let clean = old.iter().copied().find(|&id| self.replicas[id].image == image);
        if let Some(clean) = clean {
            for id in old.into_iter().filter(|id| *id != clean) {
                self.tell_to_end(id, round);
            }
            return None;
        }
        let last = *old.last()?;
        let new = self.beside(last, number, round);
        if !start_first {
            self.replicas[new].waits_for = self.rules.updates.waits_for_old.then_some(last);
            for id in old {
                self.tell_to_end(id, round);
            }
        }
        Some(new)
    }

    /// Puts a new task in the slot of `old`.
    fn beside(&mut self, old: usize, number: usize, round: &Round<'_>) -> usize {
        let Replica { service, key, bound, slot, .. } = self.replicas[old];
        let id = self.replicas.len();
        let new = Replica::new(service, slot, mix(key, id as u64), self.updates[number].image);
        self.replicas.push(Replica { bound, update: Some(number), ..new });
        self.restarts.push(Restarts::default());
        self.replicas[old].heir = Some(id);
        self.enter(id, ReplicaState::New(round.now + self.rules.batches.schedule, round.now));
        id
    }

    /// Ends the replica without a replacement.
    fn tell_to_end(&mut self, id: usize, round: &mut Round<'_>) {
        let Replica { service, at, state, .. } = self.replicas[id];
        let stops = at.filter(|&place| self.places[place].alive);
        let (Some(place), ReplicaState::Runs) = (stops, state) else {
            if let Some(place) = at {
                self.leave_ended(place, round);
            }
            self.vacate(id);
            return self.is_gone(id, round);
        };
        self.scheduler.retire(service, self.node_of(place));
        self.replicas[id].leaves = true;
        self.changed = true;
        round.facts.push(Fact::Stops(ContainerId::from(place)));
    }

    /// The replica, which was to end, is gone: the task that waits for this starts.
    pub(super) fn is_gone(&mut self, id: usize, round: &Round<'_>) {
        self.enter(id, ReplicaState::Over);
        for other in 0..self.replicas.len() {
            let replica = &mut self.replicas[other];
            if replica.waits_for == Some(id) {
                replica.waits_for = None;
                if let ReplicaState::Waits(_) = replica.state {
                    self.order(other, round.now, round);
                }
            }
        }
    }

    /// The container at `place` counts as running.
    pub(super) fn runs(&mut self, place: usize, round: &mut Round<'_>) {
        let Some(id) = self.places[place].tenant else { return };
        self.replicas[id].runs_since = Some(round.now);
        let Some(number) = self.replicas[id].update else { return };
        let batches = self.rules.batches;
        let status = batches.status * (round.unit)(self.replicas[id].key, REPORTED);
        let update = &mut self.updates[number];
        if update.stage == UpdateStage::Over {
            return;
        }
        let order = if update.policy.start_first { batches.stop } else { 0.0 };
        if let Some(worker) = update.worker_of(id) {
            let at = round.now + Nanos::from_seconds(status + order);
            update.workers[worker] = Worker::Hears(id, at);
        }
    }

    /// The updater learns that the replica runs.
    fn is_running(&mut self, number: usize, id: usize, round: &mut Round<'_>) {
        // A stop-first update has told the old one before.
        let slot = self.replicas[id].slot;
        for old in self.of_slot(slot).into_iter().filter(|old| *old != id) {
            self.tell_to_end(old, round);
        }
        self.updates[number].progress = round.now;
        self.updates[number].is_done_with(id, round.now);
        self.go_on(number, round);
    }

    /// The replica has failed: the update for which this counts, if any. Its replacement counts no more.
    pub(super) fn failed_update(&mut self, id: usize, now: Time) -> Option<usize> {
        let number = self.replicas[id].update.take()?;
        if self.replicas[id].leaves {
            return None;
        }
        let since = self.replicas[id].runs_since;
        let update = &mut self.updates[number];
        update.is_done_with(id, now);
        let counts = since.is_none_or(|since| now.since(since) <= update.monitor());
        update.failures += usize::from(counts);
        (update.stage != UpdateStage::Over).then_some(number)
    }

    /// Pauses the update or rolls it back after too many failures; otherwise continues it.
    pub(super) fn act_on_failure(&mut self, failed: Option<usize>, round: &mut Round<'_>) {
        let Some(number) = failed else { return };
        let update = &self.updates[number];
        if update.policy.on_failure == OnFailure::Continue || !update.has_failed() {
            return self.go_on(number, round);
        }
        if update.policy.on_failure == OnFailure::Pause || update.rolls_back {
            return self.conclude(number, Ending::Paused, round);
        }
        let Update { rollout, service, image, before, .. } = *update;
        self.updates[number].stage = UpdateStage::Over;
        let policy = self.cluster.services[service].rollback;
        self.update(rollout, service, [before, image], (policy, true), round);
    }

    fn conclude(&mut self, number: usize, outcome: Ending, round: &mut Round<'_>) {
        let update = &mut self.updates[number];
        update.stage = UpdateStage::Over;
        let outcome = match outcome {
            Ending::Completed if update.rolls_back => Ending::RolledBack,
            other => other,
        };
        let service = ServiceId::from(update.service);
        round.facts.push(Fact::Updated(update.rollout, service, outcome));
    }

    /// Takes the steps of updates that are due. Returns whether there was one.
    pub(super) fn run_updates(&mut self, round: &mut Round<'_>) -> bool {
        let mut any = false;
        for number in 0..self.updates.len() {
            let update = &mut self.updates[number];
            if update.due().is_none_or(|due| due > round.now) {
                continue;
            }
            any = true;
            if let Some(replica) = update.heard(round.now) {
                self.is_running(number, replica, round);
                continue;
            }
            if update.stage == UpdateStage::Replaces && update.given_up() == update.due() {
                self.conclude(number, Ending::Paused, round);
                continue;
            }
            if let UpdateStage::Monitors(_) = update.stage {
                self.conclude(number, Ending::Completed, round);
                continue;
            }
            for worker in &mut update.workers {
                if matches!(worker, Worker::Pauses(until) if *until <= round.now) {
                    *worker = Worker::Idle;
                }
            }
            self.go_on(number, round);
        }
        any
    }
}
