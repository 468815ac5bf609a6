//! Numbers of parts of the measured stretch: against closed forms of each part, and against the whole,
//! which is their sum.

mod adding_up;
mod away;

use crate::text::scenario;
use wssim_experiment::findings::{Findings, Metric};
use wssim_experiment::question::Question;
use wssim_experiment::watch::Unwatched;
use wssim_experiment::{Options, run};
use wssim_scenario::Scenario;
use wssim_stats::Estimate;

/// The metrics of `replications`, with those `asked`, written as in `--metric`.
fn shown(scenario: &Scenario, replications: u32, asked: &[String]) -> Findings {
    let read = |text: &String| {
        let metric = scenario.metric("--metric", text);
        metric.unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)))
    };
    let asked = asked.iter().map(read).collect();
    let question = Question { asked, ..scenario.question() };
    let options = Options {
        seed: 84,
        threads: None,
        replications: Some(replications),
        precision: 0.02,
        ranges: false,
    };
    run(scenario, &question, &options, &Unwatched).unwrap()
}

/// The metric `name` with the values `labels`, in the order of the table, then `from` and `to`.
fn of<'f>(findings: &'f Findings, name: &str, labels: &[&str]) -> &'f Metric {
    let is_meant = |metric: &&Metric| {
        metric.name == name && metric.labels.iter().map(|(_, value)| value).eq(labels)
    };
    let found = findings.metrics.iter().find(is_meant);
    found.unwrap_or_else(|| panic!("no {name} of {labels:?}"))
}

fn estimate(findings: &Findings, name: &str, labels: &[&str]) -> Estimate {
    of(findings, name, labels)
        .estimate
        .unwrap_or_else(|| panic!("no estimate of {name} of {labels:?}"))
}

/// M/M/1, S = 10 ms: at 50/s E[R] = S/(1 − ρ) = 20 ms, at 80/s 50 ms. Ten seconds are eleven times the
/// relaxation time of such a queue (S/(1 − √ρ)²). Plain intervals, one seed: chance would break one of
/// the six numbers in 20 seeds each.
#[test]
fn each_part_has_its_own_closed_form() {
    let queue = r#"
[scenario]
kind = "window"
duration = "200s"
[node.host]
cores = 4
[service.station]
workers = 1
endpoint.visit.steps = [ { cpu = "exp(10ms)" } ]
[traffic.all]
entry = "station.visit"
arrivals = { kind = "poisson", rate = "50/s", profile = { steps = [["0s", 1.0], ["100s", 1.6]] } }
"#;
    let parts = ["from 10s to 100s", "from 110s to 200s"];
    let metrics = [
        "response_time_seconds{entry=\"all\"}",
        "service_utilization_ratio{service=\"station\"}",
        "in_service{service=\"station\"}",
    ];
    let asked: Vec<String> =
        parts.iter().flat_map(|part| metrics.map(|metric| format!("{metric} {part}"))).collect();
    let findings = shown(&scenario(queue), 12, &asked);
    for ([from, to], load) in [(["10s", "100s"], 0.5), (["110s", "200s"], 0.8)] {
        let number = |name: &str, labels: &[&str]| {
            let labels: Vec<&str> = labels.iter().copied().chain([from, to]).collect();
            estimate(&findings, name, &labels)
        };
        for (found, exact) in [
            (number("response_time_seconds", &["all", "mean"]), 0.010 / (1.0 - load)),
            (number("service_utilization_ratio", &["station"]), load),
            (number("in_service", &["station"]), load),
        ] {
            assert!(found.covers(exact), "from {from}: {exact} is not in {found:?}");
            assert!(found.half_width() < 0.12 * exact, "from {from}: {found:?} says little");
        }
    }
}
