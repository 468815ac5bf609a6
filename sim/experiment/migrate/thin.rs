//! Thin traffic: the same requests, at most about one a second of each source.

use std::sync::Arc;
use wssim_model::Blueprint;
use wssim_model::blueprint::{Arrivals, Trace};

/// Most arrivals of a source per second.
const MOST: f64 = 1.0;

/// `blueprint` with thin traffic. A faster source becomes Poisson at that rate; closed users are reduced
/// to the number that sends that rate when answers take no time.
pub(super) fn thin(blueprint: &Blueprint) -> Blueprint {
    let mut blueprint = blueprint.clone();
    for source in &mut blueprint.sources {
        thin_arrivals(&mut source.arrivals);
    }
    blueprint
}

fn thin_arrivals(arrivals: &mut Arrivals) {
    let poisson = Arrivals::Poisson { rate_per_second: MOST };
    let is_fast = |gap_ns: f64| gap_ns * MOST < 1e9;
    match arrivals {
        Arrivals::Poisson { rate_per_second } => *rate_per_second = rate_per_second.min(MOST),
        Arrivals::Renewal { gap } | Arrivals::Shaped { gap, .. } if is_fast(gap.mean()) => {
            *arrivals = poisson;
        }
        Arrivals::Periodic { period, .. } if is_fast(period.as_f64()) => *arrivals = poisson,
        Arrivals::Mmpp(_) => *arrivals = poisson,
        Arrivals::Closed { users, think } => {
            let enough = (MOST * think.mean() / 1e9).ceil().max(1.0);
            *users = (*users).min(enough as u32);
        }
        Arrivals::Trace(trace) => {
            let seconds = trace.rows.last().map_or(0.0, |row| row.at.seconds()).max(1.0);
            let rate = trace.rate.min(MOST * seconds / trace.rows.len().max(1) as f64);
            *trace = Arc::new(Trace { rate, ..Trace::clone(trace) });
        }
        Arrivals::Renewal { .. } | Arrivals::Shaped { .. } | Arrivals::Periodic { .. } => {}
    }
}
