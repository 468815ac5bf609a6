//! The stage of the long run: worlds without traffic, history by history.

use super::findings::{LongRun, value};
use super::judge::judged;
use super::pool::{HistoryPool, Summary};
use super::record::record;
use super::subjects::{NodeSet, OverloadedNodes, Subjects};
use super::{Plan, chain, faults_a_year, wearing};
use crate::cluster::ClusterFacts;
use crate::engine::Stage;
use crate::question::{AtRisk, MetricRef, Point, WorldError, Worlds};
use std::fmt::Debug;
use wssim_model::history::is_same;
use wssim_model::{Blueprint, Cut};

/// Sets of nodes without which the others cannot carry an entry, and that entry.
pub(in crate::failures) type Overloads = Vec<(Vec<usize>, usize)>;

/// A point: a world, and whether overload of its remaining nodes counts as down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::failures) struct WearPoint {
    pub(in crate::failures) point: Point,
    pub(in crate::failures) with_overloads: bool,
}

/// A world with random failures, and its histories.
pub(in crate::failures) struct Worn {
    blueprint: Blueprint,
    cluster: ClusterFacts,
    overloads: Vec<OverloadedNodes>,
    plan: Plan,
    pool: HistoryPool,
}

/// Parameters common to all histories.
pub(in crate::failures) struct Years<'a> {
    pub(in crate::failures) worlds: &'a dyn Worlds,
    pub(in crate::failures) seed: u64,
    /// Years, all histories together.
    pub(in crate::failures) length: f64,
    /// Overloads of the remaining nodes of a world, if asked for.
    pub(in crate::failures) overloads: &'a (dyn Fn(&Point) -> Result<Overloads, WorldError> + Sync),
}

impl Years<'_> {
    /// Histories planned for `arm`: none if nothing fails by itself, or no years are asked for.
    pub(in crate::failures) fn planned(&self, arm: &Worn) -> u32 {
        let fits = arm.blueprint.nodes.len() <= super::MOST_NODES;
        let any = !arm.blueprint.faults.is_empty() && self.length > 0.0 && fits;
        if any { arm.plan.histories as u32 } else { 0 }
    }
}

impl Worn {
    fn subjects(&self) -> Subjects<'_> {
        Subjects::new(&self.blueprint, &self.cluster, &self.overloads)
    }

    /// The values of `metric` in its first histories; `None` if its subject does not exist.
    pub(in crate::failures) fn values(
        &self,
        metric: &MetricRef,
        histories: usize,
    ) -> Option<Vec<f64>> {
        let mut labels = metric.labels.iter().filter(|(label, _)| *label != "nodes_lost");
        let (kind, name) = labels.next()?;
        let all = self.pool.histories_of(kind, name)?;
        let what = judged(metric)?;
        Some(all.iter().take(histories).map(|history| value(what, *history)).collect())
    }

    /// The findings of its histories; `None` with fewer than two complete ones.
    pub(in crate::failures) fn told(&self) -> Option<LongRun> {
        if self.pool.histories() < 2 {
            return None;
        }
        let exact = chain::availability(&self.blueprint, &self.subjects());
        Some(self.pool.findings(&self.blueprint, &exact))
    }
}

impl Stage for Years<'_> {
    type Point = WearPoint;
    type Arm = Worn;
    type One = Summary;

    fn open(&self, wearing_point: &WearPoint) -> Result<Worn, WorldError> {
        let WearPoint { point, with_overloads } = wearing_point;
        let AtRisk { blueprint, cluster } =
            self.worlds.at_risk(point.arm.as_deref(), &point.overrides)?;
        let lost = if *with_overloads { (self.overloads)(point)? } else { Vec::new() };
        let overload = |(nodes, entry): &(Vec<usize>, usize)| -> OverloadedNodes {
            (nodes.iter().fold(0, |set: NodeSet, node| set | 1 << node), *entry)
        };
        let overloads: Vec<OverloadedNodes> = lost.iter().map(overload).collect();
        let blueprint = wearing(&blueprint);
        let plan = Plan::of(self.length, faults_a_year(&blueprint));
        let names = if blueprint.nodes.len() <= super::MOST_NODES {
            Subjects::new(&blueprint, &cluster, &overloads).names
        } else {
            Vec::new()
        };
        let pool = HistoryPool::new(names, blueprint.faults.len(), plan);
        Ok(Worn { blueprint, cluster, overloads, plan, pool })
    }

    fn is_same(&self, a: &Worn, b: &Worn) -> bool {
        let rarely = 1.0 - b.cluster.survival.share;
        a.plan == b.plan
            && a.overloads == b.overloads
            && a.cluster.groups == b.cluster.groups
            && is_same(&a.blueprint, &b.blueprint, rarely)
    }

    fn identity(&self, arm: &Worn) -> impl Debug {
        (self.seed, arm.plan, &arm.overloads, &arm.cluster, &arm.blueprint)
    }

    fn replicate(&self, arm: &Worn, number: u32, stop: &dyn Fn() -> bool) -> Result<Summary, Cut> {
        let seeds = [self.seed, u64::from(number)];
        let told = record(&arm.blueprint, &arm.subjects(), seeds, arm.plan.end(), stop);
        Ok(arm.pool.summary(&told.ok_or(Cut::Stopped)?))
    }

    fn events(&self, one: &Summary) -> u64 {
        one.events
    }

    fn keep(&self, arm: &mut Worn, one: Summary) {
        arm.pool.keep(one);
    }

    fn replications(&self, arm: &Worn) -> u32 {
        arm.pool.histories() as u32
    }
}
