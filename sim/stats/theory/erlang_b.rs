//! M/G/c/c: `servers` servers, no waiting room; an arrival that finds all busy is lost.
//!
//! Of the service time only its mean matters: results depend on the offered load a = λE(S), in erlangs.
//! Erlang (1917); Sevastyanov, Theory of Probability and its Applications 2 (1957).

/// Probability of loss, by B(0) = 1, B(k) = a·B(k − 1) / (k + a·B(k − 1)).
pub fn prob_block(offered_erlangs: f64, servers: u32) -> f64 {
    (1..=servers).fold(1.0, |blocked, k| {
        let refused = offered_erlangs * blocked;
        refused / (f64::from(k) + refused)
    })
}

/// Mean number of busy servers, a·(1 − B).
pub fn carried_load(offered_erlangs: f64, servers: u32) -> f64 {
    offered_erlangs * (1.0 - prob_block(offered_erlangs, servers))
}

/// Busy fraction of each of the (at least one) servers, under any fair choice among them.
pub fn utilization(offered_erlangs: f64, servers: u32) -> f64 {
    carried_load(offered_erlangs, servers) / f64::from(servers)
}
