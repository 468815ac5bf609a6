//! Caches: the outcome of look-ups.
//!
//! A look-up refers to one item of the cache's key space. References are independent of each other, item i
//! of 1 … n with probability ∝ i^−alpha (the independent reference model), and the cache keeps the
//! `capacity` items referred to last (LRU): a look-up that misses stores its item at once, at no further
//! cost. Or nothing is stored and hits are drawn.
//!
//! Closed form: King 1971 and Fill & Holst 1996 (exact), Che, Tung & Wang 2002 (approximation), in
//! `wssim_stats::theory::caches`.

pub(crate) mod lru;
mod popularity;
mod stores;

pub use popularity::Popularity;
pub(crate) use stores::Stores;

#[cfg(test)]
mod tests {
    use super::Popularity;
    use super::lru::Lru;
    use wssim_kernel::stream::StreamKey;
    use wssim_stats::theory::caches;

    /// From its stationary beginning on, each item is found as often as theory says. The numbers are means over
    /// independent caches with a few look-ups each, too few for any warm-up.
    #[test]
    fn every_item_is_found_as_often_as_theory_says() {
        const CACHES: u32 = 20_000;
        for (items, capacity, alpha) in [(10, 3, 0.8), (30, 6, 1.0), (12, 5, 0.0)] {
            let popularity = Popularity::new(items, alpha).unwrap();
            let mut found = vec![[0_u32; 2]; items as usize];
            for n in 0..CACHES {
                let key = StreamKey::new(5, n, "test", "cache");
                let mut lru = Lru::new(items, capacity);
                lru.fill(&popularity.last_referred(capacity, key));
                for ask in 0..3 {
                    let item = popularity.sample(&mut key.draw(u64::MAX, ask));
                    found[item as usize][usize::from(lru.refer(item))] += 1;
                }
            }
            let exact =
                caches::lru_occupancy(&caches::zipf(items as usize, alpha), capacity as usize);
            for (item, ([missed, hit], p)) in found.into_iter().zip(exact).enumerate() {
                let asked = f64::from(missed + hit);
                let share = f64::from(hit) / asked;
                // References to one cache are not independent: three times the variance at most.
                let error = (3.0 * p * (1.0 - p) / asked).sqrt();
                assert!((share - p).abs() < 4.0 * error, "item {item}: {share} instead of {p}");
            }
        }
    }
}
