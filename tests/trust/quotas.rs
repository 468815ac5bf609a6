//! CPU quotas against numbers computed by hand: a burst, a long start, and requests that need more than
//! the quota, by the kernel's rule and on the plain grid.

use crate::text::scenario;
use wssim_experiment::findings::{Findings, Metric};
use wssim_experiment::question::Worlds;
use wssim_experiment::watch::Unwatched;
use wssim_experiment::{Options, run};
use wssim_kernel::{Nanos, Time};
use wssim_model::ids::{ContainerId, NodeId};
use wssim_model::probe::Probe;
use wssim_model::{Run, simulate};

const RULES: [&str; 2] = ["cfs", "grid"];
const SECOND: u64 = 1_000_000_000;

fn answer(text: &str, replications: u32) -> Findings {
    let scenario = scenario(text);
    let options = Options {
        seed: 4,
        threads: Some(1),
        replications: Some(replications),
        precision: 0.02,
        ranges: false,
    };
    run(&scenario, &scenario.question(), &options, &Unwatched).unwrap()
}

/// The mean of the metric `name` with these labels.
fn value(findings: &Findings, name: &str, labels: &[&str]) -> f64 {
    let is_meant = |metric: &&Metric| {
        let has = |label: &&str| metric.labels.iter().any(|(_, value)| value == label);
        metric.name == name && labels.iter().all(has)
    };
    findings.metrics.iter().find(is_meant).unwrap().estimate.unwrap().mean
}

/// Ten threads of 5 ms at once use up 50 ms after 5 ms, at any point of a period; the millisecond that
/// follows waits for the next. With D uniform up to 100 ms before the end of the period, the mean is ∫
/// from 5 to 100 of (D + 1)/100 plus 0.05 · 6 = 51.1 ms, the last hundredth 100 ms, all at 0.16 % of 32
/// threads. (A known problem: loke.dev, "cfs quota linux throttling".)
#[test]
fn a_burst_uses_up_its_quota_at_a_sixth_of_a_percent_of_the_node() {
    let branches = "[{cpu=\"5ms\"}], ".repeat(10);
    for rule in RULES {
        let text = format!(
            r#"
[scenario]
title = "A burst"
duration = "3h"
warmup = "10s"
[node.server]
cores = 32
[service.app]
cpus = {{ limit = 0.5, quota = "{rule}" }}
workers = 20
endpoint.page.steps = [ {{ parallel = [ {branches} ] }}, {{ cpu = "1ms" }} ]
[traffic.web]
entry = "app.page"
arrivals = {{ kind = "renewal", interarrival = "uniform(0.8s, 1.2s)" }}
"#
        );
        let findings = answer(&text, 8);
        let mean = value(&findings, "response_time_seconds", &["web", "mean"]);
        let p99 = value(&findings, "response_time_seconds", &["web", "p99"]);
        let used = value(&findings, "node_cpu_utilization_ratio", &["server"]);
        assert!((0.05..0.0525).contains(&mean), "{rule}: {mean}");
        assert!((0.099..0.101).contains(&p99), "{rule}: {p99}");
        assert!((0.0015..0.002).contains(&used), "{rule}: {used}");
    }
}

/// When the container answers again.
#[derive(Default)]
struct Answers(Option<Time>);

impl Probe for Answers {
    fn container_answers(&mut self, now: Time, _: ContainerId, _: NodeId, does: bool) {
        if does {
            self.0 = Some(now);
        }
    }
}

/// A start of 11 s of CPU takes 11 s / limit, plus or minus a period, after the pause of 5 s and Swarm's
/// detection of the end, below 0.5 s. (pomerium/pomerium#1336: 55, 38 and 20 to 30 s.)
#[test]
fn a_start_takes_as_long_as_its_quota_lets_it() {
    for rule in RULES {
        for limit in [0.2, 0.3, 0.4] {
            let text = format!(
                r#"
[scenario]
title = "A start under a limit"
kind = "window"
duration = "3min"
[node.a]
cores = 4
[orchestrator]
kind = "swarm"
[service.app]
cpus = {{ limit = {limit}, quota = "{rule}" }}
startup = "11s"
endpoint.get.steps = [ {{ cpu = "0.1ms" }} ]
[traffic.web]
entry = "app.get"
arrivals = {{ kind = "periodic", period = "1h" }}
[[fault]]
id = "restart"
kind = "kill-service"
service = "app"
at = "0s"
"#
            );
            let blueprint = scenario(&text).blueprint(None, &[]).unwrap();
            let run =
                Run { seed: 1, replication: 0, lead: Nanos::ZERO, measured: Nanos(180 * SECOND) };
            let (_, seen) = simulate(&blueprint, run, Answers::default(), &|| false).unwrap();
            let took = seen.0.unwrap().0 as f64 / 1e9 - 5.0;
            let least = 11.0 / limit - 0.1;
            assert!((least..least + 0.7).contains(&took), "{rule} {limit}: {took} s");
        }
    }
}

/// Requests of 5 ms need twice the quota: as many are answered as the quota allows, by any rule.
#[test]
fn in_the_long_run_the_quota_is_what_is_answered() {
    for rule in ["cfs", "grid", "fluid"] {
        let text = format!(
            r#"
[scenario]
title = "Twice the quota"
duration = "100s"
warmup = "10s"
[node.server]
cores = 4
[service.app]
cpus = {{ limit = 0.6, quota = "{rule}" }}
workers = 8
backlog = 8
endpoint.page.steps = [ {{ cpu = "exp(5ms)" }} ]
[traffic.web]
entry = "app.page"
arrivals = {{ kind = "poisson", rate = "240/s" }}
"#
        );
        let findings = answer(&text, 5);
        let used = value(&findings, "node_cpu_utilization_ratio", &["server"]) * 4.0;
        assert!((used / 0.6 - 1.0).abs() < 0.003, "{rule}: {used} threads");
    }
}
