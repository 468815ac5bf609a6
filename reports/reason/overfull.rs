//! What a replication would hold too much of, as sentences.

use wssim_experiment::question::{MOST_IN_FLIGHT, MOST_PENDING, Overfull};

/// The quantity with its bound: `1048576 requests and calls in flight`.
fn held(overfull: Overfull) -> String {
    match overfull {
        Overfull::InFlight => format!("{MOST_IN_FLIGHT} requests and calls in flight"),
        Overfull::Users => format!("{MOST_IN_FLIGHT} users of closed sources"),
        Overfull::Pending => format!("{MOST_PENDING} time-outs and other events to come"),
    }
}

/// The message for the author of the scenario when it ends a study.
#[must_use]
pub fn overfull(overfull: Overfull) -> String {
    let advice = match overfull {
        Overfull::InFlight => {
            "more arrives than is served: lower the rate or `scenario.duration`, or bound what waits (`backlog`, \
             `patience`)"
        }
        Overfull::Users => "lower `users`",
        Overfull::Pending => "lower the rate, or time-outs, `patience` and `think`",
    };
    let held = held(overfull);
    format!("a replication holds at most {held} at once, and this one would hold more; {advice}")
}

/// The message for a point of a study that goes on without it.
pub(crate) fn at_point(overfull: Overfull) -> String {
    format!("a replication would hold more than {} at once", held(overfull))
}
