//! Phases of migrations against closed forms: the duration of each step in an idle world, and downtime
//! for users.
//!
//! Two nodes, `old` and `new`, the second half as fast; `db` moves from the one to the other. All laws
//! are constant.

mod studied;

use wssim_experiment::question::Worlds;
use wssim_kernel::{Nanos, Time};
use wssim_model::probe::{Probe, StepFact};
use wssim_model::{Blueprint, Run, simulate_following};

/// Start and end of every step, in seconds of the phase; and whether all were done.
#[derive(Default)]
struct Seen {
    steps: Vec<[f64; 2]>,
    over: Option<(f64, bool)>,
}

/// Time simulated before a phase.
const LEAD: Nanos = Nanos(10_000_000_000);

fn seconds(at: Time) -> f64 {
    at.since(Time::ZERO + LEAD).seconds()
}

impl Probe for Seen {
    fn step(&mut self, now: Time, step: usize, fact: StepFact) {
        self.steps.resize(self.steps.len().max(step + 1), [f64::NAN; 2]);
        self.steps[step][usize::from(fact == StepFact::Ends)] = seconds(now);
    }

    fn procedure_over(&mut self, now: Time, is_complete: bool) {
        self.over = Some((seconds(now), is_complete));
    }
}

/// The scenario of one phase with these steps.
fn text(steps: &str) -> String {
    format!(
        r#"
[scenario]
title = "A database moves"
[node.old]
cores = 4
network = "1 Gbit/s"
disk = {{ bandwidth = "400 MB/s" }}
[node.new]
cores = 4
speed = 0.5
network = "1 Gbit/s"
[orchestrator]
kind = "compose"
[service.web]
constraints = ["node.hostname == old"]
client = {{ connections = "per-request" }}
endpoint.page.steps = [ {{ call = "db.query", timeout = "100ms" }} ]
[service.db]
constraints = ["node.hostname == old"]
startup = "2s"
endpoint.query.steps = [ {{ cpu = "1ms" }} ]
[traffic.shop]
entry = "web.page"
arrivals = {{ kind = "periodic", period = "100ms" }}
[[phase]]
id = "move"
overlay = {{ service.db.constraints = ["node.hostname == new"] }}
steps = [ {steps} ]
"#
    )
}

/// The world of that phase.
fn world(steps: &str) -> Blueprint {
    let phases = crate::text::scenario(&text(steps)).phases(None).unwrap();
    phases[0].blueprint.clone()
}

fn carried_out(blueprint: &Blueprint) -> (f64, Seen) {
    let run = Run { seed: 1, replication: 0, lead: LEAD, measured: Nanos::from_seconds(3600.0) };
    let follow = Nanos::from_seconds(5.0);
    let (outcome, seen) =
        simulate_following(blueprint, run, follow, Seen::default(), &|| false).unwrap();
    (outcome.simulated.seconds() - LEAD.seconds(), seen)
}

/// How long each step takes.
fn lengths(steps: &str) -> Vec<f64> {
    let (_, seen) = carried_out(&world(steps));
    seen.steps.iter().map(|[begin, end]| end - begin).collect()
}

#[track_caller]
fn near(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} instead of {expected}");
}

const ALL: &str = r#"
  { id = "stop", stop = "db" },
  { id = "dump", dump = "db", size = "500 MB", rate = "100 MB/s" },
  { id = "copy", copy = "500 MB", from = "old", to = "new" },
  { id = "restore", restore = "db", size = "500 MB", rate = "25 MB/s" },
  { id = "start", start = "db" },
  { id = "switch", switch = "db" },
"#;

/// The steps with their durations by hand: a stop leaves lists for 2 s, 500 MB at 100 MB/s of a node of
/// speed 1, over 125 MB/s, at 25 MB/s of a node of speed 1/2, 2 s of start-up there. Web's traffic takes
/// CPU of other threads.
#[test]
fn steps_take_bytes_over_what_carries_them() {
    let lengths = lengths(ALL);
    for (found, expected) in lengths.iter().zip([2.0, 5.0, 4.0, 40.0, 4.0, 0.0]) {
        near(*found, expected, 0.05);
    }
}

#[test]
fn a_phase_is_the_sum_of_its_steps_and_is_looked_at_for_a_minute_more() {
    let (simulated, seen) = carried_out(&world(ALL));
    let (over, is_complete) = seen.over.unwrap();
    assert!(is_complete);
    near(over, 2.0 + 5.0 + 4.0 + 40.0 + 4.0, 0.1);
    near(simulated, over + 60.0, 1.0);
    for pair in seen.steps.windows(2) {
        near(pair[1][0], pair[0][1], 1e-9);
    }
}

/// A disk slower than the network decides.
#[test]
fn the_slowest_of_disk_and_network_decides() {
    let slow =
        text(r#"{ copy = "500 MB", from = "old", to = "new" }, { stop = "db" }, { start = "db" }"#)
            .replace("400 MB/s", "50 MB/s");
    let phases = crate::text::scenario(&slow).phases(None).unwrap();
    let (_, seen) = carried_out(&phases[0].blueprint);
    near(seen.steps[0][1] - seen.steps[0][0], 10.0, 0.05);
}

#[test]
fn two_copies_over_one_interface_take_twice_as_long() {
    let steps = r#"
      { id = "one", copy = "500 MB", from = "old", to = "new" },
      { id = "two", after = [], copy = "500 MB", from = "old", to = "new" },
      { stop = "db" }, { start = "db" },
    "#;
    let lengths = lengths(steps);
    near(lengths[0], 8.0, 0.1);
    near(lengths[1], 8.0, 0.1);
    let bounded = r#"
      { copy = "500 MB", from = "old", to = "new", rate = "25 MB/s" }, { stop = "db" }, { start = "db" },
    "#;
    near(self::lengths(bounded)[0], 20.0, 0.1);
}

/// Parallel steps: the longest chain decides.
#[test]
fn steps_wait_for_those_that_they_name() {
    let steps = r#"
      { id = "stop", stop = "db" },
      { id = "people", after = ["stop"], manual = "30s" },
      { id = "start", after = ["stop"], start = "db" },
      { id = "switch", after = ["people", "start"], switch = "db" },
    "#;
    let (_, seen) = carried_out(&world(steps));
    let begins: Vec<f64> = seen.steps.iter().map(|[begin, _]| *begin).collect();
    for (found, expected) in begins.into_iter().zip([0.0, 2.0, 2.0, 32.0]) {
        near(found, expected, 0.05);
    }
}

/// Containers that start or stop answering, with times.
#[derive(Default)]
struct Lives(Vec<(f64, u32, bool)>);
impl Probe for Lives {
    fn container_answers(
        &mut self,
        now: Time,
        id: wssim_model::ids::ContainerId,
        _: wssim_model::ids::NodeId,
        does: bool,
    ) {
        self.0.push((now.since(Time::ZERO).seconds(), id.0, does));
    }
}

/// A container that a step has stopped, or not started yet, does not start by itself, even when its node
/// returns.
#[test]
fn a_reboot_starts_nothing_that_no_step_has_started() {
    let mut blueprint = world(r#"{ stop = "db" }, { manual = "60s" }, { start = "db" }"#);
    // Before any step starts it.
    if let Some(procedure) = &mut blueprint.procedure {
        procedure.steps.truncate(2);
    }
    let fault = |node: u32| wssim_model::blueprint::Fault {
        name: format!("reboot {node}"),
        comes: wssim_model::blueprint::Comes::Once(Nanos::from_seconds(10.0)),
        kind: wssim_model::blueprint::FaultKind::Crash,
        nodes: vec![wssim_model::ids::NodeId(node)],
        containers: Vec::new(),
        repair: Some(wssim_model::law::Law::Constant(5e9)),
    };
    blueprint.faults = vec![fault(0), fault(1)];
    let run = Run { seed: 1, replication: 0, lead: LEAD, measured: Nanos::from_seconds(600.0) };
    let (_, lives) =
        simulate_following(&blueprint, run, Nanos::ZERO, Lives::default(), &|| false).unwrap();
    let db = blueprint.services.iter().find(|service| service.name == "db").unwrap();
    let web = blueprint.services.iter().find(|service| service.name == "web").unwrap();
    let begun = |of: &std::ops::Range<u32>| {
        lives.0.iter().filter(|(_, id, does)| *does && of.contains(id)).count()
    };
    assert_eq!((begun(&db.containers), begun(&web.containers)), (0, 1));
}

/// A lost node aborts the steps that need it.
#[test]
fn what_needs_a_lost_node_is_broken_off() {
    let mut blueprint = world(ALL);
    blueprint.faults = vec![wssim_model::blueprint::Fault {
        name: "crash".to_owned(),
        comes: wssim_model::blueprint::Comes::Once(Nanos::from_seconds(9.0)),
        kind: wssim_model::blueprint::FaultKind::Crash,
        nodes: vec![wssim_model::ids::NodeId(0)],
        containers: Vec::new(),
        repair: None,
    }];
    assert_eq!(blueprint.nodes[0].name, "new");
    let (_, seen) = carried_out(&blueprint);
    let (over, is_complete) = seen.over.unwrap();
    assert!(!is_complete, "the copy to `new` was under way");
    near(over, 9.0, 1e-6);
}
