//! Servers that break down: each works for an exponential time at rate `failure_rate` ξ, then is
//! repaired for one at rate `repair_rate` η; work in progress is resumed, not repeated.
//!
//! Servers fail whether idle or not, unless the function's name says otherwise, and work for the share
//! A = η / (ξ + η) of the time. One server: from the generating functions of the number in the
//! system while it is up and while it is down. White & Christie, Oper. Res. 6 (1958); Avi-Itzhak &
//! Naor, Oper. Res. 11 (1963). Several servers: the number that work is the phase of a
//! quasi-birth-death process. Mitrani & Avi-Itzhak, Oper. Res. 16 (1968).

use super::qbd::{Levels, Qbd};
use super::reduction::Matrix;
use super::stable;

/// Rates of arrival, of service (of one server), of failure and of repair, in 1/s and above 0.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs, reason = "the names say it all")]
pub struct Rates {
    pub arrival: f64,
    pub service: f64,
    pub failure: f64,
    pub repair: f64,
}

impl Rates {
    /// Share of the time in which a server works.
    pub fn availability(&self) -> f64 {
        self.repair / (self.failure + self.repair)
    }
}

/// Mean number in M/M/1 with breakdowns. Panics without a steady state, λ ≥ μA.
///
/// L = (λ/A + ξλ²/η²) / (μ − λ/A) + ξλA/η².
pub fn mean_in_system(rates: Rates) -> f64 {
    let Rates { arrival, service, failure, repair } = rates;
    let up = rates.availability();
    stable(arrival / (up * service));
    let lost = failure * arrival / (repair * repair);
    (arrival / up + lost * arrival) / (service - arrival / up) + lost * up
}

/// Mean response time in seconds, by Little's law.
pub fn mean_response(rates: Rates) -> f64 {
    mean_in_system(rates) / rates.arrival
}

/// Mean response time in seconds where the server fails only while it serves.
///
/// M/G/1 whose service lasts until completion, breaks included: with mean (1 + ξ/η) / μ and second
/// moment 2 (1 + ξ/η)² / μ² + 2ξ / (μη²).
pub fn mean_response_failing_when_busy(rates: Rates) -> f64 {
    let Rates { arrival, service, failure, repair } = rates;
    let mean = (1.0 + failure / repair) / service;
    let second = 2.0 * mean * mean + 2.0 * failure / (service * repair * repair);
    mean + arrival * second / (2.0 * (1.0 - stable(arrival * mean)))
}

/// M/M/c whose servers break down independently; a free one that works takes over at once.
#[derive(Clone, Debug)]
pub struct MmcBreakdowns {
    rates: Rates,
    servers: usize,
    /// Phases are numbers of servers that work.
    levels: Levels,
}

impl MmcBreakdowns {
    /// The stationary queue before `servers` ≥ 1. Panics without a steady state, λ ≥ cμA.
    pub fn new(rates: Rates, servers: u32) -> Self {
        stable(rates.arrival / (rates.availability() * rates.service * f64::from(servers)));
        let servers = servers as usize;
        let mut phases = Matrix::zeros(servers + 1, servers + 1);
        for up in 1..=servers {
            phases[(up, up - 1)] = up as f64 * rates.failure;
            phases[(up - 1, up)] = (servers + 1 - up) as f64 * rates.repair;
        }
        let service = |level: usize, up: usize| rates.service * level.min(up) as f64;
        let arrivals = vec![rates.arrival; servers + 1];
        let queue = Qbd { arrivals: &arrivals, phases: &phases, service, last_level: servers };
        Self { rates, servers, levels: queue.solve() }
    }

    /// Mean number in the system.
    pub fn mean_in_system(&self) -> f64 {
        self.levels.mean
    }

    /// Mean response time in seconds, by Little's law.
    pub fn mean_response(&self) -> f64 {
        self.mean_in_system() / self.rates.arrival
    }

    /// Mean number of servers that work.
    pub fn mean_servers_up(&self) -> f64 {
        self.rates.availability() * self.servers as f64
    }

    /// P(an arriving request finds no free server that works).
    pub fn prob_wait(&self) -> f64 {
        let below = self.levels.below.iter().enumerate();
        let waiting = below.map(|(level, phases)| phases[..=level].iter().sum::<f64>());
        waiting.sum::<f64>() + self.levels.rest.iter().sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::mmc;

    const RATES: Rates = Rates { arrival: 5.0, service: 10.0, failure: 0.1, repair: 1.0 };

    fn close(ours: f64, exact: f64, tolerance: f64) {
        assert!((ours / exact - 1.0).abs() < tolerance, "{ours} for {exact}");
    }

    /// Holds also for failures a million times rarer than arrivals.
    #[test]
    fn one_of_many_servers_is_the_one_server() {
        let rare = Rates { failure: 1e-6, repair: 1e-4, ..RATES };
        for rates in [RATES, rare, Rates { arrival: 9.0, ..RATES }] {
            let many = MmcBreakdowns::new(rates, 1);
            close(many.mean_in_system(), mean_in_system(rates), 1e-10);
        }
    }

    /// The phases, summed over levels, are binomial.
    #[test]
    fn servers_fail_independently() {
        let queue = MmcBreakdowns::new(RATES, 3);
        let up = RATES.availability();
        let phase = |j: usize| {
            queue.levels.below.iter().map(|level| level[j]).sum::<f64>() + queue.levels.rest[j]
        };
        close(phase(0), (1.0 - up).powi(3), 1e-11);
        close(phase(1), 3.0 * up * (1.0 - up).powi(2), 1e-11);
        close(phase(3), up.powi(3), 1e-11);
    }

    #[test]
    fn without_failures_nothing_breaks() {
        let rates = Rates { arrival: 25.0, failure: 1e-14, ..RATES };
        let queue = MmcBreakdowns::new(rates, 3);
        close(queue.mean_response(), mmc::mean_response(25.0, 10.0, 3), 1e-11);
        close(queue.prob_wait(), mmc::prob_wait(25.0, 10.0, 3), 1e-11);
        close(mean_response_failing_when_busy(Rates { arrival: 5.0, ..rates }), 0.2, 1e-12);
    }

    /// An idle server that fails delays the next arrival, so that failing at any time is worse.
    #[test]
    fn failing_when_busy_only_is_better() {
        assert!(mean_response_failing_when_busy(RATES) < mean_response(RATES));
    }
}
