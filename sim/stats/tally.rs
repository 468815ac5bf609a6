//! Durations counted where an event loop runs: in the buckets of [`Histogram`], with a tenth of its instructions.
//!
//! A bucket's place is two operations away from the value, and nothing else is kept for each: count, quantiles and
//! whatever else a histogram knows are found when the tally becomes one.

use crate::histogram::Histogram;

/// Values below 2¹¹ have a bucket each; above, each doubling has 2¹⁰ (`HdrHistogram` with three digits).
const EXACT_BITS: u32 = 11;
const EACH_DOUBLING: u64 = 1 << (EXACT_BITS - 1);
/// Durations that are kept one by one, at most: to make a histogram of fewer costs less than to look through buckets.
const FEW: usize = 4096;

/// Durations above zero, in integer nanoseconds, in buckets of at most 0.1 % relative width.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Up to the bucket of the longest. Wide ones: they cannot overflow, so that to count is one instruction.
    buckets: Vec<u64>,
    /// The first ones, while they are too few to be worth buckets.
    few: Vec<u64>,
    sum_ns: u128,
    max_ns: u64,
}

/// The bucket of `ns`.
#[inline(always)]
fn place(ns: u64) -> usize {
    let exact = (1 << EXACT_BITS) - 1;
    let shift = u64::BITS - EXACT_BITS - (ns | exact).leading_zeros();
    (u64::from(shift) * EACH_DOUBLING + (ns >> shift)) as usize
}

/// The longest duration in the bucket at `place`, in nanoseconds.
fn longest(place: usize) -> u64 {
    let place = place as u64;
    let shift = (place / EACH_DOUBLING).saturating_sub(1);
    ((place - shift * EACH_DOUBLING + 1) << shift) - 1
}

impl Tally {
    /// Counts one duration, in nanoseconds.
    #[inline(always)]
    pub fn record(&mut self, ns: u64) {
        self.sum_ns += u128::from(ns);
        // Seldom: not a store each time.
        if ns > self.max_ns {
            self.max_ns = ns;
        }
        let place = place(ns);
        match self.buckets.get_mut(place) {
            Some(bucket) => *bucket += 1,
            None => self.record_anew(place, ns),
        }
    }

    /// One of the first durations, or one that is longer than all before.
    #[cold]
    #[inline(never)]
    fn record_anew(&mut self, at: usize, ns: u64) {
        if self.buckets.is_empty() && self.few.len() < FEW {
            self.few.push(ns);
        } else {
            self.record_longest(at, ns);
        }
    }

    /// One that needs buckets up to the one at `at`: there is room for all of its doubling.
    #[cold]
    #[inline(never)]
    fn record_longest(&mut self, at: usize, ns: u64) {
        let longest = self.few.iter().map(|&ns| place(ns)).fold(at, usize::max);
        let room = (longest as u64 / EACH_DOUBLING + 1) * EACH_DOUBLING;
        self.buckets.reserve_exact(room as usize - self.buckets.len());
        self.buckets.resize(room as usize, 0);
        for ns in std::mem::take(&mut self.few).into_iter().chain([ns]) {
            self.buckets[place(ns)] += 1;
        }
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty() && self.few.is_empty()
    }

    /// The same as a histogram, with `zeros` durations of zero; what lies above [`Histogram::LIMIT_NS`] counts at
    /// the limit.
    ///
    /// # Panics
    /// Never: a histogram has a bucket for each of these.
    #[must_use]
    pub fn into_histogram(self, zeros: u64) -> Histogram {
        let limit = place(Histogram::LIMIT_NS);
        let (below, above) = self.buckets.split_at(self.buckets.len().min(limit));
        let above = above.iter().sum();
        let all = below.iter().copied().chain([above]).enumerate().filter(|(_, count)| *count > 0);
        let few = self.few.iter().map(|&ns| (ns.min(Histogram::LIMIT_NS), 1));
        // A bucket of a histogram holds up to 2³² − 1 observations.
        let held = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let buckets = all.map(|(place, count)| (longest(place), held(count))).chain(few);
        Histogram::of_buckets([zeros, self.max_ns], self.sum_ns, buckets)
            .expect("the buckets are those of a histogram")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The slow obvious twin: each value recorded by the histogram itself. Around every bucket's edges near powers
    /// of two, and values in between up to above the limit.
    #[test]
    fn it_becomes_the_histogram_that_heard_the_same() {
        let edges = (0..64)
            .flat_map(|bits| [-2, -1, 0, 1, 2].map(|by| (1_u64 << bits).checked_add_signed(by)));
        let between = (1..20_000_u64).map(|n| Some(n * n * n * 977 + n));
        let values: Vec<u64> = edges.chain(between).flatten().filter(|ns| *ns > 0).collect();
        let (mut tally, mut histogram) = (Tally::default(), Histogram::new());
        for &ns in &values {
            tally.record(ns);
            histogram.record(ns);
        }
        histogram.record_zeros(3);
        assert_eq!(tally.into_histogram(3).counts(), histogram.counts());
    }

    #[test]
    fn few_are_as_many() {
        for n in [1, 2, FEW as u64 - 1, FEW as u64, FEW as u64 + 1, 2 * FEW as u64] {
            let (mut tally, mut histogram) = (Tally::default(), Histogram::new());
            assert!(tally.is_empty());
            for ns in (1..=n).map(|n| (n * 7919 % 4096 + 1) << (n % 30)) {
                tally.record(ns);
                histogram.record(ns);
            }
            assert!(!tally.is_empty());
            assert_eq!(tally.into_histogram(0).counts(), histogram.counts(), "{n}");
        }
    }

    #[test]
    fn no_duration_lies_above_its_bucket() {
        for ns in (0..70_000).chain((0..40).map(|bits| 70_001 << bits >> 1)) {
            let (place, longest) = (place(ns), longest(place(ns)));
            assert!(ns <= longest && place <= super::place(longest), "{ns} in {place}");
            assert_eq!(super::place(longest + 1), place + 1, "{ns} in {place}");
        }
    }
}
