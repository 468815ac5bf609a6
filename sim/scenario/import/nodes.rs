//! Assumes nodes for a scenario of stack files: as few as suffice, each as the files require. A host
//! name, role, label or architecture in a constraint is given to a node; two values of a label need two
//! nodes; replicas that may not share a node have one each; and reservations fit.

use std::collections::{BTreeMap, BTreeSet};
use wssim_model::orchestrator::placement::{Attribute, Constraint, Machine, Wanted};

/// Nodes if any service has several replicas, so that they can be spread: an assumption.
const SPREAD: usize = 3;
/// Managers that a swarm needs to lose one (Docker, Raft consensus in swarm mode).
const MANAGERS: usize = 3;
/// Threads and bytes of a usual server: an assumption.
const THREADS: f64 = 8.0;
const MEMORY: f64 = 16e9;
/// Most nodes that are assumed.
const MOST: usize = 1_000;

/// A node as required by the files.
#[derive(Clone, Debug, Default)]
pub(super) struct ImportedNode {
    pub(super) name: String,
    pub(super) labels: BTreeMap<String, String>,
    /// `None` if no constraint concerns it yet.
    manager: Option<bool>,
    pub(super) arch: Option<String>,
}

/// All nodes.
#[derive(Clone, Debug)]
pub(super) struct Nodes {
    pub(super) all: Vec<ImportedNode>,
    /// Threads of each.
    pub(super) threads: f64,
    /// RAM of each, in bytes.
    pub(super) memory: f64,
}

impl Nodes {
    /// Nodes for `wanted`, with the bytes of a container of each at rest.
    pub(super) fn of(wanted: &[(Wanted, f64)]) -> Self {
        let mut made = Self { all: Vec::new(), threads: THREADS, memory: MEMORY };
        let hosts: BTreeSet<&str> = wanted
            .iter()
            .flat_map(|(one, _)| &one.constraints)
            .filter(|constraint| constraint.equal && constraint.is_of_host())
            .map(|constraint| constraint.value.as_str())
            .collect();
        made.all.extend(hosts.iter().map(|host| ImportedNode::named((*host).to_owned())));
        let many = wanted.iter().any(|(one, _)| one.replicas.is_none_or(|replicas| replicas > 1));
        let least = if many { SPREAD } else { 1 };
        while made.all.len() < least {
            made.add();
        }
        for (at, (one, _)) in wanted.iter().enumerate() {
            made.meet(one, needed(one, &wanted[..at]), wanted);
        }
        // With enough nodes, managers are as many as can lose one.
        let managers = if made.all.len() < MANAGERS { 1 } else { MANAGERS };
        while made.all.iter().filter(|node| node.manages()).count() < managers {
            made.add();
        }
        made.size(wanted);
        made
    }

    /// The managers: the first nodes, unless constraints want workers there.
    pub(super) fn managers(&self) -> Vec<&str> {
        let may = self.all.iter().filter(|node| node.manages());
        // Nodes that must be managers are; an even number is no better than one less.
        let must = may.clone().filter(|node| node.manager == Some(true)).count();
        let most = may.clone().count().min(MANAGERS);
        let mut free = (most - usize::from(most.is_multiple_of(2))).saturating_sub(must);
        let chosen = may.filter(|node| {
            let is_chosen = node.manager == Some(true) || free > 0;
            free -= usize::from(is_chosen && node.manager.is_none());
            is_chosen
        });
        chosen.map(|node| node.name.as_str()).collect()
    }

    fn add(&mut self) -> usize {
        let taken = |name: &String| self.all.iter().any(|node| node.name == *name);
        let mut names = (self.all.len() + 1..).map(|number| format!("node-{number}"));
        let name = names.find(|name| !taken(name)).unwrap_or_default();
        self.all.push(ImportedNode::named(name));
        self.all.len() - 1
    }

    /// Makes `needed` nodes fit `one`.
    fn meet(&mut self, one: &Wanted, needed: usize, all: &[(Wanted, f64)]) {
        let mut left = needed.saturating_sub(self.fitting(one).count());
        // A service that wants workers takes the last nodes, so that the first remain managers.
        let wants_workers =
            one.constraints.iter().any(|it| it.attribute == Attribute::Role && !is_manager(it));
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        if wants_workers {
            order.reverse();
        }
        for at in order {
            if left == 0 || self.all.len() > MOST {
                return;
            }
            let suited = self.all[at].suited(one);
            let spoils = |node: &ImportedNode| {
                all.iter().any(|(other, _)| self.all[at].fits(other) && !node.fits(other))
            };
            let suited = suited.filter(|node| !self.all[at].fits(one) && !spoils(node));
            if let Some(node) = suited {
                self.all[at] = node;
                left -= 1;
            }
        }
        while left > 0 && self.all.len() < MOST {
            let at = self.add();
            let Some(node) = self.all[at].suited(one) else {
                // No node can satisfy it: another host is named.
                self.all.pop();
                return;
            };
            self.all[at] = node;
            left -= 1;
        }
    }

    fn fitting<'a>(&'a self, one: &'a Wanted) -> impl Iterator<Item = &'a ImportedNode> {
        self.all.iter().filter(|node| node.fits(one))
    }

    /// RAM for all reservations and for containers at rest, wherever they are placed: each service puts
    /// at most its share, rounded up, on each node that fits it.
    fn size(&mut self, wanted: &[(Wanted, f64)]) {
        let most = |of: &dyn Fn(&(Wanted, f64)) -> f64| {
            let on = |node: &ImportedNode| {
                let here = wanted.iter().filter(|(one, _)| node.fits(one));
                here.map(|each| of(each) * f64::from(self.share(&each.0))).sum()
            };
            self.all.iter().map(on).fold(0.0, f64::max)
        };
        let threads = most(&|(one, _)| one.cpus);
        let memory = most(&|(one, base)| one.memory_bytes.max(*base));
        while self.threads < threads {
            self.threads *= 2.0;
        }
        while self.memory < memory {
            self.memory *= 2.0;
        }
    }

    /// Most containers of `one` on each node that fits it.
    fn share(&self, one: &Wanted) -> u32 {
        let places = self.fitting(one).count().max(1) as u32;
        one.replicas.map_or(1, |replicas| replicas.div_ceil(places))
    }
}

/// Nodes that `one` needs after those `before` it: one for each container if they may not share, also
/// with another service that uses the same port of the node; otherwise as many as it is spread over.
fn needed(one: &Wanted, before: &[(Wanted, f64)]) -> usize {
    let Some(replicas) = one.replicas else { return 1 };
    let most = if one.host_ports.is_empty() { one.max_per_node } else { Some(1) };
    let least = most.map_or(1, |most| replicas.div_ceil(most.max(1)) as usize);
    let shares = |other: &&(Wanted, f64)| {
        other.0.host_ports.iter().any(|port| one.host_ports.contains(port))
    };
    let taken = before.iter().filter(shares).filter_map(|(other, _)| other.replicas);
    least.max(SPREAD.min(replicas as usize)) + taken.map(|number| number as usize).sum::<usize>()
}

fn is_manager(role: &Constraint) -> bool {
    role.value.eq_ignore_ascii_case("manager") == role.equal
}

impl ImportedNode {
    fn named(name: String) -> Self {
        Self { name, ..Self::default() }
    }

    /// Whether it is a manager, as far as known.
    fn manages(&self) -> bool {
        self.manager != Some(false)
    }

    fn machine(&self) -> Machine {
        Machine {
            name: self.name.clone(),
            labels: self.labels.clone(),
            manager: self.manages(),
            architecture: self.arch.clone().unwrap_or_default(),
            ..Machine::default()
        }
    }

    /// Whether it meets the constraints now; an undecided role fits no constraint on roles.
    fn fits(&self, one: &Wanted) -> bool {
        let machine = self.machine();
        one.constraints.iter().all(|constraint| {
            constraint.holds(&machine)
                && (constraint.attribute != Attribute::Role || self.manager.is_some())
        })
    }

    /// The node changed to fit `one`, if possible.
    fn suited(&self, one: &Wanted) -> Option<Self> {
        let mut node = self.clone();
        for constraint in &one.constraints {
            match &constraint.attribute {
                Attribute::Role if node.manager.is_none() => {
                    node.manager = Some(is_manager(constraint));
                }
                Attribute::Label(key) if constraint.equal => {
                    node.labels.entry(key.clone()).or_insert_with(|| constraint.value.clone());
                }
                Attribute::Architecture if constraint.equal && node.arch.is_none() => {
                    node.arch = Some(constraint.value.clone());
                }
                _ => {}
            }
        }
        node.fits(one).then_some(node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wssim_model::orchestrator::placement::{Order, place};

    fn wanted(replicas: Option<u32>, constraints: &[&str]) -> Wanted {
        let constraints = constraints.iter().map(|text| Constraint::parse(text).unwrap()).collect();
        Wanted { replicas, constraints, ..Wanted::default() }
    }

    /// The scheduler itself places every container.
    #[track_caller]
    fn holds(all: &[Wanted], nodes: usize) -> Nodes {
        let with_base: Vec<(Wanted, f64)> = all.iter().map(|one| (one.clone(), 2e8)).collect();
        let made = Nodes::of(&with_base);
        let managers = made.managers();
        assert!(!managers.is_empty() && managers.len() <= made.all.len());
        let machines: Vec<Machine> = made
            .all
            .iter()
            .map(|node| Machine {
                manager: managers.contains(&node.name.as_str()),
                cpus: made.threads,
                memory_bytes: made.memory,
                ..node.machine()
            })
            .collect();
        for (one, placed) in all.iter().zip(place(&machines, all, Order::Tasks)) {
            let due = one.replicas.map_or(1, |replicas| replicas as usize);
            assert!(placed.len() >= due, "{one:?} on {machines:?}");
        }
        assert_eq!(made.all.len(), nodes, "{:?}", made.all);
        made
    }

    #[test]
    fn every_constraint_finds_a_node() {
        holds(&[wanted(Some(1), &[])], 1);
        holds(&[wanted(Some(2), &[])], 3);
        holds(&[wanted(Some(2), &["node.role == worker"])], 5);
        holds(&[wanted(Some(1), &["node.role == worker"])], 2);
        holds(
            &[wanted(Some(1), &["node.role != manager"]), wanted(Some(1), &["node.role==manager"])],
            2,
        );
        let tiers = ["node.labels.tier == front", "node.labels.tier == store"];
        holds(&[wanted(Some(1), &tiers[..1]), wanted(Some(1), &tiers[1..])], 2);
        holds(&[wanted(Some(1), &tiers[..1]), wanted(Some(1), &["node.labels.tier != front"])], 2);
        holds(
            &[wanted(Some(1), &["node.hostname == a"]), wanted(Some(1), &["node.hostname != a"])],
            2,
        );
        holds(
            &[
                wanted(None, &["node.platform.arch == aarch64"]),
                wanted(Some(1), &["node.platform.arch == x86_64"]),
            ],
            4,
        );
        holds(&[wanted(Some(3), &["node.hostname == a"])], 3);
        holds(
            &[wanted(
                Some(1),
                &["node.hostname == a", "node.role == worker", "node.labels.disk == ssd"],
            )],
            2,
        );
    }

    #[test]
    fn what_may_not_share_and_what_is_reserved_has_room() {
        let apart = Wanted { max_per_node: Some(2), ..wanted(Some(9), &["node.labels.x == y"]) };
        holds(&[apart], 5);
        let ports = Wanted { host_ports: vec![80], ..wanted(Some(4), &[]) };
        holds(std::slice::from_ref(&ports), 4);
        holds(&[ports.clone(), wanted(Some(1), &[]), ports], 8);
        let large = Wanted { cpus: 12.0, memory_bytes: 48.0 * 1.073e9, ..wanted(Some(1), &[]) };
        let made = holds(&[large.clone(), large], 1);
        assert_eq!((made.threads, made.memory), (32.0, 128e9));
    }
}
