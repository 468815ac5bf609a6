//! Lowers faults: resolves names, kinds, and clocks of random failures.

use super::lowering::Lowering;
use crate::document::fault::{Fails, FaultText};
use crate::document::fields::Name;
use wssim_model::blueprint::{Comes, Fault, FaultKind};
use wssim_model::ids::{ContainerId, NodeId};

/// The model's kind of a fault; `None` if it does not suit its target.
pub(crate) fn kind_of(fault: &FaultText) -> Option<FaultKind> {
    let target = fault.target.as_ref().map_or("cluster", |(target, _)| *target);
    Some(match (fault.kind?, target) {
        ("crash" | "reboot" | "power", "node" | "site") => FaultKind::Crash,
        ("hang", "node" | "site" | "service") => FaultKind::Hang,
        ("partition", "node" | "site") => FaultKind::Partition,
        ("partition", "link") => FaultKind::Cut,
        ("slow-disk", "node" | "site") => FaultKind::SlowDisk(fault.factor),
        ("slow-network", "node" | "site") => FaultKind::SlowNetwork(fault.factor),
        ("disk-full", "node" | "site") => FaultKind::DiskFull,
        ("switch", "site" | "cluster") => FaultKind::Switch,
        ("kill-service", "service") if fault.graceful => FaultKind::Stop,
        ("kill-service" | "crash", "service") => FaultKind::Kill,
        _ => return None,
    })
}

/// The targets of a kind of fault, for messages.
pub(crate) fn strikes(kind: &str) -> &'static str {
    match kind {
        "kill-service" => "a service",
        "partition" => "a node, a site or a link",
        "crash" | "hang" => "a node, a site or a service",
        "switch" => "a site, or the whole cluster where none is named",
        _ => "a node or a site",
    }
}

impl Lowering<'_> {
    pub(super) fn faults(&mut self) {
        let document = self.document;
        let mut faults: Vec<Fault> =
            document.faults.iter().filter_map(|fault| self.fault(fault)).collect();
        if document.draws_faults() {
            faults.extend(self.of_nodes());
            faults.extend(self.of_services());
            faults.extend(self.of_links());
            faults.extend(self.of_sites());
        }
        self.out.crews = document.crews;
        faults.sort_by(|a, b| a.name.cmp(&b.name));
        self.out.faults = faults;
    }

    fn fault(&self, fault: &FaultText) -> Option<Fault> {
        let kind = kind_of(fault)?;
        let (target, names) =
            fault.target.as_ref().map_or(("cluster", &[][..]), |(target, names)| (*target, names));
        Some(Fault {
            name: fault.id.clone(),
            comes: fault.mtbf.clone().map_or(Comes::Once(fault.at), Comes::Renewed),
            kind,
            nodes: self.struck_nodes(target, names),
            containers: self.struck_containers(target, names, fault.replica),
            repair: fault.repair.clone(),
        })
    }

    fn struck_nodes(&self, target: &str, names: &[Name]) -> Vec<NodeId> {
        let is_struck = |(name, node): (&String, &crate::document::machine::MachineText)| {
            target == "cluster"
                || names.iter().any(|struck| match target {
                    "site" => node.site.as_ref() == Some(&struck.text),
                    "node" | "link" => *name == struck.text,
                    _ => false,
                })
        };
        let nodes = self.document.nodes.iter().enumerate();
        nodes.filter(|(_, node)| is_struck(*node)).map(|(at, _)| NodeId::from(at)).collect()
    }

    fn struck_containers(
        &self,
        target: &str,
        names: &[Name],
        replica: Option<u32>,
    ) -> Vec<ContainerId> {
        if target != "service" {
            return Vec::new();
        }
        let services = self.out.services.iter();
        let struck = services.filter(|service| names.iter().any(|name| name.text == service.name));
        let containers = struck.flat_map(|service| {
            let range = service.wanted();
            let is_struck =
                move |c: &u32| replica.is_none_or(|replica| c - range.start + 1 == replica);
            service.wanted().filter(is_struck)
        });
        containers.map(ContainerId).collect()
    }

    fn of_nodes(&self) -> Vec<Fault> {
        let nodes = self.document.nodes.iter().enumerate();
        let fault =
            |(at, (name, node)): (usize, (&String, &crate::document::machine::MachineText))| {
                let name = format!("node.{name}.mtbf");
                Some(renewed(name, node.fails.as_ref()?, FaultKind::Crash, vec![NodeId::from(at)]))
            };
        nodes.filter_map(fault).collect()
    }

    /// Each container has its own clock.
    fn of_services(&self) -> Vec<Fault> {
        let mut out = Vec::new();
        for (service, lowered) in self.document.services.values().zip(&self.out.services) {
            let Some(fails) = &service.fails else { continue };
            for (container, number) in lowered.containers.clone().zip(1..) {
                out.push(Fault {
                    name: format!("service.{}.{number}.mtbf", lowered.name),
                    comes: Comes::EachLife(fails.mtbf.clone()),
                    kind: FaultKind::Kill,
                    nodes: Vec::new(),
                    containers: vec![ContainerId(container)],
                    repair: fails.mttr.clone(),
                });
            }
        }
        out
    }

    /// Of several entries for one pair the last one applies.
    fn of_links(&self) -> Vec<Fault> {
        let pairs = self.document.lan.iter().flat_map(|lan| lan.pairs.iter().rev());
        let mut out: Vec<Fault> = Vec::new();
        for pair in pairs {
            let Some(fails) = &pair.fails else { continue };
            let nodes = self.struck_nodes("link", &pair.between);
            if out.iter().all(|fault| fault.nodes != nodes) {
                let ends: Vec<&str> =
                    nodes.iter().map(|node| self.out.nodes[node.index()].name.as_str()).collect();
                let name = format!("link.{}.mtbf", ends.join("-"));
                out.push(renewed(name, fails, FaultKind::Cut, nodes));
            }
        }
        out
    }

    fn of_sites(&self) -> Vec<Fault> {
        let mut out = Vec::new();
        for (name, site) in &self.document.sites {
            let struck = Name { text: name.clone(), origin: site.origin };
            let nodes = self.struck_nodes("site", std::slice::from_ref(&struck));
            for (cause, fails, kind) in [
                ("power", &site.power, FaultKind::Crash),
                ("switch", &site.switch, FaultKind::Switch),
            ] {
                let name = format!("site.{name}.{cause}.mtbf");
                out.extend(fails.iter().map(|f| renewed(name.clone(), f, kind, nodes.clone())));
            }
        }
        out
    }
}

fn renewed(name: String, fails: &Fails, kind: FaultKind, nodes: Vec<NodeId>) -> Fault {
    Fault {
        name,
        comes: Comes::Renewed(fails.mtbf.clone()),
        kind,
        nodes,
        containers: Vec::new(),
        repair: fails.mttr.clone(),
    }
}
