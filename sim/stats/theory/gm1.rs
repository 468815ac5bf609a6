//! G/M/1: independent interarrival times of any law A, exponential service.
//!
//! An arrival waits with probability σ, the root in (0, 1) of σ = E(e^(−μ(1−σ)A)); the response
//! time is then exponential at rate μ(1 − σ). Kleinrock, Queueing Systems 1 (1975), ch. 6.

/// Iterations after which the search for the fixed point fails.
const MOST_STEPS: usize = 10_000_000;

/// The stationary G/M/1 queue.
#[derive(Clone, Copy, Debug)]
pub struct Gm1 {
    arrival_rate: f64,
    service_rate: f64,
    sigma: f64,
}

impl Gm1 {
    /// `laplace`(s) = E(e^(−sA)) of the interarrival time, whose mean is 1 / `arrival_rate`.
    ///
    /// Panics unless λ < μ. The fixed point is reached from below, monotonically.
    pub fn new(arrival_rate: f64, service_rate: f64, laplace: impl Fn(f64) -> f64) -> Self {
        super::stable(arrival_rate / service_rate);
        let mut sigma = 0.0;
        for _ in 0..MOST_STEPS {
            let next = laplace(service_rate * (1.0 - sigma));
            if next - sigma <= f64::EPSILON * sigma {
                return Self { arrival_rate, service_rate, sigma };
            }
            sigma = next;
        }
        unreachable!("no fixed point near σ = {sigma}");
    }

    /// Probability that an arrival waits, σ.
    pub fn prob_wait(&self) -> f64 {
        self.sigma
    }

    /// Mean response time in seconds, 1 / (μ(1 − σ)).
    pub fn mean_response(&self) -> f64 {
        1.0 / (self.service_rate * (1.0 - self.sigma))
    }

    /// Mean waiting time in seconds.
    pub fn mean_wait(&self) -> f64 {
        self.sigma * self.mean_response()
    }

    /// Mean number in system.
    pub fn mean_in_system(&self) -> f64 {
        self.arrival_rate * self.mean_response()
    }

    /// Quantile 0 ≤ `p` < 1 of the response time in seconds.
    pub fn response_quantile(&self, p: f64) -> f64 {
        -(-p).ln_1p() * self.mean_response()
    }

    /// Quantile 0 ≤ `p` < 1 of the waiting time in seconds.
    pub fn wait_quantile(&self, p: f64) -> f64 {
        (self.sigma / (1.0 - p)).ln().max(0.0) * self.mean_response()
    }
}
