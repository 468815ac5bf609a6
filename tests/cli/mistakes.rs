//! Mistakes in scenario files, calls and missing files.

use super::{Folder, QUEUE, status, stderr, stdout, wssim};

const FIVE_MISTAKES: &str = r#"[scenario]
title = "Five mistakes"
duration = "10 parsecs"

[node.host]
cores = 8
spede = 1.0

[service.shop]
workers = 1
endpoint.buy.steps = [ { cpu = "exp(10ms)" }, { call = "stok.take" } ]

[service.stock]
endpoint.take.steps = [ { cpu = 5 } ]

[traffic.web]
entry = "shop.bye"
arrivals = { kind = "poisson", rate = "50/s" }
"#;

#[test]
fn five_mistakes_get_five_diagnostics_with_their_lines() {
    let folder = Folder::new("five");
    folder.write("five.toml", FIVE_MISTAKES);
    let output = wssim(folder.path(), &["run", "five.toml"]);
    let text = stderr(&output);
    assert_eq!(status(&output), 2, "{text}");
    assert_eq!(text.matches("error[").count(), 5, "{text}");
    for place in ["five.toml:3:", "five.toml:7:", "five.toml:11:", "five.toml:14:", "five.toml:17:"]
    {
        assert!(text.contains(place), "{place} in\n{text}");
    }
    assert!(text.contains("did you mean `speed`?"), "{text}");
    assert!(!text.contains("panicked"), "{text}");
    assert!(stdout(&output).is_empty());
}

#[test]
fn check_finds_what_run_finds_and_simulates_nothing() {
    let folder = Folder::new("check");
    folder.write("five.toml", FIVE_MISTAKES);
    folder.write("queue.toml", QUEUE);
    assert_eq!(status(&wssim(folder.path(), &["check", "five.toml"])), 2);
    let fine = wssim(folder.path(), &["check", "queue.toml"]);
    assert_eq!(status(&fine), 0, "{}", stderr(&fine));
    assert!(stdout(&fine).contains("shop"), "{}", stdout(&fine));
    assert!(!folder.path().join("out").exists());
}

#[test]
fn what_cannot_be_read_is_a_status_of_its_own() {
    let folder = Folder::new("missing");
    assert_eq!(status(&wssim(folder.path(), &["run", "nowhere.toml"])), 4);
    folder.write("extends.toml", "[scenario]\ntitle = \"x\"\nextends = [\"gone.toml\"]\n");
    assert_eq!(status(&wssim(folder.path(), &["run", "extends.toml"])), 4);
}

#[test]
fn wrong_calls_are_refused() {
    let folder = Folder::new("calls");
    for call in [&["walk"][..], &["run"], &["run", "a.toml", "--seed", "x"], &["run", "--what"]] {
        assert_eq!(status(&wssim(folder.path(), call)), 2, "{call:?}");
    }
    assert_eq!(status(&wssim(folder.path(), &["--help"])), 0);
    assert_eq!(status(&wssim(folder.path(), &["run", "--help"])), 0);
}
