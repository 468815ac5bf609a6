//! Finds the least time of a request that is known before the simulation.

use crate::calls::{self, EndpointName};
use crate::document::Document;
use crate::document::step::{StepKind, StepText};
use wssim_model::law::Law;

/// Most laws that are sampled.
const MOST: usize = 256;

/// Components of one request's time, including all its calls.
#[derive(Clone)]
pub(super) struct Spent<'d> {
    document: &'d Document,
    /// Speed of the fastest node.
    fastest: f64,
    /// Sequential laws with weights: mean number of occurrences, and speed.
    pub laws: Vec<(f64, &'d Law)>,
    /// Mean CPU time on the reference CPU, in nanoseconds.
    pub cpu: f64,
    /// Whether there are other components: disks, the network, or waiting for pages.
    pub has_more: bool,
}

impl<'d> Spent<'d> {
    pub(super) fn of(document: &'d Document, fastest: f64) -> Self {
        Self { document, fastest, laws: Vec::new(), cpu: 0.0, has_more: false }
    }

    /// Adds `times` visits to an endpoint, with calls up to a depth of `deep`.
    pub(super) fn visit(&mut self, place: &EndpointName, times: f64, deep: usize) {
        let service = self.document.services.get(&place.0);
        if let (Some(endpoint), true) =
            (service.and_then(|it| it.endpoints.get(&place.1)), deep > 0)
        {
            self.steps(&endpoint.steps, times, deep);
        }
    }

    fn steps(&mut self, steps: &'d [StepText], times: f64, deep: usize) {
        for step in steps {
            if self.laws.len() >= MOST {
                return;
            }
            let repeats = step.repeat.as_ref().map_or(1.0, Law::mean);
            self.step(&step.kind, times * step.probability * repeats, deep);
        }
    }

    fn step(&mut self, kind: &'d StepKind, times: f64, deep: usize) {
        match kind {
            StepKind::Cpu(demand) => self.computes(demand, times),
            StepKind::Sleep(length) => self.laws.push((times, length)),
            StepKind::Disk(_) | StepKind::Read(..) => self.has_more = true,
            StepKind::Call(call) => {
                self.travels(times);
                if let Some(place) = calls::split(&call.target.text) {
                    self.visit(&place, times, deep - 1);
                }
            }
            StepKind::Cache(look_up, miss) => {
                self.travels(times);
                self.computes(&look_up.cost, times);
                let misses = 1.0 - look_up.hits.expected();
                self.steps(miss, times * misses, deep);
            }
            StepKind::Parallel { branches, need } => self.branches(branches, *need, times, deep),
            StepKind::Group(steps) => self.steps(steps, times, deep),
            StepKind::With(with) => self.steps(&with.steps, times, deep),
        }
    }

    fn computes(&mut self, demand: &'d Law, times: f64) {
        self.laws.push((times / self.fastest, demand));
        self.cpu += times * demand.mean();
    }

    /// Adds the way of a call, on its node or to another one.
    fn travels(&mut self, times: f64) {
        let Some(lan) = &self.document.lan else { return };
        self.has_more |= !lan.is_free() && lan.rtt.is_zero() | lan.local_rtt.is_zero();
        let is_nearer = lan.local_rtt.mean() < lan.rtt.mean();
        self.laws.push((times, if is_nearer { &lan.local_rtt } else { &lan.rtt }));
    }

    /// If all branches are needed they take as long as the longest of them; otherwise at least as long
    /// as the shortest.
    fn branches(&mut self, branches: &'d [Vec<StepText>], need: u32, times: f64, deep: usize) {
        let mean = |one: &Self| one.laws.iter().map(|(times, law)| times * law.mean()).sum::<f64>();
        let of = |steps: &'d Vec<StepText>| {
            let mut one = Self::of(self.document, self.fastest);
            one.steps(steps, times, deep);
            one
        };
        let all: Vec<Self> = branches.iter().take(MOST).map(of).collect();
        let longer = |a: &&Self, b: &&Self| mean(a).total_cmp(&mean(b));
        let chosen = if need as usize == branches.len() {
            all.iter().max_by(longer)
        } else {
            all.iter().min_by(longer)
        };
        self.laws.extend(chosen.into_iter().flat_map(|one| one.laws.iter().copied()));
        self.cpu += all.iter().map(|one| one.cpu).sum::<f64>();
        self.has_more |= all.iter().any(|one| one.has_more);
    }
}
