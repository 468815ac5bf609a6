//! Joins a file and those that it extends into one tree: each is read once, and laid over the one
//! before.

use super::merge::{BY_ID, id_of, merge};
use crate::diagnostic::{Diagnostic, UNREADABLE};
use crate::files::{Files, Location};
use crate::no_effect::layers;
use crate::source::{Origin, SourceText, Sources};
use crate::tree::{self, Table, Value};
use std::collections::BTreeMap;

/// Reads a file with everything that it extends.
pub(crate) fn file(
    location: &Location,
    files: &Files,
    sources: &mut Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Table> {
    let (open, read) = (Vec::new(), BTreeMap::new());
    let mut joining = Joining { files, sources, mistakes, open, read, named: 0, laid: 0 };
    joining.with_bases(location, None)
}

/// Deepest chain of `extends`: each file is read within the one that names it.
const DEEPEST_BASE: usize = 64;

/// Most files of a scenario, counted as often as they are named: each is laid over another.
const MOST_BASES: usize = 256;

/// Most values laid over others, those of each file counted as often as it is named.
const MOST_LAID: usize = 1_000_000;

/// A scenario joined from files.
struct Joining<'a> {
    files: &'a Files,
    sources: &'a mut Sources,
    mistakes: &'a mut Vec<Diagnostic>,
    /// The files being read, each named by the one before.
    open: Vec<Location>,
    /// The results of files read so far, so that each is read once.
    read: BTreeMap<Location, Option<Table>>,
    /// Number of named files so far.
    named: usize,
    /// Number of values laid over others so far.
    laid: usize,
}

impl Joining<'_> {
    fn complain(&mut self, diagnostic: Diagnostic, named_at: Option<Origin>) {
        self.mistakes.push(match named_at {
            Some(origin) => diagnostic.at(self.sources, origin),
            None => diagnostic,
        });
    }

    fn with_bases(&mut self, location: &Location, named_at: Option<Origin>) -> Option<Table> {
        if let Some(read) = self.read.get(location) {
            return read.clone();
        }
        let shown = location.shown();
        let text = match self.files.read(location) {
            Ok(text) => text,
            Err(reason) => {
                let message = format!("`{shown}` cannot be read: {reason}");
                self.complain(Diagnostic::error(UNREADABLE, message), named_at);
                return None;
            }
        };
        let identity = location.identity();
        if self.open.contains(&identity) {
            let message = format!("`{shown}` extends itself");
            self.complain(Diagnostic::error("extends-cycle", message), named_at);
            return None;
        }
        self.open.push(identity);
        let joined = self.joined(SourceText::of_file(location, text));
        self.open.pop();
        self.read.insert(location.clone(), joined.clone());
        joined
    }

    /// A file laid over those that it extends.
    fn joined(&mut self, source: SourceText) -> Option<Table> {
        let Value::Table(mut own) = tree::parse(self.sources, source, self.mistakes).value else {
            return None;
        };
        check_ids(&own, self.sources, self.mistakes);
        let mut merged = Table::new();
        for (base, origin) in bases(&mut own, self.sources, self.mistakes) {
            if !self.may_name_one_more(origin) {
                break;
            }
            let base = self.sources.beside(origin, &base);
            if let Some(base) = self.with_bases(&base, Some(origin)) {
                self.laid += tree::count(&base);
                merge(&mut merged, base, true);
            }
        }
        // Repetitions in lower files are not reported.
        if self.open.len() == 1 {
            self.mistakes.extend(layers::notes(&merged, &own, self.sources));
        }
        merge(&mut merged, own, true);
        Some(merged)
    }

    /// Whether one more base, named at `origin`, may be read.
    fn may_name_one_more(&mut self, origin: Origin) -> bool {
        self.named += 1;
        let message = if self.open.len() > DEEPEST_BASE {
            format!("more than {DEEPEST_BASE} files extend each other, one the next")
        } else if self.named > MOST_BASES {
            format!("`extends` names more than {MOST_BASES} files, in all")
        } else if self.laid > MOST_LAID {
            format!("files that are extended have more than {MOST_LAID} values, in all")
        } else {
            return true;
        };
        self.complain(Diagnostic::error("too-many-bases", message), Some(origin));
        false
    }
}

/// Removes `scenario.extends` from a file's table.
fn bases(
    own: &mut Table,
    sources: &Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<(String, Origin)> {
    let Some(Value::Table(scenario)) = own.get_mut("scenario").map(|entry| &mut entry.item.value)
    else {
        return Vec::new();
    };
    let Some(entry) = scenario.remove("extends") else {
        return Vec::new();
    };
    let items = match entry.item.value {
        Value::Array(items) => items,
        _ => vec![entry.item],
    };
    let mut out = Vec::new();
    for item in items {
        match item.value {
            Value::Text(name) => out.push((name, item.origin)),
            _ => mistakes.push(
                Diagnostic::error(
                    "wrong-type",
                    format!("a file name is due here, not {}", item.kind()),
                )
                .at(sources, item.origin),
            ),
        }
    }
    out
}

fn check_ids(own: &Table, sources: &Sources, mistakes: &mut Vec<Diagnostic>) {
    for list in BY_ID {
        let Some(Value::Array(items)) = own.get(list).map(|entry| &entry.item.value) else {
            continue;
        };
        let mut seen: BTreeMap<&str, Origin> = BTreeMap::new();
        for (id, origin) in items.iter().filter_map(id_of) {
            if let Some(first) = seen.insert(id, origin) {
                let place = sources.short(first);
                mistakes.push(
                    Diagnostic::error(
                        "duplicate-id",
                        format!("a {list} with id `{id}` was there before"),
                    )
                    .at(sources, origin)
                    .help(format!("the first is at {place}")),
                );
            }
        }
    }
}
