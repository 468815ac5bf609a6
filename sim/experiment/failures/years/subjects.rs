//! What is watched over the years, and whether it works at an instant.
//!
//! A *service* works while one of its containers is registered on a node that runs, with its data. An
//! *entry* works while users reach, by way of a node that they see, a container of what they ask for whose
//! calls find, each, a container that works in the same way; while a set of nodes is down without which
//! the study with traffic found that what is left does not carry it, it does not. What is called, or asked
//! for, in fewer requests than survival allows to fail is not needed. A *group* works while enough of its members do. The
//! *managers* work while they can decide anything.
//!
//! Nodes are bits, so that all this is a few operations a change.

use crate::cluster::{Cluster, Group, Member};
use wssim_model::Blueprint;
use wssim_model::blueprint::{CallsNeeded, Choice, DataAt};
use wssim_model::history::Standing;
use wssim_model::ids::{ContainerId, NodeId};

/// A set of nodes.
pub(super) type Nodes = u128;

/// The most nodes that are watched.
pub const MOST_NODES: usize = Nodes::BITS as usize;

/// Kinds of what is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A source of traffic.
    Entry,
    /// A group, or the managers.
    Group,
    /// A service.
    Service,
}

impl Kind {
    /// The label of metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Group => "group",
            Self::Service => "service",
        }
    }
}

/// Nodes whose loss an entry does not bear although all that it needs runs: they, and the entry.
pub(super) type Overload = (Nodes, usize);

/// What is watched, and what belongs to it; the same for all histories.
#[derive(Clone, Debug)]
pub(super) struct Subjects<'a> {
    blueprint: &'a Blueprint,
    /// Kind and name, in the order in which they are told.
    pub(super) names: Vec<(Kind, String)>,
    groups: Vec<(usize, Vec<Part>)>,
    /// Whether the last group is that of the managers.
    has_managers: bool,
    /// By service: its place among them, if it has containers.
    place_of: Vec<Option<usize>>,
    /// By service: its endpoints.
    endpoints_of: Vec<Vec<usize>>,
    /// Endpoints, each after those that it needs.
    order: Vec<usize>,
    /// By endpoint: those that it needs.
    needs: Vec<CallsNeeded>,
    /// What is called in at most so many requests is not needed.
    rarely: f64,
    /// By service: those whose data it holds.
    data_of: Vec<Vec<usize>>,
    overloads: Vec<Overload>,
}

/// Part of a group, resolved.
#[derive(Clone, Copy, Debug)]
enum Part {
    Node(usize),
    /// A subject.
    Subject(usize),
    /// A service without containers.
    Nothing,
}

/// The name of the managers among groups.
pub const MANAGERS: &str = "managers";

impl<'a> Subjects<'a> {
    pub(super) fn new(
        blueprint: &'a Blueprint,
        cluster: &Cluster,
        overloads: Vec<Overload>,
    ) -> Self {
        let groups = &cluster.groups;
        let rarely = 1.0 - cluster.survival.share;
        let entries = blueprint.sources.iter().map(|one| (Kind::Entry, one.name.clone()));
        let mut names: Vec<(Kind, String)> = entries.collect();
        let sorted = members_first(groups);
        names.extend(sorted.iter().map(|&at| (Kind::Group, groups[at].name.clone())));
        let is_named = groups.iter().any(|group| group.name == MANAGERS);
        let has_managers = blueprint.control.is_some() && !is_named;
        names.extend(has_managers.then(|| (Kind::Group, MANAGERS.to_owned())));
        let first = names.len();
        let has_containers = |place: &usize| !blueprint.services[*place].wanted().is_empty();
        let services: Vec<usize> = (0..blueprint.services.len()).filter(has_containers).collect();
        names.extend(services.iter().map(|&s| (Kind::Service, blueprint.services[s].name.clone())));
        let entries = blueprint.sources.len();
        let mut place_of = vec![None; blueprint.services.len()];
        for (place, &service) in services.iter().enumerate() {
            place_of[service] = Some(first + place);
        }
        let mut endpoints_of = vec![Vec::new(); blueprint.services.len()];
        for (place, endpoint) in blueprint.endpoints.iter().enumerate() {
            endpoints_of[endpoint.service.index()].push(place);
        }
        let part = |member: &Member| match *member {
            Member::Node(node) => Part::Node(node),
            Member::Entry(entry) => Part::Subject(entry),
            Member::Group(group) => sorted
                .iter()
                .position(|&at| at == group)
                .map_or(Part::Nothing, |place| Part::Subject(entries + place)),
            Member::Service(service) => place_of[service].map_or(Part::Nothing, Part::Subject),
        };
        let resolved = |&at: &usize| {
            let group: &Group = &groups[at];
            (group.need, group.members.iter().map(part).collect())
        };
        let groups = sorted.iter().map(resolved).collect();
        let endpoints = 0..blueprint.endpoints.len();
        let needs: Vec<CallsNeeded> = endpoints.map(|at| blueprint.needs(at, rarely)).collect();
        let calls: Vec<Vec<usize>> = needs.iter().map(|needs| needs.all().collect()).collect();
        Self {
            blueprint,
            groups,
            has_managers,
            order: callees_first(&calls),
            needs,
            rarely,
            data_of: data_of(blueprint),
            place_of,
            endpoints_of,
            overloads,
            names,
        }
    }
}

impl Subjects<'_> {
    /// By subject: whether nothing that it depends on `moves`, and nothing of it is a matter of elections.
    pub(super) fn stays(&self, moves: &dyn Fn(usize) -> bool) -> Vec<bool> {
        let sources = self.blueprint.sources.len();
        let mut stays = vec![true; self.names.len()];
        for (service, place) in self.place_of.iter().enumerate() {
            if let Some(place) = place {
                stays[*place] = !self.depends(service, moves);
            }
        }
        for (place, source) in self.blueprint.sources.iter().enumerate() {
            let asked = source.entries.iter().filter(|(weight, _)| *weight > self.rarely);
            let asked = asked.map(|(_, endpoint)| endpoint.index());
            let needed = self.needed_by(asked.collect());
            stays[place] = !needed.iter().any(|&endpoint| {
                self.depends(self.blueprint.endpoints[endpoint].service.index(), moves)
            });
        }
        for (place, (_, parts)) in self.groups.iter().enumerate() {
            let all = parts.iter().all(|part| match part {
                Part::Node(_) | Part::Nothing => true,
                Part::Subject(member) => stays[*member],
            });
            stays[sources + place] = all;
        }
        if self.has_managers {
            stays[sources + self.groups.len()] = false;
        }
        stays
    }

    /// Whether `service` or what holds its data moves.
    fn depends(&self, service: usize, moves: &dyn Fn(usize) -> bool) -> bool {
        let holds = |users: &Vec<usize>| users.contains(&service);
        let mut servers = self.data_of.iter().enumerate().filter(|(_, users)| holds(users));
        moves(service) || servers.any(|(server, _)| moves(server))
    }

    /// Endpoints that the `asked` ones need, themselves among them.
    fn needed_by(&self, asked: Vec<usize>) -> Vec<usize> {
        let (mut all, mut next) = (asked.clone(), asked);
        while let Some(endpoint) = next.pop() {
            for callee in self.needs[endpoint].all() {
                if !all.contains(&callee) {
                    all.push(callee);
                    next.push(callee);
                }
            }
        }
        all
    }
}

/// Groups so that those that belong to others come before them.
fn members_first(groups: &[Group]) -> Vec<usize> {
    let inner = |group: &Group| {
        let groups = group.members.iter().filter_map(|member| match member {
            Member::Group(group) => Some(*group),
            _ => None,
        });
        groups.collect()
    };
    callees_first(&groups.iter().map(inner).collect::<Vec<_>>())
}

/// All of them, each after those that it names; there are no circles.
fn callees_first(calls: &[Vec<usize>]) -> Vec<usize> {
    fn visit(at: usize, calls: &[Vec<usize>], seen: &mut [bool], order: &mut Vec<usize>) {
        if !std::mem::replace(&mut seen[at], true) {
            for &callee in &calls[at] {
                visit(callee, calls, seen, order);
            }
            order.push(at);
        }
    }
    let (mut seen, mut order) = (vec![false; calls.len()], Vec::new());
    for at in 0..calls.len() {
        visit(at, calls, &mut seen, &mut order);
    }
    order
}

fn data_of(blueprint: &Blueprint) -> Vec<Vec<usize>> {
    let mut out = vec![Vec::new(); blueprint.services.len()];
    for container in &blueprint.containers {
        if let DataAt::Service(server) = container.data {
            let users: &mut Vec<usize> = &mut out[server.index()];
            let user = container.service.index();
            if !users.contains(&user) {
                users.push(user);
            }
        }
    }
    out
}

/// What works at present.
#[derive(Clone, Debug)]
pub(super) struct State<'s, 'a> {
    subjects: &'s Subjects<'a>,
    /// By node: whom it reaches; those that run; those that users see.
    joined: Vec<Nodes>,
    alive: Nodes,
    seen: Nodes,
    /// By service: nodes on which a container works.
    workers: Vec<Nodes>,
    /// By endpoint: nodes on which it can be answered; and whether that has just changed.
    works: Vec<Nodes>,
    fresh: Vec<bool>,
    any_fresh: bool,
    /// By subject.
    pub(super) up: Vec<bool>,
    /// Subjects that have begun or ceased to work since they were last taken away from here.
    pub(super) turned: Vec<(usize, bool)>,
}

impl<'s, 'a> State<'s, 'a> {
    pub(super) fn new(subjects: &'s Subjects<'a>) -> Self {
        let blueprint = subjects.blueprint;
        Self {
            subjects,
            joined: vec![0; blueprint.nodes.len()],
            alive: 0,
            seen: 0,
            workers: vec![0; blueprint.services.len()],
            works: vec![0; blueprint.endpoints.len()],
            fresh: vec![false; blueprint.endpoints.len()],
            any_fresh: false,
            up: vec![true; subjects.names.len()],
            turned: Vec::new(),
        }
    }

    /// Things stand like this now.
    pub(super) fn look(&mut self, standing: &Standing<'_>) {
        let subjects = self.subjects;
        if standing.reach_changed() {
            self.look_at_nodes(standing);
            for service in 0..self.workers.len() {
                self.look_at_service(service, standing);
            }
        } else {
            for &service in standing.changed() {
                self.look_at_service(service as usize, standing);
                for &user in &subjects.data_of[service as usize] {
                    self.look_at_service(user, standing);
                }
            }
        }
        if self.any_fresh || standing.reach_changed() {
            self.look_at_endpoints(standing.reach_changed());
            self.fresh.fill(false);
            self.any_fresh = false;
        }
        self.look_at_subjects(standing);
    }

    fn look_at_nodes(&mut self, standing: &Standing<'_>) {
        let nodes = self.joined.len();
        let set = |holds: &dyn Fn(NodeId) -> bool| -> Nodes {
            (0..nodes).filter(|n| holds(NodeId::from(*n))).map(|n| 1 << n).sum()
        };
        self.alive = set(&|node| standing.runs(node));
        self.seen = set(&|node| standing.is_seen(node));
        for (from, joined) in self.joined.iter_mut().enumerate() {
            *joined = set(&|to| standing.is_joined(NodeId::from(from), to));
        }
    }

    fn look_at_service(&mut self, service: usize, standing: &Standing<'_>) {
        let blueprint = self.subjects.blueprint;
        let mut nodes = 0;
        for id in blueprint.services[service].containers.clone().map(ContainerId) {
            if standing.works(id) {
                nodes |= 1 << blueprint.containers[id.index()].node.index();
            }
        }
        if nodes != self.workers[service] {
            self.workers[service] = nodes;
            for &endpoint in &self.subjects.endpoints_of[service] {
                (self.fresh[endpoint], self.any_fresh) = (true, true);
            }
        }
        if let Some(place) = self.subjects.place_of[service] {
            self.set(place, nodes != 0);
        }
    }

    fn set(&mut self, subject: usize, up: bool) {
        if std::mem::replace(&mut self.up[subject], up) != up {
            self.turned.push((subject, up));
        }
    }

    /// Those whose service has changed, or one that they need.
    fn look_at_endpoints(&mut self, all: bool) {
        let subjects = self.subjects;
        for &endpoint in &subjects.order {
            let needs = &subjects.needs[endpoint];
            if !(all || self.fresh[endpoint] || needs.all().any(|callee| self.fresh[callee])) {
                continue;
            }
            let service = subjects.blueprint.endpoints[endpoint].service.index();
            let mut nodes = self.workers[service];
            for &callee in &needs.calls {
                nodes = self.who_reach(nodes, self.works[callee]);
            }
            for choice in &needs.choices {
                nodes = self.who_reach_enough(nodes, choice);
            }
            self.fresh[endpoint] = nodes != self.works[endpoint];
            self.works[endpoint] = nodes;
        }
    }

    /// Those of `from` that reach all that enough branches call.
    fn who_reach_enough(&self, from: Nodes, choice: &Choice) -> Nodes {
        let reach = |calls: &Vec<usize>| {
            calls.iter().fold(from, |nodes, &callee| self.who_reach(nodes, self.works[callee]))
        };
        let branches: Vec<Nodes> = choice.branches.iter().map(reach).collect();
        let has_enough = |node: &usize| {
            branches.iter().filter(|nodes| **nodes & 1 << node != 0).count() >= choice.need
        };
        (0..self.joined.len()).filter(has_enough).map(|node| from & 1 << node).sum()
    }

    /// Those of `from` that reach one of `to`.
    fn who_reach(&self, from: Nodes, to: Nodes) -> Nodes {
        let mut left = from;
        let mut reach = 0;
        while left != 0 {
            let node = left.trailing_zeros();
            left &= left - 1;
            if self.joined[node as usize] & to != 0 {
                reach |= 1 << node;
            }
        }
        reach
    }

    /// Entries, then groups, those that belong to others first.
    fn look_at_subjects(&mut self, standing: &Standing<'_>) {
        let subjects = self.subjects;
        let sources = subjects.blueprint.sources.len();
        for entry in 0..sources {
            self.set(entry, self.is_answered(entry) && !self.is_overloaded(entry));
        }
        for (place, (need, parts)) in subjects.groups.iter().enumerate() {
            let works = |part: &&Part| match **part {
                Part::Node(node) => self.alive & 1 << node != 0,
                Part::Subject(place) => self.up[place],
                Part::Nothing => false,
            };
            let enough = parts.iter().filter(works).count() >= *need;
            self.set(sources + place, enough);
        }
        if subjects.has_managers {
            self.set(sources + subjects.groups.len(), standing.is_led());
        }
    }

    fn is_answered(&self, entry: usize) -> bool {
        let source = &self.subjects.blueprint.sources[entry];
        let by_mesh = source.ingress.iter().fold(0, |set, node| set | 1 << node.index());
        let rarely = self.subjects.rarely;
        let asked = source.entries.iter().filter(|(weight, _)| *weight > rarely);
        asked.map(|(_, endpoint)| endpoint).all(|endpoint| {
            let works = self.works[endpoint.index()];
            if source.ingress.is_empty() {
                works & self.seen != 0
            } else {
                self.who_reach(self.seen & by_mesh, works) != 0
            }
        })
    }

    fn is_overloaded(&self, entry: usize) -> bool {
        let gone = |nodes: Nodes| self.alive & nodes == 0;
        self.subjects.overloads.iter().any(|(nodes, of)| *of == entry && gone(*nodes))
    }
}
