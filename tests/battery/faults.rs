//! Faults: slow and full disks, slow networks, switches, and random failures.

use super::file::{exp, seconds};
use super::judge::judge;
use super::world::{Length, Setup, Shown, blueprint, mean, poisson, replicate, usual};
use super::{family, models};
use std::fmt::Write as _;
use wssim_model::Blueprint;

/// A station of one worker on a node that has `fault`.
fn failing_station(arrivals: &str, service: &str, fault: &str) -> Blueprint {
    blueprint(&format!(
        r#"
[scenario]
title = "A station that stands still"
[node.host]
cores = 1
[service.station]
workers = 1
endpoint.visit.steps = [ {{ cpu = "{service}" }} ]
[traffic.all]
entry = "station.visit"
arrivals = {arrivals}
[[fault]]
id = "breakdown"
kind = "hang"
node = "host"
{fault}
"#
    ))
}

/// Up and down for exponential times, idle or not; work is resumed, and arrivals meanwhile wait. Numbers
/// in the system and times are measured separately: both equal the closed form.
#[test]
fn mm1_breakdowns() {
    for mut model in models().into_iter().filter(|model| model.family == "mm1_breakdowns") {
        // The first is no metric of a world; the last is of a clock that stops while no customer is
        // served.
        model.rows.retain(|row| ["mean_in_system_L", "mean_response_W"].contains(&&*row.metric));
        assert_eq!(model.rows.len(), 2);
        let rate = model.number("lam");
        let fault = format!(
            "mtbf = \"{}\"\nrepair = \"{}\"",
            exp(1.0 / model.number("fail")),
            exp(1.0 / model.number("repair"))
        );
        let service = exp(1.0 / model.number("mu"));
        let setup = Setup {
            blueprint: failing_station(&poisson(rate), &service, &fault),
            rate,
            length: Length::Steady,
            read: Box::new(usual),
        };
        judge(&model, &setup);
    }
}

#[test]
fn deterministic_node_outage() {
    family("deterministic_node_outage", |m| {
        let (period, n) = (m.number("a"), m.number("n"));
        let arrivals =
            format!("{{ kind = \"periodic\", period = \"{}\", phase = \"0s\" }}", seconds(period));
        let (at, lasts) = (seconds(m.number("t0")), seconds(m.number("d")));
        let fault = format!("at = \"{at}\"\nrepair = \"{lasts}\"");
        let demand = m.number("D");
        Setup {
            blueprint: failing_station(&arrivals, &seconds(demand), &fault),
            rate: 1.0 / period,
            // The n-th comes before the end, the next one after it.
            length: Length::Window(0.0, period * (n - 0.5), 5),
            read: Box::new(move |metric, shown| {
                let ends = shown.requests.iter().map(|(at, took, _)| at + took);
                let late = |took: &&f64| **took > demand + 1e-9;
                Some(match metric {
                    "max_response" => shown.responses().into_iter().fold(0.0, f64::max),
                    "jobs_with_response_gt_D" => {
                        shown.responses().iter().filter(late).count() as f64
                    }
                    "last_completion" => ends.max()? as f64 * 1e-9,
                    _ => return usual(metric, shown),
                })
            }),
        }
    });
}

/// A disk that two simultaneous faults make four times slower, and a third fault, repaired meanwhile,
/// that changes nothing: M/D/1 with four times the service time.
#[test]
fn md1_at_a_slow_disk() {
    for mut model in models().into_iter().filter(|model| model.family == "md1") {
        model.rows.retain(|row| row.metric != "prob_wait_gt_2D");
        let (rate, bytes) = (model.number("lam"), (model.number("D") * 1e6).round());
        let slow = |id: &str, rest: &str| {
            format!("[[fault]]\nid = \"{id}\"\nkind = \"slow-disk\"\nnode = \"host\"\n{rest}\n")
        };
        let text = format!(
            r#"
[scenario]
title = "A slow disk"
[node.host]
cores = 1
disk = {{ bandwidth = "4 MB/s", queues = 1 }}
[service.store]
endpoint.read.steps = [ {{ disk = "{bytes} B" }} ]
[traffic.all]
entry = "store.read"
arrivals = {}
{}{}{}"#,
            poisson(rate),
            slow("a", "mtbf = \"1ns\"\nfactor = 2"),
            slow("b", "mtbf = \"2ns\"\nfactor = 2"),
            slow("c", "at = \"0s\"\nrepair = \"0s\"\nfactor = 7"),
        );
        let setup = Setup {
            blueprint: blueprint(&text),
            rate,
            length: Length::Steady,
            read: Box::new(|metric, shown| {
                let container = shown.averages.containers[0];
                match metric {
                    "mean_in_system_L" => Some(container.disk_waiting + container.disk_served),
                    _ => usual(metric, shown),
                }
            }),
        };
        judge(&model, &setup);
    }
}

/// Half of the requests write. While the disk is full they fail at once, and for no other reason; reads
/// are served.
#[test]
fn a_full_disk_takes_reads_and_no_writes() {
    let world = blueprint(
        r#"
[scenario]
title = "A full disk"
[node.host]
cores = 1
disk = { read = "1ms", write = "1ms", flush = "1ms" }
[service.store]
endpoint.read.steps = [ { disk = "1 kB" } ]
endpoint.write.steps = [ { disk = "1 kB", write = true } ]
endpoint.flush.steps = [ { parallel = [ [ { disk = "1 kB", flush = true } ], [ { cpu = "1ms" } ] ] } ]
[traffic.read]
entry = "store.read"
arrivals = { kind = "periodic", period = "100ms", phase = "5ms" }
[traffic.write]
entry = "store.write"
arrivals = { kind = "periodic", period = "100ms", phase = "25ms" }
[traffic.z-flush]
entry = "store.flush"
arrivals = { kind = "periodic", period = "100ms", phase = "45ms" }
[[fault]]
id = "full"
kind = "disk-full"
node = "host"
at = "2s"
repair = "3s"
"#,
    );
    let shown = replicate(&world, 84, 0, 0.0, 10.0);
    let mut failed = [0; 3];
    for ((at, took, ok), source) in shown.requests.iter().zip(&shown.sources) {
        let is_full = (2_000_000_000..5_000_000_000).contains(at);
        assert_eq!(*ok, *source == 0 || !is_full, "sent at {at}");
        if !ok {
            failed[*source as usize] += 1;
            assert_eq!(*took, 0);
        }
    }
    assert_eq!(failed, [0, 30, 30]);
}

/// A request's time in a world of a user, a front on a node and a back on another.
fn across(lan: &str, network: &str, fault: &str) -> Shown {
    let world = blueprint(&format!(
        r#"
[scenario]
title = "Across"
[node.a]
cores = 4
network = "{network}"
[node.b]
cores = 4
network = "{network}"
[lan]
rtt = "{lan}"
[service.front]
constraints = ["node.hostname == a"]
endpoint.page.steps = [
  {{ call = "back.get", send = "10 kB", receive = "2 MB" }},
  {{ call = "near.get", send = "1 kB", receive = "1 kB" }},
]
[service.near]
constraints = ["node.hostname == a"]
endpoint.get.steps = [ {{ cpu = "1ms" }} ]
[service.back]
constraints = ["node.hostname == b"]
endpoint.get.steps = [ {{ cpu = "1ms" }} ]
[traffic.web]
entry = "front.page"
arrivals = {{ kind = "poisson", rate = "10/s" }}
{fault}
"#
    ));
    replicate(&world, 84, 0, 0.0, 30.0)
}

/// A network five times slower has five times the latency and a fifth of the bandwidth, for the same
/// draws, whichever end is slow and however slow the other end is.
#[test]
fn a_slow_network_has_its_latency_and_its_bandwidth() {
    let fault = |node: &str, factor: u32| {
        format!(
            "[[fault]]\nid = \"{node}\"\nkind = \"slow-network\"\nnode = \"{node}\"\n\
             mtbf = \"1ns\"\nfactor = {factor}\n"
        )
    };
    for (fast, slow) in [("2ms", "10ms"), ("exp(2ms)", "exp(10ms)")] {
        let due = across(slow, "20 MB/s", "");
        // The user's bytes use a's interface as well: a is slow, b is not, or less so.
        for faults in
            [fault("a", 5), fault("a", 5) + &fault("b", 2), fault("a", 5) + &fault("b", 5)]
        {
            let found = across(fast, "100 MB/s", &faults);
            assert_eq!(found.requests.len(), due.requests.len());
            for (found, due) in found.requests.iter().zip(&due.requests) {
                // A rounding of a nanosecond for each hop.
                let off = found.1.abs_diff(due.1);
                assert!(found.2 && found.0 == due.0 && off <= 20, "{found:?}, {due:?}");
            }
        }
        let calm = across(fast, "100 MB/s", "");
        assert!(mean(&calm.responses()) * 3.0 < mean(&due.responses()));
    }
}

/// Users on one node, its own containers, those of others of its site and of another site, while the
/// switch of `office` is down from 5 to 10 s: which nodes reach each other.
#[test]
fn a_switch_parts_all_nodes_of_its_site_and_their_users() {
    let served = |front: &str, back: &str, fault: &str| {
        let world = blueprint(&format!(
            r#"
[scenario]
title = "Switched off"
[node.a]
cores = 4
site = "office"
[node.b]
cores = 4
site = "office"
[node.c]
cores = 4
site = "attic"
[node.d]
cores = 4
site = "attic"
[service.front]
constraints = ["node.hostname == {front}"]
endpoint.page.steps = [ {{ call = "back.get", timeout = "50ms" }} ]
[service.back]
constraints = ["node.hostname == {back}"]
endpoint.get.steps = [ {{ cpu = "1ms" }} ]
[traffic.web]
entry = "front.page"
patience = "80ms"
arrivals = {{ kind = "periodic", period = "100ms", phase = "10ms" }}
[[fault]]
id = "switch"
kind = "switch"
{fault}
at = "5s"
repair = "5s"
"#
        ));
        let shown = replicate(&world, 84, 0, 0.0, 20.0);
        let sent = |from: u64, to: u64| {
            let range = from * 1_000_000_000..to * 1_000_000_000;
            let requests = shown.requests.iter().filter(move |(at, ..)| range.contains(at));
            let all: Vec<bool> = requests.map(|(_, _, ok)| *ok).collect();
            (all.iter().filter(|ok| **ok).count(), all.len())
        };
        assert_eq!(sent(0, 5), (50, 50));
        // The update takes a moment.
        assert_eq!(sent(12, 20), (80, 80));
        sent(5, 10)
    };
    let office = "site = \"office\"";
    assert_eq!(served("a", "a", office), (0, 50), "users do not come in");
    assert_eq!(served("a", "b", office), (0, 50));
    assert_eq!(served("c", "a", office), (0, 50), "another site does not either");
    assert_eq!(served("c", "c", office), (50, 50));
    assert_eq!(served("c", "d", office), (50, 50));
    assert_eq!(served("c", "d", ""), (0, 50), "all of the cluster");
}

/// Three faults that keep one node from answering begin one after the other and end in every order: no
/// request is answered before the last is repaired, and all are after it.
#[test]
fn faults_end_in_any_order() {
    let kinds = ["crash", "partition", "hang", "switch", "power"];
    for (n, order) in
        [[6, 7, 8], [6, 8, 7], [7, 6, 8], [7, 8, 6], [8, 6, 7], [8, 7, 6]].iter().enumerate()
    {
        for first in 0..kinds.len() {
            let three = [first, (first + 1) % kinds.len(), (first + 2 + n % 2) % kinds.len()];
            let mut faults = String::new();
            for ((kind, end), begin) in three.iter().zip(order).zip(2..) {
                let kind = kinds[*kind];
                let target = if kind == "switch" { "" } else { "node = \"b\"" };
                let lasts = end - begin;
                writeln!(
                    faults,
                    "[[fault]]\nid = \"f{begin}\"\nkind = \"{kind}\"\n{target}\n\
                     at = \"{begin}s\"\nrepair = \"{lasts}s\""
                )
                .unwrap();
            }
            let world = blueprint(&format!(
                r#"
[scenario]
title = "Several at once"
[node.a]
cores = 4
[node.b]
cores = 4
[node.c]
cores = 4
[orchestrator]
kind = "swarm"
managers = ["a"]
[service.front]
constraints = ["node.hostname == a"]
endpoint.page.steps = [ {{ call = "back.get", timeout = "50ms" }} ]
[service.back]
constraints = ["node.hostname == b"]
endpoint.get.steps = [ {{ cpu = "1ms" }} ]
[traffic.web]
entry = "front.page"
patience = "80ms"
arrivals = {{ kind = "periodic", period = "100ms", phase = "10ms" }}
{faults}"#
            ));
            let shown = replicate(&world, 84, n as u32, 0.0, 40.0);
            for (at, _, ok) in &shown.requests {
                let second = *at as f64 * 1e-9;
                // A node that crashed reports within 8 s, its container starts 5 s later.
                if !(2.0..=22.0).contains(&second) {
                    assert!(*ok, "sent at {second}:\n{faults}");
                } else if second < 7.9 {
                    assert!(!*ok, "sent at {second}:\n{faults}");
                }
            }
        }
    }
}

/// A transfer of about a second over an interface at half speed from 0.4 to 1 s takes 0.3 s more.
#[test]
fn a_transfer_slows_down_and_speeds_up_on_its_way() {
    let takes = |fault: &str| {
        let world = blueprint(&format!(
            r#"
[scenario]
title = "A transfer"
[node.host]
cores = 1
network = "10 MB/s"
[service.files]
endpoint.get.steps = [ {{ cpu = "1ms" }} ]
[traffic.one]
entry = "files.get"
receive = "10 MB"
arrivals = {{ kind = "periodic", period = "100s", phase = "0s" }}
{fault}
"#
        ));
        let shown = replicate(&world, 84, 0, 0.0, 50.0);
        assert_eq!(shown.requests.len(), 1);
        shown.requests[0].1
    };
    let slow = "[[fault]]\nid = \"slow\"\nkind = \"slow-network\"\nnode = \"host\"\nat = \"400ms\"\n\
                repair = \"600ms\"\nfactor = 2";
    let (calm, slowed) = (takes(""), takes(slow));
    assert!(calm > 1_000_000_000, "{calm}");
    assert!(slowed.abs_diff(calm + 300_000_000) <= 10, "{calm} and {slowed}");
}
