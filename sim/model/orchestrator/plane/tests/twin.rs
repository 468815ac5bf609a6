//! A control plane that skips its search for work where it can, against one that searches after each input.

use super::*;
use crate::orchestrator::plane::Plane;
use crate::orchestrator::plane::rules::Rules;
use crate::orchestrator::{k3s, nomad, swarm};
use wssim_kernel::stream::Draw;

/// A random number below `below`.
fn one_of(random: &mut Draw<'_>, below: usize) -> usize {
    (random.open01() * below as f64) as usize
}

/// Six services, two of them global, one that serves the images of the others; they need more room than there is.
fn crowded(random: &mut Draw<'_>) -> Cluster {
    let mut cluster = cluster(4, 3, 3);
    (cluster.wanted, cluster.services, cluster.places) = (Vec::new(), Vec::new(), Vec::new());
    cluster.images.push(image(ImageSource::Registry(ServiceId(0)), 1 + one_of(random, 20) as u64));
    for service in 0..6_u32 {
        let is_global = service == 1 || service == 2;
        cluster.wanted.push(Wanted {
            replicas: (!is_global).then_some(2),
            memory_bytes: 1.6e9,
            max_per_node: (service == 4).then_some(1),
            ..Wanted::default()
        });
        let always = RestartPolicy::always(Nanos(5 * SECOND));
        cluster.services.push(Watched {
            restart: if service == 3 { RestartPolicy::NEVER } else { always },
            image: (service != 0).then_some(0),
            ..watched(&format!("s{service}"))
        });
        for node in 0..4 {
            let first = match node {
                0 | 3 => First::Runs,
                _ if is_global => First::Runs,
                _ => First::Spare,
            };
            let place = Place { service: ServiceId(service), node: NodeId::from(node), first };
            cluster.places.push(place);
        }
    }
    cluster
}

/// Gives both the same input; the second searches for work before and after.
fn tell(both: &mut [Plane<'_>; 2], now: Time, told: Told<'_>) -> Vec<Fact> {
    let [mut facts, mut slow] = [Vec::new(), Vec::new()];
    both[0].told(now, told, &mut facts);
    both[1].due = None;
    both[1].told(now, told, &mut slow);
    while both[1].run(now, &mut slow) {}
    both[1].due = None;
    assert_eq!(facts, slow, "at {now:?}, told {told:?}");
    assert_eq!(both[0].due(), both[1].due(), "at {now:?}, told {told:?}");
    facts
}

/// Nodes crash, reboot and are cut off, containers end, and each started container listens, at once or
/// later. Returns the number of decisions.
fn live(rules: &'static Rules, case: u64) -> usize {
    let stream = StreamKey::new(84, 0, "test", "swarm");
    let mut random = stream.draw(case, 0);
    let cluster = crowded(&mut random);
    let stream = StreamKey::new(case, 0, "control", "");
    let mut both = [(); 2].map(|()| Plane::new(&cluster, rules, stream));
    let mut alive: Vec<bool> = cluster.places.iter().map(|p| p.first == First::Runs).collect();
    let (mut joined, mut now, mut decided) = ([true; 16], AT, 0);
    for _ in 0..400 {
        let mut facts = Vec::new();
        match (one_of(&mut random, 8), both[0].due()) {
            (0, _) => {
                let (node, is_there) = (one_of(&mut random, 4), one_of(&mut random, 3) > 0);
                for other in 0..4 {
                    joined[node * 4 + other] = is_there;
                    joined[other * 4 + node] = is_there;
                }
                if is_there && one_of(&mut random, 2) == 0 {
                    facts.extend(tell(&mut both, now, Told::Rebooted(NodeId::from(node))));
                }
                facts.extend(tell(&mut both, now, Told::Reach(&joined)));
            }
            (1, _) => {
                let place = one_of(&mut random, alive.len());
                if std::mem::replace(&mut alive[place], false) {
                    facts.extend(tell(
                        &mut both,
                        now,
                        Told::Ended(ContainerId::from(place), Exit::Failed),
                    ));
                }
            }
            (2, _) => now = now + Nanos(one_of(&mut random, 3000) as u64 * 1_000_000),
            (_, Some(due)) if due < now + Nanos(100 * SECOND) => {
                now = due.max(now);
                facts.extend(tell(&mut both, now, Told::Alarm));
            }
            _ => now = now + Nanos(20 * SECOND),
        }
        decided += facts.len();
        for fact in facts {
            match fact {
                Fact::Starts(id) => {
                    alive[id.index()] = true;
                    decided += tell(&mut both, now, Told::Serves(id)).len();
                }
                Fact::Stops(id) => {
                    alive[id.index()] = false;
                    decided += tell(&mut both, now, Told::Ended(id, Exit::Failed)).len();
                }
                _ => {}
            }
        }
    }
    decided
}

#[test]
fn nothing_is_left_undone() {
    for (kind, rules) in [("swarm", &swarm::RULES), ("k3s", &k3s::RULES), ("nomad", &nomad::RULES)]
    {
        let decided: usize = (0..200).map(|case| live(rules, case)).sum();
        assert!(decided > 5_000, "too little was decided by {kind}: {decided}");
    }
}
