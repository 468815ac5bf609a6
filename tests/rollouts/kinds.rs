//! Rollouts of K3s and of Nomad in worlds: the sums of their rules.

use super::{run, world};
use wssim_model::probe::{Ending, RolloutFact};

/// Pulling 100 MB over 125 MB/s, unpacked at 45 MB/s.
const PULL: f64 = 100.0 / 45.0;

/// The duration of a rollout with this number of replicas, checks each 4 s, and a start-up of 3 s; its
/// ending; and the time without answers for users.
fn rollout(kind: &str, replicas: u32, more: &str, seed: u64) -> (f64, Ending, f64) {
    let more = format!("replicas = {replicas}\nhealthcheck = {{ interval = \"4s\" }}\n{more}");
    let heard = run(&world(kind, &more, "image = { size = \"100 MB\" }"), 500, seed);
    let (lasted, ending) = heard.lasted().unwrap();
    let failing = heard.failing().map_or(0.0, |[first, last]| last - first);
    (lasted, ending, failing)
}

/// K3s: a quarter more than wanted, rounded up, and a quarter fewer, rounded down. One replica is
/// replaced start-first; of four, two new ones start at once, the one more and the one fewer, then two
/// again. Each takes 0.55 to 1.55 s to start, and is registered at its first good check, 4 s later.
#[test]
fn k3s_brings_out_by_surge_and_unavailable() {
    for seed in 0..5 {
        for (replicas, rounds) in [(1, 1.0), (4, 2.0)] {
            let (lasted, ending, _) = rollout("k3s", replicas, "", seed);
            let sum = PULL + rounds * 4.0;
            let range = sum + rounds * 0.5..sum + rounds * 1.9;
            assert_eq!(ending, Ending::Completed);
            assert!(range.contains(&lasted), "{replicas}: {lasted} s, not {range:?}");
        }
    }
}

/// K3s does not wait until proxies have forgotten a pod that is told to end, so up to a second of
/// requests may reach one that no longer listens; the new one is ready before.
#[test]
fn k3s_is_down_for_a_second_at_most() {
    for seed in 0..5 {
        let (_, _, failing) = rollout("k3s", 1, "", seed);
        assert!(failing < 1.05, "{failing}");
    }
}

/// Nomad: one at a time, each 0.25 to 1.25 s from its order to its start, 4 s to its first good check
/// and 10 s healthy; with one replica there are no answers from the end of the old one to the first good
/// check.
#[test]
fn nomad_brings_out_one_after_the_other() {
    for seed in 0..5 {
        for replicas in [1, 3] {
            let (lasted, ending, failing) = rollout("nomad", replicas, "", seed);
            let rounds = f64::from(replicas);
            let sum = PULL + rounds * (4.0 + 10.0);
            let range = sum + rounds * 0.2..sum + rounds * 1.7;
            assert_eq!(ending, Ending::Completed);
            assert!(range.contains(&lasted), "{replicas}: {lasted} s, not {range:?}");
            if replicas == 1 {
                let down = PULL + 4.0;
                assert!((down..down + 8.0).contains(&failing), "{failing}");
            }
        }
    }
}

/// An image whose process ends at once: K3s and Nomad give the update up after 10 min without progress;
/// K3s keeps the old pod, Nomad has ended it.
#[test]
fn what_never_runs_is_given_up_after_ten_minutes() {
    for (kind, up) in [("k3s", true), ("nomad", false)] {
        let check = "healthcheck = { interval = \"2s\" }\n";
        let text = world(kind, check, "image = { size = \"1 MB\", bad = \"exits\" }");
        let heard = run(&text.replace("10min", "20min"), 1200, 1);
        let (lasted, ending) = heard.lasted().unwrap();
        assert_eq!(ending, Ending::Paused, "{kind}");
        assert!((600.0..603.0).contains(&lasted), "{kind}: {lasted}");
        let late = heard.requests.iter().filter(|(at, ..)| *at > 1000.0);
        let answered = late.filter(|(.., why)| why.is_none()).count();
        assert_eq!(answered > 9000, up, "{kind}: {answered}");
    }
}

/// A second rollout while the first one's containers start beside the old ones: in the end there are as
/// many as wanted, and the second one is over.
#[test]
fn a_rollout_that_is_overtaken_leaves_nothing_behind() {
    for kind in ["swarm", "k3s", "nomad"] {
        for at in ["20s", "20.5s", "21s", "22s", "25s"] {
            let more = "replicas = 2\nupdate = { order = \"start-first\", parallelism = 2 }\n";
            let second = format!("[[rollout]]\nid = \"next\"\nat = \"{at}\"\nservice = \"web\"\n");
            for seed in 0..4 {
                let heard = run(&world(kind, more, &second), 400, seed);
                let mut there = std::collections::BTreeSet::from([0, 1]);
                for (_, id, answers) in &heard.answers {
                    if *answers {
                        there.insert(id.0)
                    } else {
                        there.remove(&id.0)
                    };
                }
                assert_eq!(there.len(), 2, "{kind}, {at}, {seed}");
                let ends: Vec<Ending> = (heard.rollout.iter())
                    .filter_map(|(_, fact)| match fact {
                        RolloutFact::Ends(ending) => Some(*ending),
                        _ => None,
                    })
                    .collect();
                assert_eq!(ends.last(), Some(&Ending::Completed), "{kind}, {at}, {seed}: {ends:?}");
            }
        }
    }
}
