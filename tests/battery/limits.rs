//! The largest load within a limit, and the fewest servers: `capacity` on queues with known limits.
//!
//! A bracket is right if the exact limit lies in it; with fixed seeds and decisions at 95 % over a whole
//! search, one of twenty may be wrong. Brackets are as narrow as the tolerance unless the permitted
//! replications decide nothing in between.

use super::file::{Model, models};
use crate::text::{poisson, world};
use wssim_experiment::capacity::findings::{Capacity, SearchEnd};
use wssim_experiment::capacity::{CapacityOptions, capacity};
use wssim_experiment::findings::Answer;
use wssim_experiment::watch::Unwatched;
use wssim_scenario::range_of;

/// The capacity of one service with `servers` workers.
fn station(rate: f64, mu: f64, servers: u32, arguments: &[(&str, &str)]) -> Capacity {
    let scenario = world()
        .steady(&format!("{}s", 30_000.0 / rate), "60s")
        .node("host", 64)
        .service("shop", format!("workers = {servers}"))
        .cpu("buy", format!("exp({}ms)", 1e3 / mu))
        .traffic("all", "shop.buy", poisson(rate))
        .scenario();
    let of = |name: &'static str| arguments.iter().filter(move |(key, _)| *key == name);
    let conditions = of("until").map(|(_, text)| scenario.condition("until", text).unwrap());
    let options = CapacityOptions {
        seed: 84,
        threads: None,
        replications: None,
        precision: 0.01,
        conditions: conditions.collect(),
        find: of("find").map(|(_, text)| range_of(text).unwrap()).next(),
        template: None,
    };
    let findings = capacity(&scenario, &scenario.question(), &options, &Unwatched).unwrap();
    match findings.answer {
        Answer::Capacity(capacity) => capacity,
        other => panic!("{other:?}"),
    }
}

fn rows(family: &str) -> Vec<Model> {
    let found: Vec<Model> = models().into_iter().filter(|one| one.family == family).collect();
    assert!(!found.is_empty(), "{family} is in the file");
    found
}

fn exact(model: &Model, metric: &str) -> f64 {
    model.rows.iter().find(|row| row.metric == metric).unwrap().exact
}

/// The bracket contains the exact rate, and is narrow.
fn holds_the_limit(model: &Model, servers: u32, stat: &str) {
    let of = |name: &str| model.number(name);
    let known = exact(model, "max_arrival_rate");
    // Today's traffic is two thirds of the capacity.
    let today = of("mu") * f64::from(servers) * 0.5;
    let until =
        format!(r#"response_time_seconds{{entry="all", stat="{stat}"}} <= {}ms"#, of("slo") * 1e3);
    let found = station(today, of("mu"), servers, &[("until", &until)]);
    let (kept, missed) = (found.search.kept.unwrap() * today, found.search.missed.unwrap() * today);
    println!("{}: {known} in {kept} to {missed}", model.family);
    assert!(kept <= known && known <= missed, "{kept} {known} {missed}");
    assert!(missed - kept <= 0.04 * missed, "{kept} {missed}");
    // The prediction of the utilization law is reported beside it: the workers, at a utilization of one.
    let demand = &found.traffic.unwrap().demands[0];
    assert!((demand.factor * today - of("mu") * f64::from(servers)).abs() < 1e-6 * today);
}

#[test]
fn the_largest_load_of_one_server() {
    for model in rows("max_load_mm1_p") {
        assert_eq!(model.number("p"), 0.95);
        holds_the_limit(&model, 1, "p95");
    }
}

#[test]
fn the_largest_load_of_several_servers() {
    for model in rows("max_load_mmc_p") {
        let stat = if model.number("p") == 0.95 { "p95" } else { "p99" };
        holds_the_limit(&model, model.number("c") as u32, stat);
    }
}

#[test]
fn the_fewest_servers() {
    for model in rows("min_servers_erlang_c") {
        let until = format!(
            r#"waiting_ratio{{service="shop", queue="workers"}} <= {}"#,
            model.number("max_prob_wait")
        );
        let (lam, mu) = (model.number("lam"), model.number("mu"));
        let arguments = [("until", until.as_str()), ("find", "service.shop.workers")];
        let found = station(lam, mu, 9, &arguments);
        assert_eq!(found.search.kept, Some(exact(&model, "min_servers")));
        assert_eq!(found.search.missed, Some(exact(&model, "min_servers") - 1.0));
        assert_eq!(found.search.end, SearchEnd::Narrow);
        let at =
            found.search.tried.iter().find(|one| Some(one.value) == found.search.kept).unwrap();
        let waiting = at.values[0].unwrap();
        let known = exact(&model, "prob_wait_at_min");
        assert!(waiting.low <= known && known <= waiting.high, "{known}, {waiting:?}");
    }
}

/// No number of servers, any number, and a metric that is not monotone.
#[test]
fn what_has_no_limit_is_told_so() {
    let search = |until: &str, find: &str| {
        station(50.0, 6.0, 20, &[("until", until), ("find", find)]).search
    };
    let response = r#"response_time_seconds{entry="all", stat="mean"}"#;
    let never = search(&format!("{response} < 100ms"), "service.shop.workers=10..40");
    assert_eq!((never.end, never.kept), (SearchEnd::NeverKept, None));
    let always = search(&format!("{response} < 500ms"), "service.shop.workers=12..40");
    assert_eq!((always.end, always.missed), (SearchEnd::AlwaysKept, None));
}
