//! `wssim schema`: the schema for editors, and the one of results for programs.

use super::{Folder, QUEUE, claiming, status, stdout, wssim};

#[test]
fn the_schema_is_one_and_says_what_each_key_means() {
    let folder = Folder::new("schema");
    let output = wssim(folder.path(), &["schema"]);
    assert_eq!(status(&output), 0);
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(jsonschema::meta::is_valid(&schema));
    for table in std::iter::once(&schema).chain(schema["$defs"].as_object().unwrap().values()) {
        for (key, value) in table["properties"].as_object().into_iter().flatten() {
            let meaning = value["description"].as_str().unwrap_or("");
            assert!(meaning.len() > 5, "{key} does not say what it means");
        }
    }
    assert_eq!(status(&wssim(folder.path(), &["schema", "shop.toml"])), 2);
}

/// For readers without an editor that supports TOML, and without a checkout.
#[test]
fn the_page_to_read_is_the_one_that_ships() {
    let folder = Folder::new("schema-markdown");
    let output = wssim(folder.path(), &["schema", "--markdown"]);
    assert_eq!(status(&output), 0);
    assert!(stdout(&output) == include_str!("../../scenarios/format.md"));
}

/// The schema and the binary agree on a missing unit and a misspelt key.
#[test]
fn what_the_schema_refuses_the_binary_refuses() {
    let folder = Folder::new("schema-agrees");
    let text = stdout(&wssim(folder.path(), &["schema"]));
    let schema = serde_json::from_str(&text).unwrap();
    let node = |key: &str| serde_json::json!({ "node": { "host": { key: 8 } } });
    for (key, is_right) in [("speed", true), ("memory", false), ("spede", false)] {
        assert_eq!(jsonschema::is_valid(&schema, &node(key)), is_right, "{key}");
        folder.write("queue.toml", &QUEUE.replace("cores = 8", &format!("cores = 8\n{key} = 8")));
        let checked = wssim(folder.path(), &["check", "queue.toml"]);
        assert_eq!(status(&checked) == 0, is_right, "{key}: {}", stdout(&checked));
    }
}

/// The program prints the file of the repository, and writes results that match it.
#[test]
fn results_are_as_their_schema_says() {
    let folder = Folder::new("schema-results");
    let text = stdout(&wssim(folder.path(), &["schema", "--results"]));
    assert_eq!(text, include_str!("../../reports/results.schema.json"));
    let validator = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    folder.write("queue.toml", &claiming("19ms", "21ms"));
    folder.write("other.toml", &QUEUE.replace("50/s", "25/s"));
    for arguments in [
        &["run", "queue.toml"][..],
        &["compare", "queue.toml", "other.toml", "--with", "failures"],
        &["failures", "queue.toml", "--depth", "1"],
        &["sweep", "queue.toml", "--param", "traffic.scale=0.5,1"],
        &["capacity", "queue.toml", "--until", "response_time_seconds{entry=\"web\"} < 100ms"],
    ] {
        let usual = ["--replications", "5", "--no-fail", "--format", "json"];
        let output = wssim(folder.path(), &[arguments, &usual].concat());
        assert_eq!(status(&output), 0, "{arguments:?}");
        let results = serde_json::from_slice(&output.stdout).unwrap();
        let wrong = validator.iter_errors(&results).map(|one| one.to_string());
        assert_eq!(wrong.collect::<Vec<_>>(), Vec::<String>::new(), "{arguments:?}");
    }
}
