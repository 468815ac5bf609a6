//! How connections end: closes that cross requests, time-outs that end no connection, dead peers that
//! stay silent.

use super::{MS, SECOND, Seen, World, see};
use wssim_model::probe::Failure;

/// `back` closes connections idle for 50 ms; a round trip takes 1 ms, a request 2 ms, and 3 ms if it
/// opens a connection: the next is sent that much less than the period after the last answer.
fn every(period: &str, call: &str) -> Seen {
    let back = "keep_alive = \"50ms\"";
    World { front: "client = { }", call, back, period, ..World::default() }.run(10.0, 1)
}

/// A request sent 49.5 ms after the last answer crosses the close, which arrives 0.5 ms later; the
/// caller's next request opens a connection. An earlier request finds it open, a later one knows of its
/// end.
#[test]
fn a_request_that_crosses_a_goodbye_is_reset() {
    every("50900us", "").assert_answered();
    every("53100us", "").assert_answered();
    let seen = every("52500us", "");
    for (number, (_, took, failure)) in seen.requests.iter().enumerate() {
        let crosses = number % 2 == 1;
        assert_eq!(*failure, crosses.then_some(Failure::Reset), "{number}");
        // A new connection takes a round trip more.
        assert_eq!(*took, if crosses { MS / 2 } else { 3 * MS }, "{number}");
    }
    // A retry opens one.
    let seen = every("52500us", ", retries = 1");
    seen.assert_answered();
    assert!(seen.requests.iter().any(|(_, took, _)| *took == MS / 2 + 3 * MS));
}

/// A user who thinks for exponential times of mean Z sends the next request within the last round trip r
/// before T with probability c = exp(−(T − r)/Z) − exp(−T/Z). After a reset there is no connection, so
/// of all requests c/(1 + c) are reset: with r = 1 s, T = Z = 2 s that is 0.193, and of 6000 within 4 ·
/// 0.005.
#[test]
fn gaps_at_random_cross_as_often_as_the_exponential_law_says() {
    let text = r#"
[node.a]
cores = 4
[node.b]
cores = 4
[lan]
rtt = "1s"
[orchestrator]
kind = "swarm"
[service.proxy]
constraints = ["node.hostname == a"]
client = { idle = "60s" }
endpoint.get.steps = [ { call = "app.get" } ]
[service.app]
constraints = ["node.hostname == b"]
keep_alive = "2s"
endpoint.get.steps = [ { cpu = "1ms" } ]
[traffic.users]
entry = "proxy.get"
arrivals = { kind = "closed", users = 1, think = "exp(2s)" }
"#;
    let seen = see(&crate::text::blueprint(text), 20_000.0, 3);
    let failures = seen.failures();
    assert!(failures.iter().all(|(.., failure)| *failure == Failure::Reset));
    let share = failures.len() as f64 / seen.requests.len() as f64;
    let c = f64::exp(-0.5) - f64::exp(-1.0);
    assert!(seen.requests.len() > 5000);
    assert!((share - c / (1.0 + c)).abs() < 0.02, "{share} of {}", seen.requests.len());
}

/// A call's time-out gives up an answer. It does not affect a connection that carries other calls: all
/// continue to its replica. A connection for one call at a time is closed, and the next leads elsewhere.
#[test]
fn a_time_out_closes_no_connection_that_others_share() {
    for (front, kept) in [("client = { multiplex = true }", true), ("client = { }", false)] {
        let call = ", timeout = \"1500us\"";
        let seen = World { front, call, ..World::default() }.run(5.0, 1);
        assert_eq!(seen.failures().len(), seen.requests.len());
        let turns = seen.visits.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
        assert_eq!(turns, if kept { 0 } else { seen.visits.len() - 1 });
    }
}

/// The world in which the node at the end of `front`'s connection dies at 20 s, with names from DNS.
fn dies(front: &str, call: &str, seconds: f64) -> (Seen, u64) {
    let front = format!("resolver = \"go\"\n{front}");
    let back = "endpoint_mode = \"dnsrr\"";
    let calm = World { front: &front, call, back, period: "500ms", ..World::default() };
    let leads_to = calm.run(1.0, 1).visits[0].1;
    let blueprint = calm.blueprint();
    let node = blueprint.containers[leads_to as usize].node;
    let name = &blueprint.nodes[node.index()].name;
    let faults =
        format!("[[fault]]\nid = \"f\"\nat = \"20s\"\nkind = \"crash\"\nnode = \"{name}\"");
    let seen = World { faults: &faults, ..calm }.run(seconds, 1);
    let first = seen.failures()[0].0;
    assert!((20 * SECOND - 3 * MS..=20 * SECOND + 500 * MS).contains(&first), "{first}");
    (seen, first)
}

/// Linux gives a connection up 924.6 s after the first unacknowledged packet (ip-sysctl,
/// `tcp_retries2`); until then each call on it times out. A client with keep-alives each 20 s gives it
/// up after three.
#[test]
fn a_dead_peer_is_found_by_the_kernel_or_by_keep_alives() {
    let call = ", timeout = \"1s\"";
    for (keepalive, found) in [("", 924_600 * MS), (", keepalive = \"20s\"", 60 * SECOND)] {
        let front = format!("client = {{ multiplex = true{keepalive} }}");
        let (seen, first) = dies(&front, call, 1000.0);
        let failures = seen.failures();
        assert!(failures.iter().all(|(.., failure)| *failure == Failure::Timeout));
        let last = failures[failures.len() - 1].0;
        assert!(last < first + found && last + 501 * MS >= first + found, "{first} {last}");
        assert_eq!(failures.len() as u64, (last - first) / (500 * MS) + 1, "all of them");
        // No caller waits longer than its time-out, nor longer than until the peer is found dead.
        assert!(failures.iter().all(|(sent, took, _)| *took == (first + found - sent).min(SECOND)));
    }
}

/// A call without a time-out waits for the same.
#[test]
fn keep_alives_end_the_wait_of_a_call_without_a_time_out() {
    for (front, found) in
        [("client = { keepalive = \"20s\" }", 60 * SECOND), ("client = { }", 924_600 * MS)]
    {
        let (seen, first) = dies(front, "", 100.0);
        let failure = seen.failures()[0];
        assert_eq!(failure, (first, found, Failure::Timeout), "{front}");
    }
}

/// `back` is one virtual address; each of five ports is in use for 3 ms and for 60 s more (Linux,
/// `TCP_TIMEWAIT_LEN`): of requests each 100 ms five open a connection a minute, and all others are
/// refused at once.
#[test]
fn a_port_is_used_again_after_a_minute() {
    let front = "client = { connections = \"per-request\", ports = 5 }";
    let seen = World { front, period: "100ms", ..World::default() }.run(150.0, 1);
    let first = seen.requests[0].0;
    for (sent, took, failure) in &seen.requests {
        // Each is free 60 s and 3 ms after it was taken: for the request after those 600.
        let turn = (sent - first) / (100 * MS) % 601;
        let expected = if turn < 5 { (3 * MS, None) } else { (0, Some(Failure::Refused)) };
        assert_eq!((*took, *failure), expected, "{sent}");
    }
}

/// Users' connections through the mesh have the address of their entry node: of four ports towards each
/// of two replicas each is used once a minute. Kept connections are not limited.
#[test]
fn the_mesh_has_ports_of_its_own() {
    let of = |client: &str| {
        let faults = format!("ingress = \"a\"\n{client}");
        let seen =
            World { front: "replicas = 2", period: "1s", faults: &faults, ..World::default() };
        let seen = seen.run(59.0, 1);
        let failures = seen.failures();
        assert!(failures.iter().all(|(_, took, why)| (*took, *why) == (0, Failure::Refused)));
        seen.requests.len() - failures.len()
    };
    assert_eq!(of("client = { connections = \"per-request\", ports = 4 }"), 8);
    assert!(of("") >= 58);
}
