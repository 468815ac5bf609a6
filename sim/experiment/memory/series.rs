//! Series of memory over time: of nodes with RAM given, and of the number of containers if it grows.

use super::{NodeShare, OfMemory, grows, has_ram, value};
use crate::arm::Observation;
use crate::curves::Curves;
use crate::findings::Series;
use crate::metric::quantity::MeasuredQuantity;
use crate::sample::Sample;

/// The metrics with a series.
const SHOWN: [NodeShare; 4] =
    [NodeShare::Stall, NodeShare::Used, NodeShare::SwapIn, NodeShare::Swap];

/// The series of memory; the caller sorts them.
pub(crate) fn series(curves: &Curves<'_>) -> Vec<Series> {
    let mut all = Vec::new();
    let nodes = &curves.arm.blueprint.nodes;
    let heard = |node: usize| {
        let of = |observation: &Observation| observation.memory[node].whole().heard_ns > 0.0;
        curves.observations().first().is_some_and(of)
    };
    for (place, node) in nodes.iter().enumerate().filter(|(place, _)| heard(*place)) {
        if !has_ram(node) {
            continue;
        }
        for share in SHOWN {
            let at =
                |one: &Observation, slot: usize| value::of(&one.memory[place].slots[slot], share);
            all.extend(curves.series(MeasuredQuantity::Memory(OfMemory::Node(place, share)), at));
        }
        let kills = MeasuredQuantity::Memory(OfMemory::Kills(Some(place)));
        all.extend(curves.series(kills, |one, slot| {
            Sample::Value(one.memory[place].slots[slot].kills.iter().sum::<u64>() as f64)
        }));
    }
    if let Some(node) = (0..nodes.len()).find(|node| heard(*node))
        && grows(&curves.arm.blueprint)
    {
        all.extend(curves.series(MeasuredQuantity::Memory(OfMemory::Running), |one, slot| {
            let running = one.memory[node].slots[slot].mean(|sums| sums.running);
            running.map_or(Sample::Nothing, Sample::Value)
        }));
    }
    all
}
