//! MMPP/M/c with two states: Poisson arrivals whose rate is `rates[j]` while a Markov chain is in
//! state j, which it leaves at rate `switch[j]`.
//!
//! A quasi-birth-death process with levels n (in the system) and phases j. Levels are cut where the
//! rest is negligible and eliminated from the top: π(n + 1) = π(n) R(n + 1), with
//! R(n) = Λ · B(n)⁻¹ and B(n) = Λ − Q + μ(n) I − μ(n + 1) R(n + 1). Neuts, Matrix-Geometric Solutions
//! in Stochastic Models (1981), ch. 5 and 6.

use super::stable;

/// Two by two.
type Matrix = [[f64; 2]; 2];

/// What the highest level may have of the probability.
const NEGLIGIBLE: f64 = 1e-17;

/// Most levels that are worth waiting for.
const MOST_LEVELS: usize = 10_000_000;

/// The stationary queue.
#[derive(Clone, Debug)]
pub struct MmppMc {
    rates: [f64; 2],
    servers: usize,
    /// Probabilities of (number in the system, state).
    levels: Vec<[f64; 2]>,
}

impl MmppMc {
    /// Rates in 1/s; `servers` at `service_rate` each.
    ///
    /// Panics when there is no steady state.
    pub fn new(rates: [f64; 2], switch: [f64; 2], service_rate: f64, servers: u32) -> Self {
        let arrivals = mean_rate(rates, switch);
        stable(arrivals / (service_rate * f64::from(servers)));
        let servers = servers as usize;
        let death = |n: usize| service_rate * n.min(servers) as f64;
        let mut last = 2 * servers + 64;
        loop {
            let levels = levels(rates, switch, death, last);
            if levels[last].iter().sum::<f64>() < NEGLIGIBLE {
                return Self { rates, servers, levels };
            }
            last *= 2;
            assert!(last < MOST_LEVELS, "no tail to be cut off");
        }
    }

    /// Arrivals per second.
    pub fn arrival_rate(&self) -> f64 {
        self.arrivals_at(|_| true)
    }

    /// Mean number in the system.
    pub fn mean_in_system(&self) -> f64 {
        self.levels.iter().enumerate().map(|(n, p)| n as f64 * (p[0] + p[1])).sum()
    }

    /// Mean response time in seconds, by Little's law.
    pub fn mean_response(&self) -> f64 {
        self.mean_in_system() / self.arrival_rate()
    }

    /// P(an arriving request finds all servers busy).
    pub fn prob_wait(&self) -> f64 {
        self.arrivals_at(|n| n >= self.servers) / self.arrival_rate()
    }

    /// Arrivals per second that find a number in the system.
    fn arrivals_at(&self, wanted: impl Fn(usize) -> bool) -> f64 {
        let levels = self.levels.iter().enumerate().filter(|(n, _)| wanted(*n));
        levels.map(|(_, p)| p[0] * self.rates[0] + p[1] * self.rates[1]).sum()
    }
}

/// Mean arrival rate: a state's share of the time is that of the other's rate of being left.
pub fn mean_rate(rates: [f64; 2], switch: [f64; 2]) -> f64 {
    (rates[0] * switch[1] + rates[1] * switch[0]) / (switch[0] + switch[1])
}

/// Probabilities of the levels 0 to `last`, beyond which arrivals are turned away.
fn levels(
    rates: [f64; 2],
    switch: [f64; 2],
    death: impl Fn(usize) -> f64,
    last: usize,
) -> Vec<[f64; 2]> {
    // B(n), but for the arrivals that leave a level upwards and what comes back from there.
    let plain = |n: usize| [[switch[0] + death(n), -switch[0]], [-switch[1], switch[1] + death(n)]];
    let mut up = vec![[[0.0; 2]; 2]; last + 1];
    let mut block = plain(last);
    for n in (1..=last).rev() {
        up[n] = scale_rows(rates, inverse(block));
        block = plain(n - 1);
        for row in 0..2 {
            block[row][row] += rates[row];
            for column in 0..2 {
                block[row][column] -= death(n) * up[n][row][column];
            }
        }
    }
    // `block` is now minus a generator of the phases at level 0.
    let mut levels = vec![[-block[1][0], -block[0][1]]];
    let mut sum = levels[0][0] + levels[0][1];
    for n in 1..=last {
        let [a, b] = levels[n - 1];
        let level = [0, 1].map(|column| a * up[n][0][column] + b * up[n][1][column]);
        sum += level[0] + level[1];
        levels.push(level);
    }
    for level in &mut levels {
        *level = level.map(|p| p / sum);
    }
    levels
}

fn scale_rows(by: [f64; 2], matrix: Matrix) -> Matrix {
    [matrix[0].map(|x| x * by[0]), matrix[1].map(|x| x * by[1])]
}

fn inverse([[a, b], [c, d]]: Matrix) -> Matrix {
    let determinant = a * d - b * c;
    [[d, -b], [-c, a]].map(|row| row.map(|x| x / determinant))
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

    /// While states change ever faster, only the mean rate is left.
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
