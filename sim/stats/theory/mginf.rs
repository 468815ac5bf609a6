//! M/G/∞: a server for every customer, as with sleeping or waiting for an outside service.
//!
//! The number in system is Poisson with mean λE(S), whatever the service time.
//! Takács, Introduction to the Theory of Queues (1962), ch. 3.

/// Mean number in system, λE(S); also its variance.
pub fn mean_in_system(arrival_rate: f64, mean_service: f64) -> f64 {
    arrival_rate * mean_service
}

/// P(N > n).
pub fn prob_more_than(arrival_rate: f64, mean_service: f64, n: u32) -> f64 {
    let mean = mean_in_system(arrival_rate, mean_service);
    let within: f64 = (0..=n)
        .scan((-mean).exp(), |probability, k| {
            let current = *probability;
            *probability *= mean / f64::from(k + 1);
            Some(current)
        })
        .sum();
    1.0 - within
}
