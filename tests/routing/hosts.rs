//! Compose on several hosts: names on the same host, configured addresses of others.

use super::{SECOND, World};

/// Of two replicas on other hosts the callers know the first one's address: nothing goes to the second,
/// even while the host of the first is down, for 20 s here.
#[test]
fn another_host_has_one_address() {
    let faults =
        "[[fault]]\nid = \"f\"\nat = \"10s\"\nkind = \"crash\"\nnode = \"b\"\nrepair = \"20s\"";
    let call = ", timeout = \"1s\"";
    let front = "client = { connections = \"per-request\" }";
    let world = World { kind: "compose", front, call, period: "100ms", faults, ..World::default() };
    let seen = world.run(60.0, 1);
    let least = seen.visits.iter().map(|(_, who)| *who).min().unwrap();
    assert!(seen.visits.iter().all(|(_, who)| *who == least));
    let (down, boots) = (10 * SECOND..30 * SECOND, 30 * SECOND..30 * SECOND + SECOND / 4);
    for (sent, _, failure) in seen.requests.iter().filter(|(sent, ..)| !boots.contains(sent)) {
        assert_eq!(failure.is_some(), down.contains(sent), "sent at {sent}");
    }
}

/// A replica on the caller's own host has a name there.
#[test]
fn the_own_host_is_asked_by_name() {
    let front = "constraints = [\"node.hostname == c\"]";
    let text = World { kind: "compose", period: "100ms", ..World::default() }
        .text()
        .replace("constraints = [\"node.hostname == a\"]", front);
    let seen = super::see(&crate::text::blueprint(&text), 20.0, 1);
    seen.assert_answered();
    let most = seen.visits.iter().map(|(_, who)| *who).max().unwrap();
    // The front is the last container; replicas on b and c come before it.
    assert!(seen.visits.iter().all(|(_, who)| *who == most));
}
