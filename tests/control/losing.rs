//! Decisions of the managers after losses, and their times.

use super::{B, World, crash, is_down, is_start};
use wssim_model::ids::NodeId;
use wssim_model::orchestrator::placement::Filter;
use wssim_model::probe::{Control, Failure};

const FREE: &str = "constraints = [\"node.hostname != a\"]";
const BOUND: &str = "constraints = [\"node.hostname == b\"]";
const LEVEL: f64 = 1e-6;

/// A worker: down after 9.0 to 16.5 s, a new container told to start 5 s and a little later, running
/// after 2 s of CPU and known within gossip's 0.2 s. Until the dead one is detected, after 5 to 9 s,
/// requests time out; then there is no replica; then all are answered.
#[test]
fn a_lost_worker_is_replaced() {
    let faults = crash("\"b\"");
    for seed in 0..40 {
        let seen = World { back: FREE, faults: &faults, ..World::default() }.run(60.0, seed);
        let (down, start) = (seen.times(is_down), seen.times(is_start));
        assert_eq!([down.len(), start.len()], [1, 1]);
        assert!((9.0..16.5).contains(&down[0]), "{down:?}");
        let late = start[0] - down[0];
        assert!((5.2 - LEVEL..=5.5 + LEVEL).contains(&late), "{late}");
        let moved = seen.moved().unwrap() - start[0];
        assert!((2.0..2.31).contains(&moved), "{moved}");
        let known = 20.0 + start[0] + 2.3;
        assert!(seen.between(known, 60.0).iter().all(Option::is_none));
        let told = 20.0 + start[0];
        assert!(seen.between(29.1, told - 0.01).iter().all(|why| *why == Some(Failure::NoReplica)));
        // Its address is known as soon as its process has started, which refuses requests until it
        // listens.
        let starting = seen.between(told + 0.35, told + 1.95);
        assert!(starting.iter().all(|why| *why == Some(Failure::Refused)), "{starting:?}");
        let missed = seen.between(20.1, 24.9);
        assert!(missed.iter().all(Option::is_some) && !missed.is_empty());
    }
}

/// The leader's own node: an election of 8 s and more, 27 to 33 s of grace, the delay.
#[test]
fn a_lost_leader_takes_longer() {
    let faults = crash("\"b\"");
    let managers = "\"b\", \"c\", \"d\"";
    let world = World { managers, back: FREE, faults: &faults, ..World::default() };
    for seen in world.run_led_by(B, 120.0, 20) {
        let (start, leads) = (seen.times(is_start), seen.times(|f| matches!(f, Control::Leads(_))));
        assert_eq!(start.len(), 1);
        assert!(leads[1] >= 8.0, "{leads:?}");
        assert!((32.2..38.51).contains(&(start[0] - leads[1])), "{start:?} {leads:?}");
    }
    // For another manager it is as fast as for a worker.
    for seen in world.run_led_by(NodeId(2), 60.0, 10) {
        assert!((14.2..22.01).contains(&seen.times(is_start)[0]));
    }
}

/// Two of three managers: nothing is replaced or restarted, however long it takes, though gossip removes
/// the dead ones. A container killed on the third stays dead.
#[test]
fn without_a_quorum_nothing_is_replaced() {
    let kill = "[[fault]]\nid = \"k\"\nat = \"30s\"\nkind = \"kill-service\"\nservice = \"back\"\n";
    for (lost, more) in [("\"c\", \"d\"", kill), ("\"b\", \"c\", \"d\"", "")] {
        let faults = crash(lost) + more;
        for seed in 0..10 {
            let world = World { back: FREE, faults: &faults, ..World::default() };
            let seen = world.run(400.0, seed);
            assert_eq!(seen.times(is_start).len() + seen.times(is_down).len(), 0);
            assert_eq!(seen.times(|fact| fact == Control::Leaderless), [0.0]);
            let late = seen.between(60.0, 400.0);
            assert!(late.len() > 3000);
            assert!(late.iter().all(|why| *why == Some(Failure::NoReplica)), "{:?}", late[0]);
        }
    }
    // With a quorum a killed container restarts: a moment for the news, 5 s, a moment for the order.
    let world = World { back: FREE, faults: kill, ..World::default() };
    for seed in 0..10 {
        let start = world.run(60.0, seed).times(is_start);
        assert!(start.len() == 1 && (15.2..15.61).contains(&start[0]), "{start:?}");
    }
}

/// When a manager returns there is an election, and waiting tasks continue.
#[test]
fn a_manager_that_returns_brings_the_quorum_back() {
    let kill = "[[fault]]\nid = \"k\"\nat = \"30s\"\nkind = \"kill-service\"\nservice = \"back\"\n";
    let faults = crash("\"c\", \"d\"") + "repair = \"100s\"\n" + kill;
    for seed in 0..10 {
        let seen = World { back: FREE, faults: &faults, ..World::default() }.run(220.0, seed);
        let leads = *seen.times(|fact| matches!(fact, Control::Leads(_))).last().unwrap();
        let start = seen.times(is_start);
        assert!((100.0..160.0).contains(&leads) && start.len() == 1, "{leads} {start:?}");
        // Registered within 8 s of back-off, then as usual.
        assert!((5.2..13.7).contains(&(start[0] - leads)), "{leads} {start:?}");
    }
}

/// A service that may run nowhere else is pending for the whole outage, with a reason, and returns with
/// its node. So does a global one, there.
#[test]
fn what_is_bound_to_a_node_waits_for_it() {
    let faults = crash("\"b\"") + "repair = \"100s\"\n";
    for seed in 0..10 {
        let seen = World { back: BOUND, faults: &faults, ..World::default() }.run(140.0, seed);
        let why = seen.facts.iter().find_map(|(_, fact)| match fact {
            Control::Pending(_, why) => Some(*why),
            _ => None,
        });
        let why = why.unwrap();
        assert!(why.has(Filter::Ready) && why.has(Filter::Constraints) && !why.has(Filter::Room));
        let start = seen.times(is_start);
        assert!(start.len() == 1 && (100.2..100.7).contains(&start[0]), "{start:?}");
        let away = seen.between(29.1, 120.1);
        assert!(away.iter().all(|why| *why == Some(Failure::NoReplica)));
        assert!(seen.between(123.0, 140.0).iter().all(Option::is_none));
    }
    let global = "mode = \"global\"";
    let seen = World { back: global, faults: &faults, ..World::default() }.run(140.0, 1);
    let start = seen.times(is_start);
    assert!(start.len() == 1 && (100.2..100.7).contains(&start[0]), "{start:?}");
}

/// A law in the scenario replaces the beats.
#[test]
fn detection_can_be_given() {
    let faults = crash("\"b\"");
    let orchestrator = "detection = \"3s\"";
    let world = World { orchestrator, back: FREE, faults: &faults, ..World::default() };
    let seen = world.run(40.0, 1);
    assert!((seen.times(is_down)[0] - 3.0).abs() < LEVEL);
    assert!((8.2 - LEVEL..=8.5 + LEVEL).contains(&seen.times(is_start)[0]));
}

/// A proxy's list drops a dead node at the first poll after it is marked down, so never without a
/// quorum: then requests time out for ever; with one there is no replica until the replacement is
/// listed.
#[test]
fn a_list_drops_a_dead_node_only_when_it_is_marked_down() {
    let front = "image = \"traefik:v3\"";
    let labels = "[service.back.labels]\n\"traefik.enable\" = \"true\"\n\
                  \"traefik.http.routers.back.rule\" = \"Host(`back`)\"\n\
                  \"traefik.http.services.back.loadbalancer.server.port\" = \"80\"";
    for (lost, quorum) in [("\"b\"", true), ("\"b\", \"c\", \"d\"", false)] {
        let faults = crash(lost);
        let world = World { front, back: FREE, more: labels, faults: &faults, ..World::default() };
        for seed in 0..5 {
            let seen = world.run(120.0, seed);
            let why = seen.between(21.0, 120.0);
            let late = seen.between(70.0, 120.0);
            if quorum {
                assert!(late.iter().all(Option::is_none), "{seed}");
                let dropped =
                    seen.requests.iter().find(|(_, why)| *why == Some(Failure::NoReplica));
                if let Some((at, _)) = dropped {
                    let waited = at - 20.0 - seen.times(is_down)[0];
                    assert!((-0.1..15.1).contains(&waited), "{waited}");
                }
                assert!(seen.between(21.0, 28.9).iter().all(|why| *why == Some(Failure::Timeout)));
            } else {
                assert!(why.iter().all(|why| *why == Some(Failure::Timeout)), "{seed}");
            }
        }
    }
}
