//! Facts for `failures` beside the world: managers, eligible nodes, critical entries.

use crate::check::groups::split;
use crate::document::Document;
use crate::document::service::ServiceText;
use crate::document::traffic::Traffic;
use crate::places;
use wssim_experiment::cluster::{ClusterFacts, EntryFacts, Group, Member, ServiceFacts};
use wssim_model::orchestrator::placement::{Constraint, Machine};

/// The facts about the cluster in a document.
pub(crate) fn of(document: &Document) -> ClusterFacts {
    let machines = places::machines(document);
    let orchestrator = &document.orchestrator;
    ClusterFacts {
        orchestrator: orchestrator.kind,
        managers: orchestrator.managers.iter().map(|manager| manager.text.clone()).collect(),
        services: document.services.values().map(|one| service(one, &machines)).collect(),
        entries: document.traffic.values().map(entry).collect(),
        groups: groups(document),
        survival: document.survival,
    }
}

/// Members with unknown names were reported when the document was checked.
fn groups(document: &Document) -> Vec<Group> {
    let place = |name: &str, mut keys: &mut dyn Iterator<Item = &String>| {
        (&mut keys).position(|key| key == name)
    };
    let member = |text: &str| {
        let (kind, name) = split(text)?;
        Some(match kind {
            "service" => Member::Service(place(name, &mut document.services.keys())?),
            "node" => Member::Node(place(name, &mut document.nodes.keys())?),
            "entry" => Member::Entry(place(name, &mut document.traffic.keys())?),
            _ => Member::Group(place(name, &mut document.groups.keys())?),
        })
    };
    let group = |(name, group): (&String, &crate::document::group::GroupText)| {
        let members: Vec<Member> =
            group.members.iter().filter_map(|one| member(&one.text)).collect();
        let need = group.need.map_or(members.len(), |need| need as usize);
        Group { name: name.clone(), members, need }
    };
    document.groups.iter().map(group).collect()
}

fn service(service: &ServiceText, machines: &[Machine]) -> ServiceFacts {
    let texts = || service.constraints.iter().map(|name| name.text.as_str());
    let constraints: Vec<Constraint> = texts().filter_map(Constraint::parse).collect();
    let fits = |machine: &&Machine| constraints.iter().all(|one| one.holds(machine));
    ServiceFacts {
        eligible: machines.iter().filter(fits).map(|machine| machine.name.clone()).collect(),
        constraints: texts().map(str::to_owned).collect(),
        has_local_data: service.deploy.volumes.iter().any(|volume| volume.is_local),
    }
}

fn entry(traffic: &Traffic) -> EntryFacts {
    EntryFacts {
        is_critical: traffic.critical,
        limits: traffic.objective.limits.clone(),
        errors: traffic.objective.errors,
    }
}
