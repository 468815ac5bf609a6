//! When to stop adding replications.
//!
//! Results are looked at after fixed numbers of replications, never when a thread happens to finish, so
//! that the stopping point depends only on the seed. The price of looking K times is paid in the level
//! of the intervals ([`crate::simultaneous_level`]). Law & Kelton, Oper. Res. 32 (1984); Chow & Robbins,
//! Ann. Math. Stat. 36 (1965).

use crate::Estimate;

/// Replications after which results are looked at; the last is the cap.
pub const LOOKS: [u32; 5] = [10, 20, 40, 80, 160];

/// Half-width relative to |mean|, no unit; `None` when the mean is 0 and the half-width is not.
pub fn relative_half_width(estimate: &Estimate) -> Option<f64> {
    let half_width = estimate.half_width();
    if half_width == 0.0 {
        return Some(0.0);
    }
    (estimate.mean != 0.0).then(|| half_width / estimate.mean.abs())
}

/// Whether the half-width is at most `relative` (0.02 for 2 %) of |mean|.
///
/// A NaN anywhere is not precise.
pub fn within_precision(estimate: &Estimate, relative: f64) -> bool {
    relative_half_width(estimate).is_some_and(|width| width <= relative)
}

/// Replications that would shrink the half-width to `distance`: ⌈n·(h / distance)²⌉, at least n.
///
/// A forecast for "undecided": `distance` > 0 is that of the mean from the nearest limit, in its unit.
/// `None` when `distance` is not positive, or the answer exceeds `u32`.
pub fn replications_needed(estimate: &Estimate, distance: f64) -> Option<u32> {
    if distance.is_nan() || distance <= 0.0 {
        return None;
    }
    let factor = (estimate.half_width() / distance).powi(2).max(1.0);
    let needed = (f64::from(estimate.n) * factor).ceil();
    (needed <= f64::from(u32::MAX)).then_some(needed as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_is_relative_to_the_size_of_the_mean() {
        let estimate = Estimate::symmetric(-50.0, 1.0, 10);
        assert!(within_precision(&estimate, 0.02));
        assert!(!within_precision(&estimate, 0.019));
        assert!(!within_precision(&Estimate::symmetric(f64::NAN, 1.0, 10), 0.5));
    }

    #[test]
    fn nothing_is_precise_about_zero_but_zero_itself() {
        assert!(!within_precision(&Estimate::symmetric(0.0, 1e-9, 10), 0.5));
        assert!(within_precision(&Estimate::symmetric(0.0, 0.0, 10), 0.0));
    }

    #[test]
    fn half_the_width_takes_four_times_the_replications() {
        let estimate = Estimate::symmetric(10.0, 2.0, 20);
        assert_eq!(replications_needed(&estimate, 1.0), Some(80));
        assert_eq!(replications_needed(&estimate, 5.0), Some(20));
        assert_eq!(replications_needed(&estimate, 0.0), None);
        assert_eq!(replications_needed(&estimate, 1e-9), None);
    }
}
