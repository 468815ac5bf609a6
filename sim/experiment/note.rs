//! What the reader of findings should know beside them: values, of which `reports` makes sentences.

use crate::offered::{Overload, offered, overloads};
use crate::question::{Measure, Question, ScaledUsers};
use wssim_model::Blueprint;
use wssim_stats::Estimate;

/// Something that the reader should know.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// Something is asked for more than it can do.
    Overload(Overload),
    /// Measured requests were still in flight when a replication was given up.
    Unfinished {
        /// How many, of all replications.
        unfinished: u64,
        /// Of how many.
        requests: u64,
    },
    /// A factor on traffic leaves a closed source a number of users that is not whole: it is rounded.
    UsersRounded {
        /// The source.
        entry: String,
        /// The factor of which this is told.
        scale: f64,
        /// Its users there.
        users: ScaledUsers,
        /// Factors at which it is rounded.
        factors: usize,
    },
    /// The pilot found no end of the warm-up.
    NotSettled,
    /// Two scenarios that are compared measure something else: both are measured as the second says.
    OtherMeasure {
        /// What others are compared with.
        baseline: String,
        /// The other.
        scenario: String,
    },
    /// Common random numbers do not help: what happens by chance to the response times of these entries is
    /// not the same in two scenarios that are compared.
    Unpaired {
        /// The one that is not the baseline.
        scenario: String,
        /// The entries.
        entries: Vec<String>,
    },
    /// Not every range of an input was looked at.
    RangesCut,
    /// Services with containers that were killed for want of memory, the most often killed first.
    Killed(Vec<Killed>),
    /// A node gave way first as containers were added.
    FirstToGive(FirstToGive),
    /// No node gave way as containers were added.
    NoPressure {
        /// Up to so many of them.
        containers: usize,
    },
    /// Faults that the scenario scripts are left out.
    ScriptedFaults,
    /// There is no long run: there are too many nodes for it.
    TooManyNodes {
        /// The most that it takes.
        most: usize,
    },
    /// The long run was cut before there was anything to tell of it.
    LongRunLost,
    /// The long run was cut short.
    LongRunCut {
        /// Histories that are complete.
        histories: u64,
        /// Histories that were to be.
        planned: u64,
    },
}

/// What `blueprint` asks of something that cannot do it.
pub(crate) fn of_load(blueprint: &Blueprint, measure: &Measure) -> Vec<Note> {
    let load = offered(blueprint, measure);
    overloads(&load).into_iter().map(Note::Overload).collect()
}

/// Which closed sources have rounded numbers of users at the factors `scales` on all traffic.
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

/// How often containers of a service were killed for want of memory, a replication.
#[derive(Clone, Debug, PartialEq)]
pub struct Killed {
    /// The service.
    pub service: String,
    /// What each of its containers may use, in bytes; `None`: as much as there is.
    pub limit: Option<f64>,
    /// Kills at that limit, whatever room the node had.
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

/// The node that gave way first as containers were added.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstToGive {
    /// Its name.
    pub node: String,
    /// Containers that ran then, on all nodes: the mean over those replications.
    pub containers: f64,
    /// The same with its interval; `None` with fewer than two of them.
    pub interval: Option<Estimate>,
    /// Replications in which it was the first.
    pub replications: usize,
    /// All replications.
    pub of: usize,
}
