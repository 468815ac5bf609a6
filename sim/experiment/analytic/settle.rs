//! The fixed point of waits and visits: waits make visits longer, and longer visits make waits.

use super::flows::TrafficFlows;
use super::station::{Stations, stations};
use crate::offered::{Loads, Took, has_moved, requests, responses_after};

/// Rounds within which a fixed point is reached, if at all.
const ROUNDS: usize = 500;

/// The state that an arriving request finds.
pub(super) struct Settled {
    pub(super) stations: Stations,
    /// Times of all endpoints, from accepting a request to its answer.
    pub(super) took: Vec<Took>,
}

impl Settled {
    /// The fixed point at `rates` of visits.
    pub(super) fn at(flows: &TrafficFlows<'_>, rates: &[f64]) -> Self {
        let mut took = flows.alone.clone();
        let mut slowed = flows.below.clone();
        let mut round = 0;
        loop {
            let stations = stations(flows, rates, &took, &slowed);
            let next = responses_after(flows.blueprint, &flows.costs, &stations.conditions, &took);
            let visited = next.iter().zip(&took).zip(rates).filter(|(_, rate)| **rate > 0.0);
            let moves = visited.into_iter().any(|((now, before), _)| has_moved(now, before));
            took = next;
            round += 1;
            let slow = &stations.conditions.slow;
            let longer = slowed.next(flows.blueprint, &flows.visits, |service, _| slow[service]);
            let moves = moves || longer.moves(&slowed);
            slowed = longer;
            if !moves || round == ROUNDS {
                return Self { stations, took };
            }
        }
    }

    /// The load on all resources at `rates`, with these visit times.
    pub(super) fn loads_at(&self, flows: &TrafficFlows<'_>, rates: &[f64]) -> Loads {
        let mut loads = requests(flows.blueprint, &flows.visits, &self.took, rates);
        for (load, more) in loads.nodes.iter_mut().zip(&flows.background.nodes) {
            *load += more;
        }
        loads
    }

    /// From the call of the endpoint at `place` to its answer, in seconds.
    pub(super) fn response_seconds(&self, flows: &TrafficFlows<'_>, place: usize) -> f64 {
        let service = flows.blueprint.endpoints[place].service.index();
        (self.stations.conditions.before_visit[service] + self.took[place].total) * 1e-9
    }
}
