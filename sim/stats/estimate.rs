//! A number with its interval.

/// An estimate with a two-sided confidence interval, in the unit of the observations.
///
/// The level is not stored: the caller knows it. An infinite end is an unknown bound; the point is then
/// the least, or the largest, possible value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Point estimate, the centre of the interval.
    pub mean: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Number of independent observations, in wssim replications.
    pub n: u32,
}

impl Estimate {
    /// The interval `mean` ± `half_width` from `n` observations.
    pub fn symmetric(mean: f64, half_width: f64, n: u32) -> Self {
        Self { mean, low: mean - half_width, high: mean + half_width, n }
    }

    /// Half the width of the interval, in the unit of the observations.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// Whether both ends are finite.
    pub fn is_closed(&self) -> bool {
        !self.low.is_infinite() && !self.high.is_infinite()
    }

    /// Whether `value` lies in the interval, ends included.
    pub fn covers(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symmetric_interval_has_its_half_width_on_both_sides() {
        let estimate = Estimate::symmetric(3.0, 0.5, 10);
        assert_eq!((estimate.low, estimate.high), (2.5, 3.5));
        assert_eq!(estimate.half_width(), 0.5);
    }

    #[test]
    fn the_ends_belong_to_the_interval() {
        let estimate = Estimate::symmetric(3.0, 0.5, 10);
        assert!(estimate.covers(2.5) && estimate.covers(3.5));
        assert!(!estimate.covers(3.6) && !estimate.covers(f64::NAN));
    }
}
