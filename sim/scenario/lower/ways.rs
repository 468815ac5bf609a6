//! The way of calls from one service to another: over which network, and how.

use super::lowering::Lowering;
use crate::document::firewall::PortOpening;
use crate::document::machine::NetworkText;
use wssim_model::blueprint::{Encapsulation, Network, Travels};
use wssim_model::ids::ServiceId;

/// The port of VXLAN (moby, overlayutils/utils.go).
const VXLAN_PORT: u16 = 4789;

impl Lowering<'_> {
    pub(super) fn how_calls_travel(&self, caller: ServiceId, callee: ServiceId) -> Travels {
        let caller = self.document.services.values().nth(caller.index());
        let callee = self.document.services.iter().nth(callee.index());
        caller.zip(callee).map_or(Travels::OnConnection, |(caller, (name, callee))| {
            self.travels(caller, callee, name)
        })
    }

    /// The network over which `caller` reaches `callee`: the first by name of those that both are on,
    /// the order in which Docker's resolver asks a container's networks (moby, libnetwork/sandbox.go,
    /// `Endpoint.Less`). Services without a common network use the hosts' own.
    pub(super) fn network(&self, caller: ServiceId, callee: ServiceId) -> Network {
        let networks = |service: ServiceId| {
            let service = self.document.services.values().nth(service.index());
            service.into_iter().flat_map(|service| &service.networks).map(|name| &name.text)
        };
        let shared = networks(caller).filter(|name| networks(callee).any(|other| other == *name));
        let first = shared.min().and_then(|name| self.document.networks.get(name));
        let network = first.map_or(Network::HOST, NetworkText::seen_by_packets);
        Network { blocked: self.is_blocked(network.encapsulation), ..network }
    }

    /// Whether the nodes' firewall drops this encapsulation: encrypted packets are ESP, others VXLAN.
    pub(super) fn is_blocked(&self, encapsulation: Encapsulation) -> bool {
        let firewall = self.document.lan.as_ref().and_then(|lan| lan.firewall.as_ref());
        let needs = match encapsulation {
            Encapsulation::Plain => return false,
            Encapsulation::Vxlan => PortOpening::Udp(VXLAN_PORT),
            Encapsulation::Encrypted => PortOpening::Esp,
        };
        firewall.is_some_and(|firewall| !firewall.lets_in(needs))
    }
}
