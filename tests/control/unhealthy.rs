//! Health checks and restart policies: when containers are given up, and how often they are retried.

use super::{World, is_start};
use wssim_model::probe::Failure;

const BOUND: &str = "constraints = [\"node.hostname == b\"]\n";
/// Checks each 10 s, failed after 3 s, unhealthy after three.
const CHECKED: &str = "healthcheck = { interval = \"10s\", timeout = \"3s\", retries = 3 }\n";

fn back(more: &str) -> String {
    BOUND.to_owned() + more
}

fn hang(more: &str) -> String {
    format!("[[fault]]\nid = \"h\"\nat = \"20s\"\nkind = \"hang\"\nservice = \"back\"\n{more}\n")
}

fn kill(more: &str) -> String {
    format!("[[fault]]\nid = \"k\"\nkind = \"kill-service\"\nservice = \"back\"\n{more}\n")
}

/// The first unanswered check comes 0 to 10 s after the process hangs, the third ends 29 s later. The
/// container is withdrawn, and a process that ignores the stop signal is killed 2 s and its grace of 10
/// s later; the next starts 5.2 to 5.6 s after that, and is healthy at its first check.
#[test]
fn a_process_that_hangs_is_replaced_when_its_checks_have_failed() {
    let (back, faults) = (back(CHECKED), hang(""));
    for seed in 0..20 {
        let seen = World { back: &back, faults: &faults, ..World::default() }.run(120.0, seed);
        let start = seen.times(is_start);
        assert_eq!(start.len(), 1, "{start:?}");
        assert!((29.0 + 12.0 + 5.2..39.0 + 12.0 + 5.7).contains(&start[0]), "{start:?}");
        let unhealthy = 20.0 + start[0] - 5.6 - 12.0;
        let hung = seen.between(20.0, unhealthy);
        assert!(hung.len() > 280 && hung.iter().all(|why| *why == Some(Failure::Timeout)));
        let gone = seen.between(unhealthy + 0.7, 20.0 + start[0] + 10.0);
        assert!(gone.iter().all(|why| *why == Some(Failure::NoReplica)));
        assert!(seen.between(30.3 + start[0], 120.0).iter().all(Option::is_none));
    }
}

/// 5 s are too short for three checks: requests that wait until then, plus half a second, are answered.
#[test]
fn a_process_that_goes_on_in_time_is_let_live() {
    let (back, faults) = (back(CHECKED), hang("repair = \"5s\""));
    for seed in 0..20 {
        let seen = World { back: &back, faults: &faults, ..World::default() }.run(60.0, seed);
        assert!(seen.times(is_start).is_empty());
        let hung = seen.between(20.05, 24.45);
        assert!(hung.iter().all(|why| *why == Some(Failure::Timeout)));
        assert!(seen.between(24.55, 60.0).iter().all(Option::is_none));
    }
}

/// Without checks only its callers notice.
#[test]
fn a_process_that_is_not_checked_hangs_for_ever() {
    let faults = hang("");
    let seen = World { back: BOUND, faults: &faults, ..World::default() }.run(900.0, 1);
    assert!(seen.times(is_start).is_empty());
    let hung = seen.between(20.05, 899.0);
    assert!(hung.len() > 8000 && hung.iter().all(|why| *why == Some(Failure::Timeout)));
}

/// An application that starts for 40 s, checked at 10, 20 and 30 s: it is given up at 30 s, ends 2 s
/// later, and starts again 5.2 to 5.6 s after that, for ever. In a start period the checks come each 5 s
/// without effect: it is healthy 40 s after its start.
#[test]
fn a_start_that_outlasts_its_checks_never_succeeds() {
    let slow = "startup = \"40s\"\n";
    let killed = kill("at = \"20s\"");
    let run = |health: &str, seed| {
        // The service's text in this world has a start-up.
        let back = back(health);
        let world = World { back: &back, faults: &killed, ..World::default() };
        world.run_with("startup = \"2s\"\n", slow, 400.0, seed)
    };
    let patient = "healthcheck = { interval = \"10s\", retries = 3, start_period = \"60s\" }\n";
    for seed in 0..10 {
        let seen = run(CHECKED, seed);
        let starts = seen.times(is_start);
        assert!((10..=11).contains(&starts.len()), "{starts:?}");
        assert!(starts.windows(2).all(|two| (37.2..37.7).contains(&(two[1] - two[0]))));
        assert!(seen.between(20.5, 400.0).iter().all(|why| *why == Some(Failure::NoReplica)));
        let seen = run(patient, seed);
        let starts = seen.times(is_start);
        assert_eq!(starts.len(), 1);
        let (before, after) = (60.0 + starts[0], 60.3 + starts[0]);
        assert!(seen.between(20.5, before).iter().all(|why| *why == Some(Failure::NoReplica)));
        assert!(seen.between(after, 400.0).iter().all(Option::is_none));
    }
}

/// Killed every 30 s: three attempts are three restarts. Within 40 s there is at most one, so with two
/// in 40 s one is always left, and with one in 40 s every other kill is final: the first.
#[test]
fn restarts_are_counted_as_swarm_does() {
    let killed = kill("mtbf = \"30s\"");
    let starts = |restart: &str, faults: &str| {
        let back = back(&format!("restart = {{ {restart} }}\n"));
        let world = World { back: &back, faults, ..World::default() };
        world.run(400.0, 3).times(is_start).len()
    };
    assert_eq!(starts("max_attempts = 0", &killed), 13);
    assert_eq!(starts("max_attempts = 3", &killed), 3);
    assert_eq!(starts("max_attempts = 2, window = \"40s\"", &killed), 13);
    assert_eq!(starts("max_attempts = 1, window = \"40s\"", &killed), 1);
    assert_eq!(starts("condition = \"none\"", &killed), 0);
    assert_eq!(starts("condition = \"on-failure\"", &killed), 13);
    // A graceful stop is no failure.
    let stopped = kill("mtbf = \"30s\"\ngraceful = true");
    assert_eq!(starts("condition = \"any\"", &stopped), 13);
    assert_eq!(starts("condition = \"on-failure\"", &stopped), 0);
}

/// The container that replaces a killed one has another address: a caller that resolved the old one once
/// never finds it, one that caches an answer for 30 s finds it within 30 s, one that resolves each time
/// at once.
#[test]
fn what_replaces_a_container_has_another_address() {
    let (back, killed) = (back("endpoint_mode = \"dnsrr\"\n"), kill("at = \"20s\""));
    let last_failure = |resolver: &str, seed: u64| {
        let front = format!("resolver = \"{resolver}\"\n");
        let world = World { front: &front, back: &back, faults: &killed, ..World::default() };
        let seen = world.run(120.0, seed);
        let start = seen.times(is_start)[0] + 2.0;
        let failed = seen.requests.iter().filter(|(_, why)| why.is_some());
        (failed.map(|(sent, _)| sent - 20.0).fold(0.0, f64::max), start)
    };
    for seed in 0..10 {
        let ((nginx, _), (jvm, _), (go, there)) =
            (last_failure("nginx", seed), last_failure("jvm", seed), last_failure("go", seed));
        assert!(nginx > 99.0, "{nginx}");
        assert!((there - 0.2..=there + 0.3).contains(&go), "{go} {there}");
        assert!((go..=30.3).contains(&jvm), "{jvm}");
    }
}

/// Two services of which only one fits on b. The other waits, and starts when the first has gone for
/// good: told to start at once, 2 s of CPU.
#[test]
fn what_fits_nowhere_waits_until_there_is_room() {
    let room = "cpus = { reservation = 40 }\n";
    let wide = format!(
        "[service.a-wide]\n{BOUND}{room}restart.condition = \"none\"\n\
         endpoint.get.steps = [ {{ cpu = \"1ms\" }} ]\n"
    );
    let gone =
        "[[fault]]\nid = \"k\"\nat = \"20s\"\nkind = \"kill-service\"\nservice = \"a-wide\"\n";
    let back = back(room);
    for seed in 0..10 {
        let world = World { back: &back, more: &wide, faults: gone, ..World::default() };
        let seen = world.run(60.0, seed);
        let start = seen.times(is_start);
        assert!(start.len() == 1 && (0.2..0.71).contains(&start[0]), "{start:?}");
        let waits = seen.between(0.0, 20.0 + start[0]);
        assert!(waits.len() > 180 && waits.iter().all(|why| *why == Some(Failure::NoReplica)));
        assert!(seen.between(22.3 + start[0], 60.0).iter().all(Option::is_none));
    }
}

/// Of two overlapping hangs the longer applies; requests waiting for a replaced process are reset once.
#[test]
fn hangs_that_overlap_last_as_long_as_the_longest() {
    let back = back(CHECKED);
    let twice = |repair: &str| {
        let first = hang("repair = \"60s\"");
        let second = hang(repair).replace("\"h\"", "\"again\"").replace("20s", "25s");
        first + &second
    };
    for repair in ["", "repair = \"200s\"", "repair = \"1s\""] {
        let faults = twice(repair);
        let seen = World { back: &back, faults: &faults, ..World::default() }.run(200.0, 1);
        let start = seen.times(is_start);
        assert!(start.len() == 1 && (46.0..57.0).contains(&start[0]), "{repair}: {start:?}");
        assert!(seen.between(31.0 + start[0], 199.0).iter().all(Option::is_none), "{repair}");
    }
}
