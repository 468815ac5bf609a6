//! Requests without an answer: they count, no claim holds because they are ignored, and an answer after
//! the measured stretch does not count in its throughput.

use super::run::{metric, results};
use super::{Folder, status, stderr, stdout, wssim};
use crate::text::{self, periodic};
use serde_json::Value;

/// One service on one node, called for ten seconds, with `more`. Its claims are wrong in every world here.
fn world(steps: &str, arrivals: &str, more: &str) -> String {
    claiming(steps, arrivals, more, ["5%", "5ms"])
}

/// The same with claims of the largest error ratio and the largest mean response time.
fn claiming(steps: &str, arrivals: &str, more: &str, [errors, mean]: [&str; 2]) -> String {
    let at_most = |most: &str| format!("max = '{most}'");
    let world = text::world()
        .window("10s")
        .node("host", 1)
        .with("network = '1 Gbit/s'")
        .with("[lan]\nrtt = '0.1ms'")
        .service("one", "")
        .endpoint("go", steps)
        .traffic("web", "one.go", arrivals)
        .with(more)
        .claim("errors", "error_ratio{entry=\"web\", reason=\"all\"}", &at_most(errors))
        .claim("mean", "response_time_seconds{entry=\"web\", stat=\"mean\"}", &at_most(mean));
    world.to_string()
}

const EVERY_100_MS: &str = "{ kind = \"periodic\", period = \"100ms\", phase = \"50ms\" }";

struct Ran {
    status: i32,
    results: Value,
    text: String,
}

impl Ran {
    fn number(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        metric(&self.results, name, labels)["mean"].as_f64().unwrap()
    }

    fn errors(&self, reason: &str) -> f64 {
        self.number("error_ratio", &[("entry", "web"), ("reason", reason)])
    }

    fn claim(&self, id: &str) -> &Value {
        let claims = self.results["claims"].as_array().unwrap();
        claims.iter().find(|claim| claim["id"] == id).unwrap()
    }
}

/// Five replications of `text`.
fn simulate(folder: &Folder, name: &str, text: &str) -> Ran {
    let file = format!("{name}.toml");
    folder.write(&file, text);
    let output = wssim(folder.path(), &["run", &file, "--replications", "5", "--out", name]);
    assert!([0, 1, 3].contains(&status(&output)), "{name}: {}", stderr(&output));
    Ran { status: status(&output), results: results(folder, name), text: stdout(&output) }
}

/// The same, asserting that no claim holds.
fn run(folder: &Folder, name: &str, text: &str) -> Ran {
    let ran = simulate(folder, name, text);
    assert_ne!(ran.status, 0, "{name}: {}", ran.text);
    for claim in ran.results["claims"].as_array().unwrap() {
        assert_ne!(claim["verdict"], "holds", "{name}: {}", ran.text);
    }
    ran
}

/// Worlds of a hundred requests of which most, or all, get no answer, by the number of answers: none is
/// ignored, whatever delays their answers.
#[test]
fn a_request_without_an_answer_counts_as_an_error() {
    let folder = Folder::new();
    let fault = |rest: &str| format!("[[fault]]\nid = \"f\"\nnode = \"host\"\n{rest}\n");
    let quick = "{ cpu = \"1ms\" }";
    let asleep = "{ sleep = \"1h\" }";
    std::fs::write(
        folder.path().join("times.csv"),
        (0..100).fold("time\n".to_owned(), |rows, n| format!("{rows}{}.{}\n", n / 10, n % 10)),
    )
    .unwrap();
    for (name, text, requests, unfinished) in [
        (
            "a network that all but stops after a second",
            world(
                quick,
                EVERY_100_MS,
                &fault("kind = \"slow-network\"\nat = \"1s\"\nfactor = 1e12"),
            ),
            100.0,
            0.9,
        ),
        (
            "a node that stands still all the time",
            world(quick, EVERY_100_MS, &fault("kind = \"hang\"\nat = \"0s\"")),
            100.0,
            1.0,
        ),
        (
            "a node that stands still for longer than anybody is followed",
            world(quick, EVERY_100_MS, &fault("kind = \"hang\"\nat = \"0s\"\nrepair = \"1h\"")),
            100.0,
            1.0,
        ),
        (
            "a node that is cut off for good",
            world(quick, EVERY_100_MS, &fault("kind = \"partition\"\nat = \"0s\"")),
            100.0,
            1.0,
        ),
        ("a sleep of an hour", world(asleep, EVERY_100_MS, ""), 100.0, 1.0),
        (
            "users who wait for their first answer for ever",
            world(asleep, "{ kind = \"closed\", users = 20, think = \"constant(1s)\" }", ""),
            20.0,
            1.0,
        ),
        (
            "arrivals from a file",
            world(asleep, "{ kind = \"trace\", file = \"times.csv\" }", ""),
            100.0,
            1.0,
        ),
    ] {
        let ran = run(&folder, &name.replace(' ', "-"), &text);
        let counted = ran.number("requests_total", &[("entry", "web")]);
        assert_eq!(counted, requests, "{name}");
        assert!((ran.errors("unfinished") - unfinished).abs() < 1e-9, "{name}");
        assert_eq!(ran.errors("all"), ran.errors("unfinished"), "{name}");
        assert_eq!(ran.claim("errors")["verdict"], "refuted", "{name}: {}", ran.text);
        let told =
            format!("{} of {} requests had no answer", requests * unfinished * 5.0, requests * 5.0);
        assert!(ran.text.contains(&told), "{name}: {}", ran.text);
        assert!(ran.results["notes"].to_string().contains("unfinished"), "{name}");
    }
}

/// For requests without an answer the age is a lower bound: that refutes a claim, and a quantile within
/// the answered ones is known.
#[test]
fn times_without_an_answer_are_at_least_as_long_as_was_waited() {
    let folder = Folder::new();
    let slow = "[[fault]]\nid = \"f\"\nnode = \"host\"\nkind = \"slow-network\"\nat = \"8s\"\nfactor = 1e12\n";
    let text = world("{ cpu = \"1ms\" }", "{ kind = \"periodic\", period = \"10ms\" }", slow);
    let claims = r#"
[[claim]]
id = "median"
metric = 'response_time_seconds{entry="web", stat="p50"}'
expect = { max = "5ms" }
[[claim]]
id = "patient"
metric = 'response_time_seconds{entry="web", stat="mean"}'
expect = { max = "1h" }
"#;
    let ran = simulate(&folder, "slow", &format!("{text}{claims}"));
    assert_eq!(ran.claim("median")["verdict"], "holds", "{}", ran.text);
    // One of five waits for the whole time that it is followed, ten times ten seconds.
    let mean = &ran.claim("mean")["simulated"];
    assert!(mean["ci_low"].as_f64().unwrap() > 20.0 && mean["ci_high"].is_null(), "{mean}");
    assert_eq!(ran.claim("mean")["verdict"], "refuted", "{}", ran.text);
    let patient = ran.claim("patient");
    assert_eq!(patient["verdict"], "undecided", "{}", ran.text);
    assert!(patient["why"].as_str().unwrap().contains("got no answer"), "{patient}");
    assert!(ran.text.contains("≥ 2"), "{}", ran.text);
    let series = |name: &str| {
        let all = ran.results["series"].as_array().unwrap();
        all.iter().find(|series| series["name"] == name).unwrap()["mean"].as_array().unwrap()
    };
    // A hundred slots: by slot of arrival, too, they are errors, and their times are unknown.
    let (errors, times) = (series("error_ratio"), series("response_time_seconds"));
    assert_eq!((&errors[10], &errors[90]), (&Value::from(0.0), &Value::from(1.0)));
    assert!(times[10].is_f64() && times[90].is_null(), "{times:?}");
}

/// A core offered a hundred times its capacity, and half as much again: most answers come after the
/// measured stretch or never, and throughput is the core's capacity.
#[test]
fn throughput_is_what_a_core_can_do() {
    let folder = Folder::new();
    for (name, demand, capacity) in
        [("hundredfold", "1s", 1.0), ("half-again", "15ms", 1.0 / 0.015)]
    {
        let steps = format!("{{ cpu = \"{demand}\" }}");
        let text = world(&steps, "{ kind = \"periodic\", period = \"10ms\" }", "")
            .replace("[service.one]", "[service.one]\nworkers = 1");
        let ran = simulate(&folder, name, &text);
        assert_eq!(ran.number("requests_total", &[("entry", "web")]), 1000.0, "{name}");
        let throughput = ran.number("throughput_per_second", &[("entry", "web")]);
        // One after the other, from the first: a request begun at the end is not answered.
        assert!(throughput <= capacity && throughput > capacity - 0.2, "{name}: {throughput}");
    }
    // What was asked before the stretch and is answered in it counts, and the other way round.
    let text = world("{ sleep = \"5s\" }", EVERY_100_MS, "")
        .replace("max = '5%'", "min = '5%'")
        .replace("kind = 'window'", "kind = 'window'\nlead_in = '3s'");
    let late = run(&folder, "late", &text);
    assert_eq!(late.number("throughput_per_second", &[("entry", "web")]), 8.0);
    assert_eq!(late.number("requests_total", &[("entry", "web")]), 100.0);
    assert_eq!(late.errors("all"), 0.0);
}

/// Ten days of CPU for each of a hundred requests: a valid, if useless, world, and its counts add up.
#[test]
fn a_step_of_days_is_simulated() {
    let folder = Folder::new();
    for demand in ["10d", "exp(10d)", "300d"] {
        let text = world(
            &format!("{{ cpu = \"{demand}\" }}"),
            "{ kind = \"poisson\", rate = \"300/s\" }",
            "",
        );
        let ran = run(&folder, "long", &text);
        assert_eq!(ran.errors("unfinished"), 1.0, "{demand}");
    }
}

/// No error in a thousand requests leaves room for a few in a thousand if requests can fail, and none if
/// they cannot; zero is refuted in neither.
#[test]
fn nothing_seen_is_no_proof_of_never_where_something_can_fail() {
    let folder = Folder::new();
    let quick = |more: &str| claiming("{ cpu = '1ms' }", &periodic("10ms"), more, ["0%", "50ms"]);
    let (never, could) = (quick(""), quick("patience = '1s'"));
    for (name, text, expected, verdict) in
        [("never", &never, 0, "holds"), ("could", &could, 3, "undecided")]
    {
        let ran = simulate(&folder, name, text);
        assert_eq!(ran.status, expected, "{name}: {}", ran.text);
        let errors = ran.claim("errors");
        assert_eq!(errors["verdict"], verdict, "{name}: {errors}");
        let simulated = &errors["simulated"];
        assert_eq!(simulated["mean"], 0.0);
        let high = simulated["ci_high"].as_f64().unwrap();
        assert!(
            if name == "never" { high == 0.0 } else { high > 0.0 && high < 0.005 },
            "{simulated}"
        );
    }
}
