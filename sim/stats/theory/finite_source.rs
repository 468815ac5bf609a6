//! `users` users who think for an exponential time, then queue at one station, and so on.
//!
//! The machine repairman: birth rate (N − n) / Z, death rate min(n, c)·μ. Of the think time only its
//! mean matters. Palm (1947); Lazowska et al. (1984), ch. 6.

use super::birth_death::{mean_of, stationary};

/// The stationary closed loop.
#[derive(Clone, Debug)]
pub struct FiniteSource {
    users: u32,
    think_seconds: f64,
    service_rate: f64,
    servers: u32,
    probabilities: Vec<f64>,
}

impl FiniteSource {
    /// `think_seconds` > 0 is the mean think time, `service_rate` in 1/s, `servers` ≥ 1.
    pub fn new(users: u32, think_seconds: f64, service_rate: f64, servers: u32) -> Self {
        let birth = |n: usize| (users as usize - n) as f64 / think_seconds;
        let death = |n: usize| n.min(servers as usize) as f64 * service_rate;
        Self {
            users,
            think_seconds,
            service_rate,
            servers,
            probabilities: stationary(users as usize, birth, death),
        }
    }

    /// Requests per second.
    pub fn throughput(&self) -> f64 {
        let servers = f64::from(self.servers);
        self.service_rate * mean_of(&self.probabilities, |n| n.min(servers))
    }

    /// Mean response time in seconds.
    pub fn mean_response(&self) -> f64 {
        mean_of(&self.probabilities, |n| n) / self.throughput()
    }

    /// Mean number of users thinking.
    pub fn mean_thinking(&self) -> f64 {
        mean_of(&self.probabilities, |n| f64::from(self.users) - n)
    }

    /// Mean response time in seconds by the interactive response time law, N / X − Z.
    pub fn response_by_law(&self) -> f64 {
        f64::from(self.users) / self.throughput() - self.think_seconds
    }

    /// Busy fraction of a server.
    pub fn utilization(&self) -> f64 {
        self.throughput() / (f64::from(self.servers) * self.service_rate)
    }

    /// Fraction of time in which all servers are busy.
    pub fn prob_all_busy(&self) -> f64 {
        self.probabilities.iter().skip(self.servers as usize).sum()
    }
}
