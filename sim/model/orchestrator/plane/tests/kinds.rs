//! K3s and Nomad alone: detection and replacement of lost containers, against the sums of their time-outs.

use super::*;

/// The same cluster under another kind.
fn under(kind: &str, nodes: usize, managers: usize, home: usize) -> Cluster {
    Cluster { kind: Kind::named(kind).unwrap(), ..cluster(nodes, managers, home) }
}

fn leads(fact: Fact) -> bool {
    matches!(fact, Fact::Leads(_))
}

/// When the node is marked down, and how much later its containers start elsewhere; `leads`: whether the node that
/// crashes is the leader's.
fn losses(cluster: &Cluster, home: usize, is_leader: bool, trials: u64) -> [[f64; 4]; 2] {
    let (mut detected, mut replaced) = (Vec::new(), Vec::new());
    for seed in 0..trials {
        let mut driver = Driver::led(cluster, home, is_leader, seed);
        driver.crash(AT, &[home]);
        driver.until(Time(2000 * SECOND));
        let down = driver.first(down).unwrap();
        detected.push(down);
        replaced.push(driver.first(starts).unwrap() - down);
    }
    [quantiles(detected), quantiles(replaced)]
}

/// K3s: 50 s since the last renewal, which comes every 10 s, checked every 5 s: 40 to 55 s, in the median
/// 47.5; 300 s and a start later.
#[test]
fn k3s_waits_for_the_lease_and_the_toleration() {
    let [found, replaced] = losses(&under("k3s", 4, 3, 3), 3, false, 1000);
    let [least, median, _, most] = found;
    assert!(least >= 40.0 && most < 55.0 && (median - 47.5).abs() < 0.5, "{found:?}");
    let [least, _, _, most] = replaced;
    assert!(least >= 300.5 && most <= 301.6, "{replaced:?}");
}

/// K3s: 15 s since the last renewal of the lease, which is up to 2 s old, tried by two others each within 4.4 s;
/// the new leader then counts 50 s from its election.
#[test]
fn a_new_leader_of_k3s_counts_anew() {
    let cluster = under("k3s", 4, 3, 0);
    let mut elected = Vec::new();
    for seed in 0..500 {
        let mut driver = Driver::led(&cluster, 0, true, seed);
        driver.crash(AT, &[0]);
        driver.until(Time(2000 * SECOND));
        let at = driver.first(leads).unwrap();
        let counted = driver.first(down).unwrap() - at;
        assert!((50.0..55.0).contains(&counted), "{counted}");
        elected.push(at);
    }
    let [least, median, _, most] = quantiles(elected);
    assert!(
        least >= 13.0 && most <= 19.4 && (14.5..16.5).contains(&median),
        "{least} {median} {most}"
    );
}

/// K3s: three of four nodes are lost together. The nodes that are found first are tainted, and their pods go after
/// 300 s; the third stops that: its pods go elsewhere only 300 s after one of the others is back.
#[test]
fn k3s_stops_evictions_when_most_nodes_are_lost() {
    let mut cluster = under("k3s", 4, 1, 3);
    cluster.places.retain(|place| place.node.index() != 1);
    let mut stopped = 0;
    for seed in 0..60 {
        let mut driver = Driver::new(&cluster, seed);
        driver.crash(AT, &[1, 2, 3]);
        driver.until(Time(5000 * SECOND));
        let found: Vec<(Time, NodeId)> = (driver.facts.iter())
            .filter_map(|(at, fact)| match fact {
                Fact::Down(node, _) => Some((*at, *node)),
                _ => None,
            })
            .collect();
        assert_eq!(found.len(), 3);
        if found[2].1 != NodeId(3) {
            let replaced = driver.first(starts).unwrap() - 300.0;
            assert!((40.5..56.6).contains(&replaced), "{replaced}");
            continue;
        }
        stopped += 1;
        assert_eq!(driver.first(starts), None);
        driver.reboot(Time(5000 * SECOND), &[1]);
        driver.until(Time(6000 * SECOND));
        let back = driver.first(|fact| matches!(fact, Fact::Ready(_))).unwrap();
        let replaced = driver.first(starts).unwrap() - back;
        assert!((300.5..301.6).contains(&replaced), "{replaced}");
    }
    assert!(stopped > 10, "{stopped}");
}

/// K3s: a node that is back before the eviction keeps its pods.
#[test]
fn a_node_that_is_back_in_time_keeps_its_pods() {
    let cluster = under("k3s", 4, 3, 3);
    let mut driver = Driver::new(&cluster, 1);
    driver.crash(AT, &[3]);
    driver.until(AT + Nanos(200 * SECOND));
    assert!(driver.first(down).is_some());
    driver.reboot(AT + Nanos(200 * SECOND), &[3]);
    driver.until(Time(5000 * SECOND));
    assert_eq!(driver.first(starts), None);
    let ready = driver.first(|fact| matches!(fact, Fact::Ready(_))).unwrap();
    assert!((200.0..205.0).contains(&ready), "{ready}");
}

/// Nomad: the rest of a TTL of 10 to 20 s, and 10 s: 10 to 30 s, 17.5 in the median, 26 at 95 %; replaced at once.
#[test]
fn nomad_replaces_what_is_lost_at_once() {
    let [found, replaced] = losses(&under("nomad", 4, 3, 3), 3, false, 2000);
    let [least, median, p95, most] = found;
    assert!(least >= 10.0 && most < 30.0, "{found:?}");
    assert!((median - 17.5).abs() < 0.5 && (p95 - 26.1).abs() < 0.6, "{found:?}");
    let [least, _, _, most] = replaced;
    assert!(least >= 0.2 && most <= 1.06, "{replaced:?}");
}

/// Nomad: a new leader after 1 to 2 s, which waits 300 s for the node of the old one.
#[test]
fn nomad_waits_long_for_the_host_of_its_leader() {
    let [found, _] = losses(&under("nomad", 4, 3, 0), 0, true, 500);
    let [least, _, _, most] = found;
    assert!(least >= 300.9 && most <= 302.0, "{found:?}");
}

/// Nomad: a container that its node gives up goes elsewhere after 30 s, 60 s and so on, and after 30 s again when
/// it has run longer than the pause.
#[test]
fn nomad_puts_elsewhere_what_a_node_gives_up() {
    let cluster = under("nomad", 4, 3, 3);
    let mut driver = Driver::new(&cluster, 1);
    let (mut now, mut pauses) = (AT, Vec::new());
    for lasts in [0, 1, 1, 1, 1000, 1] {
        now = now + Nanos(lasts * SECOND);
        driver.until(now);
        let runs = (0..cluster.places.len()).find(|place| driver.alive[*place]).unwrap();
        driver.alive[runs] = false;
        driver.tell(now, Told::Ended(ContainerId::from(runs), Exit::Failed));
        let known = driver.facts.len();
        driver.tell(now, Told::GivesUp(ContainerId::from(runs)));
        driver.until(now + Nanos(5000 * SECOND));
        let (at, _) = *driver.facts[known..].iter().find(|(_, fact)| starts(*fact)).unwrap();
        pauses.push((at.since(now).as_f64() * 1e-9).floor());
        now = at;
    }
    assert_eq!(pauses, [30.0, 60.0, 120.0, 240.0, 30.0, 60.0]);
}

/// The node restarts a container that ends, with or without managers.
#[test]
fn nodes_start_again_what_ends_there() {
    for kind in ["k3s", "nomad"] {
        let cluster = under(kind, 4, 3, 3);
        let mut driver = Driver::new(&cluster, 1);
        assert!(!driver.orchestrator.restarts(ContainerId(0)), "{kind}");
        driver.alive[0] = false;
        driver.tell(AT, Told::Ended(ContainerId(0), Exit::Failed));
        driver.until(Time(1000 * SECOND));
        assert_eq!(driver.facts, [], "{kind}");
        assert!(driver.orchestrator.wants(ContainerId(0)), "{kind}");
    }
    let cluster = cluster(4, 3, 3);
    assert!(Driver::new(&cluster, 1).orchestrator.restarts(ContainerId(0)));
}
