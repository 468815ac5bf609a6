//! Dismissals of a screen are checked by full simulation: a claim whose ranges were dismissed is
//! simulated at their ends, and its verdict there must be the same.
//!
//! A few pairs of claim and input of random worlds on each push; `WSSIM_BATTERY=nightly` checks some two
//! hundred of these, and all of the plan's scenario:
//!
//! ```sh
//! WSSIM_BATTERY=nightly cargo test --release --test wssim studies
//! ```

use crate::text::load_with;
use wssim_experiment::findings::{Findings, JudgedClaim, Verdict};
use wssim_experiment::question::Study;
use wssim_experiment::watch::Unwatched;
use wssim_experiment::{Options, run};
use wssim_scenario::Scenario;

/// Random worlds of two services on two nodes, each with seven inputs with a range.
const INPUTS: [(&str, &str, &str); 7] = [
    ("service.web.endpoint.page.steps[0].cpu", "exp(4ms)", "exp(9ms)"),
    ("service.web.endpoint.page.steps[1].repeat", "1", "3"),
    ("service.db.endpoint.query.steps[0].cpu", "exp(1ms)", "exp(4ms)"),
    ("node.far.speed", "0.4", "0.9"),
    ("lan.rtt", "0.1ms", "1ms"),
    ("traffic.users.arrivals.rate", "10/s", "30/s"),
    ("service.idle.background.cpu", "exp(1ms)", "exp(20ms)"),
];

/// The world number `seed`, with claims at a distance from its expected numbers.
fn world(seed: u64) -> String {
    let draw = |n: u64, low: f64, high: f64| {
        let mixed = (seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)
            ^ n.wrapping_mul(0xD1B5_4A32_D192_ED03))
        .rotate_left(29);
        low + (high - low) * (mixed % 10_007) as f64 / 10_007.0
    };
    let (far, near) = (draw(1, 0.012, 0.08), draw(2, 0.004, 0.03));
    let load = draw(3, 0.02, 0.5);
    format!(
        r#"
[scenario]
duration = "60s"
warmup = "5s"
[node.near]
cores = 4
[node.far]
cores = 2
speed = {{ value = 0.6, range = [0.4, 0.9] }}
[lan]
rtt = {{ value = "0.3ms", range = ["0.1ms", "1ms"] }}
[service.web]
constraints = ["node.hostname == near"]
endpoint.page.steps = [
  {{ cpu = {{ value = "exp(6ms)", range = ["exp(4ms)", "exp(9ms)"] }} }},
  {{ call = "db.query", repeat = {{ value = 2, range = [1, 3] }} }},
]
[service.db]
constraints = ["node.hostname == far"]
endpoint.query.steps = [ {{ cpu = {{ value = "exp(2ms)", range = ["exp(1ms)", "exp(4ms)"] }} }} ]
[service.idle]
constraints = ["node.hostname == near"]
background = {{ every = "exp(100ms)", cpu = {{ value = "exp(5ms)", range = ["exp(1ms)", "exp(20ms)"] }} }}
[traffic.users]
entry = "web.page"
arrivals = {{ kind = "poisson", rate = {{ value = "20/s", range = ["10/s", "30/s"] }} }}
[[claim]]
id = "response"
metric = 'response_time_seconds{{entry="users", stat="mean"}}'
expect = {{ max = "{far:.4}s" }}
[[claim]]
id = "query"
metric = 'query_time_seconds{{service="db", stat="mean"}}'
expect = {{ max = "{near:.4}s" }}
[[claim]]
id = "load"
metric = 'node_cpu_utilization_ratio{{node="near"}}'
expect = {{ max = {load:.4} }}
"#
    )
}

fn study(text: &str, sets: &[String], ranges: bool) -> Findings {
    let scenario = load_with(text, sets).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    answer(&scenario, 20, ranges)
}

fn answer(scenario: &Scenario, replications: u32, ranges: bool) -> Findings {
    let replications = Some(replications);
    let options = Options { seed: 3, threads: None, replications, precision: 0.02, ranges };
    run(scenario, &scenario.question(), &options, &Unwatched).unwrap()
}

fn verdict(findings: &Findings, id: &str) -> Verdict {
    findings.claims.iter().find(|one| one.claim.id == id).unwrap().verdict
}

/// At most one pair in a hundred may disagree: both sides are at simultaneous levels of 95 %, and a
/// disagreement needs a number on its limit.
#[test]
fn what_is_dismissed_keeps_its_verdict_in_full() {
    let nightly = std::env::var("WSSIM_BATTERY").is_ok_and(|value| value == "nightly");
    let worlds = if nightly { 24 } else { 2 };
    let (mut pairs, mut wrong) = (0, Vec::new());
    for seed in 1..=worlds {
        let text = world(seed);
        let held = study(&text, &[], true);
        let here = study(&text, &[], false);
        for (path, low, high) in INPUTS {
            let at = |value: &str| study(&text, &[format!("{path}={value}")], false);
            let ends = [at(low), at(high)];
            for id in ["response", "query", "load"] {
                let decided = verdict(&here, id);
                if verdict(&held, id) != decided || decided == Verdict::Undecided {
                    continue;
                }
                pairs += 1;
                let other = |end: &&Findings| verdict(end, id) != decided;
                if let Some(end) = ends.iter().find(other) {
                    wrong.push((seed, id, path, verdict(end, id)));
                }
            }
        }
    }
    assert!(pairs >= if nightly { 200 } else { 10 }, "{pairs} pairs");
    assert!(wrong.len() * 100 <= pairs, "{} of {pairs}: {wrong:?}", wrong.len());
}

/// A shipped scenario, with one input at another value; `None` if it has no such input.
fn shipped(name: &str, set: &[String]) -> Option<Scenario> {
    Scenario::load(&format!("scenarios/{name}.toml"), set).ok()
}

/// Whether the present still reproduces the observations.
fn is_reproduced(set: &[String]) -> bool {
    let Some(before) = shipped("before", set) else { return true };
    let findings = answer(&before, 10, false);
    let is_observed = |one: &&JudgedClaim| one.claim.observed && one.claim.study == Study::Run;
    let mut observed = findings.claims.iter().filter(is_observed);
    observed.all(|one| one.verdict == Verdict::Reproduced)
}

/// Every claim of the plan whose verdict is kept, at both ends of every input, where the observations
/// are still reproduced; nightly. At most one in a hundred may disagree.
#[test]
fn the_plans_verdicts_are_kept_at_every_end() {
    if std::env::var("WSSIM_BATTERY").is_ok_and(|value| value == "nightly") {
        let after = shipped("after", &[]).unwrap();
        let (held, here) = (answer(&after, 10, true), answer(&after, 10, false));
        let kept = |one: &&JudgedClaim| {
            let decided = verdict(&here, &one.claim.id);
            one.verdict == decided && matches!(decided, Verdict::Holds | Verdict::Refuted)
        };
        let kept: Vec<&str> =
            held.claims.iter().filter(kept).map(|one| one.claim.id.as_str()).collect();
        let (mut pairs, mut wrong) = (0, Vec::new());
        for input in after.question().ranged {
            for value in [&input.low, &input.high] {
                let set = [format!("{}={value}", input.path)];
                if *value == input.value || !is_reproduced(&set) {
                    continue;
                }
                let there = answer(&shipped("after", &set).unwrap(), 10, false);
                pairs += kept.len();
                let other = |id: &&&str| verdict(&there, id) != verdict(&here, id);
                wrong.extend(kept.iter().filter(other).map(|id| (set.clone(), *id)));
            }
        }
        println!("{pairs} pairs of the plan, {} disagree", wrong.len());
        assert!(pairs >= 100, "{pairs} pairs");
        assert!(wrong.len() * 100 <= pairs, "{} of {pairs}: {wrong:?}", wrong.len());
    }
}
