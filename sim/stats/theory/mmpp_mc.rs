//! MMPP/M/c with two states: Poisson arrivals whose rate is `rates[j]` while a Markov chain is in
//! state j, which it leaves at rate `switch[j]`.
//!
//! A quasi-birth-death process with two phases. Neuts, Matrix-Geometric Solutions in Stochastic
//! Models (1981), ch. 5 and 6.

use super::qbd::{Levels, Qbd};
use super::reduction::Matrix;
use super::stable;

/// The stationary queue.
#[derive(Clone, Debug)]
pub struct MmppMc {
    rates: [f64; 2],
    arrivals: f64,
    levels: Levels,
}

impl MmppMc {
    /// Rates in 1/s, those of `switch` above 0; `servers` at `service_rate` each.
    ///
    /// Panics without a steady state, or when only one state is ever left.
    pub fn new(rates: [f64; 2], switch: [f64; 2], service_rate: f64, servers: u32) -> Self {
        let arrivals = mean_rate(rates, switch);
        assert!(switch[0] > 0.0 && switch[1] > 0.0, "both states are left");
        stable(arrivals / (service_rate * f64::from(servers)));
        let servers = servers as usize;
        let mut phases = Matrix::zeros(2, 2);
        (phases[(0, 1)], phases[(1, 0)]) = (switch[0], switch[1]);
        let service = |level: usize, _: usize| service_rate * level.min(servers) as f64;
        let queue = Qbd { arrivals: &rates, phases: &phases, service, last_level: servers };
        Self { rates, arrivals, levels: queue.solve() }
    }

    /// Arrivals per second.
    pub fn arrival_rate(&self) -> f64 {
        self.arrivals
    }

    /// Mean number in the system.
    pub fn mean_in_system(&self) -> f64 {
        self.levels.mean
    }

    /// Mean response time in seconds, by Little's law.
    pub fn mean_response(&self) -> f64 {
        self.mean_in_system() / self.arrival_rate()
    }

    /// P(an arriving request finds all servers busy).
    pub fn prob_wait(&self) -> f64 {
        let busy = self.rates.iter().zip(&self.levels.rest);
        busy.map(|(rate, p)| rate * p).sum::<f64>() / self.arrival_rate()
    }
}

/// Mean arrival rate: a state's share of the time is proportional to the rate of leaving the other.
pub fn mean_rate(rates: [f64; 2], switch: [f64; 2]) -> f64 {
    (rates[0] * switch[1] + rates[1] * switch[0]) / (switch[0] + switch[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::mmc;

    #[test]
    fn equal_rates_give_mmc() {
        let queue = MmppMc::new([5.0, 5.0], [0.3, 2.0], 2.0, 4);
        assert!((queue.arrival_rate() - 5.0).abs() < 1e-10);
        assert!((queue.mean_in_system() - mmc::mean_in_system(5.0, 2.0, 4)).abs() < 1e-9);
        assert!((queue.prob_wait() - mmc::prob_wait(5.0, 2.0, 4)).abs() < 1e-10);
    }

    /// As states change faster, only the mean rate matters.
    #[test]
    fn fast_switching_gives_the_mean_rate() {
        let queue = MmppMc::new([9.0, 1.0], [1e7, 1e7], 8.0, 1);
        assert!((queue.mean_in_system() - 5.0 / 3.0).abs() < 1e-5);
    }

    /// The slower they change, the longer a busy state overflows.
    #[test]
    fn slow_switching_makes_longer_queues() {
        let at = |s: f64| MmppMc::new([15.0, 3.0], [s, s], 12.0, 1).mean_in_system();
        assert!(at(0.5) > at(1.0) && at(1.0) > at(2.0));
    }
}
