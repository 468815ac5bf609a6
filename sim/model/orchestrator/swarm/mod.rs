//! Docker Swarm: raft elects the leader, agents send beats, and new tasks replace those that end or are lost.
//!
//! Gossip between the nodes, which removes endpoints, needs no manager. Sources: moby/swarmkit (see `plane/`),
//! moby `daemon/cluster/executor/container/controller.go` (2 s between leaving DNS and the end),
//! hashicorp/memberlist.
//!
//! Closed forms: `plane/agents.rs` for detection; a replacement is told to start 0.2 to 0.5 s after both its
//! restart delay is over and its image is there.

use super::cluster::KindProfile;
use super::gossip;
use super::kind::{Care, Missing, Reads, Routing, Takes};
use super::placement::Order;
use super::plane::rules::{Batches, Beats, Election, Ends, LossRule, Rules, Unpulled, Updates};
use super::plane::{Plane, agents};
use wssim_kernel::Nanos;

/// Docker Swarm.
pub static PROFILE: KindProfile = KindProfile {
    name: "swarm",
    care: Care::Replaces,
    leaving: Nanos(2_000_000_000),
    missing: Missing::Nodes,
    detection: || crate::blueprint::Detection {
        // Swarmkit writes status to the store in batches of 0.1 s (dispatcher.go:36).
        listed: gossip::uniform(0.0, 0.1),
        ..gossip::detection()
    },
    // Traefik polls a manager (traefik v3, pkg/provider/docker/pswarm.go).
    lists: Some(Nanos(15_000_000_000)),
    routing: Routing::Vip,
    order: Order::Tasks,
    limits_reserve: false,
    update: |policy, _| policy,
    restart: |policy| policy,
    reads: Reads::Deploy,
    mesh: true,
    // The engine runs under every orchestrator; the share that Swarm adds is not measured, so scenarios state it.
    takes: Takes::NOTHING,
    open: |cluster, stream| Box::new(Plane::new(cluster, &RULES, stream)),
};

pub(super) static RULES: Rules = Rules {
    election: Election::Ticks,
    steps_down: Nanos(10_000_000_000),
    beats: Beats {
        session: Nanos(5_000_000_000),
        after_loss: agents::after_beat,
        after_election: agents::after_election,
        back: agents::back_off,
        new_leader_knows_none: true,
    },
    lost: LossRule::AsEnded,
    batches: Batches { schedule: Nanos(50_000_000), start: [0.2, 0.5], status: 0.1, stop: 0.1 },
    ends: Ends::NewTask,
    unpulled: Unpulled::Ended,
    updates: Updates { waits_for_old: true, monitors: true, deadline: None },
};
