//! Windows: transients, a backlog that drains, an overloaded station.

use super::family;
use super::file::{Model, exp, seconds};
use super::world::{Length, Setup, Shown, variance};
use crate::text::{poisson, station, world};
use std::fmt::Write as _;

fn queue(model: &Model) -> wssim_model::Blueprint {
    let service = exp(1.0 / model.number("mu"));
    station(8, "workers = 1", &service, poisson(model.number("lam"))).blueprint()
}

/// The state at t: the mean over the microsecond from t on. A growing queue is rarely empty, which takes
/// more replications, and shorter ones are cheap.
#[test]
fn mm1_transient_at_t() {
    family_of("mm1_transient", "_at_t", |m| Setup {
        blueprint: queue(m),
        rate: m.number("lam"),
        length: Length::Window(
            m.number("t"),
            1e-6,
            if m.number("lam") > m.number("mu") { 250_000 } else { 50_000 },
        ),
        read: Box::new(|metric, shown| match metric {
            "mean_in_system_at_t" => Some(shown.in_system()),
            "prob_empty_at_t" => Some(f64::from(shown.in_system() < 0.5)),
            _ => None,
        }),
    });
}

#[test]
fn mm1_transient_over_time() {
    family_of("mm1_transient", "_0_t", |m| Setup {
        blueprint: queue(m),
        rate: m.number("lam"),
        length: Length::Window(0.0, m.number("t"), 20_000),
        read: Box::new(|metric, shown| match metric {
            "time_average_in_system_0_t" => Some(shown.in_system()),
            _ => None,
        }),
    });
}

/// The rows of a family whose metric has this ending.
fn family_of(family: &str, ending: &str, setup: impl Fn(&Model) -> Setup) {
    for mut model in super::models().into_iter().filter(|model| model.family == family) {
        model.rows.retain(|row| row.metric.ends_with(ending));
        assert!(!super::judge(&model, &setup(&model)).is_empty());
    }
}

/// Requests at these times, from a file.
fn replayed(
    times: impl Iterator<Item = f64>,
    service: &str,
    workers: f64,
) -> wssim_model::Blueprint {
    let mut rows = "time\n".to_owned();
    for time in times {
        writeln!(rows, "{time:.9}").unwrap();
    }
    let world = world()
        .window("10min")
        .node("host", 8)
        .service("station", format!("workers = {workers}"))
        .cpu("visit", service)
        .traffic("all", "station.visit", "{ kind = 'trace', file = 'times.csv' }");
    world.blueprint_beside(&[("times.csv", &rows)])
}

/// When the last request has ended.
fn makespan(shown: &Shown) -> f64 {
    let ends = shown.requests.iter().map(|(at, took, _)| at + took);
    ends.max().unwrap() as f64 * 1e-9
}

#[test]
fn drain_backlog() {
    family("drain_backlog", |m| {
        let times = std::iter::repeat_n(0.0, m.number("n") as usize);
        let blueprint = replayed(times, &exp(1.0 / m.number("mu")), m.number("c"));
        let together = blueprint.clone();
        Setup {
            blueprint,
            rate: 1.0,
            length: Length::Window(0.0, 100.0, 6000),
            read: Box::new(move |metric, shown| match metric {
                "mean_makespan" => Some(makespan(shown)),
                // One number a replication has no variance: each is that of 30 more worlds.
                "var_makespan" => {
                    let seed = shown.requests.iter().map(|(_, took, _)| took).sum::<u64>();
                    let world =
                        |n| makespan(&super::world::replicate(&together, seed, n, 0.0, 100.0));
                    Some(variance(&(0..30).map(world).collect::<Vec<_>>()))
                }
                _ => None,
            }),
        }
    });
}

/// Deterministic: exact to the nanosecond.
#[test]
fn dd1_overload() {
    family("dd1_overload", |m| {
        let (a, n) = (m.number("a"), m.number("n") as usize);
        let service = format!("constant({})", seconds(m.number("D")));
        Setup {
            blueprint: replayed((0..n).map(|i| i as f64 * a), &service, 1.0),
            rate: 1.0,
            length: Length::Window(0.0, a * n as f64, 2),
            read: Box::new(|metric, shown| match metric {
                "wait_of_last_job" => shown.waits[0].last().copied(),
                "mean_wait" => Some(super::world::mean(&shown.waits[0])),
                "makespan" => Some(makespan(shown)),
                _ => None,
            }),
        }
    });
}
