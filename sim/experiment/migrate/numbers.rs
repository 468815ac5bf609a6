//! The metrics of a migration, and their values in each replication.

use super::course;
use super::passage::Passage;
use super::plan::PlannedPhase;
use crate::metric::{ALL, MetricKind, MetricReader, OfMigrate, row_of, table};
use crate::question::MetricRef;
use crate::sample::{Sample, Share};

/// Labels of a metric.
pub(super) type NumberLabels = Vec<(&'static str, String)>;

/// The results of the phases of an arm.
pub(super) struct PhasesShown<'e> {
    pub(super) phases: &'e [PlannedPhase],
    /// By phase.
    pub(super) plain: Vec<&'e [Passage]>,
    /// By phase, for rollbacks after each step that changes something: the step, the place of the first
    /// step back, and the replications.
    pub(super) backs: Vec<Vec<(usize, usize, &'e [Passage])>>,
}

impl<'e> PhasesShown<'e> {
    /// Replications that all phases have, at most `most`.
    pub(super) fn replications(&self, most: usize) -> usize {
        self.plain.iter().map(|all| all.len()).min().unwrap_or(0).min(most)
    }

    /// Names of the entries.
    pub(super) fn entries(&self) -> impl Iterator<Item = &'e String> + use<'e> {
        let sources = self.phases.first().into_iter().flat_map(|phase| &phase.blueprint.sources);
        sources.map(|source| &source.name)
    }

    /// The value of `metric` in each of the first `most` replications; `None` if there is no such
    /// metric.
    pub(super) fn samples(&self, metric: &MetricRef, most: usize) -> Option<Vec<Sample>> {
        let MetricReader::Migrate(of) = row_of(&metric.name)?.reader else { return None };
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
                Some(ways_back(&done[..done.len().min(most)], *first))
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

    /// Start and end of each phase in a replication.
    pub(super) fn times(&self, n: usize) -> Vec<[f64; 2]> {
        let after: Vec<Vec<usize>> = self.phases.iter().map(|phase| phase.after.clone()).collect();
        let takes: Vec<f64> = self.plain.iter().map(|all| all[n].seconds).collect();
        course::times(&after, &takes)
    }

    /// All existing metrics, ordered by name and labels.
    pub(super) fn keys(&self) -> Vec<(&'static MetricKind, NumberLabels)> {
        let mut keys = Vec::new();
        for row in table() {
            if let MetricReader::Migrate(of) = row.reader {
                keys.extend(self.labels(of).into_iter().map(|labels| (&row.kind, labels)));
            }
        }
        keys
    }

    fn labels(&self, of: OfMigrate) -> Vec<NumberLabels> {
        let phase = |phase: &PlannedPhase| ("phase", phase.id.clone());
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
                let of = |one: &PlannedPhase| {
                    let nodes = one.blueprint.nodes.iter();
                    nodes
                        .map(|node| vec![("node", node.name.clone()), phase(one)])
                        .collect::<Vec<_>>()
                };
                self.phases.iter().flat_map(of).collect()
            }
            OfMigrate::Rollback => {
                let of = |(place, one): (usize, &PlannedPhase)| {
                    let step = |at: usize| ("step", one.steps[at].id.clone());
                    let backs = self.backs[place].iter();
                    backs.map(|(at, ..)| vec![phase(one), step(*at)]).collect::<Vec<_>>()
                };
                self.phases.iter().enumerate().flat_map(of).collect()
            }
        }
    }
}

/// Duration of the way back in each replication; it starts with the step at `first`. Empty if it starts
/// in none.
pub(super) fn ways_back(done: &[Passage], first: usize) -> Vec<Sample> {
    let all = || done.iter().map(|one| way_back(one, first));
    let unknown = match all().flatten().next() {
        Some(_) => Sample::Within(0.0, f64::INFINITY),
        None => Sample::Nothing,
    };
    all().map(|sample| sample.unwrap_or(unknown)).collect()
}

/// Its duration in one replication; `None` if it never starts.
fn way_back(one: &Passage, first: usize) -> Option<Sample> {
    if one.is_complete {
        let takes = one.begins.get(first).zip(one.ends.last()).map(|(begins, ends)| ends - begins);
        // There may be nothing to undo.
        return Some(Sample::Value(takes.unwrap_or(0.0)));
    }
    let begins = *one.ends[..first.min(one.ends.len())].last()?;
    // At least the observed time.
    let least = (one.seconds - begins).max(0.0);
    (!begins.is_nan()).then_some(Sample::Within(least, f64::INFINITY))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One replication with 2 s forward, and a way back.
    fn passage(back: f64, seconds: f64) -> Passage {
        Passage {
            is_complete: !back.is_nan(),
            begins: vec![0.0, 2.0],
            ends: vec![2.0, 2.0 + back],
            seconds,
            in_window: 0.0,
            effort: 0.0,
            downtime: Vec::new(),
            is_down: Vec::new(),
            memory: Vec::new(),
            cpu: Vec::new(),
            events: 0,
            requests: 0,
            simulated_seconds: 0.0,
        }
    }

    #[test]
    fn a_way_back_that_does_not_end_takes_as_long_as_it_was_looked_at() {
        let [ended, endless] = [passage(4.0, 6.0), passage(f64::NAN, 3602.0)];
        let within = Sample::Within(3600.0, f64::INFINITY);
        assert_eq!(ways_back(&[ended, endless], 1), [Sample::Value(4.0), within]);
    }

    #[test]
    fn of_a_way_back_that_never_begins_nothing_is_known() {
        let mut never = passage(f64::NAN, 3602.0);
        never.ends[0] = f64::NAN;
        assert_eq!(ways_back(&[never.clone()], 1), [Sample::Nothing]);
        let within = Sample::Within(0.0, f64::INFINITY);
        assert_eq!(ways_back(&[passage(4.0, 6.0), never], 1), [Sample::Value(4.0), within]);
    }
}
