//! Inversion of monotone functions by bisection.

/// Bisections that reach the precision of a number.
const STEPS: usize = 200;

/// The smallest t ≥ 0 at which the decreasing `tail` is at most `probability`.
///
/// `scale` > 0 is a first guess of the right size. `tail` must tend to 0 and `probability` > 0.
pub(crate) fn quantile_of_tail(tail: impl Fn(f64) -> f64, probability: f64, scale: f64) -> f64 {
    assert!(probability > 0.0 && scale > 0.0, "a positive tail and scale");
    if tail(0.0) <= probability {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, scale);
    while tail(high) > probability {
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..STEPS {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        *(if tail(middle) > probability { &mut low } else { &mut high }) = middle;
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_exponential_is_ln_2() {
        let median = quantile_of_tail(|t| (-t).exp(), 0.5, 1e-3);
        assert!((median - std::f64::consts::LN_2).abs() < 1e-15);
    }

    #[test]
    fn a_tail_that_starts_below_has_its_quantile_at_zero() {
        assert_eq!(quantile_of_tail(|t| 0.1 * (-t).exp(), 0.5, 1.0), 0.0);
    }
}
