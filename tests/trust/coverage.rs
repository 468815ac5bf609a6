//! Intervals cover the truth as often as they say.

use super::{Fixed, scenario, steady};
use wssim_experiment::question::Worlds;
use wssim_experiment::watch::Unwatched;
use wssim_experiment::{Options, run};

/// M/M/1 at ρ = 0.7: E[R] = 1/30 s.
const QUEUE: &str = r#"
[scenario]
title = "Coverage"
[node.host]
cores = 4
[service.station]
workers = 1
endpoint.visit.steps = [ { cpu = "exp(10ms)" } ]
[traffic.all]
entry = "station.visit"
arrivals = { kind = "poisson", rate = "70/s" }
"#;

/// 400 experiments of 10 replications: the plain 95 % interval of the mean response time covers
/// the exact value in 92.5 to 97.5 % of them. (Binomial, n = 400, p = 0.95: outside by chance once
/// in 40; the seeds are fixed.)
#[test]
fn plain_intervals_cover_in_95_of_100_experiments() {
    let worlds = Fixed(scenario("coverage", QUEUE).blueprint(None, &[]).unwrap());
    let question = steady(5.0, 60.0);
    let covered = (0..400).filter(|seed| {
        let options = Options {
            seed: *seed,
            threads: None,
            replications: Some(10),
            precision: 0.02,
            ranges: true,
        };
        let findings = run(&worlds, &question, &options, &Unwatched).unwrap();
        let is_mean = |metric: &&wssim_experiment::findings::Metric| {
            metric.name == "response_time_seconds"
                && metric.labels[0].1 == "all"
                && metric.labels[1].1 == "mean"
        };
        let estimate = findings.metrics.iter().find(is_mean).unwrap().estimate.unwrap();
        estimate.covers(1.0 / 30.0)
    });
    let covered = covered.count();
    assert!((370..=390).contains(&covered), "{covered} of 400 intervals cover");
}
