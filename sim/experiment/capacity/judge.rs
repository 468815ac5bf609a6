//! Judges the claims of `capacity` by brackets: a claim holds if the whole bracket satisfies it.
//! Verdicts apply to the values in force, and note ranges of inputs.

use super::findings::{Carries, FitCount, Fits, Searched, TrafficLimits};
use crate::findings::JudgedClaim;
use crate::judge::{not_judged, unit_of, verdict};
use crate::metric::{ALL, MetricReader, OfCapacity, row_of};
use crate::question::{Claim, Study};
use crate::reason::{Reason, Unmeasured};
use crate::verdict::Verdict;
use wssim_stats::Estimate;

/// The findings to judge by.
pub(super) struct CapacityBench<'a> {
    pub(super) search: &'a Searched,
    pub(super) traffic: &'a TrafficLimits,
    /// By service that a claim names.
    pub(super) fits: &'a [Fits],
    /// Number of inputs with ranges, which are not explored.
    pub(super) ranges: usize,
    /// Whether conditions other than the objectives were asked for; claims are about the objectives.
    pub(super) is_other: bool,
}

/// The services whose fits claims are about.
pub(super) fn templates(claims: &[Claim]) -> Vec<String> {
    let judged = claims.iter().filter(|claim| of(claim) == Some(OfCapacity::Containers));
    let mut names: Vec<String> =
        judged.filter_map(|claim| claim.metric.labels.get("service").cloned()).collect();
    names.sort();
    names.dedup();
    names
}

fn of(claim: &Claim) -> Option<OfCapacity> {
    match row_of(&claim.metric.name)?.reader {
        MetricReader::Capacity(of) => Some(of),
        _ => None,
    }
}

impl CapacityBench<'_> {
    /// The claim with its verdict.
    pub(super) fn judge(&self, claim: &Claim) -> JudgedClaim {
        let unmeasured = || Reason::Unmeasured(Unmeasured::NotObserved(claim.metric.name.clone()));
        let is_of_traffic = of(claim) == Some(OfCapacity::Traffic);
        let simulated = match not_judged(claim, Study::Capacity) {
            Some(reason) => Err(reason),
            None if self.is_other && is_of_traffic => {
                Err(Reason::Unmeasured(Unmeasured::OtherConditions))
            }
            None => self.value(claim).ok_or_else(unmeasured),
        };
        let verdict = simulated.as_ref().map_or(Verdict::Undecided, |estimate| {
            verdict(&claim.expected, claim.observed, estimate)
        });
        let why = match &simulated {
            Err(reason) => vec![reason.clone()],
            Ok(_) if verdict == Verdict::Undecided => vec![Reason::Straddles { needed: None }],
            Ok(_) if self.ranges > 0 => {
                vec![Reason::NotLookedAt { looked: 0, ranges: self.ranges }]
            }
            Ok(_) => Vec::new(),
        };
        let simulated = simulated.ok();
        JudgedClaim { claim: claim.clone(), unit: unit_of(claim), simulated, verdict, why }
    }

    fn value(&self, claim: &Claim) -> Option<Estimate> {
        let label = |name: &str| claim.metric.labels.get(name).map(String::as_str);
        match of(claim)? {
            OfCapacity::Traffic => match label("node").unwrap_or(ALL) {
                ALL => bracket(self.search),
                node => self.without(node),
            },
            OfCapacity::Containers => {
                let fits = self
                    .fits
                    .iter()
                    .find(|fits| Some(fits.template.as_str()) == label("service"))?;
                let fit = match label("by").unwrap_or("scheduler") {
                    "ram" => &fits.by_ram,
                    "cpu" => &fits.by_cpu,
                    _ => &fits.by_scheduler,
                };
                let all = match fit {
                    FitCount::Most(more, _) => f64::from(fits.today + more),
                    FitCount::Unlimited => f64::INFINITY,
                };
                Some(between(all, all, EXACT))
            }
        }
    }

    fn without(&self, node: &str) -> Option<Estimate> {
        let found = self.traffic.without.iter().find(|one| one.node == node)?;
        match &found.carries {
            Carries::AsMuch(most) | Carries::AtLeast(most) => {
                Some(between(*most, f64::INFINITY, replications(self.search)))
            }
            Carries::Less(search) => bracket(search),
            Carries::NotToday(broken) => {
                let n = broken.iter().filter_map(|(_, estimate)| Some(estimate.as_ref()?.n)).max();
                Some(between(0.0, 1f64.next_down(), n.unwrap_or(EXACT)))
            }
            Carries::Unknown | Carries::Cut => None,
        }
    }
}

/// Counted, not simulated: as certain as any number of replications.
const EXACT: u32 = u32::MAX;

/// The fewest replications of a value that bounds the bracket; overload needs none.
fn replications(search: &Searched) -> u32 {
    let bounds = [search.kept, search.missed];
    let bounding = search.tried.iter().filter(|tried| bounds.contains(&Some(tried.value)));
    let simulated = bounding.filter(|tried| tried.overloads.is_empty());
    simulated.map(|tried| tried.replications).min().unwrap_or(EXACT)
}

/// A bracket as an interval, open on an unknown side.
fn bracket(search: &Searched) -> Option<Estimate> {
    if search.kept.is_none() && search.missed.is_none() {
        return None;
    }
    // The first missed value is no longer carried.
    let high = search.missed.map_or(f64::INFINITY, f64::next_down);
    let low = search.kept.unwrap_or(0.0);
    Some(between(low, high, replications(search)))
}

fn between(low: f64, high: f64, n: u32) -> Estimate {
    let mean = if high.is_finite() { f64::midpoint(low, high) } else { low };
    Estimate { mean, low, high, n }
}
