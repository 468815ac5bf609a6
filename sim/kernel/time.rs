//! Simulated time: whole nanoseconds, so that order is total and ties are exact.

use std::ops::{Add, AddAssign, Sub};

/// A duration in whole nanoseconds. Range 0 to 584 years; arithmetic saturates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nanos(pub u64);

/// An instant: nanoseconds since the start of the replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

impl Nanos {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// The nearest whole nanosecond to `seconds`, with the limits of [`Self::from_f64`].
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Self {
        Self::from_f64(seconds * 1e9)
    }

    /// The nearest whole nanosecond to `nanoseconds`; negative and not-a-number give zero, more
    /// than 292 years gives 292 years.
    #[must_use]
    #[inline]
    pub fn from_f64(nanoseconds: f64) -> Self {
        // Below 2^52 (52 days) adding 2^52 leaves the rounded number in the low bits of the sum: several
        // times faster than a conversion that also handles NaN and overflow.
        const SHIFT: f64 = (1_u64 << 52) as f64;
        if (0.0..SHIFT).contains(&nanoseconds) {
            return Self((nanoseconds + SHIFT).to_bits() - SHIFT.to_bits());
        }
        Self((nanoseconds as i64).max(0) as u64)
    }

    /// In seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64 * 1e-9
    }

    /// As a floating-point number of nanoseconds.
    #[must_use]
    #[inline]
    pub fn as_f64(self) -> f64 {
        // Via i64, which processors convert in one instruction; exact up to 2^53.
        self.0 as i64 as f64
    }
}

impl Time {
    /// The start of a replication.
    pub const ZERO: Self = Self(0);
    /// After the end of every simulation.
    pub const NEVER: Self = Self(u64::MAX);

    /// Time since `earlier`; zero if that lies in the future.
    #[must_use]
    #[inline]
    pub fn since(self, earlier: Self) -> Nanos {
        Nanos(self.0.saturating_sub(earlier.0))
    }

    /// Seconds since the start of the replication.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0 as f64 * 1e-9
    }
}

impl Add<Nanos> for Time {
    type Output = Self;
    #[inline]
    fn add(self, duration: Nanos) -> Self {
        Self(self.0.saturating_add(duration.0))
    }
}

impl Add for Nanos {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Nanos {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Nanos {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}
