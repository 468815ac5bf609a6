//! `wssim sweep`: the grid, its files, mistakes in the call, and properties common to all scenarios.

use super::{Folder, QUEUE, status, stderr, stdout, wssim};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use wssim_stats::student_t_quantile;

/// A sweep of the queue, with its results as JSON.
fn json(folder: &Path, more: &[&str]) -> Value {
    let call = [&["sweep", "queue.toml", "--format", "json"], more].concat();
    let output = wssim(folder, &call);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn points(results: &Value) -> &Vec<Value> {
    results["points"].as_array().unwrap()
}

#[test]
fn a_row_a_point_a_picture_and_files() {
    let folder = Folder::new("sweep");
    folder.write("queue.toml", QUEUE);
    let output = wssim(folder.path(), &["sweep", "queue.toml", "--param", "traffic.scale=0.5,1"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    for part in ["sweep of traffic.scale 0.5 to 1", "Points", "What changes", "●", "2 points"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let table = std::fs::read_to_string(folder.path().join("out/queue/sweep/sweep.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let headings = reader.headers().unwrap().clone();
    assert_eq!(&headings[4], "traffic.scale");
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[0][4], &rows[1][4]), ("0.5", "1"));
    let results = folder.path().join("out/queue/sweep/results.json");
    let results: Value = serde_json::from_slice(&std::fs::read(results).unwrap()).unwrap();
    assert_eq!(results["command"], "sweep");
    assert_eq!(points(&results)[1]["params"]["traffic.scale"], "1");
    // Its own files are replaced, others are not.
    let again = ["sweep", "queue.toml", "--param", "traffic.scale=0.5", "--replications", "2"];
    assert_eq!(status(&wssim(folder.path(), &again)), 0);
    folder.write("out/queue/sweep/sweep.csv", "point,of,mine\n");
    assert_eq!(status(&wssim(folder.path(), &again)), 4);
}

/// The same bytes on one thread and on two, refined points included.
#[test]
fn threads_change_no_byte() {
    let folder = Folder::new("sweep-threads");
    folder.write("queue.toml", QUEUE);
    let run = |threads: &str| {
        let call = [
            "sweep",
            "queue.toml",
            "--param",
            "traffic.scale=0.5..2/4",
            "--refine",
            "3",
            "--threads",
            threads,
            "--replications",
            "4",
            "--out",
            threads,
        ];
        assert_eq!(status(&wssim(folder.path(), &call)), 0);
        ["results.json", "sweep.csv", "report.html"]
            .map(|name| std::fs::read(folder.path().join(threads).join(name)).unwrap())
    };
    assert_eq!(run("1"), run("2"));
}

/// Common random numbers: a key without effect changes no number, and a point equals its separate run.
#[test]
fn points_that_differ_in_nothing_are_equal() {
    let folder = Folder::new("sweep-equal");
    folder.write("queue.toml", QUEUE);
    let few = ["--replications", "3"];
    let same = json(folder.path(), &[&["--param", "scenario.title=a,b"][..], &few].concat());
    assert_eq!(points(&same)[0]["metrics"], points(&same)[1]["metrics"]);
    let text = wssim(folder.path(), &["sweep", "queue.toml", "--param", "scenario.title=a,b"]);
    assert!(stdout(&text).contains("Nothing changes"), "{}", stdout(&text));
    // The warm-up is given by the scenario, so it is the same.
    let grid = [&["--param", "traffic.scale=1,1.25"][..], &few].concat();
    let alone = [&["--param", "traffic.scale=1.25"][..], &few].concat();
    let (grid, alone) = (json(folder.path(), &grid), json(folder.path(), &alone));
    assert_eq!(points(&grid)[1]["metrics"], points(&alone)[0]["metrics"]);
}

#[test]
fn every_mistake_has_its_message_and_status() {
    let folder = Folder::new("sweep-mistakes");
    folder.write("queue.toml", QUEUE);
    for (more, part) in [
        (&[][..], "--param"),
        (&["--param", "traffic.scale=1.."], "two ends"),
        (&["--param", "traffic.scale=1..2/1"], "from 2 to 10000 points"),
        (&["--param", "traffic.scale=1,2", "--param", "traffic.scale=3"], "is there twice"),
        (&["--param", "a=1..200/200", "--param", "b=1..200/200"], "200 × 200 points are more than"),
        (&["--param", "traffic.scael=1,2"], "at traffic.scael=1:"),
        (&["--param", "traffic.scale=1,0"], "at traffic.scale=0:"),
        (&["--param", "scenario.duration=1min,2min"], "use --set"),
        (&["--param", "traffic.scale=1,2", "--metric", "response_tiem_seconds"], "did you mean"),
        (
            &["--param", "traffic.scale=1,2", "--metric", "throughput_per_second{entry"],
            "not a metric",
        ),
        (
            &["--param", "traffic.scale=1,2", "--metric", "availability_ratio{entry=\"web\"}"],
            "by `wssim failures` only",
        ),
        (&["--param", "scenario.title=a,b", "--refine", "2"], "needs a parameter of numbers"),
    ] {
        let output = wssim(folder.path(), &[&["sweep", "queue.toml"], more].concat());
        assert_eq!(status(&output), 2, "{more:?}");
        let text = stderr(&output).replace('\n', " ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(part), "{more:?}: {text}");
        assert!(stdout(&output).is_empty(), "nothing was simulated");
    }
    assert!(!folder.path().join("out").exists());
}

/// An overloaded point is reported as such, and is no mistake.
#[test]
fn an_overload_is_a_finding() {
    let folder = Folder::new("sweep-overload");
    folder.write("queue.toml", QUEUE);
    let call = ["sweep", "queue.toml", "--param", "traffic.scale=0.5,4", "--replications", "2"];
    let output = wssim(folder.path(), &call);
    assert_eq!(status(&output), 0);
    let text = stdout(&output);
    let first: Vec<&str> = text.lines().take(3).collect();
    let first = first.join(" ");
    assert!(first.contains("At traffic.scale 4 service `shop` is offered 2.0 requests"), "{text}");
    assert!(first.contains("there is no steady state."), "{text}");
}

/// Points are added where the number changes most: for M/M/1 near saturation, the last interval.
#[test]
fn refined_points_lie_at_the_knee() {
    let folder = Folder::new("sweep-refine");
    folder.write("queue.toml", QUEUE);
    let more = [
        "--param",
        "traffic.web.arrivals.rate=10/s..90/s/5",
        "--refine",
        "3",
        "--replications",
        "5",
    ];
    let results = json(folder.path(), &more);
    let added: Vec<&str> = points(&results)
        .iter()
        .filter(|point| point["added"] == true)
        .map(|point| point["params"]["traffic.web.arrivals.rate"].as_str().unwrap())
        .collect();
    assert_eq!(added.len(), 3, "{added:?}");
    for rate in &added {
        let rate: f64 = rate.trim_end_matches("/s").parse().unwrap();
        assert!((70.0..90.0).contains(&rate), "{added:?}");
    }
    let order: Vec<f64> = points(&results)
        .iter()
        .map(|point| point["params"]["traffic.web.arrivals.rate"].as_str().unwrap())
        .map(|rate| rate.trim_end_matches("/s").parse().unwrap())
        .collect();
    assert!(order.is_sorted(), "{order:?}");
}

/// Spent at once: complete points are reported, as partial.
#[test]
fn a_budget_gives_what_is_known_so_far() {
    let folder = Folder::new("sweep-budget");
    folder.write("queue.toml", QUEUE);
    let call = [
        "sweep",
        "queue.toml",
        "--param",
        "traffic.scale=0.5..1/50",
        "--replications",
        "1000",
        "--budget",
        "500ms",
        "--format",
        "json",
    ];
    let output = wssim(folder.path(), &call);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let results: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(results["stopped_by"], "budget");
    assert!(results["replications"].as_u64().unwrap() < 1000);
    assert_eq!(points(&results).len(), 50);
}

/// Ctrl-C: complete points are reported and written, and the status says so.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_gives_what_is_known_so_far() {
    let folder = Folder::new("sweep-interrupt");
    folder.write("queue.toml", QUEUE);
    let child = Command::new(env!("CARGO_BIN_EXE_wssim"))
        .args(["sweep", "queue.toml", "--param", "traffic.scale=0.5..1/4"])
        .args(["--replications", "100000"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(status(&output), 130, "{}", stderr(&output));
    assert!(stdout(&output).contains("Partial: interrupted after"), "{}", stdout(&output));
    let results = folder.path().join("out/queue/sweep/results.json");
    let results: Value = serde_json::from_slice(&std::fs::read(results).unwrap()).unwrap();
    assert_eq!(results["stopped_by"], "interrupt");
    let replications = results["replications"].as_u64().unwrap();
    assert!(points(&results).iter().all(|point| point["replications"] == replications));
}

/// M/M/1 with μ = 100/s: the mean response time is 1/(μ − λ) at every point. The interval at 99.9 % of ten
/// replications misses by chance one time in a thousand a point (fixed seed).
#[test]
fn a_sweep_over_the_rate_is_a_queue_in_theory() {
    let folder = Folder::new("sweep-theory");
    folder.write("queue.toml", QUEUE);
    let results = json(
        folder.path(),
        &[
            "--param",
            "traffic.web.arrivals.rate=20/s,50/s,80/s,90/s",
            "--metric",
            "response_time_seconds{entry=\"web\"}",
            "--set",
            "scenario.duration=10min",
        ],
    );
    let wider = student_t_quantile(9.0, 0.9995) / student_t_quantile(9.0, 0.975);
    for (point, rate) in points(&results).iter().zip([20.0, 50.0, 80.0, 90.0]) {
        let metric = &point["metrics"][0];
        let [mean, low] = ["mean", "ci_low"].map(|part| metric[part].as_f64().unwrap());
        let (exact, half_width) = (1.0 / (100.0 - rate), (mean - low) * wider);
        assert!((mean - exact).abs() <= half_width, "{rate}/s: {mean} ±{half_width}, not {exact}");
        assert!(half_width < 0.2 * exact, "{rate}/s: an interval that says something");
    }
}

/// Two entries and two nodes, one of which a value removes.
const COMES_AND_GOES: &str = r#"
[scenario]
duration = "30s"
warmup = "1s"
[node.a]
cores = 4
[node.b]
cores = 1
enabled = false
[service.shop]
constraints = ["node.hostname == a"]
endpoint.buy.steps = [ { cpu = "exp(10ms)" } ]
[service.batch]
constraints = ["node.hostname == b"]
enabled = false
endpoint.work.steps = [ { cpu = "exp(40ms)" } ]
[traffic.web]
entry = "shop.buy"
arrivals = { kind = "poisson", rate = "20/s" }
objective = { p95 = "1s" }
[traffic.night]
enabled = false
entry = "batch.work"
arrivals = { kind = "poisson", rate = "15/s" }
objective = { mean = "20ms" }
"#;

/// Reports on what only some points have: their entry, its objective, their node, a metric of it.
#[test]
fn what_comes_with_a_value_is_told() {
    let folder = Folder::new("sweep-comes");
    folder.write("night.toml", COMES_AND_GOES);
    let sweep = |more: &[&str]| {
        let few = ["sweep", "night.toml", "--replications", "5"];
        let grid = ["--param", "traffic.night.enabled=false,true"];
        let always = ["--set", "node.b.enabled=true", "--set", "service.batch.enabled=true"];
        wssim(folder.path(), &[&few[..], &grid, &always, more].concat())
    };
    let output = sweep(&["--format", "json"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let results: Value = serde_json::from_slice(&output.stdout).unwrap();
    let [without, with] = [0, 1].map(|at| &points(&results)[at]["metrics"]);
    let lengths = [without, with].map(|metrics| metrics.as_array().unwrap().len());
    assert_eq!(lengths, [7, 7], "a number has the same place at every point");
    assert_eq!(points(&results)[0]["analytic"].as_array().unwrap().len(), 7);
    let night = results["changes"].as_array().unwrap().iter().position(|change| {
        change["labels"]["entry"] == "night" && change["labels"]["stat"] == "mean"
    });
    let night = night.expect("the entry has a column");
    assert!(without[night].is_null() && with[night]["mean"].as_f64().unwrap() > 0.04, "{with}");
    let objectives = results["objectives"].as_array().unwrap();
    let of_night = objectives.iter().find(|one| one["entry"] == "night").unwrap();
    assert_eq!(of_night["states"], serde_json::json!(["absent", "missed"]));
    let text = stdout(&sweep(&[]));
    assert!(
        text.contains("mean of `night` misses its objective of 20 ms at every point"),
        "{text}"
    );
    let metric = ["--metric", "response_time_seconds{entry=\"night\"}"];
    assert_eq!(status(&sweep(&metric)), 0, "one point has it");
    // None of these exist without the value.
    let nodes = ["sweep", "night.toml", "--replications", "2", "--format", "json"];
    let grid = ["--param", "node.b.enabled=false,true", "--set", "service.batch.enabled=true"];
    let load = ["--set", "service.batch.constraints=[]"];
    let background = ["--set", "service.batch.background={ every = \"100ms\", cpu = \"90ms\" }"];
    let replicas = ["--set", "service.batch.replicas=2"];
    let call = [&nodes[..], &grid, &load, &background, &replicas].concat();
    let output = wssim(folder.path(), &call);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let results: Value = serde_json::from_slice(&output.stdout).unwrap();
    let busiest = |at: usize| points(&results)[at]["metrics"].as_array().unwrap().last().cloned();
    assert_eq!(busiest(1).unwrap()["labels"]["node"], "b", "{results}");
}

/// Users are whole: a factor that gives a fraction is reported.
#[test]
fn rounded_users_are_told() {
    let folder = Folder::new("sweep-users");
    let closed = "{ kind = \"closed\", users = 3, think = \"100ms\" }";
    let poisson = "{ kind = \"poisson\", rate = \"50/s\" }";
    folder.write("queue.toml", &QUEUE.replace(poisson, closed));
    let told = |grid: &str| {
        let few = ["sweep", "queue.toml", "--replications", "2", "--param", grid];
        let text = stdout(&wssim(folder.path(), &few));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let text = told("traffic.scale=1,1.5,1.9,2");
    assert!(text.contains("at `traffic.scale` 1.5 `web` has 5, not 4.5"), "{text}");
    assert!(text.contains("rounded at 2 values"), "{text}");
    assert!(!told("traffic.scale=1,2").contains("users are whole"));
    let check = wssim(folder.path(), &["check", "queue.toml", "--set", "traffic.scale=0.5"]);
    let all = format!("{}{}", stdout(&check), stderr(&check));
    assert!(all.contains("users are whole: `web` has 2, not 1.5"), "{all}");
}
