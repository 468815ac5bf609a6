//! Follows which subjects work, updating only those affected by a change.
//!
//! ```text
//!  registrations    ─► where services work ─► where endpoints are answered ─► entries ─► groups
//!  reachability     ─┘                    ─┘ (callees first)              ─┘
//! ```
//! Sets of nodes are bits, so that an update costs a few operations. Tested against a slow twin that
//! recomputes everything at every instant (`tests/history/twin.rs`).

use super::subjects::{GroupPart, NodeSet, Subjects};
use wssim_model::blueprint::Choice;
use wssim_model::history::Standing;
use wssim_model::ids::{ContainerId, NodeId};

/// The working subjects at present.
#[derive(Clone, Debug)]
pub(super) struct WorkingState<'s, 'a> {
    subjects: &'s Subjects<'a>,
    /// By node: the nodes that it reaches; running nodes; nodes that users see.
    joined: Vec<NodeSet>,
    alive: NodeSet,
    seen: NodeSet,
    /// Whether all running nodes reach each other.
    is_whole: bool,
    /// By service: nodes with a registered container, and nodes with a working one.
    registered: Vec<NodeSet>,
    workers: Vec<NodeSet>,
    /// By endpoint: nodes on which it can be answered.
    works: Vec<NodeSet>,
    /// Endpoints to update, as bits.
    stale: Vec<u64>,
    /// By subject.
    pub(super) up: Vec<bool>,
    /// Subjects that started or stopped working since the last drain.
    pub(super) turned: Vec<(usize, bool)>,
}

impl<'s, 'a> WorkingState<'s, 'a> {
    /// The state before the first update.
    pub(super) fn new(subjects: &'s Subjects<'a>) -> Self {
        let blueprint = subjects.blueprint;
        Self {
            subjects,
            // No node runs, and all reach all: the first update finds a difference.
            joined: vec![NodeSet::MAX; blueprint.nodes.len()],
            alive: 0,
            seen: 0,
            is_whole: false,
            registered: vec![0; blueprint.services.len()],
            workers: vec![0; blueprint.services.len()],
            works: vec![0; subjects.endpoints.len()],
            stale: vec![0; subjects.endpoints.len().div_ceil(u64::BITS as usize)],
            up: vec![true; subjects.names.len()],
            turned: Vec::new(),
        }
    }

    /// Updates to the present `standing`.
    pub(super) fn look(&mut self, standing: &Standing<'_>) {
        let before = self.turned.len();
        let was_alive = self.alive;
        let moved = standing.reach_changed() && self.look_at_nodes(standing);
        self.look_at_services(standing, moved.then_some(was_alive ^ self.alive));
        if self.look_at_endpoints() || moved {
            self.look_at_entries();
        }
        if self.turned.len() > before || moved {
            self.look_at_groups();
        }
        if self.subjects.has_managers {
            let place = self.subjects.entries.len() + self.subjects.groups.len();
            self.set(place, standing.is_led());
        }
    }

    /// Updates reachability. Returns whether it changed.
    fn look_at_nodes(&mut self, standing: &Standing<'_>) -> bool {
        let nodes = self.joined.len();
        let set = |holds: &dyn Fn(NodeId) -> bool| -> NodeSet {
            (0..nodes).filter(|n| holds(NodeId::from(*n))).map(|n| 1 << n).sum()
        };
        let alive = set(&|node| standing.runs(node));
        let seen = set(&|node| standing.is_seen(node));
        let mut moved = (alive, seen) != (self.alive, self.seen);
        (self.alive, self.seen) = (alive, seen);
        for (from, joined) in self.joined.iter_mut().enumerate() {
            let now = set(&|to| standing.is_joined(NodeId::from(from), to));
            moved |= std::mem::replace(joined, now) != now;
        }
        let was_whole = self.is_whole;
        self.is_whole = bits(alive).all(|node| self.joined[node] == alive);
        // While all running nodes reach each other their identity does not matter: see `who_reach`.
        if moved && !(was_whole && self.is_whole) {
            (0..self.works.len()).for_each(|endpoint| self.look_again_at(endpoint));
        }
        moved
    }

    /// Updates where services work: those that changed, and the users of their data. If reachability
    /// changed, also those on nodes that have `turned` up or down, or with data elsewhere.
    fn look_at_services(&mut self, standing: &Standing<'_>, turned: Option<NodeSet>) {
        let subjects = self.subjects;
        for service in standing.changed().iter().map(|service| *service as usize) {
            let registered = nodes_of(subjects, service, |id| standing.is_registered(id));
            self.registered[service] = registered;
        }
        for service in standing.changed().iter().map(|service| *service as usize) {
            self.look_at_service(service, standing);
            for &user in &subjects.services[service].users {
                self.look_at_service(user, standing);
            }
        }
        let Some(turned) = turned else { return };
        for (service, of) in subjects.services.iter().enumerate() {
            if self.registered[service] & turned != 0 || !of.is_local {
                self.look_at_service(service, standing);
            }
        }
    }

    fn look_at_service(&mut self, service: usize, standing: &Standing<'_>) {
        let of = &self.subjects.services[service];
        let nodes = if of.is_local {
            self.registered[service] & self.alive
        } else {
            nodes_of(self.subjects, service, |id| standing.works(id))
        };
        if std::mem::replace(&mut self.workers[service], nodes) != nodes {
            for &endpoint in &of.endpoints {
                self.look_again_at(endpoint);
            }
        }
        if let Some(place) = of.subject {
            self.set(place, nodes != 0);
        }
    }

    fn look_again_at(&mut self, endpoint: usize) {
        self.stale[endpoint / 64] |= 1 << (endpoint % 64);
    }

    fn set(&mut self, subject: usize, up: bool) {
        if std::mem::replace(&mut self.up[subject], up) != up {
            self.turned.push((subject, up));
        }
    }

    /// Updates where endpoints are answered: those with a changed service or a changed callee. Returns
    /// whether any changed.
    fn look_at_endpoints(&mut self) -> bool {
        let subjects = self.subjects;
        let mut any = false;
        for word in 0..self.stale.len() {
            // Callers have later places.
            while self.stale[word] != 0 {
                let endpoint = word * 64 + self.stale[word].trailing_zeros() as usize;
                self.stale[word] &= self.stale[word] - 1;
                let nodes = self.who_answer(endpoint);
                if std::mem::replace(&mut self.works[endpoint], nodes) != nodes {
                    any = true;
                    for &user in &subjects.endpoints[endpoint].users {
                        self.look_again_at(user);
                    }
                }
            }
        }
        any
    }

    /// Nodes on which `endpoint` can be answered.
    fn who_answer(&self, endpoint: usize) -> NodeSet {
        let endpoint = &self.subjects.endpoints[endpoint];
        let mut nodes = self.workers[endpoint.service];
        for &callee in &endpoint.needs.calls {
            nodes = self.who_reach(nodes, self.works[callee]);
        }
        for choice in &endpoint.needs.choices {
            nodes = self.who_reach_enough(nodes, choice);
        }
        nodes
    }

    /// The nodes of `from` that reach all callees of enough branches.
    fn who_reach_enough(&self, from: NodeSet, choice: &Choice) -> NodeSet {
        let reaches_all = |node: usize, calls: &[usize]| {
            calls.iter().all(|&callee| self.who_reach(1 << node, self.works[callee]) != 0)
        };
        let has_enough = |node: &usize| {
            let branches = choice.branches.iter();
            branches.filter(|calls| reaches_all(*node, calls)).count() >= choice.need
        };
        bits(from).filter(has_enough).map(|node| 1 << node).sum()
    }

    /// The nodes of `from` that reach one of `to`, all of which run.
    fn who_reach(&self, from: NodeSet, to: NodeSet) -> NodeSet {
        if self.is_whole {
            return if to == 0 { 0 } else { from };
        }
        bits(from).filter(|node| self.joined[*node] & to != 0).map(|node| 1 << node).sum()
    }

    fn look_at_entries(&mut self) {
        for place in 0..self.subjects.entries.len() {
            self.set(place, self.is_answered(place));
        }
    }

    fn is_answered(&self, entry: usize) -> bool {
        let entry = &self.subjects.entries[entry];
        let answered = |&endpoint: &usize| {
            let works = self.works[endpoint];
            if entry.mesh == 0 {
                works & self.seen != 0
            } else {
                self.who_reach(self.seen & entry.mesh, works) != 0
            }
        };
        let borne = |nodes: &NodeSet| self.alive & nodes != 0;
        entry.asked.iter().all(answered) && entry.overloads.iter().all(borne)
    }

    /// Updates groups, members before the groups that contain them.
    fn look_at_groups(&mut self) {
        let subjects = self.subjects;
        for (place, (need, parts)) in subjects.groups.iter().enumerate() {
            let works = |part: &&GroupPart| match **part {
                GroupPart::Node(node) => self.alive & 1 << node != 0,
                GroupPart::Subject(place) => self.up[place],
                GroupPart::Nothing => false,
            };
            let enough = parts.iter().filter(works).count() >= *need;
            self.set(subjects.entries.len() + place, enough);
        }
    }
}

/// The nodes of the containers of `service` for which `holds`.
fn nodes_of(
    subjects: &Subjects<'_>,
    service: usize,
    holds: impl Fn(ContainerId) -> bool,
) -> NodeSet {
    let containers = &subjects.blueprint.containers;
    let all = subjects.blueprint.services[service].containers.clone().map(ContainerId);
    let node = |id: ContainerId| containers[id.index()].node.index();
    all.filter(|id| holds(*id)).fold(0, |set, id| set | 1 << node(id))
}

/// The nodes of a set, in order.
fn bits(set: NodeSet) -> impl Iterator<Item = usize> {
    let mut left = set;
    std::iter::from_fn(move || {
        let node = (left != 0).then(|| left.trailing_zeros() as usize)?;
        left &= left - 1;
        Some(node)
    })
}
