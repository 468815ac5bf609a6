//! Poisson probabilities, by the ratio of neighbours outwards from the mode.
//!
//! Nothing overflows, nothing is subtracted, and errors grow with the distance from the mode only.
//! Fox & Glynn, Comm. ACM 31 (1988).

/// Relative to the mode: smaller probabilities above it are left out.
const NEGLIGIBLE: f64 = 1e-40;

/// Probabilities of 0, 1, 2, … up to where the rest is negligible, for a `mean` ≥ 0.
pub(crate) fn probabilities(mean: f64) -> Vec<f64> {
    let mode = mean.floor() as usize;
    let mut weights = vec![0.0; mode + 1];
    weights[mode] = 1.0;
    for k in (1..=mode).rev() {
        weights[k - 1] = weights[k] * (k as f64 / mean);
    }
    let mut weight = 1.0;
    while weight > NEGLIGIBLE {
        weight *= mean / weights.len() as f64;
        weights.push(weight);
    }
    let sum: f64 = weights.iter().sum();
    for weight in &mut weights {
        *weight /= sum;
    }
    weights
}

/// P(more than k) for each k, summed from the small end.
pub(crate) fn tails(probabilities: &[f64]) -> Vec<f64> {
    let mut tails = vec![0.0; probabilities.len()];
    for k in (1..probabilities.len()).rev() {
        tails[k - 1] = tails[k] + probabilities[k];
    }
    tails
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_means_are_as_the_formula_says() {
        let p = probabilities(2.5);
        for (k, exact) in [(0, 1.0), (1, 2.5), (2, 3.125), (3, 2.5_f64.powi(3) / 6.0)] {
            assert!((p[k] / (exact * (-2.5_f64).exp()) - 1.0).abs() < 1e-14);
        }
        assert_eq!(probabilities(0.0)[0], 1.0);
    }

    /// Mean and variance are both the mean, and the tail of the tail sums to the mean.
    #[test]
    fn large_means_keep_their_moments() {
        let p = probabilities(12_345.6);
        let mean: f64 = tails(&p).iter().sum::<f64>() + p[1..].iter().sum::<f64>() - tails(&p)[0];
        let around = |(k, p): (usize, &f64)| p * (k as f64 - 12_345.6).powi(2);
        let variance: f64 = p.iter().enumerate().map(around).sum();
        assert!((mean / 12_345.6 - 1.0).abs() < 1e-12, "{mean}");
        assert!((variance / 12_345.6 - 1.0).abs() < 1e-10, "{variance}");
    }
}
