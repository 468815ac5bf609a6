//! Pulls share network and processor with all other work.

use super::{Heard, run};

/// Node `b` pulls 900 MB from a registry on `a` at 1 Gbit/s, 7.2 s alone, beside `more`.
fn pulled(more: &str) -> (f64, Heard) {
    let text = format!(
        r#"
[scenario]
title = "A pull"
duration = "5min"
kind = "window"
[node.a]
cores = 8
network = "1 Gbit/s"
[node.b]
cores = 8
speed = 4.0
network = "1 Gbit/s"
[orchestrator]
kind = "compose"
[service.registry]
constraints = ["node.hostname == a"]
[service.files]
constraints = ["node.hostname == a"]
endpoint.get.steps = [ {{ sleep = "0s" }} ]
[service.web]
constraints = ["node.hostname == b"]
endpoint.e.steps = [ {{ cpu = "5ms" }} ]
{more}
[[rollout]]
id = "new"
at = "20s"
service = "web"
image = {{ size = "900 MB", registry = "registry" }}
"#
    );
    let heard = run(&text, 200, 1);
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
    let text = |busy: &str| {
        format!(
            "[scenario]\ntitle = \"A pull\"\nduration = \"5min\"\nkind = \"window\"\n[node.a]\ncores = 1\nspeed = 0.25\n\
             [orchestrator]\nkind = \"compose\"\n[service.web]\nendpoint.e.steps = [ {{ cpu = \"1ms\" }} ]\n\
             [service.other]\nendpoint.e.steps = [ {{ cpu = \"60s\" }} ]\n\
             [traffic.users]\nentry = \"{busy}.e\"\narrivals = {{ kind = \"periodic\", period = \"200s\", phase = \"20s\" }}\n\
             [[rollout]]\nid = \"new\"\nat = \"20s\"\nservice = \"web\"\nimage = {{ size = \"90 MB\" }}\n"
        )
    };
    for (busy, takes) in [("web", 8.0), ("other", 16.0)] {
        let heard = run(&text(busy), 200, 1);
        let pull = heard.pulls[1].0 - heard.pulls[0].0;
        assert!((pull - takes).abs() < 0.02, "{busy}: {pull}");
    }
}
