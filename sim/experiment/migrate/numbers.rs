//! The metrics of a migration: which there are, and what each replication shows of them.

use super::course;
use super::passage::Passage;
use super::plan::Phase;
use crate::metric::{ALL, MetricKind, OfMigrate, Reader, row_of, table};
use crate::question::MetricRef;
use crate::sample::{Sample, Share};

/// Labels of a metric.
pub(super) type Labels = Vec<(&'static str, String)>;

/// What the phases of an arm have shown.
pub(super) struct Shown<'e> {
    pub(super) phases: &'e [Phase],
    /// By phase.
    pub(super) plain: Vec<&'e [Passage]>,
    /// By phase: of rollbacks after each step that changes something, the step, where the way back begins among
    /// what was done, and the replications.
    pub(super) backs: Vec<Vec<(usize, usize, &'e [Passage])>>,
}

impl<'e> Shown<'e> {
    /// Replications that all phases have, of `most`.
    pub(super) fn replications(&self, most: usize) -> usize {
        self.plain.iter().map(|all| all.len()).min().unwrap_or(0).min(most)
    }

    /// Names of the entries.
    pub(super) fn entries(&self) -> impl Iterator<Item = &'e String> + use<'e> {
        let sources = self.phases.first().into_iter().flat_map(|phase| &phase.blueprint.sources);
        sources.map(|source| &source.name)
    }

    /// What `metric` is in each of the first `most` replications; `None`: there is no such metric.
    pub(super) fn samples(&self, metric: &MetricRef, most: usize) -> Option<Vec<Sample>> {
        let Reader::Migrate(of) = row_of(&metric.name)?.reader else { return None };
        let label = |name: &str| metric.labels.get(name).map(String::as_str);
        let phase = match label("phase") {
            None | Some(ALL) => None,
            Some(id) => Some(self.phases.iter().position(|phase| phase.id == id)?),
        };
        let all = 0..self.replications(most);
        match of {
            OfMigrate::Effort => Some(all.map(|n| Sample::Value(self.effort(n))).collect()),
            OfMigrate::Length => Some(all.map(|n| self.length(phase, n)).collect()),
            OfMigrate::Downtime => {
                let at = self.entries().position(|name| Some(name.as_str()) == label("entry"))?;
                Some(all.map(|n| Sample::Value(self.downtime(phase, at, n))).collect())
            }
            OfMigrate::Window => {
                let place = phase?;
                let window = self.phases[place].window?.seconds();
                let is_within = |one: &Passage| one.is_complete && one.in_window <= window;
                let share = |n: usize| f64::from(u8::from(is_within(&self.plain[place][n])));
                let share = |n: usize| Sample::Share(Share::of_count(share(n), 1.0));
                Some(all.map(share).collect())
            }
            OfMigrate::Memory | OfMigrate::Cpu => {
                let place = phase?;
                let mut nodes = self.phases[place].blueprint.nodes.iter();
                let at = nodes.position(|node| Some(node.name.as_str()) == label("node"))?;
                let peak = |one: &Passage| {
                    if of == OfMigrate::Memory { one.memory[at] } else { one.cpu[at] }
                };
                Some(all.map(|n| Sample::Value(peak(&self.plain[place][n]))).collect())
            }
            OfMigrate::Rollback => {
                let place = phase?;
                let step = label("step")?;
                let is_it = |(at, ..): &&(usize, usize, &[Passage])| {
                    self.phases[place].steps[*at].id == step
                };
                let (_, first, done) = self.backs[place].iter().find(is_it)?;
                Some(done.iter().take(most).map(|one| way_back(one, *first)).collect())
            }
        }
    }

    fn effort(&self, n: usize) -> f64 {
        self.plain.iter().map(|all| all[n].effort).sum()
    }

    fn downtime(&self, phase: Option<usize>, entry: usize, n: usize) -> f64 {
        match phase {
            Some(place) => self.plain[place][n].downtime[entry],
            None => self.plain.iter().map(|all| all[n].downtime[entry]).sum(),
        }
    }

    fn length(&self, phase: Option<usize>, n: usize) -> Sample {
        let (seconds, is_complete) = if let Some(place) = phase {
            (self.plain[place][n].seconds, self.plain[place][n].is_complete)
        } else {
            (course::end(&self.times(n)), self.plain.iter().all(|all| all[n].is_complete))
        };
        if is_complete { Sample::Value(seconds) } else { Sample::Within(seconds, f64::INFINITY) }
    }

    /// When each phase begins and ends in a replication.
    pub(super) fn times(&self, n: usize) -> Vec<[f64; 2]> {
        let after: Vec<Vec<usize>> = self.phases.iter().map(|phase| phase.after.clone()).collect();
        let takes: Vec<f64> = self.plain.iter().map(|all| all[n].seconds).collect();
        course::times(&after, &takes)
    }

    /// All metrics that there are, in the order of names and labels.
    pub(super) fn keys(&self) -> Vec<(&'static MetricKind, Labels)> {
        let mut keys = Vec::new();
        for row in table() {
            if let Reader::Migrate(of) = row.reader {
                keys.extend(self.labels(of).into_iter().map(|labels| (&row.kind, labels)));
            }
        }
        keys
    }

    fn labels(&self, of: OfMigrate) -> Vec<Labels> {
        let phase = |phase: &Phase| ("phase", phase.id.clone());
        let all = ("phase", ALL.to_owned());
        let phases = || self.phases.iter().map(phase);
        match of {
            OfMigrate::Effort => vec![Vec::new()],
            OfMigrate::Length => phases().chain([all]).map(|one| vec![one]).collect(),
            OfMigrate::Window => {
                let has = self.phases.iter().filter(|phase| phase.window.is_some());
                has.map(|one| vec![phase(one)]).collect()
            }
            OfMigrate::Downtime => {
                let of = |entry: &String| {
                    let entry = ("entry", entry.clone());
                    let phases = phases().chain([all.clone()]);
                    phases.map(|one| vec![entry.clone(), one]).collect::<Vec<_>>()
                };
                self.entries().flat_map(of).collect()
            }
            OfMigrate::Memory | OfMigrate::Cpu => {
                let of = |one: &Phase| {
                    let nodes = one.blueprint.nodes.iter();
                    nodes
                        .map(|node| vec![("node", node.name.clone()), phase(one)])
                        .collect::<Vec<_>>()
                };
                self.phases.iter().flat_map(of).collect()
            }
            OfMigrate::Rollback => {
                let of = |(place, one): (usize, &Phase)| {
                    let step = |at: usize| ("step", one.steps[at].id.clone());
                    let backs = self.backs[place].iter();
                    backs.map(|(at, ..)| vec![phase(one), step(*at)]).collect::<Vec<_>>()
                };
                self.phases.iter().enumerate().flat_map(of).collect()
            }
        }
    }
}

/// How long the way back takes that begins with the step at `first`.
pub(super) fn way_back(one: &Passage, first: usize) -> Sample {
    let last = one.ends.len().checked_sub(1);
    match (one.begins.get(first), last) {
        (Some(begins), Some(last)) if one.is_complete => Sample::Value(one.ends[last] - begins),
        // Nothing has to be undone.
        (None, _) if one.is_complete => Sample::Value(0.0),
        _ => Sample::Within(0.0, f64::INFINITY),
    }
}
