//! Files against the schema: shipped ones, those of tests and of documents, and damaged ones.

use super::{Verdict, agree, as_json, read, validator, verdict};
use serde_json::json;
use std::path::{Path, PathBuf};

/// All files in and below `folder`, relative to this crate.
fn scenarios(folder: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![PathBuf::from(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                found.push(path);
            }
        }
    }
    found
}

fn text_of(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).expect("a file")
}

#[track_caller]
fn is_valid(name: &str, text: &str) {
    let file = as_json(&read(text).0);
    let errors: Vec<String> = validator()
        .iter_errors(&file)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{name}: {}", errors.join("\n"));
}

/// Documents with examples of scenarios.
const DOCUMENTS: [&str; 5] =
    ["README.md", "scenarios/README.md", "reports/README.md", "sim/README.md", "tests/README.md"];

#[test]
fn files_that_are_right_are_valid() {
    let paths =
        ["../../scenarios", "tests/scenarios", "tests/stacks"].into_iter().flat_map(scenarios);
    let mut count = 0;
    for path in paths {
        is_valid(&path.display().to_string(), &text_of(&path));
        count += 1;
    }
    assert!(count >= 14, "{count}");
    let first = crate::import::FIRST;
    is_valid("init", first);
    is_valid("init with its alternatives", &uncommented(first));
    for document in DOCUMENTS {
        let text = text_of(format!("../../{document}"));
        for example in text.split("```toml\n").skip(1) {
            is_valid(document, example.split("```").next().unwrap_or(""));
        }
    }
}

/// The text with its commented lines of TOML uncommented.
fn uncommented(text: &str) -> String {
    let is_toml = |line: &str| {
        let key = line.split(" = ").next().unwrap_or("");
        let word = |c: char| c.is_ascii_lowercase() || "_.".contains(c);
        line.starts_with(['[', '{']) || (line.contains(" = ") && key.chars().all(word))
    };
    let own = |line: &str| match line.trim_start().strip_prefix("# ").filter(|rest| is_toml(rest)) {
        Some(rest) => format!("{rest}\n"),
        None => format!("{line}\n"),
    };
    let all: String = text.lines().map(own).collect();
    assert!(all.lines().count() == text.lines().count() && all.contains("\nthreads = 8"), "{all}");
    all
}

/// The files with a mistake of shape: name, type, unit, word.
#[test]
fn files_with_mistakes_of_shape_are_not() {
    for (name, is_misshapen) in [
        ("absent", false),
        ("busy", false),
        ("escapes", false),
        ("faults", true),
        ("five", true),
        ("late", false),
        ("loop-a", false),
        ("loop-b", false),
        ("many", true),
        ("memory", true),
        ("outages", false),
        ("rows", false),
        ("spent", false),
        ("tight", false),
        ("trace", false),
        ("traffic", true),
        ("warned", false),
    ] {
        let text = text_of(format!("tests/mistakes/{name}.toml"));
        let file = as_json(&read(&text).0);
        assert_eq!(verdict(&text).0 == Verdict::Misshapen, is_misshapen, "{name}");
        assert_eq!(!validator().is_valid(&file), is_misshapen, "{name}");
    }
}

/// An editor marks the wrong value, not the table around it.
#[test]
fn mistakes_are_shown_where_they_are() {
    let file = as_json(&read(&text_of("tests/mistakes/five.toml")).0);
    let mut places: Vec<String> =
        validator().iter_errors(&file).map(|error| error.instance_path().to_string()).collect();
    places.sort();
    assert_eq!(
        places,
        [
            "/service/gibd-postgres/endpoint/query/steps/0/cpu",
            "/service/web",
            "/service/web/endpoint/get/steps/0/cpu",
        ]
    );
}

/// The keys that `load/` and `stack/` read.
#[test]
fn files_that_are_named_are_texts() {
    let with = |key: &str, value: serde_json::Value| json!({ "scenario": { key: value } });
    let validator = validator();
    for (key, value, takes) in [
        ("extends", json!("a.toml"), true),
        ("extends", json!(["a.toml", "b.toml"]), true),
        ("extends", json!(5), false),
        ("extends", json!([{ "file": "a.toml" }]), false),
        ("stacks", json!("a.yml"), true),
        ("stacks", json!(["a.yml", { "file": "b.yml", "name": "b" }]), true),
        ("stacks", json!([{ "name": "b" }]), false),
        ("stacks", json!([{ "file": "b.yml", "nmae": "b" }]), false),
        ("stacks", json!([5]), false),
    ] {
        assert_eq!(validator.is_valid(&with(key, value.clone())), takes, "{key} = {value}");
    }
}

/// The patterns refuse texts that the readers refuse for their form.
#[test]
fn patterns_refuse_what_is_no_quantity_and_no_distribution() {
    let validator = validator();
    for cpu in [
        "",
        "5",
        "5 parsecs",
        "ms",
        "1.",
        ".5ms",
        "--1s",
        "-1ms",
        "1 GB",
        "exp(5)",
        "exp()",
        "exp(1ms",
        "exp 1ms",
        "lognormal(3, cv=1)",
        "lognorml(3ms, cv=1)",
        "exp(1ms,)",
        "exp(1 GB)",
        "uniform(1ms; 2ms)",
        "\"exp(1ms)\"",
        "exp(-1ms)",
    ] {
        let steps = json!([{ "cpu": cpu }]);
        let file = json!({ "service": { "a": { "endpoint": { "b": { "steps": steps } } } } });
        assert_ne!(agree(&validator, &file), Verdict::Right, "{cpu}");
        assert!(!validator.is_valid(&file), "{cpu}");
    }
}
