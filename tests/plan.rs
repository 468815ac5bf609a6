//! `scenarios/PLAN.md` names the command that judges each sentence of the plan: every claim of a
//! scenario is in it once, in a row of its command.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use wssim_experiment::question::Study;
use wssim_scenario::Scenario;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// `scenario/claim` and the command, from the scenarios' own files and those of partial ones.
fn claims() -> BTreeMap<String, Study> {
    let mut all = BTreeMap::new();
    let folders = [folder(), folder().join("pieces")];
    for entry in folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()) {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "toml") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let own: Vec<&str> = (text.split("[[claim]]").skip(1))
            .filter_map(|claim| claim.split("id = \"").nth(1)?.split('"').next())
            .collect();
        if own.is_empty() {
            continue;
        }
        let studies: BTreeMap<String, Study> = match Scenario::load(path.to_str().unwrap(), &[]) {
            Ok(scenario) => {
                let claims = scenario.question().claims;
                claims.into_iter().map(|claim| (claim.id, claim.study)).collect()
            }
            // An overlay is not a scenario.
            Err(_) => BTreeMap::new(),
        };
        for id in own {
            let study = studies.get(id).copied().unwrap_or_default();
            all.insert(format!("{name}/{id}"), study);
        }
    }
    all
}

/// `scenario/claim` and the second column of its row.
fn rows() -> Vec<(String, String)> {
    let text = fs::read_to_string(folder().join("PLAN.md")).unwrap();
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let columns: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [_, by, claims] = columns[..] else { continue };
        let names = claims.split('`').filter(|name| name.contains('/'));
        rows.extend(names.map(|name| (name.to_owned(), by.to_owned())));
    }
    rows
}

#[test]
fn every_claim_stands_in_the_table_of_the_plan() {
    let (claims, rows) = (claims(), rows());
    assert!(claims.len() > 60, "{}", claims.len());
    for (name, by) in &rows {
        let study = claims.get(name).unwrap_or_else(|| panic!("there is no claim `{name}`"));
        assert!(by.contains(study.name()), "`{name}` is judged by {}, not {by}", study.name());
    }
    for name in claims.keys() {
        let count = rows.iter().filter(|(row, _)| row == name).count();
        assert_eq!(count, 1, "`{name}` in PLAN.md");
    }
}
