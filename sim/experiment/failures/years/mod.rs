//! The long run: the availability of all subjects over thousands of years of random failures.
//!
//! ```text
//!  history 1   ├ warm-up ┼─ year ─┼─ year ─┼ … ┤     each from its own random numbers, without traffic
//!  history 2   ├ warm-up ┼─ year ─┼─ year ─┼ … ┤
//!   …            a tenth
//! ```
//! Shares of the time and outages a year are means over histories, with t intervals; lengths of outages
//! and results per year are pooled. A dead replica counts as down at once, even before its death is
//! detected: the study with traffic covers that interval.
//!
//! `subjects.rs` defines when a subject works, `state.rs` follows it, `chain.rs` has the closed form.

mod chain;
pub mod findings;
pub(super) mod judge;
pub(super) mod metrics;
mod pool;
mod record;
pub(super) mod stage;
mod state;
mod subjects;

pub use record::Outage;
pub use subjects::{MANAGERS, MOST_NODES, SubjectKind};

use crate::cluster::ClusterFacts;
use record::record;
use subjects::Subjects;
use wssim_kernel::Nanos;
use wssim_model::Blueprint;
use wssim_model::blueprint::{Comes, Fault};

/// A year of 365.25 days.
pub const YEAR: Nanos = Nanos(31_557_600_000_000_000);

/// Years simulated by default.
pub const USUAL_YEARS: f64 = 10_000.0;

/// Fewest histories: enough for intervals.
const HISTORIES: u64 = 40;
/// Longest history, in years: time is counted in nanoseconds, up to 584 years.
const LONGEST: f64 = 100.0;
/// Approximate most faults of a history, which is kept in memory while it is evaluated.
const MOST_FAULTS: f64 = 10_000.0;

/// The length of the simulation.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Plan {
    histories: u64,
    warm_up: Nanos,
    measured: Nanos,
}

impl Plan {
    /// `years` in total, in equal histories, of a world with `faults` a year.
    fn of(years: f64, faults: f64) -> Self {
        let longest = LONGEST.min(MOST_FAULTS / faults.max(1.0));
        let histories = HISTORIES.max((years / longest).ceil() as u64);
        let each = years / histories as f64;
        let measured = Nanos::from_f64(each * YEAR.as_f64());
        Self { histories, warm_up: Nanos(measured.0 / 10), measured }
    }

    fn end(&self) -> Nanos {
        Nanos(self.warm_up.0 + self.measured.0)
    }
}

/// One history; [`findings::LongRun`] summarizes them.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Kind, name and outages of each subject.
    pub outages: Vec<(SubjectKind, String, Vec<Outage>)>,
    /// Faults that struck.
    pub faults: u64,
}

/// History number `number`, of `length`, of all subjects of `blueprint`.
#[must_use]
pub fn history(
    blueprint: &Blueprint,
    cluster: &ClusterFacts,
    [seed, number]: [u64; 2],
    end: Nanos,
) -> History {
    let subjects = Subjects::new(blueprint, cluster, &[]);
    let told = record(blueprint, &subjects, [seed, number], end, &|| false);
    let Some(record) = told else { return History::default() };
    let named = subjects.names.into_iter().zip(record.outages);
    let outages = named.map(|((kind, name), outages)| (kind, name, outages)).collect();
    History { outages, faults: record.faults }
}

/// The closed form of each subject's availability; `None` if there is none.
#[must_use]
pub fn exact(
    blueprint: &Blueprint,
    cluster: &ClusterFacts,
) -> Vec<(SubjectKind, String, Option<f64>)> {
    let blueprint = wearing(blueprint);
    let subjects = Subjects::new(&blueprint, cluster, &[]);
    let exact = chain::availability(&blueprint, &subjects);
    let named = subjects.names.into_iter().zip(exact);
    named.map(|((kind, name), exact)| (kind, name, exact)).collect()
}

/// The world of the long run, without scripted faults.
fn wearing(own: &Blueprint) -> Blueprint {
    let mut faults = own.faults.clone();
    faults.retain(|fault| !matches!(fault.comes, Comes::Once(_)));
    own.struck_by(faults)
}

/// Approximate number of faults a year.
fn faults_a_year(blueprint: &Blueprint) -> f64 {
    let of = |fault: &Fault| {
        let up = match &fault.comes {
            Comes::Renewed(up) | Comes::EachLife(up) => up.mean(),
            Comes::Once(_) => return 0.0,
        };
        let down = fault.repair.as_ref().map_or(0.0, wssim_model::law::Law::mean);
        YEAR.as_f64() / (up + down).max(1.0)
    };
    blueprint.faults.iter().map(of).sum()
}
