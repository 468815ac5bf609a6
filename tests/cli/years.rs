//! The long run of `wssim failures`: a page on one server and its data on another, with a common power
//! supply.

use super::run::results;
use super::{Folder, status, stderr, stdout, wssim};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

/// The page needs all of these: front, store, power; the two nodes are a group that needs one.
const SHOP: &str = r#"
[scenario]
title = "A shop"
duration = "1min"
warmup = "10s"
draw_faults = false

[node.left]
cores = 4
site = "cellar"
mtbf = "exp(30d)"
mttr = "exp(6h)"

[node.right]
cores = 4
site = "cellar"
mtbf = "weibull(60d, shape=1.5)"
mttr = "lognormal(12h, cv=1.0)"

[site.cellar.power]
mtbf = "exp(45d)"
mttr = "exp(3h)"

[service.front]
constraints = ["node.hostname == left"]
endpoint.page.steps = [ { call = "store.read" } ]

[service.store]
constraints = ["node.hostname == right"]
endpoint.read.steps = [ { cpu = "1ms" } ]

[group.either]
members = ["node.left", "node.right"]
need = 1

[traffic.shop]
entry = "front.page"
arrivals = { kind = "poisson", rate = "1/s" }
"#;

/// The share of the time in which each cause is absent.
const LEFT: f64 = 30.0 / 30.25;
const RIGHT: f64 = 60.0 / 60.5;
const POWER: f64 = 45.0 / 45.125;

fn years(folder: &Path, more: &[&str]) -> (i32, Value) {
    let usual =
        ["failures", "shop.toml", "--format", "json", "--replications", "5", "--depth", "1"];
    let output = wssim(folder, &[&usual[..], more].concat());
    let results = serde_json::from_str(&stdout(&output));
    (status(&output), results.unwrap_or_else(|error| panic!("{error}: {}", stderr(&output))))
}

fn told<'a>(results: &'a Value, kind: &str, name: &str) -> &'a Value {
    let all = results["long_run"]["availability"].as_array().unwrap();
    all.iter().find(|one| one["kind"] == kind && one["name"] == name).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn years_are_as_the_causes_say() {
    let folder = Folder::new("years");
    folder.write("shop.toml", SHOP);
    let (ended, found) = years(folder.path(), &["--years", "4000", "--out", "a"]);
    assert_eq!(ended, 0);
    let both_down = (1.0 - LEFT) * (1.0 - RIGHT);
    for (kind, name, exact) in [
        ("entry", "shop", LEFT * RIGHT * POWER),
        ("service", "front", LEFT * POWER),
        ("service", "store", RIGHT * POWER),
        ("group", "either", (1.0 - both_down) * POWER),
    ] {
        let one = told(&found, kind, name);
        let theory = number(&one["theory_availability_ratio"]);
        assert!((theory - exact).abs() < 1e-9, "{name}: {theory} is not {exact}");
        let works = &one["availability_ratio"];
        let (low, high) = (number(&works["ci_low"]), number(&works["ci_high"]));
        // Four 95 % intervals at a fixed seed, and the five seconds of a restart.
        let slack = (high - low) / 2.0;
        assert!(low - slack <= exact && exact <= high + slack, "{name}: {works} without {exact}");
        let year = number(&one["downtime_seconds_per_year"]["mean"]);
        let due = (1.0 - number(&works["mean"])) * 31_557_600.0;
        assert!((year - due).abs() < 1e-3 * due, "{name}: {year} is not {due}");
        // Downtime is frequency times length.
        let (often, long) = (&one["outages_per_year"]["mean"], &one["outage_seconds"]["mean"]);
        let product = number(often) * number(long);
        assert!((product / year - 1.0).abs() < 0.01, "{name}: {product} is not {year}");
        let causes = one["causes"].as_array().unwrap();
        let all: f64 = causes.iter().map(|cause| number(&cause["share"])).sum();
        assert!((all - 1.0).abs() < 1e-9, "{causes:?}");
    }
    // The store is down after failures of its node and of the power, in these shares.
    let causes = told(&found, "service", "store")["causes"].as_array().unwrap().clone();
    assert_eq!(causes[0]["cause"], "node right");
    assert_eq!(causes[1]["cause"], "power of cellar");
    let parts = (1.0 / RIGHT - 1.0, 1.0 / POWER - 1.0);
    let due = parts.0 / (parts.0 + parts.1);
    assert!((number(&causes[0]["share"]) - due).abs() < 0.02, "{causes:?}, {due}");
    let table = std::fs::read_to_string(folder.path().join("a/availability.csv")).unwrap();
    assert_eq!(table.lines().count(), 5, "{table}");
}

#[test]
fn years_are_the_same_on_any_number_of_threads() {
    let folder = Folder::new("years-threads");
    folder.write("shop.toml", SHOP);
    let bytes = |threads: &str| {
        let out = format!("t{threads}");
        years(folder.path(), &["--years", "300", "--threads", threads, "--out", &out]);
        std::fs::read(folder.path().join(out).join("results.json")).unwrap()
    };
    assert_eq!(bytes("1"), bytes("2"));
}

#[test]
fn without_years_or_laws_there_is_no_long_run() {
    let folder = Folder::new("years-none");
    folder.write("shop.toml", SHOP);
    let (_, found) = years(folder.path(), &["--years", "0"]);
    assert!(found["long_run"].is_null() && !found["sets"].as_array().unwrap().is_empty());
    let keep = |line: &&str| !["mtbf", "mttr", "[site"].iter().any(|word| line.starts_with(word));
    let plain = SHOP.lines().filter(keep).collect::<Vec<_>>().join("\n");
    folder.write("shop.toml", &plain);
    let (_, found) = years(folder.path(), &[]);
    assert!(found["long_run"].is_null());
    for wrong in ["-1", "nan", "many", "1e12"] {
        let output = wssim(folder.path(), &["failures", "shop.toml", "--years", wrong]);
        assert_eq!(status(&output), 2, "{wrong}");
    }
}

/// Random failures happen in `run` unless that is disabled.
#[test]
fn runs_are_spared_where_that_is_said() {
    let folder = Folder::new("years-spared");
    let often = SHOP.replace("exp(30d)", "exp(20s)").replace("exp(6h)", "exp(10s)");
    folder.write("spared.toml", &often);
    folder.write("struck.toml", &often.replace("draw_faults = false", "draw_faults = true"));
    let failed = |name: &str| {
        let out = format!("out-{name}");
        let file = format!("{name}.toml");
        wssim(folder.path(), &["run", &file, "--replications", "5", "--out", &out]);
        let metrics = results(&folder, &out)["metrics"].as_array().unwrap().clone();
        let errors = metrics
            .into_iter()
            .find(|metric| metric["name"] == "error_ratio" && metric["labels"]["reason"] == "all");
        number(&errors.unwrap()["mean"])
    };
    assert_eq!(failed("spared"), 0.0);
    assert!(failed("struck") > 0.1);
}

fn claim(metric: &str, more: &str) -> String {
    format!(
        "{SHOP}\n[[claim]]\nid = \"c\"\ntext = \"C\"\nmetric = '{metric}'\nstudy = \"failures\"\n{more}\n"
    )
}

#[test]
fn claims_about_years_are_judged() {
    let folder = Folder::new("years-claims");
    // 1 − 0.9971 of the time, 22 h a year; some 26 outages.
    for (metric, expect, verdict) in [
        ("availability_ratio{entry=\"shop\"}", "min = 0.97", "holds"),
        ("availability_ratio{entry=\"shop\"}", "min = 0.99", "refuted"),
        ("availability_ratio{service=\"store\"}", "min = 0.98", "holds"),
        ("availability_ratio{group=\"either\"}", "min = 0.999", "refuted"),
        ("downtime_seconds_per_year{entry=\"shop\"}", "max = \"10h\"", "refuted"),
        ("outages_per_year{entry=\"shop\"}", "max = 40", "holds"),
        ("survival_ratio", "max = 0.9", "holds"),
        ("survival_ratio", "min = 1.0", "refuted"),
    ] {
        folder.write("shop.toml", &claim(metric, &format!("expect = {{ {expect} }}")));
        let (ended, found) = years(folder.path(), &["--years", "1000"]);
        let judged = &found["claims"][0];
        assert_eq!(judged["verdict"], verdict, "{metric} {expect}: {judged}");
        assert_eq!(ended, i32::from(verdict == "refuted"), "{judged}");
        assert_eq!(judged["why"].as_str().unwrap().is_empty(), verdict == "holds", "{judged}");
    }
    let elsewhere = claim("availability_ratio{entry=\"shop\"}", "expect = { min = 0.9 }");
    folder.write("shop.toml", &elsewhere.replace("study = \"failures\"", "study = \"run\""));
    let output = wssim(folder.path(), &["run", "shop.toml", "--replications", "5", "--out", "run"]);
    assert_eq!(status(&output), 3, "{}", stderr(&output));
}

/// A change is judged history by history: common components fail at the same times in both.
#[test]
fn a_change_of_years_is_a_change_of_the_same_years() {
    let folder = Folder::new("years-change");
    let one = SHOP.replace("node.hostname == right", "node.hostname == left");
    folder.write("one.toml", &one);
    let more = "relative_to = \"one.toml\"\nexpect = { min = 0.0 }";
    folder.write("shop.toml", &claim("availability_ratio{entry=\"shop\"}", more));
    let (ended, found) = years(folder.path(), &["--years", "1000"]);
    assert_eq!(ended, 1, "two servers in series are less available than one: {}", found["claims"]);
    let change = &found["claims"][0]["simulated"];
    let exact = LEFT * POWER * (RIGHT - 1.0);
    assert!((number(&change["mean"]) / exact - 1.0).abs() < 0.05, "{change} is not {exact}");
}

/// Compared with itself nothing changes, though the power, the page and the group are down at times.
#[test]
fn a_scenario_is_as_available_as_itself() {
    let folder = Folder::new("years-itself");
    folder.write("same.toml", SHOP);
    for of in ["entry=\"shop\"", "group=\"either\"", "service=\"store\""] {
        let metric = format!("availability_ratio{{{of}}}");
        let more = "relative_to = \"same.toml\"\nexpect = { min = 0.0, max = 0.0 }";
        folder.write("shop.toml", &claim(&metric, more));
        let (ended, found) = years(folder.path(), &["--years", "400"]);
        assert_eq!(ended, 0, "{}", found["claims"]);
    }
}

/// Complete histories are reported, as partial.
#[test]
fn a_long_run_that_is_cut_short_tells_what_is_complete() {
    let folder = Folder::new("years-cut");
    folder
        .write("shop.toml", &claim("availability_ratio{entry=\"shop\"}", "expect = { min = 0.9 }"));
    let (_, found) = years(folder.path(), &["--years", "100000000", "--budget", "4s"]);
    assert_eq!(found["stopped_by"], "budget");
    let run = &found["long_run"];
    let complete = number(&run["histories"]);
    assert!((2.0..1e6).contains(&complete), "{run}");
    assert!((number(&run["years"]) - 100.0 * complete).abs() < 1e-6 * complete);
    let notes = found["notes"].to_string();
    assert!(notes.contains("the long run was cut short"), "{notes}");
    let mut child = Command::new(env!("CARGO_BIN_EXE_wssim"))
        .args(["failures", "shop.toml", "--replications", "5", "--years", "1e8", "--out", "part"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_secs(4));
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(results(&folder, "part")["stopped_by"], "interrupt");
}

/// A verdict that changes at an end of an input's range is undecided, with the place of the change.
#[test]
fn a_verdict_must_survive_the_ranges_of_its_inputs() {
    let folder = Folder::new("years-ranges");
    let ranged = |text: &str| {
        text.replace(
            "[node.left]\ncores = 4\nsite = \"cellar\"\nmtbf = \"exp(30d)\"",
            "[node.left]\ncores = 4\nsite = \"cellar\"\n\
             mtbf = { value = \"exp(30d)\", range = [\"exp(5d)\", \"exp(60d)\"], source = \"a guess\" }",
        )
    };
    let text = claim("availability_ratio{entry=\"shop\"}", "expect = { min = 0.97 }");
    folder.write("shop.toml", &ranged(&text));
    let (ended, found) = years(folder.path(), &["--years", "1000"]);
    let why = found["claims"][0]["why"].as_str().unwrap();
    assert_eq!(ended, 3, "{why}");
    assert!(why.contains("`node.left.mtbf`"), "{why}");
    // Bisection of the same histories: between 12.8 and 14.4 days.
    let near: f64 = why.rsplit("near exp(").next().unwrap().trim_end_matches("d)").parse().unwrap();
    assert!((12.0..=15.0).contains(&near), "{why}");
    // It says nothing about a store.
    let text = claim("availability_ratio{service=\"store\"}", "expect = { min = 0.97 }");
    folder.write("shop.toml", &ranged(&text));
    assert_eq!(years(folder.path(), &["--years", "1000"]).0, 0);
}

#[test]
fn mistakes_in_groups_and_repairs_are_told() {
    let folder = Folder::new("years-mistakes");
    let wrong = SHOP.replace(
        "members = [\"node.left\", \"node.right\"]\nneed = 1",
        "members = [\"node.leftt\", \"front\", \"group.either\", \"group.over\"]\nneed = 9\n\
         [group.over]\nmembers = [\"group.either\"]\n[group.nobody]\nmembers = []\n\
         [repair]\ncrews = 0",
    );
    folder.write("shop.toml", &wrong);
    let output = wssim(folder.path(), &["check", "shop.toml"]);
    let told = stdout(&output) + &stderr(&output);
    assert_eq!(status(&output), 2, "{told}");
    for part in [
        "no node is named `leftt`",
        "did you mean `left`",
        "`front` is not of the form kind.name",
        "group `nobody` has no members",
        "group `either` needs more than its 4 members",
        "group `either` belongs to itself",
        "group `over` belongs to itself",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let once = SHOP.replace("mttr = \"exp(6h)\"\n", "");
    folder.write("shop.toml", &once);
    let output = wssim(folder.path(), &["check", "shop.toml"]);
    let told = stdout(&output) + &stderr(&output);
    assert_eq!(status(&output), 0, "{told}");
    assert!(told.contains("node `left` fails once and for all: its `mttr` is missing"), "{told}");
    let crews = SHOP.to_owned() + "[repair]\ncrews = 0\n";
    folder.write("shop.toml", &crews);
    assert_eq!(status(&wssim(folder.path(), &["check", "shop.toml"])), 2);
}

/// Unobserved events may happen: two nodes that fail together once in tens of thousands of years. And
/// one or two observed events do not determine a rate.
#[test]
fn what_was_hardly_seen_is_not_proved() {
    let folder = Folder::new("years-rare");
    let node = |name: &str| {
        format!("[node.{name}]\ncores = 1\nmtbf = \"exp(1000d)\"\nmttr = \"exp(1h)\"\n")
    };
    let rare = |metric: &str, expect: &str| {
        format!(
            "[scenario]\ntitle = \"Rare\"\ndraw_faults = false\n{}{}\
             [group.both]\nmembers = [\"node.a\", \"node.b\"]\nneed = 1\n\
             [[claim]]\nid = \"c\"\ntext = \"C\"\nmetric = '{metric}{{group=\"both\"}}'\n\
             expect = {{ {expect} }}\n",
            node("a"),
            node("b")
        )
    };
    // Both are down 3e-5 times a year; 1000 years show: up to some 0.005.
    for (metric, expect, verdict) in [
        ("outages_per_year", "max = 0.00001", "undecided"),
        ("outages_per_year", "max = 0.1", "holds"),
        ("availability_ratio", "min = 0.99999999", "undecided"),
        ("availability_ratio", "min = 0.9999", "holds"),
        ("downtime_seconds_per_year", "max = \"1ms\"", "undecided"),
        ("downtime_seconds_per_year", "max = \"10min\"", "holds"),
    ] {
        folder.write("shop.toml", &rare(metric, expect));
        let (_, found) = years(folder.path(), &["--years", "1000"]);
        let judged = &found["claims"][0];
        assert_eq!(judged["verdict"], verdict, "{metric} {expect}: {judged}");
    }
}

/// A group belongs to its world, and its `need` can be an uncertain input.
#[test]
fn groups_are_those_of_each_world() {
    let folder = Folder::new("years-groups");
    let more = "relative_to = \"base.toml\"\nexpect = { min = 0.0, max = 0.0 }";
    let base = SHOP.replace(
        "members = [\"node.left\", \"node.right\"]\nneed = 1",
        "members = [\"node.left\"]",
    );
    folder.write("base.toml", &base);
    // One node more than the base, first by name: the group has the same members in both worlds.
    let own = base + "[node.aaa]\ncores = 1\nmtbf = \"exp(5d)\"\nmttr = \"exp(1d)\"\n";
    let judged = claim("availability_ratio{group=\"either\"}", more).split_off(SHOP.len());
    folder.write("shop.toml", &(own + &judged));
    let (ended, found) = years(folder.path(), &["--years", "400"]);
    assert_eq!(ended, 0, "{}", found["claims"]);
    let text = claim("availability_ratio{group=\"either\"}", "expect = { min = 0.99 }");
    let ranged = "need = { value = 1, range = [1, 2], source = \"a guess\" }";
    folder.write("shop.toml", &text.replace("need = 1", ranged));
    let (ended, found) = years(folder.path(), &["--years", "1000"]);
    assert_eq!(ended, 3, "{}", found["claims"]);
    assert!(found["claims"][0]["why"].as_str().unwrap().contains("group.either.need"));
}

/// Of two branches one suffices, each on a separate node; a call in one of a thousand requests is not
/// needed; a call in half of them is.
#[test]
fn an_entry_works_while_enough_of_its_requests_are_answered() {
    let folder = Folder::new("years-enough");
    let node = |name: &str| {
        let fails = if name == "a" { "" } else { "mtbf = \"exp(10d)\"\nmttr = \"exp(5d)\"\n" };
        format!("[node.{name}]\ncores = 1\n{fails}")
    };
    let on = |name: &str| {
        format!(
            "[service.on-{name}]\nconstraints = [\"node.hostname == {name}\"]\n\
             restart = {{ delay = \"0s\" }}\nendpoint.e.steps = [ {{ cpu = \"1ms\" }} ]\n"
        )
    };
    let nodes: String = ["a", "b", "c"].map(node).concat();
    let services: String = ["b", "c"].map(on).concat();
    let up: f64 = 2.0 / 3.0;
    for (steps, exact) in [
        (
            "{ parallel = [ [ { call = \"on-b.e\" } ], [ { call = \"on-c.e\" } ] ], need = 1 }",
            1.0 - (1.0 - up).powi(2),
        ),
        ("{ call = \"on-b.e\" }, { call = \"on-c.e\", probability = 0.001 }", up),
        ("{ call = \"on-b.e\" }, { call = \"on-c.e\", probability = 0.5 }", up * up),
    ] {
        folder.write(
            "shop.toml",
            &format!(
                "[scenario]\ntitle = \"Enough\"\nduration = \"1min\"\nwarmup = \"1s\"\n\
                 draw_faults = false\n{nodes}{services}[service.front]\n\
                 constraints = [\"node.hostname == a\"]\nendpoint.page.steps = [ {steps} ]\n\
                 [traffic.shop]\nentry = \"front.page\"\n\
                 arrivals = {{ kind = \"poisson\", rate = \"1/s\" }}\n"
            ),
        );
        let (_, found) = years(folder.path(), &["--years", "1000"]);
        let shop = told(&found, "entry", "shop");
        let theory = number(&shop["theory_availability_ratio"]);
        assert!((theory - exact).abs() < 1e-9, "{steps}: {theory} is not {exact}");
        let (works, half) = (&shop["availability_ratio"], 0.01);
        assert!((number(&works["mean"]) - exact).abs() < half, "{steps}: {works} is not {exact}");
    }
}

/// A crew repairs components; a container that restarts by itself needs none, however long its `mttr`.
#[test]
fn crews_are_for_what_is_repaired() {
    let folder = Folder::new("years-crews");
    folder.write(
        "shop.toml",
        "[scenario]\ntitle = \"Crews\"\nduration = \"1min\"\nwarmup = \"1s\"\ndraw_faults = false\n\
         [node.a]\ncores = 1\n[node.b]\ncores = 1\nmtbf = \"exp(10d)\"\nmttr = \"exp(1h)\"\n\
         [repair]\ncrews = 1\n[group.g]\nmembers = [\"node.b\"]\n\
         [service.s]\nconstraints = [\"node.hostname == a\"]\nmtbf = \"exp(1d)\"\nmttr = \"exp(1d)\"\n\
         endpoint.e.steps = [ { cpu = \"1ms\" } ]\n\
         [traffic.t]\nentry = \"s.e\"\narrivals = { kind = \"poisson\", rate = \"1/s\" }\n",
    );
    let (_, found) = years(folder.path(), &["--years", "1000"]);
    let works = &told(&found, "group", "g")["availability_ratio"];
    let exact = 240.0 / 241.0;
    let (low, high) = (number(&works["ci_low"]), number(&works["ci_high"]));
    assert!(low - 1e-4 < exact && exact < high + 1e-4, "{works} without {exact}");
}
