//! One name a thing.

use crate::tidy::{code, files_below, is_for_tests, shown};
use std::collections::BTreeMap;

/// Names that several types have, where their files lie, and why.
const SHARED: [(&str, &str, &str); 2] = [
    ("Args", "sim/cli/", "the arguments of each command, a module a command: `run::Args`"),
    ("Event", "sim/", "the kernel's trait, and what a world and a history have of it"),
];

/// The type that a line of code declares, if other files may use it.
fn declared(line: &str) -> Option<&str> {
    let public = line.trim_start().strip_prefix("pub")?;
    let words = match public.strip_prefix('(') {
        Some(scope) => scope.split_once(')')?.1,
        None => public,
    };
    let (kind, rest) = words.trim_start().split_once(' ')?;
    let end = rest.find(|sign: char| !sign.is_alphanumeric()).unwrap_or(rest.len());
    ["struct", "enum", "trait"].contains(&kind).then_some(&rest[..end])
}

/// The files that declare a type of each name.
fn types() -> BTreeMap<String, Vec<String>> {
    let mut types: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let files =
        ["sim", "reports", "bench"].into_iter().flat_map(|folder| files_below(folder, "rs"));
    for path in files.filter(|path| !is_for_tests(path)) {
        for name in code(&path).lines().filter_map(declared) {
            types.entry(name.to_owned()).or_default().push(shown(&path));
        }
    }
    types
}

/// Who meets a name should not have to ask which of several things it is, and who looks for it should find one: a
/// module is seen where a type is imported, and nowhere that it is used. So the second `Options` is the
/// `SweepOptions`. What only its own file names may be called as that file likes.
#[test]
fn no_two_types_have_one_name() {
    let types = types();
    for (name, files) in types.iter().filter(|(_, files)| files.len() > 1) {
        let is_shared = SHARED.iter().any(|(shared, folder, _)| {
            shared == name && files.iter().all(|file| file.starts_with(folder))
        });
        assert!(
            is_shared,
            "`{name}` is a type in each of {}: keep it for the one that it says most about, and give the others \
             the noun of their field",
            files.join(", ")
        );
    }
    for (name, ..) in SHARED {
        let is_needed = types.get(name).is_some_and(|files| files.len() > 1);
        assert!(is_needed, "`{name}` is one type now: take it off the list in tests/names.rs");
    }
}
