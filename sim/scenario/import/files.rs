//! Groups files into stacks: a file that only changes services of those before it is laid over them, as
//! in `docker stack deploy -c base.yml -c more.yml`; any other is a new stack.

use crate::diagnostic::Diagnostic;
use crate::tree::Table;
use std::path::{Path, PathBuf};

/// The files of one stack, and their contents.
pub(super) struct Together {
    pub(super) paths: Vec<PathBuf>,
    pub(super) roots: Vec<Table>,
}

/// The files by stack, in the given order, and notes on those laid over others.
pub(super) fn together(files: Vec<(PathBuf, Table)>) -> (Vec<Together>, Vec<Diagnostic>) {
    let mut out: Vec<Together> = Vec::new();
    let mut told = Vec::new();
    for (path, root) in files {
        match out.iter_mut().find(|below| changes(&path, &root, below)) {
            Some(below) => {
                told.push(laid(&path, &below.paths[0]));
                below.paths.push(path);
                below.roots.push(root);
            }
            None => out.push(Together { paths: vec![path], roots: vec![root] }),
        }
    }
    (out, told)
}

fn laid(path: &Path, below: &Path) -> Diagnostic {
    let (over, base) = (path.display(), below.display());
    let message = format!(
        "`{over}` is laid over `{base}`, as `docker stack deploy -c {base} -c {over}` does"
    );
    Diagnostic::warning("laid-over", message).help(
        "files that are stacks of their own are imported alone, or have an image for each service",
    )
}

fn services(root: &Table) -> Option<&Table> {
    root.get("services")?.item.table()
}

/// Whether the file only changes `below`: it has no service; or changes one there without an own image;
/// or only those, and its name is that of an override.
fn changes(path: &Path, root: &Table, below: &Together) -> bool {
    let Some(own) = services(root).filter(|own| !own.is_empty()) else { return true };
    let has = |name: &String| {
        below.roots.iter().filter_map(services).any(|services| services.contains_key(name))
    };
    let has_image = |name: &String| {
        let service = own[name].item.table();
        service.is_some_and(|it| it.contains_key("image") || it.contains_key("build"))
    };
    let is_within = own.keys().all(has);
    own.keys().any(|name| has(name) && !has_image(name))
        || (is_within && is_named_as_override(path, &below.paths[0]))
}

/// `override.yml`, `shop.override.yml`, or `shop.production.yml` beside `shop.yml`.
fn is_named_as_override(path: &Path, base: &Path) -> bool {
    let stem = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    let (own, base_stem) = (stem(path), stem(base));
    let is_variant = own.strip_prefix(&base_stem).is_some_and(|rest| rest.starts_with(['.', '-']));
    path.parent() == base.parent() && (own.contains("override") || is_variant)
}

/// A name for each stack: that of its first file, or of that file's folder if two files have the same
/// name.
pub(super) fn names(stacks: &[Together]) -> Vec<String> {
    let text =
        |name: Option<&std::ffi::OsStr>| name.unwrap_or_default().to_string_lossy().into_owned();
    let stem = |stack: &Together| text(stack.paths[0].file_stem());
    let mut out: Vec<String> = Vec::new();
    for stack in stacks {
        let own = stem(stack);
        let is_alone = stacks.iter().filter(|other| stem(other) == own).count() == 1;
        let folder = stack.paths[0].canonicalize().ok();
        let folder = folder.and_then(|path| Some(text(path.parent()?.file_name())));
        let plain = folder.filter(|folder| !is_alone && !folder.is_empty()).unwrap_or(own);
        let numbered = (2..).map(|number| format!("{plain}-{number}"));
        let mut free = std::iter::once(plain.clone()).chain(numbered);
        out.push(free.find(|name| !out.contains(name)).unwrap_or(plain.clone()));
    }
    out
}
