//! M/M/c/K: at most `places` requests in system, those in service included; others are refused.
//!
//! A birth-death process on 0 … K; it has a steady state at any load. Refused requests count only in the
//! probability of refusal. Gross & Harris, ch. 2.

use super::birth_death::{mean_of, stationary};

/// The stationary M/M/c/K queue.
#[derive(Clone, Debug)]
pub struct Mmck {
    arrival_rate: f64,
    service_rate: f64,
    servers: u32,
    probabilities: Vec<f64>,
}

impl Mmck {
    /// λ and μ in 1/s, 1 ≤ `servers` ≤ `places`.
    pub fn new(arrival_rate: f64, service_rate: f64, servers: u32, places: u32) -> Self {
        assert!(1 <= servers && servers <= places, "1 ≤ servers ≤ places");
        let busy = |n: usize| n.min(servers as usize) as f64;
        Self {
            arrival_rate,
            service_rate,
            servers,
            probabilities: stationary(
                places as usize,
                |_| arrival_rate,
                |n| busy(n) * service_rate,
            ),
        }
    }

    /// Probability that an arrival is refused, P(N = K).
    pub fn prob_block(&self) -> f64 {
        self.probabilities[self.probabilities.len() - 1]
    }

    /// Requests served per second, λ(1 − P(N = K)).
    pub fn throughput(&self) -> f64 {
        self.arrival_rate * (1.0 - self.prob_block())
    }

    /// Mean number in system.
    pub fn mean_in_system(&self) -> f64 {
        mean_of(&self.probabilities, |n| n)
    }

    /// Mean number waiting.
    pub fn mean_in_queue(&self) -> f64 {
        mean_of(&self.probabilities, |n| (n - f64::from(self.servers)).max(0.0))
    }

    /// Mean response time of admitted requests in seconds.
    pub fn mean_response(&self) -> f64 {
        self.mean_wait() + 1.0 / self.service_rate
    }

    /// Mean waiting time of admitted requests in seconds.
    pub fn mean_wait(&self) -> f64 {
        self.mean_in_queue() / self.throughput()
    }

    /// Probability that an admitted request waits.
    pub fn prob_wait(&self) -> f64 {
        let last = self.probabilities.len() - 1;
        let waiting: f64 = self.probabilities[(self.servers as usize).min(last)..last].iter().sum();
        waiting / (1.0 - self.prob_block())
    }
}
