//! Every lint: one file with it, the same without the flaw, and disabled on request.

#![allow(clippy::unwrap_used)]

mod folder;

use folder::Folder;
use wssim_scenario::{Diagnostic, LINTS, Scenario};

/// Three nodes of 4 threads and 8 GiB, three of them managers; `stack` on Docker Swarm.
fn load(name: &str, stack: &str, more: &str) -> Scenario {
    let folder = Folder::new();
    folder.write("app.yml", stack);
    let head = if more.contains("[orchestrator]") {
        String::new()
    } else {
        "[orchestrator]\nmanagers = [\"a\", \"b\", \"c\"]\n".to_owned()
    };
    let nodes: String = ["a", "b", "c"]
        .map(|node| format!("[node.{node}]\ncores = 4\nmemory = \"8 GiB\"\n"))
        .concat();
    let (allow, more) =
        more.split_once('\n').filter(|(first, _)| first.starts_with("allow")).unwrap_or(("", more));
    let text = format!("[scenario]\nstacks = [\"app.yml\"]\n{allow}\n{head}{nodes}{more}");
    folder.write("app.toml", text);
    let loaded = folder.load("app.toml", &[]);
    loaded.unwrap_or_else(|mistakes| panic!("{name}: {}", mistakes.render(false)))
}

fn told(name: &str, stack: &str, more: &str) -> Vec<Diagnostic> {
    let scenario = load(name, stack, more);
    scenario
        .warnings()
        .iter()
        .cloned()
        .chain(scenario.lints())
        .filter(|it| it.code == name)
        .collect()
}

/// A lint, a stack and lines of a scenario without it, and the replacement of text that causes it.
struct Case {
    lint: &'static str,
    stack: &'static str,
    more: &'static str,
    sound: &'static str,
    flaw: &'static str,
}

const fn case(
    lint: &'static str,
    stack: &'static str,
    more: &'static str,
    sound: &'static str,
    flaw: &'static str,
) -> Case {
    Case { lint, stack, more, sound, flaw }
}

/// One service `web`.
const WEB: &str = "services:\n  web: {image: web:1}\n";
/// Two services on two nodes in one encrypted network.
const APART: &str = "\
services:
  one: {image: one:1, networks: [n], deploy: {placement: {constraints: [node.hostname == a]}}}
  two: {image: two:1, networks: [n], deploy: {placement: {constraints: [node.hostname == b]}}}
networks:
  n: {driver: overlay, driver_opts: {encrypted: \"true\"}}
";
/// The ports that Swarm needs.
const OPEN: &str = "[lan]\nfirewall = { open = [\"2377/tcp\", \"7946/tcp\", \"7946/udp\", \"4789/udp\", \"esp\"] }\n";
/// A service that is stopped, dumped and started.
const DUMPED: &str = "[[phase]]\nid = \"one\"\nsteps = [ { id = \"stop\", stop = [\"web\"] }, { after = [\"stop\"], dump = \"web\", size = \"1 MB\", rate = \"1 MB/s\" }, { start = [\"web\"] } ]\n";
const ROUTED: &str = "\
services:
  web:
    image: web:1
    deploy:
      labels:
        - traefik.enable=true
        - traefik.http.routers.web.rule=Host(`a`)
        - traefik.http.routers.web.middlewares=limit,auth@file
        - traefik.http.services.web.loadbalancer.server.port=80
        - traefik.http.middlewares.limit.ratelimit.average=5
";

const CASES: &[Case] = &[
    case(
        "address-pool",
        WEB,
        "[lan]\nsubnet = \"192.168.1.0/24\"\n",
        "192.168.1.0/24",
        "10.0.0.0/24",
    ),
    case(
        "alias-shared",
        "services:\n  one: {image: one:1, networks: {n: {aliases: [db]}}}\n  two: {image: two:1, networks: {n: {aliases: [other]}}}\nnetworks: {n: {}}\n",
        "",
        "[other]}}}\nnetworks",
        "[db]}}}\nnetworks",
    ),
    case(
        "check-always-fails",
        "services:\n  web: {image: web:1, healthcheck: {test: [NONE]}}\n",
        "",
        "[NONE]",
        "NONE",
    ),
    case(
        "container-labels",
        "services:\n  web:\n    image: web:1\n    labels: [some.label=true]\n",
        "",
        "some.label",
        "Traefik.enable",
    ),
    case("default-rule", ROUTED, "", "web.rule=Host(`a`)", "web.entrypoints=web"),
    case(
        "defined-twice",
        "services:\n  one: {image: one:1, deploy: {labels: [traefik.http.routers.r.rule=Host(`a`), traefik.http.services.s.loadbalancer.server.port=80]}}\n  two: {image: two:1, deploy: {labels: [traefik.http.routers.other.rule=Host(`b`), traefik.http.services.t.loadbalancer.server.port=80]}}\n",
        "",
        "other.rule=Host(`b`)",
        "r.rule=Host(`b`)",
    ),
    case("dump-while-running", WEB, DUMPED, "after = [\"stop\"]", "after = []"),
    case("encryption-spelling", APART, "", "{encrypted:", "{encryption:"),
    case("esp-blocked", APART, OPEN, ", \"esp\"", ""),
    case(
        "even-managers",
        WEB,
        "[orchestrator]\nmanagers = [\"a\", \"b\", \"c\"]\n",
        "\"b\", \"c\"",
        "\"b\"",
    ),
    case(
        "few-managers",
        WEB,
        "[orchestrator]\nmanagers = [\"a\", \"b\", \"c\"]\n",
        "\"a\", \"b\", \"c\"",
        "\"a\"",
    ),
    case("gossip-blocked", WEB, OPEN, ", \"7946/udp\"", ""),
    case("ignored-key", WEB, "", "web:1", "web:1, privileged: true"),
    case("ignored-restart", WEB, "", "web:1", "web:1, restart: always"),
    case(
        "large-packets",
        WEB,
        "[lan]\nmtu = 1550\n[network.jumbo]\ndriver = \"overlay\"\nmtu = 1500\n",
        "mtu = 1550",
        "goodput = \"1 GB/s\"",
    ),
    case("latest-tag", "services:\n  web: {image: a.b:5000/web:1.0}\n", "", ":1.0", ":latest"),
    case(
        "limits-above-node",
        "services:\n  web: {image: web:1, deploy: {replicas: 4, resources: {limits: {memory: 4g}}}}\n",
        "",
        "4g",
        "5g",
    ),
    case("managers-blocked", WEB, OPEN, "\"2377/tcp\", ", ""),
    case(
        "no-memory-limit",
        "services:\n  web: {image: web:1, deploy: {resources: {limits: {memory: 1g}}}}\n",
        "",
        "{memory: 1g}",
        "{cpus: '1'}",
    ),
    case("no-port", ROUTED, "", "server.port=80", "sticky.cookie=true"),
    case("overlay-blocked", APART, OPEN, ", \"4789/udp\"", ""),
    case(
        "pinned-replicas",
        "services:\n  web: {image: web:1, deploy: {replicas: 2, placement: {constraints: [node.role == manager]}}}\n",
        "",
        "node.role == manager",
        "node.hostname == a",
    ),
    case(
        "port-with-dnsrr",
        "services:\n  web: {image: web:1, ports: [{target: 80, published: 80, mode: host}], deploy: {endpoint_mode: dnsrr}}\n",
        "",
        "host",
        "ingress",
    ),
    case(
        "reservations-above-node",
        "services:\n  web: {image: web:1, deploy: {replicas: 4, resources: {reservations: {memory: 3g}}}}\n",
        "",
        "3g",
        "5g",
    ),
    case(
        "slow-registration",
        "services:\n  web: {image: web:1, healthcheck: {test: [CMD, x], interval: 10s}}\n",
        "",
        "10s",
        "30s",
    ),
    case(
        "start-first-without-room",
        "services:\n  web: {image: web:1, deploy: {placement: {constraints: [node.hostname == a]}, resources: {reservations: {memory: 3g}}, update_config: {order: start-first}}}\n",
        "",
        "3g",
        "5g",
    ),
    case(
        "unchecked-rollout",
        "services:\n  web: {image: web:1, healthcheck: {test: [CMD, x]}}\n",
        "[[rollout]]\nid = \"new\"\nat = \"1min\"\nstack = \"app\"\n[orchestrator]\nkind = \"swarm\"\n",
        "[CMD, x]",
        "[NONE]",
    ),
    case("unknown-balancer", ROUTED, "", "routers.web.rule=Host(`a`)", "routers.web.service=wbe"),
    case("unknown-middleware", ROUTED, "", "middlewares=limit,", "middlewares=Limit,"),
    case(
        "unpinned-state",
        "services:\n  web: {image: web:1, volumes: [\"/srv:/data\"]}\nvolumes: {data: {}}\n",
        "",
        "/srv:/data",
        "data:/data",
    ),
    case(
        "unpushed-image",
        "services:\n  web: {image: web:1, deploy: {placement: {constraints: [node.hostname == a]}}}\n",
        "[[rollout]]\nid = \"new\"\nat = \"1min\"\nstack = \"app\"\nbuild = { node = \"a\", cpu = \"60s\" }\n[orchestrator]\nkind = \"swarm\"\n",
        "hostname == a",
        "hostname != c",
    ),
];

impl Case {
    fn flawed(&self) -> (String, String) {
        let (stack, more) = (self.stack, self.more);
        assert!([stack, more].concat().contains(self.sound), "{}", self.lint);
        (stack.replace(self.sound, self.flaw), more.replace(self.sound, self.flaw))
    }
}

#[test]
fn every_lint_is_said_where_it_must_be_and_nowhere_else() {
    for case in CASES {
        let (stack, more) = case.flawed();
        let said = told(case.lint, &stack, &more);
        assert!(!said.is_empty(), "{} is not said", case.lint);
        for lint in &said {
            let place = lint.span.as_ref().unwrap();
            assert!(
                place.file().ends_with("app.yml") || place.file().ends_with("app.toml"),
                "{lint:?}"
            );
            let known = LINTS.iter().find(|known| known.name == case.lint).unwrap();
            assert!(lint.help.as_ref().unwrap().ends_with(known.reason), "{lint:?}");
        }
        let left = told(case.lint, case.stack, case.more);
        assert!(left.is_empty(), "{} is said without its flaw: {left:?}", case.lint);
    }
}

#[test]
fn every_lint_can_be_silenced_and_has_a_case() {
    for (lint, case) in LINTS.iter().zip(CASES) {
        assert_eq!(lint.name, case.lint, "the cases are those of the table, in its order");
        let (stack, more) = case.flawed();
        let silenced = told(case.lint, &stack, &format!("allow = [\"{}\"]\n{more}", case.lint));
        assert!(silenced.is_empty(), "{} is not silenced: {silenced:?}", case.lint);
        assert!(lint.reason.ends_with(')') && lint.reason.contains('('), "{}: a source", lint.name);
    }
    assert_eq!(LINTS.len(), CASES.len());
}

/// A constraint to one node.
const ON_A: &str = "placement: {constraints: [node.hostname == a]}";

/// Resources that a start-first update can lack, and sufficient ones.
#[test]
fn start_first_needs_room_of_every_kind() {
    let told = |service: &str| {
        let stack = format!(
            "services:\n  web:\n    image: web:1\n{}\n      update_config: {{order: start-first}}\n",
            service.replace(';', "\n")
        );
        let said = self::told("start-first-without-room", &stack, "");
        said.into_iter().map(|lint| lint.message).collect::<String>()
    };
    for (what, service, due) in [
        (
            "memory",
            format!("    x-wssim: {{memory: 5 GiB}};    deploy:;      {ON_A}"),
            "3.0 GiB of RAM left, of 5.0",
        ),
        (
            "cpus",
            format!("    deploy:;      {ON_A};      resources: {{reservations: {{cpus: '3'}}}}"),
            "1 CPUs to reserve left, of 3",
        ),
        (
            "port",
            format!(
                "    ports: [{{target: 80, published: 80, mode: host}}];    deploy:;      {ON_A}"
            ),
            "its port of `a` is taken",
        ),
        (
            "most",
            "    deploy:;      replicas: 3;      placement: {max_replicas_per_node: 1}".to_owned(),
            "max_replicas_per_node",
        ),
        (
            "global",
            "    ports: [{target: 80, published: 80, mode: host}];    deploy:;      mode: global"
                .to_owned(),
            "its port of `a` is taken",
        ),
        ("elsewhere", "    deploy:;      resources: {reservations: {memory: 5g}}".to_owned(), ""),
        ("mesh", format!("    ports: [\"80:80\"];    deploy:;      {ON_A}"), ""),
    ] {
        let said = told(&service);
        assert!(said.contains(due) && said.is_empty() == due.is_empty(), "{what}: {said}");
    }
}

/// A container without a node is reported, with reservations if they are the reason.
#[test]
fn reservations_that_leave_no_node_are_named_with_the_container() {
    let one = |name: &str| format!("[service.{name}]\nmemory = {{ reservation = \"5 GiB\" }}\n");
    let text =
        format!("[node.a]\ncores = 4\nmemory = \"8 GiB\"\n{}{}", one("first"), one("second"));
    let mistakes = Folder::new().one(&text).unwrap_err();
    let told = mistakes.render(false);
    assert!(told.contains("0 of 1 containers of service `second` find a node"), "{told}");
    assert!(told.contains("`a` reserves 10.0 GiB of 8.0"), "{told}");
    assert_eq!(mistakes.items.len(), 1, "{told}");
}

/// A dependency between stacks is reported with the key that enforces it.
#[test]
fn an_order_of_starts_that_is_not_kept_names_what_is_needed() {
    let stack = "services:\n  web: {image: web:1, depends_on: [db]}\n  db: {image: db:1}\n";
    let told = told("ignored-key", stack, "");
    assert_eq!(told.len(), 1);
    assert!(
        wssim_scenario::render(&told, 400, false).contains("in `start_needs` of its `x-wssim`")
    );
}
