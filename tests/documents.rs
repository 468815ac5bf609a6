//! Every command line that a document shows is run by `.ci/run`: the table `.ci/commands` says how.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What a command line begins with.
const PROGRAMS: [&str; 5] = ["wssim ", "cargo ", "sh .", "bash .", "./"];

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The lines of the `sh` blocks of a document, without their comments.
fn blocks(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for block in text.split("```sh\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let without = block.lines().map(|line| line.split(" #").next().unwrap().trim());
        lines.extend(without.filter(|line| !line.is_empty()).map(str::to_owned));
    }
    lines
}

/// Commands with arguments among the `code` of a document's sentences; `wssim run` names a command.
fn spans(text: &str) -> Vec<String> {
    let prose: String = text.split("```").step_by(2).collect::<Vec<_>>().join("\n");
    let code = prose.split('`').skip(1).step_by(2).map(|code| code.replace('\n', " "));
    code.filter(|code| {
        let is_name = code.starts_with("wssim ") && code.split(' ').count() == 2;
        PROGRAMS.iter().any(|program| code.starts_with(program)) && !is_name
    })
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

/// The rows of `.ci/commands`: where, and the command.
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
    let of = |name: &str| [blocks(&read(name)), spans(&read(name))].concat();
    let shown = [
        ("readme", of("README.md")),
        ("contributing", of("CONTRIBUTING.md")),
        ("help", examples()),
    ];
    let rows = rows();
    for (place, lines) in &shown {
        assert!(lines.len() > 5, "{place}: {lines:?}");
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
    for document in ["first", "readme", "contributing", "help"] {
        let line = format!("bash .ci/documented {document}");
        assert!(script.contains(&line), ".ci/run does not run the commands of {document}");
    }
}

/// The two commands that README.md begins with are run exactly as they stand there.
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
