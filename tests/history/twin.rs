//! Working subjects against a slow twin: one that recomputes everything after every change, by the
//! definitions in `sim/experiment/failures/years/subjects.rs`.

use super::random_cluster;
use std::fmt::Write as _;
use wssim_experiment::cluster::{ClusterFacts, Member};
use wssim_experiment::failures::years::{self, MANAGERS, Outage, SubjectKind};
use wssim_experiment::question::{AtRisk, Worlds};
use wssim_kernel::stream::StreamKey;
use wssim_kernel::{Nanos, Time};
use wssim_model::Blueprint;
use wssim_model::blueprint::CallsNeeded;
use wssim_model::history::{self, Standing, Witness};
use wssim_model::ids::{ContainerId, FaultId, NodeId};

const LENGTH: Nanos = Nanos(3_600_000_000_000);

/// The slow twin.
struct Slow<'a> {
    blueprint: &'a Blueprint,
    cluster: &'a ClusterFacts,
    needs: Vec<CallsNeeded>,
    /// Kind and name, whether it works; and its outages.
    all: Vec<(SubjectKind, String, bool, Vec<Outage>)>,
    last: Option<FaultId>,
}

impl<'a> Slow<'a> {
    fn new(blueprint: &'a Blueprint, cluster: &'a ClusterFacts) -> Self {
        let rarely = 1.0 - cluster.survival.share;
        let needs = (0..blueprint.endpoints.len()).map(|at| blueprint.needs(at, rarely)).collect();
        let entries = blueprint.sources.iter().map(|one| (SubjectKind::Entry, one.name.clone()));
        let groups = cluster.groups.iter().map(|one| (SubjectKind::Group, one.name.clone()));
        let managers =
            blueprint.control.is_some().then(|| (SubjectKind::Group, MANAGERS.to_owned()));
        let services =
            blueprint.services.iter().map(|one| (SubjectKind::Service, one.name.clone()));
        let names = entries.chain(groups).chain(managers).chain(services);
        let all = names.map(|(kind, name)| (kind, name, true, Vec::new())).collect();
        Self { blueprint, cluster, needs, all, last: None }
    }

    fn containers(&self, service: usize) -> impl Iterator<Item = ContainerId> {
        self.blueprint.services[service].containers.clone().map(ContainerId)
    }

    /// Whether the endpoint is answered on `node`.
    fn answers(&self, standing: &Standing<'_>, endpoint: usize, node: NodeId) -> bool {
        let service = self.blueprint.endpoints[endpoint].service.index();
        let here = |id: &ContainerId| self.blueprint.containers[id.index()].node == node;
        let reaches = |callee: &usize| {
            let mut nodes = (0..self.blueprint.nodes.len()).map(NodeId::from);
            nodes.any(|to| standing.is_joined(node, to) && self.answers(standing, *callee, to))
        };
        let needs = &self.needs[endpoint];
        self.containers(service).filter(here).any(|id| standing.works(id))
            && needs.calls.iter().all(reaches)
            && needs.choices.iter().all(|choice| {
                let branches = choice.branches.iter();
                branches.filter(|calls| calls.iter().all(reaches)).count() >= choice.need
            })
    }

    fn entry(&self, standing: &Standing<'_>, entry: usize) -> bool {
        let nodes = || (0..self.blueprint.nodes.len()).map(NodeId::from);
        let source = &self.blueprint.sources[entry];
        let answered = |endpoint: usize| {
            nodes().filter(|node| self.answers(standing, endpoint, *node)).any(|node| {
                let by = |from: &NodeId| standing.is_seen(*from) && standing.is_joined(*from, node);
                if source.ingress.is_empty() {
                    standing.is_seen(node)
                } else {
                    source.ingress.iter().any(by)
                }
            })
        };
        let often = |weight: f64| weight > 1.0 - self.cluster.survival.share;
        source.entries.iter().all(|(weight, one)| !often(*weight) || answered(one.index()))
    }

    fn group(&self, standing: &Standing<'_>, group: usize) -> bool {
        let group = &self.cluster.groups[group];
        let works = |member: &&Member| match **member {
            Member::Node(node) => standing.runs(NodeId::from(node)),
            Member::Service(service) => self.service(standing, service),
            Member::Entry(entry) => self.entry(standing, entry),
            Member::Group(group) => self.group(standing, group),
        };
        group.members.iter().filter(works).count() >= group.need
    }

    fn service(&self, standing: &Standing<'_>, service: usize) -> bool {
        self.containers(service).any(|id| standing.works(id))
    }
}

impl Witness for Slow<'_> {
    fn fault(&mut self, _: Time, id: FaultId, strikes: bool) {
        self.last = if strikes { Some(id) } else { self.last };
    }

    fn stands(&mut self, now: Time, standing: &Standing<'_>) {
        let (sources, groups) = (self.blueprint.sources.len(), self.cluster.groups.len());
        let entries = (0..sources).map(|entry| self.entry(standing, entry));
        let groups = (0..groups).map(|group| self.group(standing, group));
        let managers = self.blueprint.control.is_some().then(|| standing.is_led());
        let services = (0..self.blueprint.services.len()).map(|one| self.service(standing, one));
        let works: Vec<bool> = entries.chain(groups).chain(managers).chain(services).collect();
        for ((_, _, up, outages), works) in self.all.iter_mut().zip(works) {
            if *up && !works {
                let (begin, end) = (now, Time::ZERO + LENGTH);
                outages.push(Outage { begin, end, is_over: false, cause: self.last });
            } else if let (false, true, Some(last)) = (*up, works, outages.last_mut()) {
                (last.end, last.is_over) = (now, true);
            }
            *up = works;
        }
    }
}

/// Calls, choices, groups, volumes and the mesh on top of a random cluster.
fn plan(case: u64) -> String {
    let (stream, mut number) = (StreamKey::new(84, 0, "test", "twin"), 0);
    let mut below = |limit: u64| {
        number += 1;
        (stream.draw(case, number).open01() * limit as f64) as u64
    };
    let mut text = random_cluster(case);
    let nodes = text.matches("[node.").count() as u64;
    let services = text.matches("[service.").count() as u64;
    for s in 0..6 {
        let mut callee = || match below(services + s) {
            old if old < services => format!("s{old}"),
            new => format!("t{}", new - services),
        };
        let [a, b, c] = [(); 3].map(|()| format!("{{ call = \"{}.e\" }}", callee()));
        let step = match below(4) {
            0 => a,
            1 => format!("{a}, {b}"),
            2 => format!("{{ parallel = [ [ {a} ], [ {b} ] ], need = 1 }}, {c}"),
            _ => format!("{{ parallel = [ [ {a} ], [ {b}, {c} ] ] }}"),
        };
        let replicas = 1 + below(3);
        let _ = writeln!(text, "[service.t{s}]\nreplicas = {replicas}");
        text.push_str(["", "startup = \"exp(4s)\"\n"][below(2) as usize]);
        let volume = match below(4) {
            0 => "volumes = [\"data\"]\n".to_owned(),
            1 => format!("volumes = [ {{ name = \"d\", nfs = \"s{}\" }} ]\n", below(services)),
            2 => format!("volumes = [ {{ name = \"d\", nfs = \"n{}\" }} ]\n", below(nodes)),
            _ => String::new(),
        };
        let _ = writeln!(text, "{volume}endpoint.e.steps = [ {step} ]");
        let ingress = format!("ingress = [\"n{}\", \"n{}\"]\n", 0, nodes - 1);
        let ingress = ["", &ingress][below(2) as usize];
        let _ = writeln!(
            text,
            "[traffic.u{s}]\nentry = \"t{s}.e\"\n{ingress}\
             arrivals = {{ kind = \"poisson\", rate = \"0.01/s\" }}"
        );
    }
    let _ = writeln!(
        text,
        "[group.inner]\nmembers = [\"node.n0\", \"service.t1\", \"entry.u2\"]\nneed = {}\n\
         [group.a-outer]\nmembers = [\"group.inner\", \"service.t0\", \"node.n1\"]\nneed = {}",
        1 + below(3),
        1 + below(3)
    );
    text
}

/// Compares the outages of one history; returns their number.
fn compare(AtRisk { blueprint, cluster }: &AtRisk, seed: u64, what: &str) -> usize {
    let told = years::history(blueprint, cluster, [seed, 5], LENGTH);
    let slow = Slow::new(blueprint, cluster);
    let (_, slow) = history::tell(blueprint, [seed, 5], LENGTH, slow, &|| false).unwrap();
    let mut due: Vec<_> =
        slow.all.into_iter().map(|(kind, name, _, all)| (kind, name, all)).collect();
    for (_, _, outages) in &mut due {
        outages.retain(|outage| outage.end > outage.begin);
    }
    let mut found = told.outages;
    let key = |(kind, name, _): &(SubjectKind, String, Vec<Outage>)| (*kind, name.clone());
    due.sort_by_key(key);
    found.sort_by_key(key);
    for (due, found) in due.iter().zip(&found) {
        assert_eq!(due, found, "{what}");
    }
    assert_eq!(due.len(), found.len(), "{what}");
    found.iter().map(|(_, _, outages)| outages.len()).sum()
}

#[test]
fn what_works_is_what_works_looked_at_afresh() {
    let mut outages = 0;
    for case in 0..150 {
        let text = plan(case);
        let world = crate::text::scenario(&text).at_risk(None, &[]).unwrap();
        outages += compare(&world, case, &format!("case {case}\n{text}"));
    }
    assert!(outages > 20_000, "too little happened: {outages}");
}
