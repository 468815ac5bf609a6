//! Defines the subjects of the long run, and when they work.
//!
//! A *service* works while one of its containers is registered on a node that runs, with its data. An
//! *entry* works while users reach, through a node that they see, a container of the called service
//! whose calls in turn each reach a working container. It does not work while a set of nodes is down
//! without which, by the study with traffic, the others cannot carry it. Calls and entries in fewer
//! requests than survival allows to fail are not needed. A *group* works while enough of its members do.
//! The *managers* work while they have a quorum.
//!
//! `state.rs` follows which subjects work.

use crate::cluster::{ClusterFacts, Group, Member};
use wssim_model::Blueprint;
use wssim_model::blueprint::{CallsNeeded, Choice, DataAt, Source};

/// A set of nodes.
pub(super) type NodeSet = u128;

/// Most nodes of a long run.
pub const MOST_NODES: usize = NodeSet::BITS as usize;

/// Kinds of subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubjectKind {
    /// A source of traffic.
    Entry,
    /// A group, or the managers.
    Group,
    /// A service.
    Service,
}

impl SubjectKind {
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

/// Nodes whose loss overloads an entry although all services that it needs run, and that entry.
pub(super) type OverloadedNodes = (NodeSet, usize);

/// The subjects and their dependencies; the same for all histories.
#[derive(Clone, Debug)]
pub(super) struct Subjects<'a> {
    pub(super) blueprint: &'a Blueprint,
    /// Kind and name, in the order of reports: entries, groups, services.
    pub(super) names: Vec<(SubjectKind, String)>,
    /// By source.
    pub(super) entries: Vec<EntrySubject>,
    /// Members before the groups that contain them: the number that must work, and the parts.
    pub(super) groups: Vec<(usize, Vec<GroupPart>)>,
    /// Whether the managers follow the last group.
    pub(super) has_managers: bool,
    /// By service.
    pub(super) services: Vec<ServiceSubject>,
    /// Each after its callees.
    pub(super) endpoints: Vec<EndpointSubject>,
}

/// A source of traffic.
#[derive(Clone, Debug)]
pub(super) struct EntrySubject {
    /// Its endpoints, by place in [`Subjects::endpoints`].
    pub(super) asked: Vec<usize>,
    /// Nodes by which users enter; empty if they come directly to the containers.
    pub(super) mesh: NodeSet,
    /// Sets of nodes; it does not work while all of one are down.
    pub(super) overloads: Vec<NodeSet>,
}

/// A service.
#[derive(Clone, Debug)]
pub(super) struct ServiceSubject {
    /// Its place among the subjects, if it has containers.
    pub(super) subject: Option<usize>,
    /// Its endpoints, by place.
    pub(super) endpoints: Vec<usize>,
    /// Services whose data it holds.
    pub(super) users: Vec<usize>,
    /// Whether all its containers have their data on their own nodes.
    pub(super) is_local: bool,
}

/// An endpoint.
#[derive(Clone, Debug)]
pub(super) struct EndpointSubject {
    /// Its service.
    pub(super) service: usize,
    /// Endpoints that it needs, by place.
    pub(super) needs: CallsNeeded,
    /// Endpoints that need it, by place.
    pub(super) users: Vec<usize>,
}

/// Part of a group, resolved.
#[derive(Clone, Copy, Debug)]
pub(super) enum GroupPart {
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
        cluster: &ClusterFacts,
        overloads: &[OverloadedNodes],
    ) -> Self {
        let groups = &cluster.groups;
        let rarely = 1.0 - cluster.survival.share;
        let sorted = members_first(groups);
        let is_named = groups.iter().any(|group| group.name == MANAGERS);
        let has_managers = blueprint.is_replaced() && !is_named;
        let entries = blueprint.sources.iter().map(|one| (SubjectKind::Entry, one.name.clone()));
        let mut names: Vec<(SubjectKind, String)> = entries.collect();
        names.extend(sorted.iter().map(|&at| (SubjectKind::Group, groups[at].name.clone())));
        names.extend(has_managers.then(|| (SubjectKind::Group, MANAGERS.to_owned())));
        let order = endpoints_in_order(blueprint, rarely);
        let mut services = services(blueprint);
        for (service, told) in services.iter_mut().zip(&blueprint.services) {
            if !told.wanted().is_empty() {
                service.subject = Some(names.len());
                names.push((SubjectKind::Service, told.name.clone()));
            }
        }
        for (place, endpoint) in order.endpoints.iter().enumerate() {
            services[endpoint.service].endpoints.push(place);
        }
        Self {
            blueprint,
            entries: entries_of(blueprint, rarely, &order.place_of, overloads),
            groups: resolved(groups, &sorted, blueprint.sources.len(), &services),
            has_managers,
            services,
            endpoints: order.endpoints,
            names,
        }
    }
}

impl Subjects<'_> {
    /// By subject: whether no service that it depends on `moves`, and no part depends on elections.
    pub(super) fn stays(&self, moves: &dyn Fn(usize) -> bool) -> Vec<bool> {
        let mut stays = vec![true; self.names.len()];
        for (place, service) in self.services.iter().enumerate() {
            if let Some(subject) = service.subject {
                stays[subject] = !self.depends(place, moves);
            }
        }
        for (place, entry) in self.entries.iter().enumerate() {
            let needed = self.needed_by(entry.asked.clone());
            let depends = |&at: &usize| self.depends(self.endpoints[at].service, moves);
            stays[place] = !needed.iter().any(depends);
        }
        for (place, (_, parts)) in self.groups.iter().enumerate() {
            let all = parts.iter().all(|part| match part {
                GroupPart::Node(_) | GroupPart::Nothing => true,
                GroupPart::Subject(member) => stays[*member],
            });
            stays[self.entries.len() + place] = all;
        }
        if self.has_managers {
            stays[self.entries.len() + self.groups.len()] = false;
        }
        stays
    }

    /// Whether `service` or the holder of its data moves.
    fn depends(&self, service: usize, moves: &dyn Fn(usize) -> bool) -> bool {
        let mut all = self.services.iter().enumerate();
        let holds = |server: &ServiceSubject| server.users.contains(&service);
        moves(service) || all.any(|(at, server)| holds(server) && moves(at))
    }

    /// The endpoints that the `asked` ones need, including themselves.
    fn needed_by(&self, asked: Vec<usize>) -> Vec<usize> {
        let (mut all, mut next) = (asked.clone(), asked);
        while let Some(endpoint) = next.pop() {
            for callee in self.endpoints[endpoint].needs.all() {
                if !all.contains(&callee) {
                    all.push(callee);
                    next.push(callee);
                }
            }
        }
        all
    }
}

/// Endpoints, each after its callees, and the place of each.
struct Order {
    endpoints: Vec<EndpointSubject>,
    place_of: Vec<usize>,
}

fn endpoints_in_order(blueprint: &Blueprint, rarely: f64) -> Order {
    let all = 0..blueprint.endpoints.len();
    let needs: Vec<CallsNeeded> = all.map(|at| blueprint.needs(at, rarely)).collect();
    let calls: Vec<Vec<usize>> = needs.iter().map(|needs| needs.all().collect()).collect();
    let order = callees_first(&calls);
    let mut place_of = vec![0; order.len()];
    for (place, &at) in order.iter().enumerate() {
        place_of[at] = place;
    }
    let placed = |calls: &Vec<usize>| calls.iter().map(|&at| place_of[at]).collect::<Vec<_>>();
    let endpoint = |&at: &usize| {
        let choice = |Choice { need, branches }: &Choice| Choice {
            need: *need,
            branches: branches.iter().map(placed).collect(),
        };
        let calls = placed(&needs[at].calls);
        let choices = needs[at].choices.iter().map(choice).collect();
        EndpointSubject {
            service: blueprint.endpoints[at].service.index(),
            needs: CallsNeeded { calls, choices },
            users: Vec::new(),
        }
    };
    let mut endpoints: Vec<EndpointSubject> = order.iter().map(endpoint).collect();
    for (place, at) in order.iter().enumerate() {
        for &callee in &calls[*at] {
            endpoints[place_of[callee]].users.push(place);
        }
    }
    Order { endpoints, place_of }
}

fn entries_of(
    blueprint: &Blueprint,
    rarely: f64,
    place_of: &[usize],
    overloads: &[OverloadedNodes],
) -> Vec<EntrySubject> {
    let sources = blueprint.sources.iter().enumerate();
    let entry = |(place, source): (usize, &Source)| {
        let asked = source.entries.iter().filter(|(weight, _)| *weight > rarely);
        let own = overloads.iter().filter(|(_, entry)| *entry == place);
        EntrySubject {
            asked: asked.map(|(_, endpoint)| place_of[endpoint.index()]).collect(),
            mesh: source.ingress.iter().fold(0, |set, node| set | 1 << node.index()),
            overloads: own.map(|(nodes, _)| *nodes).collect(),
        }
    };
    sources.map(entry).collect()
}

/// Services, without what depends on endpoints.
fn services(blueprint: &Blueprint) -> Vec<ServiceSubject> {
    let none =
        ServiceSubject { subject: None, endpoints: Vec::new(), users: Vec::new(), is_local: true };
    let mut services = vec![none; blueprint.services.len()];
    for container in &blueprint.containers {
        let user = container.service.index();
        services[user].is_local &= container.data == DataAt::Here;
        if let DataAt::Service(server) = container.data {
            let users = &mut services[server.index()].users;
            if !users.contains(&user) {
                users.push(user);
            }
        }
    }
    services
}

/// Groups in the order of `sorted`, with resolved parts; subjects are `entries` entries, then these
/// groups.
fn resolved(
    groups: &[Group],
    sorted: &[usize],
    entries: usize,
    services: &[ServiceSubject],
) -> Vec<(usize, Vec<GroupPart>)> {
    let part = |member: &Member| match *member {
        Member::Node(node) => GroupPart::Node(node),
        Member::Entry(entry) => GroupPart::Subject(entry),
        Member::Group(group) => sorted
            .iter()
            .position(|&at| at == group)
            .map_or(GroupPart::Nothing, |place| GroupPart::Subject(entries + place)),
        Member::Service(at) => services[at].subject.map_or(GroupPart::Nothing, GroupPart::Subject),
    };
    let parts = |&at: &usize| (groups[at].need, groups[at].members.iter().map(part).collect());
    sorted.iter().map(parts).collect()
}

/// Groups, each before the groups that contain it.
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

/// All places, each after those that it calls; there are no cycles.
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
