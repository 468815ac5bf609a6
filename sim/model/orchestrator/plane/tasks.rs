//! The tasks of the control plane: a lost replica is replaced by a new task, which may be scheduled elsewhere.
//!
//! ```text
//!  runs ─ ended ─► ends ─ status ─┐                        ┌─ no registry: rejected ─┐
//!    │                            ▼                        │                         ▼
//!    └─ node down ────────────► new ─ scheduled ─► pulls ──┴► starts ─► runs     new, later
//!                                 └─ fits nowhere: pending, tried at any change
//! ```
//! An update (`updates.rs`) puts a new task beside the old one of its slot, which is then stopped; where the old
//! one is stopped first, the new one waits for its end before it starts. The restart delay runs from the loss;
//! scheduling and pulling go on meanwhile. A task of a global service stays on its node. No container moves back
//! when a node returns; containers there that are no longer wanted are stopped.
//!
//! Source: moby/swarmkit `orchestrator/restart/restart.go` (delay also on the loss of a node; the next
//! restart waits for the delay of the one before), `replicated/tasks.go`, `scheduler/scheduler.go`
//! (debounce 50 ms, failures remembered for 5 min), `dispatcher.go` (status and assignments in batches
//! of 0.1 s).

use super::agenda::{Agenda, NextStep};
use super::failures::RecentFailures;
use super::replica::{PlaceState, Presence, Replica, ReplicaState};
use super::rules::{Ends, LossRule, Rules, Unpulled};
use super::update::Update;
use crate::ids::{ContainerId, NodeId, ServiceId};
use crate::orchestrator::placement::{MachineStanding, Scheduler, Why};
use crate::orchestrator::{Cluster, Exit, Fact, First, ImageSource, Restarts};
use wssim_kernel::stream::{mix, name_hash};
use wssim_kernel::{Nanos, Time};

/// Longest wait of a task for the end of the one that it replaces (swarmkit, restart.go).
const OLD_TASK: Nanos = Nanos(60_000_000_000);

/// The inputs of a round of the control plane: time, nodes, random numbers, and where facts go.
pub(super) struct Round<'r> {
    pub(super) now: Time,
    /// By node: whether it takes part.
    pub(super) ready: &'r dyn Fn(usize) -> bool,
    pub(super) joined: &'r dyn Fn(usize, usize) -> bool,
    /// A uniform number for the key of a replica and a purpose.
    pub(super) unit: &'r dyn Fn(u64, u32) -> f64,
    pub(super) facts: &'r mut Vec<Fact>,
}

#[derive(Debug)]
pub(super) struct Tasks<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) rules: &'static Rules,
    pub(super) scheduler: Scheduler<'a>,
    pub(super) replicas: Vec<Replica>,
    pub(super) restarts: Vec<Restarts>,
    pub(super) places: Vec<PlaceState>,
    /// By service: the image that its tasks get from now on.
    pub(super) images_of: Vec<Option<usize>>,
    pub(super) updates: Vec<Update>,
    /// By service, and by service and node: its places. By node: all places.
    own: Vec<Vec<usize>>,
    own_on: Vec<Vec<usize>>,
    on: Vec<Vec<usize>>,
    failures: RecentFailures,
    /// By image and node: whether the node has the image.
    pub(super) images: Vec<Vec<Presence>>,
    /// Steps that are due, the earliest last. An entry is ignored once its replica has moved on.
    due: Agenda,
    /// Replicas whose step is due and whose agents are away.
    held: Vec<usize>,
    /// Replicas that fit on no node, in order.
    pending: Vec<usize>,
    /// Whether pending replicas are worth a new try.
    pub(super) changed: bool,
}

impl<'a> Tasks<'a> {
    pub(super) fn new(cluster: &'a Cluster, rules: &'static Rules) -> Self {
        let (nodes, services) = (cluster.machines.len(), cluster.wanted.len());
        let mut tasks = Self {
            cluster,
            rules,
            scheduler: Scheduler::new(&cluster.machines, &cluster.wanted, cluster.kind.order),
            replicas: Vec::new(),
            restarts: Vec::new(),
            places: vec![PlaceState::default(); cluster.places.len()],
            own: vec![Vec::new(); services],
            own_on: vec![Vec::new(); services * nodes],
            on: vec![Vec::new(); nodes],
            failures: RecentFailures::new(services, nodes),
            images: vec![vec![Presence::Absent; nodes]; cluster.images.len()],
            images_of: cluster.services.iter().map(|service| service.image).collect(),
            updates: Vec::new(),
            due: Agenda::default(),
            held: Vec::new(),
            pending: Vec::new(),
            changed: false,
        };
        for (at, place) in cluster.places.iter().enumerate() {
            let (service, node) = (place.service.index(), place.node.index());
            tasks.own[service].push(at);
            tasks.own_on[service * nodes + node].push(at);
            tasks.on[node].push(at);
            if place.first == First::Spare {
                continue;
            }
            if let Some(image) = cluster.services[service].image {
                tasks.images[image][node] = Presence::Here;
            }
            let runs = place.first == First::Runs;
            let global = cluster.wanted[service].replicas.is_none();
            let state = if runs { ReplicaState::Runs } else { ReplicaState::ToCome };
            let id = tasks.replicas.len();
            let tenant = Some(id);
            let number = tasks.own[service].len() as u64;
            let key = mix(name_hash(&cluster.services[service].name), number);
            let new = Replica::new(service, id, key, cluster.services[service].image);
            let (bound, at_once) = (global.then_some(node), runs.then_some(Time::ZERO));
            let replica = Replica { bound, at: Some(at), state, runs_since: at_once, ..new };
            tasks.replicas.push(replica);
            let exit = Exit::default();
            tasks.places[at] =
                PlaceState { alive: runs, comes_again: false, serves: runs, exit, tenant };
            if runs {
                tasks.scheduler.take(service, node);
            }
        }
        tasks.await_room();
        tasks.restarts = vec![Restarts::default(); tasks.replicas.len()];
        tasks
    }

    /// Makes replicas that have no place at the beginning pending.
    fn await_room(&mut self) {
        for (service, wanted) in self.cluster.wanted.iter().enumerate() {
            let is_there = |at: &&usize| self.cluster.places[**at].first == First::Runs;
            let there = self.own[service].iter().filter(is_there).count();
            let missing = (wanted.replicas.unwrap_or(0) as usize).saturating_sub(there);
            let (name, all) = (&self.cluster.services[service].name, self.own[service].len());
            for number in 1..=missing {
                let key = mix(name_hash(name), (all + number) as u64);
                let state = ReplicaState::Pending(Time::ZERO, Why::default());
                let id = self.replicas.len();
                self.pending.push(id);
                let new = Replica::new(service, id, key, self.cluster.services[service].image);
                self.replicas.push(Replica { state, ..new });
            }
        }
    }

    pub(super) fn enter(&mut self, id: usize, state: ReplicaState) {
        self.replicas[id].state = state;
        if let Some(at) = state.due() {
            self.due.add(NextStep::new(at, id));
        }
    }

    pub(super) fn node_of(&self, place: usize) -> usize {
        self.cluster.places[place].node.index()
    }

    /// Whether a replica is to be at `place`.
    pub(super) fn wants(&self, place: usize) -> bool {
        self.places[place].tenant.is_some()
    }

    /// The present place of the replica that was at `first` in the beginning; `None` where there was none.
    pub(super) fn place_of(&self, first: usize) -> Option<usize> {
        if self.cluster.places[first].first == First::Spare {
            return None;
        }
        let before = self.cluster.places[..first].iter();
        let mut id = before.filter(|place| place.first != First::Spare).count();
        while let Replica { heir: Some(heir), at: None, .. } = self.replicas.get(id)? {
            id = *heir;
        }
        self.replicas[id].at
    }

    pub(super) fn image_at(&self, place: usize) -> Option<usize> {
        self.replicas[self.places[place].tenant?].image
    }

    pub(super) fn begins(&mut self, place: usize, alive: bool, down: bool, round: &mut Round<'_>) {
        self.places[place].alive = alive;
        self.places[place].comes_again = false;
        let Some(id) = self.places[place].tenant else { return };
        // A container that its node has restarted is known already.
        if self.replicas[id].state != ReplicaState::ToCome {
            return;
        }
        self.scheduler.take(self.replicas[id].service, self.node_of(place));
        self.enter(id, ReplicaState::Runs);
        if down {
            self.replace(id, Exit::Failed, round);
        }
    }

    pub(super) fn serves(&mut self, place: usize) {
        self.places[place].serves = true;
    }

    /// Whether managers decide what follows the end of the container at `place`; otherwise its node does.
    pub(super) fn decides_on(&self, place: usize) -> bool {
        let stays = |id: usize| {
            let replica = &self.replicas[id];
            replica.state == ReplicaState::Runs && !replica.leaves
        };
        self.rules.ends == Ends::NewTask || !self.places[place].tenant.is_some_and(stays)
    }

    /// The container at `place` has ended; its agent reports it if managers decide and the agent can.
    /// Returns whether it reports.
    pub(super) fn ended(&mut self, place: usize, exit: Exit, round: &Round<'_>) -> bool {
        let decides = self.decides_on(place);
        self.places[place].alive = false;
        self.places[place].exit = exit;
        self.places[place].serves = false;
        self.places[place].comes_again = !decides;
        if !decides {
            return false;
        }
        self.changed = true;
        let is_told = (round.ready)(self.node_of(place));
        if is_told {
            self.report(place, self.rules.batches.status, round);
        }
        is_told
    }

    fn report(&mut self, place: usize, batch: f64, round: &Round<'_>) {
        let PlaceState { alive: false, tenant: Some(id), .. } = self.places[place] else { return };
        let replica = &self.replicas[id];
        if replica.state == ReplicaState::Runs && self.decides_on(place) {
            let wait = Nanos::from_seconds(batch * (round.unit)(replica.key, draws::STATUS));
            self.enter(id, ReplicaState::Ends(round.now + wait));
        }
    }

    /// The node of `place` gives its container up: the replica goes elsewhere.
    pub(super) fn gives_up(&mut self, place: usize, round: &mut Round<'_>) {
        let (Ends::InPlace { elsewhere: Some([first, most]) }, Some(id)) =
            (self.rules.ends, self.places[place].tenant)
        else {
            return;
        };
        self.failed(id, round.now);
        self.vacate(id);
        if self.replicas[id].leaves {
            return self.is_gone(id, round);
        }
        let node = self.node_of(place);
        let replica = &mut self.replicas[id];
        replica.given_up_by = Some(node);
        // After a longer run than the next pause, pauses start again from the first.
        let (last, pause) = replica.moved;
        let next = (2.0 * pause).clamp(first, most);
        let has_lasted = round.now.since(last) > Nanos::from_seconds(pause + next);
        let pause = if has_lasted { first } else { next };
        replica.moved = (round.now, pause);
        replica.image = self.images_of[replica.service];
        replica.runs_since = None;
        let start = round.now + Nanos::from_seconds(pause);
        self.enter(id, ReplicaState::New(start, start));
    }

    /// The node has registered: it reports containers that have ended, and stops those that are not wanted.
    pub(super) fn node_registers(&mut self, node: usize, round: &mut Round<'_>) {
        self.changed = true;
        let held = std::mem::take(&mut self.held);
        for id in held {
            self.enter(id, self.replicas[id].state);
        }
        for number in 0..self.on[node].len() {
            let place = self.on[node][number];
            if self.places[place].alive && !self.wants(place) {
                round.facts.push(Fact::Stops(ContainerId::from(place)));
            }
            if !self.wants(place) {
                self.leave_ended(place, round);
            }
            self.report(place, 0.0, round);
        }
    }

    /// Tells the node of `place` not to restart its ended container.
    pub(super) fn leave_ended(&mut self, place: usize, round: &mut Round<'_>) {
        if std::mem::take(&mut self.places[place].comes_again) {
            round.facts.push(Fact::Stops(ContainerId::from(place)));
        }
    }

    /// The node has rebooted: its interrupted pulls start again.
    pub(super) fn rebooted(&self, node: usize, round: &mut Round<'_>) {
        let comes = |presence: &Vec<Presence>| presence[node] == Presence::Comes;
        let images = self.images.iter().enumerate().filter(|(_, presence)| comes(presence));
        round.facts.extend(images.map(|(image, _)| Fact::Pulls(NodeId::from(node), image)));
    }

    /// The node is marked down: all its tasks are replaced.
    pub(super) fn node_down(&mut self, node: usize, round: &mut Round<'_>) {
        for id in 0..self.replicas.len() {
            let here = self.replicas[id].at.is_some_and(|place| self.node_of(place) == node);
            let state = self.replicas[id].state;
            if here && !matches!(state, ReplicaState::ToCome | ReplicaState::Over) {
                self.replace(id, Exit::Failed, round);
            }
        }
    }

    /// Takes the replica from its place.
    pub(super) fn vacate(&mut self, id: usize) {
        if let Some(place) = self.replicas[id].at.take() {
            let (service, node) = (self.replicas[id].service, self.node_of(place));
            self.places[place].tenant = None;
            if !self.replicas[id].leaves {
                self.scheduler.retire(service, node);
            }
            self.scheduler.release(service, node);
            self.changed = true;
        }
    }

    fn replace(&mut self, id: usize, exit: Exit, round: &Round<'_>) {
        self.vacate(id);
        if self.replicas[id].leaves {
            return self.is_gone(id, round);
        }
        self.renew(id, exit, round.now);
    }

    /// A new task at `now`, if the restart policy allows one.
    fn renew(&mut self, id: usize, exit: Exit, now: Time) {
        let service = self.replicas[id].service;
        let policy = &self.cluster.services[service].restart;
        self.replicas[id].image = self.images_of[service];
        self.replicas[id].runs_since = None;
        let start = match self.rules.lost {
            LossRule::AsEnded => self.restarts[id].next(now, exit, policy),
            LossRule::AtOnce | LossRule::Tolerated { .. } => Some(now),
        };
        let scheduled = now + self.rules.batches.schedule;
        let state = start.map_or(ReplicaState::Over, |start| ReplicaState::New(scheduled, start));
        self.enter(id, state);
    }

    fn failed(&mut self, id: usize, now: Time) {
        if let Some(place) = self.replicas[id].at {
            self.failures.note(self.replicas[id].service, self.node_of(place), now);
        }
    }

    /// When the next step is due, of those that can happen now.
    pub(super) fn due(&mut self, ready: &dyn Fn(usize) -> bool) -> Option<Time> {
        let updates = self.updates.iter().filter_map(Update::due).min();
        self.due_of_replicas(ready).into_iter().chain(updates).min()
    }

    fn due_of_replicas(&mut self, ready: &dyn Fn(usize) -> bool) -> Option<Time> {
        while let Some(due) = self.due.first() {
            let (at, id) = (due.at(), due.replica());
            let replica = &self.replicas[id];
            let is_left = replica.state.due() != Some(at);
            let here = || replica.at.is_some_and(|place| ready(self.node_of(place)));
            let waits = !is_left && replica.state.is_of_agent() && !here();
            if !is_left && !waits {
                return Some(at);
            }
            self.due.take();
            self.held.extend(waits.then_some(id));
        }
        None
    }

    /// Takes all steps that are due. Returns whether there was one.
    pub(super) fn run(&mut self, round: &mut Round<'_>) -> bool {
        let mut any = false;
        while self.due_of_replicas(round.ready).is_some_and(|at| at <= round.now) {
            let Some(due) = self.due.take() else { break };
            any = true;
            self.step(due.replica(), round);
        }
        any |= self.run_updates(round);
        if std::mem::take(&mut self.changed) {
            for id in std::mem::take(&mut self.pending) {
                if let ReplicaState::Pending(start, _) = self.replicas[id].state {
                    self.schedule(id, start, round);
                }
            }
        }
        any
    }

    /// Whether a change may give pending replicas a place.
    pub(super) fn has_to_try(&mut self) -> bool {
        self.changed &= !self.pending.is_empty();
        self.changed
    }

    fn step(&mut self, id: usize, round: &mut Round<'_>) {
        match self.replicas[id].state {
            ReplicaState::Ends(_) => {
                let exit = self.replicas[id].at.map(|place| self.places[place].exit);
                let exit = exit.unwrap_or_default();
                if exit == Exit::Failed && !self.replicas[id].leaves {
                    self.failed(id, round.now);
                }
                let failed = self.failed_update(id, round.now);
                self.replace(id, exit, round);
                self.act_on_failure(failed, round);
            }
            ReplicaState::New(_, start) => self.schedule(id, start, round),
            ReplicaState::PullsAgain(_, start) => self.pull(id, start, round),
            ReplicaState::Waits(_) => {
                self.replicas[id].waits_for = None;
                self.order(id, round.now, round);
            }
            ReplicaState::Starts(_) => self.start(id, round),
            ReplicaState::ToCome
            | ReplicaState::Runs
            | ReplicaState::Pulls(_)
            | ReplicaState::Pending(..)
            | ReplicaState::Over => {}
        }
    }

    fn free_place(&self, service: usize, node: usize) -> Option<usize> {
        let own = &self.own_on[service * self.on.len() + node];
        own.iter().copied().find(|&place| {
            let state = &self.places[place];
            state.tenant.is_none() && !state.alive
        })
    }

    fn schedule(&mut self, id: usize, start: Time, round: &mut Round<'_>) {
        let Replica { service, bound, given_up_by, .. } = self.replicas[id];
        let is_ready = |node: usize| bound.is_none_or(|bound| bound == node) && (round.ready)(node);
        let standing = |node: usize| {
            if self.free_place(service, node).is_none() {
                return MachineStanding::Full;
            }
            let failing =
                given_up_by == Some(node) || self.failures.are_many(service, node, round.now);
            if failing { MachineStanding::Failing } else { MachineStanding::Good }
        };
        match self.scheduler.choose(service, is_ready, standing) {
            Ok(node) => {
                let Some(place) = self.free_place(service, node) else { return };
                self.scheduler.take(service, node);
                self.places[place].tenant = Some(id);
                self.replicas[id].at = Some(place);
                round.facts.push(Fact::Assigned(ContainerId::from(place)));
                self.pull(id, start, round);
            }
            Err(why) => {
                let known =
                    matches!(self.replicas[id].state, ReplicaState::Pending(_, old) if old == why);
                self.enter(id, ReplicaState::Pending(start, why));
                self.wait(id);
                if !known {
                    round.facts.push(Fact::Pending(ServiceId::from(service), why));
                }
            }
        }
    }

    /// The replica is pending: it is tried again with the others, in their order.
    fn wait(&mut self, id: usize) {
        if let Err(place) = self.pending.binary_search(&id) {
            self.pending.insert(place, id);
        }
    }

    /// The node pulls the image, unless it has it.
    fn pull(&mut self, id: usize, start: Time, round: &mut Round<'_>) {
        let Replica { image, at: Some(place), .. } = self.replicas[id] else { return };
        let node = self.node_of(place);
        let Some(image) = image.filter(|&image| self.images[image][node] != Presence::Here) else {
            return self.order(id, start, round);
        };
        if !self.has_registry(image, node, round) {
            return self.reject(id, start, round);
        }
        self.enter(id, ReplicaState::Pulls(start));
        if self.images[image][node] == Presence::Absent {
            self.images[image][node] = Presence::Comes;
            round.facts.push(Fact::Pulls(NodeId::from(node), image));
        }
    }

    /// The pull has ended, with the image or without.
    pub(super) fn pulled(&mut self, node: usize, image: usize, round: &mut Round<'_>) {
        let is_there = self.has_registry(image, node, round);
        self.images[image][node] = if is_there { Presence::Here } else { Presence::Absent };
        for id in 0..self.replicas.len() {
            let Replica { image: own, at, state: ReplicaState::Pulls(start), .. } =
                self.replicas[id]
            else {
                continue;
            };
            if own != Some(image) || at.is_none_or(|place| self.node_of(place) != node) {
                continue;
            }
            if is_there {
                self.order(id, start, round);
            } else {
                self.reject(id, start, round);
            }
        }
    }

    fn has_registry(&self, image: usize, node: usize, round: &Round<'_>) -> bool {
        let registry = match self.cluster.images[image].from {
            ImageSource::Outside => return true,
            ImageSource::Node(from) => return (round.joined)(from.index(), node),
            ImageSource::Registry(registry) => registry,
        };
        self.own[registry.index()]
            .iter()
            .any(|&place| self.places[place].serves && (round.joined)(self.node_of(place), node))
    }

    /// The pull of the image fails.
    fn reject(&mut self, id: usize, start: Time, round: &mut Round<'_>) {
        match (self.rules.unpulled, self.replicas[id].at) {
            (Unpulled::TriedAgain([first, most]), Some(place)) => {
                round.facts.push(Fact::Rejected(ContainerId::from(place)));
                let pause = &mut self.replicas[id].pull_pause;
                *pause = (2.0 * *pause).clamp(first, most);
                let again = round.now + Nanos::from_seconds(*pause);
                self.enter(id, ReplicaState::PullsAgain(again, start));
            }
            (Unpulled::GivenUp, Some(place)) => {
                round.facts.push(Fact::Rejected(ContainerId::from(place)));
                self.gives_up(place, round);
            }
            (Unpulled::Ended, _) | (_, None) => self.reject_task(id, start, round),
        }
    }

    /// The next task waits for the restart delay of this one.
    fn reject_task(&mut self, id: usize, start: Time, round: &mut Round<'_>) {
        self.failed(id, round.now);
        let failed = self.failed_update(id, round.now);
        if let Some(place) = self.replicas[id].at {
            round.facts.push(Fact::Rejected(ContainerId::from(place)));
        }
        self.vacate(id);
        self.renew(id, Exit::Failed, start.max(round.now));
        self.act_on_failure(failed, round);
    }

    /// The node has the image: the agent is told to start, after the end of the task before it.
    pub(super) fn order(&mut self, id: usize, start: Time, round: &Round<'_>) {
        if let Some(old) = self.replicas[id].waits_for
            && self.replicas[old].at.is_some()
        {
            return self.enter(id, ReplicaState::Waits(round.now + OLD_TASK));
        }
        let [least, most] = self.rules.batches.start;
        let batches = least + (most - least) * (round.unit)(self.replicas[id].key, draws::BATCHES);
        let at = start.max(round.now) + Nanos::from_seconds(batches);
        self.replicas[id].pull_pause = 0.0;
        self.enter(id, ReplicaState::Starts(at));
    }

    fn start(&mut self, id: usize, round: &mut Round<'_>) {
        let Some(place) = self.replicas[id].at else { return };
        self.enter(id, ReplicaState::Runs);
        self.places[place].alive = true;
        round.facts.push(Fact::Starts(ContainerId::from(place)));
    }
}

mod draws {
    pub(super) const STATUS: u32 = 16;
    pub(super) const BATCHES: u32 = 17;
}
