//! What became of a claim.

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The interval lies inside what the plan says.
    Holds,
    /// An observation is met: the interval lies inside it.
    Reproduced,
    /// The interval lies outside.
    Refuted,
    /// Neither, or nothing was observed, or it flips within an input's range.
    Undecided,
}

impl Verdict {
    /// Its name in `results.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Reproduced => "reproduced",
            Self::Refuted => "refuted",
            Self::Undecided => "undecided",
        }
    }
}
