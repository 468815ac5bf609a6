//! The findings of the long run: one record for each entry, group and service.

use super::subjects::SubjectKind;
use crate::metric::OfHistory;
use wssim_stats::{Estimate, poisson_interval};

/// The long run.
#[derive(Clone, Debug)]
pub struct LongRun {
    /// Measured years, all histories together.
    pub years: f64,
    /// Complete histories.
    pub histories: u64,
    /// Planned histories.
    pub planned: u64,
    /// Measured years of each history.
    pub years_each: f64,
    /// Years simulated before and not measured.
    pub warm_up_years: f64,
    /// The longest mean repair time, in seconds; infinite if a failure is never repaired.
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

    /// The availability of the entry, group or service of that name.
    #[must_use]
    pub fn of(&self, kind: &str, name: &str) -> Option<&Availability> {
        self.subjects.iter().find(|one| one.kind.name() == kind && one.name == name)
    }
}

/// Fewest outages for intervals over histories.
const FEW: u64 = 10;

/// The availability of a subject.
#[derive(Clone, Debug)]
pub struct Availability {
    /// Its kind.
    pub kind: SubjectKind,
    /// Its name.
    pub name: String,
    /// Share of the time in which it works.
    pub availability: Estimate,
    /// Share of the time in which it works, and outages a year, by history.
    pub histories: Vec<[f64; 2]>,
    /// An upper bound by the chain of its causes if nothing is moved elsewhere; exact if everything
    /// returns at once with its nodes.
    pub at_most: Option<f64>,
    /// Outages that begin in a year.
    pub outages_per_year: Estimate,
    /// Observed outages.
    pub outages: u64,
    /// Seconds of a complete outage; `None` without any.
    pub lengths: Option<Lengths>,
    /// Results per year.
    pub year: Year,
    /// Share of the time down by the last failure before the outage, largest first, zeros left out.
    pub causes: Vec<(Cause, f64)>,
}

/// A cause of outages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A component that fails by itself.
    Thing {
        /// Its kind, such as `node`.
        kind: String,
        /// Its name.
        name: String,
    },
    /// A resource shared by the nodes of a site.
    OfSite {
        /// The resource, such as `power`.
        what: String,
        /// The site.
        site: String,
    },
    /// A fault with a name of its own.
    Fault(String),
}

/// Lengths of outages, in seconds.
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

/// Results per year; `None` if a history is shorter than a year.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Year {
    /// Share of the years without an outage, or part of one.
    pub without: Option<f64>,
    /// Seconds down in a usual year: the median.
    pub p50: Option<f64>,
    /// Seconds down in a bad year: exceeded by one in twenty.
    pub p95: Option<f64>,
}

impl Availability {
    /// The value of `what` in each history.
    pub(super) fn values(&self, what: OfHistory) -> Vec<f64> {
        self.histories.iter().map(|history| value(what, *history)).collect()
    }

    /// The interval when few outages were observed in all years: their number is Poisson, and each lasts
    /// as long as the longest observed, or the longest mean repair. `None` if enough were observed.
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

/// The value of `what` in a history with this availability and number of outages a year.
pub(super) fn value(what: OfHistory, [works, outages]: [f64; 2]) -> f64 {
    match what {
        OfHistory::Availability => works,
        OfHistory::Downtime => (1.0 - works) * super::YEAR.seconds(),
        OfHistory::Outages => outages,
    }
}
