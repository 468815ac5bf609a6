//! The rows of the battery through the analytic twin: scenario → blueprint → formulas.
//!
//! Where the theory of the twin is exact, so is the twin, up to rounding to whole nanoseconds.

use super::calls::fork;
use super::file::{Model, exp, models};
use super::networks::{closed, feedback, in_a_row, jackson, pooled};
use super::queues::fcfs;
use crate::text::{poisson, station};
use wssim_experiment::analytic::{Analytic, analytic};
use wssim_experiment::question::Measure;
use wssim_model::Blueprint;

/// Rounding: scenarios write times to picoseconds.
const EXACT: f64 = 1e-6;

/// Checks the twin of each model of `family` against the rows for which `told` has a value, each within
/// `tolerance`; at least `least` of them.
fn rows(
    family: &str,
    least: usize,
    tolerance: f64,
    world: impl Fn(&Model) -> Blueprint,
    told: impl Fn(&str, &Analytic) -> Option<f64>,
) {
    let mut seen = 0;
    for model in models().iter().filter(|model| model.family == family) {
        let twin = analytic(&world(model), &Measure::default());
        assert!(twin.is_stable, "{family}: {:?}", model.parameters);
        for row in &model.rows {
            let Some(value) = told(&row.metric, &twin) else { continue };
            let off = value / row.exact - 1.0;
            println!("{}: {value} for {}, {off:+.2e}", row.id, row.exact);
            assert!(off.abs() < tolerance, "{}: {value}, not {}", row.id, row.exact);
            seen += 1;
        }
    }
    assert!(seen >= least, "{family}: {seen} rows");
}

/// The twin's values for one station.
fn of_station(metric: &str, twin: &Analytic) -> Option<f64> {
    let (entry, service) = (&twin.entries[0], &twin.services[0]);
    match metric {
        "mean_response_W" | "mean_response_R" | "mean_response" => Some(entry.response_seconds),
        "mean_wait_Wq" => service.wait_seconds,
        "mean_in_system_L" => Some(entry.response_seconds * entry.throughput_per_second),
        "mean_in_queue_Lq" => Some(service.wait_seconds? * service.visits_per_second),
        "utilization" | "utilization_per_server" => service.utilization,
        "throughput_X" => Some(entry.throughput_per_second),
        _ => None,
    }
}

#[test]
fn one_queue_is_exact() {
    let service = |m: &Model| exp(1.0 / m.number("mu"));
    let one = |m: &Model| fcfs(m.number("lam"), &service(m), 1.0, "").blueprint;
    rows("mm1", 12, EXACT, one, of_station);
    let many = |m: &Model| fcfs(m.number("lam"), &service(m), m.number("c"), "").blueprint;
    rows("mmc", 12, EXACT, many, of_station);
    let general = |m: &Model| fcfs(m.number("lam"), &m.law("service"), 1.0, "").blueprint;
    rows("mg1_fcfs", 4, EXACT, general, of_station);
}

#[test]
fn shared_processors_are_exact() {
    let one = |m: &Model| station(1, "", m.law("service"), poisson(m.number("lam"))).blueprint();
    rows("mg1_ps", 3, EXACT, one, of_station);
    let cores = |m: &Model| m.number("c") as u32;
    let many =
        |m: &Model| station(cores(m), "", m.law("service"), poisson(m.number("lam"))).blueprint();
    rows("mgc_ps", 3, EXACT, many, of_station);
}

#[test]
fn open_networks_are_exact() {
    let visits = |m: &Model| jackson(m, <[f64]>::to_vec);
    rows("open_jackson", 14, EXACT, visits, |metric, twin| {
        let of = |name: &str| Some(metric.strip_prefix(name)?.parse::<usize>().ok()? - 1);
        if let Some(n) = of("arrival_rate_node") {
            return Some(twin.services[n].visits_per_second);
        }
        if let Some(n) = of("utilization_node") {
            return twin.services[n].utilization;
        }
        let entries = twin.entries.iter();
        let inside = |one: &wssim_experiment::analytic::EntryValue| {
            one.response_seconds * one.throughput_per_second
        };
        let all: f64 = entries.clone().map(inside).sum();
        match metric {
            "mean_in_network" => Some(all),
            "mean_response_network" => {
                Some(all / entries.map(|one| one.throughput_per_second).sum::<f64>())
            }
            _ => None,
        }
    });
    rows("mm1_bernoulli_feedback", 4, EXACT, feedback, |metric, twin| match metric {
        "effective_attempt_rate" => Some(twin.services[0].visits_per_second),
        _ => of_station(metric, twin),
    });
}

#[test]
fn stages_in_a_row_and_pools_are_exact() {
    let stages = |m: &Model, arrivals: &str| {
        let means = m.numbers("mus").into_iter().map(|mu| 1.0 / mu);
        let stations: Vec<(f64, f64)> = means.zip(m.numbers("servers")).collect();
        in_a_row(&stations, arrivals)
    };
    let open = |m: &Model| stages(m, &poisson(m.number("lam")));
    rows("pool_tandem", 3, EXACT, open, |metric, twin| match metric {
        "mean_wait_stage1" => twin.services[1].wait_seconds,
        "mean_wait_stage2" => twin.services[2].wait_seconds,
        "mean_response_total" => Some(twin.entries[0].response_seconds),
        _ => None,
    });
    rows("pool_tandem", 1, EXACT, pooled, |metric, twin| {
        (metric == "mean_wait_stage1").then(|| twin.pools[0].wait_seconds)
    });
}

#[test]
fn two_branches_join_exactly() {
    rows("fork_join_2", 4, EXACT, fork, |metric, twin| match metric {
        "mean_response_join" => Some(twin.entries[0].response_seconds),
        "mean_response_one_branch" => twin.services[0].response_seconds,
        _ => None,
    });
}

#[test]
fn one_source_of_users_is_exact() {
    let one = |m: &Model| {
        let workers = format!("workers = {}", m.number("c"));
        station(8, &workers, exp(1.0 / m.number("mu")), closed(m)).blueprint()
    };
    rows("finite_source", 6, EXACT, one, of_station);
    let stations = |m: &Model| {
        let stations: Vec<(f64, f64)> =
            m.numbers("demands").into_iter().zip(m.numbers("servers")).collect();
        in_a_row(&stations, &closed(m))
    };
    rows("closed_network", 12, EXACT, stations, |metric, twin| {
        let of = |name: &str| metric.strip_prefix(name)?.parse::<usize>().ok();
        match of("utilization_station") {
            Some(n) => twin.services[n].utilization,
            None => of_station(metric, twin),
        }
    });
}

/// The same users as two sources, for which the approximation for many classes is used.
#[test]
fn several_sources_of_users_come_near() {
    let halves = |m: &Model| {
        let stations: Vec<(f64, f64)> =
            m.numbers("demands").into_iter().zip(m.numbers("servers")).collect();
        let mut world = in_a_row(&stations, &closed(m));
        let source = &mut world.sources[0];
        if let wssim_model::blueprint::Arrivals::Closed { users, .. } = &mut source.arrivals {
            *users /= 2;
        }
        let other = source.clone();
        world.sources.push(other);
        world
    };
    rows("closed_network", 12, 0.10, halves, |metric, twin| {
        let of = |name: &str| metric.strip_prefix(name)?.parse::<usize>().ok();
        match (metric, of("utilization_station")) {
            (_, Some(n)) => twin.services[n].utilization,
            ("throughput_X", _) => Some(2.0 * twin.entries[0].throughput_per_second),
            ("mean_response_R", _) => Some(twin.entries[0].response_seconds),
            _ => None,
        }
    });
}
