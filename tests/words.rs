//! Banned words in the texts for users (documents, help, messages, shipped scenarios) and in comments.

use crate::literals;
use crate::tidy::{code, files_below, is_for_tests, root, shown};
use std::fs;
use std::path::Path;

/// Words and phrases with a plain replacement: "a user", "no caller", "that many calls", "by itself", "zero",
/// "that often", "the result".
const BANNED: [&str; 13] = [
    "whoever",
    "nobody",
    "anybody",
    "somebody",
    "everybody",
    "nought",
    "so many",
    "so often",
    "of itself",
    "no try",
    "what there is of",
    "it is looked",
    "stands there",
];

/// Phrases that comments replace, too: by the noun ("the load of", "the record of", "the outcome of"), "about",
/// or "for lack of".
const BANNED_IN_COMMENTS: [&str; 14] = [
    "nothing of it",
    "for want of",
    "became of",
    "told of",
    "said of",
    "known of",
    "heard of",
    "hears of",
    "speaks of",
    "was heard",
    "what is told",
    "what is asked",
    "what is said",
    "what is due",
];

/// Folders whose comments are not checked yet.
const LEFT_OUT: [&str; 0] = [];

/// Literals that a bug or an attribute says.
const OF_BUGS: [&str; 6] = ["assert!", "assert_eq!", "assert_ne!", "unreachable!", "expect", "#"];

/// The phrases of `banned` in `text`, each with its surroundings. A line may end within one, and the next
/// begin with a mark of comments.
fn found(text: &str, banned: &[&str]) -> Vec<String> {
    let lines = text.lines().map(|line| line.trim_start().trim_start_matches(['#', '/', '!']));
    let lines: Vec<&str> = lines.map(|line| line.trim_end_matches('\\')).collect();
    let words: Vec<&str> = lines.iter().flat_map(|line| line.split_whitespace()).collect();
    let mut found = Vec::new();
    for at in 0..words.len() {
        if banned.iter().any(|phrase| starts_with(&words[at..], phrase)) {
            found.push(words[at.saturating_sub(5)..words.len().min(at + 6)].join(" "));
        }
    }
    found
}

/// Whether `words` start with `phrase`, without a sign between its words.
fn starts_with(words: &[&str], phrase: &str) -> bool {
    let bare = |word: &str| {
        let word = word.split('\'').next().unwrap_or_default().to_lowercase();
        word.trim_matches(|one: char| !one.is_alphanumeric()).to_owned()
    };
    let phrase: Vec<&str> = phrase.split(' ').collect();
    let Some(words) = words.get(..phrase.len()) else { return false };
    let is_joined = |word: &&str| word.ends_with(char::is_alphanumeric);
    words.iter().map(|word| bare(word)).eq(phrase.iter().copied())
        && words[..words.len() - 1].iter().all(is_joined)
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

/// The comments of a file, one text for each block of lines.
fn comments(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let blocks = lines.chunk_by(|a, b| a.starts_with("//") == b.starts_with("//"));
    blocks.filter(|block| block[0].starts_with("//")).map(|block| block.join("\n")).collect()
}

/// Asserts that no text, each with the name of its file, contains a phrase of `banned`.
fn assert_free(texts: &[(String, String)], banned: &[&str]) {
    let lines: Vec<String> = texts
        .iter()
        .flat_map(|(name, text)| {
            found(text, banned).into_iter().map(move |words| format!("{name}: {words}"))
        })
        .collect();
    assert!(
        lines.is_empty(),
        "{} of {banned:?}: name who, or how many\n{}",
        lines.len(),
        lines.join("\n")
    );
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
    assert_free(&read, &BANNED);
}

#[test]
fn comments_say_who_and_how_many() {
    let banned = [&BANNED[..], &BANNED_IN_COMMENTS].concat();
    let mut read = Vec::new();
    for folder in ["sim", "reports", "bench", "tests"] {
        for path in files_below(folder, "rs") {
            let name = shown(&path);
            if !LEFT_OUT.iter().any(|left_out| name.starts_with(left_out)) {
                read.extend(comments(&path).into_iter().map(|text| (name.clone(), text)));
            }
        }
    }
    assert_free(&read, &banned);
}

#[test]
fn words_are_found_across_lines_and_marks() {
    assert_eq!(
        found("# Waits for so\n# many s, (nobody's), or\n/// fails of \\\n  itself.", &BANNED)
            .len(),
        3
    );
    let free = "somebodyelse, so, then many; of it, itself; so, many; what there is, of";
    assert!(found(free, &BANNED).is_empty());
}
