//! The rows of the waterfall: stays by depth, equal ones in one row.

use std::collections::BTreeMap;
use wssim_experiment::trace::{Paint, RequestTrace, Stay, StayKind};

/// A stretch of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stroke {
    pub(super) paint: Paint,
    pub(super) start_ns: u64,
    pub(super) end_ns: u64,
}

/// A row: one stay, or several equal ones.
#[derive(Clone, Debug)]
pub(super) struct StayRow {
    pub(super) depth: usize,
    /// Service and endpoint, or the entry.
    pub(super) name: String,
    pub(super) node: String,
    /// Number of its stays.
    pub(super) times: usize,
    /// Whether they ran in parallel with others of their caller.
    pub(super) parallel: bool,
    /// `timeout`, `retry 1`, `late`.
    pub(super) notes: Vec<String>,
    pub(super) failed: bool,
    pub(super) start_ns: u64,
    /// From call to answer, all of them together.
    pub(super) took_ns: u64,
    pub(super) strokes: Vec<Stroke>,
}

/// The common properties of stays in one row, beside their callers.
type Alike<'a> = (&'a str, Option<&'a str>, Option<&'a str>, u16, Option<&'a str>, bool, bool);

/// All rows; with `all`, each stay has its own.
pub(super) fn rows(trace: &RequestTrace, all: bool) -> Vec<StayRow> {
    let mut children = vec![Vec::new(); trace.stays.len()];
    for (place, stay) in trace.stays.iter().enumerate() {
        if let Some(parent) = stay.parent {
            children[parent].push(place);
        }
    }
    let mut tree = Tree { stays: &trace.stays, children, all, rows: Vec::new() };
    if !trace.stays.is_empty() {
        tree.add(&[(0, false)], 0);
    }
    tree.rows
}

struct Tree<'a> {
    stays: &'a [Stay],
    children: Vec<Vec<usize>>,
    all: bool,
    rows: Vec<StayRow>,
}

impl<'a> Tree<'a> {
    /// Adds a row for `group` (places, and whether in parallel), and the rows of their calls.
    fn add(&mut self, group: &[(usize, bool)], depth: usize) {
        self.rows.push(self.row(group, depth));
        let mut below = Vec::new();
        for &(place, _) in group {
            self.calls(place, false, &mut below);
        }
        below.sort_by_key(|&(place, _)| (self.stays[place].sent_ns, place));
        for group in self.alike(&below) {
            self.add(&group, depth + 1);
        }
    }

    /// Adds the visits that `place` and its branches called.
    fn calls(&self, place: usize, parallel: bool, found: &mut Vec<(usize, bool)>) {
        for &child in &self.children[place] {
            if self.stays[child].kind == StayKind::Branch {
                self.calls(child, true, found);
            } else {
                found.push((child, parallel));
            }
        }
    }

    /// Whether the answer to `stay`, or its branch's end, was ignored.
    fn is_unheard(&self, stay: &Stay) -> bool {
        let branch = stay.parent.map(|parent| &self.stays[parent]);
        let branch = branch.filter(|parent| parent.kind == StayKind::Branch);
        stay.late || branch.is_some_and(|b| b.late && b.until_ns < stay.until_ns)
    }

    /// Groups of equal stays, in the order of their first.
    fn alike(&self, stays: &[(usize, bool)]) -> Vec<Vec<(usize, bool)>> {
        if self.all {
            return stays.iter().map(|stay| vec![*stay]).collect();
        }
        let mut group_of: BTreeMap<Alike<'a>, usize> = BTreeMap::new();
        let mut groups: Vec<Vec<(usize, bool)>> = Vec::new();
        for &(place, parallel) in stays {
            let stay = &self.stays[place];
            let key = (
                stay.service.as_str(),
                stay.endpoint.as_deref(),
                stay.node.as_deref(),
                stay.attempt,
                stay.failed,
                self.is_unheard(stay),
                parallel,
            );
            let group = *group_of.entry(key).or_insert(groups.len());
            if group == groups.len() {
                groups.push(Vec::new());
            }
            groups[group].push((place, parallel));
        }
        groups
    }

    fn row(&self, group: &[(usize, bool)], depth: usize) -> StayRow {
        let (first, parallel) = group[0];
        let stay = &self.stays[first];
        let mut strokes = Vec::new();
        for &(place, _) in group {
            self.draw(place, &mut strokes);
        }
        let stays = group.iter().map(|&(place, _)| &self.stays[place]);
        StayRow {
            depth,
            name: name(stay),
            node: stay.node.clone().unwrap_or_default(),
            times: group.len(),
            parallel,
            notes: notes(stay, self.is_unheard(stay)),
            failed: stay.failed.is_some(),
            start_ns: stay.sent_ns,
            took_ns: stays.map(|stay| stay.until_ns - stay.sent_ns).sum(),
            strokes,
        }
    }

    /// Adds the strokes of a stay and its branches.
    fn draw(&self, place: usize, strokes: &mut Vec<Stroke>) {
        let stay = &self.stays[place];
        let mut stroke = |paint, start_ns, end_ns| {
            if start_ns < end_ns {
                strokes.push(Stroke { paint, start_ns, end_ns });
            }
        };
        if stay.kind == StayKind::Visit {
            stroke(Paint::Travelling, stay.sent_ns, stay.start_ns);
            stroke(Paint::Travelling, stay.end_ns, stay.until_ns);
        }
        for part in &stay.parts {
            stroke(part.kind.paint(), part.start_ns, part.end_ns);
        }
        for &child in &self.children[place] {
            if self.stays[child].kind == StayKind::Branch {
                self.draw(child, strokes);
            }
        }
    }
}

/// `service.endpoint`, or the entry.
pub(super) fn name(stay: &Stay) -> String {
    match &stay.endpoint {
        Some(endpoint) => format!("{}.{endpoint}", stay.service),
        None => stay.service.clone(),
    }
}

fn notes(stay: &Stay, unheard: bool) -> Vec<String> {
    let retry = (stay.attempt > 0).then(|| format!("retry {}", stay.attempt));
    let late = unheard.then(|| "unheard".to_owned());
    retry.into_iter().chain(stay.failed.map(str::to_owned)).chain(late).collect()
}
