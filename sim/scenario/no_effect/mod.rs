//! Notes on settings without effect: `no effect: nothing visits this disk`.
//!
//! ```text
//! keys that only another key makes effective   rows.rs       one table: the key, its condition, and why
//! values over equal ones, in a layer           layers.rs     a file over those that it extends
//! `--set` that changes nothing                 sets.rs       the world with it and the world without
//! ```
//! Settings in stack files are for Docker, and those in extended files also for other scenarios: both
//! get no notes. A setting that some study uses has an effect: a start-up time acts in `failures`.

pub(crate) mod layers;
mod note;
mod rows;
mod seen;
pub(crate) mod sets;
#[cfg(test)]
mod tests;

use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::renewal;
use crate::source::{Origin, Sources};
use crate::tree::{Item, Table, Value};
pub(crate) use note::CODE;
use note::note;
use rows::IdleRow;
pub(crate) use rows::ROWS;
use seen::{Seen, WrittenKey};
use std::collections::BTreeSet;
use wssim_experiment::migrate::plan::PlannedPhase;
use wssim_model::Blueprint;
use wssim_model::blueprint::Work;

/// Most places with the same key and separate notes.
const TOLD_APART: usize = 3;

/// Every key of `merged` that lacks the key that makes it effective.
pub(crate) fn notes(
    document: &Document,
    blueprint: &Blueprint,
    phases: &[PlannedPhase],
    merged: &Table,
    sources: &Sources,
) -> Vec<Diagnostic> {
    let names: Vec<&str> = document.services.keys().map(String::as_str).collect();
    let renewed = renewal::all(document).into_iter().map(|at| names[at]).collect();
    let (carried, stopped) = (carried(phases), stopped(phases));
    let seen = Seen { document, blueprint, renewed, carried, stopped };
    let mut walk = Walk { seen, sources, found: Vec::new() };
    walk.table(merged, &[]);
    let mut out = Vec::new();
    for row in ROWS {
        let of_row = walk.found.iter().filter(|(of, _)| std::ptr::eq(*of, row));
        let places: Vec<Origin> = of_row.map(|(_, origin)| *origin).collect();
        if let ([first, rest @ ..], true) = (places.as_slice(), places.len() > TOLD_APART) {
            let why = format!("{}, here and in {} places more", row.why, rest.len());
            out.push(note(&why, sources, *first));
        } else {
            out.extend(places.into_iter().map(|origin| note(row.why, sources, origin)));
        }
    }
    out
}

/// The nodes whose disks steps of `phases` read or write, forward or back.
fn carried(phases: &[PlannedPhase]) -> BTreeSet<&str> {
    let mut out = BTreeSet::new();
    for phase in phases {
        for work in works(phase) {
            if let Work::Carry { there, back } = work {
                let disks = [there.read, there.write, back.read, back.write].into_iter().flatten();
                out.extend(disks.map(|id| phase.blueprint.nodes[id.index()].name.as_str()));
            }
        }
    }
    out
}

/// The services that steps of `phases` stop, forward or back.
fn stopped(phases: &[PlannedPhase]) -> BTreeSet<&str> {
    let mut out = BTreeSet::new();
    for phase in phases {
        for work in works(phase) {
            if let Work::Stop(ids) | Work::Start(ids) = work {
                out.extend(ids.iter().map(|id| phase.blueprint.service_of(*id).name.as_str()));
            }
        }
    }
    out
}

fn works(phase: &PlannedPhase) -> impl Iterator<Item = &Work> {
    let steps = phase.blueprint.procedure.iter().flat_map(|procedure| &procedure.steps);
    steps.map(|step| &step.work)
}

struct Walk<'a> {
    seen: Seen<'a>,
    sources: &'a Sources,
    found: Vec<(&'static IdleRow, Origin)>,
}

impl<'a> Walk<'a> {
    fn table(&mut self, table: &'a Table, path: &[&'a str]) {
        for (key, entry) in table {
            let path = [path, &[key.as_str()]].concat();
            self.key(table, &entry.item, entry.key, &path);
            self.below(&entry.item, &path);
        }
    }

    fn below(&mut self, item: &'a Item, path: &[&'a str]) {
        match &item.value {
            Value::Table(table) => self.table(table, path),
            Value::Array(items) => {
                let path = &path[..path.len().min(within_steps(path))];
                for item in items {
                    self.below(item, path);
                }
            }
            _ => {}
        }
    }

    fn key(&mut self, table: &'a Table, item: &'a Item, key: Origin, path: &[&'a str]) {
        // An extended file is shared by several scenarios.
        if !self.sources.is_own(key) && !self.sources.is_of_stack(key) {
            return;
        }
        let is_ours = !self.sources.is_of_stack(key);
        for row in ROWS.iter().filter(|row| is_ours || !row.is_of_compose) {
            let Some(names) = row.names(path) else { continue };
            if (row.is_idle)(&self.seen, &WrittenKey { table, item, names }) {
                self.found.push((row, key));
            }
        }
    }
}

/// The length of a path, with nested steps counted as steps.
fn within_steps(path: &[&str]) -> usize {
    match path {
        ["service", _, "endpoint", _, "steps", ..] => 5,
        _ => path.len(),
    }
}

impl IdleRow {
    /// The names for its `*`, if it matches the key at `path`.
    fn names<'p>(&self, path: &[&'p str]) -> Option<Vec<&'p str>> {
        // Compares the key first: most rows differ there.
        if !self.path.ends_with('*') && !self.path.ends_with(path.last()?) {
            return None;
        }
        let (mut own, mut names) = (self.path.split('.'), Vec::new());
        for key in path {
            match own.next()? {
                "*" => names.push(*key),
                own if own == *key => {}
                _ => return None,
            }
        }
        own.next().is_none().then_some(names)
    }
}
