//! Loss of nodes found by gossip: Swarm and Consul use the same library with the same values.
//!
//! Each message goes to three nodes every 0.2 s; probes and suspicion find a dead node. Times: 4000 trials of
//! a model of memberlist's algorithm (hashicorp/memberlist v0.6.0, `config.go`, `state.go`, `suspicion.go`): 5.0 to
//! 9 s, median 5.7, 95 % 7.1; two of four at once 12.5 to 22 s, 15.4, 17.3.

use crate::blueprint::Detection;
use crate::law::Law;

/// A uniform law, bounds in seconds.
pub(super) fn uniform(low: f64, high: f64) -> Law {
    Law::Uniform { low: low * 1e9, high: high * 1e9 }
}

/// When callers learn that containers are gone or back.
pub(super) fn detection() -> Detection {
    let gossip = || uniform(0.0, 0.2);
    let parts = |quantiles: [f64; 4]| {
        let [least, median, p95, most] = quantiles;
        let parts = [
            (0.5, uniform(least, median)),
            (0.45, uniform(median, p95)),
            (0.05, uniform(p95, most)),
        ];
        Law::Mixture(Box::new(parts))
    };
    Detection {
        killed: gossip(),
        dead: Some(parts([5.0, 5.7, 7.1, 9.0])),
        dead_together: Some(parts([12.5, 15.4, 17.3, 22.0])),
        ready: gossip(),
        listed: uniform(0.0, 0.1),
    }
}
