//! One metric in one replication: a number, a ratio, or what is known of one.

use crate::stored::Stored;

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
