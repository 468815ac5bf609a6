//! Tries one value: adds replications until it is decided whether all conditions hold.

use super::search::ValueState;
use super::stage::Load;
use crate::arm::Arm;
use crate::engine::{ArmId, Engine};
use crate::findings::StoppedBy;
use crate::judge::{Arms, is_on_the_limit, number, verdict};
use crate::looks::Looking;
use crate::objective::Objective;
use crate::verdict::Verdict;
use crate::watch::StudyPhase;
use wssim_stats::Estimate;

/// Replications at each look; the last is the cap.
pub(super) const LOOKS: [u32; 5] = [5, 10, 20, 40, 80];

/// Whether all conditions hold in one arm.
pub(super) struct ConditionTrial<'c> {
    pub(super) arm: ArmId,
    pub(super) conditions: &'c [Objective],
    pub(super) level: f64,
}

/// The estimate of a condition's metric; `None` if too little was observed.
pub(super) fn told(condition: &Objective, arm: &Arm, n: usize, level: f64) -> Option<Estimate> {
    number(&condition.metric, false, Arms { own: arm, base: None }, n, level).ok()
}

/// The joint decision on all conditions.
pub(super) fn state(conditions: &[Objective], arm: &Arm, n: usize, level: f64) -> ValueState {
    let of = |condition: &Objective| {
        told(condition, arm, n, level)
            .map_or(Verdict::Undecided, |estimate| verdict(&condition.expected, false, &estimate))
    };
    let verdicts: Vec<Verdict> = conditions.iter().map(of).collect();
    if verdicts.contains(&Verdict::Refuted) {
        ValueState::Missed
    } else if verdicts.iter().all(|verdict| *verdict == Verdict::Holds) {
        ValueState::Kept
    } else {
        ValueState::Open
    }
}

impl ConditionTrial<'_> {
    /// Whether more replications may decide the open conditions.
    fn is_worth_more(&self, arm: &Arm, n: usize) -> bool {
        let is_hopeless = |condition: &Objective| {
            let estimate = told(condition, arm, n, self.level);
            estimate.is_none_or(|estimate| {
                verdict(&condition.expected, false, &estimate) == Verdict::Undecided
                    && is_on_the_limit(&condition.expected, &estimate)
            })
        };
        !self.conditions.iter().any(is_hopeless)
    }
}

impl Looking<Load<'_>> for ConditionTrial<'_> {
    fn phase(&self) -> StudyPhase<'_> {
        StudyPhase::Search
    }

    fn wanted(
        &mut self,
        engine: &Engine<'_, Load<'_>>,
        complete: u32,
    ) -> Result<Vec<ArmId>, StoppedBy> {
        if complete > 0 {
            let arm = &engine.see(self.arm).arm;
            let n = complete as usize;
            if state(self.conditions, arm, n, self.level) != ValueState::Open {
                return Err(StoppedBy::Decided);
            }
            if !self.is_worth_more(arm, n) {
                return Err(StoppedBy::Precision);
            }
        }
        Ok(vec![self.arm])
    }
}
