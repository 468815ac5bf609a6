//! Notes beside the findings: values of which `reports` makes sentences.

use crate::offered::{Overload, offered, overloads};
use crate::question::{Measure, Question, ScaledUsers};
use wssim_model::Blueprint;
use wssim_stats::Estimate;

/// A note for the reader.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// A resource is overloaded.
    Overload(Overload),
    /// Measured requests were still in flight when a replication ended.
    Unfinished {
        /// Their number, over all replications.
        unfinished: u64,
        /// All measured requests.
        requests: u64,
    },
    /// A factor on traffic gives a closed source a fractional number of users, which is rounded.
    UsersRounded {
        /// The source.
        entry: String,
        /// The factor of this note.
        scale: f64,
        /// Its users at that factor.
        users: ScaledUsers,
        /// Number of factors at which it is rounded.
        factors: usize,
    },
    /// The pilot found no end of the warm-up.
    NotSettled,
    /// Two compared scenarios measure different stretches: both are measured as in the second.
    OtherMeasure {
        /// The scenario that others are compared with.
        baseline: String,
        /// The other.
        scenario: String,
    },
    /// Common random numbers do not help: the response times of these entries are uncorrelated between
    /// two compared scenarios.
    Unpaired {
        /// The scenario that is not the baseline.
        scenario: String,
        /// The entries.
        entries: Vec<String>,
    },
    /// Not every range of an input was checked.
    RangesCut,
    /// Services with containers killed for lack of memory, most kills first.
    Killed(Vec<Killed>),
    /// A node came under pressure first as containers were added.
    FirstToGive(FirstToGive),
    /// No node came under pressure as containers were added.
    NoPressure {
        /// The largest number of containers.
        containers: usize,
    },
    /// The scenario's scripted faults are left out.
    ScriptedFaults,
    /// There is no long run: there are too many nodes.
    TooManyNodes {
        /// The most that are possible.
        most: usize,
    },
    /// The long run was cut before it had results.
    LongRunLost,
    /// The long run was cut short.
    LongRunCut {
        /// Histories that are complete.
        histories: u64,
        /// Planned histories.
        planned: u64,
    },
}

/// Overloaded resources of `blueprint`.
pub(crate) fn of_load(blueprint: &Blueprint, measure: &Measure) -> Vec<Note> {
    let load = offered(blueprint, measure);
    overloads(&load).into_iter().map(Note::Overload).collect()
}

/// Closed sources with a rounded number of users at the factors `scales` on all traffic.
pub(crate) fn of_rounding(question: &Question, scales: &[f64]) -> Vec<Note> {
    let of = |(entry, users): &(String, u32)| {
        let scaled = scales.iter().map(|scale| (*scale, ScaledUsers::of(*users, *scale)));
        let rounded: Vec<_> = scaled.filter(|(_, users)| users.is_rounded()).collect();
        let (scale, users) = *rounded.first()?;
        let (entry, factors) = (entry.clone(), rounded.len());
        Some(Note::UsersRounded { entry, scale, users, factors })
    };
    question.closed_users.iter().filter_map(of).collect()
}

/// Kills of containers of a service for lack of memory, per replication.
#[derive(Clone, Debug, PartialEq)]
pub struct Killed {
    /// The service.
    pub service: String,
    /// Limit of each of its containers, in bytes; `None` without one.
    pub limit: Option<f64>,
    /// Kills at that limit, independent of the node's free RAM.
    pub at_limit: f64,
    /// Kills because the node had neither RAM nor swap left.
    pub by_node: f64,
}

impl Killed {
    /// All of them.
    #[must_use]
    pub fn kills(&self) -> f64 {
        self.at_limit + self.by_node
    }
}

/// The node that came under pressure first as containers were added.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstToGive {
    /// Its name.
    pub node: String,
    /// Containers running then, on all nodes: the mean over those replications.
    pub containers: f64,
    /// Its interval; `None` with fewer than two of those replications.
    pub interval: Option<Estimate>,
    /// Replications in which it was the first.
    pub replications: usize,
    /// All replications.
    pub of: usize,
}
