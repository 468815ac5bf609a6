//! Erlang A, M/M/c+M: a waiting request gives up after an exponential time at `abandon_rate` θ.
//!
//! A birth-death process with death rate min(n, c)·μ + (n − c)⁺·θ, stable at any load; requests in
//! service stay. Palm (1957); Garnett, Mandelbaum & Reiman, M&SOM 4 (2002).

use super::birth_death::{mean_of, stationary_unbounded};

/// The stationary queue with abandonment.
#[derive(Clone, Debug)]
pub struct ErlangA {
    arrival_rate: f64,
    service_rate: f64,
    servers: u32,
    abandon_rate: f64,
    probabilities: Vec<f64>,
}

impl ErlangA {
    /// Rates in 1/s; `abandon_rate` > 0, `servers` ≥ 1.
    pub fn new(arrival_rate: f64, service_rate: f64, servers: u32, abandon_rate: f64) -> Self {
        assert!(abandon_rate > 0.0, "without abandonment it is M/M/c");
        let death = |n: usize| {
            let busy = n.min(servers as usize);
            busy as f64 * service_rate + (n - busy) as f64 * abandon_rate
        };
        Self {
            arrival_rate,
            service_rate,
            servers,
            abandon_rate,
            probabilities: stationary_unbounded(|_| arrival_rate, death),
        }
    }

    /// Mean number waiting.
    pub fn mean_in_queue(&self) -> f64 {
        mean_of(&self.probabilities, |n| (n - f64::from(self.servers)).max(0.0))
    }

    /// Probability that an arrival finds all servers busy.
    pub fn prob_wait(&self) -> f64 {
        self.probabilities.iter().skip(self.servers as usize).sum()
    }

    /// Fraction of arrivals that give up.
    pub fn prob_abandon(&self) -> f64 {
        self.abandon_rate * self.mean_in_queue() / self.arrival_rate
    }

    /// Mean waiting time in seconds over all arrivals, those that give up included.
    pub fn mean_wait(&self) -> f64 {
        self.mean_in_queue() / self.arrival_rate
    }

    /// Requests served per second.
    pub fn throughput(&self) -> f64 {
        self.arrival_rate * (1.0 - self.prob_abandon())
    }

    /// Busy fraction of a server.
    pub fn utilization(&self) -> f64 {
        self.throughput() / (f64::from(self.servers) * self.service_rate)
    }
}
