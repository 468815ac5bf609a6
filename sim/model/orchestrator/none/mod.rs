//! No orchestrator: containers keep their places, and each host restarts its own.

use super::cluster::KindProfile;
use super::compose::Compose;
use super::kind::{Care, Missing, Reads, Routing, Takes};
use super::placement::Order;
use crate::blueprint::Detection;
use wssim_kernel::Nanos;

/// No orchestrator.
pub static PROFILE: KindProfile = KindProfile {
    name: "none",
    care: Care::Restarts,
    leaving: Nanos::ZERO,
    missing: Missing::Nodes,
    detection: Detection::default,
    lists: None,
    routing: Routing::InTurn,
    order: Order::Tasks,
    limits_reserve: false,
    update: |policy, _| policy,
    restart: |policy| policy,
    reads: Reads::Compose,
    mesh: false,
    takes: Takes::NOTHING,
    // New images are deployed by hand: each host pulls them and recreates its containers.
    open: |cluster, _| Box::new(Compose::new(cluster)),
};
