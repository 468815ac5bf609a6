//! Refused settings of `start_needs`, and the messages of `check`.

use super::{NEEDS, World, load};

/// The messages on `app` and `db`, each with more lines.
fn told(app: &str, db: &str) -> String {
    load(&World { app, db, faults: &[], ..World::default() }.text()).unwrap_err()
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text =
        told("start_needs = [\"bd\", \"app\"]\nstart_retry = \"soon\"", "start_need = \"app\"");
    for part in [
        "no service is named `bd`",
        "did you mean `db`?",
        "service `app` needs itself to start",
        "`soon`",
        "did you mean `start_needs`?",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn circles_are_refused() {
    let text = told(NEEDS, "start_needs = \"app\"");
    assert!(text.contains("`app` → `db` → `app`"), "{text}");
    assert_eq!(text.matches("error[").count(), 1, "{text}");
}

#[test]
fn a_pause_without_a_need_is_warned_of() {
    let app = "start_retry = \"1s\"";
    let scenario = load(&World { app, ..World::default() }.text()).unwrap();
    let codes: Vec<&str> = scenario.warnings().iter().map(|warning| warning.code).collect();
    assert!(codes.contains(&"unused-start-retry"), "{codes:?}");
}
