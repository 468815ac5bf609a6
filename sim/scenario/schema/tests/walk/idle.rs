//! Tests notes on keys without effect: with the note, another value changes no number; with the missing
//! key there is no note, and the same change does change one.

use super::worlds::World;
use crate::no_effect::{CODE, ROWS};
use wssim_experiment::question::Study;

/// A world with a note on a key.
struct Case {
    /// The key's path in the table of rows.
    path: &'static str,
    /// The note, and the key and value that it is about.
    why: &'static str,
    /// Lines of the world: at its end, of the callee, of the users.
    idle: Lines,
    /// Another value.
    set: &'static str,
    /// Lines that make the key effective.
    acts: Lines,
}

#[derive(Clone, Copy)]
struct Lines {
    caller: &'static str,
    callee: &'static str,
    users: &'static str,
    rest: &'static str,
}

const NONE: Lines = Lines { caller: "", callee: "", users: "", rest: "" };

const fn caller(caller: &'static str) -> Lines {
    Lines { caller, ..NONE }
}
const fn callee(callee: &'static str) -> Lines {
    Lines { callee, ..NONE }
}
const fn users(users: &'static str) -> Lines {
    Lines { users, ..NONE }
}
const fn rest(rest: &'static str) -> Lines {
    Lines { rest, ..NONE }
}

const fn case(
    path: &'static str,
    why: &'static str,
    idle: Lines,
    set: &'static str,
    acts: Lines,
) -> Case {
    Case { path, why, idle, set, acts }
}

/// A web server that calls a database on another node.
fn text(lines: &[Lines]) -> String {
    let all = |of: fn(&Lines) -> &'static str| lines.iter().map(of).collect::<Vec<_>>().join("\n");
    let (caller, callee) = (all(|lines| lines.caller), all(|lines| lines.callee));
    let (users, rest) = (all(|lines| lines.users), all(|lines| lines.rest));
    let steps = if caller.contains("steps") {
        ""
    } else {
        "endpoint.go.steps = [ { call = \"db.go\", send = \"2 kB\", receive = \"20 kB\", timeout = \"60ms\" } ]"
    };
    format!(
        "[scenario]\nwarmup = \"1s\"\nduration = \"20s\"\n[node.a]\ncores = 2\n{}\
         [service.web]\nconstraints = \"node.hostname == a\"\n{caller}\n{steps}\n\
         [service.db]\n{callee}\nendpoint.go.steps = [ {{ cpu = \"exp(12ms)\" }}, {{ sleep = \"exp(9ms)\" }} ]\n\
         [traffic.web]\nentry = \"web.go\"\narrivals = {{ kind = \"poisson\", rate = \"70/s\" }}\n{users}\n{rest}\n",
        if rest.contains("one node") { "" } else { "[node.b]\ncores = 2\n" },
    )
}

const OVERLAY: &str = "[lan]\nrtt = \"1ms\"\nvxlan_cpu = \"9us\"\nesp_cpu = \"9us\"\naes_cpu = \"9ns\"\naes_software_cpu = \"9ns\"\nipvs_cpu = \"90us\"\n[network.n]\ndriver = \"overlay\"\n";
const ON_N: Lines = Lines {
    caller: "networks = \"n\"",
    callee: "networks = \"n\"\nconstraints = \"node.hostname == b\"",
    ..NONE
};
const ON_TWO: Lines =
    Lines { callee: "constraints = \"node.hostname == b\"", rest: "[node.b]\ncores = 2", ..NONE };
const ENCRYPTED: Lines = rest("encrypted = true");
const SWARM: &str = "[orchestrator]\nkind = \"swarm\"\n";

const CASES: &[Case] = &[
    case(
        "node.*.disk",
        "nothing visits this disk",
        rest("[node.b.disk]\nkind = \"hdd\""),
        "node.b.disk.kind=\"nvme\"",
        Lines {
            callee: "constraints = \"node.hostname == b\"\nendpoint.read.steps = [ { disk = \"8 kB\" } ]",
            rest: "[traffic.read]\nentry = \"db.read\"\narrivals = { kind = \"poisson\", rate = \"20/s\" }",
            ..NONE
        },
    ),
    case(
        "service.*.hold",
        "there are no `workers`",
        callee("hold = \"cpu\""),
        "service.db.hold=request",
        callee("workers = 2"),
    ),
    case(
        "service.*.backlog",
        "there are no `workers`",
        callee("backlog = 1"),
        "service.db.backlog=0",
        callee("workers = 2"),
    ),
    case(
        "service.*.queue_timeout",
        "there are no `workers`",
        callee("queue_timeout = \"5ms\""),
        "service.db.queue_timeout=1ms",
        callee("workers = 2"),
    ),
    case(
        "service.*.cpus.quota",
        "there is no `limit`",
        callee("cpus.quota = \"fluid\""),
        "service.db.cpus.quota=cfs",
        callee("cpus.limit = 1.0"),
    ),
    case(
        "lan.rtt",
        "there is one node",
        rest("# one node\n[lan]\nrtt = \"2ms\""),
        "lan.rtt=9ms",
        ON_TWO,
    ),
    case(
        "lan.mtu",
        "there is one node",
        rest("# one node\n[lan]\nmtu = 9000"),
        "lan.mtu=1400",
        ON_TWO,
    ),
    case(
        "lan.goodput",
        "there is one node",
        rest("# one node\n[lan]\ngoodput = \"800 Mbit/s\""),
        "lan.goodput=\"1 Mbit/s\"",
        ON_TWO,
    ),
    case(
        "lan.loss",
        "there is one node",
        rest("# one node\n[lan]\nloss = 0.01"),
        "lan.loss=0.2",
        ON_TWO,
    ),
    case(
        "service.*.keep_alive",
        "no service calls it",
        caller("keep_alive = \"60s\""),
        "service.web.keep_alive=1ms",
        rest(
            "[service.more]\nconstraints = \"node.hostname == b\"\nendpoint.go.steps = [ { call = \"web.go\" } ]\n\
             client.web = { idle = \"10s\", accept = \"1ms\" }\n[traffic.more]\nentry = \"more.go\"\narrivals = { kind = \"poisson\", rate = \"5/s\" }",
        ),
    ),
    case(
        "network.*",
        "no service is on this network",
        rest(OVERLAY),
        "network.n.encrypted=true",
        ON_N,
    ),
    case(
        "lan.esp_cpu",
        "no network is encrypted",
        Lines { rest: OVERLAY, ..ON_N },
        "lan.esp_cpu=99us",
        ENCRYPTED,
    ),
    case(
        "traffic.*.cancel",
        "users never give up: there is no `patience`",
        users("cancel = true"),
        "traffic.web.cancel=false",
        users("patience = \"20ms\""),
    ),
    case(
        "service.*.endpoint.*.steps.retries.jitter",
        "there is no `backoff`",
        caller(
            "endpoint.go.steps = [ { call = \"db.go\", timeout = \"20ms\", retries = { attempts = 1, jitter = 0.5 } } ]",
        ),
        "service.web.endpoint.go.steps[0].retries.jitter=0.9",
        NONE,
    ),
    case(
        "service.*.endpoint_mode",
        "only Swarm gives addresses",
        callee("replicas = 3\nendpoint_mode = \"dnsrr\""),
        "service.db.endpoint_mode=vip",
        rest(SWARM),
    ),
    case(
        "service.*.client",
        "it calls no other service",
        callee("client.connections = \"per-request\""),
        "service.db.client.connections=keep-alive",
        NONE,
    ),
];

fn world(lines: &[Lines]) -> World {
    World::of_text(text(lines), &[Study::Run])
        .unwrap_or_else(|why| panic!("{why}\n{}", text(lines)))
}

/// The notes on settings without effect.
fn notes(world: &World) -> Vec<String> {
    let notes = world.scenario.warnings().iter().filter(|one| one.code == CODE);
    notes.map(|one| one.message.clone()).collect()
}

#[test]
fn what_is_said_to_do_nothing_moves_no_number_and_moves_one_where_it_is_not_said() {
    for Case { path, why, idle, set, acts } in CASES {
        assert!(ROWS.iter().any(|row| row.path == *path && row.why == *why), "{path}: {why}");
        let said = format!("no effect: {why}");
        let still = world(&[*idle]);
        assert!(notes(&still).contains(&said), "{path}: {:?}", notes(&still));
        let other = still.with(&[(*set).to_owned()], &[]).expect("another value");
        assert!(!other.tells_other(&still), "{path} does something");
        if acts.is_none() {
            continue;
        }
        let acting = world(&[*idle, *acts]);
        assert!(!notes(&acting).contains(&said), "{path}: {:?}", notes(&acting));
        let other = acting.with(&[(*set).to_owned()], &[]).expect("another value");
        assert!(other.tells_other(&acting), "{path} does nothing");
    }
}

impl Lines {
    fn is_none(&self) -> bool {
        [self.caller, self.callee, self.users, self.rest].iter().all(|lines| lines.is_empty())
    }
}
