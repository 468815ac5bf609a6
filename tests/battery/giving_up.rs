//! Cancellations, deadlines and circuit breakers: against closed forms, by counts, and in a retry storm.

use super::file::{exp, seconds};
use super::world::{Shown, blueprint, mean, poisson, replicate};
use wssim_model::Blueprint;
use wssim_stats::mean_interval;
use wssim_stats::theory::impatient::{UntilAnswer, UntilService};

const REPLICATIONS: u32 = 24;
const LEVEL: f64 = 0.999;

/// A number's name, its exact value, and its reader for one replication.
type Row<'a> = (&'a str, f64, &'a dyn Fn(&Shown) -> f64);

/// Asserts that each exact value lies in the 99.9 % interval of 24 replications, which is at most 3 %
/// wide to each side.
fn agree(world: &Blueprint, length: f64, rows: &[Row<'_>]) {
    let shown: Vec<Shown> =
        (0..REPLICATIONS).map(|n| replicate(world, 84, n, length / 10.0, length)).collect();
    for (name, exact, read) in rows {
        let values: Vec<f64> = shown.iter().map(read).collect();
        let found = mean_interval(&values, LEVEL).unwrap();
        println!("{name}: {exact} in {:.5} ± {:.5}", found.mean, found.half_width());
        assert!(found.low <= *exact && *exact <= found.high, "{name}: {exact} is not in {found:?}");
        assert!(found.half_width() < 0.03 * exact, "{name}: {found:?} is too wide");
    }
}

fn held(shown: &Shown, container: usize) -> f64 {
    shown.averages.containers[container].held
}

/// M/M/1 whose users give up at exponential times, waiting or in service, and then leave.
#[test]
fn cancellation_is_a_birth_death_process() {
    for (lam, mu, theta) in [(80.0, 100.0, 5.0), (150.0, 100.0, 20.0)] {
        let world = blueprint(&format!(
            r#"
[scenario]
title = "Users who leave"
[node.host]
cores = 2
[service.station]
workers = 1
endpoint.visit.steps = [ {{ cpu = "{}" }} ]
[traffic.all]
entry = "station.visit"
arrivals = {}
patience = "{}"
cancel = true
"#,
            exp(1.0 / mu),
            poisson(lam),
            exp(1.0 / theta)
        ));
        let exact = UntilAnswer::new(lam, mu, theta);
        let rows: [Row<'_>; 3] = [
            ("answered", exact.answered, &|shown| 1.0 - shown.failed()),
            ("in system", exact.mean_in_system, &Shown::in_system),
            ("utilization", exact.utilization, &|shown| held(shown, 0)),
        ];
        agree(&world, 20_000.0 / lam, &rows);
    }
}

/// The same with processor sharing: the birth-death process is unchanged, as the total rate of service
/// is.
#[test]
fn cancellation_from_a_shared_processor_is_the_same_process() {
    let (lam, mu, theta) = (150.0, 100.0, 20.0);
    let world = blueprint(&format!(
        r#"
[scenario]
title = "Callers who leave"
[node.host]
cores = 1
[service.front]
endpoint.go.steps = [ {{ call = "station.visit", cancel = true }} ]
[service.station]
endpoint.visit.steps = [ {{ cpu = "{}" }} ]
[traffic.all]
entry = "front.go"
arrivals = {}
patience = "{}"
cancel = true
"#,
        exp(1.0 / mu),
        poisson(lam),
        exp(1.0 / theta)
    ));
    let exact = UntilAnswer::new(lam, mu, theta);
    let rows: [Row<'_>; 3] = [
        ("answered", exact.answered, &|shown| 1.0 - shown.failed()),
        ("computing", exact.mean_in_system, &|shown| shown.averages.containers[1].computing),
        ("utilization", exact.utilization, &|shown| shown.averages.nodes[0].threads),
    ];
    agree(&world, 200.0, &rows);
}

/// M/M/1 in which no request is begun after a constant wait (Barrer).
#[test]
fn a_deadline_is_impatience_until_service() {
    for (lam, mu, tau) in [(80.0, 100.0, 0.02), (150.0, 100.0, 0.05)] {
        let world = blueprint(&format!(
            r#"
[scenario]
title = "Begun in time or not at all"
[node.host]
cores = 2
[service.front]
endpoint.go.steps = [ {{ call = "station.visit", deadline = "{}" }} ]
[service.station]
workers = 1
endpoint.visit.steps = [ {{ cpu = "{}" }} ]
[traffic.all]
entry = "front.go"
arrivals = {}
"#,
            seconds(tau),
            exp(1.0 / mu),
            poisson(lam)
        ));
        let exact = UntilService::new(lam, mu, tau);
        let rows: [Row<'_>; 3] = [
            ("lost", exact.lost, &Shown::failed),
            ("wait", exact.mean_wait, &|shown| mean(&shown.all_waits())),
            ("utilization", exact.utilization, &|shown| held(shown, 1)),
        ];
        agree(&world, 40_000.0 / lam, &rows);
    }
}

/// A breaker that trips at the first failure, before a callee that fails with probability p: by renewal,
/// open for O of every O + H + C; it turns away the users who come then or during the probe.
#[test]
fn a_breaker_is_open_for_its_share_of_a_cycle() {
    let (lam, answer, p) = (50.0, 0.01, 0.2_f64);
    let (open, timeout) = (0.1, -p.ln() * answer);
    let world = blueprint(&format!(
        r#"
[scenario]
title = "A breaker"
[node.host]
cores = 100
[service.front]
endpoint.go.steps = [
  {{ call = "api.ask", timeout = "{}", breaker = {{ failures = 1, open = "{}" }} }},
]
[service.api]
endpoint.ask.steps = [ {{ cpu = "{}" }} ]
[traffic.all]
entry = "front.go"
arrivals = {}
"#,
        seconds(timeout),
        seconds(open),
        exp(answer),
        poisson(lam)
    ));
    // A probe returns after min(answer, time-out); a good one closes it, until the first of the attempts
    // that will fail has waited for its time-out.
    let probe = answer * (1.0 - p);
    let closed = (1.0 - p) * (1.0 / (lam * p) + timeout);
    let cycle = open + 1.0 / lam + probe + closed;
    let shed = (open + probe) / cycle;
    let rows: [Row<'_>; 2] = [
        ("open", open / cycle, &|shown| shown.averages.breaker_open[0]),
        ("failed", shed + (1.0 - shed) * p, &Shown::failed),
    ];
    agree(&world, 1_000.0, &rows);
}

/// One request every second; the first replication's ten measured seconds.
fn each_second(services: &str, entry: &str) -> Shown {
    let text = format!(
        r#"
[scenario]
title = "One a second"
[node.host]
cores = 8
[lan]
rtt = "2ms"
local_rtt = "2ms"
packet_cpu = "0s"
{services}
[traffic.all]
entry = "{entry}"
arrivals = {{ kind = "periodic", period = "1s", phase = "0.5s" }}
"#
    );
    replicate(&blueprint(&text), 84, 0, 10.0, 10.0)
}

/// CPU time of one request at a container, to the nanosecond.
fn computed(shown: &Shown, container: usize) -> f64 {
    shown.averages.containers[container].computing
}

fn close(found: f64, due: f64) {
    assert!((found - due).abs() < 1e-9, "{found}, not {due}");
}

/// Failures at 0.5, 0.6 and 0.7 s, all known after 1 ms, trip it; then 20 attempts are turned away
/// and one is a probe, again and again.
#[test]
fn a_breaker_counts_as_it_should() {
    let text = r#"
[scenario]
title = "Always late"
[node.host]
cores = 8
[service.front]
endpoint.go.steps = [
  { call = "api.ask", timeout = "1ms", breaker = { failures = 3, window = "1s", open = "2s" } },
]
[service.api]
endpoint.ask.steps = [ { cpu = "5ms" } ]
[traffic.all]
entry = "front.go"
arrivals = { kind = "periodic", period = "100ms", phase = "500ms" }
"#;
    let shown = replicate(&blueprint(text), 84, 0, 0.0, 21.5);
    assert_eq!((shown.requests.len(), shown.failed()), (210, 1.0));
    // Attempts at 0.5, 0.6, 0.7 and, from 2.8 on, every 2.1 s: the ninth and last at 19.6.
    let probes = 9;
    assert_eq!(shown.averages.attempts, [3 + probes]);
    // Open for 2 s after each failure that trips it but the last, which is cut off.
    let open = 2.0 * probes as f64 + (21.5 - 19.601);
    close(shown.averages.breaker_open[0], open / 21.5);
}

/// A retry of a call that the breaker turned away meets it again, at once or after its pause.
#[test]
fn retries_meet_the_breaker() {
    let services = |retries: &str| {
        format!(
            r#"
[service.front]
endpoint.go.steps = [ {{ call = "api.ask", timeout = "10ms", retries = {retries},
  breaker = {{ failures = 2, window = "1s", open = "100ms" }} }} ]
[service.api]
endpoint.ask.steps = [ {{ cpu = "50ms" }} ]
"#
        )
    };
    // Two attempts, and the others fail at once: 20 ms. A second later one probe.
    let shown = each_second(&services("9"), "front.go");
    assert_eq!(shown.averages.attempts, [10], "one probe a request, the others turned away");
    assert!(shown.requests.iter().all(|(_, took, ok)| !ok && *took == 10_000_000));
    // Pauses of 60 ms: turned away at 70 ms, a second probe at 130 ms, turned away at 200 ms.
    let paused = "{ attempts = 3, backoff = \"60ms\" }";
    let shown = each_second(&services(paused), "front.go");
    assert_eq!(shown.averages.attempts, [20]);
    assert!(shown.requests.iter().all(|(_, took, ok)| !ok && *took == 200_000_000));
}

/// The loser of a race is told half a round trip later, and so are its own calls.
#[test]
fn the_loser_of_a_race_stops() {
    let shown = each_second(
        r#"
[service.a-front]
endpoint.go.steps = [ { parallel = [
  [ { call = "b-fast.ask" } ],
  [ { call = "c-slow.ask", cancel = true }, { call = "e-after.ask" } ],
  [ { call = "f-deaf.ask" } ],
  [ { sleep = "30ms" }, { call = "e-after.ask", cancel = true } ],
], need = 1 } ]
[service.b-fast]
endpoint.ask.steps = [ { cpu = "10ms" } ]
[service.c-slow]
workers = 1
endpoint.ask.steps = [ { cpu = "4ms" }, { call = "d-deep.ask", cancel = true }, { cpu = "1ms" } ]
[service.d-deep]
workers = 1
endpoint.ask.steps = [ { cpu = "100ms" } ]
[service.e-after]
endpoint.ask.steps = [ { cpu = "1ms" } ]
[service.f-deaf]
endpoint.ask.steps = [ { cpu = "100ms" } ]
"#,
        "a-front.go",
    );
    assert_eq!(shown.failed(), 0.0);
    close(mean(&shown.responses()), 0.012);
    // The fast answer arrives at 12 ms. The slow one computes from 1 to 5 ms and is told at 13 ms; the
    // deep one computes from 6 ms on and is told at 14 ms.
    close(computed(&shown, 2), 0.004);
    close(held(&shown, 2), 0.012);
    close(computed(&shown, 3), 0.008);
    close(held(&shown, 3), 0.008);
    assert_eq!(shown.averages.containers[4].arrivals, 0, "nothing is begun for a lost race");
    close(computed(&shown, 5), 0.1);
}

/// A caller's time-out removes its callee from the queue, without freeing a worker.
#[test]
fn a_cancelled_visit_leaves_its_queue() {
    let shown = each_second(
        r#"
[service.a-front]
endpoint.go.steps = [ { parallel = [
  [ { call = "b-back.long" } ],
  [ { sleep = "10ms" }, { call = "b-back.short", timeout = "20ms", cancel = true } ],
  [ { sleep = "15ms" }, { call = "b-back.short" } ],
], need = 2 } ]
[service.b-back]
workers = 1
endpoint.long.steps = [ { cpu = "100ms" } ]
endpoint.short.steps = [ { cpu = "10ms" } ]
"#,
        "a-front.go",
    );
    assert_eq!(shown.failed(), 0.0);
    // The first holds the worker from 1 to 101 ms. The second waits from 11 ms to 31 ms, half a
    // round trip after its caller gave up; the third from 16 to 101 ms.
    close(shown.averages.containers[1].waiting, 0.020 + 0.085);
    close(held(&shown, 1), 0.110);
    close(mean(&shown.responses()), 0.112);
}

/// A deadline is passed on by calls that say so, and is never later than the first caller's.
#[test]
fn a_deadline_travels_with_calls_that_say_so() {
    let services = |deadline: &str| {
        format!(
            r#"
[service.a-front]
endpoint.go.steps = [ {{ call = "b-middle.go", timeout = "30ms", deadline = "propagate" }} ]
[service.b-middle]
endpoint.go.steps = [ {{ cpu = "20ms" }}, {{ call = "c-back.first"{deadline} }} ]
[service.c-back]
workers = 1
endpoint.first.steps = [ {{ cpu = "20ms" }}, {{ call = "d-last.go"{deadline} }} ]
[service.d-last]
endpoint.go.steps = [ {{ cpu = "1ms" }} ]
"#
        )
    };
    // The last would be called at 42 ms, after the first caller's 30 ms.
    let arrivals = |deadline: &str| {
        let shown = each_second(&services(deadline), "a-front.go");
        assert_eq!(shown.failed(), 1.0);
        shown.averages.containers[3].arrivals
    };
    assert_eq!(arrivals(""), 10);
    assert_eq!(arrivals(", deadline = \"propagate\""), 0);
    assert_eq!(arrivals(", deadline = \"1s\""), 0, "no later than the caller's own");
    assert_eq!(arrivals(", deadline = \"19ms\""), 0);
}

/// 80 requests a second for one worker that can serve 100; ten seconds of three times that rate; each is
/// tried up to four times, and no caller waits longer than a second.
fn storm(call: &str) -> Shown {
    let text = format!(
        r#"
[scenario]
title = "Retry storm"
duration = "60s"
[node.host]
cores = 4
[service.front]
endpoint.go.steps = [ {{ call = "back.ask", timeout = "1s", retries = 3{call} }} ]
[service.back]
workers = 1
backlog = 2000
endpoint.ask.steps = [ {{ cpu = "exp(10ms)" }} ]
[traffic.all]
entry = "front.go"
arrivals = {{ kind = "poisson", rate = "80/s", profile = {{ steps = [["0s", 1.0], ["20s", 3.0], ["30s", 1.0]] }} }}
"#
    );
    replicate(&blueprint(&text), 84, 0, 240.0, 60.0)
}

/// Overload that outlives its cause: the worker is busy with requests whose callers have given up. It
/// ends if callees are told, do not begin late requests, or get no calls for a while.
#[test]
fn a_retry_storm_ends_only_with_what_stops_dead_work() {
    let forever = storm("");
    assert!(forever.failed() > 0.95, "{} fail four minutes later", forever.failed());
    assert!(held(&forever, 0) > 0.999, "and the worker is busy all the time");
    for call in [", cancel = true", ", deadline = \"500ms\"", ", breaker = { open = \"30s\" }"] {
        let over = storm(call);
        assert!(over.failed() < 0.02, "{call}: {} fail", over.failed());
    }
}
