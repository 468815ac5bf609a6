//! Golden diagnostics: every file in `tests/mistakes` against the text beside it. Renewed by
//! `UPDATE_GOLDEN=1`.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use wssim_scenario::{Diagnostic, Scenario, Severity, render};
use wssim_text::width::{self, USUAL};

/// The messages for the author.
fn told(path: &str, sets: &[&str]) -> String {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    match Scenario::load(path, &sets) {
        Ok(scenario) => render(scenario.warnings(), USUAL, false),
        Err(diagnostics) => diagnostics.render(false),
    }
}

#[track_caller]
fn golden(name: &str, actual: &str) {
    let path = Path::new("tests/mistakes").join(format!("{name}.txt"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, expected, "{} differs; UPDATE_GOLDEN=1 renews it", path.display());
}

#[test]
fn five_mistakes_are_five_diagnostics_with_their_lines() {
    let diagnostics = Scenario::load("tests/mistakes/five.toml", &[]).unwrap_err();
    assert!(!diagnostics.is_io());
    assert!(diagnostics.items.iter().all(|item| item.severity == Severity::Error));
    let lines: Vec<(usize, &str)> = diagnostics
        .items
        .iter()
        .map(|item| (item.span.as_ref().map_or(0, wssim_scenario::TextPlace::line), item.code))
        .collect();
    assert_eq!(
        lines,
        [
            (8, "unknown-key"),
            (12, "bad-value"),
            (13, "unknown-service"),
            (17, "bad-value"),
            (20, "unknown-endpoint"),
        ]
    );
    golden("five", &diagnostics.render(false));
}

/// Files with their expected messages.
const NAMES: [&str; 26] = [
    "many", "warned", "loop-a", "syntax", "escapes", "trace", "rows", "traffic", "busy", "calls",
    "patient", "spent", "stores", "routing", "memory", "tight", "faults", "outages", "late",
    "parts", "phases", "moves", "rollouts", "steps", "halves", "endless",
];

#[test]
fn mistakes_are_told_as_before() {
    for name in NAMES {
        golden(name, &told(&format!("tests/mistakes/{name}.toml"), &[]));
    }
}

fn diagnostics(name: &str) -> Vec<Diagnostic> {
    match Scenario::load(&format!("tests/mistakes/{name}.toml"), &[]) {
        Ok(scenario) => scenario.warnings().to_vec(),
        Err(diagnostics) => diagnostics.items,
    }
}

/// With or without colours: no line is wider than the terminal, and the marked part is visible.
#[test]
fn every_terminal_is_wide_enough() {
    for items in NAMES.map(diagnostics) {
        for columns in 40..=120 {
            for color in [false, true] {
                for line in render(&items, columns, color).lines() {
                    assert!(width::of(line) <= columns, "{columns}: {line}");
                }
            }
        }
    }
    golden("many-narrow", &render(&diagnostics("many"), 50, false));
}

#[test]
fn overrides_are_refused_like_files() {
    let sets = [
        "service.ws-compnay.workers=3",
        "service.ws-company.wrokers=3",
        "traffic.web.arrivals.rate=often",
        "claim[9].id=x",
        "claim[respons].id=x",
        "nothing",
        "trafic.web.entry=x",
        "service.ws-company.replicas.x=3",
        "a..b=3",
        "service.ws-company.workers=[3",
    ];
    golden("overrides", &told("tests/scenarios/estate.toml", &sets));
}

#[test]
fn unreadable_files_are_told_apart() {
    for path in ["tests/mistakes/absent.toml", "nowhere.toml", "nowhere", "tests"] {
        let diagnostics = Scenario::load(path, &[]).unwrap_err();
        assert!(diagnostics.is_io(), "{path}: {diagnostics}");
    }
}

#[test]
fn nothing_that_acts_on_a_terminal_is_printed() {
    let told = told("tests/mistakes/escapes.toml", &[]);
    assert!(!told.chars().any(|letter| letter == '\u{1b}' || letter == '\u{202e}'), "{told}");
}
