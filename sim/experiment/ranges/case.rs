//! A claim whose verdict is threatened, and what becomes of it.

use super::inputs::Position;
use super::joint::LinearModel;
use super::screen::Threat;
use crate::question::Expected;
use crate::verdict::Verdict;
use wssim_stats::Estimate;

/// A claim whose verdict is threatened.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) model: LinearModel,
    pub(crate) expected: Expected,
    /// The verdict and the number at the values in force.
    pub(crate) verdict: Verdict,
    pub(crate) in_force: f64,
    /// The most replications.
    pub(crate) most: u32,
    /// Whether the number did not vary there.
    pub(crate) is_constant: bool,
    /// Level of one interval.
    pub(crate) level: f64,
    /// Where a search in short replications leads, if there was one.
    pub(crate) found: Option<SearchResult>,
}

impl Case {
    /// The verdict is `found` at `position`.
    pub(crate) fn lost(
        &self,
        position: Position,
        found: Verdict,
        estimate: Estimate,
    ) -> LostVerdict {
        let Threat { subject, limit, .. } = self.model.threat;
        LostVerdict { subject, position, found, estimate, limit }
    }
}

/// What a search in short replications found.
#[derive(Clone, Debug)]
pub(crate) struct SearchResult {
    /// The setting that is worst for the claim.
    pub(crate) worst: Position,
    /// Whether the verdict is lost there, and one of fewer inputs at which it is lost as well.
    pub(crate) is_lost: bool,
    pub(crate) fewer: Option<Position>,
}

/// A setting at which the verdict is another one.
#[derive(Clone, Debug)]
pub(crate) struct LostVerdict {
    pub(crate) subject: usize,
    pub(crate) position: Position,
    pub(crate) found: Verdict,
    /// The number there, and the limit that it has passed.
    pub(crate) estimate: Estimate,
    pub(crate) limit: f64,
}

/// A setting at which a verdict was kept that the lines had lost: they lead elsewhere from there.
#[derive(Clone, Debug)]
pub(crate) struct Surprise {
    pub(crate) threat: Threat,
    pub(crate) position: Position,
    /// Of the claim, then of each observation.
    pub(crate) numbers: Vec<f64>,
}
