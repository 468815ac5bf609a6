//! Rollouts in a world: images are built and pushed, then the orchestrator deploys them.
//!
//! ```text
//!  at its time ─► builds (CPU of one node, a limited number at a time) ─► each is pushed to its registry ─► the
//!  orchestrator updates all services (`orchestrator/plane/updates.rs`, `orchestrator/compose/mod.rs`)
//!  ─► pulls (`life/pulls.rs`) ─► stops, starts ─► … ─► every update is over, every new container is found
//!  healthy: deployed
//! ```
//! Builds, pushes and pulls are chores (`chore/mod.rs`). A build or push that is lost with a node ends the rollout.

pub(crate) mod progress;

pub(crate) use progress::RolloutProgress;

use crate::chore::{Haul, Then};
use crate::event::Event;
use crate::ids::{ContainerId, NodeId, RolloutId, ServiceId};
use crate::life::{Lives, Phase};
use crate::network::OUTSIDE;
use crate::orchestrator::{Bad, Ending, Image, ImageSource, Rollout, Told};
use crate::probe::{Probe, RolloutFact};
use crate::world::World;
use wssim_kernel::stream::{StreamKey, mix, name_hash};
use wssim_kernel::{Calendar, Time};

/// Bytes on the disk for each byte that is pulled: layers are compressed to about 40 % of their size (an
/// assumption; Docker Hub shows compressed sizes, `docker images` those on the disk).
const UNPACKED_SIZE: f64 = 2.5;

impl<'a, P: Probe> World<'a, P> {
    fn rollout(&self, id: RolloutId) -> Option<&'a Rollout> {
        let cluster = self.blueprint.control.as_ref()?;
        cluster.rollouts.get(id.index())
    }

    fn image(&self, image: usize) -> Option<&'a Image> {
        self.blueprint.control.as_ref()?.images.get(image)
    }

    pub(crate) fn start_rollouts(&mut self, calendar: &mut Calendar<Event>) {
        let rollouts = self.blueprint.control.iter().flat_map(|cluster| &cluster.rollouts);
        for (place, rollout) in rollouts.enumerate() {
            let at = Time::ZERO + self.run.lead + rollout.at;
            calendar.schedule(at, Event::Rollout(RolloutId::from(place)));
        }
    }

    #[inline(never)]
    pub(crate) fn begin_rollout(
        &mut self,
        now: Time,
        id: RolloutId,
        calendar: &mut Calendar<Event>,
    ) {
        let Some(rollout) = self.rollout(id) else { return };
        self.probe.rollout(now, id, RolloutFact::Begins);
        match &rollout.build {
            None => self.deploy(now, id, calendar),
            Some(build) => {
                for _ in 0..build.at_once.max(1) {
                    self.build_next(now, id, calendar);
                }
            }
        }
    }

    /// Begins to build the next image.
    fn build_next(&mut self, now: Time, id: RolloutId, calendar: &mut Calendar<Event>) {
        let Some(rollout) = self.rollout(id) else { return };
        let number = self.rollouts[id.index()].begun;
        let (Some(build), Some(renewal)) = (&rollout.build, rollout.renewals.get(number)) else {
            return;
        };
        self.rollouts[id.index()].begun += 1;
        let stream = StreamKey::new(self.run.seed, self.run.replication, "build", &rollout.name);
        let key = name_hash(&self.blueprint.services[renewal.service.index()].name);
        let demand = build.cpu.sample_lazily(|| stream.draw(mix(key, 0), 0));
        self.probe.rollout(now, id, RolloutFact::Builds(renewal.service));
        let haul = Haul { cpu: Some((build.node, demand)), ..Haul::default() };
        self.begin_chore(now, &haul, Then::Built(id, number), calendar);
    }

    /// Pushes an image that is built, and begins to build the next.
    pub(crate) fn built(
        &mut self,
        now: Time,
        id: RolloutId,
        number: usize,
        calendar: &mut Calendar<Event>,
    ) {
        let Some(rollout) = self.rollout(id) else { return };
        let (Some(build), Some(renewal)) = (&rollout.build, rollout.renewals.get(number)) else {
            return;
        };
        self.probe.rollout(now, id, RolloutFact::Built(renewal.service));
        let image = self.image(renewal.image);
        let registry = image.and_then(|image| Some((image, self.registry_of(image)?)));
        let haul = registry.map_or(Haul::default(), |(image, to)| Haul {
            network: Some(([build.node, to], image.bytes, image.rate)),
            disk: Some((to, image.bytes)),
            ..Haul::default()
        });
        if haul.network.is_some() {
            self.probe.rollout(now, id, RolloutFact::Pushes(renewal.service));
        }
        self.begin_chore(now, &haul, Then::Pushed(id, number), calendar);
        self.build_next(now, id, calendar);
    }

    /// An image can be pulled: when all can, they are deployed.
    pub(crate) fn pushed(
        &mut self,
        now: Time,
        id: RolloutId,
        number: usize,
        calendar: &mut Calendar<Event>,
    ) {
        let Some(rollout) = self.rollout(id) else { return };
        if let Some(renewal) = rollout.renewals.get(number) {
            self.probe.rollout(now, id, RolloutFact::Pushed(renewal.service));
        }
        let progress = &mut self.rollouts[id.index()];
        progress.there += 1;
        if progress.there == rollout.renewals.len() && !progress.is_over {
            self.deploy(now, id, calendar);
        }
    }

    fn deploy(&mut self, now: Time, id: RolloutId, calendar: &mut Calendar<Event>) {
        self.probe.rollout(now, id, RolloutFact::Deploys);
        self.tell_control(now, Told::Deploys(id), calendar);
    }

    /// The rollout ends: a build or push is lost with a node.
    pub(crate) fn break_off(&mut self, now: Time, id: RolloutId) {
        if !std::mem::replace(&mut self.rollouts[id.index()].is_over, true) {
            self.probe.rollout(now, id, RolloutFact::Ends(Ending::NotBegun));
        }
    }

    pub(crate) fn updated(
        &mut self,
        now: Time,
        id: RolloutId,
        service: ServiceId,
        outcome: Ending,
    ) {
        self.probe.rollout(now, id, RolloutFact::Updated(service, outcome));
        let progress = &mut self.rollouts[id.index()];
        progress.updated += 1;
        progress.outcome = progress.outcome.max(Some(outcome));
        self.look_at_rollouts(now);
    }

    /// Ends rollouts whose updates are all over, once all their replicas are registered; at once if an update was
    /// neither completed nor rolled back.
    pub(crate) fn look_at_rollouts(&mut self, now: Time) {
        for place in 0..self.rollouts.len() {
            let id = RolloutId::from(place);
            let RolloutProgress { updated, outcome: Some(outcome), is_over: false, .. } =
                self.rollouts[place]
            else {
                continue;
            };
            let Some(rollout) = self.rollout(id) else { continue };
            let settled = self.is_settled(now, rollout, outcome);
            if updated == rollout.renewals.len() && settled {
                self.rollouts[place].is_over = true;
                self.probe.rollout(now, id, RolloutFact::Ends(outcome));
            }
        }
    }

    /// Whether each renewed replica is found healthy, on whichever node, or none is to come.
    fn is_settled(&self, now: Time, rollout: &Rollout, outcome: Ending) -> bool {
        if !matches!(outcome, Ending::Completed | Ending::RolledBack) {
            return true;
        }
        let Some(control) = self.upkeep.control() else { return true };
        let blueprint = self.blueprint;
        rollout.renewals.iter().all(|renewal| {
            let is_new = outcome == Ending::Completed;
            let containers =
                || blueprint.services[renewal.service.index()].containers.clone().map(ContainerId);
            let replicas = containers()
                .filter(|id| !blueprint.containers[id.index()].spare && !self.is_to_come(now, *id));
            let healthy = containers().filter(|id| {
                let runs = (control.image_at(*id) == Some(renewal.image)) == is_new;
                runs && self.upkeep.life(*id).phase == Phase::Registered
            });
            healthy.count() >= replicas.count()
        })
    }

    /// The defect of the image that `id` runs.
    pub(crate) fn bad_image(&self, id: ContainerId) -> Option<Bad> {
        let image = self.upkeep.control()?.image_at(id)?;
        self.image(image)?.bad
    }

    /// The present node of a registry in the cluster; `None`: images that are built are not pushed.
    fn registry_of(&self, image: &Image) -> Option<NodeId> {
        let ImageSource::Registry(service) = image.from else { return None };
        let servers = self.blueprint.services[service.index()].containers.clone();
        let mut servers = servers.map(ContainerId);
        let serves = |id: &ContainerId| self.upkeep.life(*id).listens();
        let server = servers.clone().find(serves).or_else(|| servers.next())?;
        Some(self.containers[server].node())
    }

    pub(crate) fn begin_pull(
        &mut self,
        now: Time,
        node: NodeId,
        place: usize,
        calendar: &mut Calendar<Event>,
    ) {
        let Some(image) = self.image(place) else { return };
        let from = match image.from {
            ImageSource::Outside => OUTSIDE,
            ImageSource::Node(from) => from,
            ImageSource::Registry(_) => self.registry_of(image).unwrap_or(OUTSIDE),
        };
        self.probe.pull(now, node, place, true);
        let haul = Haul {
            network: Some(([from, node], image.bytes, image.rate)),
            cpu: (image.bytes > 0.0).then(|| (node, image.unpacking())),
            disk: Some((node, image.bytes * UNPACKED_SIZE)),
            read: None,
        };
        self.begin_chore(now, &haul, Then::Pulled(node, place), calendar);
    }

    pub(crate) fn pulled(
        &mut self,
        now: Time,
        node: NodeId,
        image: usize,
        calendar: &mut Calendar<Event>,
    ) {
        self.probe.pull(now, node, image, false);
        self.has_pulled(now, node, image, calendar);
    }
}
