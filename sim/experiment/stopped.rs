//! Why a study stopped.

/// Why a run stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoppedBy {
    /// Every claim is decided.
    Decided,
    /// The undecided claims are known to the precision asked for.
    Precision,
    /// The largest number of replications was reached.
    Cap,
    /// The requested number of replications was reached.
    Replications,
    /// The wall-time budget was spent.
    Budget,
    /// The user interrupted it.
    Interrupt,
}

impl StoppedBy {
    /// All of them.
    const ALL: [Self; 6] = [
        Self::Decided,
        Self::Precision,
        Self::Cap,
        Self::Replications,
        Self::Budget,
        Self::Interrupt,
    ];

    /// The reason with this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Whether less was simulated than was asked for.
    #[must_use]
    pub fn is_partial(self) -> bool {
        matches!(self, Self::Budget | Self::Interrupt)
    }

    /// Its name in `results.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Precision => "precision",
            Self::Cap => "cap",
            Self::Replications => "replications",
            Self::Budget => "budget",
            Self::Interrupt => "interrupt",
        }
    }
}
