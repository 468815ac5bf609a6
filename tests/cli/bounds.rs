//! A replication's memory is bounded: exceeding it ends with a message, not with the machine.

use super::{Folder, QUEUE, status, stderr, stdout, wssim};

/// [`QUEUE`] over two seconds, with other arrivals of one second of CPU each.
fn flood(arrivals: &str) -> String {
    let text = QUEUE.replace("{ kind = \"poisson\", rate = \"50/s\" }", arrivals);
    text.replace("2min", "2s").replace("10s", "0s").replace("exp(10ms)", "1s")
}

/// Ten million requests a second, none of which is answered, do not fit: with two gigabytes of address
/// space the program reports that before it runs out of it.
#[cfg(target_os = "linux")]
#[test]
fn more_in_flight_than_fits_ends_every_study_with_a_sentence() {
    use std::process::Command;
    let folder = Folder::new("bounds-rate");
    folder.write("flood.toml", &flood(r#"{ kind = "poisson", rate = "1e7/s" }"#));
    for call in ["run flood.toml --replications 2 --threads 1", "trace flood.toml"] {
        let limited = format!("ulimit -v 2000000; exec {} {call}", env!("CARGO_BIN_EXE_wssim"));
        let mut shell = Command::new("sh");
        let output = shell.args(["-c", &limited]).current_dir(folder.path()).output().unwrap();
        let told = stderr(&output);
        assert_eq!(status(&output), 2, "{call}: {told}");
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains("at most 1048576 requests and calls in flight"), "{call}: {told}");
        assert!(!folder.path().join("out").exists(), "{call}: nothing came of it");
    }
}

#[test]
fn more_users_than_fit_are_refused_before_they_take_room() {
    let folder = Folder::new("bounds-users");
    let arrivals = r#"{ kind = "closed", users = 2000000, think = "exp(1s)" }"#;
    folder.write("crowd.toml", &flood(arrivals));
    let output = wssim(folder.path(), &["run", "crowd.toml", "--replications", "2"]);
    assert_eq!(status(&output), 2, "{}", stderr(&output));
    assert!(stderr(&output).contains("from 1 to 1048576"), "{}", stderr(&output));
}

/// Arrivals within two seconds fit, but not what gathers until the last of them is served: the run ends
/// there, and requests without an answer are errors.
#[test]
fn what_gathers_behind_the_measured_stretch_ends_it_there() {
    let folder = Folder::new("bounds-behind");
    folder.write("flood.toml", &flood(r#"{ kind = "periodic", rate = "200000/s" }"#));
    let call = ["run", "flood.toml", "--replications", "2", "--threads", "1", "--out", "a"];
    let output = wssim(folder.path(), &call);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let text = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    // One request each is served in the first two seconds, and at most one more until the run ends, long
    // before the twenty seconds for which the others would be followed.
    let due = "requests had no answer when a replication was given up";
    assert!(text.contains(&format!("of 800000 {due}")), "{text}");
    let file = std::fs::read_to_string(folder.path().join("a/results.json")).unwrap();
    let results: serde_json::Value = serde_json::from_str(&file).unwrap();
    let simulated = results["simulated_seconds"].as_f64().unwrap();
    assert!((4.0..8.0).contains(&simulated), "{simulated}");
}

#[test]
fn more_replications_than_fit_are_refused() {
    let folder = Folder::new("bounds-replications");
    let service =
        |number: u32| format!("[service.s{number}]\nendpoint.e.steps = [ {{ cpu = \"1ms\" }} ]\n");
    let services: String = (0..100).map(service).collect();
    folder.write("many.toml", &format!("{}{services}", QUEUE.replace("10s", "0s")));
    let output = wssim(folder.path(), &["run", "many.toml", "--replications", "1000000"]);
    assert_eq!(status(&output), 2, "{}", stderr(&output));
    assert!(stderr(&output).contains("there is room for what"), "{}", stderr(&output));
}
