//! Nodes that stand still or are cut off, and return.

use super::{MS, SECOND, World};

/// A node that stands still for 3 s answers afterwards: all requests of that time at 8 s, at once on 64
/// cores; none fails, and no work is lost.
#[test]
fn a_node_that_stands_still_answers_afterwards() {
    let faults =
        "[[fault]]\nid = \"f\"\nat = \"5s\"\nkind = \"hang\"\nnode = \"b\"\nrepair = \"3s\"";
    let back = "workers = 64";
    let front = "client = { connections = \"per-request\" }";
    let seen = World { front, back, period: "100ms", faults, ..World::default() }.run(20.0, 1);
    seen.assert_answered();
    let mut waited = 0;
    for (sent, took, _) in &seen.requests {
        if *took == 3 * MS {
            continue;
        }
        waited += 1;
        assert!((5 * SECOND - 3 * MS..8 * SECOND).contains(sent), "{sent}");
        // 1 ms of CPU and half a round trip.
        assert_eq!(sent + took, 8 * SECOND + MS + MS / 2, "sent at {sent}");
    }
    assert!((14..=16).contains(&waited), "{waited}");
}

/// Requests sent into a cut arrive at the first retransmission after it ends: 0.2, 0.6, 1.4, 3.0 s later
/// on an open connection, and 1, 3 s later for one being opened.
#[test]
fn what_is_sent_into_a_cut_arrives_at_a_retransmission() {
    let cut = |kind: &str| {
        format!("[[fault]]\nid = \"f\"\nat = \"5s\"\nkind = \"partition\"\n{kind}\nrepair = \"2s\"")
    };
    let open = [200, 600, 1400, 3000].map(|ms| ms * MS);
    let opening = [1000, 3000].map(|ms| ms * MS);
    for (front, least, pauses) in [
        ("pool.back = { size = 1000 }", 2 * MS, &open[..]),
        ("client = { connections = \"per-request\" }", 3 * MS, &opening[..]),
    ] {
        for kind in ["node = [\"b\", \"c\"]", "node = \"b\"", "link = [\"a\", \"b\"]"] {
            let faults = cut(kind);
            let world = World { front, period: "100ms", faults: &faults, ..World::default() };
            let seen = world.run(20.0, 1);
            seen.assert_answered();
            let mut waited = 0;
            for (sent, took, _) in &seen.requests {
                let healed = 7 * SECOND;
                if !(5 * SECOND..healed).contains(sent) {
                    continue;
                }
                let Some(late) = (took - least).checked_sub(1).map(|late| late + 1) else {
                    continue;
                };
                waited += 1;
                let place = pauses.iter().position(|pause| *pause == late);
                let place = place.unwrap_or_else(|| panic!("{front}: {late} late"));
                assert!(sent + late + MS >= healed, "not before it is healed");
                assert!(place == 0 || sent + pauses[place - 1] < healed, "at the first after that");
            }
            assert!(waited > 0, "{front}, {kind}: {waited}");
        }
    }
}

/// Answers to requests that arrived before the cut wait for a retransmission, too: one sent 1.5 ms after
/// the request, into a cut of a second from 0.5 ms before, 1.4 s later.
#[test]
fn answers_are_cut_off_too() {
    let calm = World { period: "100ms", ..World::default() };
    let sent = calm.run(10.0, 1).requests[50].0;
    let at = sent + MS;
    let faults = format!(
        "[[fault]]\nid = \"f\"\nat = \"{at}ns\"\nkind = \"partition\"\nnode = [\"b\", \"c\"]\nrepair = \"1s\""
    );
    let seen = World { faults: &faults, ..calm }.run(10.0, 1);
    seen.assert_answered();
    assert_eq!(seen.requests[50], (sent, 1400 * MS + 2 * MS, None));
}

/// K3s: a node that is cut off for 120 s loses its endpoints when it is marked down, 40 to 55 s later
/// and up to a second more, and regains them when it is found ready: it tries to renew its lease at
/// least each 7 s, which is checked each 5 s.
#[test]
fn endpoints_come_back_with_their_node() {
    let faults = "[[fault]]\nid = \"f\"\nat = \"10s\"\nkind = \"partition\"\nnode = \"b\"\nrepair = \"120s\"";
    let (front, call) = ("client = { connections = \"per-request\" }", ", timeout = \"500ms\"");
    for seed in 0..5 {
        let world = World { kind: "k3s", front, call, period: "100ms", faults, ..World::default() };
        let seen = world.run(200.0, seed);
        let failed = |from: u64, to: u64| {
            let within = seen.requests.iter().filter(|(sent, ..)| (from..to).contains(sent));
            within.filter(|(.., failure)| failure.is_some()).count()
        };
        let [cut, gone, healed] = [10, 66, 130].map(|at| at * SECOND);
        assert!(failed(cut, gone) > 100, "half of 300 to 450 requests");
        assert_eq!((failed(0, cut - SECOND), failed(gone, 200 * SECOND)), (0, 0));
        let least = seen.visits.iter().map(|(_, who)| *who).min().unwrap();
        let again = seen.visits.iter().filter(|(at, who)| *at > gone && *who == least);
        let again = again.map(|(at, _)| *at).min().unwrap();
        assert!((healed..healed + 14 * SECOND).contains(&again), "{again}");
    }
}

/// The address of a container without a health check is known as soon as it starts: a caller whose node
/// was cut off or marked down is told when the node returns.
#[test]
fn what_starts_unheard_is_found_later() {
    let killed = "[[fault]]\nid = \"cut\"\nkind = \"partition\"\nnode = \"b\"\nat = \"20s\"\nrepair = \"10s\"\n\
                  [[fault]]\nid = \"kill\"\nkind = \"kill-service\"\nservice = \"back\"\nreplica = 1\nat = \"21s\"";
    let crash =
        "[[fault]]\nid = \"f\"\nkind = \"crash\"\nnode = \"b\"\nat = \"20s\"\nrepair = \"70s\"";
    let front = "client = { connections = \"per-request\" }";
    for (kind, faults) in [("swarm", killed), ("nomad", killed), ("k3s", killed), ("k3s", crash)] {
        for seed in 0..12 {
            let (call, back) = (", timeout = \"500ms\"", "startup = \"12s\"");
            let world =
                World { kind, front, call, back, period: "100ms", faults, ..World::default() };
            let seen = world.run(200.0, seed);
            let late = seen.visits.iter().filter(|(at, _)| *at > 180 * SECOND);
            let who: std::collections::BTreeSet<_> = late.map(|(_, who)| *who).collect();
            assert_eq!(who.len(), 2, "{kind}, {seed}: {faults}");
        }
    }
}
