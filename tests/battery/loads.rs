//! The load average: in a steady state its expectation is the mean number of jobs that are runnable or
//! at the disk, L.

use super::world::{Shown, replicate};
use crate::text::{poisson, station, world};
use wssim_model::Blueprint;
use wssim_stats::mean_interval;
use wssim_stats::theory::{md1, mm1};

/// The load averages of the one node in 40 replications of ten minutes, after two.
fn loads(world: &Blueprint) -> Vec<f64> {
    let one = |number| replicate(world, 84, number, 120.0, 600.0);
    (0..40).map(one).filter_map(|shown: Shown| shown.averages.nodes[0].load).collect()
}

/// Asserts that an interval of 99.9 % covers `exact` and is narrower than `width` of it.
#[track_caller]
fn covers(loads: &[f64], exact: f64, width: f64) {
    assert_eq!(loads.len(), 40);
    let interval = mean_interval(loads, 0.999).unwrap();
    assert!(interval.low <= exact && exact <= interval.high, "{exact}, {interval:?}");
    assert!(interval.half_width() < width * exact, "{exact}, {interval:?}");
}

/// M/M/1-PS and M/D/1-PS: all jobs in the system are runnable, ρ/(1 − ρ) for any law.
#[test]
fn who_shares_a_core_is_runnable() {
    for service in ["exp(10ms)", "10ms"] {
        let world = station(1, "", service, poisson(60.0)).blueprint();
        covers(&loads(&world), mm1::mean_in_system(60.0, 100.0), 0.05);
    }
}

/// M/D/1 in the order of arrival: one computes, the others wait for a worker and sleep.
#[test]
fn who_waits_for_a_worker_is_not() {
    let world = station(1, "workers = 1\nhold = \"request\"", "10ms", poisson(60.0)).blueprint();
    covers(&loads(&world), 0.6, 0.02);
}

/// M/D/1 at a disk: waiting jobs sleep uninterruptibly, and count.
#[test]
fn who_is_at_the_disk_counts() {
    let world = world()
        .node("host", 1)
        .with("disk = { read = '10ms' }")
        .service("store", "")
        .endpoint("get", "{ disk = '1 B' }")
        .traffic("all", "store.get", poisson(60))
        .blueprint();
    covers(&loads(&world), md1::mean_in_system(60.0, 0.01), 0.05);
}
