//! Counts response times in bands of half an octave, for a picture of response times over time.
//!
//! A band's limits are powers of √2 nanoseconds, from 2¹⁷ ns (131 µs) to 2³⁷ ns (137 s); faster and
//! slower requests count in the first and last one.

use crate::stored::stored;

/// Number of bands.
pub(crate) const BANDS: usize = 40;
/// Binary exponent of the lowest limit.
const LOWEST: u32 = 17;

/// Requests by band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bands {
    pub(crate) counts: [u32; BANDS],
}

stored! { Bands { counts } }

impl Default for Bands {
    fn default() -> Self {
        Self { counts: [0; BANDS] }
    }
}

impl Bands {
    /// Counts a request that took `ns` nanoseconds.
    #[inline]
    pub(crate) fn record(&mut self, ns: u64) {
        self.counts[band(ns)] += 1;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (sum, more) in self.counts.iter_mut().zip(other.counts) {
            *sum += more;
        }
    }
}

#[inline]
fn band(ns: u64) -> usize {
    let log = ns.max(1).ilog2();
    // Whether it exceeds √2 · 2^log.
    let is_upper = (u128::from(ns) * u128::from(ns)) >> (2 * log + 1) > 0;
    let band = (2 * log + u32::from(is_upper)).saturating_sub(2 * LOWEST);
    (band as usize).min(BANDS - 1)
}

/// The limits in seconds, ascending: one more than there are bands.
pub(crate) fn limits() -> Vec<f64> {
    let half_octaves = (0..=BANDS).map(|number| f64::from(LOWEST) + number as f64 / 2.0);
    half_octaves.map(|power| exp2(power) * 1e-9).collect()
}

/// Two to the power `power`, a whole or half number.
fn exp2(power: f64) -> f64 {
    let whole = 2f64.powi(power.floor() as i32);
    if power.fract() > 0.0 { whole * std::f64::consts::SQRT_2 } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_took_a_time_is_between_the_limits_of_its_band() {
        let limits = limits();
        assert_eq!(limits.len(), BANDS + 1);
        for ns in (17..37).flat_map(|power| {
            let octave = 1u64 << power;
            [octave, octave + 1, octave * 14_142 / 10_000, octave * 14_143 / 10_000, 2 * octave - 1]
        }) {
            let (at, seconds) = (band(ns), ns as f64 * 1e-9);
            assert!(limits[at] <= seconds && seconds < limits[at + 1], "{ns} in {at}");
        }
    }

    #[test]
    fn what_is_beyond_is_in_the_bands_at_the_ends() {
        assert_eq!([0, 1, 1000, u64::MAX].map(band), [0, 0, 0, BANDS - 1]);
        let mut bands = Bands::default();
        bands.record(5_000_000);
        let once = bands;
        bands.merge(&once);
        assert_eq!(bands.counts.iter().sum::<u32>(), 2);
    }
}
