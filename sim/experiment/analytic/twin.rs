//! Computes the means of a blueprint at any factor on its open traffic.

use super::answer::{Analytic, EntryValue};
use super::edge::edge;
use super::exact;
use super::flows::{Asks, OPEN, TrafficFlows};
use super::left_out::reasons;
use super::resource::Resources;
use super::settle::Settled;
use super::views::StationViews;
use crate::question::Measure;
use wssim_model::Blueprint;
use wssim_model::blueprint::Source;
use wssim_stats::theory::mixed_network::{Class, throughputs};

/// A blueprint prepared for the formulas.
pub struct Twin<'b> {
    flows: TrafficFlows<'b>,
    resources: Resources,
}

impl<'b> Twin<'b> {
    /// The twin of `blueprint`, over the measured stretch.
    #[must_use]
    pub fn new(blueprint: &'b Blueprint, measure: &Measure) -> Self {
        let flows = TrafficFlows::of(blueprint, measure);
        let resources = Resources::of(&flows);
        Self { flows, resources }
    }

    /// The means with all open arrival rates multiplied by `factor`.
    #[must_use]
    pub fn at(&self, factor: f64) -> Analytic {
        let (throughput, is_exact) = self.throughput(factor);
        let views: Vec<Settled> =
            (0..self.flows.classes.len()).map(|class| self.seen_by(class, &throughput)).collect();
        let sources = self.flows.blueprint.sources.iter().zip(&self.flows.sources);
        let entries = sources.map(|(source, &Asks { class, rate, .. })| {
            let (response, throughput) = match self.flows.classes[class] {
                Class::Closed { users, think_seconds } if is_exact => {
                    (f64::from(users) / throughput[class] - think_seconds, throughput[class])
                }
                Class::Closed { .. } => {
                    (self.response_of(source, &views[class]), throughput[class])
                }
                Class::Open { .. } => (self.response_of(source, &views[class]), rate * factor),
            };
            EntryValue {
                entry: source.name.clone(),
                throughput_per_second: throughput,
                response_seconds: response + self.outside_seconds(source),
            }
        });
        let entries: Vec<EntryValue> = entries.collect();
        // The state that an outside arrival finds; without open traffic, the one that users find.
        let is_open = self.flows.sources.iter().any(|asks| asks.class == OPEN);
        let main = &views[if is_open || views.len() == 1 { OPEN } else { OPEN + 1 }];
        let rates = self.flows.rates(&throughput, |_| 1.0);
        let told = StationViews::of(&self.flows, main, &rates);
        let has_end = |entry: &EntryValue| entry.response_seconds.is_finite();
        let is_stable = self.resources.carries(factor) && entries.iter().all(has_end);
        let mut all = Analytic {
            is_stable,
            entries,
            nodes: told.nodes(),
            services: told.services(),
            pools: told.pools(),
            demands: self.resources.demands(self.flows.blueprint, factor),
            reasons: Vec::new(),
        };
        all.reasons = reasons(&self.flows, &all);
        all
    }

    /// The throughput of each class, of open sources together the factor; and whether it is exact.
    fn throughput(&self, factor: f64) -> (Vec<f64>, bool) {
        let mut classes = self.flows.classes.clone();
        classes[OPEN] = Class::Open { arrival_rate: factor };
        if classes.len() == 1 {
            return (vec![factor], false);
        }
        let alone = |at: usize| self.flows.alone[at].total * 1e-9;
        let unhindered = self.source_of(1).map_or(0.0, |source| mean_of_entries(source, alone));
        if let Some(exact) = exact::throughput(&self.flows, unhindered) {
            return (vec![factor, exact], true);
        }
        let found = throughputs(&classes, |throughput, class| {
            let view = self.seen_by(class, throughput);
            self.source_of(class).map_or(0.0, |source| self.response_of(source, &view))
        });
        (found, false)
    }

    /// The state that an arriving customer of `class` finds.
    fn seen_by(&self, class: usize, throughput: &[f64]) -> Settled {
        let found = |other: usize| match &self.flows.classes[other] {
            Class::Open { .. } => 1.0,
            users @ Class::Closed { .. } => {
                users.found(other == class, self.resources.largest_share(other, throughput))
            }
        };
        Settled::at(&self.flows, &self.flows.rates(throughput, found))
    }

    /// The source of a class of closed users.
    fn source_of(&self, class: usize) -> Option<&Source> {
        let place = self.flows.sources.iter().position(|asks| asks.class == class)?;
        Some(&self.flows.blueprint.sources[place])
    }

    /// The response time within the cluster, in seconds.
    fn response_of(&self, source: &Source, view: &Settled) -> f64 {
        mean_of_entries(source, |at| view.response_seconds(&self.flows, at))
    }

    /// The way there and back, in seconds.
    fn outside_seconds(&self, source: &Source) -> f64 {
        (source.client_rtt.mean() + edge(self.flows.blueprint, source)) * 1e-9
    }
}

/// The mean over the entries of a source.
fn mean_of_entries(source: &Source, response: impl Fn(usize) -> f64) -> f64 {
    let asked = source.entries.iter().filter(|(share, _)| *share > 0.0);
    asked.map(|(share, endpoint)| share * response(endpoint.index())).sum()
}
