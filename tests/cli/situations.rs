//! Situations reported from real clusters, each with a number from counting or from the report: a claim
//! that must hold.

use super::{Folder, status, stderr, stdout, wssim};
use crate::text::{self, Text, closed, poisson, world};

/// Runs `text` a few times: all its claims hold.
fn all_hold(name: &str, world: &Text) {
    let folder = Folder::new();
    let file = folder.write(&format!("{name}.toml"), world.as_ref());
    let file = file.to_str().unwrap();
    let arguments = ["run", file, "--replications", "10", "--ranges", "off", "-q"];
    let done = wssim(folder.path(), &arguments);
    assert_eq!(status(&done), 0, "{name}: {}{}", stdout(&done), stderr(&done));
}

/// All requests of a source that fail: their share lies between these.
fn errors(world: Text, entry: &str, [least, most]: [&str; 2]) -> Text {
    let metric = format!("error_ratio{{entry=\"{entry}\", reason=\"all\"}}");
    between(world, &metric, [least, most])
}

/// A claim on `metric`.
fn between(world: Text, metric: &str, [least, most]: [&str; 2]) -> Text {
    let expect = format!("min = '{least}', max = '{most}'");
    world.claim(&format!("claim-{least}-{most}"), metric, &expect)
}

/// Four nodes, and what all these worlds share.
fn nodes(managers: &str) -> Text {
    world()
        .nodes(&["a", "b", "c", "d"], 4, "network = '1 Gbit/s'")
        .with("[lan]\nrtt = '0.2ms'")
        .swarm(managers)
}

/// Ten minutes of them.
fn cluster(managers: &str) -> Text {
    minutes(10).with(nodes(managers))
}

fn minutes(count: u32) -> Text {
    world().window(&format!("{count}min"))
}

/// One event loop blocked for 30 ms by each of ten requests: N users / S = 10 × 30 ms, 33.3 a second,
/// one of four cores (goldbergyoni/nodebestpractices, block-loop: 300.56 ms with ten connections).
#[test]
fn a_blocked_event_loop() {
    let world = world()
        .with("[scenario]\nduration = '2min'")
        .node("server", 4)
        .service("app", "workers = 1")
        .cpu("page", "30ms")
        .traffic("load", "app.page", closed(10));
    let mean = "response_time_seconds{entry=\"load\", stat=\"mean\"}";
    let world = between(world, mean, ["299ms", "302ms"]);
    let world = between(world, "throughput_per_second{entry=\"load\"}", ["33/s", "34/s"]);
    let idle = "node_cpu_utilization_ratio{node=\"server\"}";
    all_hold("event-loop", &between(world, idle, ["24%", "26%"]));
}

/// Three layers with four attempts each, and the last finds no replica: 4 + 16 + 64 attempts a request
/// (Site Reliability Engineering, ch. 22: 64 at the database).
#[test]
fn retries_of_three_layers_multiply() {
    let again = |callee: &str| format!("{{ call = '{callee}', retries = 3 }}");
    let world = minutes(10)
        .node("server", 8)
        .service("front", "")
        .endpoint("page", again("middle.page"))
        .service("middle", "")
        .endpoint("page", again("rear.page"))
        .service("rear", "")
        .endpoint("page", again("database.query"))
        .service("database", "restart = { condition = 'none' }")
        .cpu("query", "0.1ms")
        .traffic("web", "front.page", poisson(1))
        .fault("gone", "kill-service", "service = 'database'\nat = '0s'");
    let attempts = "attempts_per_request{entry=\"web\"}";
    all_hold("retries", &between(world, attempts, ["83.9", "84.1"]));
}

/// Reservations of 3 and 2 on a node of 4 cores: the second service stays at 0/1, the first serves
/// (moby/moby 32999).
#[test]
fn a_service_that_fits_nowhere_is_down() {
    let world = minutes(10)
        .node("laptop", 4)
        .with("[orchestrator]\nkind = 'swarm'")
        .service("big", "cpus = { reservation = 3 }")
        .cpu("get", "1ms")
        .service("small", "cpus = { reservation = 2 }")
        .cpu("get", "1ms")
        .traffic("big", "big.get", poisson(5))
        .traffic("small", "small.get", poisson(5));
    let world = errors(errors(world, "small", ["99%", "100%"]), "big", ["0%", "1%"]);
    let running = "service_replicas_running{service=\"small\"}";
    all_hold("pending", &between(world, running, ["0", "0"]));
}

/// A backend is replaced on its own node and gets another address; nginx looked it up once (securo-finance/
/// securo, pull request 368: 502 until it was restarted).
#[test]
fn a_proxy_that_never_looks_up_again() {
    let world = world()
        .window("10min")
        .with("lead_in = '30s'")
        .with(nodes("'a'"))
        .service("nginx", "resolver = 'nginx'\nclient = { connections = 'per-request' }")
        .on("a")
        .endpoint("get", "{ call = 'back.get', timeout = '60s' }")
        .service("back", "endpoint_mode = 'dnsrr'")
        .on("b")
        .cpu("get", "1ms")
        .traffic("web", "nginx.get", poisson(5))
        .fault("replaced", "kill-service", "service = 'back'\nat = '0s'");
    all_hold("stale-address", &errors(world, "web", ["99%", "100%"]));
}

/// An application that starts for 40 s under checks at 10, 20 and 30 s never runs (moby/moby 33676).
/// With a start period of 60 s it is down for the restart delay and 40 s: 7.6 % of ten minutes.
#[test]
fn a_start_that_outlasts_its_checks() {
    let world = |health: &str| {
        let checks = format!("interval = '10s', timeout = '3s', retries = 3{health}");
        cluster("'a'")
            .service("app", format!("startup = '40s'\nhealthcheck = {{ {checks} }}"))
            .on("a")
            .cpu("get", "1ms")
            .traffic("web", "app.get", poisson(5))
            .fault("restart", "kill-service", "service = 'app'\nat = '0s'")
    };
    all_hold("slow-start", &errors(world(""), "web", ["99%", "100%"]));
    let patient = world(", start_period = '60s'");
    all_hold("start-period", &errors(patient, "web", ["6.5%", "8.7%"]));
}

/// Two of three managers are lost; a container that dies at half of the ten minutes stays dead
/// (moby/moby 41250).
#[test]
fn what_dies_without_a_quorum_stays_dead() {
    let world = cluster("'a', 'b', 'c'")
        .service("web", "")
        .on("c")
        .cpu("get", "1ms")
        .traffic("users", "web.get", poisson(20))
        .fault("managers", "crash", "node = ['a', 'b']\nat = '60s'")
        .fault("dies", "kill-service", "service = 'web'\nat = '300s'");
    all_hold("quorum", &errors(world, "users", ["49%", "51%"]));
}

/// One of two containers is stopped gracefully, and ends 2 s later; Traefik is told U(0, 15 s) after the
/// stop: E max(U − 2, 0) = 13²/30 s of half the requests, of ten minutes (traefik/traefik 7373).
#[test]
fn a_proxy_calls_what_has_been_stopped() {
    let stopped = "service = 'app'\nreplica = 1\ngraceful = true\nat = '30s'";
    let world = cluster("'a'")
        .service("traefik", "proxy = 'traefik'")
        .on("a")
        .endpoint("get", "{ call = 'app.get' }")
        .service("app", "replicas = 2\nstartup = '1s'")
        .on("b")
        .cpu("get", "1ms")
        .with("[service.app.labels]\n'traefik.enable' = 'true'")
        .with("'traefik.http.routers.app.rule' = 'Host(`app`)'")
        .with("'traefik.http.services.app.loadbalancer.server.port' = '80'")
        .traffic("users", "traefik.get", poisson(20))
        .fault("stopped", "kill-service", stopped);
    all_hold("stopped", &errors(world, "users", ["0.2%", "0.9%"]));
}

/// The registry's node dies, then that of a service, which cannot be pulled elsewhere: down from 60 s on
/// of ten minutes. With the registry alive it is down for some 20 s.
#[test]
fn a_registry_that_is_not_there() {
    let world = |registry: &str| {
        cluster("'a'")
            .service("registry", "")
            .on("b")
            .cpu("get", "1ms")
            .service("web", "constraints = ['node.hostname != a', 'node.hostname != b']")
            .with("image = { name = 'web:1', size = '220 MB', registry = 'registry' }")
            .cpu("get", "1ms")
            .traffic("users", "web.get", poisson(20))
            .with(registry)
            .fault("dies", "crash", "node = 'c'\nat = '60s'")
    };
    let dead = text::world().fault("registry", "crash", "node = 'b'\nat = '30s'");
    all_hold("registry-dead", &errors(world(dead.as_ref()), "users", ["89%", "91%"]));
    all_hold("registry-alive", &errors(world(""), "users", ["2%", "4.5%"]));
}

/// A database dies for good while some 20 000 requests wait for the one connection: each fails in its
/// turn.
#[test]
fn a_long_queue_for_a_connection_fails_as_a_whole() {
    let world = minutes(2)
        .node("a", 4)
        .with("[orchestrator]\nkind = 'swarm'")
        .service("app", "pool.db = { size = 1 }")
        .endpoint("get", "{ call = 'db.query' }")
        .service("db", "restart = { condition = 'none' }")
        .endpoint("query", "{ sleep = '1s' }")
        .traffic("users", "app.get", poisson(200))
        .fault("gone", "kill-service", "service = 'db'\nat = '100s'");
    all_hold("long-queue", &errors(world, "users", ["99%", "100%"]));
}

/// Users are cut off from their ingress node for 51 s, and their requests meanwhile arrive late, at the
/// retransmissions of their first packet. None is lost, and each has its 100 ms of CPU: 20 a second on
/// four cores are half of them.
#[test]
fn users_that_are_held_up_are_served_later() {
    let world = minutes(10)
        .with("[lan]\nrtt = '0.4ms'")
        .node("a", 4)
        .service("app", "")
        .cpu("get", "exp(100ms)")
        .traffic("users", "app.get", poisson(20))
        .with("ingress = ['a']")
        .fault("apart", "partition", "node = 'a'\nat = '20s'\nrepair = '51s'");
    let world = errors(world, "users", ["0%", "0.1%"]);
    let used = "node_cpu_utilization_ratio{node=\"a\"}";
    all_hold("held-up", &between(world, used, ["48%", "52%"]));
}
