//! Parallel branches of one request on one processor: the formulas ignore that they compete with each
//! other.

use super::flows::TrafficFlows;
use wssim_model::blueprint::{Instruction, Parallel};

/// Nodes on which branches of the endpoint at `place` compute at the same time, and how many at most.
pub(super) fn at_once(flows: &TrafficFlows<'_>, place: usize) -> Vec<(usize, usize)> {
    let blueprint = flows.blueprint;
    let parallels =
        blueprint.program_of(place).iter().filter_map(|instruction| match instruction {
            Instruction::Parallel(id) => Some(&blueprint.parallels[id.index()]),
            _ => None,
        });
    let mut most = vec![0; blueprint.nodes.len()];
    for parallel in parallels {
        for (node, most) in most.iter_mut().enumerate() {
            let computing = branches(flows, parallel)
                .filter(|branch| branch.iter().any(|one| computes(flows, place, one, node)));
            *most = computing.count().max(*most);
        }
    }
    most.into_iter().enumerate().filter(|(_, branches)| *branches > 1).collect()
}

/// The instructions of each branch, which are stored one branch after the other.
fn branches<'f>(
    flows: &'f TrafficFlows<'_>,
    parallel: &'f Parallel,
) -> impl Iterator<Item = &'f [Instruction]> {
    let ends = parallel.branches.iter().skip(1).chain([&parallel.next]);
    let pairs = parallel.branches.iter().zip(ends);
    pairs.map(|(begin, end)| &flows.blueprint.program[begin.index()..end.index()])
}

/// Whether `instruction` of the endpoint at `place`, or a service that it calls, computes on `node`.
fn computes(
    flows: &TrafficFlows<'_>,
    place: usize,
    instruction: &Instruction,
    node: usize,
) -> bool {
    let blueprint = flows.blueprint;
    match instruction {
        Instruction::Cpu { demand, .. } => {
            let service = &blueprint.services[blueprint.endpoints[place].service.index()];
            let here = |c: u32| blueprint.containers[c as usize].node.index() == node;
            demand.mean() > 0.0 && service.wanted().any(here)
        }
        Instruction::Call(call) => {
            flows.below.at(blueprint.calls[call.index()].target.index(), node) > 0.0
        }
        _ => false,
    }
}
