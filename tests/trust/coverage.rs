//! Intervals cover the truth as often as stated.

use super::{Fixed, mean_response, scenario, steady};
use wssim_experiment::findings::{Findings, Metric};
use wssim_experiment::question::{Question, Worlds};
use wssim_experiment::watch::Unwatched;
use wssim_experiment::{Options, run};
use wssim_model::blueprint::{Arrivals, Source};
use wssim_scenario::Scenario;
use wssim_stats::{Estimate, student_t_quantile};

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

/// The plain estimate in the table of metrics.
fn plain(findings: &Findings, name: &str, labels: &[&str]) -> Estimate {
    let is_meant = |metric: &&Metric| {
        let values: Vec<&str> = metric.labels.iter().map(|(_, value)| value.as_str()).collect();
        metric.name == name && values == labels
    };
    findings.metrics.iter().find(is_meant).unwrap().estimate.unwrap()
}

fn mean_of(findings: &Findings) -> Estimate {
    plain(findings, "response_time_seconds", &["all", "mean"])
}

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
        mean_of(&findings).covers(1.0 / 30.0)
    });
    let covered = covered.count();
    assert!((370..=390).contains(&covered), "{covered} of 400 intervals cover");
}

/// A control with a wrong mean would move every estimate. In the plan's scenarios requests make as many
/// calls as their programs imply, by the 99.9 % interval of 40 replications: to 0.7 %.
#[test]
fn requests_make_as_many_calls_as_is_expected() {
    for name in ["before", "recommended"] {
        let scenario = Scenario::load(&format!("scenarios/{name}.toml"), &[]).unwrap();
        let question = Question { claims: Vec::new(), ..scenario.question() };
        let replications = Some(40);
        let options =
            Options { seed: 5, threads: None, replications, precision: 0.02, ranges: false };
        let findings = run(&scenario, &question, &options, &Unwatched).unwrap();
        let made = plain(&findings, "attempts_per_request", &["all"]);
        // Visits without a calling service are those of users.
        let load = scenario.offered_load();
        let visits: f64 = load.services.iter().map(|service| service.visits_per_second).sum();
        let users: f64 = scenario.blueprint(None, &[]).unwrap().sources.iter().map(rate).sum();
        let expected = visits / users - 1.0;
        let wider = student_t_quantile(39.0, 0.9995) / student_t_quantile(39.0, 0.975);
        let off = (made.mean - expected).abs();
        assert!(off <= wider * made.half_width(), "{name}: {made:?}, not {expected}");
        assert!(wider * made.half_width() < 0.007 * expected, "{name}: {made:?} is hardly known");
    }
}

fn rate(source: &Source) -> f64 {
    let Arrivals::Poisson { rate_per_second } = source.arrivals else { panic!("{source:?}") };
    rate_per_second
}

/// No queues: a request computes for 2 ms and makes 1 to 5 calls, 3 on average, each of 3 ms of CPU and
/// 4 ms of sleep. E[R] = 23 ms.
const BROUGHT: &str = r#"
[scenario]
title = "Brought along"
[node.host]
cores = 400
[service.front]
endpoint.visit.steps = [ { cpu = "exp(2ms)" }, { call = "back.visit", repeat = "uniform(1,5)" } ]
[service.back]
endpoint.visit.steps = [ { cpu = "exp(3ms)" }, { sleep = "exp(4ms)" } ]
[traffic.all]
entry = "front.visit"
arrivals = { kind = "poisson", rate = "50/s" }
"#;

/// The interval of a claim on the mean response time, which controls make narrower, against the plain
/// one of the same replications in the table of metrics.
fn controlled_and_plain(text: &str, seed: u64, replications: u32) -> [Estimate; 2] {
    let worlds = Fixed(crate::text::blueprint(text));
    let question =
        Question { claims: vec![mean_response("mean", None, Some(1.0))], ..steady(0.5, 4.0) };
    let replications = Some(replications);
    let options = Options { seed, threads: None, replications, precision: 0.02, ranges: true };
    let findings = run(&worlds, &question, &options, &Unwatched).unwrap();
    [findings.claims[0].simulated.unwrap(), mean_of(&findings)]
}

/// The same with controls: 400 experiments of 6 and of 10 replications, by one control and by two. They
/// pay: the interval is at most nine tenths as wide as the plain one, and with two controls three
/// quarters.
#[test]
fn controlled_intervals_cover_in_95_of_100_experiments_and_are_narrow() {
    for (replications, width_at_most) in [(6, 0.9), (10, 0.75)] {
        let (mut covered, mut width, mut plain_width) = (0, 0.0, 0.0);
        for seed in 0..400 {
            let [controlled, plain] = controlled_and_plain(BROUGHT, seed, replications);
            covered += u32::from(controlled.covers(0.023));
            width += controlled.half_width();
            plain_width += plain.half_width();
        }
        println!("{replications}: {covered} of 400 cover, {:.2} as wide", width / plain_width);
        assert!((370..=390).contains(&covered), "{covered} of 400 intervals cover");
        assert!(width < width_at_most * plain_width, "{width} beside {plain_width}");
    }
}

/// The same with a time-out of calls that one replication in ten or so meets; controls are used in the
/// others. With q = P(a call is in time), p = 1/8, 1/4, 1/4, 1/4, 1/8 the law of their number k, and m
/// the mean of a call that is in time, E[R | answered] = Σ p·q^k·(2 ms + k·m) / Σ p·q^k. A call takes
/// the sum of two exponentials with means a = 4 ms and b = 3 ms: P(> t) = (a·e^(−t/a) − b·e^(−t/b)) / (a
/// − b).
#[test]
fn where_requests_can_fail_controlled_intervals_still_cover() {
    const TIMEOUT_MS: f64 = 43.0;
    let text = BROUGHT.replace("repeat =", "timeout = \"43ms\", repeat =");
    let later = |mean: f64| mean * f64::exp(-TIMEOUT_MS / mean);
    let late = later(4.0) - later(3.0);
    // The part of the mean of a call that lies beyond t: Σ ±a·(t + a)·e^(−t/a).
    let late_ms = later(4.0) * (TIMEOUT_MS + 4.0) - later(3.0) * (TIMEOUT_MS + 3.0);
    let in_time = 1.0 - late;
    let mean = (7.0 - late_ms) / in_time;
    let (mut sum, mut all) = (0.0, 0.0);
    for (weight, calls) in [0.125, 0.25, 0.25, 0.25, 0.125].into_iter().zip(1..) {
        let answered = weight * in_time.powi(calls);
        sum += answered * (2.0 + f64::from(calls) * mean);
        all += answered;
    }
    let truth = sum / all / 1000.0;
    let (mut covered, mut narrow) = (0, 0);
    for seed in 0..400 {
        let [estimate, plain] = controlled_and_plain(&text, seed, 10);
        covered += u32::from(estimate.covers(truth));
        narrow += u32::from(estimate != plain);
    }
    println!("{covered} of 400 cover, {narrow} of them with controls");
    assert!((370..=390).contains(&covered), "{covered} of 400 intervals cover");
    assert!((40..=360).contains(&narrow), "{narrow} have controls");
}

/// If the work of requests does not depend on the programs alone, a claim has the plain estimate;
/// otherwise not.
#[test]
fn controls_are_used_only_where_their_mean_is_known() {
    let is_plain = |text: &str| {
        let [claimed, plain] = controlled_and_plain(text, 1, 10);
        claimed == plain
    };
    assert!(!is_plain(BROUGHT));
    let changed = |from: &str, to: &str| {
        let text = BROUGHT.replace(from, to);
        assert_ne!(text, BROUGHT);
        text
    };
    let retried = "timeout = \"1s\", retries = 2, repeat =";
    let unknown = [
        changed("repeat =", retried),
        changed("uniform(1,5)", "gamma(3, cv=0.5)"),
        changed(
            "{ kind = \"poisson\", rate = \"50/s\" }",
            "{ kind = \"closed\", users = 1, think = \"10ms\" }",
        ),
    ];
    for text in unknown {
        assert!(is_plain(&text), "{text}");
    }
}
