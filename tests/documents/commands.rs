//! Every command line in a document is run by `.ci/run`, as the table `.ci/commands` defines.

use super::{DOCUMENTS, Scratch, blocks_in, prose, read, root};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Beginnings of command lines.
const PROGRAMS: [&str; 5] = ["wssim ", "cargo ", "sh .", "bash .", "./"];

/// The lines of the `sh` blocks of a document, without comments.
fn blocks(text: &str) -> Vec<String> {
    let blocks = blocks_in(text, "sh").concat();
    let without = blocks.lines().map(|line| line.split(" #").next().unwrap().trim());
    without.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Commands with their output, or parts of it: `$ wssim …` begins a `text` block.
fn excerpts(text: &str) -> Vec<(String, String)> {
    let blocks = blocks_in(text, "text").into_iter();
    let shown = blocks.filter_map(|block| {
        let (command, printed) = block.strip_prefix("$ ")?.split_once('\n')?;
        Some((command.to_owned(), printed.to_owned()))
    });
    shown.collect()
}

/// Commands with arguments in the `code` of a document's sentences; `wssim run` alone only names a
/// command.
fn spans(text: &str) -> Vec<String> {
    let prose = prose(text);
    let code = prose.split('`').skip(1).step_by(2);
    // Lines of a paragraph, without the indentation of a list.
    let code = code.map(|code| code.split_whitespace().collect::<Vec<_>>().join(" "));
    code.filter(|code| {
        let is_name = code.starts_with("wssim ") && code.split(' ').count() == 2;
        PROGRAMS.iter().any(|program| code.starts_with(program)) && !is_name
    })
    .map(|code| code.replace("\\|", "|"))
    .collect()
}

/// Examples of the long help of every command.
fn examples() -> Vec<String> {
    let help = |arguments: &[&str]| {
        let wssim = Command::new(env!("CARGO_BIN_EXE_wssim")).args(arguments).output().unwrap();
        String::from_utf8(wssim.stdout).unwrap()
    };
    let commands = help(&["--help"]);
    let commands = commands.split("Commands:").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = commands.lines().filter_map(|line| line.split_whitespace().next());
    let mut lines = Vec::new();
    for name in names.filter(|name| *name != "help") {
        for arguments in [vec![name, "--help"], vec![name, "compose", "--help"]] {
            let text = help(&arguments);
            let after = text.split("Example").skip(1).flat_map(|part| part.lines().skip(1));
            let examples = after.map(str::trim).filter(|line| line.starts_with("wssim "));
            lines.extend(examples.map(str::to_owned));
        }
    }
    lines
}

/// The rows of `.ci/commands`: place and command.
fn rows() -> Vec<[String; 4]> {
    let text = read(".ci/commands");
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| {
        let fields: Vec<String> = row.split('\t').map(str::to_owned).collect();
        fields.try_into().unwrap_or_else(|_| panic!("four fields parted by tabs: {row}"))
    })
    .collect()
}

#[test]
fn every_command_of_a_document_is_run() {
    let of = |name: &str| {
        let text = read(name);
        let excerpts = excerpts(&text).into_iter().map(|(command, _)| command).collect();
        [blocks(&text), spans(&text), excerpts].concat()
    };
    let mut shown: Vec<(&str, Vec<String>)> =
        DOCUMENTS.iter().map(|(place, name)| (*place, of(name))).collect();
    shown.push(("help", examples()));
    let rows = rows();
    for (place, lines) in &shown {
        for line in lines {
            let is_there = rows.iter().any(|[at, _, command, _]| at == place && command == line);
            assert!(is_there, "{place} shows `{line}`: say in .ci/commands how it is run");
        }
    }
    for [at, _, command, _] in &rows {
        let lines = shown.iter().find(|(place, _)| place == at).map(|(_, lines)| lines);
        let lines = lines.unwrap_or_else(|| panic!("no document is called {at}"));
        assert!(lines.contains(command), ".ci/commands: {at} does not show `{command}`");
    }
    assert!(rows.len() > 100, "{}", rows.len());
}

#[test]
fn the_rows_say_what_is_run_and_how_it_ends() {
    let script = read(".ci/run");
    for [at, status, command, run] in rows() {
        assert!(status.parse::<u8>().is_ok(), "{command}: {status} is no exit status");
        if let Some(step) = run.strip_prefix("step ") {
            let is_step =
                script.contains(&format!("step \"{step}\";")) && script.contains(&command);
            assert!(is_step || step == "all", "{at}: .ci/run has no step {step} with `{command}`");
        }
    }
    for document in ["first", "all"] {
        let line = format!("bash .ci/documented {document}");
        assert!(script.contains(&line), ".ci/run does not run the commands of {document}");
    }
}

/// The first two commands of README.md are run exactly as written.
#[test]
fn the_first_commands_are_run_as_written() {
    let rows = rows();
    for line in blocks(&read("README.md")).iter().take(2) {
        let row = rows.iter().find(|[at, _, command, _]| at == "readme" && command == line);
        assert_eq!(row.map(|[_, _, _, run]| run.as_str()), Some("="), "{line}");
    }
    let distinct: BTreeSet<_> = rows.iter().map(|[at, _, command, _]| (at, command)).collect();
    assert_eq!(distinct.len(), rows.len(), "a command has two rows");
}

/// Studies whose excerpts only `.ci/documented` compares: each takes a quarter of a minute or more.
const LONG: [&str; 3] = ["wssim sweep ", "wssim capacity ", "wssim failures "];

fn wssim(command: &str, folder: &Path) -> Output {
    let arguments: Vec<&str> = command.split(' ').skip(1).collect();
    let mut program = Command::new(env!("CARGO_BIN_EXE_wssim"));
    program.args(arguments).current_dir(folder).env("NO_COLOR", "1").env_remove("COLUMNS");
    program.output().unwrap()
}

/// An ellipsis stands for lines left out of an excerpt.
#[test]
fn excerpts_are_what_the_program_prints() {
    let scratch = Scratch::new("excerpts");
    let mut compared = 0;
    for (_, name) in DOCUMENTS {
        for (command, printed) in excerpts(&read(name)) {
            if LONG.iter().any(|study| command.starts_with(study)) {
                continue;
            }
            let command =
                command.replace("scenarios/", &format!("{}/", root().join("scenarios").display()));
            let output = wssim(&command, &scratch.0);
            let text = String::from_utf8(output.stdout).unwrap();
            for line in printed.lines().filter(|line| *line != "…") {
                assert!(
                    text.lines().any(|other| other == line),
                    "{name}: {command}\n{line}\n{text}"
                );
            }
            compared += 1;
        }
    }
    assert!(compared > 2, "{compared}");
}

/// The guide's way from a stack file to a verdict, in an empty folder, with its files and commands as
/// written.
#[test]
fn the_way_from_a_stack_file_to_a_verdict_leads_there() {
    let guide = read("scenarios/README.md");
    let way = guide.split("\n## ").find(|part| part.starts_with("From a stack file")).unwrap();
    let scratch = Scratch::new("way");
    for block in [blocks_in(way, "yaml"), blocks_in(way, "toml")].concat() {
        let name = block.lines().next().unwrap().trim_start_matches("# ").to_owned();
        fs::write(scratch.0.join(name), block).unwrap();
    }
    let rows = rows();
    let is_first = |command: &String| command.starts_with("wssim import compose shop.yml");
    let import = spans(way).into_iter().filter(is_first);
    let commands: Vec<String> = import.chain(blocks(way)).collect();
    assert_eq!(commands.len(), 5, "{commands:?}");
    for command in commands {
        let row = rows.iter().find(|[at, _, other, _]| at == "scenarios" && *other == command);
        let [_, status, ..] = row.unwrap();
        let output = wssim(&command, &scratch.0);
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), status.parse().ok(), "{command}\n{text}");
    }
}
