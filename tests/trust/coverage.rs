//! Intervals cover the truth as often as they say.

use super::{Fixed, scenario, steady};
use wssim_experiment::question::{Claim, Expected, MetricRef, Question, Study, Worlds};
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

/// No queues: a request computes for 2 ms and makes 1 to 5 calls of 5 ms, 3 on average. E[R] = 17 ms.
const BROUGHT: &str = r#"
[scenario]
title = "Brought along"
[node.host]
cores = 400
[service.front]
endpoint.visit.steps = [ { cpu = "exp(2ms)" }, { call = "back.visit", repeat = "uniform(1,5)" } ]
[service.back]
endpoint.visit.steps = [ { cpu = "exp(5ms)" } ]
[traffic.all]
entry = "front.visit"
arrivals = { kind = "poisson", rate = "50/s" }
"#;

/// The interval of a claim on the mean response time, which controls make narrower, against the plain one of
/// the same replications in the table of metrics.
fn controlled_and_plain(seed: u64, replications: u32) -> [wssim_stats::Estimate; 2] {
    let worlds = Fixed(scenario("brought", BROUGHT).blueprint(None, &[]).unwrap());
    let labels = [("entry", "all"), ("stat", "mean")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    let metric = MetricRef { name: "response_time_seconds".to_owned(), labels: labels.into() };
    let expected = Expected { min: None, max: Some(1.0), relative: false, point: false };
    let claim = Claim {
        id: "mean".to_owned(),
        text: String::new(),
        source: String::new(),
        metric,
        expected,
        relative_to: None,
        study: Study::Run,
        observed: false,
        not_simulated: None,
    };
    let question = Question { claims: vec![claim], ..steady(0.5, 4.0) };
    let replications = Some(replications);
    let options = Options { seed, threads: None, replications, precision: 0.02, ranges: true };
    let findings = run(&worlds, &question, &options, &Unwatched).unwrap();
    let is_mean = |metric: &&wssim_experiment::findings::Metric| {
        let labels: Vec<&str> = metric.labels.iter().map(|(_, value)| value.as_str()).collect();
        metric.name == "response_time_seconds" && labels == ["all", "mean"]
    };
    let plain = findings.metrics.iter().find(is_mean).unwrap().estimate.unwrap();
    [findings.claims[0].simulated.unwrap(), plain]
}

/// The same with controls: 400 experiments of 6 and of 10 replications, by one control and by two. They are
/// worth it: of two intervals whose truth is in the mean all that requests bring along, the controlled one is
/// less than half as wide.
#[test]
fn controlled_intervals_cover_in_95_of_100_experiments_and_are_narrow() {
    for replications in [6, 10] {
        let (mut covered, mut width, mut plain_width) = (0, 0.0, 0.0);
        for seed in 0..400 {
            let [controlled, plain] = controlled_and_plain(seed, replications);
            covered += u32::from(controlled.covers(0.017));
            width += controlled.half_width();
            plain_width += plain.half_width();
        }
        println!("{replications}: {covered} of 400 cover, {:.2} as wide", width / plain_width);
        assert!((370..=390).contains(&covered), "{covered} of 400 intervals cover");
        assert!(width < 0.5 * plain_width, "{width} beside {plain_width}");
    }
}
