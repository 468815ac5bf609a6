//! Families of caches.

use wssim_stats::theory::caches::{che, lru_occupancy, zipf};

use crate::file::Row;

pub(crate) fn lru_cache_exact(row: &Row) -> Option<f64> {
    let p = zipf(row.whole("n") as usize, row.number("zipf_alpha"));
    let inside = lru_occupancy(&p, row.whole("capacity") as usize);
    Some(match row.metric.as_str() {
        "hit_ratio" => inside.iter().zip(&p).map(|(inside, p)| inside * p).sum(),
        "hit_ratio_most_popular_item" => inside[0],
        _ => return None,
    })
}

pub(crate) fn lru_cache_che(row: &Row) -> Option<f64> {
    let p = zipf(row.whole("n") as usize, row.number("zipf_alpha"));
    let found = che(&p, row.number("capacity"));
    Some(match row.metric.as_str() {
        "approx_hit_ratio" => found.hit_ratio,
        "approx_characteristic_time_in_requests" => found.characteristic_time,
        _ => return None,
    })
}
