//! A network of stations for several classes at once, open and closed: mean-value analysis.
//!
//! A customer arriving at a station finds the average state without itself (the arrival theorem). An
//! open class finds the stationary loads; a closed one of N users those of N − 1 of its own:
//! Schweitzer's N − 1 Nths of its load, which makes the residence of a single server D·(1 + Q·(N − 1) /
//! N). Another class of N users is no Poisson stream either and can fill a station with at most N: it
//! counts N / (N + u) of its load, u being its utilization of what all others leave there, so that
//! D·(1 + Q) results on a single server for customers from outside. Stations with c servers are M/M/c at the
//! load found, for any law if the servers are shared; a single closed class is solved exactly
//! ([`ClosedNetwork`]).
//!
//! Accuracy: exact for open classes alone, and for one closed class alone. Otherwise throughputs are
//! within 6 % of the exact ones and means within 20 %, on the safe side, worst where users just fill a
//! station (`tests`). Reiser & Lavenberg, JACM 27 (1980); Schweitzer (1979); Bard (1979); Seidmann,
//! Schweitzer & Shalev-Oren (1987) on several servers; Lazowska et al., Quantitative System Performance
//! (1984), ch. 7, 8.

use super::closed_network::{self, ClosedNetwork};
use super::shared::SharedProcessor;

/// Halvings that reduce an interval to one number.
const HALVINGS: usize = 60;
/// Rounds over all closed classes, and the change at which they end.
const ROUNDS: usize = 100;
const SETTLED: f64 = 1e-10;

/// A station.
#[derive(Clone, Debug, PartialEq)]
pub struct MixedStation {
    /// Servers; 0 for no queueing.
    pub servers: u32,
    /// Mean demand of one customer of each class in all its visits, in seconds.
    pub demands: Vec<f64>,
}

/// A class of customers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Class {
    /// Customers that arrive and leave for good.
    Open {
        /// Poisson, in 1/s.
        arrival_rate: f64,
    },
    /// A fixed set of users who think between requests.
    Closed {
        /// Number of users.
        users: u32,
        /// Mean think time in seconds.
        think_seconds: f64,
    },
}

impl Class {
    /// The share of this class's load that an arriving customer finds: one of another class, or of its
    /// own (`is_own`). `utilization` is the share that this class takes of what all others leave of the
    /// station.
    #[must_use]
    pub fn found(&self, is_own: bool, utilization: f64) -> f64 {
        match self {
            Self::Open { .. } => 1.0,
            Self::Closed { users, .. } if is_own => 1.0 - 1.0 / f64::from(*users),
            Self::Closed { users, .. } => f64::from(*users) / (f64::from(*users) + utilization),
        }
    }
}

/// The stationary network.
#[derive(Clone, Debug, PartialEq)]
pub struct MixedNetwork {
    /// Customers per second, by class.
    pub throughput: Vec<f64>,
    /// Response time without thinking, in seconds, by class; infinite without a steady state.
    pub mean_response: Vec<f64>,
    /// Busy fraction of a server of each station; of a delay the mean number there.
    pub utilization: Vec<f64>,
}

impl MixedNetwork {
    /// Solves for `classes`; every station has a demand for each.
    #[must_use]
    pub fn new(stations: &[MixedStation], classes: &[Class]) -> Self {
        if let &[Class::Closed { users, think_seconds }] = classes {
            return Self::exact(stations, users, think_seconds);
        }
        let response = |rates: &[f64], class: usize| {
            let at = |station: &MixedStation| residence(station, classes, rates, class);
            stations.iter().map(at).sum::<f64>()
        };
        let throughput = throughputs(classes, response);
        let mean_response = (0..classes.len()).map(|class| response(&throughput, class)).collect();
        let busy = |station: &MixedStation| {
            let load: f64 = station.demands.iter().zip(&throughput).map(|(d, x)| d * x).sum();
            load / f64::from(station.servers.max(1))
        };
        let utilization = stations.iter().map(busy).collect();
        Self { throughput, mean_response, utilization }
    }

    fn exact(stations: &[MixedStation], users: u32, think_seconds: f64) -> Self {
        let station = |station: &MixedStation| closed_network::ClosedStation {
            demand_seconds: station.demands[0],
            servers: station.servers,
        };
        let stations: Vec<closed_network::ClosedStation> = stations.iter().map(station).collect();
        let exact = ClosedNetwork::new(users, think_seconds, &stations);
        Self {
            throughput: vec![exact.throughput],
            mean_response: vec![exact.mean_response],
            utilization: exact.utilization,
        }
    }
}

/// Seconds that a customer of `class` spends at a station.
fn residence(station: &MixedStation, classes: &[Class], rates: &[f64], class: usize) -> f64 {
    let demand = station.demands[class];
    if station.servers == 0 || demand == 0.0 {
        return demand;
    }
    let servers = station.servers;
    let load = |place: usize| rates[place] * station.demands[place];
    let all: f64 = (0..classes.len()).map(load).sum();
    let found = |(place, one): (usize, &Class)| {
        let own = load(place);
        own * one.found(place == class, own / (f64::from(servers) - (all - own)))
    };
    let found: f64 = classes.iter().enumerate().map(found).sum();
    let shared = SharedProcessor { full: servers, work: |n: u32| f64::from(n.min(servers)) };
    shared.slowdown(found).map_or(f64::INFINITY, |slowdown| demand * slowdown)
}

/// Customers of each class per second: for a closed class such that X·(Z + R) is N. `response` gives R
/// in seconds of a class from all throughputs; it must not fall when its class has more.
pub fn throughputs(classes: &[Class], response: impl Fn(&[f64], usize) -> f64) -> Vec<f64> {
    let rate = |class: &Class| match class {
        Class::Open { arrival_rate } => *arrival_rate,
        Class::Closed { .. } => 0.0,
    };
    let mut rates: Vec<f64> = classes.iter().map(rate).collect();
    for _ in 0..ROUNDS {
        let mut moved = 0.0_f64;
        for (place, class) in classes.iter().enumerate() {
            let Class::Closed { users, think_seconds } = class else { continue };
            let before = rates[place];
            let with = |rates: &mut [f64], rate: f64| {
                rates[place] = rate;
                f64::from(*users) / (think_seconds + response(rates, place))
            };
            let (mut low, mut high) = (0.0, with(&mut rates, 0.0));
            for _ in 0..HALVINGS {
                let middle = f64::midpoint(low, high);
                *(if with(&mut rates, middle) > middle { &mut low } else { &mut high }) = middle;
                if high - low <= SETTLED * 1e-2 * high {
                    break;
                }
            }
            rates[place] = low;
            moved = moved.max((low - before).abs() / low.max(f64::MIN_POSITIVE));
        }
        if moved < SETTLED {
            break;
        }
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{mm1, mmc};

    fn stations(list: &[(u32, &[f64])]) -> Vec<MixedStation> {
        let one =
            |&(servers, demands): &(u32, &[f64])| MixedStation { servers, demands: demands.into() };
        list.iter().map(one).collect()
    }

    #[test]
    fn open_classes_are_mmc_at_each_station() {
        let stations = stations(&[(1, &[0.05, 0.1]), (3, &[0.5, 0.0]), (0, &[0.7, 0.2])]);
        let classes = [Class::Open { arrival_rate: 4.0 }, Class::Open { arrival_rate: 5.0 }];
        let network = MixedNetwork::new(&stations, &classes);
        let first = 0.05 / (1.0 - 0.7) + mmc::mean_response(4.0, 2.0, 3) + 0.7;
        let second = 0.1 / (1.0 - 0.7) + 0.2;
        assert!((network.mean_response[0] - first).abs() < 1e-12, "{network:?}");
        assert!((network.mean_response[1] - second).abs() < 1e-12, "{network:?}");
        assert!((network.utilization[0] - 0.7).abs() < 1e-12);
        assert!((network.utilization[2] - 3.8).abs() < 1e-12);
    }

    #[test]
    fn too_much_has_no_end() {
        let network = MixedNetwork::new(
            &stations(&[(2, &[1.0, 0.1])]),
            &[Class::Open { arrival_rate: 2.5 }, Class::Open { arrival_rate: 1.0 }],
        );
        assert_eq!(network.mean_response, [f64::INFINITY; 2]);
    }

    /// One class split in two, which leaves the exact solution unchanged.
    #[test]
    fn halves_of_a_closed_class_come_near_the_exact_whole() {
        for (users, think, list) in [
            (20, 5.0, &[(0.5, 1)][..]),
            (12, 10.0, &[(2.0, 3)]),
            (30, 3.0, &[(0.05, 1), (0.08, 1), (0.03, 1)]),
            (40, 2.0, &[(0.2, 4), (0.05, 1)]),
            (8, 0.5, &[(0.1, 1), (0.1, 1)]),
        ] {
            let one = |&(d, servers): &(f64, u32)| MixedStation { servers, demands: vec![d, d] };
            let halves: Vec<MixedStation> = list.iter().map(one).collect();
            let half = Class::Closed { users: users / 2, think_seconds: think };
            let ours = MixedNetwork::new(&halves, &[half, half]);
            let whole = |&(demand_seconds, servers): &(f64, u32)| closed_network::ClosedStation {
                demand_seconds,
                servers,
            };
            let whole: Vec<closed_network::ClosedStation> = list.iter().map(whole).collect();
            let exact = ClosedNetwork::new(users, think, &whole);
            let throughput = ours.throughput.iter().sum::<f64>() / exact.throughput - 1.0;
            let response = ours.mean_response[0] / exact.mean_response - 1.0;
            println!("{users} users: throughput {throughput:+.3}, response {response:+.3}");
            assert!(throughput.abs() < 0.05, "{users} users: {throughput}");
            assert!(response.abs() < 0.10, "{users} users: {response}");
        }
    }

    /// Exact for one server: the open class slows it down, the closed one sees a server of 1 − ρ.
    #[test]
    fn open_beside_closed_is_as_the_exact_reduction_says() {
        let (rate, demand) = (3.0, 0.1);
        for users in [1_u32, 10, 60] {
            let stations = stations(&[(1, &[demand, demand])]);
            let closed = Class::Closed { users, think_seconds: 1.0 };
            let ours = MixedNetwork::new(&stations, &[Class::Open { arrival_rate: rate }, closed]);
            let free = 1.0 - rate * demand;
            let reduced =
                closed_network::ClosedStation { demand_seconds: demand / free, servers: 1 };
            let exact = ClosedNetwork::new(users, 1.0, &[reduced]);
            let open = demand * (1.0 + exact.mean_in_station[0]) / free;
            let off = [
                ours.throughput[1] / exact.throughput - 1.0,
                ours.mean_response[1] / exact.mean_response - 1.0,
                ours.mean_response[0] / open - 1.0,
            ];
            println!("{users} users beside: {off:+.3?}");
            assert!(off[0].abs() < 0.06 && off[1].abs() < 0.20 && off[2].abs() < 0.20, "{off:?}");
            if users == 1 {
                assert!(off.iter().all(|off| off.abs() < 0.02), "{off:?}");
            }
        }
        let alone = mm1::mean_response(rate, 1.0 / demand);
        let open = [Class::Open { arrival_rate: rate }];
        let without = MixedNetwork::new(&stations(&[(1, &[demand])]), &open);
        assert!((without.mean_response[0] - alone).abs() < 1e-12);
    }
}
