//! Queue lengths and times agree on every path, also while nodes stand still, and requests without an
//! answer count.

use super::random_worlds::Dice;
use crate::text::{self, blueprint, periodic_from};
use std::fmt::Write as _;
use wssim_kernel::stream::StreamKey;
use wssim_kernel::{Nanos, Time};
use wssim_model::ids::SourceId;
use wssim_model::probe::{Failure, Probe, Unfinished};
use wssim_model::{Blueprint, Outcome, Run, simulate};

/// Records arrivals and ends of requests.
#[derive(Default)]
struct Users {
    /// Arrival and end in nanoseconds, of complete requests.
    ended: Vec<[u64; 2]>,
    failed: u64,
    /// Arrival of the others.
    open: Vec<u64>,
}

impl Probe for Users {
    fn request_done(
        &mut self,
        _: SourceId,
        arrived: Time,
        response: Nanos,
        outcome: Result<(), Failure>,
    ) {
        self.ended.push([arrived.0, arrived.0 + response.0]);
        self.failed += u64::from(outcome.is_err());
    }

    fn unfinished(&mut self, what: Unfinished, since: Time, _: Time) {
        if let Unfinished::Request(_) = what {
            self.open.push(since.0);
        }
    }
}

impl Users {
    /// Σ time of requests up to `end`, in seconds.
    fn time_until(&self, end: u64) -> f64 {
        let of_ended = self.ended.iter().map(|[from, to]| to.min(&end) - from);
        let of_open = self.open.iter().map(|from| end - from);
        of_ended.chain(of_open).sum::<u64>() as f64 * 1e-9
    }
}

/// One replication that is measured from the first, of `seconds`.
fn replicate(blueprint: &Blueprint, seed: u64, seconds: f64) -> (Outcome, Users) {
    let measured = Nanos::from_seconds(seconds);
    let run = Run { seed, replication: 0, lead: Nanos::ZERO, measured };
    simulate(blueprint, run, Users::default(), &|| false).expect("no Ctrl-C stops it")
}

/// Services that call each other in a chain, on nodes that stand still from time to time, sometimes for
/// good. The way of users takes no time: so they are at the first service while they wait.
fn hanging_world(dice: &mut Dice) -> String {
    let mut text = "[scenario]\ntitle = \"Nodes that stand still\"\n".to_owned();
    let nodes = 1 + dice.below(3);
    for node in 0..nodes {
        writeln!(text, "[node.n{node}]\ncores = {}", 1 + dice.below(3)).unwrap();
    }
    text.push_str("[lan]\nrtt = \"exp(1ms)\"\n");
    let services = 1 + dice.below(3);
    for service in 0..services {
        writeln!(text, "[service.s{service}]\nreplicas = {}", 1 + dice.below(2)).unwrap();
        if dice.chance(0.7) {
            writeln!(text, "workers = {}", 1 + dice.below(3)).unwrap();
            writeln!(text, "hold = \"{}\"", dice.pick(&["request", "cpu"])).unwrap();
        }
        if dice.chance(0.3) {
            text.push_str("queue_timeout = \"300ms\"\n");
        }
        let cpu = dice.pick(&["exp(4ms)", "constant(3ms)", "lognormal(5ms, cv=2.0)"]);
        let mut steps = format!("{{ cpu = \"{cpu}\" }}");
        if dice.chance(0.3) {
            write!(
                steps,
                ", {{ parallel = [ [ {{ cpu = \"{cpu}\" }} ], [ {{ cpu = \"2ms\" }} ] ] }}"
            )
            .unwrap();
        }
        if service + 1 < services {
            let timeout = dice.pick(&["", ", timeout = \"200ms\""]);
            write!(steps, ", {{ call = \"s{}.go\"{timeout} }}", service + 1).unwrap();
        }
        writeln!(text, "endpoint.go.steps = [ {steps} ]").unwrap();
    }
    let arrivals = dice.pick(&[
        "{ kind = \"poisson\", rate = \"60/s\" }",
        "{ kind = \"periodic\", period = \"20ms\" }",
        "{ kind = \"closed\", users = 9, think = \"exp(50ms)\" }",
    ]);
    writeln!(text, "[traffic.web]\nentry = \"s0.go\"\narrivals = {arrivals}").unwrap();
    for number in 0..=dice.below(3) {
        let node = dice.below(nodes);
        let comes = dice.pick(&["mtbf = \"exp(2s)\"", "mtbf = \"exp(3s)\"", "at = \"3s\""]);
        let repair = dice.pick(&["exp(1s)", "200ms", "2s", "1h"]);
        writeln!(
            text,
            "[[fault]]\nid = \"f{number}\"\nkind = \"hang\"\nnode = \"n{node}\"\n{comes}\n\
             repair = \"{repair}\""
        )
        .unwrap();
    }
    text
}

/// ∫ N dt = Σ time, for users' requests: the numbers at the first service, averaged over ten seconds,
/// against the times of the users. On every path exactly; every run asserts that a request in service
/// holds a worker.
#[test]
fn queue_lengths_and_times_agree_while_nodes_stand_still() {
    const SECONDS: f64 = 10.0;
    let (mut held_back, mut unfinished) = (0, 0);
    for seed in 0..120 {
        let text = hanging_world(&mut Dice::of(StreamKey::new(seed, 0, "test", "hangs")));
        let blueprint = blueprint(&text);
        let (outcome, users) = replicate(&blueprint, seed, SECONDS);
        let first = &blueprint.services[0].containers;
        let averages = &outcome.averages.containers[first.start as usize..first.end as usize];
        let area = averages.iter().map(|one| one.in_system).sum::<f64>() * SECONDS;
        let times = users.time_until(Nanos::from_seconds(SECONDS).0);
        assert!((area - times).abs() <= 1e-6 * times.max(1.0), "{area}, not {times} s:\n{text}");
        for one in averages {
            assert!(one.held_back <= one.in_system && one.outside <= one.in_system, "{one:?}");
        }
        assert_eq!(outcome.unfinished, users.open.len() as u64, "{text}");
        assert_eq!(outcome.requests, (users.ended.len() + users.open.len()) as u64, "{text}");
        held_back += u32::from(averages.iter().any(|one| one.held_back > 0.0));
        unfinished += u32::from(outcome.unfinished > 0);
    }
    println!("held back in {held_back} worlds, unfinished requests in {unfinished}");
    assert!(held_back > 60 && unfinished > 10, "{held_back}, {unfinished}");
}

/// An event loop with one thread, and a request every 100 ms that computes for 10 ms in each of three
/// parallel parts: 30 ms, in which first two and then one of its steps wait. It is in service for all of
/// that, and no longer.
#[test]
fn a_request_in_an_event_loop_is_served_while_its_steps_wait() {
    let part = "[ { cpu = '10ms' } ]";
    let text = text::world()
        .node("host", 4)
        .service("loop", "workers = 1\nhold = 'cpu'")
        .endpoint("go", format!("{{ parallel = [ {part}, {part}, {part} ] }}"))
        .traffic("web", "loop.go", periodic_from("100ms", "50ms"));
    let (outcome, _) = replicate(&text.blueprint(), 1, 10.0);
    let found = outcome.averages.containers[0];
    for (name, found, due) in [
        ("requests there", found.in_system, 0.3),
        ("in service", found.in_system - found.outside, 0.3),
        ("steps that wait", found.waiting, 0.3),
    ] {
        assert!((found - due).abs() < 1e-9, "{name}: {found}, not {due}");
    }
}

/// The same node stands still from 1 to 3 s, a request comes every 100 ms and takes 10 ms: twenty arrive
/// meanwhile and are worked off one after the other, as computed by hand.
#[test]
fn what_comes_to_a_node_that_stands_still_waits_for_a_worker() {
    let text = text::world()
        .node("host", 1)
        .service("one", "workers = 1")
        .cpu("go", "10ms")
        .traffic("web", "one.go", periodic_from("100ms", "50ms"))
        .fault("hang", "hang", "node = 'host'\nat = '1s'\nrepair = '2s'");
    let (outcome, _) = replicate(&text.blueprint(), 1, 10.0);
    let found = outcome.averages.containers[0];
    // One begins every 10 ms from 3 s on, until the queue is empty, shortly before 3.25 s.
    let begins = |number: u32| 3.0 + f64::from(number) * 0.01;
    let comes = |number: u32| 1.05 + f64::from(number) * 0.1;
    let waits: f64 = (0..22).map(|number| (begins(number) - comes(number)).max(0.0)).sum();
    let due = waits / 10.0;
    assert!((found.waiting - due).abs() < 1e-9, "{} wait, not {due}", found.waiting);
    let in_service = found.in_system - found.outside;
    assert!((in_service - 0.1).abs() < 1e-9, "{in_service} in service, not 0.1");
}
