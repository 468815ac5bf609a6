//! `wssim failures`: two nodes, one of which survives with a proxy.
//!
//! A service is lost if no orchestrator can restart it: it is pinned, may not start elsewhere, or fits
//! nowhere.

use super::{Folder, status, stderr, stdout, wssim};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

/// A proxy on `left`, two shops, one of them on `right`, behind a virtual address that forgets a dead
/// node after exactly 20 s; a desk pinned to `right`; a store with a volume and a till, which are placed
/// there because `left` is fuller, but may run anywhere.
const PAIR: &str = r#"
[scenario]
title = "Two nodes"
duration = "1min"
warmup = "10s"

[survival]
within = "1min"

[orchestrator]
kind = "swarm"
managers = ["left"]
removal = "20s"

[node.left]
cores = 4

[node.right]
cores = 4

[service.proxy]
constraints = ["node.hostname == left"]
client = { connections = "per-request" }
endpoint.shop.steps = [ { call = "shop.buy", timeout = "1s" } ]
endpoint.desk.steps = [ { call = "desk.ask", timeout = "1s" } ]
endpoint.store.steps = [ { call = "store.keep", timeout = "1s" } ]
endpoint.till.steps = [ { call = "till.pay", timeout = "1s" } ]
endpoint.own.steps = [ { cpu = "1ms" } ]

[service.shop]
replicas = 2
max_replicas_per_node = 1
endpoint.buy.steps = [ { cpu = "exp(5ms)" } ]

[service.desk]
constraints = ["node.hostname == right"]
endpoint.ask.steps = [ { cpu = "1ms" } ]

[service.chores]
replicas = 4
constraints = ["node.hostname == left"]

[service.store]
volumes = ["goods"]
endpoint.keep.steps = [ { cpu = "1ms" } ]

[service.till]
endpoint.pay.steps = [ { cpu = "1ms" } ]

[traffic.shop]
entry = "proxy.shop"
arrivals = { kind = "poisson", rate = "10/s" }
critical = true
"#;

/// [`PAIR`] with other traffic, none of it critical.
fn with_all_entries() -> String {
    let more = ["desk", "store", "till", "own"].map(|entry| {
        format!(
            "\n[traffic.{entry}]\nentry = \"proxy.{entry}\"\n\
             arrivals = {{ kind = \"poisson\", rate = \"2/s\" }}\n"
        )
    });
    format!("{PAIR}{}", more.concat())
}

/// [`PAIR`] with a claim that the shop is back after `most`, for all sets of `lost` nodes.
fn claiming(most: &str, lost: u32) -> String {
    format!(
        r#"{PAIR}
[[claim]]
id = "back"
text = "Survives {lost} failures"
metric = 'recovery_seconds{{entry="shop"}}'
expect = {{ max = "{most}" }}
study = "failures"
nodes_lost = {lost}
"#
    )
}

const FEW: [&str; 4] = ["--replications", "5", "--format", "json"];

fn failures(folder: &Path, more: &[&str]) -> (i32, Value) {
    let call = [&["failures", "pair.toml"][..], &FEW, more].concat();
    let output = wssim(folder, &call);
    let results = serde_json::from_str(&stdout(&output));
    (status(&output), results.unwrap_or_else(|error| panic!("{error}: {}", stderr(&output))))
}

/// The set that lacks exactly `nodes`.
fn without<'a>(results: &'a Value, nodes: &[&str]) -> &'a Value {
    let sets = results["sets"].as_array().unwrap();
    sets.iter().find(|set| set["nodes"] == serde_json::json!(nodes)).unwrap()
}

fn seconds(entry: &Value, of: &str) -> f64 {
    entry["recovery_seconds"][of].as_f64().unwrap()
}

#[test]
fn what_is_down_says_why_and_what_comes_back_says_when() {
    let folder = Folder::new("failures");
    folder.write("pair.toml", &with_all_entries());
    let (ended, results) = failures(folder.path(), &[]);
    assert_eq!(ended, 0);
    assert_eq!(results["command"], "failures");
    let right = without(&results, &["right"]);
    let entries = &right["entries"];
    // Half of the shop's requests fail for 20 s: 10/s, of which 6 in a window of 600 may be lost. So the
    // window begins about 1.2 s before the address forgets the dead replica, 0.5 s up or down.
    let shop = &entries["shop"];
    assert_eq!(shop["state"], "back", "{shop}");
    assert!((16.0..=21.0).contains(&seconds(shop, "median")), "{shop}");
    let errors = shop["during"]["error_ratio"].as_f64().unwrap();
    assert!((0.4..0.6).contains(&errors), "one replica of two is dead: {shop}");
    assert_lost(right, "desk", "pinned by `node.hostname == right`");
    assert_eq!(entries["own"]["state"], "up", "{}", entries["own"]);
    assert_eq!(right["services"]["shop"]["state"], "degraded");
    assert_eq!(right["quorum"], true);
    assert_eq!(right["survives"], true, "only the shop is critical");
    let left = without(&results, &["left"]);
    assert_eq!(left["quorum"], false);
    assert_eq!(left["survives"], false);
    let why = left["entries"]["shop"]["why"].as_str().unwrap();
    assert!(why.contains("users come by proxy: pinned"), "{why}");
    let both = without(&results, &["left", "right"]);
    assert_eq!(both["entries"]["own"]["state"], "lost");
    let table = std::fs::read_to_string(folder.path().join("out/pair/failures/failures.csv"));
    assert_eq!(table.unwrap().lines().count(), 1 + 3 * 5, "a row a set and entry");
}

/// Asserts that the entry and the service `name` are lost because of `why`.
fn assert_lost(set: &Value, name: &str, why: &str) {
    let entry = &set["entries"][name];
    assert_eq!(entry["state"], "lost", "{entry}");
    assert!(entry["recovery_seconds"]["median"].is_null(), "{entry}");
    assert_eq!(entry["during"]["error_ratio"], 1.0, "{entry}");
    assert!(entry["why"].as_str().unwrap().contains(why), "{entry}");
    assert_eq!(set["services"][name]["state"], "lost");
}

#[test]
fn reasons_follow_from_what_is_said_of_the_cluster() {
    let folder = Folder::new("failure-reasons");
    folder.write("pair.toml", &with_all_entries());
    let right = |more: &[&str]| {
        let (_, results) = failures(folder.path(), &[&["--depth", "1"][..], more].concat());
        without(&results, &["right"]).clone()
    };
    let compose = right(&["--set", "orchestrator.kind=compose"]);
    assert!(compose["quorum"].is_null());
    assert_lost(&compose, "store", "its data is in a local volume on right");
    assert_lost(&compose, "till", "Compose starts containers on their own host only");
    // With two managers both are needed.
    let halved = right(&["--set", "orchestrator.managers=[\"left\", \"right\"]"]);
    assert_eq!(halved["quorum"], false);
    assert_lost(&halved, "till", "no quorum");
    // The till moves, but cannot start without the service pinned to the dead node.
    let needy = right(&["--set", "service.till.start_needs=desk"]);
    assert_lost(&needy, "till", "it starts, and waits for desk, which is lost too");
    let small = with_all_entries()
        .replace("[node.left]", "[node.left]\nmemory = \"4 GB\"")
        .replace("[node.right]", "[node.right]\nmemory = \"16 GB\"")
        .replace(
            "[service.till]",
            "[service.till]\nmemory = { base = \"1 GB\", reservation = \"6 GB\" }",
        );
    folder.write("pair.toml", &small);
    let full = right(&[]);
    assert_eq!(full["quorum"], true);
    assert_lost(&full, "till", "it reserves 6.0 GB, and left can give 4.0 GB at most");
}

/// A retry at the other replica answers every request: none fails, but some are slow.
#[test]
fn an_entry_that_misses_its_objective_is_degraded() {
    let folder = Folder::new("degraded");
    let retrying = PAIR.replace(
        "call = \"shop.buy\", timeout = \"1s\"",
        "call = \"shop.buy\", timeout = \"1s\", retries = { attempts = 1, other_replica = true }",
    );
    folder.write("pair.toml", &retrying);
    let state = |more: &[&str]| {
        let (_, results) = failures(folder.path(), more);
        without(&results, &["right"])["entries"]["shop"].clone()
    };
    let up = state(&[]);
    assert_eq!(up["state"], "up", "{up}");
    folder.write("pair.toml", &format!("{retrying}objective = {{ mean = \"20ms\" }}\n"));
    let slow = state(&[]);
    assert_eq!(slow["state"], "degraded", "{slow}");
    assert_eq!(slow["why"], "slower than its objective");
}

/// Flags and `[survival]` are equivalent, and the verdict depends on them.
#[test]
fn the_definition_flips_the_verdict() {
    let folder = Folder::new("definition");
    folder.write("pair.toml", PAIR);
    let survives = |more: &[&str]| {
        let (_, results) = failures(folder.path(), more);
        without(&results, &["right"])["survives"].as_bool().unwrap()
    };
    assert!(survives(&[]));
    assert!(!survives(&["--within", "5s"]), "20 s are more than 5");
    assert!(survives(&["--within", "5s", "--share", "50%"]), "a sixth of the first minute fails");
    assert!(!survives(&["--set", "survival.within=5s"]));
    assert!(survives(&["--set", "survival.within=5s", "--within", "1min"]), "the flag wins");
}

#[test]
fn threads_change_nothing() {
    let folder = Folder::new("failure-threads");
    folder.write("pair.toml", &with_all_entries());
    let run = |threads: &str| {
        let call = ["failures", "pair.toml", "--replications", "3", "--format", "json"];
        stdout(&wssim(folder.path(), &[&call[..], &["--threads", threads]].concat()))
    };
    let one = run("1");
    assert!(one.contains("\"sets\""), "{one}");
    assert_eq!(one, run("2"));
}

#[test]
fn claims_decide_the_status() {
    let folder = Folder::new("failure-claims");
    for (most, lost, more, expected, verdict) in [
        ("1min", 1, &["--depth", "1"][..], 1, "refuted"),
        ("1min", 2, &["--depth", "1"], 3, "undecided"),
        ("1min", 2, &[], 1, "refuted"),
        ("1min", 2, &["--no-fail"], 0, "refuted"),
    ] {
        folder.write("pair.toml", &claiming(most, lost));
        let (ended, results) = failures(folder.path(), more);
        let claim = &results["claims"][0];
        assert_eq!((ended, claim["verdict"].as_str()), (expected, Some(verdict)), "{claim}");
    }
    let own = claiming("1min", 1).replace("entry=\"shop\"", "service=\"shop\"");
    folder.write("pair.toml", &own);
    let (ended, results) = failures(folder.path(), &["--depth", "1"]);
    assert_eq!(ended, 0, "one shop is always there: {}", results["claims"]);
    let two = ["failures", "pair.toml", "--depth", "1", "--replications", "2"];
    assert_eq!(status(&wssim(folder.path(), &two)), 3, "two replications decide nothing");
}

/// A claim about several sets is checked over the ranges of the inputs on all sets that decide it: two
/// of three are lost, however long a purchase takes.
#[test]
fn a_claim_about_several_sets_is_held_to_ranges() {
    let folder = Folder::new("failure-sets");
    let ranged = r#"{ cpu = { value = "exp(5ms)", range = ["exp(1ms)", "exp(9ms)"] } }"#;
    let pair = PAIR.replace(r#"{ cpu = "exp(5ms)" }"#, ranged);
    let claim = "[[claim]]\nid = \"all\"\nmetric = 'survival_ratio'\nexpect = { min = 1.0 }\nstudy = \"failures\"\n";
    folder.write("pair.toml", &format!("{pair}\n{claim}"));
    let (ended, results) = failures(folder.path(), &["--years", "0"]);
    let claim = &results["claims"][0];
    assert_eq!((ended, claim["verdict"].as_str()), (1, Some("refuted")), "{claim}");
    assert_eq!(claim["ranges_not_looked_at"], Value::Null, "{claim}");
    let (ended, results) = failures(folder.path(), &["--years", "0", "--ranges", "off"]);
    assert_eq!((ended, &results["claims"][0]["ranges_not_looked_at"]), (3, &Value::from(1)));
}

#[test]
fn wrong_calls_and_keys_are_refused() {
    let folder = Folder::new("failure-mistakes");
    folder.write("pair.toml", PAIR);
    for (more, told) in [
        (&["--depth", "0"][..], "0 is not in 1..=64"),
        (&["--depth", "3"], "the scenario has 2 nodes"),
        (&["--window", "0s"], "above zero"),
        (&["--within", "2h"], "1 s to 1 h"),
        (&["--share", "0%"], "more than 0 %"),
        (&["--set", "survival.window=10ms"], "`window` is from 1 s to 1 h"),
        (&["--set", "survival.share=0"], "`share` must be above zero"),
    ] {
        let output = wssim(folder.path(), &[&["failures", "pair.toml"][..], more].concat());
        assert_eq!(status(&output), 2, "{more:?}");
        assert!(stderr(&output).contains(told), "{more:?}: {}", stderr(&output));
        assert!(!folder.path().join("out").exists());
    }
    let many = claiming("1min", 3);
    let other = claiming("1min", 1).replace("study = \"failures\"", "study = \"run\"");
    for (text, told) in
        [(many, "there are 2 nodes to lose"), (other, "`nodes_lost` has no meaning")]
    {
        folder.write("pair.toml", &text);
        let output = wssim(folder.path(), &["check", "pair.toml"]);
        assert_eq!(status(&output), 2);
        assert!(stdout(&output).contains(told), "{}", stdout(&output));
    }
}

/// Complete replications are reported, marked partial.
#[test]
fn an_interrupt_reports_the_complete_replications() {
    let folder = Folder::new("failure-interrupt");
    folder.write("pair.toml", PAIR);
    let mut child = Command::new(env!("CARGO_BIN_EXE_wssim"))
        .args(["failures", "pair.toml", "--replications", "1000000", "--out", "part"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_secs(2));
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let written = std::fs::read_to_string(folder.path().join("part/results.json")).unwrap();
    let results: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(results["stopped_by"], "interrupt");
    let complete = results["replications"].as_u64().unwrap();
    let shown = results["sets"].as_array().unwrap().len();
    assert_eq!(shown, if complete > 0 { 3 } else { 0 });
}

/// A minimum time is claimed of the losses that interrupt: without an orchestrator the desk never
/// recovers from the loss of its node, and the loss of the other one does not affect it.
#[test]
fn a_least_recovery_time_is_that_of_interruptions() {
    let folder = Folder::new("failures-least");
    for (claim, verdict) in [("min = \"1min\"", "holds"), ("max = \"1min\"", "refuted")] {
        let text = format!(
            "[scenario]\ntitle = \"Stays\"\nduration = \"1min\"\nwarmup = \"10s\"\n[survival]\nwithin = \"1min\"\n\
             [node.left]\ncores = 1\n[node.right]\ncores = 1\n[orchestrator]\nkind = \"none\"\n\
             [service.desk]\nconstraints = [\"node.hostname == right\"]\nendpoint.ask.steps = [ {{ cpu = \"1ms\" }} ]\n\
             [traffic.web]\nentry = \"desk.ask\"\narrivals = {{ kind = \"poisson\", rate = \"5/s\" }}\n\
             [[claim]]\nid = \"stays\"\nmetric = 'recovery_seconds{{entry=\"web\"}}'\nexpect = {{ {claim} }}\n\
             study = \"failures\"\nnodes_lost = 1\n"
        );
        folder.write("stays.toml", &text);
        let call = ["failures", "stays.toml", "--depth", "1", "--no-fail", "--format", "json"];
        let output = wssim(folder.path(), &call);
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        let found: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(found["claims"][0]["verdict"], verdict, "{}", found["claims"][0]);
    }
}
