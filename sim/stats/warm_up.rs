//! Warm-up: MSER-5 says how much of a run's beginning to delete, Welch's moving average shows it.
//!
//! A run that starts empty is biased at first. MSER-5 forms the means Z of batches of
//! five observations and deletes the d batches that minimise
//!
//! MSER(d) = Σ_{j>d} (Zⱼ − Z̄_{>d})² / (k − d)², d = 0 … ⌊k/2⌋,
//!
//! the squared standard error of the rest, as if observations were independent. It finds a single
//! initial transient, not a drift: a minimum at the end of the search means that the run is too short.
//! White, Simulation 69 (1997); White, Cobb & Spratt, WSC 2000; Welch, in Lavenberg (1983).

/// Observations in one batch of MSER-5.
pub const BATCH: usize = 5;

/// The truncation that MSER recommends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truncation {
    /// Batches to delete from the beginning.
    pub batches_deleted: usize,
    /// Observations to delete from the beginning.
    pub observations_deleted: usize,
    /// The minimum of the statistic, in squared units of the observations.
    pub statistic: f64,
    /// Whether the minimum is the last place searched: not settled, so lengthen the run.
    pub at_end_of_search: bool,
}

/// MSER-5 on a series of observations; the last n mod 5 are ignored.
///
/// `None` for fewer than ten observations (two batches). Values must be finite.
pub fn mser5(series: &[f64]) -> Option<Truncation> {
    let (batches, _) = series.as_chunks::<BATCH>();
    let means: Vec<f64> =
        batches.iter().map(|batch| batch.iter().sum::<f64>() / BATCH as f64).collect();
    mser_of_batches(&means, BATCH)
}

/// MSER on batch means, such as averages over buckets of time.
///
/// Each is one batch and one observation. `None` for fewer than two. Values must be finite.
pub fn mser(batch_means: &[f64]) -> Option<Truncation> {
    mser_of_batches(batch_means, 1)
}

fn mser_of_batches(means: &[f64], batch: usize) -> Option<Truncation> {
    if means.len() < 2 {
        return None;
    }
    let last = means.len() / 2;
    let statistics = suffix_statistics(means);
    let mut best = 0;
    for d in 1..=last {
        if statistics[d] < statistics[best] {
            best = d;
        }
    }
    Some(Truncation {
        batches_deleted: best,
        observations_deleted: best * batch,
        statistic: statistics[best],
        at_end_of_search: best == last,
    })
}

/// MSER(d) for every d, backwards by Welford's update: O(k), and no cancelling differences of large
/// sums.
fn suffix_statistics(means: &[f64]) -> Vec<f64> {
    let mut statistics = vec![0.0; means.len()];
    let (mut count, mut centre, mut squares) = (0.0, 0.0, 0.0);
    for (statistic, z) in statistics.iter_mut().zip(means).rev() {
        count += 1.0;
        let step = z - centre;
        centre += step / count;
        squares += step * (z - centre);
        *statistic = squares / (count * count);
    }
    statistics
}

/// Average of observation j over replications, up to the length of the shortest.
///
/// Empty without replications.
pub fn replication_average<S: AsRef<[f64]>>(replications: &[S]) -> Vec<f64> {
    let shortest = replications.iter().map(|r| r.as_ref().len()).min();
    let n = replications.len() as f64;
    (0..shortest.unwrap_or(0))
        .map(|j| replications.iter().map(|r| r.as_ref()[j]).sum::<f64>() / n)
        .collect()
}

/// Welch's moving average of a replication-averaged series, for a plot.
///
/// Point j is the mean of the 2·`window` + 1 values around it, near the beginning of as many as
/// fit symmetrically; the last `window` points have no average and are left out. The usual choice
/// is a `window` of at most a quarter of the series.
pub fn welch_moving_average(series: &[f64], window: usize) -> Vec<f64> {
    (0..series.len().saturating_sub(window))
        .map(|j| {
            let reach = window.min(j);
            let around = &series[j - reach..=j + reach];
            around.iter().sum::<f64>() / around.len() as f64
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, computed anew for every d.
    fn slow_statistic(means: &[f64], d: usize) -> f64 {
        let rest = &means[d..];
        let n = rest.len() as f64;
        let centre = rest.iter().sum::<f64>() / n;
        rest.iter().map(|z| (z - centre).powi(2)).sum::<f64>() / (n * n)
    }

    fn decaying(n: usize) -> Vec<f64> {
        let noise = |i: usize| (i * 7919 % 101) as f64 / 101.0 - 0.5;
        (0..n).map(|i| 1e6 + 10.0 * 0.95_f64.powi(i as i32) + noise(i)).collect()
    }

    #[test]
    fn suffix_sums_agree_with_the_definition_despite_a_large_offset() {
        let means = decaying(200);
        for (d, fast) in suffix_statistics(&means).into_iter().enumerate() {
            let slow = slow_statistic(&means, d);
            assert!((fast - slow).abs() <= 1e-9 * slow.max(1e-9), "{d}: {fast} {slow}");
        }
    }

    #[test]
    fn a_transient_is_deleted_in_whole_batches() {
        let truncation = mser5(&decaying(500)).unwrap();
        assert!((40..=150).contains(&truncation.observations_deleted));
        assert_eq!(truncation.observations_deleted, 5 * truncation.batches_deleted);
        assert!(!truncation.at_end_of_search);
    }

    #[test]
    fn a_constant_series_keeps_everything() {
        let truncation = mser5(&[0.1; 103]).unwrap();
        assert_eq!(truncation.observations_deleted, 0);
        assert_eq!(truncation.statistic, 0.0);
    }

    #[test]
    fn a_lasting_drift_is_reported_as_unsettled() {
        let drift: Vec<f64> = (0..200).map(f64::from).collect();
        let truncation = mser5(&drift).unwrap();
        assert!(truncation.at_end_of_search);
        assert_eq!(truncation.batches_deleted, 20);
    }

    #[test]
    fn too_little_to_judge() {
        assert_eq!(mser5(&[1.0; 9]), None);
        assert_eq!(mser(&[1.0]), None);
    }

    #[test]
    fn bucketed_means_count_as_they_are() {
        let truncation = mser(&[9.0, 1.0, 1.5, 1.0, 1.5, 1.0]).unwrap();
        assert_eq!(truncation.observations_deleted, 1);
    }

    #[test]
    fn the_window_shrinks_at_the_beginning() {
        let smooth = welch_moving_average(&[1.0, 2.0, 6.0, 3.0, 4.0], 1);
        assert_eq!(smooth, [1.0, 3.0, 11.0 / 3.0, 13.0 / 3.0]);
        assert_eq!(welch_moving_average(&[1.0], 3), [0.0; 0]);
    }

    #[test]
    fn replications_are_averaged_as_far_as_all_reach() {
        let average = replication_average(&[vec![1.0, 2.0, 3.0], vec![3.0, 6.0]]);
        assert_eq!(average, [2.0, 4.0]);
    }
}
