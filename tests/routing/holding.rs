//! Connections that are limited, held for several calls, and never returned.

use super::{MS, SECOND, Seen, see};
use wssim_model::probe::Failure;

const CLUSTER: &str = r#"
[node.a]
cores = 64
[orchestrator]
kind = "swarm"
"#;

fn run(text: &str, seconds: f64) -> Seen {
    see(&crate::text::blueprint(&format!("{CLUSTER}{text}")), seconds, 1)
}

/// Requests that were answered between two moments, in seconds.
fn answered(seen: &Seen, from: u64, to: u64) -> usize {
    let within = from * SECOND..to * SECOND;
    let good = |(sent, took, failure): &&(u64, u64, Option<Failure>)| {
        failure.is_none() && within.contains(&(sent + took))
    };
    seen.requests.iter().filter(good).count()
}

/// Six pools of 20 want 120 connections and get 100 together, 17 or 16 each: each carries a query of 0.5
/// s, so 200 of 240 requests a second are served. Callers notice the limit only by waiting.
#[test]
fn pools_share_the_connections_that_there_are() {
    let seen = run(
        r#"
[service.app]
replicas = 6
pool.database = { kind = "hikari", size = 20, timeout = "5s" }
endpoint.get.steps = [ { call = "database.query" } ]
[service.database]
max_connections = 100
endpoint.query.steps = [ { sleep = "500ms" } ]
[traffic.users]
entry = "app.get"
arrivals = { kind = "poisson", rate = "240/s" }
"#,
        60.0,
    );
    let through = answered(&seen, 20, 60);
    assert!((7960..=8000).contains(&through), "{through} in 40 s");
    let failures = seen.failures();
    assert!(failures.len() > 1000);
    assert!(failures.iter().all(|(_, took, why)| (*took, *why) == (5 * SECOND, Failure::Timeout)));
}

/// One caller's pool holds all connections and uses none: the other is refused. It is not if the pool
/// holds one less, or if the database closes idle ones.
#[test]
fn connections_that_are_idle_count() {
    let of = |size: u32, database: &str| {
        run(
            &format!(
                r#"
[service.idler]
pool.database = {{ kind = "hikari", size = {size} }}
endpoint.get.steps = [ {{ call = "database.query" }} ]
[service.other]
client = {{ connections = "per-request" }}
endpoint.get.steps = [ {{ call = "database.query" }} ]
[service.database]
max_connections = 3
{database}
endpoint.query.steps = [ {{ sleep = "1ms" }} ]
[traffic.users]
entry = "other.get"
arrivals = {{ kind = "periodic", period = "1s" }}
"#
            ),
            10.0,
        )
    };
    of(2, "").assert_answered();
    of(3, "keep_alive = \"500ms\"").requests[1..].iter().for_each(|it| assert_eq!(it.2, None));
    let seen = of(3, "");
    assert_eq!(seen.failures().len(), 10);
    assert!(seen.failures().iter().all(|(.., why)| *why == Failure::Refused));
}

/// Another service has the one connection until `until`. A request waiting for it from 1 s on in a pool
/// of HikariCP gets one at the pool's first attempt after that: after pauses of 10, 20, … 2560 ms, and
/// then of 5 s. Other waiting requests follow one after the other, on the same connection.
#[test]
fn a_pool_that_got_no_connection_tries_again_by_itself() {
    let pauses = [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5000, 5000, 5000];
    for until in [1_005, 1_100, 3_000, 5_000, 12_000, 17_000] {
        let seen = run(&late_connection(until), 25.0);
        let trial = |pauses_before: usize| 1000 + pauses[..=pauses_before].iter().sum::<u64>();
        let got = (0..pauses.len()).map(trial).find(|at| *at > until).unwrap();
        let mut waited: Vec<_> = seen.requests.iter().filter(|it| it.0 >= SECOND).collect();
        waited.sort_unstable();
        assert_eq!(waited.len(), 3, "{until}");
        for (place, (sent, took, failure)) in (1..).zip(waited) {
            assert_eq!(*failure, None, "{until}");
            let due = (got + place * 5) * MS;
            let late = (sent + took).abs_diff(due);
            assert!(late < 3 * MS, "until {until}: {sent} + {took}, not {due}");
        }
    }
}

/// `first` has the connection of the database from 0.5 s until `until` ms; three at `second` want it at
/// 1 s.
fn late_connection(until: u64) -> String {
    let at = |name: &str, entry: &str, phase: &str| {
        format!(
            "[traffic.{name}]\nentry = \"{entry}\"\n\
             arrivals = {{ kind = \"periodic\", period = \"100s\", phase = \"{phase}\" }}\n"
        )
    };
    let three: Vec<String> = ["a", "b", "c"].map(|name| at(name, "second.get", "1s")).into();
    format!(
        r#"
[service.first]
client = {{ connections = "per-request" }}
endpoint.get.steps = [ {{ call = "database.long" }} ]
[service.second]
pool.database = {{ kind = "hikari", minimum = 0 }}
endpoint.get.steps = [ {{ call = "database.query" }} ]
[service.database]
max_connections = 1
endpoint.query.steps = [ {{ sleep = "5ms" }} ]
endpoint.long.steps = [ {{ sleep = "{}ms" }} ]
{}{}"#,
        until - 500,
        at("first", "first.get", "500ms"),
        three.concat()
    )
}

fn order(steps: &str, pool: &str) -> String {
    format!(
        r#"
[service.app]
pool.database = {{ {pool} }}
endpoint.order.steps = [ {steps} ]
[service.database]
endpoint.query.steps = [ {{ sleep = "5ms" }} ]
[service.payment]
endpoint.charge.steps = [ {{ sleep = "3s" }} ]
[traffic.users]
entry = "app.order"
arrivals = {{ kind = "periodic", period = "200ms" }}
"#
    )
}

const QUERY: &str = "{ call = \"database.query\" }";
const CHARGE: &str = "{ call = \"payment.charge\" }";

/// A transaction holds its connection for 5 ms, 3 s and 5 ms: ten carry 10/3.01 = 3.322 a second of the
/// 5 that arrive, and 1 − 3.322/5 = 33.6 % fail after 30 s. If each query takes its own connection, all
/// are served.
#[test]
fn a_transaction_holds_its_connection_while_it_waits_for_others() {
    let steps = format!("{QUERY}, {CHARGE}, {QUERY}");
    let held = format!("{{ with = \"database\", steps = [ {steps} ] }}");
    run(&order(&steps, "kind = \"hikari\""), 60.0).assert_answered();
    let seen = run(&order(&held, "kind = \"hikari\""), 400.0);
    let through = answered(&seen, 100, 400) as f64 / 300.0;
    assert!((through - 10.0 / 3.01).abs() < 0.02, "{through}/s");
    let late: Vec<_> = seen.requests.iter().filter(|(sent, ..)| *sent >= 100 * SECOND).collect();
    let failed: Vec<_> = late.iter().filter(|(.., failure)| failure.is_some()).collect();
    let share = failed.len() as f64 / late.len() as f64;
    assert!((share - 0.3356).abs() < 0.005, "{share}");
    assert!(failed.iter().all(|(_, took, _)| *took == 30 * SECOND));
}

/// Ten connections that are never returned serve one request each.
#[test]
fn what_leaks_is_gone() {
    let held = format!("{{ with = \"database\", leak = 1.0, steps = [ {QUERY} ] }}");
    for pool in ["size = 10, timeout = \"2s\"", "kind = \"hikari\", timeout = \"2s\""] {
        let seen = run(&order(&held, pool), 10.0);
        assert!(seen.requests[..10].iter().all(|(_, took, why)| *took >= 5 * MS && why.is_none()));
        let late = seen.requests[10..].iter();
        late.for_each(|late| assert_eq!((late.1, late.2), (2 * SECOND, Some(Failure::Timeout))));
    }
}

/// Two requests want one connection at 0.1 s, and half a millisecond later the one worker begins to
/// compute for 100 ms. The first answer comes after 5 ms. A call returns its connection then; a
/// transaction when the worker has read the answer.
#[test]
fn a_connection_goes_back_when_its_answer_was_read() {
    let of = |steps: &str| {
        let source = |name: &str, entry: &str, phase: &str| {
            format!(
                "[traffic.{name}]\nentry = \"app.{entry}\"\n\
                 arrivals = {{ kind = \"periodic\", period = \"1s\", phase = \"{phase}\" }}\n"
            )
        };
        let seen = run(
            &format!(
                r#"
[service.app]
workers = 1
hold = "cpu"
pool.database = {{ size = 1 }}
endpoint.page.steps = [ {steps} ]
endpoint.burn.steps = [ {{ cpu = "100ms" }} ]
[service.database]
endpoint.query.steps = [ {{ sleep = "5ms" }} ]
{}{}{}"#,
                source("one", "page", "100ms"),
                source("two", "page", "100ms"),
                source("three", "burn", "100500us")
            ),
            0.9,
        );
        seen.assert_answered();
        let pages = seen.requests.iter().filter(|(sent, ..)| *sent == 100 * MS);
        let mut took: Vec<u64> = pages.map(|(_, took, _)| *took).collect();
        took.sort_unstable();
        took
    };
    assert_eq!(of(QUERY), [5 * MS, 10 * MS]);
    let read = 100 * MS + MS / 2;
    let held = format!("{{ with = \"database\", steps = [ {QUERY} ] }}");
    assert_eq!(of(&held), [read, read + 5 * MS]);
}

/// A connection that cannot be held is reported at its place.
#[test]
fn what_cannot_be_held_is_refused() {
    for (steps, message) in [
        ("{ with = \"payment\", steps = [ { call = \"payment.charge\" } ] }", "no pool"),
        ("{ with = \"database\", steps = [ { call = \"payment.charge\" } ] }", "no step in here"),
        (
            "{ with = \"database\", steps = [ { parallel = [ [ { call = \"database.query\" } ] ] } ] }",
            "one call at a time",
        ),
        ("{ with = \"databases\", steps = [ ] }", "did you mean `database`"),
        ("{ with = \"database\" }", "such as `steps"),
    ] {
        let text = format!("{CLUSTER}{}", order(steps, "size = 1"));
        let mistakes = crate::text::load(&text).err().unwrap_or_default();
        assert!(mistakes.contains(message), "{steps}: {mistakes}");
    }
}
