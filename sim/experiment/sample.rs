//! One metric in one replication: a number, a ratio, or what is known of one.

/// One metric in one replication.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sample {
    /// Nothing was observed.
    Nothing,
    /// A quantile that would need this many times as many observations.
    TooFew(f64),
    /// A mean or a quantile.
    Value(f64),
    /// A mean or a quantile of which no more is known than that it lies between these ends: some
    /// requests got no answer. The second may be infinite.
    Within(f64, f64),
    /// Numerator and denominator of a ratio.
    Ratio(f64, f64),
    /// The same of one that lies between 0 and 1.
    Share(Share),
}

/// Part of a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share {
    pub(crate) part: f64,
    pub(crate) whole: f64,
    /// As many independent trials it is at most worth; infinite where chance has no part in it.
    pub(crate) trials: f64,
}

impl Share {
    /// `part` of `whole` things, each of which could have turned out otherwise.
    pub(crate) fn of_count(part: f64, whole: f64) -> Self {
        Self { part, whole, trials: whole }
    }

    /// A share of time.
    pub(crate) fn of_time(share: f64) -> Self {
        Self { part: share, whole: 1.0, trials: f64::INFINITY }
    }
}

impl Sample {
    /// The ends between which it lies: as one number, the same twice.
    pub(crate) fn ends(self) -> Option<[f64; 2]> {
        match self {
            Self::Value(value) => Some([value; 2]),
            Self::Within(low, high) => Some([low, high]),
            Self::Ratio(part, whole) | Self::Share(Share { part, whole, .. }) if whole != 0.0 => {
                Some([part / whole; 2])
            }
            _ => None,
        }
    }
}
