//! Requests that fork: calls in parallel, answered when enough have answered.
//!
//! Without queueing the k-th of n exponential answers comes after a sum of independent
//! exponentials with means m / n, m / (n − 1), …, m / (n − k + 1). With queueing, two M/M/1 queues
//! fed by the same arrivals join after (12 − ρ) / 8 times the response time of one, exactly.
//! For answers with different means the time to the k-th is a sum over their subsets (maximum and
//! minimums). David & Nagaraja (2003), ch. 2; Flatto & Hahn (1984); Nelson & Tantawi, IEEE Trans.
//! Computers 37 (1988).

use super::mm1;
use super::root::quantile_of_tail;

/// Mean time in seconds until `k` of `n` calls have answered, each after `mean` seconds on average.
///
/// 1 ≤ `k` ≤ `n` here and below.
pub fn mean_kth_of_n(n: u32, k: u32, mean: f64) -> f64 {
    stages(n, k, mean).sum()
}

/// Most branches whose subsets are enumerated.
const MOST_BRANCHES: usize = 12;

/// Mean time in seconds until `k` branches have answered. Each is called with its own probability and
/// then answers after an exponential time with its own mean; a branch that is not called answers at
/// once. Beyond 12 branches, probabilities and means are taken to be equal.
///
/// E(k-th of n) = Σ over sets S of |S| = j ≥ n − k + 1 of (−1)^(j − (n − k) − 1)·C(j − 1, n − k)·E(min S).
pub fn mean_kth_of_different(branches: &[(f64, f64)], k: u32) -> f64 {
    let all = branches.len();
    assert!(1 <= k && k as usize <= all, "1 ≤ k ≤ n");
    let spared = all - k as usize;
    let mut sum = 0.0;
    if all > MOST_BRANCHES {
        let n = all as f64;
        let asked = branches.iter().map(|(asked, _)| asked).sum::<f64>() / n;
        let mean = branches.iter().map(|(asked, mean)| asked * mean).sum::<f64>() / n;
        return mean_kth_of_n(all as u32, k, if asked > 0.0 { mean / asked } else { 0.0 });
    }
    for set in 1..1_u32 << all {
        let size = set.count_ones() as usize;
        if size <= spared {
            continue;
        }
        let members = (0..all).filter(|member| set >> member & 1 == 1).map(|m| branches[m]);
        let (mut asked, mut rate) = (1.0, 0.0);
        for (probability, mean) in members {
            asked *= probability;
            rate += 1.0 / mean;
        }
        let sign = if (size - spared) % 2 == 1 { 1.0 } else { -1.0 };
        sum += sign * choose(size - 1, spared) * asked / rate;
    }
    sum
}

fn choose(n: usize, k: usize) -> f64 {
    (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product()
}

/// By how much common arrivals shorten the time until all `n` ≥ 1 have answered: the factor on the mean
/// of `n` independent answers when queues are busy for a share `utilization`. Exact for two M/M/1
/// queues, an approximation beyond (Nelson & Tantawi, eq. 3.10).
pub fn join_correction(n: u32, utilization: f64) -> f64 {
    if n < 2 {
        return 1.0;
    }
    let two = (12.0 - utilization) / 12.0;
    let ratio = mean_kth_of_n(n, n, 1.0) / 1.5;
    two * (1.0 + (1.0 / ratio - 1.0) * 4.0 * utilization / 11.0)
}

/// Variance of the time of [`mean_kth_of_n`], in s².
pub fn var_kth_of_n(n: u32, k: u32, mean: f64) -> f64 {
    stages(n, k, mean).map(|stage| stage * stage).sum()
}

fn stages(n: u32, k: u32, mean: f64) -> impl Iterator<Item = f64> {
    assert!(1 <= k && k <= n, "1 ≤ k ≤ n");
    (0..k).map(move |answered| mean / f64::from(n - answered))
}

/// P(fewer than `k` of `n` calls have answered after `seconds`): a binomial sum.
pub fn tail_kth_of_n(n: u32, k: u32, mean: f64, seconds: f64) -> f64 {
    assert!(1 <= k && k <= n, "1 ≤ k ≤ n");
    let done = -(-seconds / mean).exp_m1();
    let mut choose = 1.0;
    (0..k)
        .map(|j| {
            let term = choose * done.powi(j as i32) * (1.0 - done).powi((n - j) as i32);
            choose *= f64::from(n - j) / f64::from(j + 1);
            term
        })
        .sum()
}

/// Quantile 0 ≤ `p` < 1 of that time in seconds, by bisection.
pub fn kth_of_n_quantile(n: u32, k: u32, mean: f64, p: f64) -> f64 {
    quantile_of_tail(|t| tail_kth_of_n(n, k, mean, t), 1.0 - p, mean)
}

/// Mean time in seconds until both halves of a request are done, each in an M/M/1 queue.
///
/// Panics unless λ < μ.
pub fn mean_join_of_two(arrival_rate: f64, service_rate: f64) -> f64 {
    let rho = mm1::utilization(arrival_rate, service_rate);
    (12.0 - rho) / 8.0 * mm1::mean_response(arrival_rate, service_rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_answers_are_the_special_case() {
        for (n, k) in [(1, 1), (3, 1), (3, 2), (5, 5), (4, 3)] {
            let ours = mean_kth_of_different(&vec![(1.0, 0.2); n as usize], k);
            assert!((ours - mean_kth_of_n(n, k, 0.2)).abs() < 1e-12, "{k} of {n}: {ours}");
        }
        let many = mean_kth_of_different(&[(1.0, 0.2); 20], 20);
        assert!((many - mean_kth_of_n(20, 20, 0.2)).abs() < 1e-12);
    }

    /// The largest of two by hand: a + b − 1 / (1/a + 1/b); and ∫ 1 − Π (1 − p·e^(−t/m)) dt by the
    /// trapezium.
    #[test]
    fn different_answers_are_as_their_integral_says() {
        let two = mean_kth_of_different(&[(1.0, 0.3), (1.0, 0.1)], 2);
        assert!((two - (0.4 - 1.0 / (1.0 / 0.3 + 10.0))).abs() < 1e-12);
        let branches = [(1.0, 0.1), (0.4, 0.022), (0.2, 0.3)];
        let tail =
            |t: f64| 1.0 - branches.iter().map(|(p, m)| 1.0 - p * (-t / m).exp()).product::<f64>();
        let step = 1e-4;
        let area: f64 = (0..100_000).map(|i| step * tail(step * (f64::from(i) + 0.5))).sum();
        let ours = mean_kth_of_different(&branches, 3);
        assert!((ours - area).abs() < 1e-6, "{ours}, not {area}");
        // The branch with probability 0.2 is not called, or answers with the others.
        let first = mean_kth_of_different(&branches, 1);
        let all_asked = 0.4 * 0.2 / (10.0 + 1.0 / 0.022 + 1.0 / 0.3);
        assert!((first - all_asked).abs() < 1e-12);
    }

    #[test]
    fn two_queues_join_as_flatto_and_hahn_say() {
        let independent = 1.5 * mm1::mean_response(6.0, 10.0);
        let ours = independent * join_correction(2, 0.6);
        assert!((ours - mean_join_of_two(6.0, 10.0)).abs() < 1e-12);
        assert_eq!(join_correction(1, 0.9), 1.0);
        assert!((join_correction(5, 0.0) - 1.0).abs() < 1e-12);
        // Table of Nelson & Tantawi's formula by hand: n = 4, ρ = 0.5.
        let four = (1.0 / (25.0 / 18.0) - 1.0) * 4.0 * 0.5 / 11.0 + 1.0;
        assert!((join_correction(4, 0.5) - four * 11.5 / 12.0).abs() < 1e-12);
    }
}
