//! A histogram of durations: recording costs a few nanoseconds.
//!
//! Log-linear buckets with three significant digits: a value is known to a relative 0.1 %, a quantile to
//! half of that, values up to 2 µs exactly. Count, sum and maximum are integers and exact, zeros are
//! counted apart, and merging adds integers: the same result in any order. Values above
//! [`Histogram::LIMIT_NS`] count at the limit (sum and maximum stay exact).
//!
//! The bucket array grows by 4 KiB whenever the largest value doubles, 160 KiB at most, and is
//! kept by [`Histogram::clear`]: after warm-up recording allocates nothing.
//! Tene, `HdrHistogram` (2013).

use hdrhistogram::Histogram as Buckets;

use crate::quantile::nearest_rank;

/// Durations in integer nanoseconds, in buckets of at most 0.1 % relative width.
#[derive(Clone, Debug)]
pub struct Histogram {
    /// All observations but zeros, clamped to the limit. A bucket holds up to 2³² − 1 observations.
    buckets: Buckets<u32>,
    zeros: u64,
    sum_ns: u128,
    max_ns: u64,
}

/// The complete contents of a histogram as plain numbers, for storage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistogramCounts {
    /// Number of zero durations.
    pub zeros: u64,
    /// Sum of all durations, in nanoseconds.
    pub sum_ns: u128,
    /// Longest duration, in nanoseconds.
    pub max_ns: u64,
    /// Non-empty buckets in ascending order: highest value in nanoseconds, number of observations.
    pub buckets: Vec<(u64, u32)>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl Histogram {
    /// Longest duration with a bucket of its own: 4 days, in nanoseconds.
    pub const LIMIT_NS: u64 = 4 * 24 * 3600 * 1_000_000_000;

    /// An empty histogram.
    pub fn new() -> Self {
        Self {
            buckets: Buckets::new(3).expect("three digits are allowed"),
            zeros: 0,
            sum_ns: 0,
            max_ns: 0,
        }
    }

    /// Counts one duration, in nanoseconds.
    #[inline]
    pub fn record(&mut self, ns: u64) {
        if ns == 0 {
            self.zeros += 1;
            return;
        }
        self.sum_ns += u128::from(ns);
        self.max_ns = self.max_ns.max(ns);
        self.buckets.record(ns.min(Self::LIMIT_NS)).expect("the buckets grow up to the limit");
    }

    /// [`Self::record`] for rare callers: out of line, so that frequent callers have the only inlined
    /// copy.
    #[inline(never)]
    pub fn record_seldom(&mut self, ns: u64) {
        self.record(ns);
    }

    /// Counts `n` durations of zero.
    pub fn record_zeros(&mut self, n: u64) {
        self.zeros += n;
    }

    /// Adds every observation of `other`.
    ///
    /// Panics when a bucket would exceed 2³² − 1 observations.
    pub fn merge(&mut self, other: &Self) {
        self.buckets.add(&other.buckets).expect("the buckets grow up to the limit");
        self.zeros += other.zeros;
        self.sum_ns += other.sum_ns;
        self.max_ns = self.max_ns.max(other.max_ns);
        if self.buckets.len() > u64::from(u32::MAX) {
            let counted: u64 = self.iter().map(|(_, count)| count).sum();
            assert_eq!(counted, self.count(), "a bucket is full");
        }
    }

    /// Forgets all observations and keeps the memory.
    pub fn clear(&mut self) {
        self.buckets.reset();
        self.zeros = 0;
        self.sum_ns = 0;
        self.max_ns = 0;
    }

    /// Number of observations.
    #[inline]
    pub fn count(&self) -> u64 {
        self.zeros + self.buckets.len()
    }

    /// Sum of all observations, in nanoseconds; exact.
    pub fn sum_ns(&self) -> u128 {
        self.sum_ns
    }

    /// Mean in nanoseconds, from the exact sum; `None` without observations.
    pub fn mean_ns(&self) -> Option<f64> {
        let count = self.count();
        (count > 0).then(|| self.sum_ns as f64 / count as f64)
    }

    /// The largest observation in nanoseconds, exact; 0 without observations.
    pub fn max_ns(&self) -> u64 {
        self.max_ns
    }

    /// The quantile `p` in nanoseconds by nearest rank; `None` without observations.
    ///
    /// The middle of its bucket, at most the exact maximum: within 0.05 % of the exact quantile.
    /// Panics unless 0 ≤ `p` ≤ 1.
    pub fn quantile_ns(&self, p: f64) -> Option<f64> {
        if self.count() == 0 {
            return None;
        }
        Some(self.value_of_rank_ns(nearest_rank(self.count(), p)))
    }

    /// The observation number `rank`, from 1 to the count, in ascending order, in nanoseconds: the middle
    /// of its bucket, as for a quantile.
    ///
    /// # Panics
    /// When `rank` is out of range.
    pub fn value_of_rank_ns(&self, rank: u64) -> f64 {
        assert!((1..=self.count()).contains(&rank), "no observation has rank {rank}");
        let Some(rank) = rank.checked_sub(self.zeros).filter(|&rank| rank > 0) else {
            return 0.0;
        };
        // The middle of the rank, so that rounding cannot reach a neighbour.
        let share = (rank as f64 - 0.5) / self.buckets.len() as f64;
        self.middle(self.buckets.value_at_quantile(share))
    }

    /// The middle of the bucket whose highest value is `highest`, at most the exact maximum.
    fn middle(&self, highest: u64) -> f64 {
        let width = self.buckets.equivalent_range(highest);
        (highest as f64 - (width - 1) as f64 / 2.0).min(self.max_ns as f64)
    }

    /// Fraction of observations above `ns`; `None` without observations.
    ///
    /// Each observation counts as the middle of its bucket, as in [`Self::quantile_ns`]: so the
    /// fraction is at most 1 − p exactly when that quantile is at most `ns`.
    pub fn fraction_above(&self, ns: u64) -> Option<f64> {
        let above: u64 = if ns == 0 {
            self.buckets.len()
        } else {
            self.iter().filter(|(value, _)| *value > ns as f64).map(|(_, count)| count).sum()
        };
        let count = self.count();
        (count > 0).then(|| above as f64 / count as f64)
    }

    /// The complete contents.
    pub fn counts(&self) -> HistogramCounts {
        let recorded = self.buckets.iter_recorded();
        let buckets = recorded.map(|step| (step.value_iterated_to(), step.count_at_value()));
        let Self { zeros, sum_ns, max_ns, .. } = *self;
        HistogramCounts { zeros, sum_ns, max_ns, buckets: buckets.collect() }
    }

    /// The histogram with these contents; `None` if no histogram has them.
    pub fn of_counts(counts: &HistogramCounts) -> Option<Self> {
        let HistogramCounts { zeros, sum_ns, max_ns, .. } = *counts;
        Self::of_buckets([zeros, max_ns], sum_ns, counts.buckets.iter().copied())
    }

    /// The same of its parts; of each bucket a value in nanoseconds, and how many.
    pub(crate) fn of_buckets(
        [zeros, max_ns]: [u64; 2],
        sum_ns: u128,
        all: impl Iterator<Item = (u64, u32)>,
    ) -> Option<Self> {
        // There is room for all of them at once.
        let longest = max_ns.clamp(2, Self::LIMIT_NS);
        let mut buckets = Buckets::new_with_max(longest, 3).expect("three digits are allowed");
        buckets.auto(true);
        for (value, count) in all {
            let fits = 0 < value && value <= buckets.highest_equivalent(Self::LIMIT_NS);
            fits.then(|| buckets.record_n(value, count).ok())??;
        }
        Some(Self { buckets, zeros, sum_ns, max_ns })
    }

    /// Non-empty buckets in ascending order: (middle in nanoseconds, number of observations).
    pub fn iter(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let zeros = (self.zeros > 0).then_some((0.0, self.zeros));
        let rest = self
            .buckets
            .iter_recorded()
            .map(|step| (self.middle(step.value_iterated_to()), u64::from(step.count_at_value())));
        zeros.into_iter().chain(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Durations from nanoseconds to days, by a linear congruential generator.
    fn durations(n: u64) -> Vec<u64> {
        let mut state = 84_u64;
        (0..n)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 20) >> (state % 45)
            })
            .collect()
    }

    fn filled(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::new();
        for &value in values {
            histogram.record(value);
        }
        histogram
    }

    fn contents(histogram: &Histogram) -> Vec<(f64, u64)> {
        histogram.iter().collect()
    }

    #[test]
    fn quantiles_agree_with_sorted_values_within_a_bucket() {
        let mut values = durations(20_000);
        let histogram = filled(&values);
        values.sort_unstable();
        for p in [0.0, 0.1, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0] {
            let exact = values[nearest_rank(20_000, p) as usize - 1] as f64;
            let ours = histogram.quantile_ns(p).unwrap();
            assert!((ours - exact).abs() <= 0.0005 * exact, "p {p}: {ours} for {exact}");
        }
    }

    #[test]
    fn count_mean_and_maximum_are_exact() {
        let values = durations(20_000);
        let histogram = filled(&values);
        let sum: u128 = values.iter().copied().map(u128::from).sum();
        assert_eq!(histogram.count(), 20_000);
        assert_eq!(histogram.sum_ns(), sum);
        assert_eq!(histogram.mean_ns(), Some(sum as f64 / 20_000.0));
        assert_eq!(Some(histogram.max_ns()), values.iter().copied().max());
    }

    #[test]
    fn merging_equals_recording_together() {
        let values = durations(5_000);
        let (left, right) = values.split_at(1_234);
        let mut merged = filled(left);
        merged.merge(&filled(right));
        merged.merge(&Histogram::new());
        assert_eq!(contents(&merged), contents(&filled(&values)));
        assert_eq!(merged.sum_ns(), filled(&values).sum_ns());
    }

    #[test]
    fn a_full_bucket_is_not_passed_over() {
        let mut full = filled(&[7]);
        for _ in 0..31 {
            let half = full.clone();
            full.merge(&half); // 2³¹ at last
        }
        assert_eq!(full.quantile_ns(0.5), Some(7.0));
        let half = full.clone();
        let merged = std::panic::catch_unwind(move || {
            full.merge(&half);
        });
        assert!(merged.is_err());
    }

    #[test]
    fn a_cleared_histogram_is_as_good_as_new() {
        let mut used = filled(&durations(1_000));
        used.clear();
        used.merge(&filled(&[5, 6]));
        assert_eq!(contents(&used), [(5.0, 1), (6.0, 1)]);
    }

    #[test]
    fn zeros_count_and_pull_quantiles_down() {
        let histogram = filled(&[0, 0, 0, 8]);
        assert_eq!(histogram.quantile_ns(0.75), Some(0.0));
        assert_eq!(histogram.quantile_ns(0.76), Some(8.0));
        assert_eq!(histogram.mean_ns(), Some(2.0));
        assert_eq!(histogram.fraction_above(0), Some(0.25));
    }

    #[test]
    fn no_observations_have_no_statistics() {
        let mut histogram = filled(&[3, 5]);
        histogram.clear();
        assert_eq!((histogram.count(), histogram.max_ns()), (0, 0));
        assert_eq!(histogram.mean_ns(), None);
        assert_eq!(histogram.quantile_ns(0.5), None);
        assert_eq!(histogram.fraction_above(1), None);
    }

    #[test]
    fn beyond_the_limit_only_the_place_is_lost() {
        let histogram = filled(&[u64::MAX, 1]);
        assert_eq!(histogram.max_ns(), u64::MAX);
        assert_eq!(histogram.sum_ns(), u128::from(u64::MAX) + 1);
        let top = histogram.quantile_ns(1.0).unwrap();
        assert!((top / Histogram::LIMIT_NS as f64 - 1.0).abs() < 0.0005);
    }

    #[test]
    fn a_quantile_never_exceeds_the_maximum() {
        let histogram = filled(&[1_000_000_007; 10]);
        assert!(histogram.quantile_ns(0.5).unwrap() <= 1_000_000_007.0);
    }

    #[test]
    fn fraction_above_and_quantile_agree() {
        let histogram = filled(&durations(3_000));
        for p in [0.1, 0.5, 0.9, 0.99] {
            let quantile = histogram.quantile_ns(p).unwrap();
            let above = |ns| histogram.fraction_above(ns).unwrap();
            assert!(above(quantile.ceil() as u64) <= 1.0 - p + 1e-9);
            assert!(above(quantile.floor() as u64 - 1) > 1.0 - p + 1e-9);
        }
    }

    #[test]
    fn memory_stays_within_bounds() {
        let histogram = filled(&[Histogram::LIMIT_NS]);
        let bytes = histogram.buckets.distinct_values() * size_of::<u32>();
        assert!(bytes <= 164 * 1024, "{bytes}");
    }
}
