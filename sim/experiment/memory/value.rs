//! Evaluates memory in one replication.

use super::record::{NodeRecord, Sums};
use super::{NodeShare, OfMemory, ServiceShare, containers_on, has_ram};
use crate::observe::Observer;
use crate::sample::{Sample, Share};
use wssim_model::ContainerAverages;
use wssim_model::blueprint::Hold;

impl Observer<'_> {
    pub(crate) fn memory(&self, quantity: OfMemory) -> Sample {
        match quantity {
            OfMemory::Node(node, share) => self.node_share(node, share),
            OfMemory::Service(node, service, share) => {
                Sample::Value(self.on_node(node, Some(service), |container| match share {
                    ServiceShare::Resident => container.resident,
                    ServiceShare::Demand => container.demand,
                    ServiceShare::Swap => container.swapped,
                }))
            }
            OfMemory::Kills(node) => {
                let nodes = self.memory_of(node);
                let kills: u64 =
                    nodes.iter().flat_map(|node| &node.slots).flat_map(|slot| slot.kills).sum();
                Sample::Value(kills as f64)
            }
            OfMemory::KillsOf(service, short) => {
                let kills = self.record.kills[service];
                let kills = short.map_or(kills.iter().sum(), |short| kills[short as usize]);
                Sample::Value(kills as f64)
            }
            OfMemory::AtPressure(node) => {
                let first = self.memory_of(node).iter().filter_map(|node| node.gave).min();
                first.map_or(Sample::Nothing, |(_, running)| Sample::Value(f64::from(running)))
            }
            OfMemory::Faults(service) => self.share_of(service, |container| container.touches),
            OfMemory::DataMisses(service) => self.share_of(service, |container| container.reads),
            OfMemory::Running => Sample::Value(self.running()),
        }
    }

    /// The record of a node, or of all.
    fn memory_of(&self, node: Option<usize>) -> &[NodeRecord] {
        let all = self.record.memory.as_slice();
        node.map_or(all, |node| &all[node..=node])
    }

    /// The second count as a share of the first.
    fn share_of(&self, service: usize, what: impl Fn(&ContainerAverages) -> [u64; 2]) -> Sample {
        let count = |which: usize| self.sum(service, |container| what(container)[which] as f64);
        Sample::Share(Share::of_count(count(1), count(0)))
    }

    /// As reported with the states of memory; without any, by listening containers.
    fn running(&self) -> f64 {
        let told = self.record.memory.iter().find_map(|node| node.whole().mean(|s| s.running));
        told.unwrap_or_else(|| self.averages.containers.iter().map(|c| c.up).sum())
    }

    fn node_share(&self, node: usize, share: NodeShare) -> Sample {
        let whole = self.record.memory[node].whole();
        if share == NodeShare::Used && !has_ram(&self.blueprint.nodes[node]) {
            let demand = whole.mean(|sums| sums.resident + sums.swap);
            return Sample::Value(demand.unwrap_or_else(|| self.asked(node)));
        }
        match of(&whole, share) {
            Sample::Nothing => told(share, self.at_rest(node, share)),
            heard => heard,
        }
    }

    /// A node that can never be short of RAM reports no events: its pressure is zero.
    fn at_rest(&self, node: usize, share: NodeShare) -> f64 {
        let memory = &self.blueprint.nodes[node].memory;
        let running = self.on_node(node, None, |container| container.up);
        let system = memory.kernel + memory.engine + memory.agent + memory.shim * running;
        let asked = self.asked(node);
        match share {
            NodeShare::Used | NodeShare::Demand => system + asked,
            NodeShare::Resident => asked,
            NodeShare::PageCache => (memory.ram - system - asked).max(0.0),
            NodeShare::Hot | NodeShare::Swap | NodeShare::SwapIn | NodeShare::Stall => 0.0,
        }
    }

    /// RAM that the containers of a node ask for: base, buffers, and an amount per request in service.
    /// Heap growth is unknown without reports.
    fn asked(&self, node: usize) -> f64 {
        let demand = containers_on(self.blueprint, node).map(|(place, container)| {
            let averages = &self.averages.containers[place];
            let memory = super::memory_of(self.blueprint, container);
            let buffers = memory.data.as_ref().map_or(0.0, |data| data.buffers);
            // As in the model: an event loop accepts every request, unless its node stands still.
            let service = &self.blueprint.services[container.service.index()];
            let queued = match service.hold {
                Hold::Request if service.workers.is_some() => averages.waiting,
                Hold::Request | Hold::Cpu => averages.held_back,
            };
            let in_service = averages.in_system - queued;
            (memory.base + buffers) * averages.up + memory.per_request * in_service
        });
        demand.sum()
    }
}

/// The value from `sums` over the recorded time.
pub(super) fn of(sums: &Sums, share: NodeShare) -> Sample {
    let value = match share {
        NodeShare::Used => sums.mean(|sums| sums.used),
        NodeShare::Demand => sums.mean(|sums| sums.used + sums.swap),
        NodeShare::Resident => sums.mean(|sums| sums.resident),
        NodeShare::Hot => sums.mean(|sums| sums.hot),
        NodeShare::PageCache => sums.mean(|sums| sums.page_cache),
        NodeShare::Swap => sums.mean(|sums| sums.swap),
        NodeShare::SwapIn => sums.rate(|sums| sums.swapped_in),
        NodeShare::Stall => sums.mean(|sums| sums.stalled_ns),
    };
    value.map_or(Sample::Nothing, |value| told(share, value))
}

fn told(share: NodeShare, value: f64) -> Sample {
    match share {
        NodeShare::Stall => Sample::Share(Share::of_time(value)),
        _ => Sample::Value(value),
    }
}
