//! A custom orchestrator: a profile and the few answers that worlds need suffice.

use super::{AT, World, crash, is_start, simulated};
use wssim_kernel::{Nanos, Time};
use wssim_model::blueprint::Detection;
use wssim_model::ids::{ContainerId, NodeId};
use wssim_model::orchestrator::placement::Order;
use wssim_model::orchestrator::{
    Care, Cluster, Fact, First, Kind, KindProfile, Missing, Orchestrator, Reads, Routing, Takes,
    Told,
};

const PAUSE: Nanos = Nanos(1_000_000_000);

static TOY: KindProfile = KindProfile {
    name: "toy",
    care: Care::Replaces,
    leaving: Nanos::ZERO,
    missing: Missing::Managers,
    detection: Detection::default,
    lists: None,
    routing: Routing::InTurn,
    order: Order::Tasks,
    limits_reserve: false,
    update: |policy, _| policy,
    restart: |policy| policy,
    reads: Reads::Deploy,
    mesh: false,
    takes: Takes { agent_bytes: 0.0, manager_bytes: 0.0, agent_threads: 0.0, manager_threads: 0.0 },
    open: |cluster, _| Box::new(Toy { cluster, lost: None, at: None }),
};

/// It knows at once when the first container has ended, and starts the first spare one a second later.
#[derive(Debug)]
struct Toy<'a> {
    cluster: &'a Cluster,
    lost: Option<(Time, ContainerId)>,
    at: Option<ContainerId>,
}

impl Toy<'_> {
    fn spare_of(&self, lost: ContainerId) -> Option<ContainerId> {
        let places = &self.cluster.places;
        let of = places[lost.index()];
        let is_free = |place: &wssim_model::orchestrator::Place| {
            place.first == First::Spare && place.service == of.service && place.node != of.node
        };
        places.iter().position(is_free).map(ContainerId::from)
    }
}

impl Orchestrator for Toy<'_> {
    fn told(&mut self, now: Time, told: Told<'_>, facts: &mut Vec<Fact>) {
        match (told, self.lost) {
            (Told::Ended(id, _), None) if self.at.is_none() => self.lost = Some((now + PAUSE, id)),
            (Told::Alarm, Some((due, lost))) if due <= now => {
                (self.lost, self.at) = (None, self.spare_of(lost));
                facts.extend(self.at.map(Fact::Starts));
                facts.push(Fact::Down(self.cluster.places[lost.index()].node, now));
            }
            _ => {}
        }
    }

    fn due(&mut self) -> Option<Time> {
        self.lost.map(|(due, _)| due)
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

    fn restarts(&self, _: ContainerId) -> bool {
        true
    }

    fn place_of(&self, first: ContainerId) -> Option<ContainerId> {
        Some(self.at.unwrap_or(first))
    }

    fn image_at(&self, _: ContainerId) -> Option<usize> {
        None
    }
}

/// `back` starts elsewhere a second after its node is lost, its address is known at once, and it listens
/// 2 s later.
#[test]
fn a_kind_more_is_a_profile() {
    let faults = crash("\"b\"");
    let back = "constraints = [\"node.hostname != a\"]";
    let mut blueprint = World { back, faults: &faults, ..World::default() }.blueprint();
    blueprint.control.as_mut().unwrap().kind = Kind::of(&TOY);
    blueprint.detection = (TOY.detection)();
    let seen = simulated(&blueprint, 60.0, 1);
    assert_eq!(seen.times(is_start), [1.0]);
    assert!(seen.between(0.0, AT).iter().all(Option::is_none));
    assert!(seen.between(AT + 0.1, AT + 3.0).iter().all(Option::is_some));
    assert!(seen.between(AT + 3.1, 60.0).iter().all(Option::is_none), "{:?}", seen.moved());
}
