//! The words of what a user reads: documents, help, messages and the scenarios that ship.

use crate::literals;
use crate::tidy::{code, files_below, is_for_tests, root, shown};
use std::fs;
use std::path::Path;

/// Words for which there is a noun: "a user", "no caller", "that many calls", "by itself".
const BANNED: [&str; 6] = ["whoever", "nobody", "anybody", "somebody", "so many", "of itself"];

/// Literals that a bug or an attribute says.
const OF_BUGS: [&str; 6] = ["assert!", "assert_eq!", "assert_ne!", "unreachable!", "expect", "#"];

/// The words of [`BANNED`] in `text`, each with what stands around it. A line may end within one, and the
/// next begin with a mark of comments.
fn found(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.trim_start().trim_start_matches(['#', '/', '!']));
    let lines: Vec<&str> = lines.map(|line| line.trim_end_matches('\\')).collect();
    let words: Vec<&str> = lines.iter().flat_map(|line| line.split_whitespace()).collect();
    let bare = |word: &str| {
        let word = word.split('\'').next().unwrap_or_default().to_lowercase();
        word.trim_matches(|one: char| !one.is_alphanumeric()).to_owned()
    };
    let mut found = Vec::new();
    for at in 0..words.len() {
        let pair = words.get(at + 1).map(|next| format!("{} {}", bare(words[at]), bare(next)));
        let is_banned = BANNED.contains(&bare(words[at]).as_str())
            || pair.is_some_and(|pair| BANNED.contains(&pair.as_str()));
        if is_banned {
            found.push(words[at.saturating_sub(5)..words.len().min(at + 6)].join(" "));
        }
    }
    found
}

/// The texts of a file of code that users meet: its literals and, of the command line, the help.
fn texts(path: &Path) -> Vec<String> {
    let code_alone = code(path);
    let literals = literals::of(&code_alone).into_iter();
    let mut texts: Vec<String> = literals
        .filter(|literal| !literal.is_within(&OF_BUGS))
        .map(|literal| literal.text)
        .collect();
    if shown(path).starts_with("sim/cli/") {
        let text = fs::read_to_string(path).unwrap();
        let help = text.lines().filter(|line| line.trim_start().starts_with("/// "));
        texts.push(help.collect::<Vec<_>>().join("\n"));
    }
    texts
}

#[test]
fn what_users_read_says_who_and_how_many() {
    let mut read = Vec::new();
    for folder in ["sim", "reports", "bench"] {
        for path in files_below(folder, "rs").into_iter().filter(|path| !is_for_tests(path)) {
            read.extend(texts(&path).into_iter().map(|text| (shown(&path), text)));
        }
    }
    let mut whole = vec![root().join("sim/scenario/import/first.toml")];
    for folder in ["sim", "reports", "bench", "tests", "scenarios"] {
        whole.extend(files_below(folder, "md"));
    }
    let documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];
    whole.extend(documents.map(|name| root().join(name)));
    let of_results = ["reports/results.schema.json", "reports/grafana/wssim.json"];
    whole.extend(of_results.map(|name| root().join(name)));
    for ending in ["toml", "yml"] {
        whole.extend(files_below("scenarios", ending));
    }
    let whole = whole.iter().map(|path| (shown(path), fs::read_to_string(path).unwrap()));
    read.extend(whole);
    let lines: Vec<String> = read
        .iter()
        .flat_map(|(name, text)| {
            found(text).into_iter().map(move |words| format!("{name}: {words}"))
        })
        .collect();
    assert!(
        lines.is_empty(),
        "{} of {BANNED:?}: name who, or how many\n{}",
        lines.len(),
        lines.join("\n")
    );
}

#[test]
fn words_are_found_across_lines_and_marks() {
    assert_eq!(
        found("# Waits for so\n# many s, (nobody's), or\n/// fails of \\\n  itself.").len(),
        3
    );
    assert!(found("somebodyelse, so, then many; of it, itself").is_empty());
}
