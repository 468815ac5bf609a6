//! M/M/1 with impatient customers.
//!
//! *Until the answer*: each stays at most an exponential time of rate θ in the system, in service
//! too: a birth-death process with birth rate λ and death rate μ + nθ. *Until service*: each waits
//! at most a constant time τ and is not begun afterwards. Served customers see the same waits whether
//! the others leave at τ or are skipped when their turn comes: the work in front has density f(x) = λ p₀
//! e^{−(μ−λ)x} below τ and f(τ) e^{−μ(x−τ)} beyond. Barrer, Operations Research 5 (1957), 644–649 and
//! 650–656; Gnedenko & Kovalenko (1968), ch. 1.

use super::birth_death::{mean_of, stationary_unbounded};

/// M/M/1 with exponential impatience until the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UntilAnswer {
    /// Share of customers that are answered.
    pub answered: f64,
    /// Mean number in the system.
    pub mean_in_system: f64,
    /// Fraction of time in which the server is busy.
    pub utilization: f64,
}

impl UntilAnswer {
    /// Solves for `impatience_rate` θ > 0; there is a steady state at any load.
    pub fn new(arrival_rate: f64, service_rate: f64, impatience_rate: f64) -> Self {
        let death = |n: usize| service_rate + n as f64 * impatience_rate;
        let p = stationary_unbounded(|_| arrival_rate, death);
        let utilization = 1.0 - p[0];
        Self {
            answered: service_rate * utilization / arrival_rate,
            mean_in_system: mean_of(&p, |n| n),
            utilization,
        }
    }
}

/// M/M/1 with constant impatience until service begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UntilService {
    /// Share of customers that are not served.
    pub lost: f64,
    /// Mean wait of served customers, in seconds.
    pub mean_wait: f64,
    /// Fraction of time in which the server is busy.
    pub utilization: f64,
}

impl UntilService {
    /// Solves for waits of at most `longest_wait` τ > 0; there is a steady state at any load.
    pub fn new(arrival_rate: f64, service_rate: f64, longest_wait: f64) -> Self {
        let (slack, tau) = (service_rate - arrival_rate, longest_wait);
        let edge = (-slack * tau).exp();
        // ∫ e^{−sx} dx and ∫ x e^{−sx} dx over [0, τ], with their limits at s = 0.
        let (below, first) = if (slack * tau).abs() < 1e-6 {
            (tau, tau * tau / 2.0)
        } else {
            let below = (1.0 - edge) / slack;
            (below, (below - tau * edge) / slack)
        };
        let beyond = edge / service_rate;
        let empty = 1.0 / (1.0 + arrival_rate * (below + beyond));
        let lost = empty * arrival_rate * beyond;
        Self {
            lost,
            mean_wait: empty * arrival_rate * first / (1.0 - lost),
            utilization: arrival_rate * (1.0 - lost) / service_rate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_are_answered_or_give_up() {
        for rate in [0.3, 1.0, 4.0] {
            let queue = UntilAnswer::new(rate, 1.0, 0.2);
            let balance = rate * queue.answered + 0.2 * queue.mean_in_system;
            assert!((balance - rate).abs() < 1e-12);
        }
    }

    /// The server is busy exactly when the system is not empty; p₀ and the losses give this
    /// independently.
    #[test]
    fn losses_agree_with_the_empty_system() {
        for (rate, tau) in [(0.5, 1.0), (1.0, 2.0), (1.0 + 1e-9, 2.0), (3.0, 0.7)] {
            let queue = UntilService::new(rate, 1.0, tau);
            let empty = 1.0 - queue.utilization;
            let loss = empty * rate * (-(1.0 - rate) * tau).exp();
            assert!((queue.lost - loss).abs() < 1e-6, "{rate}: {} and {loss}", queue.lost);
        }
    }

    #[test]
    fn endless_patience_is_mm1() {
        let queue = UntilService::new(0.5, 1.0, 60.0);
        assert!(queue.lost < 1e-12 && (queue.mean_wait - 1.0).abs() < 1e-9);
        let queue = UntilAnswer::new(0.5, 1.0, 1e-9);
        assert!((queue.mean_in_system - 1.0).abs() < 1e-6);
    }

    /// Barrer's loss at λ = μ: 1 / (2 + μτ).
    #[test]
    fn a_full_load_has_a_short_formula() {
        let queue = UntilService::new(1.0, 1.0, 3.0);
        assert!((queue.lost - 0.2).abs() < 1e-12);
    }
}
