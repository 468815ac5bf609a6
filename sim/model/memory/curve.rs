//! How often a set of pages misses when only part of it is in RAM.
//!
//! Touches are independent of each other, page i of 1 … n with probability ∝ i^−alpha, and the pages
//! touched last stay (LRU). Che's approximation: with T such that Σ(1 − exp(−p·T)) = C pages are in RAM, a
//! touch misses with probability m = Σ p·exp(−p·T), and T touches are the age of the oldest page that
//! stays. For pages all alike m = 1 − C/n. Che, Tung & Wang 2002; Fricker, Robert & Roberts 2012 explain
//! its accuracy.
//!
//! A curve is tabulated over C/n once and interpolated.

/// Points of a curve between its ends.
const POINTS: usize = 256;
/// Pages up to here are summed one by one, those beyond in stretches of 5 % of their rank: weights within
/// one differ by 5 % at alpha 1, which changes no sum by a thousandth.
const ONE_BY_ONE: f64 = 64.0;
const STRETCH: f64 = 1.05;
/// Largest age in the table, in mean numbers of touches between two of the least popular page.
const LONG: f64 = 30.0;

/// Miss probability and age of the oldest page, by the share of pages in RAM.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pages: f64,
    alpha: f64,
    /// (share in RAM, probability of a miss, age in touches), in order of shares.
    points: Vec<(f64, f64, f64)>,
}

impl Default for Curve {
    /// One page, in RAM or not.
    fn default() -> Self {
        Self::new(1.0, 0.0)
    }
}

/// Stretches of pages: number of pages, probability of each.
struct Stretches(Vec<(f64, f64)>);

impl Stretches {
    fn new(pages: f64, alpha: f64) -> Self {
        let mut stretches = Vec::new();
        let mut first = 1.0;
        while first <= pages {
            let next = if first < ONE_BY_ONE { first + 1.0 } else { (first * STRETCH).floor() };
            let next = next.min(pages + 1.0).max(first + 1.0);
            let middle = f64::midpoint(first, next - 1.0);
            stretches.push((next - first, libm::pow(middle, -alpha)));
            first = next;
        }
        let all: f64 = stretches.iter().map(|(pages, weight)| pages * weight).sum();
        for stretch in &mut stretches {
            stretch.1 /= all;
        }
        Self(stretches)
    }

    /// Pages in RAM, and the probability of a miss, when pages younger than `age` touches stay.
    fn at(&self, age: f64) -> (f64, f64) {
        let (mut held, mut missed) = (0.0, 0.0);
        for (pages, p) in &self.0 {
            let gone = libm::exp(-p * age);
            held += pages * (1.0 - gone);
            missed += pages * p * gone;
        }
        (held, missed)
    }
}

impl Curve {
    /// The curve of `pages` pages, at least one, under Zipf's law with exponent `alpha`, not negative.
    #[must_use]
    pub fn new(pages: f64, alpha: f64) -> Self {
        let pages = pages.max(1.0).round();
        let stretches = Stretches::new(pages, alpha);
        let rarest = stretches.0.last().map_or(1.0, |stretch| stretch.1);
        let (least, most) = (libm::log(0.1), libm::log(LONG / rarest));
        let mut points = vec![(0.0, 1.0, 0.0)];
        for n in 0..POINTS {
            let age = libm::exp(least + (most - least) * n as f64 / (POINTS - 1) as f64);
            let (held, missed) = stretches.at(age);
            points.push((held / pages, missed, age));
        }
        points.push((1.0, 0.0, f64::INFINITY));
        Self { pages, alpha, points }
    }

    /// The number of pages that it is made for.
    #[must_use]
    pub fn pages(&self) -> f64 {
        self.pages
    }

    /// Its exponent.
    #[must_use]
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The probability that a touch misses with this share of the pages in RAM.
    #[must_use]
    pub fn miss(&self, share: f64) -> f64 {
        let (before, after, part) = self.around(share);
        before.1 + (after.1 - before.1) * part
    }

    /// Touches since the oldest page in RAM was touched, with this share of the pages in RAM; infinite
    /// when all are.
    #[must_use]
    pub fn age(&self, share: f64) -> f64 {
        let (before, after, part) = self.around(share);
        if after.2.is_infinite() { f64::INFINITY } else { before.2 + (after.2 - before.2) * part }
    }

    /// The points on both sides of `share`, and how far it lies between them, 0 to 1.
    fn around(&self, share: f64) -> ((f64, f64, f64), (f64, f64, f64), f64) {
        let share = share.clamp(0.0, 1.0);
        let next = self.points.partition_point(|point| point.0 < share);
        let next = next.clamp(1, self.points.len() - 1);
        let (before, after) = (self.points[next - 1], self.points[next]);
        let width = after.0 - before.0;
        (before, after, if width > 0.0 { (share - before.0) / width } else { 1.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wssim_stats::theory::caches;

    #[test]
    fn it_is_ches_approximation() {
        for (pages, alpha) in [(1_000, 0.0), (1_000, 0.8), (5_000, 1.0), (3_000, 1.2)] {
            let (curve, p) = (Curve::new(pages as f64, alpha), caches::zipf(pages, alpha));
            for share in [0.02, 0.1, 0.3, 0.5, 0.714, 0.8, 0.9, 0.95, 0.99] {
                let che = caches::che(&p, share * pages as f64);
                let (miss, due) = (curve.miss(share), 1.0 - che.hit_ratio);
                assert!(
                    (miss - due).abs() < 0.01 * due + 1e-4,
                    "{alpha} {share}: {miss} not {due}"
                );
                let (age, due) = (curve.age(share), che.characteristic_time);
                assert!((age / due - 1.0).abs() < 0.02, "{alpha} {share}: age {age} not {due}");
            }
        }
    }

    #[test]
    fn all_of_it_misses_nothing_and_none_of_it_all() {
        for alpha in [0.0, 0.8, 1.3] {
            let curve = Curve::new(262_144.0, alpha);
            assert!(curve.miss(1.0).abs() < 1e-12 && (curve.miss(0.0) - 1.0).abs() < 1e-12);
            assert!(curve.age(1.0).is_infinite() && curve.age(0.0).abs() < 1e-12);
        }
    }

    #[test]
    fn one_page_is_there_or_not() {
        let curve = Curve::default();
        assert!(curve.miss(1.0).abs() < 1e-12 && curve.miss(0.0) > 0.99);
    }
}
