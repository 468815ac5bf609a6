//! Rollouts in worlds with traffic: their duration, what users see, and the resources that they share.

mod kinds;
mod shared;
mod users;

use crate::text::blueprint;
use wssim_kernel::{Nanos, Time};
use wssim_model::ids::{ContainerId, NodeId, RolloutId, SourceId};
use wssim_model::probe::{Ending, Failure, Probe, RolloutFact};
use wssim_model::{Run, simulate};

/// Recorded events: rollouts, pulls, containers that start and stop listening, and requests, by seconds
/// since time zero.
#[derive(Default)]
struct Heard {
    rollout: Vec<(f64, RolloutFact)>,
    pulls: Vec<(f64, bool)>,
    answers: Vec<(f64, ContainerId, bool)>,
    requests: Vec<(f64, f64, Option<Failure>)>,
}

fn seconds(time: Time) -> f64 {
    time.0 as f64 * 1e-9
}

impl Probe for Heard {
    fn rollout(&mut self, now: Time, _: RolloutId, fact: RolloutFact) {
        self.rollout.push((seconds(now), fact));
    }

    fn pull(&mut self, now: Time, _: NodeId, _: usize, begins: bool) {
        self.pulls.push((seconds(now), begins));
    }

    fn container_answers(&mut self, now: Time, id: ContainerId, _: NodeId, answers: bool) {
        self.answers.push((seconds(now), id, answers));
    }

    fn request_done(
        &mut self,
        _: SourceId,
        arrived: Time,
        response: Nanos,
        outcome: Result<(), Failure>,
    ) {
        self.requests.push((seconds(arrived), response.seconds(), outcome.err()));
    }
}

impl Heard {
    /// Start, end and ending of the rollout.
    fn lasted(&self) -> Option<(f64, Ending)> {
        let began = self.rollout.iter().find(|(_, fact)| *fact == RolloutFact::Begins)?.0;
        self.rollout.iter().find_map(|(at, fact)| match fact {
            RolloutFact::Ends(outcome) => Some((at - began, *outcome)),
            _ => None,
        })
    }

    fn failed(&self) -> usize {
        self.requests.iter().filter(|(.., why)| why.is_some()).count()
    }

    /// From the first failed request to the last.
    fn failing(&self) -> Option<[f64; 2]> {
        let mut failed = self.requests.iter().filter(|(.., why)| why.is_some()).map(|one| one.0);
        let first = failed.next()?;
        Some(failed.fold([first; 2], |[low, high], at| [low.min(at), high.max(at)]))
    }
}

/// A replication of `text` over `length` seconds.
fn run(text: &str, length: u64, seed: u64) -> Heard {
    let measured = Nanos(length * 1_000_000_000);
    let run = Run { seed, replication: 0, lead: Nanos::ZERO, measured };
    simulate(&blueprint(text), run, Heard::default(), &|| false).unwrap().1
}

/// One node with 8 threads on a network of 1 Gbit/s, and `web` with 50 requests a second; `more` of it,
/// and of its rollout at 20 s.
fn world(kind: &str, more: &str, rollout: &str) -> String {
    format!(
        r#"
[scenario]
title = "A rollout"
duration = "10min"
kind = "window"
[node.a]
cores = 8
network = "1 Gbit/s"
[orchestrator]
kind = "{kind}"
[service.web]
startup = "3s"
endpoint.e.steps = [ {{ cpu = "5ms" }} ]
{more}
[traffic.users]
entry = "web.e"
arrivals = {{ kind = "periodic", period = "20ms" }}
[[rollout]]
id = "new"
at = "20s"
service = "web"
{rollout}
"#
    )
}

/// Batches of the control plane take 0.25 to 0.55 s from a new task to its start, 0.1 s until an end or
/// a start is reported, and as long until an old task is told to end.
const BATCHES: [f64; 2] = [0.25, 0.86];

/// The sum of Swarm's rules: in each round the longer of leaving (2 s) and the pull (only the first: 100
/// MB over 125 MB/s are unpacked at 45 MB/s), the start, the wait for the first good check, and the
/// delay; then the monitor period. Checks come each `check` seconds from the start on.
#[test]
fn without_contention_a_rollout_lasts_the_sum_of_its_rules() {
    for (replicas, parallelism, order, delay, monitor, check) in [
        (1, 1, "stop-first", 0, 5, 0),
        (1, 1, "start-first", 0, 5, 0),
        (3, 1, "stop-first", 0, 5, 4),
        (3, 1, "start-first", 10, 5, 4),
        (4, 2, "stop-first", 7, 20, 10),
        (4, 2, "start-first", 0, 30, 2),
        (5, 0, "stop-first", 0, 5, 4),
    ] {
        let health = format!("healthcheck = {{ interval = \"{check}s\" }}\n");
        let more = format!(
            "replicas = {replicas}\n{}update = {{ parallelism = {parallelism}, order = \"{order}\", \
             delay = \"{delay}s\", monitor = \"{monitor}s\" }}\n",
            if check > 0 { health.as_str() } else { "" }
        );
        let text = world("swarm", &more, "image = { size = \"100 MB\" }");
        let (lasted, outcome) = run(&text, 400, 1).lasted().unwrap();
        let rounds = if parallelism == 0 { 1 } else { u32::div_ceil(replicas, parallelism) };
        let pull: f64 = 100.0 / 45.0;
        // Without a check a task counts as running when its process does; the rollout is over when all
        // listen.
        let start =
            if check > 0 { (3.0_f64 / f64::from(check)).ceil() * f64::from(check) } else { 0.0 };
        let first = if order == "stop-first" { pull.max(2.0) } else { pull };
        let others = if order == "stop-first" { 2.0 } else { 0.0 };
        let watched = f64::from(if monitor > delay { monitor } else { delay + 1 });
        let sum = first
            + f64::from(rounds - 1) * others
            + f64::from(rounds) * (start + f64::from(delay))
            + watched;
        let slack = BATCHES.map(|each| each * f64::from(rounds));
        let range = sum + slack[0] - 0.26..sum + slack[1] + 0.01;
        assert_eq!(outcome, Ending::Completed, "{text}");
        assert!(range.contains(&lasted), "{lasted} s, not {range:?}: {more}");
    }
}

/// Compose pulls, stops, starts: users get no answer from the stop until the new process listens.
#[test]
fn compose_is_down_from_stop_to_start() {
    let heard = run(&world("compose", "", "image = { size = \"90 MB\" }"), 120, 1);
    let (lasted, outcome) = heard.lasted().unwrap();
    let pull = 90.0 / 45.0;
    assert_eq!(outcome, Ending::Completed);
    assert!((lasted - pull - 3.0).abs() < 0.05, "{lasted}");
    let [first, last] = heard.failing().unwrap();
    let down = [first - 20.0 - pull, last - 20.0 - pull - 3.0];
    assert!(down.iter().all(|off| off.abs() < 0.05), "{down:?}");
}

/// A build computes on one thread of its node, two at once if configured; its images need no pull there.
#[test]
fn images_are_built_one_after_the_other_or_at_once() {
    for (at_once, takes) in [(1, 30.0), (2, 20.0), (3, 10.0)] {
        let mut text = world("compose", "", "");
        text = text.replace(
            "service = \"web\"",
            &format!("service = [\"web\", \"b\", \"c\"]\nbuild = {{ node = \"a\", cpu = \"10s\", at_once = {at_once} }}"),
        );
        text.push_str("[service.b]\n[service.c]\n");
        let heard = run(&text, 120, 1);
        let deploys =
            heard.rollout.iter().find(|(_, fact)| *fact == RolloutFact::Deploys).unwrap().0;
        assert!((deploys - 20.0 - takes).abs() < 1e-6, "{deploys}");
        assert_eq!(heard.pulls, []);
    }
}

/// A process that ends at once: Swarm stops at the first, or restores the old image; with start-first
/// the old one never stops.
#[test]
fn a_bad_image_is_paused_or_rolled_back() {
    for (bad, action, order, outcome, up) in [
        ("exits", "pause", "stop-first", Ending::Paused, false),
        ("exits", "rollback", "stop-first", Ending::RolledBack, true),
        ("exits", "pause", "start-first", Ending::Paused, true),
        ("hangs", "pause", "stop-first", Ending::Paused, false),
        ("hangs", "rollback", "start-first", Ending::RolledBack, true),
    ] {
        let more = format!(
            "healthcheck = {{ interval = \"2s\", retries = 3 }}\n\
             update = {{ failure_action = \"{action}\", order = \"{order}\" }}\n"
        );
        let text =
            world("swarm", &more, &format!("image = {{ size = \"1 MB\", bad = \"{bad}\" }}"));
        let heard = run(&text, 200, 1);
        assert_eq!(heard.lasted().unwrap().1, outcome, "{bad} {action} {order}");
        let late = heard.requests.iter().filter(|(at, ..)| *at > 150.0);
        let answered = late.filter(|(.., why)| why.is_none()).count();
        assert_eq!(answered > 2400, up, "{bad} {action} {order}: {answered}");
        assert_eq!(heard.failed() == 0, order == "start-first");
    }
}

/// Failures are ignored: the update is over, but nothing is deployed while the new process ends
/// repeatedly.
#[test]
fn what_never_runs_is_never_deployed() {
    for check in ["", "healthcheck = { interval = \"2s\" }\n"] {
        let more = format!("{check}update = {{ failure_action = \"continue\" }}\n");
        let text = world("swarm", &more, "image = { size = \"1 MB\", bad = \"exits\" }");
        for seed in 0..5 {
            let heard = run(&text, 200, seed);
            let updated = |fact: &RolloutFact| matches!(fact, RolloutFact::Updated(..));
            assert!(heard.rollout.iter().any(|(_, fact)| updated(fact)), "{check}");
            assert_eq!(heard.lasted(), None, "{check}");
        }
    }
}

/// A second rollout of the same service replaces the first, which then ends.
#[test]
fn a_later_rollout_overtakes() {
    let more = "replicas = 4\nupdate = { delay = \"10s\" }\n";
    let second = "image = { size = \"1 MB\" }\n[[rollout]]\nid = \"next\"\nat = \"35s\"\nservice = \"web\"\n";
    let heard = run(&world("swarm", more, second), 200, 1);
    let ends: Vec<(f64, Ending)> = (heard.rollout.iter())
        .filter_map(|(at, fact)| match fact {
            RolloutFact::Ends(outcome) => Some((*at, *outcome)),
            _ => None,
        })
        .collect();
    assert_eq!(ends.len(), 2);
    assert_eq!(ends[0], (35.0, Ending::Overtaken));
    assert_eq!(ends[1].1, Ending::Completed);
}

/// The end of the old process does not matter, only the start of the new one. It lingers for 60 s here.
#[test]
fn an_old_process_that_lingers_keeps_nothing_open() {
    let more = "healthcheck = { interval = \"1s\", start_period = \"10s\" }\non_stop = \"ignore\"\nstop_grace_period = \"60s\"\n\
                update = { order = \"start-first\" }\n";
    let heard = run(&world("swarm", more, "image = { size = \"1 MB\" }"), 120, 1);
    let (lasted, outcome) = heard.lasted().unwrap();
    assert_eq!(outcome, Ending::Completed);
    // The first check comes 5 s after the start, as always within a `start_period`; the monitor period
    // is 5 s.
    let [low, high] = BATCHES.map(|batch| 10.0 + batch);
    assert!((low..high).contains(&lasted), "{lasted}");
}
