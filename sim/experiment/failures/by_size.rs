//! Summarizes the entries that count by the number of lost nodes.

use super::findings::{EntryFinding, Failures, SetFinding, SurvivalState, recovery_quantile};
use super::years::SubjectKind;
use super::years::findings::Availability;
use wssim_stats::Estimate;

/// The outcome of the entries that count when `size` nodes are lost, over all sets of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OfSize {
    /// Nodes that are lost together.
    pub size: usize,
    /// Sets of that size.
    pub sets: usize,
    /// Sets that survive, by the definition in force.
    pub survived: usize,
    /// Sets whose loss interrupts none of these entries in any replication.
    pub unharmed: usize,
    /// Sets after whose loss all these entries answer again, in every replication.
    pub recovered: usize,
    /// Seconds until they do, for the slowest set of those recovered: the median over replications.
    /// `None` if none is recovered.
    pub slowest: Option<f64>,
    /// Share of their requests from the fault to the end that fail, mean over sets; `None` without
    /// requests.
    pub error_ratio: Option<f64>,
}

impl Failures {
    /// The outcome of the entries that count, by the number of lost nodes.
    #[must_use]
    pub fn by_size(&self) -> Vec<OfSize> {
        (1..=self.depth).map(|size| self.of_size(size)).collect()
    }

    fn of_size(&self, size: usize) -> OfSize {
        let of_size = || self.sets.iter().filter(|set| set.nodes.len() == size);
        let is = |set: &SetFinding, state: SurvivalState| {
            set.critical().any(|one| one.state == Some(state))
        };
        let is_lost = |set: &&SetFinding| is(set, SurvivalState::Lost);
        let is_back = |set: &&SetFinding| !is_lost(set) && is(set, SurvivalState::Back);
        let takes = |entry: &EntryFinding| recovery_quantile(&entry.recovery, 0.5);
        let back = of_size().filter(is_back);
        let slowest = back.clone().flat_map(SetFinding::critical).filter_map(takes);
        let unharmed = of_size().filter(|set| !is_lost(set) && !is_back(set)).count();
        let errors = of_size().flat_map(SetFinding::critical);
        let errors: Vec<f64> = errors.filter_map(|entry| entry.whole.error_ratio).collect();
        let (survived, sets) = self.survived(size, 0);
        OfSize {
            size,
            sets,
            survived,
            unharmed,
            recovered: back.count(),
            slowest: slowest.reduce(f64::max),
            error_ratio: (!errors.is_empty())
                .then(|| errors.iter().sum::<f64>() / errors.len() as f64),
        }
    }

    /// Seconds down a year in the long run, of the entry that counts with the longest downtime.
    #[must_use]
    pub fn downtime_seconds(&self) -> Option<Estimate> {
        let counts = |name: &str| {
            self.sets.iter().flat_map(SetFinding::critical).any(|entry| entry.name == name)
        };
        let run = self.long_run.as_ref()?;
        let entries =
            run.subjects.iter().filter(|one| one.kind == SubjectKind::Entry && counts(&one.name));
        entries.map(Availability::downtime_seconds).max_by(|a, b| a.mean.total_cmp(&b.mean))
    }
}

impl SetFinding {
    /// The entries that count for survival.
    pub fn critical(&self) -> impl Iterator<Item = &EntryFinding> {
        self.entries.iter().filter(|entry| entry.is_critical)
    }
}
