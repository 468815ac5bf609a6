//! Counts claims by verdict, which determines the exit status.

use wssim_experiment::findings::{Findings, JudgedClaim, Verdict};

/// Claims by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VerdictTally {
    /// Claims that hold.
    pub holds: usize,
    /// Observations that are reproduced.
    pub reproduced: usize,
    /// Refuted claims.
    pub refuted: usize,
    /// Undecided claims.
    pub undecided: usize,
    /// Claims that hold, or are refuted, only at the values in force: not every range was checked.
    pub unestablished: usize,
    /// Claims refuted over all ranges of inputs.
    pub established_refuted: usize,
    /// Claims judged by other commands, whatever their verdict here.
    pub elsewhere: usize,
}

impl VerdictTally {
    /// The tally of `findings`.
    #[must_use]
    pub fn of(findings: &Findings) -> Self {
        let mut tally = Self::default();
        for judged in &findings.claims {
            *tally.place(findings, judged) += 1;
            if judged_here(findings, judged) {
                let is_open = judged.is_at_given_values();
                let is_refuted = judged.verdict == Verdict::Refuted;
                tally.unestablished += usize::from(is_open);
                tally.established_refuted += usize::from(is_refuted && !is_open);
            }
        }
        tally
    }

    fn place(&mut self, findings: &Findings, judged: &JudgedClaim) -> &mut usize {
        if !judged_here(findings, judged) {
            return &mut self.elsewhere;
        }
        match judged.verdict {
            Verdict::Holds => &mut self.holds,
            Verdict::Reproduced => &mut self.reproduced,
            Verdict::Refuted => &mut self.refuted,
            Verdict::Undecided => &mut self.undecided,
        }
    }
}

/// Whether the command of `findings` judges the claim.
pub(crate) fn judged_here(findings: &Findings, judged: &JudgedClaim) -> bool {
    findings.answer.study().judges(judged.claim.study)
}
