//! A closed network: `users` users think, then visit every station once, and so on.
//!
//! Product form: a station with n requests has weight Π_{j≤n} D / min(j, c), thinking Zⁿ / n!;
//! normalising constants G by convolution, throughput X = G(N − 1) / G(N). Demands are divided by
//! a common scale first, which cancels. Stations with one server may also share their processor.
//! Gordon & Newell (1967); Buzen, CACM 16 (1973); Reiser & Lavenberg, JACM 27 (1980).

/// A station of the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClosedStation {
    /// Mean demand of one visit, in seconds.
    pub demand_seconds: f64,
    /// Servers; 0 for a station without queueing (pure delay).
    pub servers: u32,
}

/// The stationary network.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedNetwork {
    /// Cycles per second.
    pub throughput: f64,
    /// Mean time of a cycle without thinking, in seconds.
    pub mean_response: f64,
    /// Mean number at each station.
    pub mean_in_station: Vec<f64>,
    /// Busy fraction of a server at each station; of a delay, the mean number there.
    pub utilization: Vec<f64>,
}

impl ClosedNetwork {
    /// Solves for `users` ≥ 1 users and a mean think time of `think_seconds` ≥ 0.
    pub fn new(users: u32, think_seconds: f64, stations: &[ClosedStation]) -> Self {
        let think = ClosedStation { demand_seconds: think_seconds, servers: 0 };
        let scale = stations.iter().map(|s| s.demand_seconds).fold(0.0, f64::max);
        assert!(users > 0 && scale > 0.0, "users and demands are positive");
        let weigh = |s: &ClosedStation| weights(s, users as usize, scale);
        let all: Vec<Vec<f64>> = stations.iter().chain([&think]).map(weigh).collect();
        let whole = convolve_all(&all, None, users as usize);
        let n = users as usize;
        let throughput = whole[n - 1] / whole[n] / scale;
        Self {
            throughput,
            mean_response: f64::from(users) / throughput - think_seconds,
            mean_in_station: (0..stations.len()).map(|i| mean_at(&all, i, &whole)).collect(),
            utilization: stations
                .iter()
                .map(|s| throughput * s.demand_seconds / f64::from(s.servers.max(1)))
                .collect(),
        }
    }
}

fn weights(station: &ClosedStation, users: usize, scale: f64) -> Vec<f64> {
    let mut weights = vec![1.0];
    for n in 1..=users {
        let busy = if station.servers == 0 { n } else { n.min(station.servers as usize) };
        weights.push(weights[n - 1] * station.demand_seconds / scale / busy as f64);
    }
    weights
}

/// G(0 … users) over all stations but `without`.
fn convolve_all(all: &[Vec<f64>], without: Option<usize>, users: usize) -> Vec<f64> {
    let mut constants = vec![0.0; users + 1];
    constants[0] = 1.0;
    for (_, weights) in all.iter().enumerate().filter(|(i, _)| Some(*i) != without) {
        constants =
            (0..=users).map(|n| (0..=n).map(|k| constants[n - k] * weights[k]).sum()).collect();
    }
    constants
}

/// Σ n·P(n at the station), with P(n) = f(n)·G₋(N − n) / G(N) and G₋ of the others.
fn mean_at(all: &[Vec<f64>], station: usize, whole: &[f64]) -> f64 {
    let users = whole.len() - 1;
    let others = convolve_all(all, Some(station), users);
    let terms = (1..=users).map(|n| n as f64 * all[station][n] * others[users - n]);
    terms.sum::<f64>() / whole[users]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::finite_source::FiniteSource;

    #[test]
    fn one_station_is_the_machine_repairman() {
        let station = ClosedStation { demand_seconds: 0.1, servers: 2 };
        let ours = ClosedNetwork::new(50, 2.0, &[station]);
        let twin = FiniteSource::new(50, 2.0, 10.0, 2);
        assert!((ours.throughput / twin.throughput() - 1.0).abs() < 1e-12);
        assert!((ours.mean_response / twin.mean_response() - 1.0).abs() < 1e-10);
    }

    #[test]
    fn everyone_is_somewhere() {
        let stations = [(0.2, 4), (0.05, 1), (0.3, 0)]
            .map(|(demand_seconds, servers)| ClosedStation { demand_seconds, servers });
        let network = ClosedNetwork::new(40, 2.0, &stations);
        let inside: f64 = network.mean_in_station.iter().sum();
        assert!((inside + 2.0 * network.throughput - 40.0).abs() < 1e-9);
        assert!((network.mean_in_station[2] - 0.3 * network.throughput).abs() < 1e-9);
    }
}
