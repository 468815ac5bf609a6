//! Rules of style: permitted dependencies, and banned contents of files.

use crate::circles::Crate;
use crate::literals;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn files_below(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// Our own crates that `manifest` depends on, except for its tests.
fn own_dependencies(manifest: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(manifest)).unwrap();
    let section = text.split("[dependencies]").nth(1).unwrap_or("");
    let section = section.split("\n[").next().unwrap_or("");
    let own = section.lines().filter_map(|line| line.strip_prefix("wssim-"));
    own.map(|line| line.split(['.', ' ', '=']).next().unwrap_or("").to_owned()).collect()
}

/// The arrows of ARCHITECTURE.md. To depend on more, change the picture first.
#[test]
fn crates_depend_on_whom_they_may() {
    for (manifest, allowed) in [
        ("sim/text/Cargo.toml", &[][..]),
        ("sim/kernel/Cargo.toml", &[]),
        ("sim/stats/Cargo.toml", &[]),
        ("sim/model/Cargo.toml", &["kernel"]),
        ("sim/experiment/Cargo.toml", &["kernel", "model", "stats"]),
        ("sim/scenario/Cargo.toml", &["text", "kernel", "model", "experiment"]),
        ("reports/Cargo.toml", &["text", "experiment", "stats"]),
        ("Cargo.toml", &["text", "kernel", "model", "stats", "experiment", "scenario", "reports"]),
    ] {
        for dependency in own_dependencies(manifest) {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{manifest} may not use wssim-{dependency}: pass a value or a trait instead, or \
                 change the picture in ARCHITECTURE.md and this table first"
            );
        }
    }
}

/// Only the edges know file formats.
#[test]
fn formats_stay_at_the_edges() {
    for (manifest, banned) in [
        ("sim/text/Cargo.toml", &["serde", "toml"][..]),
        ("sim/kernel/Cargo.toml", &["serde", "toml"]),
        ("sim/stats/Cargo.toml", &["serde", "toml"]),
        ("sim/model/Cargo.toml", &["serde", "toml"]),
        ("sim/experiment/Cargo.toml", &["serde", "toml"]),
        ("reports/Cargo.toml", &["toml"]),
        ("Cargo.toml", &["serde", "toml"]),
    ] {
        let text = fs::read_to_string(root().join(manifest)).unwrap();
        let section = text.split("\n[dependencies]").nth(1).unwrap_or("");
        for line in section.split("\n[").next().unwrap_or("").lines() {
            let found = banned.iter().find(|name| line.starts_with(**name));
            assert!(found.is_none(), "{manifest}: {line}: text is for scenario and reports");
        }
    }
    for path in files_below("sim/scenario", "rs") {
        let name = shown(&path);
        let may = name.contains("/schema/") || name.contains("/tests/");
        assert!(may || !code(&path).contains("serde"), "{name}: JSON is for the schema only");
    }
}

/// A third-party crate costs one line of reason: a comment above it, or above its group.
#[test]
fn every_dependency_has_a_reason() {
    let text = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = text.split("[workspace.dependencies]\n").nth(1).unwrap();
    let mut explained = false;
    for line in section.lines().take_while(|line| !line.starts_with('[')) {
        match line.chars().next() {
            None => explained = false,
            Some('#') => explained = true,
            Some(_) => assert!(explained, "say above it in Cargo.toml what this is for: {line}"),
        }
    }
}

/// Versions and reasons are in one place, so members only name their dependencies.
#[test]
fn members_take_their_dependencies_from_the_workspace() {
    let members = ["sim", "reports", "bench"].into_iter().flat_map(|f| files_below(f, "toml"));
    for path in members.filter(|path| path.ends_with("Cargo.toml")) {
        let text = fs::read_to_string(&path).unwrap();
        for section in text.split("\n[").filter(|part| part.contains("dependencies]")) {
            for line in section.lines().skip(1).filter(|line| !line.trim().is_empty()) {
                assert!(
                    line.ends_with(".workspace = true"),
                    "{}: move this to [workspace.dependencies], with its reason: {line}",
                    shown(&path)
                );
            }
        }
    }
}

/// The code of a file up to its unit tests, without comments. A test module in a separate file (`mod
/// twin;`) is one line and does not end the code.
pub(crate) fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let mut code = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line == "#[cfg(test)]" {
            let item = lines.find(|next| !next.starts_with("#["));
            if item.is_some_and(|item| item.ends_with(';')) {
                continue;
            }
            break;
        }
        if !line.trim_start().starts_with("//") {
            code.push(line);
        }
    }
    code.join("\n")
}

/// Whether a file below `sim`, `reports` or `bench` serves only tests.
pub(crate) fn is_for_tests(path: &Path) -> bool {
    let name = shown(path);
    ["/tests/", "twin.rs", "reports/sample.rs"].iter().any(|part| name.contains(part))
}

fn refuse(folder: &str, banned: &[&str], instead: &str) {
    for path in files_below(folder, "rs") {
        let name = shown(&path);
        if is_for_tests(&path) {
            continue;
        }
        let code = code(&path);
        for word in banned {
            assert!(!code.contains(word), "{name} says `{word}`: {instead}");
        }
    }
}

#[test]
fn nothing_that_a_user_can_reach_panics_by_neglect() {
    let banned = [".unwrap()", "panic!(", "todo!(", "unimplemented!(", "dbg!("];
    refuse("sim", &banned, "return an error, or assert what is impossible");
    refuse("reports", &banned, "return an error, or assert what is impossible");
}

#[test]
fn only_the_command_line_prints_and_knows_the_time() {
    let banned = ["println!(", "eprintln!(", "SystemTime", "Instant::now"];
    for name in ["text", "kernel", "model", "stats", "experiment", "scenario"] {
        refuse(&format!("sim/{name}"), &banned, "results go out as values; see sim/cli");
    }
    refuse("reports", &banned, "return the text");
}

#[test]
fn the_event_loop_stays_plain_and_repeatable() {
    let banned = ["HashMap", "HashSet", "RefCell", "Rc<", "unsafe "];
    for folder in ["sim/kernel", "sim/model"] {
        refuse(folder, &banned, "tables and ids instead; order must not depend on hashing");
    }
    // Orchestrators are called for losses, ends and rollouts: no request waits for that.
    let boxes = |folder| {
        files_below(folder, "rs")
            .into_iter()
            .filter(|path| !is_for_tests(path) && code(path).contains("Box<dyn"))
    };
    let boxed: Vec<String> =
        boxes("sim/kernel").chain(boxes("sim/model")).map(|path| shown(&path)).collect();
    assert_eq!(boxed, ["sim/model/orchestrator/cluster.rs"], "tables and ids instead");
    let unordered = ["HashMap", "HashSet"];
    refuse("sim/experiment", &unordered, "BTreeMap or a table: results are written in order");
    let generators = ["StdRng", "SmallRng", "thread_rng", "rand::rng()"];
    refuse("sim", &generators, "draw from a keyed stream");
}

/// Permitted formatted texts in `experiment`: the label `component` of `request_time_seconds`, which
/// scenarios name.
const LABELS: [&str; 5] =
    ["cpu {name}", "worker {name}", "disk {name}", "pages {name}", "connection {name} to {}"];

/// Findings and reasons are values there: only `reports` and the command line make sentences. A sentence
/// contains a blank or is formatted; texts of bugs and attributes are not for users, and the meaning of
/// a metric is in its row.
#[test]
fn experiments_write_no_text_for_people() {
    let of_bugs = ["assert!", "assert_eq!", "assert_ne!", "unreachable!", "expect", "#"];
    let makes_text = ["format!", "write!", "writeln!", "format_args!", "concat!"];
    let mut labels = Vec::new();
    for path in files_below("sim/experiment", "rs") {
        let name = shown(&path);
        for literal in literals::of(&code(&path)) {
            let is_text = literal.text.contains(' ') || literal.is_within(&makes_text);
            let is_meaning = name.starts_with("sim/experiment/metric/")
                && literal.is_within(&["kind", "row", "run", "run_either", "sets", "years"])
                && !literal.is_within(&makes_text);
            if !is_text || is_meaning || literal.is_within(&of_bugs) {
                continue;
            }
            let text = literal.text;
            assert!(
                LABELS.contains(&text.as_str()),
                "{name} says `{text}`: return a value, and let reports tell it"
            );
            labels.push(text);
        }
    }
    for label in LABELS {
        assert!(labels.iter().any(|found| found == label), "`{label}`: take it off the list");
    }
}

/// Files can be read in an order in which each comes after those that it uses.
#[test]
fn files_use_each_other_in_no_circle() {
    for (folder, other_programs) in [
        ("sim/text", &[][..]),
        ("sim/kernel", &[]),
        ("sim/model", &[]),
        ("sim/stats", &[]),
        ("sim/experiment", &[]),
        ("sim/scenario", &[]),
        ("reports", &[]),
        ("sim/cli", &[]),
        ("bench", &["benches/", "gate/"]),
        ("bench/gate", &[]),
    ] {
        let within = |path: &PathBuf| {
            let name = path.strip_prefix(root().join(folder)).unwrap().display().to_string();
            let is_of_another = other_programs.iter().any(|program| name.starts_with(program));
            (!is_of_another && !name.contains("tests/")).then(|| (name, code(path)))
        };
        let files: Vec<(String, String)> =
            files_below(folder, "rs").iter().filter_map(within).collect();
        let circles = Crate::of(&files).circles();
        assert!(
            circles.is_empty(),
            "{folder}: move what they share to a file of its own:\n{}",
            circles.join("\n")
        );
    }
}

/// The fields of a world's parts belong to the folder of the part: other folders go through methods. Of the world
/// itself only its inputs and its probe are no parts.
#[test]
fn parts_of_a_world_own_their_fields() {
    let files: Vec<String> = files_below("sim/model", "rs").iter().map(|path| code(path)).collect();
    let body = |name: &str| {
        let begins =
            [" {", "<'a> {", "<'a, P> {", "("].map(|after| format!("struct {name}{after}"));
        let found = files.iter().find_map(|code| {
            let at = begins.iter().find_map(|begin| Some(code.find(begin)? + begin.len()))?;
            Some(&code[at..])
        });
        let rest = found.unwrap_or_else(|| panic!("{name} is a struct of sim/model"));
        rest[..rest.find(['}', ';']).unwrap()].to_owned()
    };
    let inputs = ["Blueprint", "Run", "StreamKey", "bool", "P"];
    let world = body("World");
    let words =
        |line: &str| line.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
    let part = |line: &str| {
        let words: Vec<String> = words(line.split_once(": ")?.1);
        words.into_iter().rfind(|word| !word.is_empty() && word != "a")
    };
    let parts: Vec<String> =
        world.lines().filter_map(part).filter(|part| !inputs.contains(&part.as_str())).collect();
    assert!(parts.len() > 10, "the parts of a world are read from its fields: {parts:?}");
    for of in parts.iter().map(String::as_str).chain(["Frame", "ContainerState", "NodeState"]) {
        let fields = body(of);
        let open = fields
            .lines()
            .map(str::trim_start)
            .find(|line| line.starts_with("pub ") || line.starts_with("pub(crate)"));
        assert_eq!(open, None, "a field of {of} is open to all: give the part a method");
    }
}

/// One layout for a module with children: `x/mod.rs`, so that a folder contains all of it.
#[test]
fn a_module_with_children_is_a_folder() {
    for folder in ["sim", "reports", "bench", "tests"] {
        for path in files_below(folder, "rs") {
            // A test program has its files beside it: cargo finds it by its name.
            let is_program = path.parent().is_some_and(|above| above.ends_with("tests"));
            let children = path.with_extension("");
            assert!(
                is_program || !children.is_dir(),
                "{} lies beside {}: move it there as mod.rs",
                shown(&path),
                shown(&children)
            );
        }
    }
}

#[test]
fn files_are_short() {
    for folder in ["sim", "reports", "bench", "tests"] {
        for path in files_below(folder, "rs") {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            assert!(lines <= 600, "{} has {lines} lines: one idea a file", shown(&path));
        }
    }
}

#[test]
fn every_scenario_that_ships_loads() {
    for path in files_below("scenarios", "toml") {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with('#'), "{} says what it is in its first line", shown(&path));
        // Partial scenarios are not complete.
        if path.parent().is_some_and(|folder| folder.ends_with("pieces")) {
            continue;
        }
        if let Err(mistakes) = wssim_scenario::Scenario::load(path.to_str().unwrap(), &[]) {
            panic!("{}", mistakes.render(false));
        }
    }
}

/// The first page links to the others, and repeats nothing of them.
#[test]
fn the_readme_is_short() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(text.lines().count() <= 150, "README.md has {} lines", text.lines().count());
}

#[test]
fn the_architecture_is_short_and_its_paths_exist() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    assert!(text.lines().count() <= 200, "ARCHITECTURE.md has {} lines", text.lines().count());
    for word in text.split('`').skip(1).step_by(2) {
        let is_path = ["sim/", "reports/", "bench/", "scenarios/", "tests/", ".ci/"]
            .iter()
            .any(|start| word.starts_with(start));
        if is_path {
            assert!(root().join(word).exists(), "ARCHITECTURE.md names {word}, which is not there");
        }
    }
}

/// A checkout works in any place: nothing names a folder of one machine.
/// The way of a request through the parts of a world names functions that are there.
#[test]
fn the_architecture_follows_a_request_by_functions_that_exist() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let way = text.split("the way of one request").nth(1).unwrap().split("```").next().unwrap();
    let files: Vec<String> = files_below("sim/model", "rs").iter().map(|path| code(path)).collect();
    let mut named = 0;
    for line in way.lines().skip(1) {
        let functions = line.get(28..).unwrap_or("");
        for step in functions.split(['►', '·']).map(str::trim) {
            let name = step.split(|c: char| !c.is_ascii_lowercase() && c != '_').next().unwrap();
            if name.is_empty() {
                continue;
            }
            let is_there = |code: &String| {
                ["(", "<"].iter().any(|after| code.contains(&format!("fn {name}{after}")))
            };
            assert!(files.iter().any(is_there), "ARCHITECTURE.md names `{name}`: no such function");
            named += 1;
        }
    }
    assert!(named > 12, "the functions are read from their column: {named}");
}

#[test]
fn no_file_names_a_folder_of_some_machine() {
    let homes =
        [["/", "home/"], ["/", "root/"], ["/", "tmp/"], ["/", "Users/"]].map(|p| p.concat());
    let mut files: Vec<PathBuf> = ["rs", "toml", "md", "txt", "json", "csv"]
        .into_iter()
        .flat_map(|ending| {
            let folders = ["sim", "reports", "bench", "tests", "scenarios"];
            folders.into_iter().flat_map(move |folder| files_below(folder, ending))
        })
        .collect();
    let top = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path());
    files.extend(top.filter(|path| path.is_file()));
    files.push(root().join(".ci/run"));
    for path in files {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (number, line) in text.lines().enumerate() {
            let home = homes.iter().find(|home| line.contains(home.as_str()));
            assert!(
                home.is_none(),
                "{}:{}: an absolute path; make it relative, or take a folder of tempfile\n{line}",
                shown(&path),
                number + 1
            );
        }
    }
}
