//! Faults by script: names resolved, kinds of the format to what happens.

use super::Lowering;
use crate::document::claim::FaultText;
use crate::document::fields::Name;
use wssim_model::blueprint::{Fault, FaultKind};
use wssim_model::ids::{ContainerId, NodeId};

/// What a fault of the format is to the model; `None`: not simulated yet.
pub(crate) fn kind_of(fault: &FaultText) -> Option<FaultKind> {
    let (target, _) = fault.target.as_ref()?;
    match (fault.kind?, *target) {
        ("crash" | "reboot", "node") | ("power", "site" | "node") => Some(FaultKind::Crash),
        ("hang", "node") => Some(FaultKind::Hang),
        ("partition", "node") => Some(FaultKind::Partition),
        ("partition", "link") => Some(FaultKind::Cut),
        ("kill-service", "service") if fault.graceful => Some(FaultKind::Stop),
        ("kill-service", "service") => Some(FaultKind::Kill),
        _ => None,
    }
}

impl Lowering<'_> {
    pub(super) fn faults(&mut self) {
        let mut faults: Vec<Fault> =
            self.document.faults.iter().filter_map(|fault| self.fault(fault)).collect();
        faults.sort_by(|a, b| a.name.cmp(&b.name));
        self.out.faults = faults;
    }

    fn fault(&self, fault: &FaultText) -> Option<Fault> {
        let kind = kind_of(fault)?;
        let (target, names) = fault.target.as_ref()?;
        Some(Fault {
            name: fault.id.clone(),
            after: fault.at,
            kind,
            nodes: self.struck_nodes(target, names),
            containers: self.struck_containers(target, names, fault.replica),
            repair: fault.repair.clone(),
        })
    }

    fn struck_nodes(&self, target: &str, names: &[Name]) -> Vec<NodeId> {
        let is_struck = |(name, node): (&String, &crate::document::machine::Machine)| {
            names.iter().any(|struck| match target {
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
            let range = service.containers.clone();
            let is_struck =
                move |c: &u32| replica.is_none_or(|replica| c - range.start + 1 == replica);
            service.containers.clone().filter(is_struck)
        });
        containers.map(ContainerId).collect()
    }
}
