//! Pulls share network and processor with all other work.

use super::{Heard, ROLLOUT, run};
use crate::text::{periodic_from, world};

/// Node `b` pulls 900 MB from a registry on `a` at 1 Gbit/s, 7.2 s alone, beside `more`.
fn pulled(more: &str) -> (f64, Heard) {
    let world = world()
        .window("5min")
        .nodes(&["a", "b"], 8, "network = '1 Gbit/s'")
        .with("speed = 4.0")
        .with("[orchestrator]\nkind = 'compose'")
        .service("registry", "")
        .on("a")
        .service("files", "")
        .on("a")
        .endpoint("get", "{ sleep = '0s' }")
        .service("web", "")
        .on("b")
        .cpu("e", "5ms")
        .with(more)
        .with(ROLLOUT)
        .with("service = 'web'\nimage = { size = '900 MB', registry = 'registry' }");
    let heard = run(&world, 200, 1);
    let at = |begins: bool| heard.pulls.iter().find(|one| one.1 == begins).unwrap().0;
    (at(false) - at(true), heard)
}

const USERS: &str =
    "[traffic.users]\nentry = \"web.e\"\narrivals = { kind = \"periodic\", period = \"1s\" }\n";

#[test]
fn a_pull_takes_its_bytes_over_the_bandwidth() {
    let (alone, _) = pulled(USERS);
    assert!((alone - 7.2).abs() < 1e-6, "{alone}");
    let (capped, _) = pulled(&USERS.replace("[traffic", "[lan]\n[traffic"));
    assert!((capped - 7.2).abs() < 1e-6, "{capped}");
}

/// Two simultaneous transfers of 900 MB share one interface: the pull is over after 14.4 s, the
/// download, whose packets of 1448 B have 90 B of headers each, when the wire has carried both.
#[test]
fn a_pull_and_a_download_share_the_interface() {
    let download = "[traffic.download]\nentry = \"files.get\"\nreceive = \"900 MB\"\n\
                    arrivals = { kind = \"periodic\", period = \"100s\", phase = \"20s\" }\n";
    let (shared, heard) = pulled(&format!("{USERS}{download}"));
    assert!((shared - 14.4).abs() < 1e-3, "{shared}");
    let longest = heard.requests.iter().map(|one| one.1).fold(0.0, f64::max);
    let both = 7.2 * (1.0 + 1538.0 / 1448.0);
    assert!((longest - both).abs() < 1e-3, "{longest}, not {both}");
}

/// Unpacking is CPU: on a node with one busy thread of a quarter of the speed, both take twice as long.
#[test]
fn unpacking_competes_for_the_processor() {
    let world = |busy: &str| {
        world()
            .window("5min")
            .node("a", 1)
            .with("speed = 0.25")
            .with("[orchestrator]\nkind = 'compose'")
            .service("web", "")
            .cpu("e", "1ms")
            .service("other", "")
            .cpu("e", "60s")
            .traffic("users", &format!("{busy}.e"), periodic_from("200s", "20s"))
            .with(ROLLOUT)
            .with("service = 'web'\nimage = { size = '90 MB' }")
    };
    for (busy, takes) in [("web", 8.0), ("other", 16.0)] {
        let heard = run(&world(busy), 200, 1);
        let pull = heard.pulls[1].0 - heard.pulls[0].0;
        assert!((pull - takes).abs() < 0.02, "{busy}: {pull}");
    }
}
