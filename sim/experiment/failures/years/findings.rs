//! What the long run found: one record an entry, a group, a service.

use super::subjects::SubjectKind;
use crate::metric::OfHistory;
use wssim_stats::{Estimate, poisson_interval};

/// The long run.
#[derive(Clone, Debug)]
pub struct LongRun {
    /// Measured, all histories together.
    pub years: f64,
    /// Histories that are complete.
    pub histories: u64,
    /// Histories that were to be.
    pub planned: u64,
    /// Years of each, without its warm-up; and those of the warm-up.
    pub years_each: f64,
    /// Years that are simulated before and not measured.
    pub warm_up_years: f64,
    /// The longest mean repair of what fails, in seconds; infinite where something is never repaired.
    pub longest_repair: f64,
    /// Faults that struck, warm-ups included.
    pub faults: u64,
    /// Events, warm-ups included.
    pub events: u64,
    /// Entries, groups, services, each kind in the order of names.
    pub subjects: Vec<Availability>,
}

impl LongRun {
    /// Simulated time, warm-ups included.
    #[must_use]
    pub fn simulated_seconds(&self) -> f64 {
        (self.years_each + self.warm_up_years) * self.histories as f64 * super::YEAR.seconds()
    }

    /// What is told of the entry, group or service of that name.
    #[must_use]
    pub fn of(&self, kind: &str, name: &str) -> Option<&Availability> {
        self.subjects.iter().find(|one| one.kind.name() == kind && one.name == name)
    }
}

/// Fewer outages than this say too little for intervals over histories.
const FEW: u64 = 10;

/// How available something is.
#[derive(Clone, Debug)]
pub struct Availability {
    /// What it is.
    pub kind: SubjectKind,
    /// Its name.
    pub name: String,
    /// Share of the time in which it works.
    pub availability: Estimate,
    /// Share of the time in which it works, and outages a year, a history each.
    pub histories: Vec<[f64; 2]>,
    /// What it can be at most by the chain of its causes, where nothing is moved elsewhere; what it is,
    /// where everything is back at once with its nodes.
    pub at_most: Option<f64>,
    /// Outages that begin in a year.
    pub outages_per_year: Estimate,
    /// How many were seen.
    pub outages: u64,
    /// Seconds of an outage, of those that had ended; `None` without any.
    pub lengths: Option<Lengths>,
    /// What a year brings.
    pub year: Year,
    /// Share of the time down, by what had failed last when it began; the largest first, those of nothing
    /// left out.
    pub causes: Vec<(Cause, f64)>,
}

/// What had failed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A thing that fails of itself.
    Thing {
        /// What it is, such as `node`.
        kind: String,
        /// Its name.
        name: String,
    },
    /// Something that the nodes of a site share.
    OfSite {
        /// What it is, such as `power`.
        what: String,
        /// The site.
        site: String,
    },
    /// A fault with a name of its own.
    Fault(String),
}

/// How long outages are, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lengths {
    /// The mean.
    pub mean: f64,
    /// Half of them are shorter.
    pub p50: f64,
    /// One in twenty is longer.
    pub p95: f64,
    /// The longest.
    pub max: f64,
}

/// What a year brings; `None` where a history is shorter than that.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Year {
    /// Share of the years without an outage, or part of one.
    pub without: Option<f64>,
    /// Seconds down in a usual year: half of them have less.
    pub p50: Option<f64>,
    /// Seconds down in a bad one: one in twenty has more.
    pub p95: Option<f64>,
}

impl Availability {
    /// What is measured in each history.
    pub(super) fn values(&self, what: OfHistory) -> Vec<f64> {
        self.histories.iter().map(|history| value(what, *history)).collect()
    }

    /// What it may be when few outages were seen in all years: their number is Poisson, and each lasts
    /// as long as the longest that was seen, or the longest mean repair. `None`: enough were.
    pub(super) fn rare(&self, what: OfHistory, run: &LongRun, level: f64) -> Option<[f64; 2]> {
        if self.outages >= FEW {
            return None;
        }
        let [low, high] = poisson_interval(self.outages, level).map(|n| n / run.years);
        let longest = self.lengths.map_or(0.0, |lengths| lengths.max).max(run.longest_repair);
        let down = (high * longest).min(super::YEAR.seconds());
        Some(match what {
            OfHistory::Outages => [low, high],
            OfHistory::Downtime => [0.0, down],
            OfHistory::Availability => [1.0 - down / super::YEAR.seconds(), 1.0],
        })
    }

    /// Seconds down a year.
    #[must_use]
    pub fn downtime_seconds(&self) -> Estimate {
        let seconds = super::YEAR.seconds();
        let Estimate { mean, low, high, n } = self.availability;
        Estimate {
            mean: (1.0 - mean) * seconds,
            low: (1.0 - high) * seconds,
            high: (1.0 - low) * seconds,
            n,
        }
    }
}

/// What is measured in a history with this availability and this number of outages a year.
pub(super) fn value(what: OfHistory, [works, outages]: [f64; 2]) -> f64 {
    match what {
        OfHistory::Availability => works,
        OfHistory::Downtime => (1.0 - works) * super::YEAR.seconds(),
        OfHistory::Outages => outages,
    }
}
