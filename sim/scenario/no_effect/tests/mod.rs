//! Notes on layers and on `--set`; those of rows are tested with numbers in `schema/tests/walk/idle.rs`.

use super::CODE;
use crate::scenario::Scenario;
use std::path::{Path, PathBuf};

/// Message and place of each note.
fn notes(files: &[(&str, &str)], sets: &[&str]) -> Vec<(String, String)> {
    let texts = files.iter().map(|(name, text)| (PathBuf::from(name), (*text).to_owned()));
    let texts: Vec<_> = texts.collect();
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    let scenario = Scenario::of_texts(Path::new(files[0].0), &texts, &sets)
        .unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)));
    let of_code = scenario.warnings().iter().filter(|one| one.code == CODE);
    let told = |one: &crate::Diagnostic| {
        let place = one.span.as_ref().expect("it has a place");
        (one.message.clone(), format!("{}:{}", place.file(), place.line()))
    };
    of_code.map(told).collect()
}

const BASE: &str = "[node.a]\ncores = 2\n[service.s]\nworkers = 4\nendpoint.go.steps = [ { cpu = \"1ms\" } ]\n\
    [traffic.t]\nentry = \"s.go\"\narrivals = { kind = \"poisson\", rate = \"4/s\" }\npatience = \"9s\"\n";

const SAME: &str = "no effect: this is what stood there";
const NOTHING: &str = "no effect: nothing changes by this";

#[test]
fn a_layer_that_repeats_what_is_below_is_told() {
    let over = |own: &str| {
        let own = format!("[scenario]\nextends = \"base.toml\"\n{own}");
        notes(&[("over.toml", &own), ("base.toml", BASE)], &[])
    };
    let one = |why: &str, line: u32| vec![(why.to_owned(), format!("over.toml:{line}"))];
    assert_eq!(over("[service.s]\nworkers = 4\n"), one(SAME, 4));
    assert_eq!(over("[service.s]\nworkers = 5\n"), []);
    assert_eq!(over("[node.a]\ncores = 2.0\n"), one(SAME, 4));
    // An inline table is a single value: keys beside its new rate are no repetition.
    let arrivals = |rate: &str| {
        over(&format!("[traffic.t]\narrivals = {{ kind = \"poisson\", rate = \"{rate}\" }}\n"))
    };
    assert_eq!(arrivals("5/s"), []);
    assert_eq!(arrivals("4/s"), one(SAME, 4));
    assert_eq!(over("[traffic.t]\npatience = \"none\"\n"), []);
    let nothing = "no effect: nothing stood there that could be taken back";
    assert_eq!(over("[service.s]\nbacklog = \"none\"\n"), one(nothing, 4));
    // Extended files are for other scenarios, too.
    let base = format!("{BASE}[node.b]\ncores = 1\ndisk = \"ssd\"\n");
    let own = "[scenario]\nextends = \"base.toml\"\n";
    assert_eq!(notes(&[("over.toml", own), ("base.toml", &base)], &[]), []);
    // A range differs from a plain value.
    assert_eq!(over("[service.s]\nworkers = { value = 4, range = [2, 8] }\n"), []);
}

/// Each orchestrator uses different keys of restarts and updates.
#[test]
fn what_an_orchestrator_does_in_its_own_way_is_told() {
    let under = |kind: &str| {
        let text = format!(
            "{BASE}[node.b]\ncores = 2\n[orchestrator]\nkind = \"{kind}\"\n[service.r]\nreplicas = 2\n\
             restart.delay = \"7s\"\nrestart.max_attempts = 3\nrestart.window = \"40s\"\n\
             update.delay = \"3s\"\nupdate.monitor = \"4s\"\nupdate.parallelism = 2\n\
             update.failure_action = \"rollback\"\nupdate.max_failure_ratio = 0.4\nrollback.delay = \"1s\"\n\
             endpoint.go.steps = [ {{ cpu = \"1ms\" }} ]\n\
             [[rollout]]\nid = \"new\"\nat = \"9s\"\nservice = \"r\"\n"
        );
        let told = notes(&[("base.toml", &text)], &[]);
        let line = |place: &str| place.rsplit_once(':').and_then(|(_, line)| line.parse().ok());
        let lines = told.iter().filter_map(|(_, place)| line(place));
        let keys = lines.filter_map(|line: usize| text.lines().nth(line - 1)?.split_once(" ="));
        keys.map(|(key, _)| key.to_owned()).collect::<Vec<_>>()
    };
    let restart = ["restart.delay", "restart.max_attempts", "restart.window"];
    let update = ["update.monitor", "update.failure_action", "update.max_failure_ratio"];
    let rollback = "rollback.delay";
    let all = |lists: &[&[&'static str]]| lists.concat();
    assert_eq!(under("swarm"), Vec::<&str>::new());
    assert_eq!(under("k3s"), all(&[&restart, &["update.delay"], &update, &[rollback]]));
    assert_eq!(under("nomad"), all(&[&restart, &["update.delay"], &update, &[rollback]]));
    assert_eq!(under("compose")[..3], restart);
    assert!(!under("none").iter().any(|key| key.starts_with("restart")));
}

#[test]
fn a_set_that_changes_nothing_is_told() {
    let set = |set: &str| {
        let told = notes(&[("base.toml", BASE)], &[set]);
        told.into_iter()
            .map(|(message, place)| {
                assert_eq!(place, "--set:1");
                message
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(set("service.s.workers=4"), [SAME]);
    assert_eq!(set("traffic.t.arrivals.rate=4/s"), [SAME]);
    // Equal to the default, or written differently.
    assert_eq!(set("node.a.aes=true"), ["no effect: no network is encrypted"]);
    assert_eq!(set("node.a.speed=1"), [NOTHING]);
    assert_eq!(set("traffic.t.arrivals.rate=240/min"), [NOTHING]);
    assert_eq!(set("service.s.replicas=1"), [NOTHING]);
    for acts in ["service.s.workers=5", "scenario.title=Other", "scenario.duration=5min"] {
        assert_eq!(set(acts), [""; 0], "{acts}");
    }
    // Reported once: by its row, or as not simulated.
    assert_eq!(set("service.s.update.delay=5s"), ["no effect: nothing is rolled out here"]);
    assert_eq!(set("service.s.aliases.n=x"), [""; 0]);
}

#[test]
fn notes_can_be_silenced() {
    let idle = format!("{BASE}[node.b]\ncores = 1\ndisk = \"ssd\"\n");
    let told = notes(&[("a.toml", &idle)], &[]);
    assert_eq!(told, [("no effect: nothing visits this disk".to_owned(), "a.toml:12".to_owned())]);
    let silent = format!("{idle}[scenario]\nallow = \"no-effect\"\n");
    assert_eq!(notes(&[("a.toml", &silent)], &[]), []);
}

/// Shipped scenarios have no idle keys; those of the estate are parts of others.
#[test]
fn scenarios_that_ship_have_no_idle_keys() {
    let mut told = Vec::new();
    for file in std::fs::read_dir("../../scenarios").expect("a folder") {
        let path = file.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "toml") || path.ends_with("estate.toml") {
            continue;
        }
        let Ok(scenario) = Scenario::load(path.to_str().expect("a name"), &[]) else { continue };
        let notes = scenario.warnings().iter().filter(|one| one.code == CODE).cloned();
        told.extend(notes);
    }
    assert!(told.is_empty(), "{}", crate::render(&told, 100, false));
}
