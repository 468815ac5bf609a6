//! Popularity of the items of a key space: Zipf's law, P(i) ∝ i^−alpha for i = 1 … n.

use rand_distr::{Distribution, Zipf};
use wssim_kernel::stream::{Draw, StreamKey};

/// The popularity of a key space's items, the most popular first.
#[derive(Clone, Debug, PartialEq)]
pub struct Popularity {
    items: u32,
    alpha: f64,
    law: Zipf<f64>,
}

/// Items up to here are summed one by one, those beyond in stretches of a hundredth of their rank.
const ONE_BY_ONE: u32 = 2_000;

impl Popularity {
    /// Zipf's law over `items` items; `alpha` 0: all alike. `None`: the arguments give no such law.
    #[must_use]
    pub fn new(items: u32, alpha: f64) -> Option<Self> {
        // The last number stands for absence, and the ring needs one place of its own.
        if items >= u32::MAX - 1 || !alpha.is_finite() {
            return None;
        }
        let law = Zipf::new(f64::from(items), alpha).ok()?;
        Some(Self { items, alpha, law })
    }

    /// The number of items.
    #[must_use]
    pub fn items(&self) -> u32 {
        self.items
    }

    /// The exponent.
    #[must_use]
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// An item, 0 … n − 1.
    #[inline]
    pub(crate) fn sample(&self, draw: &mut Draw<'_>) -> u32 {
        // Rounding may reach one beyond the last.
        (self.law.sample(draw) as u32).clamp(1, self.items) - 1
    }

    /// The `capacity` items referred to last, the last one first, after an infinite past. In a Poisson stream of
    /// references, the time since the last one to item i is exponential with rate P(i), independently of the
    /// other items (Fill and Holst 1996): this is the stationary law of an LRU cache, without any warm-up.
    pub(crate) fn last_referred(&self, capacity: u32, key: StreamKey) -> Vec<u32> {
        let age = |item: u32| {
            let age = -libm::log(key.draw(u64::from(item), 0).open01());
            (age * libm::pow(f64::from(item) + 1.0, self.alpha), item)
        };
        let mut ages: Vec<(f64, u32)> = (0..self.items).map(age).collect();
        let kept = (capacity as usize).min(ages.len());
        let by_age = |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        if kept < ages.len() {
            ages.select_nth_unstable_by(kept, by_age);
            ages.truncate(kept);
        }
        ages.sort_unstable_by(by_age);
        ages.into_iter().map(|(_, item)| item).collect()
    }

    /// The expected hit ratio of an LRU cache of `capacity` items, without simulation: Che's approximation.
    /// With T such that Σ(1 − exp(−p·T)) = `capacity`, it is Σ p·(1 − exp(−p·T)).
    pub(crate) fn expected_hits(&self, capacity: u32) -> f64 {
        if capacity >= self.items {
            return 1.0;
        }
        let mut stretches = self.stretches();
        let all: f64 = stretches.iter().map(|(items, weight)| items * weight).sum();
        for stretch in &mut stretches {
            stretch.1 /= all;
        }
        let held = |time: f64| -> f64 {
            stretches.iter().map(|(items, p)| items * -libm::expm1(-p * time)).sum()
        };
        let (mut low, mut high) = (0.0, f64::from(capacity));
        while held(high) < f64::from(capacity) && high < f64::MAX / 4.0 {
            (low, high) = (high, high * 2.0);
        }
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if held(middle) < f64::from(capacity) { low = middle } else { high = middle }
        }
        stretches.iter().map(|(items, p)| items * p * -libm::expm1(-p * high)).sum()
    }

    /// Stretches of neighbouring items: number of items, weight of each.
    fn stretches(&self) -> Vec<(f64, f64)> {
        let weight = |rank: f64| libm::pow(rank, -self.alpha);
        let mut out = Vec::new();
        let mut first = 1;
        while first <= self.items {
            let long = if first <= ONE_BY_ONE { 1 } else { first / 100 };
            let last = (first - 1).saturating_add(long).min(self.items);
            let middle = f64::midpoint(f64::from(first), f64::from(last));
            out.push((f64::from(last - first + 1), weight(middle)));
            first = last + 1;
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wssim_stats::theory::caches;

    /// Counts against P(i): χ² with n − 1 degrees of freedom stays below its mean plus five
    /// standard deviations.
    #[test]
    fn items_come_by_zipfs_law() {
        const DRAWS: u32 = 200_000;
        for (items, alpha) in [(1, 0.9), (2, 0.0), (50, 0.0), (40, 0.5), (40, 1.0), (20, 1.7)] {
            let popularity = Popularity::new(items, alpha).unwrap();
            let key = StreamKey::new(3, 0, "test", "zipf");
            let mut counts = vec![0_u32; items as usize];
            for n in 0..DRAWS {
                counts[popularity.sample(&mut key.draw(u64::from(n), 0)) as usize] += 1;
            }
            let square: f64 = caches::zipf(items as usize, alpha)
                .iter()
                .zip(counts)
                .map(|(p, count)| {
                    let due = p * f64::from(DRAWS);
                    (f64::from(count) - due).powi(2) / due
                })
                .sum();
            let freedom = f64::from(items - 1);
            assert!(square <= freedom + 5.0 * (2.0 * freedom).sqrt(), "{items} {alpha}: {square}");
        }
    }

    /// Items in a cache at time zero against the exact probabilities of its stationary law.
    #[test]
    fn a_cache_begins_in_its_stationary_law() {
        const CACHES: u32 = 20_000;
        let (items, capacity, alpha) = (10, 3, 0.8);
        let popularity = Popularity::new(items, alpha).unwrap();
        let mut held = [0_u32; 10];
        for n in 0..CACHES {
            let last = popularity.last_referred(capacity, StreamKey::new(4, n, "test", "warm"));
            assert_eq!(last.len(), capacity as usize);
            for item in last {
                held[item as usize] += 1;
            }
        }
        let exact = caches::lru_occupancy(&caches::zipf(items as usize, alpha), capacity as usize);
        for (item, (count, p)) in held.into_iter().zip(exact).enumerate() {
            let share = f64::from(count) / f64::from(CACHES);
            let error = (p * (1.0 - p) / f64::from(CACHES)).sqrt();
            assert!((share - p).abs() < 4.5 * error, "item {item}: {share} instead of {p}");
        }
    }

    #[test]
    fn the_expected_share_of_hits_is_that_of_theory() {
        let cases =
            [(10, 3, 0.8), (10_000, 500, 0.9), (1_000_000, 20_000, 1.0), (100_000, 99_999, 2.0)];
        for (items, capacity, alpha) in cases {
            let ours = Popularity::new(items, alpha).unwrap().expected_hits(capacity);
            let due = caches::che(&caches::zipf(items as usize, alpha), f64::from(capacity));
            let due = due.hit_ratio;
            assert!((ours - due).abs() < 1e-3, "{items} {capacity} {alpha}: {ours}, {due}");
        }
        assert!((Popularity::new(5, 1.0).unwrap().expected_hits(9) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn there_is_no_law_of_nothing() {
        assert_eq!(Popularity::new(0, 1.0), None);
        assert_eq!(Popularity::new(3, -1.0), None);
        assert_eq!(Popularity::new(3, f64::NAN), None);
    }
}
