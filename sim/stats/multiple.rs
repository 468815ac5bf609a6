//! Many claims judged at once: Holm's procedure, and Bonferroni's level for intervals.
//!
//! With m claims each looked at K times, intervals at level 1 − 0.05 / (m·K) all cover together in
//! at least 95 % of experiments, whatever their dependence (Bonferroni's inequality). Holm's
//! step-down procedure gives the same guarantee for p-values and refutes no less.
//! Holm, Scandinavian Journal of Statistics 6 (1979).

/// Probability that at least one interval of all claims and looks misses.
pub const FAMILY_ERROR: f64 = 0.05;

/// Level of each interval for `claims` claims and `looks` looks: 1 − 0.05 / (m·K).
///
/// Zero claims or looks count as one.
pub fn simultaneous_level(claims: usize, looks: usize) -> f64 {
    1.0 - FAMILY_ERROR / (claims.max(1) as f64 * looks.max(1) as f64)
}

/// Holm's adjusted p-values, in the order of the arguments.
///
/// With p₍₁₎ ≤ … ≤ p₍ₘ₎ the k-th is the running maximum of min(1, (m − k + 1)·p₍ₖ₎). A claim is
/// refuted at family error α when its adjusted value is at most α. Values must be in [0, 1].
pub fn holm_adjusted(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&i, &j| p_values[i].total_cmp(&p_values[j]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut running = 0.0_f64;
    for (smaller, index) in order.into_iter().enumerate() {
        let remaining = (p_values.len() - smaller) as f64;
        running = running.max((remaining * p_values[index]).min(1.0));
        adjusted[index] = running;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_shares_five_per_cent() {
        assert_eq!(simultaneous_level(1, 1), 0.95);
        assert_eq!(simultaneous_level(10, 5), 0.999);
        assert_eq!(simultaneous_level(0, 0), 0.95);
    }

    #[test]
    fn adjusted_values_keep_their_places_and_never_exceed_one() {
        assert_eq!(holm_adjusted(&[0.5, 0.25, 0.75]), [1.0, 0.75, 1.0]);
        assert_eq!(holm_adjusted(&[0.02]), [0.02]);
        assert!(holm_adjusted(&[]).is_empty());
    }
}
