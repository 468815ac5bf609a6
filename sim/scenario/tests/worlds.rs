//! Blueprints and questions of files.

#![allow(clippy::unwrap_used)]

mod folder;

use folder::Folder;
use wssim_experiment::offered::{OfferedLoad, Overloaded, overloads};
use wssim_experiment::question::{MeasureKind, Override, RangeEnd, Worlds};
use wssim_kernel::Nanos;
use wssim_model::Blueprint;
use wssim_model::blueprint::{Arrivals, Encapsulation, Hits, Instruction, Network, Quota, usual};
use wssim_scenario::Scenario;

fn load(path: &str, sets: &[&str]) -> Scenario {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    Scenario::load(path, &sets).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn estate(sets: &[&str]) -> Blueprint {
    load("tests/scenarios/estate.toml", sets).blueprint(None, &[]).unwrap()
}

fn rate(blueprint: &Blueprint) -> f64 {
    let source = blueprint.sources.iter().find(|source| source.name == "web").unwrap();
    let Arrivals::Poisson { rate_per_second } = source.arrivals else { panic!("not Poisson") };
    rate_per_second
}

#[test]
fn the_whole_format_becomes_a_blueprint() {
    let blueprint = estate(&[]);
    let names: Vec<&str> = blueprint.services.iter().map(|service| service.name.as_str()).collect();
    assert_eq!(names, ["gibd-postgres", "redis-cache", "traefik", "ws-company"]);
    assert_eq!(blueprint.nodes.len(), 2);
    assert_eq!(blueprint.nodes[1].bandwidth, 12.5e6);
    assert_eq!(blueprint.nodes[1].capacity, [(4.0, 4.0)]);
    // One node fails randomly, so there is a place for containers that Swarm moves.
    assert_eq!(blueprint.containers.iter().filter(|container| !container.spare).count(), 5);
    // That of HikariCP, and the limit of traefik's client.
    assert_eq!(blueprint.pools.len(), 2);
    assert_eq!(blueprint.background.len(), 2);
    assert_eq!(blueprint.background[1].name, "ws-company.1");
    assert_eq!(blueprint.labels, ["render"]);
    assert_eq!(blueprint.queries.len(), 3);
    assert_eq!(blueprint.caches[0].hits, Hits::Drawn(0.8));
    assert_eq!(
        (blueprint.nodes[0].disk.as_ref().unwrap().queues, &blueprint.nodes[1].disk),
        (32, &None)
    );
    assert_eq!(
        blueprint.timeouts,
        [Nanos(2_000_000_000), Nanos(10_000_000_000), Nanos(30_000_000_000)]
    );
    assert_eq!(blueprint.services[0].cpu_limit.unwrap().quota, Quota::Fluid);
    assert_eq!(
        blueprint.sources[0].entries.iter().map(|(share, _)| *share).collect::<Vec<_>>(),
        [0.75, 0.25]
    );
    // A pool limits only the calls of its service.
    assert_eq!(blueprint.calls.iter().filter(|call| call.pool.is_some()).count(), 4);
}

#[test]
fn programs_are_laid_out_as_the_model_reads_them() {
    let blueprint = estate(&[]);
    for (at, instruction) in blueprint.program.iter().enumerate() {
        match instruction {
            Instruction::SkipUnless { to, .. } => assert!(to.index() > at),
            Instruction::Repeat { to, .. } => {
                assert!(matches!(blueprint.program[to.index() - 1], Instruction::EndBranch));
            }
            Instruction::Parallel(id) => {
                let parallel = &blueprint.parallels[id.index()];
                assert_eq!(parallel.branches[0].index(), at + 1);
                for end in parallel.branches[1..].iter().chain([&parallel.next]) {
                    assert!(matches!(blueprint.program[end.index() - 1], Instruction::EndBranch));
                }
            }
            _ => {}
        }
    }
    let ends = blueprint.program.iter().filter(|step| matches!(step, Instruction::End)).count();
    assert_eq!(ends, blueprint.endpoints.len());
}

#[test]
fn the_order_in_a_file_changes_nothing() {
    let text = std::fs::read_to_string("tests/scenarios/estate.toml").unwrap();
    let (head, claims) = text.split_at(text.find("[[claim]]").unwrap());
    let mut tables: Vec<String> = Vec::new();
    for line in head.lines() {
        if line.starts_with('[') || tables.is_empty() {
            tables.push(String::new());
        }
        let last = tables.last_mut().unwrap();
        last.push_str(line);
        last.push('\n');
    }
    tables.reverse();
    let shuffled = Folder::new().one(&(tables.concat() + claims)).unwrap();
    let shuffled = shuffled.blueprint(None, &[]).unwrap();
    assert_eq!(format!("{:?}", estate(&[])), format!("{shuffled:?}"));
}

#[test]
fn adding_a_step_moves_no_other_draw() {
    let draws =
        |blueprint: &Blueprint| {
            blueprint
                .program
                .iter()
                .filter_map(|step| {
                    if let Instruction::Cpu { draw, .. } = step { Some(*draw) } else { None }
                })
                .collect::<Vec<_>>()
        };
    let before = draws(&estate(&[]));
    let after =
        draws(&estate(&["service.redis-cache.endpoint={ get = { steps = [{ cpu = \"1ms\" }] } }"]));
    assert_eq!(after.len(), before.len() + 1);
    assert!(before.iter().all(|draw| after.contains(draw)));
}

#[test]
fn files_merge_and_take_away() {
    let after = load("tests/scenarios/after.toml", &[]);
    let question = after.question();
    assert_eq!((question.name.as_str(), question.title.as_str()), ("after", "After"));
    let ids: Vec<&str> = question.claims.iter().map(|claim| claim.id.as_str()).collect();
    assert_eq!(ids, ["response-time-after", "swap", "response-time-change", "half", "load"]);
    let expected = question.claims[0].expected;
    assert_eq!((expected.min, expected.max), (Some(0.055), Some(0.12)));
    let half = question.claims[3].expected;
    assert!(half.relative && half.point);
    assert!((half.min.unwrap() + 0.55).abs() < 1e-12 && (half.max.unwrap() + 0.45).abs() < 1e-12);
    assert_eq!(question.claims[2].expected.min, Some(0.005));
    assert_eq!(question.claims[2].relative_to.as_deref(), Some("estate.toml"));
    assert!(question.claims[4].observed);
    assert_eq!(question.measure.kind, MeasureKind::Steady { warm_up: None });
    assert_eq!(question.measure.slot, Nanos(6_000_000_000));
    let blueprint = after.blueprint(None, &[]).unwrap();
    let company = &blueprint.services[3];
    assert_eq!((company.backlog, company.workers), (None, Some(200)));
    let places = company.containers.clone().map(|c| &blueprint.containers[c as usize]);
    assert_eq!(places.filter(|container| !container.spare).count(), 1);
    assert_eq!(rate(&blueprint), 6.0);
    assert_eq!(rate(&after.blueprint(Some("estate.toml"), &[]).unwrap()), 4.0);
}

#[test]
fn overrides_reach_every_arm_that_has_their_path() {
    let after = load(
        "tests/scenarios/after.toml",
        &["traffic.web.arrivals.rate=9/s", "claim[half].expect=-20%"],
    );
    assert_eq!(rate(&after.blueprint(None, &[]).unwrap()), 9.0);
    assert_eq!(rate(&after.blueprint(Some("estate.toml"), &[]).unwrap()), 9.0);
    let one = |path: &str, value: &str| Override { path: path.to_owned(), value: value.to_owned() };
    let over = [one("traffic.web.arrivals.rate", "2.5/s"), one("node.gmktec.speed", "2")];
    let blueprint = after.blueprint(None, &over).unwrap();
    assert_eq!((rate(&blueprint), blueprint.nodes[0].speed), (2.5, 2.0));
    assert!(after.blueprint(None, &[one("node.nowhere.speed", "2")]).is_err());
    assert!(after.blueprint(Some("estate.toml"), &[one("node.nowhere.speed", "2")]).is_ok());
    assert!(after.blueprint(None, &[one("traffic.web.arrivals.rate", "often")]).is_err());
}

#[test]
fn a_range_is_an_input_until_it_is_set() {
    let scenario = load("tests/scenarios/estate.toml", &[]);
    let ranged = scenario.question().ranged;
    let paths: Vec<&str> = ranged.iter().map(|input| input.path.as_str()).collect();
    assert_eq!(
        paths,
        ["node.hppavilion.speed", "service.gibd-postgres.data.size", "traffic.web.arrivals.rate"]
    );
    assert_eq!(ranged[2].source.as_deref(), Some("access log"));
    for (end, fraction, expected) in
        [(RangeEnd::High, 0.5, 12.0), (RangeEnd::Low, 1.0, 0.5), (RangeEnd::High, 0.0, 4.0)]
    {
        let value = scenario.between(&ranged[2], end, fraction).unwrap();
        assert_eq!(rate(&scenario.blueprint(None, &[value]).unwrap()), expected);
    }
    let set = load("tests/scenarios/estate.toml", &["traffic.web.arrivals.rate=5/s"]);
    assert_eq!(set.question().ranged.len(), 2);
}

#[test]
fn what_is_not_simulated_is_listed_once_with_its_path() {
    let scenario = load("tests/scenarios/estate.toml", &[]);
    let paths: Vec<&str> = scenario.not_simulated().iter().map(|item| item.path.as_str()).collect();
    assert!(paths.is_empty(), "{paths:?}");
    assert!(scenario.question().claims[0].not_simulated.is_none());
    for (sets, listed) in [
        (&["orchestrator.kind=k3s", "orchestrator.detection=5s"][..], &[][..]),
        (&["orchestrator.kind=nomad"], &[]),
        (&["orchestrator.kind=compose"], &[]),
        (&["orchestrator.kind=compose", "orchestrator.detection=5s"], &["orchestrator.detection"]),
    ] {
        let scenario = load("tests/scenarios/estate.toml", sets);
        let paths = scenario.not_simulated().iter().map(|item| item.path.as_str());
        let paths: Vec<&str> = paths.filter(|path| path.starts_with("orchestrator")).collect();
        assert_eq!(paths, listed, "{sets:?}");
    }
}

#[test]
fn agents_are_a_load_of_nodes_and_of_no_service() {
    let load_of = |sets: &[&str]| load("tests/scenarios/estate.toml", sets).offered_load();
    let (without, with) = (load_of(&[]), load_of(&["orchestrator.agent_cpu=0.022"]));
    let speeds = [("gmktec", 1.0), ("hppavilion", 0.55)];
    for ((a, b), (name, speed)) in without.nodes.iter().zip(&with.nodes).zip(speeds) {
        assert_eq!(a.node, name);
        let more = b.offered_erlangs - a.offered_erlangs;
        assert!((more - 0.022 / speed).abs() < 1e-12, "{name}: {more}");
    }
    for (a, b) in without.services.iter().zip(&with.services) {
        assert_eq!(a.open_cpus_per_container, b.open_cpus_per_container);
    }
    let unused = load(
        "tests/scenarios/estate.toml",
        &["orchestrator.kind=compose", "orchestrator.agent_cpu=1"],
    );
    let told: Vec<&str> = unused.warnings().iter().map(|warning| warning.code).collect();
    assert!(told.contains(&"unused-agent-cpu"), "{told:?}");
}

#[test]
fn offered_load_is_that_of_the_traffic_equations() {
    let with = |vxlan: &str, address: &str| {
        let sets = [
            "traffic.mix.enabled=false",
            "service.ws-company.background=none",
            "lan.packet_cpu=0s",
            "lan.esp_cpu=0s",
            "lan.aes_cpu=0s",
            vxlan,
            address,
        ];
        load("tests/scenarios/estate.toml", &sets).offered_load()
    };
    let load = with("lan.vxlan_cpu=0s", "lan.ipvs_cpu=0s");
    // 4/s: 0.2 visits miss, 1 is parallel, 3 are repeated; 0.58 ms each at speed 0.55.
    let postgres = 4.0 * 4.2 * 0.58e-3 / 0.55;
    let company = 4.0 * (3.0 + 3.0 + 1.0) * 1e-3;
    let (traefik, redis) = (4.0 * 0.2e-3, 4.0 * 0.3e-3);
    let (gmktec, hp) = (load.nodes[0].offered_erlangs, load.nodes[1].offered_erlangs);
    assert!((hp - postgres - company / 2.0 / 0.55).abs() < 1e-9, "{hp}");
    assert!((gmktec - traefik - redis - company / 2.0).abs() < 1e-9, "{gmktec}");
    assert_eq!(load.nodes[0].capacity_erlangs, 10.2);
    // Of 4/s calls to two containers half leave the caller's node, each with two messages; the callee's
    // cost is averaged over both.
    let wrapped = with("lan.vxlan_cpu=2ms", "lan.ipvs_cpu=0s");
    let calls = 4.0 * 0.5 * 2.0 * 2e-3;
    let more = wrapped.nodes[0].offered_erlangs - gmktec;
    assert!((more - calls - calls / 2.0).abs() < 1e-9, "{more}");
    let more = wrapped.nodes[1].offered_erlangs - hp;
    assert!((more - calls / 2.0 / 0.55).abs() < 1e-9, "{more}");
    assert!((load.services[0].visits_per_second - 16.8).abs() < 1e-9);
    // A call by a virtual address passes IPVS twice, on its caller's node.
    let addressed = with("lan.vxlan_cpu=0s", "lan.ipvs_cpu=1ms");
    let more = addressed.nodes[0].offered_erlangs - gmktec;
    let company = 4.0 * (1.0 + 4.2) * 2e-3 / 2.0;
    assert!((more - 4.0 * 2e-3 - company).abs() < 1e-9, "{more}");
    let more = addressed.nodes[1].offered_erlangs - hp;
    assert!((more - company / 0.55).abs() < 1e-9, "{more}");
}

#[test]
fn what_is_in_force_is_printed_with_its_origin() {
    let scenario = load("tests/scenarios/after.toml", &["service.traefik.workers=8"]);
    let config = scenario.print_config();
    for line in [
        "traffic.web.arrivals.rate = \"6/s\"  # tests/scenarios/after.toml:11",
        "service.traefik.workers = 8  # --set",
        "node.hppavilion.threads = 4  # tests/scenarios/estate.toml:25",
        "service.gibd-postgres.replicas = 1  # default",
        "service.ws-company.endpoint.list.steps[0].label = \"render\"  # tests/scenarios/estate.toml:102",
    ] {
        assert!(config.lines().any(|other| other == line), "{line}\n{config}");
    }
}

#[test]
fn placements_are_those_of_the_scheduler() {
    let placements = load("tests/scenarios/estate.toml", &[]).placements();
    let of = |name: &str| placements.iter().find(|one| one.service == name).unwrap().nodes.clone();
    assert_eq!(of("gibd-postgres"), ["hppavilion"]);
    assert_eq!(of("redis-cache"), ["gmktec"]);
    assert_eq!(of("traefik"), ["gmktec"]);
    assert_eq!(of("ws-company"), ["hppavilion", "gmktec"]);
}

#[test]
fn traces_and_tables_of_values_come_from_files_beside_the_text() {
    let scenario = load("tests/scenarios/traced/day.toml", &[]);
    let blueprint = scenario.blueprint(None, &[]).unwrap();
    let [source] = blueprint.sources.as_slice() else { panic!("one source") };
    let Arrivals::Trace(trace) = &source.arrivals else { panic!("no trace") };
    // Sorted, at double speed; empty cells take the defaults of source and endpoint.
    assert_eq!(
        trace.rows.iter().map(|row| row.at).collect::<Vec<_>>(),
        [Nanos(500_000_000), Nanos(1_000_000_000)]
    );
    assert_eq!((trace.rows[0].entry, trace.rows[0].send), (None, -1.0));
    let asked = trace.rows[1].entry.unwrap();
    assert_eq!(blueprint.endpoints[asked.index()].name, "list");
    assert_eq!((trace.demands.as_slice(), trace.rate), ([-1.0, 5e8].as_slice(), 3.0));
    let Instruction::Cpu { demand, .. } = &blueprint.program[0] else { panic!("no work") };
    assert!((demand.mean() - 7.5e6).abs() < 1e-6);
    let question = scenario.question();
    assert_eq!(question.measure.kind, MeasureKind::Window { lead_in: Nanos(60_000_000_000) });
    let change = question.claims.iter().find(|claim| claim.id == "change").unwrap();
    assert_eq!(change.relative_to.as_deref(), Some("../after.toml"));
    assert!(scenario.blueprint(Some("../after.toml"), &[]).is_ok());
}

/// A claim waits for its needs, in its own world and in its base.
#[test]
fn a_claim_waits_for_what_it_needs() {
    let folder = Folder::new();
    let world = |more: &str| {
        format!(
            "[node.a]\ncores = 1\n[network.n]\ndriver = \"overlay\"\n[service.s]\nnetworks = [\"n\"]\n{more}\n"
        )
    };
    let claim =
        "[[claim]]\nid = \"x\"\nmetric = 'node_load_average{node=\"a\"}'\nexpect = { max = 0.0 }\n";
    let reason = |own: &str, other: &str, needs: &str| {
        folder.write("other.toml", world(other));
        let text = format!("{}{claim}relative_to = \"other\"\nneeds = [\"{needs}\"]\n", world(own));
        folder.one(&text).unwrap().question().claims[0].not_simulated.clone()
    };
    let pictured = "image = \"x:1\"";
    let path = "service.*.image";
    assert!(reason(pictured, "", path).is_some_and(|why| why.contains("service.s.image")));
    assert!(reason("", pictured, path).is_some_and(|why| why.starts_with("in `other.toml`")));
    assert_eq!(reason("", "", path), None);
    assert_eq!(reason(pictured, "", "service.*.images"), None);
    assert_eq!(reason(pictured, "", "service.t.image"), None);
}

#[test]
fn what_waits_for_the_model_is_undecided_for_that_reason() {
    let profile = "traffic.web.arrivals.profile={ slot = \"1h\", values = [0.5, 1.5] }";
    let question = load("tests/scenarios/after.toml", &[profile, "scenario.kind=none"]).question();
    // "none" removed the inherited kind, so the profile makes it a window.
    assert_eq!(question.measure.kind, MeasureKind::Window { lead_in: Nanos::ZERO });
    let waits = |id: &str| {
        let claim = question.claims.iter().find(|claim| claim.id == id).unwrap();
        claim.not_simulated.clone()
    };
    assert_eq!(waits("swap"), None);
    assert_eq!(waits("response-time-after"), None);
    let planned = "claim=[{ id = \"deploy\", metric = 'recovery_seconds{group=\"managers\"}', study = \"failures\", expect = { max = \"5min\" } }]";
    let question = load("tests/scenarios/after.toml", &[planned]).question();
    let deploy = question.claims.iter().find(|claim| claim.id == "deploy").unwrap();
    assert_eq!(deploy.not_simulated.as_deref(), Some("`recovery_seconds` is not measured yet"));
}

/// A client with a limit on connections makes further calls wait, like a pool.
#[test]
fn a_client_with_a_limit_is_a_pool() {
    let pools = |client: &str| {
        let set = format!("service.traefik.client={client}");
        load("tests/scenarios/estate.toml", &[&set]).blueprint(None, &[]).unwrap().pools
    };
    let free = pools("{ idle = \"60s\" }");
    let bound = pools("{ max = 2 }");
    assert_eq!(bound.len(), free.len() + 1);
    assert!(bound.iter().any(|pool| pool.name == "ws-company" && pool.size == 2));
    assert_eq!(pools("{ max = 2, multiplex = true }").len(), free.len());
}

/// A pool for a cache limits its look-ups, and equal look-ups share endpoints.
#[test]
fn look_ups_become_calls() {
    let look_up = |capacity: u32, cost: &str| {
        let hit = format!("zipf(items=100, capacity={capacity}, alpha=0.9)");
        format!(
            "{{ cache = \"redis-cache\", hit = \"{hit}\", cost = \"{cost}\", timeout = \"7ms\" }}"
        )
    };
    let steps = [(10, "1ms"), (10, "2ms"), (10, "1ms"), (20, "1ms")].map(|(n, c)| look_up(n, c));
    let sets = [
        format!("service.ws-company.endpoint.list.steps=[{}]", steps.join(", ")),
        "service.ws-company.pool={ redis-cache = { size = 3 } }".to_owned(),
        "service.redis-cache.endpoint={ lookup = { steps = [{ cpu = \"1ms\" }] } }".to_owned(),
    ];
    let scenario = load("tests/scenarios/estate.toml", &sets.each_ref().map(String::as_str));
    assert!(!scenario.warnings().iter().any(|warning| warning.message.contains("redis-cache")));
    let blueprint = scenario.blueprint(None, &[]).unwrap();
    assert_eq!(blueprint.caches.len(), 2, "key spaces");
    let of_cache = |name: &str| blueprint.endpoints.iter().any(|endpoint| endpoint.name == name);
    assert!(["lookup", "lookup-2", "lookup-3", "lookup-4"].into_iter().all(of_cache));
    assert!(!of_cache("lookup-5"));
    let look_ups: Vec<_> = blueprint.calls.iter().filter(|call| call.optional).collect();
    assert_eq!(look_ups.len(), 4);
    assert!(look_ups.iter().all(|call| call.pool.is_some() && call.timeout.is_some()));
    assert_eq!(look_ups[0].target, look_ups[2].target);
    assert_ne!(look_ups[0].target, look_ups[1].target);
    assert_ne!(look_ups[0].site, look_ups[2].site);
}

/// Offered disk time: visits × (access + bytes over bandwidth); too much is an overload.
#[test]
fn a_disk_that_cannot_keep_up_is_overloaded() {
    let sets = [
        "node.gmktec.disk={ read = \"200ms\", bandwidth = \"1 MB/s\" }",
        "service.ws-company.constraints=[\"node.hostname == gmktec\"]",
        "traffic.mix.enabled=false",
    ];
    let scenario = load("tests/scenarios/estate.toml", &sets);
    let load = scenario.offered_load();
    let disk = load.nodes[0].disk.as_ref().unwrap();
    // 4/s, 16 kB each.
    assert!((disk.offered_erlangs - 4.0 * 0.216).abs() < 1e-9, "{}", disk.offered_erlangs);
    let slow = self::load(
        "tests/scenarios/estate.toml",
        &[&sets[..], &["traffic.web.arrivals.rate=5/s"]].concat(),
    );
    let disks = |load: &OfferedLoad| {
        let all = overloads(load).into_iter();
        all.filter(|one| matches!(one.of, Overloaded::Disk { .. })).collect::<Vec<_>>()
    };
    let [disk] = &disks(&slow.offered_load())[..] else { panic!("one disk") };
    assert_eq!(disk.of, Overloaded::Disk { node: "gmktec".to_owned(), queues: 1 });
    assert!(disk.on_average && (disk.offered - 1.08).abs() < 1e-9, "{disk:?}");
    assert_eq!(disks(&load), []);
}

/// Two services on the given networks; `front` calls `back`.
fn network_between(networks: &str, front: &str, back: &str) -> Network {
    let text = format!(
        r#"
[scenario]
title = "Networks"
[node.a]
cores = 1
[lan]
rtt = "1ms"
{networks}
[service.front]
networks = {front}
endpoint.get.steps = [ {{ call = "back.get" }} ]
[service.back]
networks = {back}
endpoint.get.steps = []
[traffic.all]
entry = "front.get"
arrivals = {{ kind = "poisson", rate = "1/s" }}
"#
    );
    let loaded = Folder::new().one(&text).unwrap();
    let blueprint = loaded.blueprint(None, &[]).unwrap();
    blueprint.calls[0].network
}

#[test]
fn a_call_goes_over_the_first_network_that_both_share() {
    let networks = r#"
[network.bare]
driver = "bridge"
[network.edge]
driver = "overlay"
[network.inner]
driver = "overlay"
encrypted = true
[network.jumbo]
encrypted = true
mtu = 8924
"#;
    let between = |front: &str, back: &str| network_between(networks, front, back);
    let network = |encapsulation, mtu| Network { encapsulation, mtu, ..Network::HOST };
    let encrypted = network(Encapsulation::Encrypted, 1424.0);
    assert_eq!(between(r#"["inner", "bare"]"#, r#"["inner"]"#), encrypted);
    // By name, as in Docker's resolver: independent of the list's order and of encryption.
    let both = r#"["inner", "edge"]"#;
    assert_eq!(between(both, both), network(Encapsulation::Vxlan, 1450.0));
    let jumbo = network(Encapsulation::Encrypted, 8924.0);
    assert_eq!(between(r#"["jumbo"]"#, r#"["jumbo"]"#), jumbo);
    // A bridge has no overhead, and services without a common network use the hosts' own.
    assert_eq!(between(r#"["bare"]"#, r#"["bare", "edge"]"#), Network::HOST);
    assert_eq!(between(r#"["edge"]"#, r#"["inner"]"#), Network::HOST);
}

#[test]
fn overlays_cost_by_node_and_nothing_where_the_lan_is_free() {
    let blueprint = estate(&["node.hppavilion.aes=false", "lan.vxlan_cpu=2us"]);
    let cipher: Vec<f64> = blueprint.nodes.iter().map(|node| node.cipher_ns_per_byte).collect();
    assert_eq!(cipher, [usual::AES_NI_NS, usual::AES_SOFTWARE_NS]);
    assert_eq!((blueprint.vxlan_cpu_ns, blueprint.esp_cpu_ns), (2_000.0, usual::ESP_CPU_NS));
    let free = estate(&["lan.rtt=0s", "lan.local_rtt=0s", "lan.packet_cpu=0s", "lan.pair=none"]);
    assert!(!free.network_costs_cpu());
    assert!(free.nodes.iter().all(|node| node.cipher_ns_per_byte == 0.0));
}
