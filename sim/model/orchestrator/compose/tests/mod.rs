//! What Compose does with new images, step by step.

use super::Compose;
use crate::ids::{ContainerId, NodeId, RolloutId, ServiceId};
use crate::law::Law;
use crate::orchestrator::placement::{Machine, Wanted};
use crate::orchestrator::{
    Build, Cluster, Ending, Exit, Fact, First, Image, ImageSource, Kind, Orchestrator, Place,
    Renewal, RestartPolicy, Rollout, Told, UpdatePolicy, Watched,
};
use wssim_kernel::{Nanos, Time};

/// Two services on two hosts: `a` on host 0, `b` on both; new images are 2 and 3.
fn cluster(built_on: Option<usize>) -> Cluster {
    let machine = |name: &str| Machine { name: name.to_owned(), ..Machine::default() };
    let watched = |name: &str, image| Watched {
        name: name.to_owned(),
        restart: RestartPolicy::always(Nanos(1)),
        image: Some(image),
        update: UpdatePolicy::default(),
        rollback: UpdatePolicy::default(),
    };
    let place = |service: u32, node: usize| Place {
        service: ServiceId(service),
        node: NodeId::from(node),
        first: First::Runs,
    };
    let image = Image { from: ImageSource::Outside, bytes: 1e6, rate: f64::INFINITY, bad: None };
    let build = built_on.map(|node| Build {
        node: NodeId::from(node),
        cpu: Law::Constant(1e9),
        at_once: 1,
    });
    let renewal = |service: u32, image| Renewal { service: ServiceId(service), image };
    Cluster {
        kind: Kind::COMPOSE,
        machines: vec![machine("n0"), machine("n1")],
        wanted: vec![Wanted::default(), Wanted::default()],
        services: vec![watched("a", 0), watched("b", 1)],
        places: vec![place(0, 0), place(1, 0), place(1, 1)],
        images: vec![image; 4],
        detection: None,
        rollouts: vec![Rollout {
            name: "deploy".to_owned(),
            stack: "all".to_owned(),
            at: Nanos(0),
            build,
            renewals: vec![renewal(0, 2), renewal(1, 3)],
        }],
    }
}

fn tell(compose: &mut Compose<'_>, told: Told<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    compose.told(Time::ZERO, told, &mut facts);
    facts
}

const DEPLOYS: Told<'_> = Told::Deploys(RolloutId(0));
const fn container(id: u32) -> ContainerId {
    ContainerId(id)
}

/// A host that has all its images stops its containers; each new one starts when the old one has ended.
#[test]
fn each_host_pulls_then_stops_then_starts() {
    let cluster = cluster(None);
    let mut compose = Compose::new(&cluster);
    let pulls = [(0, 2), (0, 3), (1, 3)].map(|(node, image)| Fact::Pulls(NodeId(node), image));
    assert_eq!(tell(&mut compose, DEPLOYS), pulls);
    assert_eq!(tell(&mut compose, Told::Pulled(NodeId(0), 2)), []);
    assert_eq!(tell(&mut compose, Told::Pulled(NodeId(1), 3)), [Fact::Stops(container(2))]);
    let both = [Fact::Stops(container(0)), Fact::Stops(container(1))];
    assert_eq!(tell(&mut compose, Told::Pulled(NodeId(0), 3)), both);
    let mut over = Vec::new();
    for id in [2, 0, 1].map(ContainerId) {
        assert!(compose.restarts(id));
        let ended = Told::Ended(id, Exit::Completed);
        assert_eq!(tell(&mut compose, ended), [Fact::Starts(id)]);
        over.extend(tell(&mut compose, Told::Runs(id)));
        assert!(!compose.restarts(id), "the engine restarts it from now on");
    }
    let updated = |service: u32| Fact::Updated(RolloutId(0), ServiceId(service), Ending::Completed);
    assert_eq!(over, [updated(0), updated(1)]);
    let images = [0, 1, 2].map(|id| compose.image_at(container(id)));
    assert_eq!(images, [Some(2), Some(3), Some(3)]);
}

/// An image that is built on a host is not pulled there; a container that does not run has no process to end.
#[test]
fn what_is_built_here_is_not_pulled() {
    let cluster = cluster(Some(0));
    let mut compose = Compose::new(&cluster);
    assert_eq!(tell(&mut compose, Told::Ended(container(0), Exit::Failed)), []);
    let expected =
        [Fact::Starts(container(0)), Fact::Stops(container(1)), Fact::Pulls(NodeId(1), 3)];
    assert_eq!(tell(&mut compose, DEPLOYS), expected);
}

/// A host that crashes while it recreates starts the containers that it had stopped, and repeats its pulls.
#[test]
fn a_host_that_reboots_goes_on() {
    let cluster = cluster(Some(0));
    let mut compose = Compose::new(&cluster);
    tell(&mut compose, DEPLOYS);
    for id in [0, 1].map(ContainerId) {
        tell(&mut compose, Told::Ended(id, Exit::Failed));
    }
    let starts = [Fact::Starts(container(0)), Fact::Starts(container(1))];
    assert_eq!(tell(&mut compose, Told::Rebooted(NodeId(0))), starts);
    assert_eq!(tell(&mut compose, Told::Rebooted(NodeId(1))), [Fact::Pulls(NodeId(1), 3)]);
}
