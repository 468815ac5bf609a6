//! Connections, routing, lives and faults of random worlds. Every other world has an orchestrator; two
//! of three have faults.

use super::random_worlds::Dice;
use std::fmt::Write as _;

/// Connections and restarts of a service with `replicas`.
pub(super) fn reach(dice: &mut Dice, n: u32, services: u32, replicas: u32) -> String {
    let mut text = String::new();
    if dice.chance(0.5) {
        let client = client(dice);
        writeln!(text, "client = {client}").unwrap();
    }
    if dice.chance(0.3) {
        let resolver = dice.pick(&[
            "\"jvm\"",
            "\"node\"",
            "\"nginx\"",
            "{ ttl = \"1s\", pick = \"shuffle\" }",
            "{ ttl = \"3s\", pick = \"in-turn\" }",
        ]);
        writeln!(text, "resolver = {resolver}").unwrap();
    }
    let (balanced, without_address) = (dice.chance(0.3), dice.chance(0.3));
    if balanced {
        let weights = &["7", "3", "1"][..replicas as usize];
        let weighted = format!("{{ kind = \"random\", weights = [{}] }}", weights.join(", "));
        let balance = dice.pick(&[
            "\"round-robin\"",
            "\"random\"",
            "\"least-connections\"",
            "\"power-of-d\"",
            "{ kind = \"power-of-d\", choices = 3 }",
            "\"locality-first\"",
            &weighted,
        ]);
        writeln!(text, "balance = {balance}").unwrap();
    } else if without_address {
        text.push_str("endpoint_mode = \"dnsrr\"\n");
    }
    if dice.chance(0.2) {
        writeln!(text, "keep_alive = \"{}\"", dice.pick(&["50ms", "2s"])).unwrap();
    }
    if dice.chance(0.2) {
        writeln!(text, "max_connections = {}", dice.pick(&["1", "3", "20"])).unwrap();
    }
    if dice.chance(0.6) {
        let startup = dice.pick(&["10ms", "exp(500ms)", "3s"]);
        writeln!(text, "startup = \"{startup}\"").unwrap();
    }
    if dice.chance(0.6) {
        let delay = dice.pick(&["0s", "100ms", "2s"]);
        let condition = dice.pick(&["any", "any", "none"]);
        writeln!(text, "restart = {{ condition = \"{condition}\", delay = \"{delay}\" }}").unwrap();
    }
    if dice.chance(0.3) {
        let volume = dice.pick(&["\"data\"", "{ name = \"d\", nfs = \"n0\" }"]);
        writeln!(text, "volumes = [ {volume} ]").unwrap();
    }
    if dice.chance(0.3) {
        let from = dice.pick(&["", ", registry = \"s0\""]);
        writeln!(text, "image = {{ name = \"i\", size = \"20 MB\"{from} }}").unwrap();
    }
    if dice.chance(0.4) {
        writeln!(text, "healthcheck = {{ interval = \"{}\" }}", dice.pick(&["300ms", "2s"]))
            .unwrap();
    }
    // Services further down start without those above.
    if n + 1 < services && dice.chance(0.3) {
        let (need, retry) = (n + 1 + dice.below(services - n - 1), dice.pick(&["70ms", "1s"]));
        writeln!(text, "start_needs = \"s{need}\"\nstart_retry = \"{retry}\"").unwrap();
    }
    for target in n + 1..services {
        if dice.chance(0.3) {
            let pool = dice.pick(&[
                "{ kind = \"hikari\" }",
                "{ kind = \"hikari\", size = 2, timeout = \"200ms\", max_lifetime = \"exp(2s)\" }",
                "{ size = 3, timeout = \"10ms\", idle = \"100ms\" }",
                "{ size = 1, validation = \"50ms\", keepalive = \"1s\", minimum = 1 }",
            ]);
            writeln!(text, "pool.s{target} = {pool}").unwrap();
        }
    }
    text
}

/// A step that holds a connection of the first pool of a service, whose text so far is `text`.
pub(super) fn holds(dice: &mut Dice, text: &str) -> Option<String> {
    let target = text.split_once("pool.s")?.1.split_once(' ')?.0;
    if dice.chance(0.4) {
        return None;
    }
    let call =
        format!("{{ call = \"s{target}.go\", timeout = \"{}\" }}", dice.pick(&["3ms", "1s"]));
    let between = dice.pick(&["{ cpu = \"exp(1ms)\" }", "{ sleep = \"5ms\" }"]);
    let again = format!("{{ repeat = {}, steps = [ {call} ] }}", dice.below(3));
    let leak = dice.pick(&["", ", leak = 0.02"]);
    Some(format!("{{ with = \"s{target}\"{leak}, steps = [ {call}, {between}, {again} ] }}"))
}

/// Properties of paths between nodes: unlimited in most worlds.
pub(super) fn path<'t>(dice: &mut Dice) -> &'t str {
    dice.pick(&["", "", "", "", "mtu = 1490\n", "loss = \"1%\"\n", "goodput = \"2 MB/s\"\n"])
}

fn client(dice: &mut Dice) -> &str {
    dice.pick(&[
        "{ }",
        "{ connections = \"per-request\" }",
        "{ connections = \"per-request\", tls = true, accept = \"exp(0.1ms)\" }",
        "{ idle = \"100ms\", connect_timeout = \"300ms\" }",
        "{ max_lifetime = \"exp(1s)\", tls = true }",
        "{ multiplex = true, max = 2 }",
        "{ multiplex = true, max = 1, idle = \"1s\", max_lifetime = \"2s\" }",
        "{ multiplex = true, keepalive = \"150ms\" }",
        "{ connections = \"per-request\", ports = 30 }",
        "{ keepalive = \"200ms\", accept = \"0.2ms\" }",
    ])
}

/// Orchestrator and faults of a world of `replicas` on `nodes`; the measured stretch is 10 s long.
pub(super) fn unrest(dice: &mut Dice, nodes: u32, replicas: &[u32]) -> String {
    let mut text = String::new();
    if dice.chance(0.7) {
        let kind = dice.pick(&["swarm", "swarm", "k3s", "nomad", "compose", "none"]);
        writeln!(text, "[orchestrator]\nkind = \"{kind}\"").unwrap();
        if dice.chance(0.3) {
            writeln!(text, "removal = \"{}\"", dice.pick(&["0s", "exp(500ms)", "2s"])).unwrap();
        }
        if dice.chance(0.5) {
            writeln!(text, "agent_cpu = {}", dice.pick(&["0.01", "0.3"])).unwrap();
        }
        // In 10 s no node is marked down after three periods.
        if dice.chance(0.6) {
            writeln!(text, "detection = \"{}\"", dice.pick(&["0s", "exp(300ms)", "1s"])).unwrap();
        }
        if dice.chance(0.5) {
            writeln!(text, "managers = [\"n{}\"]", dice.below(nodes)).unwrap();
        }
    }
    if dice.chance(0.3) {
        return text;
    }
    for number in 0..=dice.below(4) {
        writeln!(text, "[[fault]]\nid = \"f{number}\"").unwrap();
        let again = dice.chance(0.25);
        if again {
            let mtbf = dice.pick(&["exp(2s)", "weibull(3s, shape=0.7)", "1500ms"]);
            writeln!(text, "mtbf = \"{mtbf}\"").unwrap();
        } else {
            writeln!(text, "at = \"{}ms\"", dice.below(9000)).unwrap();
        }
        if again || dice.chance(0.7) {
            let repair = dice.pick(&["0s", "30ms", "exp(1s)", "4s"]);
            writeln!(text, "repair = \"{repair}\"").unwrap();
        }
        let (a, b) = (dice.below(nodes), dice.below(nodes));
        let some = if a == b { format!("\"n{a}\"") } else { format!("\"n{a}\", \"n{b}\"") };
        let service = dice.below(replicas.len() as u32);
        match dice.below(13) {
            0 => writeln!(text, "kind = \"crash\"\nnode = [{some}]"),
            1 => writeln!(text, "kind = \"reboot\"\nnode = \"n{a}\""),
            2 => writeln!(text, "kind = \"hang\"\nnode = [{some}]"),
            3 => writeln!(text, "kind = \"partition\"\nnode = [{some}]"),
            4 if a != b => writeln!(text, "kind = \"partition\"\nlink = [\"n{a}\", \"n{b}\"]"),
            5 => writeln!(text, "kind = \"power\"\nnode = [{some}]"),
            6 => writeln!(text, "kind = \"kill-service\"\nservice = \"s{service}\""),
            7 => writeln!(text, "kind = \"slow-disk\"\nnode = [{some}]\nfactor = 3"),
            8 => writeln!(text, "kind = \"slow-network\"\nnode = [{some}]"),
            9 => writeln!(text, "kind = \"disk-full\"\nnode = [{some}]"),
            10 => writeln!(text, "kind = \"switch\""),
            11 => writeln!(text, "kind = \"crash\"\nservice = \"s{service}\""),
            _ => {
                let replica = 1 + dice.below(replicas[service as usize]);
                writeln!(
                    text,
                    "kind = \"kill-service\"\nservice = \"s{service}\"\nreplica = {replica}"
                )
            }
        }
        .unwrap();
    }
    text
}
