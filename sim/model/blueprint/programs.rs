//! Programs of endpoints, and what can be told from them without running one.

use super::{Blueprint, Instruction};
use crate::ids::ServiceId;

impl Blueprint {
    /// Whether a visit to `service` may use a disk that takes time.
    #[must_use]
    pub fn uses_disk(&self, service: ServiceId) -> bool {
        let has_disk = |c: u32| {
            let node = self.containers[c as usize].node;
            self.nodes[node.index()].disk.is_some()
        };
        let containers = &self.services[service.index()].containers;
        containers.clone().any(has_disk)
            && (0..self.endpoints.len()).any(|place| {
                self.endpoints[place].service == service
                    && self
                        .program_of(place)
                        .iter()
                        .any(|i| matches!(i, Instruction::Disk { .. } | Instruction::Read { .. }))
            })
    }

    /// The instructions of the endpoint at `place`.
    #[must_use]
    pub fn program_of(&self, place: usize) -> &[Instruction] {
        let first = self.endpoints[place].start.index();
        let end = self.endpoints.get(place + 1).map_or(self.program.len(), |e| e.start.index());
        &self.program[first..end]
    }

    /// Endpoints that the endpoint at `place` needs, by place: not those of caches, nor those of parallel
    /// branches that may fail.
    #[must_use]
    pub fn needed_calls(&self, place: usize) -> Vec<usize> {
        self.needs(place, 0.0).calls
    }

    /// The calls that the endpoint at `place` needs. Calls made in at most the share `rarely` of visits are
    /// left out.
    #[must_use]
    pub fn needs(&self, place: usize, rarely: f64) -> CallsNeeded {
        let first = self.endpoints[place].start.index();
        let mut needs = CallsNeeded::default();
        // Where each branch that may fail begins and ends, and where its calls go.
        let mut free: Vec<(usize, usize, usize, usize)> = Vec::new();
        let mut skipped: Vec<(usize, f64)> = Vec::new();
        for (at, instruction) in (first..).zip(self.program_of(place)) {
            skipped.retain(|(to, _)| *to > at);
            let chance: f64 = skipped.iter().map(|(_, probability)| probability).product();
            match instruction {
                Instruction::SkipUnless { probability, to, .. } => {
                    skipped.push((to.index(), *probability));
                }
                Instruction::Parallel(id) => {
                    let parallel = &self.parallels[id.index()];
                    let (need, branches) = (parallel.need as usize, &parallel.branches);
                    let is_inside =
                        free.iter().any(|(begin, end, ..)| (*begin..*end).contains(&at));
                    if need < branches.len() && !is_inside && chance > rarely {
                        let choice = needs.choices.len();
                        let ends = branches.iter().skip(1).chain([&parallel.next]);
                        let ranges = branches.iter().zip(ends).enumerate();
                        free.extend(ranges.map(|(branch, (begin, end))| {
                            (begin.index(), end.index(), choice, branch)
                        }));
                        let branches = vec![Vec::new(); branches.len()];
                        needs.choices.push(Choice { need, branches });
                    }
                }
                Instruction::Call(id) if chance > rarely => {
                    let call = &self.calls[id.index()];
                    let branch = free.iter().find(|(begin, end, ..)| (*begin..*end).contains(&at));
                    match branch {
                        _ if call.optional => {}
                        Some((.., choice, branch)) => {
                            needs.choices[*choice].branches[*branch].push(call.target.index());
                        }
                        None => needs.calls.push(call.target.index()),
                    }
                }
                _ => {}
            }
        }
        needs
    }
}

/// The endpoints that an endpoint needs, by place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallsNeeded {
    /// All of these are needed.
    pub calls: Vec<usize>,
    /// Enough branches of each of these are needed.
    pub choices: Vec<Choice>,
}

/// Branches of which `need` must succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// How many must succeed.
    pub need: usize,
    /// The calls of each branch.
    pub branches: Vec<Vec<usize>>,
}

impl CallsNeeded {
    /// All endpoints in either list.
    pub fn all(&self) -> impl Iterator<Item = usize> + '_ {
        let branches = self.choices.iter().flat_map(|choice| &choice.branches).flatten();
        self.calls.iter().chain(branches).copied()
    }
}
