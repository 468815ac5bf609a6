//! Corner cases of the formulas: one user, fast nodes under a quota, joins of the first branch only,
//! bursts that pile up, and what is left out.

use super::{simulated, twin_of};
use crate::text::{self, Text, poisson};
use wssim_experiment::analytic::FormulaGap;
use wssim_experiment::findings::{Findings, Metric};
use wssim_scenario::Scenario;

/// A scenario of one node, on which messages cost nothing.
fn world(cores: u32, rest: Text) -> Scenario {
    let host =
        text::world().steady("5min", "10s").with("[lan]\npacket_cpu = '0s'\nlocal_rtt = '0s'");
    host.node("host", cores).with(rest).scenario()
}

#[track_caller]
fn is_about(value: f64, expected: f64, share: f64) {
    assert!((value / expected - 1.0).abs() < share, "{value}, not {expected}");
}

fn mean(findings: &Findings, name: &str, label: &str) -> f64 {
    let is_meant = |metric: &&Metric| {
        let has = |value: &str| metric.labels.iter().any(|(_, own)| own == value);
        metric.name == name && has(label) && (has("mean") || !name.contains("seconds"))
    };
    findings.metrics.iter().find(is_meant).unwrap().estimate.unwrap().mean
}

/// A user who thinks for 10 ms and is served for 10 ms keeps every resource half busy (utilization law).
#[test]
fn one_user_keeps_busy_what_it_asks() {
    let twin = twin_of(&world(
        2,
        text::world()
            .with("disk = { read = '5ms', bandwidth = '1 GB/s' }")
            .service("web", "workers = 4\npool.db = { size = 2 }")
            .endpoint("ask", "{ cpu = '4ms' }, { call = 'db.get' }")
            .service("db", "workers = 1")
            .cpu("get", "6ms")
            .traffic("user", "web.ask", "{ kind = 'closed', users = 1, think = '10ms' }"),
    ));
    is_about(twin.entries[0].throughput_per_second, 50.0, 1e-9);
    is_about(twin.nodes[0].cpu_utilization, 0.5 / 2.0, 1e-9);
    is_about(twin.nodes[0].load_average, 0.5, 1e-9);
    let service = |name: &str| twin.services.iter().find(|one| one.service == name).unwrap();
    is_about(service("web").utilization.unwrap(), 0.5 / 4.0, 1e-9);
    is_about(service("db").utilization.unwrap(), 0.3, 1e-9);
    is_about(twin.pools[0].utilization, 0.3 / 2.0, 1e-9);
}

/// Twice the work on a node of twice the speed is equivalent.
#[test]
fn a_quota_counts_the_time_of_its_node() {
    let response = |speed: u32, work: u32| {
        let rest = text::world()
            .with(format!("speed = {speed}"))
            .service("api", "workers = 4\ncpus = { limit = 0.5, quota = 'cfs' }")
            .cpu("ask", format!("exp({work}ms)"))
            .traffic("user", "api.ask", poisson(5));
        twin_of(&world(4, rest)).entries[0].response_seconds
    };
    is_about(response(2, 80), response(1, 40), 1e-9);
}

/// The first of two answers suffices: the join waits for its branch, and holds the worker no longer.
#[test]
fn who_needs_the_first_answer_waits_for_no_other() {
    let branches = "[ { sleep = '10ms' } ], [ { sleep = '1s' } ]";
    let rest = text::world()
        .service("web", "workers = 4")
        .endpoint("ask", format!("{{ parallel = [ {branches} ], need = 1 }}"))
        .traffic("user", "web.ask", poisson(20));
    let scenario = world(4, rest);
    let twin = twin_of(&scenario);
    assert!(twin.is_stable, "{:?}", twin.demands);
    let findings = simulated(&scenario, 5);
    is_about(
        twin.entries[0].response_seconds,
        mean(&findings, "response_time_seconds", "user"),
        0.02,
    );
    let held = twin.services[0].utilization.unwrap();
    is_about(held, mean(&findings, "service_utilization_ratio", "web"), 0.03);
}

/// Background whose bursts overlap is a queue: M/M/1 at ρ = 0.8 has ρ / (1 − ρ) jobs.
#[test]
fn bursts_that_pile_up_are_a_queue() {
    let twin = twin_of(&world(
        1,
        text::world()
            .service("job", "background = { every = 'exp(100ms)', cpu = 'exp(80ms)' }")
            .cpu("ask", "1us")
            .traffic("user", "job.ask", "{ kind = 'closed', users = 1, think = '1000s' }"),
    ));
    is_about(twin.nodes[0].load_average, 4.0, 0.01);
}

fn reasons(steps: &str, more: &str) -> Vec<FormulaGap> {
    let rest = text::world()
        .with("disk = { read = '8ms', write = 'exp(8ms)', bandwidth = '1000 GB/s' }")
        .service("web", "workers = 50")
        .with(more)
        .endpoint("ask", steps)
        .service("db", "")
        .endpoint("get", "{ sleep = 'exp(20ms)' }")
        .traffic("user", "web.ask", poisson(20));
    twin_of(&world(1, rest)).reasons
}

/// Each world with a feature that is left out, and without.
#[test]
fn what_is_left_out_is_named() {
    let web = || "web".to_owned();
    let cases = [
        (
            FormulaGap::Branches(web()),
            ["{ parallel = [ [ { cpu = \"5ms\" } ], [ { cpu = \"5ms\" } ] ] }", ""],
            ["{ parallel = [ [ { cpu = \"5ms\" } ], [ { sleep = \"5ms\" } ] ] }", ""],
        ),
        (
            FormulaGap::NoVariance(web()),
            ["{ sleep = \"pareto(5ms, alpha=1.5)\" }", ""],
            ["{ sleep = \"pareto(5ms, alpha=2.5)\" }", ""],
        ),
        (
            FormulaGap::DiskLaw("host".to_owned()),
            ["{ disk = \"1 B\" }", ""],
            ["{ disk = \"1 B\", write = true }", ""],
        ),
        (
            FormulaGap::PoolTimeOut(web(), "db".to_owned()),
            ["{ call = \"db.get\" }", "pool.db = { size = 1, timeout = \"20ms\" }"],
            ["{ call = \"db.get\" }", "pool.db = { size = 1, timeout = \"20s\" }"],
        ),
    ];
    for (reason, [steps, more], [plain_steps, plain_more]) in cases {
        let found = reasons(steps, more);
        assert!(found.contains(&reason), "{reason:?} is not in {found:?}");
        let found = reasons(plain_steps, plain_more);
        assert!(!found.contains(&reason), "{reason:?} is in {found:?}");
    }
}

/// Two branches of 5 ms on one core take 10 ms together: the difference is named.
#[test]
fn branches_on_one_core_take_turns() {
    let branches = "[ { cpu = '5ms' } ], [ { cpu = '5ms' } ]";
    let rest = text::world()
        .service("web", "")
        .endpoint("ask", format!("{{ parallel = [ {branches} ] }}"))
        .traffic("user", "web.ask", poisson(1));
    let scenario = world(1, rest);
    let shown = mean(&simulated(&scenario, 5), "response_time_seconds", "user");
    is_about(shown, 0.010, 0.05);
    let twin = twin_of(&scenario);
    assert!(twin.entries[0].response_seconds < 0.006, "{:?}", twin.entries);
    assert!(twin.reasons.contains(&FormulaGap::Branches("web".to_owned())), "{:?}", twin.reasons);
}
