//! Durations of one kind in one replication: complete ones, and the ages of those still open at the end.
//!
//! Leaving out the open ones would make a slow world look fast. They are censored: each lasts at least
//! its age. So a statistic lies between the one with each open duration at its age and the one with each
//! infinite. A quantile of rank k = ⌈p·n⌉ among n, of which u are open, has an upper end only if k ≤ n −
//! u; if every complete duration is shorter than every open one, both ends are equal. With an open
//! duration a mean and a maximum have no upper end.

use crate::metric::STATS;
use crate::sample::{Sample, Share};
use crate::stored::stored;
use wssim_stats::{Histogram, nearest_rank, observations_needed};

/// Probabilities of the quantiles among [`STATS`].
const QUANTILES: [f64; 5] = [0.5, 0.9, 0.95, 0.99, 0.999];

/// Durations of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Durations {
    /// Boxed: most services of a large world have none.
    ended: Option<Box<Histogram>>,
    /// Boxed: there are rarely any.
    open: Option<Box<Histogram>>,
}

stored! { Durations { ended, open } }

impl Durations {
    /// Complete durations only.
    pub(crate) fn of_ended(ended: Histogram) -> Self {
        Self { ended: Some(Box::new(ended)), open: None }
    }

    /// Adds an open duration of age `ns` nanoseconds.
    pub(crate) fn add_open(&mut self, ns: u64) {
        self.open.get_or_insert_default().record_seldom(ns);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (own, other) in [(&mut self.ended, &other.ended), (&mut self.open, &other.open)] {
            if let Some(other) = other {
                own.get_or_insert_default().merge(other);
            }
        }
    }

    /// Whether there are none of either kind.
    pub(crate) fn is_empty(&self) -> bool {
        self.ended() + self.open() == 0
    }

    /// Number of complete durations.
    pub(crate) fn ended(&self) -> u64 {
        self.ended.as_ref().map_or(0, |ended| ended.count())
    }

    /// Number of open durations.
    pub(crate) fn open(&self) -> u64 {
        self.open.as_ref().map_or(0, |open| open.count())
    }

    /// The complete durations.
    pub(crate) fn histogram_of_ended(&self) -> Histogram {
        self.ended.as_deref().cloned().unwrap_or_default()
    }

    /// The ages of the open durations.
    pub(crate) fn histogram_of_open(&self) -> Histogram {
        self.open.as_deref().cloned().unwrap_or_default()
    }

    /// One statistic, in seconds; `stat` is its place in [`STATS`].
    pub(crate) fn statistic(&self, stat: usize) -> Sample {
        let count = self.ended() + self.open();
        if count == 0 {
            return Sample::Nothing;
        }
        if stat == 0 {
            return self.mean();
        }
        if stat == STATS.len() - 1 {
            return self.maximum();
        }
        let needed = observations_needed(QUANTILES[stat - 1]);
        if count < needed {
            return Sample::TooFew(needed as f64 / count as f64);
        }
        self.quantile(QUANTILES[stat - 1])
    }

    /// The quantile `p` by nearest rank, in seconds.
    pub(crate) fn quantile(&self, p: f64) -> Sample {
        let ended = self.ended.as_ref();
        let Some(open) = &self.open else {
            let quantile = ended.and_then(|ended| ended.quantile_ns(p));
            return quantile.map_or(Sample::Nothing, |ns| Sample::Value(ns * 1e-9));
        };
        let mut all = self.ended.clone().unwrap_or_default();
        all.merge(open);
        let Some(low) = all.quantile_ns(p) else { return Sample::Nothing };
        let rank = nearest_rank(all.count(), p);
        let known = ended.filter(|ended| rank <= ended.count());
        let high = known.map_or(f64::INFINITY, |ended| ended.value_of_rank_ns(rank));
        // The middle of the last bucket is at most the longest complete duration.
        within(low.min(high), high)
    }

    fn mean(&self) -> Sample {
        let ended = self.ended.as_ref();
        let Some(open) = &self.open else {
            let mean = ended.and_then(|ended| ended.mean_ns());
            return mean.map_or(Sample::Nothing, |ns| Sample::Value(ns * 1e-9));
        };
        let sum = (ended.map_or(0, |ended| ended.sum_ns()) + open.sum_ns()) as f64;
        within(sum / (self.ended() + open.count()) as f64, f64::INFINITY)
    }

    /// The share that is not zero; for waits, the share of requests that waited.
    pub(crate) fn share_above_zero(&self) -> Sample {
        let ended = self.ended.as_ref();
        let above = ended.and_then(|ended| ended.fraction_above(0)).unwrap_or(0.0);
        let (ended, open) = (self.ended() as f64, self.open() as f64);
        Sample::Share(Share::of_count((above * ended).round() + open, ended + open))
    }

    fn maximum(&self) -> Sample {
        let longest = self.ended.as_ref().map_or(0, |ended| ended.max_ns());
        match &self.open {
            None => Sample::Value(longest as f64 * 1e-9),
            Some(open) => within(longest.max(open.max_ns()) as f64, f64::INFINITY),
        }
    }
}

/// A statistic between two ends in nanoseconds.
fn within(low: f64, high: f64) -> Sample {
    if low == high { Sample::Value(low * 1e-9) } else { Sample::Within(low * 1e-9, high * 1e-9) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEAN: usize = 0;
    const P50: usize = 1;
    const MAX: usize = STATS.len() - 1;

    /// 1 to `ended` milliseconds, and `open` durations of age `aged` milliseconds.
    fn durations(ended: u64, open: u64, aged: u64) -> Durations {
        let mut ended_ms = Histogram::new();
        (1..=ended).for_each(|ms| ended_ms.record(ms * 1_000_000));
        let mut durations = Durations::of_ended(ended_ms);
        (0..open).for_each(|_| durations.add_open(aged * 1_000_000));
        durations
    }

    fn assert_value(sample: Sample, seconds: f64) {
        let Sample::Value(value) = sample else { panic!("{sample:?}, not {seconds} s") };
        assert!((value / seconds - 1.0).abs() < 1e-3, "{value}, not {seconds} s");
    }

    fn assert_within(sample: Sample, from: f64, to: f64) {
        let Sample::Within(low, high) = sample else { panic!("{sample:?}, not {from} to {to} s") };
        assert!((low / from - 1.0).abs() < 1e-3, "from {low}, not {from} s");
        assert!(high == to || (high / to - 1.0).abs() < 1e-3, "to {high}, not {to} s");
    }

    #[test]
    fn without_open_ones_a_statistic_is_known() {
        let all = durations(400, 0, 0);
        assert_value(all.statistic(MEAN), 0.2005);
        assert_value(all.statistic(P50), 0.2);
        assert_value(all.statistic(MAX), 0.4);
        assert_eq!(Durations::default().statistic(MEAN), Sample::Nothing);
    }

    /// 300 are complete and 100 open, longer than all of them: ranks up to 300 of 400 are known.
    #[test]
    fn a_quantile_is_known_as_far_as_answers_reach() {
        let some = durations(300, 100, 1_000);
        assert_value(some.quantile(0.5), 0.2);
        assert_value(some.quantile(0.75), 0.3);
        assert_within(some.quantile(0.76), 1.0, f64::INFINITY);
        let mean = (300.0 * 0.1505 + 100.0 * 1.0) / 400.0;
        assert_within(some.statistic(MEAN), mean, f64::INFINITY);
        assert_within(some.statistic(MAX), 1.0, f64::INFINITY);
    }

    /// 100 open ones of almost no age may come before or after all complete ones.
    #[test]
    fn young_ones_leave_a_quantile_between_two_ranks() {
        let young = durations(300, 100, 0);
        assert_within(young.quantile(0.5), 0.1, 0.2);
    }

    #[test]
    fn open_ones_count_as_observations() {
        assert_eq!(durations(100, 0, 0).statistic(P50), Sample::TooFew(2.0));
        assert_value(durations(150, 50, 1_000).statistic(P50), 0.1);
        assert_within(durations(0, 7, 1_000).statistic(MEAN), 1.0, f64::INFINITY);
    }

    #[test]
    fn merging_adds_both_kinds() {
        let mut both = durations(300, 0, 0);
        both.merge(&durations(0, 100, 1_000));
        assert_eq!((both.ended(), both.open()), (300, 100));
        assert_value(both.quantile(0.5), 0.2);
    }
}
