//! The sample of one metric in one replication: a number, a ratio, or bounds.

use crate::stored::Stored;

/// One metric in one replication.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sample {
    /// Nothing was observed.
    Nothing,
    /// Too few observations for a quantile: the factor that is needed.
    TooFew(f64),
    /// A mean or a quantile.
    Value(f64),
    /// Bounds of a mean or a quantile: some requests got no answer. The upper one may be infinite.
    Within(f64, f64),
    /// Numerator and denominator of a ratio.
    Ratio(f64, f64),
    /// A ratio between 0 and 1.
    Share(Share),
}

/// Part of a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share {
    pub(crate) part: f64,
    pub(crate) whole: f64,
    /// The most independent trials that it amounts to; infinite for a deterministic share.
    pub(crate) trials: f64,
}

impl Share {
    /// `part` of `whole` independent trials.
    pub(crate) fn of_count(part: f64, whole: f64) -> Self {
        Self { part, whole, trials: whole }
    }

    /// A share of time.
    pub(crate) fn of_time(share: f64) -> Self {
        Self { part: share, whole: 1.0, trials: f64::INFINITY }
    }
}

impl Stored for Sample {
    fn write(&self, to: &mut Vec<u8>) {
        let (kind, numbers): (u8, Vec<f64>) = match *self {
            Self::Nothing => (0, vec![]),
            Self::TooFew(times) => (1, vec![times]),
            Self::Value(value) => (2, vec![value]),
            Self::Within(low, high) => (3, vec![low, high]),
            Self::Ratio(part, whole) => (4, vec![part, whole]),
            Self::Share(Share { part, whole, trials }) => (5, vec![part, whole, trials]),
        };
        kind.write(to);
        for number in numbers {
            number.write(to);
        }
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let kind = u8::read(from)?;
        let mut number = || f64::read(from);
        Some(match kind {
            0 => Self::Nothing,
            1 => Self::TooFew(number()?),
            2 => Self::Value(number()?),
            3 => Self::Within(number()?, number()?),
            4 => Self::Ratio(number()?, number()?),
            5 => Self::Share(Share { part: number()?, whole: number()?, trials: number()? }),
            _ => return None,
        })
    }
}

impl Sample {
    /// Its bounds; equal for an exact number.
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
