//! Dependencies among the files of a crate, and their cycles: as far as rules of style need it.
//!
//! An item belongs to the file that defines it, also if re-exported: `pub use child::Item` in a parent
//! does not use the child, but `parent::Item` does. Naming a module does not use its file, naming an
//! item in it does.

use std::collections::{BTreeMap, BTreeSet};

/// A path from the root of the crate.
type Path = Vec<String>;

/// A file of a crate.
struct File {
    /// Its path.
    name: String,
    /// Names in its `use` declarations, and their paths.
    names: BTreeMap<String, Path>,
    /// Those that are re-exported.
    passed_on: BTreeSet<String>,
    /// The rest of its code.
    rest: String,
}

/// The files of a crate, by their modules.
pub(crate) struct Crate(BTreeMap<Path, File>);

impl Crate {
    /// Made of the names of the files below its folder, such as `memory/mod.rs`, and their code.
    pub(crate) fn of(files: &[(String, String)]) -> Self {
        let paths: BTreeSet<Path> = files.iter().map(|(name, _)| module(name)).collect();
        let file = |(name, code): &(String, String)| {
            let path = module(name);
            (path.clone(), File::of(name, &path, code, &paths))
        };
        Self(files.iter().map(file).collect())
    }

    /// Each cycle: its files in the order of names, with what they use of each other.
    pub(crate) fn circles(&self) -> Vec<String> {
        let uses: BTreeMap<&Path, BTreeSet<&Path>> =
            self.0.iter().map(|(path, file)| (path, self.used_by(path, file))).collect();
        let reached: BTreeMap<&Path, BTreeSet<&Path>> =
            uses.keys().map(|path| (*path, reached(path, &uses))).collect();
        let mut circles: Vec<String> = Vec::new();
        let mut told: BTreeSet<&Path> = BTreeSet::new();
        for path in self.0.keys() {
            if !reached[path].contains(path) || told.contains(path) {
                continue;
            }
            let is_in =
                |other: &&&Path| reached[path].contains(**other) && reached[**other].contains(path);
            let all: Vec<&Path> = uses.keys().filter(is_in).copied().collect();
            let name = |path: &Path| self.0[path].name.clone();
            let arrows = all.iter().flat_map(|from| {
                let to = uses[*from].iter().filter(|to| all.contains(to));
                to.map(move |to| format!("{} → {}", name(from), name(to)))
            });
            circles.push(arrows.collect::<Vec<_>>().join(", "));
            told.extend(all);
        }
        circles
    }

    /// The files that `file` uses.
    fn used_by<'c>(&'c self, path: &Path, file: &File) -> BTreeSet<&'c Path> {
        let named = file.names.iter().filter(|(name, of)| {
            let is_below = of.starts_with(path);
            !(is_below && file.passed_on.contains(*name)) || says(&file.rest, name)
        });
        let inline = paths_in(&file.rest).into_iter().filter_map(|said| {
            let known = file.names.get(&said[0]).cloned();
            let first = known.or_else(|| {
                let child = [&path[..], &said[..1]].concat();
                self.0.contains_key(&child).then_some(child)
            });
            match first {
                Some(first) => Some([&first[..], &said[1..]].concat()),
                None => absolute(path, &said),
            }
        });
        let all: BTreeSet<Path> = named.map(|(_, of)| of.clone()).chain(inline).collect();
        all.iter().filter_map(|of| self.home(of, 0)).filter(|home| *home != path).collect()
    }

    /// The file that defines the item; `None` for a module, or an item of another crate.
    fn home(&self, of: &[String], passes: usize) -> Option<&Path> {
        let known = (0..=of.len()).rev().find_map(|end| self.0.get_key_value(&of[..end]));
        let (path, file) = known?;
        let item = of.get(path.len())?;
        match file.names.get(item).filter(|_| file.passed_on.contains(item)) {
            Some(elsewhere) if passes < 8 => {
                let further = [&elsewhere[..], &of[path.len() + 1..]].concat();
                self.home(&further, passes + 1)
            }
            _ => Some(path),
        }
    }
}

impl File {
    fn of(name: &str, path: &Path, code: &str, modules: &BTreeSet<Path>) -> Self {
        let mut file = Self {
            name: name.to_owned(),
            names: BTreeMap::new(),
            passed_on: BTreeSet::new(),
            rest: String::new(),
        };
        let mut rest = code;
        while let Some((before, is_public, tree, after)) = next_use(rest) {
            file.rest.push_str(before);
            for (said, name) in leaves(tree) {
                let child = [&path[..], &said[..1]].concat();
                let of = if modules.contains(&child) {
                    Some([&path[..], &said[..]].concat())
                } else {
                    absolute(path, &said)
                };
                if let Some(of) = of {
                    file.names.insert(name.clone(), of);
                    if is_public {
                        file.passed_on.insert(name);
                    }
                }
            }
            rest = after;
        }
        file.rest.push_str(rest);
        file.rest = without_modules(&file.rest);
        file
    }
}

/// The module of a file: `memory/mod.rs` and `memory.rs` are both `memory`, `lib.rs` and `main.rs` are the crate.
fn module(name: &str) -> Path {
    let mut path: Path = name.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if path.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        path.pop();
    }
    path
}

/// The path from the root for a path in `module`; `None` for another crate.
fn absolute(module: &[String], said: &[String]) -> Option<Path> {
    let above = said.iter().take_while(|part| *part == "super").count();
    match said[0].as_str() {
        "crate" => Some(said[1..].to_vec()),
        "self" => Some([module, &said[1..]].concat()),
        "super" => Some([&module[..module.len().checked_sub(above)?], &said[above..]].concat()),
        _ => None,
    }
}

/// The first `use` of formatted code: the text before it, whether it is public, its tree, and the text
/// after it.
fn next_use(code: &str) -> Option<(&str, bool, &str, &str)> {
    let mut at = 0;
    for line in code.split_inclusive('\n') {
        let said = line.trim_start();
        let begins = at + line.len() - said.len();
        let is_public = said.starts_with("pub");
        let tree = match said.strip_prefix("pub") {
            Some(public) => public.split_once(" use ").filter(|(scope, _)| {
                scope.is_empty() || (scope.starts_with('(') && scope.ends_with(')'))
            }),
            None => said.strip_prefix("use ").map(|tree| ("", tree)),
        };
        if let Some((_, tree)) = tree {
            let from = begins + said.len() - tree.len();
            let end = from + code[from..].find(';')?;
            return Some((&code[..begins], is_public, &code[from..end], &code[end + 1..]));
        }
        at += line.len();
    }
    None
}

/// A code without its `mod name;`: a declaration uses no item of the module.
fn without_modules(code: &str) -> String {
    let is_module = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        matches!(words.as_slice(), ["mod", _] | ["pub" | "pub(crate)" | "pub(super)", "mod", _])
            && line.ends_with(';')
    };
    code.lines().filter(|line| !is_module(line)).collect::<Vec<_>>().join("\n")
}

/// The paths of a tree such as `a::{b, c::{self, d as e}}`, and their names.
fn leaves(tree: &str) -> Vec<(Path, String)> {
    let tree = tree.trim();
    let Some((before, inside)) = tree.split_once('{') else {
        let (path, name) = match tree.split_once(" as ") {
            Some((path, name)) => (path, Some(name.trim().to_owned())),
            None => (tree, None),
        };
        let path: Path = path.split("::").map(|part| part.trim().to_owned()).collect();
        let name = name.or_else(|| path.last().cloned()).unwrap_or_default();
        return vec![(path, name)];
    };
    let prefix: Path = before
        .split("::")
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect();
    let inside = &inside[..inside.rfind('}').unwrap_or(inside.len())];
    let mut all = Vec::new();
    for part in parts(inside) {
        for (mut path, mut name) in leaves(part) {
            if path == ["self"] {
                path.clear();
                if name == "self" {
                    name = prefix.last().cloned().unwrap_or_default();
                }
            }
            all.push(([&prefix[..], &path[..]].concat(), name));
        }
    }
    all
}

/// The parts of a list separated by commas, without splitting inner brackets.
fn parts(list: &str) -> Vec<&str> {
    let (mut depth, mut from, mut all) = (0, 0, Vec::new());
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                all.push(&list[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    all.push(&list[from..]);
    all.into_iter().filter(|part| !part.trim().is_empty()).collect()
}

/// Paths of at least two parts in code, except visibilities (`pub(in …)`).
fn paths_in(code: &str) -> Vec<Path> {
    let mut all = Vec::new();
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | ':');
    for line in code.lines() {
        let line = line.split(" // ").next().unwrap_or_default();
        let line = match line.split_once("pub(in ") {
            Some((before, after)) => {
                before.to_owned() + after.split_once(')').map_or("", |(_, rest)| rest)
            }
            None => line.to_owned(),
        };
        for word in line.split(|character| !is_part(character)) {
            let path: Path = word.split("::").map(str::to_owned).collect();
            let is_path = path.len() > 1
                && path[..2].iter().all(|part| !part.is_empty() && !part.contains(':'));
            all.extend(is_path.then_some(path));
        }
    }
    all
}

/// Whether `code` contains the name `name`.
fn says(code: &str, name: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    code.split(|character| !is_part(character)).any(|word| word == name)
}

/// All files that the files used by `from` use, directly or not.
fn reached<'c>(from: &Path, uses: &BTreeMap<&'c Path, BTreeSet<&'c Path>>) -> BTreeSet<&'c Path> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&Path> = uses[from].iter().copied().collect();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(&uses[next]);
        }
    }
    reached
}

#[test]
fn circles_are_found_whichever_way_things_are_named() {
    let circles = |files: &[(&str, &str)]| {
        let owned = |(name, code): &(&str, &str)| ((*name).to_owned(), (*code).to_owned());
        Crate::of(&files.iter().map(owned).collect::<Vec<_>>()).circles()
    };
    let root = ("lib.rs", "mod a;\nmod b;\nmod c;\npub use a::A;\n");
    let b = ("b.rs", "use crate::c::C;\nstruct B(C);");
    let back = |c| circles(&[root, ("a.rs", "use crate::b::B;\npub struct A(B);"), b, ("c.rs", c)]);
    let due = ["a.rs → b.rs, b.rs → c.rs, c.rs → a.rs"];
    for c in [
        "use crate::a::A;\nstruct C(A);",
        "use crate::{\n    a::{self, A as Other},\n};\nstruct C(Other);",
        "struct C(super::a::A);",
        "use crate::A;\nstruct C(A);",
        "use crate::a;\nstruct C(a::A);",
    ] {
        assert_eq!(back(c), due, "{c}");
    }
    for c in [
        "use crate::a;\nstruct C;",
        "// a::A\nstruct C; // crate::a::A",
        "pub(in crate::a) struct C;",
    ] {
        assert_eq!(back(c), [""; 0], "{c}");
    }
    let family =
        |parent, child| circles(&[("lib.rs", "mod p;"), ("p/mod.rs", parent), ("p/q.rs", child)]);
    let uses_parent = "use super::Item;\npub struct Q(Item);";
    assert_eq!(family("mod q;\npub use q::Q;\npub struct Item;", uses_parent), [""; 0]);
    let uses_parent_too = "use super::Item;\npub fn q(_: Item) {}";
    assert_eq!(family("mod q;\npub use q::q;\npub struct Item;", uses_parent_too), [""; 0]);
    assert_eq!(
        family("mod q;\npub struct Item;\nfn f() {\n    q::g();\n}", "pub fn g() {}"),
        [""; 0]
    );
    for parent in [
        "mod q;\nuse q::Q;\npub struct Item;",
        "mod q;\npub use q::Q;\npub struct Item(Box<Q>);",
        "mod q;\npub struct Item;\nfn f() {\n    q::Q::new();\n}",
    ] {
        assert_eq!(
            family(parent, uses_parent),
            ["p/mod.rs → p/q.rs, p/q.rs → p/mod.rs"],
            "{parent}"
        );
    }
}
