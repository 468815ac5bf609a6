//! Verdicts on claims.

/// The verdict on a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The interval lies inside the plan's limits.
    Holds,
    /// An observation is reproduced: the interval lies inside its limits.
    Reproduced,
    /// The interval lies outside.
    Refuted,
    /// Neither, or nothing was observed, or the verdict changes within an input's range.
    Undecided,
}

impl Verdict {
    /// All of them.
    const ALL: [Self; 4] = [Self::Holds, Self::Reproduced, Self::Refuted, Self::Undecided];

    /// The verdict with this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

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
