//! `wssim migrate`: files, exit statuses, mistakes, and an interrupt.

use super::{Folder, begun, status, stderr, stdout, until, wssim};
use serde_json::Value;
use std::process::Command;
use std::time::Duration;

/// A shop whose database moves; `between` is done by hand between its stop and its start.
fn moves(between: &str, most: &str) -> String {
    format!(
        r#"
[scenario]
title = "A database moves"
[node.old]
cores = 4
network = "1 Gbit/s"
[node.new]
cores = 4
network = "1 Gbit/s"
[service.shop]
constraints = ["node.hostname == old"]
endpoint.page.steps = [ {{ call = "db.query", timeout = "100ms" }} ]
[service.db]
constraints = ["node.hostname == old"]
startup = "1s"
endpoint.query.steps = [ {{ cpu = "1ms" }} ]
[traffic.web]
entry = "shop.page"
arrivals = {{ kind = "poisson", rate = "20/s" }}
[migration]
window = "10min"
[[phase]]
id = "prepare"
steps = [ {{ manual = "exp(8h)" }} ]
[[phase]]
id = "move"
title = "The database to the new server"
overlay = {{ service.db.constraints = ["node.hostname == new"] }}
steps = [
  {{ id = "stop", stop = "db" }},
  {{ id = "between", manual = "{between}" }},
  {{ id = "start", start = "db" }},
]
[[claim]]
id = "down"
text = "a minute at most"
metric = 'migration_downtime_seconds{{entry="web"}}'
expect = {{ max = "{most}" }}
"#
    )
}

fn results(folder: &Folder, out: &str) -> Value {
    let text = std::fs::read_to_string(folder.path().join(out).join("results.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn claims_decide_the_exit_status_and_files_are_written() {
    let folder = Folder::new("migrate");
    folder.write("moves.toml", &moves("20s", "1min"));
    let output = wssim(folder.path(), &["migrate", "moves.toml"]);
    assert_eq!(status(&output), 0, "{}{}", stdout(&output), stderr(&output));
    let text = stdout(&output);
    for told in ["a minute at most", "Phase move", "Going back", "A node is lost", "1 holds"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let results = results(&folder, "out/moves/migrate");
    assert_eq!(results["command"], "migrate");
    let phases = results["migration"]["phases"].as_array().unwrap();
    assert_eq!(phases[1]["steps"][1]["seconds"], 20.0);
    for file in ["metrics.csv", "metrics.prom", "junit.xml", "report.html"] {
        assert!(folder.path().join("out/moves/migrate").join(file).exists(), "{file}");
    }
    let refuted =
        wssim(folder.path(), &["migrate", "moves.toml", "--set", "claim.down.expect.max=1s"]);
    assert_eq!(status(&refuted), 1);
    folder.write("none.toml", super::QUEUE);
    let none = wssim(folder.path(), &["migrate", "none.toml"]);
    assert_eq!(status(&none), 2);
    assert!(stderr(&none).contains("no `[[phase]]`"), "{}", stderr(&none));
}

#[test]
fn the_same_bytes_whatever_the_threads() {
    let folder = Folder::new("migrate-threads");
    folder.write("moves.toml", &moves("20s", "1min"));
    let told = |threads: &str| {
        let call = [
            "migrate",
            "moves.toml",
            "--threads",
            threads,
            "--replications",
            "3",
            "--out",
            threads,
        ];
        assert_eq!(status(&wssim(folder.path(), &[&call[..], &["--no-fail"]].concat())), 0);
        std::fs::read(folder.path().join(threads).join("results.json")).unwrap()
    };
    assert_eq!(told("1"), told("3"));
}

#[test]
fn an_interrupted_migration_tells_what_it_knows() {
    let folder = Folder::new("migrate-interrupted");
    folder.write("moves.toml", &moves("20s", "1min"));
    let call = "migrate moves.toml --threads 1 --replications 100000 --out out";
    let mut child = begun(&folder, &call.split(' ').collect::<Vec<_>>());
    until(|| folder.path().join("out").exists());
    std::thread::sleep(Duration::from_secs(2));
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(results(&folder, "out")["stopped_by"], "interrupt");
}

/// The manual part is as long as in the scenarios; apart from it, the working time of people is the same
/// draw in both.
#[test]
fn compare_sets_migrations_side_by_side() {
    let folder = Folder::new("migrate-beside");
    folder.write("slow.toml", &moves("60s", "2min"));
    folder.write("fast.toml", &moves("20s", "2min"));
    let output = wssim(
        folder.path(),
        &["compare", "slow.toml", "fast.toml", "--replications", "5", "--no-fail", "--out", "out"],
    );
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("people work 40 s less to get there"), "{text}");
    let results = results(&folder, "out");
    let rows = results["comparison"].as_array().unwrap();
    let change = |name: &str| {
        let row = rows.iter().find(|row| row["name"] == name).unwrap();
        row["others"][0]["change"]["mean"].as_f64().unwrap()
    };
    for name in ["migration_effort_seconds", "phase_seconds", "migration_downtime_seconds"] {
        let allowed = if name == "migration_downtime_seconds" { 1.0 } else { 1e-6 };
        assert!((change(name) + 40.0).abs() <= allowed, "{name}: {}", change(name));
    }
}
