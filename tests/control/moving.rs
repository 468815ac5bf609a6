//! Containers, images and data after a move.

use super::{B, World, crash, is_down, is_start};
use wssim_model::probe::{Control, Failure};

const FREE: &str = "constraints = [\"node.hostname != a\"]";

fn returns(kind: &str) -> String {
    crash("\"b\"").replace("crash", kind) + "repair = \"60s\"\n"
}

/// A node that returns stays empty.
#[test]
fn nothing_moves_back() {
    let faults = returns("crash");
    for seed in 0..10 {
        let seen = World { back: FREE, faults: &faults, ..World::default() }.run(140.0, seed);
        assert_eq!(seen.times(is_start).len(), 1);
        assert_eq!(seen.times(|fact| fact == Control::Ready(B)).len(), 1);
        let first = seen.visits[0].1;
        assert!(seen.visits.iter().all(|(at, who)| *at < 30.0 || *who != first));
        assert!(seen.between(45.0, 140.0).iter().all(Option::is_none));
    }
}

/// Containers on a node that is cut off are replaced but keep running; after the cut they get requests
/// beside their replacements, until the agent registers within 8 s and is told to stop them.
#[test]
fn an_orphan_is_stopped_when_its_node_is_back() {
    let faults = returns("partition");
    for seed in 0..20 {
        let seen = World { back: FREE, faults: &faults, ..World::default() }.run(140.0, seed);
        let stop = seen.times(|fact| matches!(fact, Control::Stops(_)));
        assert!(stop.len() == 1 && (60.0..68.1).contains(&stop[0]), "{stop:?}");
        assert_eq!(seen.times(is_start).len(), 1);
        let first = seen.visits[0].1;
        let to_orphan = |from: f64, to: f64| {
            seen.visits.iter().filter(|(at, who)| *who == first && (from..to).contains(at)).count()
        };
        let stopped = 20.0 + stop[0];
        // Gossip knows of it within 0.2 s, and of its end, too.
        assert_eq!(to_orphan(stopped + 0.4, 140.0), 0);
        if stop[0] > 61.0 {
            let there = to_orphan(80.4, stopped) as f64;
            assert!((there / ((stopped - 80.4) * 10.0) - 0.5).abs() < 0.2, "{there} of {stop:?}");
        }
        assert!(seen.between(45.0, 140.0).iter().all(Option::is_none));
    }
}

/// The registry ran on the lost node, too: a node without the image cannot pull it. A registry elsewhere
/// sends it in 500 MB / min(125, 45) MB/s, 11.1 s, during the restart delay.
#[test]
fn an_image_has_to_come_from_somewhere() {
    let image = "image = { name = \"back:1\", size = \"500 MB\", registry = \"hub\" }";
    let back = format!("{FREE}\n{image}");
    let faults = crash("\"b\"");
    for (at, comes) in [("b", false), ("d", true)] {
        let more = format!(
            "[service.hub]\nconstraints = [\"node.hostname == {at}\"]\n\
             endpoint.pull.steps = [ {{ cpu = \"1ms\" }} ]"
        );
        let world = World { back: &back, more: &more, faults: &faults, ..World::default() };
        for seed in 0..5 {
            let seen = world.run(100.0, seed);
            let rejected = seen.times(|fact| matches!(fact, Control::Rejected(_)));
            let starts = seen.times(is_start);
            if comes {
                let late = starts[0] - seen.times(is_down)[0];
                let pull = 500.0 / 45.0;
                assert!(
                    (pull + 0.25..pull + 0.551).contains(&late) && rejected.is_empty(),
                    "{late}"
                );
            } else {
                assert!(starts.is_empty() && rejected.len() >= 10, "{rejected:?}");
                let pause = |pair: &[f64]| (pair[1] - pair[0] - 5.0).abs() < 1e-6;
                assert!(rejected[1..].windows(2).all(pause), "{rejected:?}");
            }
        }
    }
}

/// A container placed away from its local volume fails all requests, which is worse than none. One with
/// files on a server works while the server does.
#[test]
fn data_does_not_move_with_its_container() {
    let faults = crash("\"b\"");
    let hub = "[service.files]\nconstraints = [\"node.hostname == d\"]\n\
               endpoint.read.steps = [ { cpu = \"1ms\" } ]";
    for (volume, served) in [
        ("\"data\"", false),
        ("{ name = \"data\", kind = \"nfs\" }", true),
        ("{ name = \"data\", nfs = \"files\" }", true),
        ("{ name = \"data\", nfs = \"a\" }", true),
        ("{ name = \"data\", nfs = \"b\" }", false),
    ] {
        let back = format!("{FREE}\nvolumes = [ {volume} ]");
        let world = World { back: &back, more: hub, faults: &faults, ..World::default() };
        let seen = world.run(60.0, 1);
        assert_eq!(seen.times(is_start).len(), 1, "{volume}");
        let late = seen.between(46.0, 60.0);
        let due = if served { None } else { Some(Failure::NoData) };
        assert!(late.len() > 100 && late.iter().all(|why| *why == due), "{volume}: {:?}", late[0]);
        assert!(seen.between(0.0, 19.9).iter().all(Option::is_none), "{volume}");
    }
}

/// Reservations: with room for one more on each of the others, one of two stays pending.
#[test]
fn what_fits_nowhere_stays_pending() {
    let back = "replicas = 3\nconstraints = [\"node.hostname != a\"]\ncpus = { reservation = 40 }";
    let faults = crash("\"b\"");
    let seen = World { back, faults: &faults, ..World::default() }.run(80.0, 1);
    assert_eq!(seen.times(is_start).len(), 0);
    assert_eq!(seen.times(|fact| matches!(fact, Control::Pending(..))).len(), 1);
    assert!(seen.between(40.0, 80.0).iter().all(Option::is_none));
}
