//! The analytic twin: what a simulation of a blueprint would show on average, by formulas, in far less than a
//! millisecond. It brackets and screens searches and stands beside simulated values; it decides no verdict.
//!
//! Rates of visits come from Jackson's traffic equations ([`mod@crate::offered`]). Every node's processor is
//! a shared one with its capacity curve (M/M/C(n), which for one core is M/G/1-PS), every container with
//! workers or a CPU limit a flow-equivalent centre in front of it, every pool and disk M/M/c with the
//! connection's holding time as service time; waits of first come, first served times (1 + cv²) / 2. Branches
//! join after the mean of the largest of independent exponentials, corrected after Nelson & Tantawi, as far
//! as they spread. Waits make visits longer, and longer visits make waits: both are iterated until nothing
//! moves. Closed users are found as [`wssim_stats::theory::mixed_network`] says; one source of users alone,
//! on resources that are not held within each other, is solved exactly.
//!
//! Replicas share evenly; branches that compute at the same time do not hinder each other; retries, time-outs, failures, memory and opening connections are left out:
//! [`FormulaGap`] says which of them there are. No quantiles: that of a sum of waits has no formula of known
//! quality.

mod answer;
mod below;
mod branches;
mod compare;
mod edge;
mod exact;
mod flows;
mod left_out;
mod reason;
mod resource;
mod settle;
mod station;
mod twin;
mod value;
mod views;

pub use answer::{Analytic, DiskValue, EntryValue, NodeValue, PoolValue, ServiceValue};
pub use compare::{FormulaDifference, compare, limit_of};
pub use reason::FormulaGap;
pub use resource::{Resource, ResourceDemand};
pub use twin::Twin;

use crate::question::Measure;
use wssim_model::Blueprint;

/// The means that formulas give for `blueprint`, over the measured stretch.
#[must_use]
pub fn analytic(blueprint: &Blueprint, measure: &Measure) -> Analytic {
    Twin::new(blueprint, measure).at(1.0)
}
