//! What users saw while a component was down, judged part by part.

use super::{scenario, shown};
use wssim_experiment::findings::{Findings, Verdict};

/// A claim about a part; its id is its sentence.
fn claim(id: &str, metric: &str, part: &str, expect: &str) -> String {
    format!("[[claim]]\nid = \"{id}\"\nmetric = '{metric}'\n{part}\nexpect = {{ {expect} }}\n")
}

fn assert_all_hold(findings: &Findings) {
    assert!(!findings.claims.is_empty());
    for judged in &findings.claims {
        let (id, simulated) = (&judged.claim.id, judged.simulated);
        assert_eq!(judged.verdict, Verdict::Holds, "{id}: {simulated:?}, {:?}", judged.why);
    }
}

/// A cache of a hit ratio of 0.9 or so restarts empty: all 70 look-ups a second go to a database with a
/// capacity of 50 a second, and wait there. A tenth of the rates in the report, so the same times.
#[test]
fn a_cold_cache_is_slow_until_it_is_full_again() {
    let world = r#"
[scenario]
kind = "window"
duration = "3min"
lead_in = "1min"
[node.a]
cores = 4
[orchestrator]
kind = "swarm"
[service.app]
workers = 50
endpoint.get.steps = [ { cache = "redis", hit = "zipf(items=2000, capacity=1000, alpha=0.8)", cost = "0.05ms", miss = [ { call = "database.query", timeout = "2s" } ] } ]
[service.redis]
startup = "1s"
endpoint.noop.steps = [ { cpu = "0.1ms" } ]
[service.database]
workers = 2
endpoint.query.steps = [ { sleep = "40ms" } ]
[traffic.users]
entry = "app.get"
arrivals = { kind = "poisson", rate = "70/s" }
[[fault]]
id = "restart"
kind = "kill-service"
service = "redis"
at = "60s"
"#;
    let response = "response_time_seconds{entry=\"users\"}";
    let claims = [
        claim("before", response, "to = \"fault restart\"", "max = \"20ms\""),
        claim(
            "away",
            response,
            "from = \"fault restart\"\nto = \"fault restart + 12s\"",
            "min = \"1s\"",
        ),
        claim(
            "back",
            response,
            "from = { fault = \"restart\", after = \"60s\" }",
            "max = \"20ms\"",
        ),
    ];
    let findings = shown(&scenario(&(world.to_owned() + &claims.concat())), 8, &[]);
    assert_all_hold(&findings);
}

/// A worker that was cut off for 20 s returns empty: its task was replaced elsewhere meanwhile.
#[test]
fn a_node_that_was_cut_off_comes_back_empty() {
    let world = r#"
[scenario]
kind = "window"
duration = "3min"
[node.m]
cores = 4
[node.w1]
cores = 4
[node.w2]
cores = 4
[lan]
rtt = "0.2ms"
[orchestrator]
kind = "swarm"
managers = ["m"]
[service.web]
replicas = 2
constraints = ["node.hostname != m"]
max_replicas_per_node = 2
client = { connections = "per-request" }
endpoint.get.steps = [ { cpu = "1ms" } ]
[service.front]
constraints = ["node.hostname == m"]
client = { connections = "per-request", connect_timeout = "1s" }
endpoint.get.steps = [ { call = "web.get" } ]
[traffic.users]
entry = "front.get"
arrivals = { kind = "poisson", rate = "10/s" }
[[fault]]
id = "cable"
kind = "partition"
node = "w1"
at = "60s"
repair = "20s"
"#;
    let of = |node: &str| format!("containers{{node=\"{node}\",service=\"web\"}}");
    let errors = "error_ratio{entry=\"users\"}";
    let claims = [
        claim("one there", &of("w1"), "to = \"fault cable\"", "min = 1, max = 1"),
        claim("none there", &of("w1"), "from = \"95s\"", "max = 0"),
        claim("both here", &of("w2"), "from = \"95s\"", "min = 2, max = 2"),
        claim("few errors before", errors, "to = \"fault cable\"", "max = 0.01"),
        claim("errors", errors, "from = \"fault cable\"\nto = \"repair cable\"", "min = 0.05"),
        claim("few afterwards", errors, "from = \"repair cable + 10s\"", "max = 0.01"),
    ];
    let findings = shown(&scenario(&(world.to_owned() + &claims.concat())), 8, &[]);
    assert_all_hold(&findings);
}

/// Garbage of 2 MiB a second fills 1264 MiB in 632 s; the limit of the container kills it while its node
/// has free RAM. Restarting takes 25 s: in an hour it dies at 632, 1289, 1946, 2603 and 3260 s, in each
/// half hour two or three times.
#[test]
fn a_containers_own_limit_kills_though_the_node_has_room() {
    let world = r#"
[scenario]
kind = "window"
duration = "60min"
[node.server]
cores = 4
memory = "16 GiB"
[orchestrator]
kind = "swarm"
[service.api]
startup = "20s"
memory = { base = "736 MiB", limit = "2000 MiB", heap = { limit = "1600 MiB", live = "36 MiB", garbage = "1 MiB" } }
endpoint.get.steps = [ { cpu = "1ms" } ]
[traffic.probe]
entry = "api.get"
arrivals = { kind = "periodic", period = "0.5s" }
"#;
    let kills = "oom_kills_total{service=\"api\"}";
    let by = |short: &str| format!("oom_kills_total{{service=\"api\", by=\"{short}\"}}");
    let claims = [
        claim("all", kills, "", "min = 5, max = 5"),
        claim("at its limit", &by("limit"), "", "min = 5, max = 5"),
        claim("by its node", &by("node"), "", "max = 0"),
        claim("in 1900 s", kills, "to = \"1900s\"", "min = 2, max = 2"),
        claim("in the rest", kills, "from = \"1900s\"", "min = 3, max = 3"),
    ];
    let findings = shown(&scenario(&(world.to_owned() + &claims.concat())), 5, &[]);
    assert_all_hold(&findings);
}
