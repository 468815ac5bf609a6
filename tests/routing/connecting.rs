//! Connections: their balancing, their lifetimes, and the cost of opening one.

use super::{MS, SECOND, Seen, World};

const PER_REQUEST: &str = "client = { connections = \"per-request\" }";

fn alone(front: &str) -> World<'_> {
    World { front, ..World::default() }
}

/// Lengths of runs of visits to one replica.
fn stretches(seen: &Seen) -> Vec<usize> {
    seen.visits.chunk_by(|a, b| a.1 == b.1).map(<[_]>::len).collect()
}

/// IPVS assigns connections in turn.
#[test]
fn a_virtual_address_spreads_connections_evenly() {
    let seen = alone(PER_REQUEST).run(10.0, 1);
    seen.assert_answered();
    assert_eq!(seen.shares(), [500, 500]);
    assert!(stretches(&seen).iter().all(|&n| n == 1));
}

/// One request at a time needs one connection: all of them go to its replica.
#[test]
fn a_connection_that_is_kept_pins_its_caller() {
    for front in
        ["", "client = { }", "pool.back = { size = 5 }", "pool.back = { kind = \"hikari\" }"]
    {
        let seen = alone(front).run(10.0, 1);
        seen.assert_answered();
        assert_eq!(stretches(&seen), [1000], "{front}");
    }
}

/// A client opens a connection, of one round trip, or two with TLS; keeping it costs nothing.
#[test]
fn opening_a_connection_costs_exactly_its_round_trips() {
    let took = |front: &str| -> Vec<u64> {
        let seen = alone(front).run(1.0, 1);
        seen.requests.iter().map(|(_, took, _)| *took).collect()
    };
    // A round trip and 1 ms of CPU.
    assert_eq!(took(""), [2 * MS; 100]);
    assert_eq!(took(PER_REQUEST), [3 * MS; 100]);
    assert_eq!(took("client = { connections = \"per-request\", tls = true }"), [4 * MS; 100]);
    let kept = took("client = { tls = true }");
    assert_eq!(kept[0], 4 * MS);
    assert_eq!(kept[1..], [2 * MS; 99]);
}

/// A virtual address costs its CPU for the request and for the answer, even if packets are free.
#[test]
fn a_virtual_address_costs_its_cpu_both_ways() {
    for (kind, cost) in [("swarm", 20_000), ("compose", 0)] {
        let seen = World { kind, ipvs_cpu: "10us", ..World::default() }.run(1.0, 1);
        assert!(seen.requests.iter().all(|(_, took, _)| *took == 2 * MS + cost), "{kind}");
    }
}

/// HikariCP tests a connection that was idle for more than 0.5 s: a round trip more.
#[test]
fn hikari_tries_what_was_idle_for_long() {
    let took = |period| {
        let front = "pool.back = { kind = \"hikari\" }";
        let seen = World { front, period, ..World::default() }.run(20.0, 1);
        seen.requests.last().unwrap().1
    };
    assert_eq!(took("400ms"), 2 * MS);
    assert_eq!(took("600ms"), 3 * MS);
}

/// One is opened at 0, 1, 2 s …, ten requests each, in turn.
#[test]
fn the_end_of_a_connections_life_spreads_again() {
    let seen =
        World { front: "client = { max_lifetime = \"1s\" }", period: "100ms", ..World::default() }
            .run(100.0, 1);
    seen.assert_answered();
    assert_eq!(stretches(&seen), [10; 100]);
}

#[test]
fn an_idle_connection_is_closed_in_time() {
    let of = |front| {
        let seen = World { front, period: "100ms", ..World::default() }.run(10.0, 1);
        seen.assert_answered();
        stretches(&seen)
    };
    assert_eq!(of("client = { idle = \"50ms\" }"), [1; 100]);
    assert_eq!(of("client = { idle = \"150ms\" }"), [100]);
    // The other end closes them, too.
    let back = "keep_alive = \"50ms\"";
    let seen = World { back, period: "100ms", ..World::default() }.run(10.0, 1);
    assert_eq!(stretches(&seen), [1; 100]);
}

/// Two connections shared by all requests are used in turn; one is one.
#[test]
fn connections_that_are_shared_are_used_in_turn() {
    let of = |front| stretches(&alone(front).run(10.0, 1));
    assert_eq!(of("client = { multiplex = true, max = 2 }"), [1; 1000]);
    assert_eq!(of("client = { multiplex = true, max = 1 }"), [1000]);
}

/// The JVM caches a DNS answer for 30 s and takes its first address: in each of 200 such stretches all
/// load goes to one replica, to each with probability ½: 100 ± 3.9 standard deviations of 7.07.
#[test]
fn an_answer_of_dns_that_is_kept_gives_all_load_to_one() {
    let front = "resolver = \"jvm\"\nclient = { connections = \"per-request\" }";
    let back = "endpoint_mode = \"dnsrr\"";
    let seen = World { front, back, period: "1s", ..World::default() }.run(6000.0, 1);
    seen.assert_answered();
    let first = seen.visits.iter().map(|(_, who)| *who).min().unwrap();
    let mut to_first = 0;
    for (number, ttl) in seen.visits.chunks(30).enumerate() {
        assert!(ttl.iter().all(|(_, who)| *who == ttl[0].1), "stretch {number}: {ttl:?}");
        to_first += i32::from(ttl[0].1 == first);
    }
    assert!((to_first - 100).abs() <= 27, "{to_first} of 200");
}

/// Node.js resolves every time: 6000 fair coins, 3000 ± 3.9 standard deviations of 38.7. So does a
/// caller by kube-proxy's rules, or by Consul's DNS.
#[test]
fn a_client_that_asks_for_every_connection_spreads_at_random() {
    let dnsrr = "endpoint_mode = \"dnsrr\"";
    for (kind, resolver, back) in [
        ("swarm", "resolver = \"node\"\n", dnsrr),
        ("k3s", "", ""),
        ("nomad", "resolver = \"jvm\"\n", ""),
    ] {
        let front = format!("{resolver}{PER_REQUEST}");
        let seen = World { kind, front: &front, back, ..World::default() }.run(60.0, 1);
        seen.assert_answered();
        let [first, _] = seen.shares();
        assert!(first.abs_diff(3000) <= 151, "{kind}: {first} of 6000");
        // The replica changes half of the time: 2999.5 ± 3.9 standard deviations of 38.7.
        assert!(stretches(&seen).len().abs_diff(3000) <= 152, "{kind}");
    }
}

/// IPVS forgets a connection after 15 minutes of silence: a request on it from another node gets no
/// answer, until its caller's own time-out.
#[test]
fn ipvs_forgets_silent_connections() {
    let of = |front, period| {
        let call = ", timeout = \"2s\"";
        World { front, call, period, ..World::default() }.run(10_000.0, 1)
    };
    of("client = { }", "899s").assert_answered();
    // By default connections are kept alive.
    of("", "1000s").assert_answered();
    of("client = { keepalive = \"60s\" }", "1000s").assert_answered();
    of("client = { idle = \"600s\" }", "1000s").assert_answered();
    let seen = of("client = { }", "1000s");
    // The first opens one; the next finds it forgotten and closes it; the next opens one.
    let failed: Vec<(u64, u64)> =
        seen.failures().iter().map(|(at, took, _)| (*at, *took)).collect();
    let first = seen.requests[0].0;
    let expected = [1, 3, 5, 7, 9].map(|n| (first + n * 1000 * SECOND, 2 * SECOND));
    assert_eq!(failed, expected[..failed.len()]);
    assert!(failed.len() >= 4);
}
