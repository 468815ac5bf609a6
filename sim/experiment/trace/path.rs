//! Divides the time of a request into leaves, from its arrival to its end.
//!
//! While a frame waits for a call, the callee's time counts, and the rest is the answer's way back.
//! While it waits for parallel parts, the part whose end ends the wait counts: the critical path. So the
//! leaves add up to the response time, to the nanosecond.

use super::findings::{StretchPlace, StretchSum};
use super::kind::StretchKind;
use super::lives::What;
use super::names::{FrameLives, Leaf};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use wssim_kernel::Time;

impl FrameLives<'_> {
    /// The leaves of the request itself, the first life, in a run that ended at `end`.
    pub(super) fn critical_path(self, end: Time) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        self.walk(0, end, &mut leaves);
        leaves.retain(|leaf| leaf.from < leaf.to);
        leaves
    }

    /// Adds the leaves of `life` up to `until`.
    fn walk(self, life: usize, until: Time, leaves: &mut Vec<Leaf>) {
        for (step, to) in self.all[life].steps_until(until) {
            let child = match &step.what {
                What::Calls(child) | What::Repeats(child) => Some(*child),
                What::Forks(children) => self.critical(children, to),
                _ => None,
            };
            let Some(child) = child else {
                leaves.extend(self.leaves(life, step, to));
                continue;
            };
            self.walk(child, to, leaves);
            let end = self.all[child].closed.unwrap_or(Time::NEVER).min(to);
            leaves.push(if let What::Calls(_) = step.what {
                self.hop(child, end, to)
            } else {
                let place = self.at(life);
                Leaf { kind: StretchKind::Parallel, place, from: end, to }
            });
        }
    }

    /// The child whose end ended the wait at `to`; if the wait ended for another reason, a child still
    /// open. Of equal ones the first.
    fn critical(self, children: &[usize], to: Time) -> Option<usize> {
        let closed = |child: &&usize| self.all[**child].closed;
        let decisive = children.iter().find(|child| closed(child) == Some(to));
        let open = || children.iter().find(|child| closed(child).is_none_or(|end| end > to));
        let last = || children.iter().max_by_key(closed);
        decisive.or_else(open).or_else(last).copied()
    }
}

/// The sums of the leaves, largest first.
pub(super) fn components(leaves: &[Leaf]) -> Vec<StretchSum> {
    let mut sums: BTreeMap<(StretchKind, &StretchPlace), (u64, u64)> = BTreeMap::new();
    for leaf in leaves {
        let (time, times) = sums.entry((leaf.kind, &leaf.place)).or_default();
        *time += leaf.to.since(leaf.from).0;
        *times += 1;
    }
    let mut components: Vec<StretchSum> = sums
        .into_iter()
        .map(|((kind, place), (ns, times))| StretchSum { kind, place: place.clone(), ns, times })
        .collect();
    components.sort_by_key(|component| Reverse(component.ns));
    components
}
