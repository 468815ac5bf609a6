//! Costs of programs: repetitions of parts, and the costs of a call beside its callee's own work: CPU of
//! networking at both ends and the way there and back, averaged evenly over all pairs of containers.

use wssim_model::Blueprint;
use wssim_model::blueprint::{Call, Instruction, Service};
use wssim_model::ids::NodeId;
use wssim_model::law::Law;

/// Batches that a visit itself receives and sends.
pub(super) const PACKETS: f64 = 2.0;

/// Mean costs of one call, in nanoseconds; CPU time is that of the reference CPU.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CallCost {
    /// CPU at the caller.
    pub(crate) own: f64,
    /// CPU at the callee beyond [`PACKETS`].
    pub(crate) more: f64,
    /// Time of the way there and back.
    pub(crate) hop: f64,
}

/// How often a part is repeated: mean and variance.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Often {
    pub(crate) mean: f64,
    pub(crate) variance: f64,
}

/// All costs, computed once: they are sums of many terms.
#[derive(Clone, Debug)]
pub(crate) struct Costs {
    /// By call.
    pub(crate) calls: Vec<CallCost>,
    /// By instruction; zero without repetition.
    pub(crate) repeats: Vec<Often>,
}

/// The costs of all programs.
pub(crate) fn costs(blueprint: &Blueprint) -> Costs {
    let often = |instruction: &Instruction| match instruction {
        Instruction::Repeat { count, .. } => Often {
            mean: count.rounded_mean().unwrap_or_else(|| count.mean()),
            variance: count.variance(),
        },
        _ => Often::default(),
    };
    Costs {
        calls: blueprint.calls.iter().map(|call| cost(blueprint, call)).collect(),
        repeats: blueprint.program.iter().map(often).collect(),
    }
}

fn cost(blueprint: &Blueprint, call: &Call) -> CallCost {
    let query = &blueprint.queries[call.query.index()];
    let [caller, callee] = [query.caller, query.service];
    let (mut sum, mut pairs) = (CallCost::default(), 0.0);
    for from in nodes(blueprint, &blueprint.services[caller.index()]) {
        for to in nodes(blueprint, &blueprint.services[callee.index()]) {
            let cpu =
                |from, to, law: &Law| blueprint.message_cpu(from, to, &call.network, law.mean());
            let (there, back) = (cpu(from, to, &call.send), cpu(to, from, &call.receive));
            sum.own += there[0] + back[1];
            sum.more += there[1] + back[0];
            sum.hop += hop(blueprint, [from, to], call);
            pairs += 1.0;
        }
    }
    let pairs = f64::max(pairs, 1.0);
    let packets = PACKETS * blueprint.packet_cpu.as_f64();
    let address = f64::from(blueprint.routes[call.query.index()].address_cpu);
    CallCost {
        own: sum.own / pairs + address,
        more: (sum.more / pairs - packets).max(0.0),
        hop: sum.hop / pairs,
    }
}

fn nodes<'b>(
    blueprint: &'b Blueprint,
    service: &Service,
) -> impl Iterator<Item = NodeId> + use<'b> {
    service.wanted().map(|container| blueprint.containers[container as usize].node)
}

/// The round trip, and the bytes over the interfaces of both nodes if it leaves one.
fn hop(blueprint: &Blueprint, [from, to]: [NodeId; 2], call: &Call) -> f64 {
    let place = from.index() * blueprint.nodes.len() + to.index();
    let rtt = blueprint.links.get(place).map_or(0.0, |link| link.rtt.mean());
    if from == to {
        return rtt;
    }
    let bandwidth = |node: NodeId| blueprint.nodes[node.index()].bandwidth;
    let bytes = |law: &Law| call.network.wire(law.mean()).bytes;
    let bytes = bytes(&call.send) + bytes(&call.receive);
    rtt + bytes / bandwidth(from).min(bandwidth(to)) * 1e9
}
