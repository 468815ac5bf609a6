//! Traffic classes and their visits: all open sources together are one class, each source of closed
//! users another.

use super::below::{Below, most_at};
use super::edge::edge;
use crate::offered::{
    Costs, Loads, RateLevel, Stretch, Took, Visit, add_background, capacity, costs, rate, requests,
    responses, solve, visits,
};
use crate::question::Measure;
use wssim_model::Blueprint;
use wssim_model::blueprint::{Arrivals, Node};
use wssim_stats::theory::mixed_network::Class;

/// Place of the class of all open sources.
pub(super) const OPEN: usize = 0;

/// A processor: its work rate with 1, 2, … jobs, up to its number of threads.
pub(super) struct ProcessorWork {
    work: Vec<f64>,
    /// Work of the reference CPU that one thread alone does in a second, in seconds.
    speed: f64,
}

impl ProcessorWork {
    fn of(node: &Node) -> Self {
        let threads = node.threads.ceil().max(1.0) as u32;
        let at = |n: u32| capacity(&node.capacity, f64::from(n).min(node.threads));
        Self { work: (1..=threads).map(at).collect(), speed: node.speed }
    }

    pub(super) fn speed(&self) -> f64 {
        self.speed
    }

    pub(super) fn full(&self) -> u32 {
        self.work.len() as u32
    }

    pub(super) fn work(&self, jobs: u32) -> f64 {
        self.work[jobs.clamp(1, self.full()) as usize - 1]
    }

    /// Whether each job has a thread at full speed while threads are free.
    pub(super) fn is_plain(&self) -> bool {
        self.work.iter().zip(1..).all(|(work, n)| *work == f64::from(n))
    }
}

/// The demand of a source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asks {
    pub(super) class: usize,
    /// Mean arrival rate in 1/s if it is open.
    pub(super) rate: f64,
    /// Its peak as a multiple of the mean.
    pub(super) peak: f64,
}

/// Quantities that do not depend on waits.
pub(super) struct TrafficFlows<'b> {
    pub(super) blueprint: &'b Blueprint,
    pub(super) costs: Costs,
    pub(super) visits: Vec<Visit>,
    /// Times of all endpoints without waits.
    pub(super) alone: Vec<Took>,
    pub(super) processors: Vec<ProcessorWork>,
    /// CPU time that visits bring to each processor, in seconds of a thread of its own.
    pub(super) below: Below,
    /// Most jobs on each processor at once.
    pub(super) most: Vec<Option<u32>>,
    /// Background load of containers and systems.
    pub(super) background: Loads,
    /// [`OPEN`], then one class for each source of closed users.
    pub(super) classes: Vec<Class>,
    /// Visits to all endpoints by class: per second for open sources, per request for users.
    pub(super) units: Vec<Vec<f64>>,
    pub(super) sources: Vec<Asks>,
}

impl<'b> TrafficFlows<'b> {
    pub(super) fn of(blueprint: &'b Blueprint, measure: &Measure) -> Self {
        let stretch = Stretch::of(measure);
        let costs = costs(blueprint);
        let visits = visits(blueprint, &costs);
        let alone = responses(blueprint, &costs);
        let none = vec![0.0; blueprint.endpoints.len()];
        let mut entries = vec![none.clone()];
        let mut classes = vec![Class::Open { arrival_rate: 1.0 }];
        let mut sources = Vec::new();
        for source in &blueprint.sources {
            let (class, rate) = match &source.arrivals {
                Arrivals::Closed { users, think } => {
                    let outside = source.client_rtt.mean() + edge(blueprint, source);
                    let think = think.mean() + outside;
                    classes.push(Class::Closed { users: *users, think_seconds: think * 1e-9 });
                    entries.push(none.clone());
                    (classes.len() - 1, 0.0)
                }
                _ => (OPEN, rate(source, &alone, stretch, RateLevel::Mean)),
            };
            let unit = if class == OPEN { rate } else { 1.0 };
            for (share, endpoint) in &source.entries {
                entries[class][endpoint.index()] += unit * share;
            }
            let most = self::rate(source, &alone, stretch, RateLevel::Peak);
            let peak = if class == OPEN && rate > 0.0 { most / rate } else { 1.0 };
            sources.push(Asks { class, rate, peak });
        }
        let units = entries.into_iter().map(|entries| solve(entries, &visits)).collect();
        let mut background = requests(blueprint, &visits, &alone, &none);
        add_background(blueprint, stretch, &mut background);
        let alone_at = |_: usize, node: usize| 1.0 / blueprint.nodes[node].speed;
        let below = Below::of(blueprint, &visits, alone_at);
        Self {
            blueprint,
            costs,
            visits,
            alone,
            processors: blueprint.nodes.iter().map(ProcessorWork::of).collect(),
            below,
            most: (0..blueprint.nodes.len()).map(|node| most_at(blueprint, node)).collect(),
            background,
            classes,
            units,
            sources,
        }
    }

    /// Visits to all endpoints per second at these throughputs, each class weighted.
    pub(super) fn rates(&self, throughput: &[f64], weight: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut rates = vec![0.0; self.visits.len()];
        for (class, unit) in self.units.iter().enumerate() {
            let factor = throughput[class] * weight(class);
            for (rate, visits) in rates.iter_mut().zip(unit) {
                *rate += factor * visits;
            }
        }
        rates
    }
}
