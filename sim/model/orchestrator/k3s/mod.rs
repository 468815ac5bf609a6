//! K3s: servers share one store, and the holder of a lease decides; kubelets restart containers that end; the pods
//! of a lost node are created elsewhere after 300 s.
//!
//! ```text
//!  node lost ── 50 s since its last renewal, checked every 5 s ──► NotReady: its endpoints leave ── 300 s ──► new
//!  pods elsewhere, unless 55 % of the nodes and at least three are NotReady
//!  container ends ──► its kubelet restarts it: at once, then after 10, 20, … 300 s
//! ```
//! Sources: kubernetes `pkg/kubelet/apis/config/v1beta1/defaults.go` (lease 40 s, renewed every 10 s),
//! `pkg/controller/nodelifecycle` (grace 50 s since 1.32, checked every 5 s; stop at 55 % and three nodes in
//! clusters of up to 50), `plugin/pkg/admission/defaulttolerationseconds` (300 s), `pkg/kubelet/kubelet.go`
//! (back-off 10 s to 300 s, forgotten after 10 min), `component-base/config/v1alpha1/defaults.go` and client-go
//! `leaderelection` (lease 15 s, renewed every 2 s, tried again after 2 to 4.4 s, given up after 10 s),
//! `pkg/apis/apps/v1/defaults.go` (a quarter more, a quarter fewer, 600 s without progress).
//!
//! Assumptions: a health check of the stack file is startup, readiness and liveness probe in one; the store elects
//! its own leader meanwhile; servers and agents find each other at once; a pod's sandbox takes 0.5 to 1.5 s;
//! endpoints reach every node within a second.

use super::cluster::KindProfile;
use super::gossip::uniform;
use super::kind::{Care, Missing, Reads, Routing, Takes};
use super::placement::Order;
use super::plane::Plane;
use super::plane::rules::{Batches, Beats, Election, Ends, LossRule, Rules, Unpulled, Updates};
use super::restart::{BackOff, RestartPolicy};
use super::rollout::UpdatePolicy;
use crate::blueprint::Detection;
use wssim_kernel::Nanos;

const SECOND: u64 = 1_000_000_000;
/// Seconds without a renewal until a node counts as lost, between renewals, and between checks.
const GRACE: f64 = 50.0;
const RENEWED: f64 = 10.0;
const LOOK: f64 = 5.0;
/// The longest pause of a kubelet that cannot renew, in seconds (`pkg/kubelet/nodelease`, `maxBackoff`).
const BACK: f64 = 7.0;

/// K3s.
pub static PROFILE: KindProfile = KindProfile {
    name: "k3s",
    care: Care::RestartsAndReplaces,
    // Endpoints leave while the process is being told to end.
    leaving: Nanos::ZERO,
    missing: Missing::Managers,
    detection: || Detection {
        killed: uniform(0.0, 1.0),
        ready: uniform(0.0, 1.0),
        ..Detection::default()
    },
    // Traefik watches the endpoints.
    lists: Some(Nanos::ZERO),
    // kube-proxy's iptables rules.
    routing: Routing::Random,
    order: Order::LeastReserved,
    limits_reserve: true,
    update,
    restart: |policy| RestartPolicy {
        back_off: Some(CRASH_LOOP),
        ..RestartPolicy::after(policy.condition, Nanos::ZERO)
    },
    reads: Reads::Deploy,
    mesh: false,
    // docs.k3s.io, resource profiling (v1.26.5): an agent, and a server with embedded etcd and a workload; shares
    // of a core of a Xeon Platinum 8124M.
    takes: Takes {
        agent_bytes: 275e6,
        manager_bytes: 1606e6,
        agent_threads: 0.03,
        manager_threads: 0.06,
    },
    open: |cluster, stream| Box::new(Plane::new(cluster, &RULES, stream)),
};

const CRASH_LOOP: BackOff = BackOff {
    first: Nanos(10 * SECOND),
    most: Nanos(300 * SECOND),
    forgets: Nanos(600 * SECOND),
    first_is_free: true,
};

pub(super) static RULES: Rules = Rules {
    election: Election::Lease { lasts: 15.0, renewed: 2.0, tried: 4.4 },
    steps_down: Nanos(10 * SECOND),
    beats: Beats {
        // A node loses nothing before it is NotReady.
        session: Nanos(u64::MAX),
        after_loss: |random| GRACE - RENEWED * random.open01() + LOOK * random.open01(),
        after_election: |random| GRACE + LOOK * random.open01(),
        back: |random, away, rebooted| {
            let tried = if rebooted { 0.0 } else { away.min(BACK) };
            tried * random.open01() + LOOK * random.open01()
        },
        new_leader_knows_none: false,
    },
    lost: LossRule::Tolerated { after: Nanos(300 * SECOND), share: 0.55, nodes: 3 },
    batches: Batches { schedule: Nanos(50_000_000), start: [0.5, 1.5], status: 0.1, stop: 0.1 },
    ends: Ends::InPlace { elsewhere: None },
    // `ImagePullBackOff`: the pauses of crash loops.
    unpulled: Unpulled::TriedAgain([10.0, 300.0]),
    updates: Updates { waits_for_old: false, monitors: false, deadline: Some(Nanos(600 * SECOND)) },
};

/// A Deployment's update: a quarter more tasks than wanted, rounded up, and a quarter fewer, rounded down. The
/// file's parallelism and order become one of the two, as `kompose` converts them.
fn update(policy: UpdatePolicy, replicas: u32) -> UpdatePolicy {
    let usual = UpdatePolicy::default();
    let plain = UpdatePolicy { delay: Nanos::ZERO, monitor: Nanos::ZERO, ..usual };
    let UpdatePolicy { parallelism, start_first, .. } = policy;
    if (parallelism, start_first) != (usual.parallelism, usual.start_first) {
        return UpdatePolicy { parallelism, start_first, ..plain };
    }
    match [replicas.div_ceil(4), replicas / 4] {
        [surge, 0] => UpdatePolicy { parallelism: surge.max(1), start_first: true, ..plain },
        [surge, unavailable] => UpdatePolicy { parallelism: unavailable, surge, ..plain },
    }
}
