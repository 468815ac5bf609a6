//! A claim whose verdict may change within the ranges, and the result.

use super::inputs::Position;
use super::joint::LinearModel;
use super::screen::Threat;
use crate::question::Expected;
use crate::verdict::Verdict;
use wssim_stats::Estimate;

/// A claim whose verdict may change.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) model: LinearModel,
    pub(crate) expected: Expected,
    /// Its verdict and number at the values in force.
    pub(crate) verdict: Verdict,
    pub(crate) in_force: f64,
    /// Most replications.
    pub(crate) most: u32,
    /// Whether the number was constant there.
    pub(crate) is_constant: bool,
    /// Level of one interval.
    pub(crate) level: f64,
    /// The result of a search in short replications, if any.
    pub(crate) found: Option<SearchResult>,
}

impl Case {
    /// The verdict changes to `found` at `position`.
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

/// The result of a search in short replications.
#[derive(Clone, Debug)]
pub(crate) struct SearchResult {
    /// The worst setting for the claim.
    pub(crate) worst: Position,
    /// Whether the verdict changes there, and a setting of fewer inputs that also changes it.
    pub(crate) is_lost: bool,
    pub(crate) fewer: Option<Position>,
}

/// A setting at which the verdict differs.
#[derive(Clone, Debug)]
pub(crate) struct LostVerdict {
    pub(crate) subject: usize,
    pub(crate) position: Position,
    pub(crate) found: Verdict,
    /// The number there, and the limit that it has crossed.
    pub(crate) estimate: Estimate,
    pub(crate) limit: f64,
}

/// A setting that kept a verdict against the linear model: the model is then rebuilt from there.
#[derive(Clone, Debug)]
pub(crate) struct Surprise {
    pub(crate) threat: Threat,
    pub(crate) position: Position,
    /// For the claim, then for each observation.
    pub(crate) numbers: Vec<f64>,
}
