//! No orchestrator: containers are where they are, and each host starts again what ends on it.

use super::compose::Compose;
use super::kind::{Care, KindProfile, Missing, Reads, Routing, Takes};
use super::placement::Order;
use crate::blueprint::Detection;
use wssim_kernel::Nanos;

/// None.
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
    // New images come as by hand: each host pulls, and starts them in place of the old ones.
    open: |cluster, _| Box::new(Compose::new(cluster)),
};
