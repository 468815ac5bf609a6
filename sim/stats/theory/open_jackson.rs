//! An open network of M/M/c stations with random routing.
//!
//! The rates solve λᵢ = extᵢ + Σⱼ λⱼ·rⱼᵢ with the routing matrix r; each station then behaves as
//! M/M/c at its rate, independently of the others. Jackson, Oper. Res. 5 (1957).

use super::mmc;

/// A station of the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JacksonStation {
    /// Arrivals per second from outside.
    pub external_rate: f64,
    /// Service rate of one server, in 1/s.
    pub service_rate: f64,
    /// Servers, at least one.
    pub servers: u32,
}

/// The stationary network.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenJackson {
    /// Visits per second at each station.
    pub arrival_rate: Vec<f64>,
    /// Mean number at each station.
    pub mean_in_station: Vec<f64>,
    /// Busy fraction of a server at each station.
    pub utilization: Vec<f64>,
    /// Mean number in the network.
    pub mean_in_network: f64,
    /// Mean time from entering to leaving, in seconds.
    pub mean_response: f64,
}

impl OpenJackson {
    /// `routing[i][j]` is the probability of going from i to j; the rest of row i leaves.
    ///
    /// Panics when a station is overloaded or a customer can never leave.
    pub fn new(stations: &[JacksonStation], routing: &[Vec<f64>]) -> Self {
        let rates = traffic(stations, routing);
        let each = || rates.iter().zip(stations);
        let mean_in_station: Vec<f64> =
            each().map(|(rate, s)| mmc::mean_in_system(*rate, s.service_rate, s.servers)).collect();
        let utilization =
            each().map(|(rate, s)| mmc::utilization(*rate, s.service_rate, s.servers)).collect();
        let mean_in_network: f64 = mean_in_station.iter().sum();
        let external: f64 = stations.iter().map(|s| s.external_rate).sum();
        Self {
            arrival_rate: rates,
            mean_in_station,
            utilization,
            mean_in_network,
            mean_response: mean_in_network / external,
        }
    }
}

/// Solves (I − routingᵀ)·λ = ext by Gaussian elimination with partial pivoting.
fn traffic(stations: &[JacksonStation], routing: &[Vec<f64>]) -> Vec<f64> {
    let n = stations.len();
    let mut rows: Vec<Vec<f64>> = (0..n)
        .map(|i| {
            let coefficient = |j: usize| f64::from(u8::from(i == j)) - routing[j][i];
            (0..n).map(coefficient).chain([stations[i].external_rate]).collect()
        })
        .collect();
    for column in 0..n {
        let pivot = (column..n)
            .max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()))
            .expect("a row is left");
        rows.swap(column, pivot);
        assert!(rows[column][column].abs() > 1e-12, "everybody leaves some time");
        eliminate(&mut rows, column);
    }
    (0..n).map(|i| rows[i][n] / rows[i][i]).collect()
}

/// Clears `column` in all rows but its own.
fn eliminate(rows: &mut [Vec<f64>], column: usize) {
    let pivot = rows[column].clone();
    for (_, row) in rows.iter_mut().enumerate().filter(|(i, _)| *i != column) {
        let factor = row[column] / pivot[column];
        for (value, above) in row.iter_mut().zip(&pivot) {
            *value -= factor * above;
        }
    }
}
