//! Verdicts and the ranges of inputs: joint, constrained by observations, and marked if not checked.

use super::run::results;
use super::{Folder, status, stdout, wssim};
use serde_json::Value;

/// A page computes and waits; the total time on the old server is observed. The new one has half the
/// speed: by how much the page gets slower depends on the share of computing.
fn folder(name: &str, cpu: &str, wait: &str) -> Folder {
    let folder = Folder::new(name);
    folder.write(
        "before.toml",
        &format!(
            r#"
[scenario]
duration = "60s"
warmup = "1s"
[node.server]
cores = 8
speed = 1.0
[service.shop]
endpoint.page.steps = [ {{ cpu = {cpu} }}, {{ sleep = {wait} }} ]
[traffic.web]
entry = "shop.page"
arrivals = {{ kind = "poisson", rate = "10/s" }}
[[claim]]
id = "seen"
observed = true
metric = 'response_time_seconds{{entry="web", stat="mean"}}'
expect = {{ min = "9ms", max = "11ms" }}
"#
        ),
    );
    folder.write(
        "after.toml",
        r#"
[scenario]
extends = ["before.toml"]
[node.server]
speed = 0.5
[[claim]]
id = "seen"
enabled = false
[[claim]]
id = "slower"
text = "At most 3 ms slower"
metric = 'response_time_seconds{entry="web", stat="mean"}'
relative_to = "before.toml"
expect = { max = "+3ms" }
"#,
    );
    folder
}

const CPU: &str = r#"{ value = "9ms", range = ["1ms", "10ms"] }"#;
const WAIT: &str = r#"{ value = "1ms", range = ["0.5ms", "9ms"] }"#;

fn claim(folder: &Folder, flags: &[&str]) -> (i32, Value, String) {
    let output = wssim(folder.path(), &[&["run", "after.toml", "--out", "o"], flags].concat());
    let found = results(folder, "o");
    (status(&output), found["claims"][0].clone(), stdout(&output))
}

/// 9 ms of 10 are computing: 9 ms slower. With 1 ms of computing and 9 ms of waiting a page takes the
/// observed time, and is 1 ms slower: so the claim is undecided, and both inputs are named.
#[test]
fn inputs_that_trade_off_within_an_observation_are_named_together() {
    let (status, claim, _) = claim(&folder("together", CPU, WAIT), &[]);
    assert_eq!((status, claim["verdict"].as_str()), (3, Some("undecided")), "{claim}");
    let why = claim["why"].as_str().unwrap();
    for part in ["refuted at the values in force", "steps[0].cpu", "steps[1].sleep", "together"] {
        assert!(why.contains(part), "{part}: {why}");
    }
}

/// Uncertainty of the computing alone cannot change it: a page would have been faster than observed.
#[test]
fn an_input_that_breaks_an_observation_alone_turns_nothing() {
    let (status, claim, _) = claim(&folder("alone", CPU, "\"1ms\""), &[]);
    assert_eq!((status, claim["verdict"].as_str()), (1, Some("refuted")), "{claim}");
    assert_eq!(claim["ranges_not_looked_at"], Value::Null);
}

/// A verdict without checked ranges says so, and is not reliable for scripts.
#[test]
fn a_verdict_without_its_ranges_says_so() {
    let (code, claim, text) = claim(&folder("off", CPU, WAIT), &["--ranges", "off"]);
    assert_eq!((code, claim["verdict"].as_str()), (3, Some("refuted")));
    assert_eq!(claim["ranges_not_looked_at"], 2);
    assert!(claim["why"].as_str().unwrap().contains("2 of 2 ranges not looked at"), "{claim}");
    assert!(text.contains("at the given") && text.contains("1 at the given values only"), "{text}");
    // Without ranges there is nothing to check.
    let certain = folder("certain", "\"9ms\"", "\"1ms\"");
    let output = wssim(certain.path(), &["run", "after.toml", "--ranges", "off", "--out", "o"]);
    assert_eq!(status(&output), 1);
}

/// A claim refuted from above at the given value, and from below at the other end of the range, holds in
/// between.
#[test]
fn a_range_that_leads_through_what_the_plan_says_decides_nothing() {
    let folder = Folder::new("through");
    let text = |price: &str| {
        format!(
            "[scenario]\nduration = \"20s\"\nwarmup = \"1s\"\n[node.server]\ncores = 1\nprice = {price}\n\
             [service.shop]\nendpoint.page.steps = [ {{ cpu = \"1ms\" }} ]\n\
             [traffic.web]\nentry = \"shop.page\"\narrivals = {{ kind = \"poisson\", rate = \"10/s\" }}\n\
             [[claim]]\nid = \"price\"\nmetric = 'price_total'\nexpect = {{ min = 900, max = 1100 }}\n"
        )
    };
    for (price, status_due, verdict) in [
        ("{ value = 1600, range = [800, 1600] }", 3, "undecided"),
        ("{ value = 1000, range = [800, 1600] }", 3, "undecided"),
        ("{ value = 1600, range = [1200, 1600] }", 1, "refuted"),
        ("{ value = 800, range = [700, 850] }", 1, "refuted"),
    ] {
        folder.write("after.toml", &text(price));
        let (status, claim, _) = claim(&folder, &[]);
        assert_eq!(
            (status, claim["verdict"].as_str()),
            (status_due, Some(verdict)),
            "{price}: {claim}"
        );
    }
}
