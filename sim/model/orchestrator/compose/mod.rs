//! Docker Compose: `docker compose pull` and `docker compose up -d`, on each host separately.
//!
//! A host pulls the images that it lacks, one after the other. Then it recreates all containers with a new image
//! at once: each old container is told to end, and the new one starts in its place. Nothing watches the new
//! containers: an update is over when their processes have started.
//!
//! The engine restarts containers that end unasked, after its own pauses: Compose passes on only the condition
//! and the number of attempts.
//!
//! Sources: docker/compose `pkg/compose/convergence.go` (`recreateContainer`: create, stop, rename, start) and
//! `create.go` (`getRestartPolicy`: condition and attempts); Docker, `docker container run`, "Restart policies":
//! 100 ms doubling up to one minute, again from 100 ms after 10 s of running; attempts count for *on-failure* only.

use super::cluster::KindProfile;
use super::kind::{Care, Missing, Reads, Routing, Takes};
use super::placement::Order;
use super::restart::{BackOff, Condition, RestartPolicy};
use super::{Cluster, Ending, Fact, First, Orchestrator, Told};
use crate::blueprint::Detection;
use crate::ids::{ContainerId, NodeId, RolloutId, ServiceId};
use wssim_kernel::{Nanos, Time};

/// Docker Compose.
pub static PROFILE: KindProfile = KindProfile {
    name: "compose",
    care: Care::Restarts,
    leaving: Nanos::ZERO,
    missing: Missing::Nodes,
    // It watches only its own host.
    detection: Detection::default,
    // The engine informs Traefik at once.
    lists: Some(Nanos::ZERO),
    routing: Routing::HostDns,
    order: Order::Tasks,
    limits_reserve: false,
    update: |policy, _| policy,
    restart,
    reads: Reads::Compose,
    mesh: false,
    // It is a command and does not keep running.
    takes: Takes::NOTHING,
    open: |cluster, _| Box::new(Compose::new(cluster)),
};

fn restart(policy: RestartPolicy) -> RestartPolicy {
    let max_attempts =
        if policy.condition == Condition::OnFailure { policy.max_attempts } else { 0 };
    RestartPolicy {
        max_attempts,
        back_off: Some(ENGINE),
        ..RestartPolicy::after(policy.condition, Nanos::ZERO)
    }
}

const ENGINE: BackOff = BackOff {
    first: Nanos(100_000_000),
    most: Nanos(60_000_000_000),
    forgets: Nanos(10_000_000_000),
    first_is_free: false,
};

/// How far the recreation of a container has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Its host pulls.
    Pulls,
    /// The old container ends.
    Ends,
    /// The new one starts as soon as its host is up.
    Starts,
    /// The process of the new one has started.
    Runs,
}

/// A container that is recreated.
#[derive(Clone, Copy, Debug)]
struct Recreated {
    place: usize,
    rollout: RolloutId,
    step: Step,
}

/// Docker Compose on all hosts.
#[derive(Debug)]
pub struct Compose<'a> {
    cluster: &'a Cluster,
    /// By container: its image, and whether its process runs.
    image: Vec<Option<usize>>,
    alive: Vec<bool>,
    /// By image and node: whether the node has the image.
    here: Vec<Vec<bool>>,
    recreated: Vec<Recreated>,
}

impl<'a> Compose<'a> {
    pub(in crate::orchestrator) fn new(cluster: &'a Cluster) -> Self {
        let image = |place: &super::Place| cluster.services[place.service.index()].image;
        let mut here = vec![vec![false; cluster.machines.len()]; cluster.images.len()];
        for place in &cluster.places {
            if let (Some(image), true) = (image(place), place.first != First::Spare) {
                here[image][place.node.index()] = true;
            }
        }
        Self {
            cluster,
            image: cluster.places.iter().map(image).collect(),
            alive: cluster.places.iter().map(|place| place.first == First::Runs).collect(),
            here,
            recreated: Vec::new(),
        }
    }

    fn node_of(&self, place: usize) -> NodeId {
        self.cluster.places[place].node
    }

    fn service_of(&self, place: usize) -> ServiceId {
        self.cluster.places[place].service
    }

    fn deploy(&mut self, rollout: RolloutId, facts: &mut Vec<Fact>) {
        let cluster = self.cluster;
        let plan = &cluster.rollouts[rollout.index()];
        for renewal in &plan.renewals {
            if let Some(build) = &plan.build {
                self.here[renewal.image][build.node.index()] = true;
            }
            let mut any = false;
            for (at, place) in cluster.places.iter().enumerate() {
                if place.service != renewal.service || place.first == First::Spare {
                    continue;
                }
                any = true;
                self.image[at] = Some(renewal.image);
                self.recreated.retain(|one| one.place != at);
                self.recreated.push(Recreated { place: at, rollout, step: Step::Pulls });
            }
            if !any {
                facts.push(Fact::Updated(rollout, renewal.service, Ending::Completed));
            }
        }
        for node in (0..cluster.machines.len()).map(NodeId::from) {
            self.pull(node, facts);
            self.recreate(node, facts);
        }
    }

    /// Images that containers on `node` wait for and `node` lacks.
    fn lacks(&self, node: NodeId) -> Vec<usize> {
        let pulls = self.recreated.iter().filter(|one| one.step == Step::Pulls);
        let here = pulls.filter(|one| self.node_of(one.place) == node);
        let mut images: Vec<usize> = here.filter_map(|one| self.image[one.place]).collect();
        images.retain(|&image| !self.here[image][node.index()]);
        images.sort_unstable();
        images.dedup();
        images
    }

    fn pull(&self, node: NodeId, facts: &mut Vec<Fact>) {
        facts.extend(self.lacks(node).into_iter().map(|image| Fact::Pulls(node, image)));
    }

    /// Recreates the containers of `node` if it has all their images.
    fn recreate(&mut self, node: NodeId, facts: &mut Vec<Fact>) {
        if !self.lacks(node).is_empty() {
            return;
        }
        for number in 0..self.recreated.len() {
            let Recreated { place, step, .. } = self.recreated[number];
            if step != Step::Pulls || self.node_of(place) != node {
                continue;
            }
            let id = ContainerId::from(place);
            self.recreated[number].step = Step::Ends;
            if self.alive[place] {
                facts.push(Fact::Stops(id));
            } else {
                self.start_in_place(id, facts);
            }
        }
    }

    /// Starts the new container: the old one has ended.
    fn start_in_place(&mut self, id: ContainerId, facts: &mut Vec<Fact>) {
        let place = id.index();
        let ends = |one: &&mut Recreated| one.place == place && one.step == Step::Ends;
        if let Some(one) = self.recreated.iter_mut().find(ends) {
            one.step = Step::Starts;
            facts.push(Fact::Starts(id));
        }
    }

    /// Notes that the process of a new container has started.
    fn runs(&mut self, id: ContainerId, facts: &mut Vec<Fact>) {
        let starts = |one: &&mut Recreated| one.place == id.index() && one.step == Step::Starts;
        let Some(one) = self.recreated.iter_mut().find(starts) else { return };
        one.step = Step::Runs;
        let (rollout, service) = (one.rollout, self.service_of(id.index()));
        let of_service =
            |one: &&Recreated| one.rollout == rollout && self.service_of(one.place) == service;
        if self.recreated.iter().filter(of_service).all(|one| one.step == Step::Runs) {
            facts.push(Fact::Updated(rollout, service, Ending::Completed));
        }
    }

    /// Repeats the interrupted steps of a host that has rebooted.
    fn rebooted(&mut self, node: NodeId, facts: &mut Vec<Fact>) {
        self.pull(node, facts);
        let waits = |one: &&Recreated| matches!(one.step, Step::Ends | Step::Starts);
        let here =
            self.recreated.iter().filter(waits).filter(|one| self.node_of(one.place) == node);
        facts.extend(here.map(|one| Fact::Starts(ContainerId::from(one.place))));
    }
}

impl Orchestrator for Compose<'_> {
    fn told(&mut self, _: Time, told: Told<'_>, facts: &mut Vec<Fact>) {
        match told {
            Told::Deploys(rollout) => self.deploy(rollout, facts),
            Told::Pulled(node, image) => {
                self.here[image][node.index()] = true;
                self.recreate(node, facts);
            }
            Told::Begins(id, alive) => self.alive[id.index()] = alive,
            Told::Ended(id, _) => {
                self.alive[id.index()] = false;
                self.start_in_place(id, facts);
            }
            Told::Runs(id) => {
                self.alive[id.index()] = true;
                self.runs(id, facts);
            }
            Told::Rebooted(node) => self.rebooted(node, facts),
            Told::Reach(_) | Told::Serves(_) | Told::GivesUp(_) | Told::Alarm => {}
        }
    }

    fn due(&mut self) -> Option<Time> {
        None
    }

    fn leader(&self) -> Option<NodeId> {
        None
    }

    fn is_led(&self) -> bool {
        true
    }

    fn answers(&self, _: NodeId) -> bool {
        true
    }

    fn wants(&self, _: ContainerId) -> bool {
        true
    }

    /// True while the container is recreated by a rollout: its end is part of that.
    fn restarts(&self, id: ContainerId) -> bool {
        let waits = |one: &Recreated| matches!(one.step, Step::Ends | Step::Starts);
        self.recreated.iter().any(|one| one.place == id.index() && waits(one))
    }

    fn place_of(&self, first: ContainerId) -> Option<ContainerId> {
        Some(first)
    }

    fn image_at(&self, id: ContainerId) -> Option<usize> {
        self.image[id.index()]
    }
}

#[cfg(test)]
mod tests;
