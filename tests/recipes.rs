//! The recipes of CONTRIBUTING.md name all files that a change touches: what was once added so is mentioned
//! in no other.

use crate::tidy::{code, files_below, is_for_tests, root, shown};
use std::fs;
use std::path::Path;

/// Something that is there, as if it had been added by a recipe.
struct Instance {
    recipe: &'static str,
    /// What `NAME` and `PART` of the recipe are.
    name: &'static str,
    part: &'static str,
    /// Whole words that are there because of it, and for nothing else.
    marks: &'static [&'static str],
}

const fn instance(
    recipe: &'static str,
    [name, part]: [&'static str; 2],
    marks: &'static [&'static str],
) -> Instance {
    Instance { recipe, name, part, marks }
}

const INSTANCES: &[Instance] = &[
    instance("a kind of step", ["sleep", ""], &["Instruction::Sleep", "StepKind::Sleep"]),
    instance(
        "what a request's time can go to",
        ["back-off", "request/execute.rs"],
        &["BacksOff", "StretchKind::Backoff"],
    ),
    instance(
        "what a request's time can go to",
        ["sleep", "request/execute.rs"],
        &["Doing::Sleeps", "StretchKind::Sleep"],
    ),
    instance(
        "a kind of arrivals",
        ["periodic", ""],
        &["Arrivals::Periodic", "ArrivalsText::Periodic", "\"periodic\""],
    ),
    instance(
        "a kind of arrivals",
        ["mmpp", ""],
        &["Arrivals::Mmpp", "ArrivalsText::Mmpp", "\"mmpp\""],
    ),
    instance(
        "a routing policy",
        ["least_connections", ""],
        &["LeastConnections", "least_connections", "least-connections"],
    ),
    instance("an orchestrator", ["k3s", ""], &["K3s", "k3s"]),
    instance(
        "a kind of fault",
        ["slow-disk", "request/disk.rs"],
        &["SlowDisk", "\"slow-disk\"", "of_disk"],
    ),
    instance("a kind of fault", ["slow-", "fault/weigh.rs"], &["\"slow-\""]),
    instance("a kind of fault", ["hang", "fault/mod.rs"], &["FaultKind::Hang", "\"hang\""]),
    instance("an event", ["refill", "request/outwait.rs"], &["Event::Refill"]),
    instance("a key", ["queue_timeout", "request/visit.rs"], &["queue_timeout"]),
    instance("a profile that ships", ["market-hours", ""], &["market-hours"]),
    instance("a lint", ["no-memory-limit", ""], &["no-memory-limit"]),
    instance("a lint", ["slow-registration", ""], &["slow-registration"]),
    instance("a scenario that ships", ["everyday-nomad", ""], &["everyday-nomad.toml"]),
    instance(
        "a study",
        ["migrate", ""],
        &["mod migrate", "Answer::Migrate", "Study::Migrate", "Command::Migrate"],
    ),
    instance(
        "a metric",
        ["cache_hit_ratio", "request/look_up.rs"],
        &["cache_hit_ratio", "OfService::CacheHits"],
    ),
    instance("a metric", ["data_miss_ratio", "memory/read.rs"], &["OfMemory::DataMisses"]),
    // Counted in the world, or reported as it happens.
    instance("a metric", ["breaker_open", "ledger/mod.rs"], &["breaker_open"]),
    instance("a metric", ["look_ups", "request/look_up.rs"], &["looked_up"]),
    // Of a label of its own.
    instance(
        "a metric",
        ["node_network_utilization_ratio", "network/state.rs"],
        &["\"direction\""],
    ),
    // Of a name that is not plain by itself.
    instance("a metric", ["phase_seconds", "procedure/mod.rs"], &["\"Migration time\""]),
    instance("a reason", ["on the limit", "judge.rs"], &["OnTheLimit"]),
    instance("a note", ["users rounded", ""], &["UsersRounded"]),
    instance("a key of `results.json`", ["sweep", ""], &["neighbours_that_differ"]),
    instance("a column of a CSV file", ["failures", ""], &["recovery_median_seconds"]),
    instance("a column of the tables of metrics", ["received", ""], &["\"Received\""]),
];

/// A recipe: what it adds, and the paths that it names.
struct Recipe {
    adds: String,
    paths: Vec<String>,
}

impl Recipe {
    /// Its paths for one instance.
    fn of(&self, instance: &Instance) -> Vec<String> {
        let put =
            |path: &String| path.replace("NAME", instance.name).replace("PART", instance.part);
        self.paths.iter().map(put).collect()
    }

    fn instances(&self) -> impl Iterator<Item = &'static Instance> {
        INSTANCES.iter().filter(|instance| instance.recipe == self.adds)
    }
}

fn recipes() -> Vec<Recipe> {
    let text = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let section = text.split("## How to\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let recipe = |text: &str| {
        let (title, text) = text.split_once("**:\n").unwrap();
        let text = text.split("\n\n").next().unwrap();
        let paths = text.split('`').skip(1).step_by(2).filter(|word| is_path(word));
        Recipe {
            adds: title.trim_start_matches("Add ").to_owned(),
            paths: paths.map(str::to_owned).collect(),
        }
    };
    section.split("\n- **").skip(1).map(recipe).collect()
}

fn is_path(word: &str) -> bool {
    let folders = ["sim/", "reports/", "scenarios/", "tests/", "bench/", ".ci/"];
    folders.iter().any(|folder| word.starts_with(folder)) || word == "CHANGELOG.md"
}

/// Whether `path` is the file or lies in the folder that is named.
fn covers(named: &str, path: &str) -> bool {
    path == named || (named.ends_with('/') && path.starts_with(named))
}

fn mentions(text: &str, mark: &str) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric() || "_-".contains(letter);
    text.match_indices(mark).any(|(at, _)| {
        !text[..at].ends_with(is_word) && !text[at + mark.len()..].starts_with(is_word)
    })
}

/// The files that mention it.
fn mentioning<'s>(sources: &'s [(String, String)], mark: &str) -> impl Iterator<Item = &'s str> {
    let found = sources.iter().filter(move |(_, text)| mentions(text, mark));
    found.map(|(file, _)| file.as_str())
}

/// Code and published schema, without tests and their samples: path and text.
fn sources() -> Vec<(String, String)> {
    let code_of = ["sim", "reports"].into_iter().flat_map(|folder| files_below(folder, "rs"));
    let code_of = code_of.filter(|path| !is_for_tests(path) && !path.ends_with("sample.rs"));
    let mut all: Vec<(String, String)> = code_of.map(|path| (shown(&path), code(&path))).collect();
    let schema = "reports/results.schema.json";
    all.push((schema.to_owned(), fs::read_to_string(root().join(schema)).unwrap()));
    all
}

#[test]
fn what_recipes_name_is_there() {
    let recipes = recipes();
    assert!(recipes.len() > 15, "{}", recipes.len());
    for recipe in &recipes {
        let title = &recipe.adds;
        assert!(!recipe.paths.is_empty(), "CONTRIBUTING.md, `{title}` names no file");
        let is_of_code = recipe
            .paths
            .iter()
            .any(|path| Path::new(path).extension().is_some_and(|ending| ending == "rs"));
        let is_shown = recipe.instances().next().is_some();
        assert!(is_shown || !is_of_code, "`{title}`: add to INSTANCES one that is there");
        let plain = Instance { recipe: "", name: "NAME", part: "PART", marks: &[] };
        let shown: Vec<&Instance> = recipe.instances().collect();
        for instance in if shown.is_empty() { vec![&plain] } else { shown } {
            for path in recipe.of(instance) {
                let is_there = root().join(&path).exists();
                assert!(
                    is_there,
                    "CONTRIBUTING.md, `Add {title}` names {path}, which is not there"
                );
            }
        }
    }
    for instance in INSTANCES {
        let is_recipe = recipes.iter().any(|recipe| recipe.adds == instance.recipe);
        assert!(is_recipe, "CONTRIBUTING.md has no recipe `{}`", instance.recipe);
    }
}

#[test]
fn recipes_name_all_that_a_change_touches() {
    let sources = sources();
    for recipe in recipes() {
        for instance in recipe.instances() {
            let paths = recipe.of(instance);
            for mark in instance.marks {
                let files: Vec<&str> = mentioning(&sources, mark).collect();
                assert!(!files.is_empty(), "nothing mentions `{mark}`: take another mark");
                let is_named = |file: &&&str| paths.iter().any(|path| covers(path, file));
                let lacking = files.iter().find(|file| !is_named(file));
                assert!(
                    lacking.is_none(),
                    "CONTRIBUTING.md, `Add {}` lacks {}, which mentions `{mark}`",
                    recipe.adds,
                    lacking.unwrap()
                );
            }
        }
    }
}

/// A file that is named and that none of the instances has touched is not needed.
#[test]
fn recipes_name_no_more_than_a_change_touches() {
    let sources = sources();
    for recipe in recipes() {
        for (place, named) in recipe.paths.iter().enumerate() {
            let is_needed = |instance: &Instance| {
                let path = &recipe.of(instance)[place];
                // A file of its own; elsewhere, where it is defined, its name stands alone.
                if named.contains("NAME") {
                    return true;
                }
                let names = instance.marks.iter().filter_map(|mark| mark.rsplit("::").next());
                let mut names = names.chain([instance.name]);
                names.any(|name| mentioning(&sources, name).any(|file| covers(path, file)))
            };
            let is_source = sources.iter().any(|(file, _)| covers(named, file));
            assert!(
                !is_source || recipe.instances().any(is_needed),
                "CONTRIBUTING.md, `Add {}` names {named}, which no instance has touched",
                recipe.adds
            );
        }
    }
}
