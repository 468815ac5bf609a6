//! Nomad with Consul: servers elect a leader by raft, clients send beats, lost containers are replaced at once, and
//! Consul's DNS lists the containers.
//!
//! ```text
//!  client lost ── its TTL of 10 to 20 s and 10 s of grace since its last beat ──► down: replaced at once
//!  leader lost ── 1 to 2 s ──► the next one waits 300 s for each client that does not beat
//!  container ends ──► its client starts it again after 15 s, twice in 30 min ──► elsewhere, after 30, 60, … 3600 s
//! ```
//! Sources: hashicorp/nomad `nomad/config.go:676–679`, `nomad/heartbeat.go` (TTL, grace, 300 s after a new leader),
//! `nomad/structs/structs.go:6199–6224` (restart, reschedule), `structs.UpdateStrategy` (one at a time, 10 s
//! healthy, 10 min without progress, no automatic way back); hashicorp/raft (time-outs of 1 s, a leader's lease of
//! 0.5 s); Consul, DNS caching (TTL 0), gossip as Swarm's.
//!
//! Assumptions: health checks of the stack file become checks of Consul that restart the task after as many
//! failures; an allocation starts 0.2 to 1 s after it is placed; Consul needs no server to find by gossip that a
//! node is lost.

use super::cluster::KindProfile;
use super::gossip;
use super::kind::{Care, Missing, Reads, Routing, Takes};
use super::placement::Order;
use super::plane::Plane;
use super::plane::rules::{Batches, Beats, Election, Ends, LossRule, Rules, Unpulled, Updates};
use super::restart::{Condition, RestartPolicy};
use super::rollout::UpdatePolicy;
use wssim_kernel::Nanos;

const SECOND: u64 = 1_000_000_000;
/// A client's TTL is uniform between these, in seconds; the grace period follows it.
const TTL: [f64; 2] = [10.0, 20.0];
const GRACE: f64 = 10.0;
/// Wait of a new leader for each client, in seconds.
const FAILOVER: f64 = 300.0;

/// Nomad and Consul.
pub static PROFILE: KindProfile = KindProfile {
    name: "nomad",
    care: Care::RestartsAndReplaces,
    leaving: Nanos::ZERO,
    missing: Missing::Nodes,
    detection: gossip::detection,
    // Traefik polls (traefik v3, pkg/provider/nomad/nomad.go).
    lists: Some(Nanos(15 * SECOND)),
    routing: Routing::FreshDns,
    order: Order::MostReserved,
    limits_reserve: false,
    update,
    restart,
    reads: Reads::Deploy,
    mesh: false,
    // Tens to a few hundred MB are expected of the agents of Nomad and Consul together (an assumption; no primary
    // source measures them).
    takes: Takes {
        agent_bytes: 150e6,
        manager_bytes: 300e6,
        agent_threads: 0.02,
        manager_threads: 0.05,
    },
    open: |cluster, stream| Box::new(Plane::new(cluster, &RULES, stream)),
};

pub(super) static RULES: Rules = Rules {
    election: Election::Lease { lasts: 1.0, renewed: 0.1, tried: 1.0 },
    steps_down: Nanos(SECOND / 2),
    beats: Beats {
        session: Nanos(10 * SECOND),
        after_loss: |random| GRACE + rest_of_ttl(random.open01()),
        after_election: |_| FAILOVER,
        // A client sends its next beat at the end of its TTL, or at once after a reboot.
        back: |random, away, rebooted| {
            if rebooted { 0.0 } else { away.min(TTL[0]) * random.open01() }
        },
        new_leader_knows_none: false,
    },
    lost: LossRule::AtOnce,
    batches: Batches { schedule: Nanos(50_000_000), start: [0.2, 1.0], status: 0.2, stop: 0.2 },
    ends: Ends::InPlace { elsewhere: Some([30.0, 3600.0]) },
    unpulled: Unpulled::GivenUp,
    updates: Updates { waits_for_old: false, monitors: false, deadline: Some(Nanos(600 * SECOND)) },
};

/// Seconds left of the TTL at the loss of a client; the loss hits a longer TTL more often. The density is the share
/// of longer TTLs over their mean; this is its quantile function at `u`.
fn rest_of_ttl(u: f64) -> f64 {
    let [least, most] = TTL;
    let (mean, width) = (f64::midpoint(least, most), most - least);
    if u * mean < least {
        return u * mean;
    }
    most - (width * (width - 2.0 * (u * mean - least))).max(0.0).sqrt()
}

/// Each further task after 10 s in health; parallelism (by default one) and order are the file's.
fn update(policy: UpdatePolicy, _: u32) -> UpdatePolicy {
    let UpdatePolicy { parallelism, start_first, .. } = policy;
    let healthy = Nanos(10 * SECOND);
    UpdatePolicy { parallelism, start_first, delay: healthy, ..UpdatePolicy::default() }
}

/// Two restarts within 30 min, each 15 s after an end.
fn restart(policy: RestartPolicy) -> RestartPolicy {
    if policy.condition == Condition::Never {
        return policy;
    }
    RestartPolicy {
        delay: Nanos(15 * SECOND),
        max_attempts: 2,
        window: Nanos(1800 * SECOND),
        ..policy
    }
}
