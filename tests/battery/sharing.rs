//! Shared processors, and stations without a queue.

use super::family;
use super::file::{Model, mean_of, seconds};
use super::world::{Length, Setup, Shown, mean, share, usual, variance};
use crate::text::{poisson, station, world};

/// Requests of source "sized", whose demand is known: seconds in the system.
fn of_sized(shown: &Shown) -> Vec<f64> {
    let both = shown.requests.iter().zip(&shown.sources);
    both.filter(|(_, source)| **source == 1).map(|((_, took, _), _)| *took as f64 * 1e-9).collect()
}

/// One core: nine tenths of the load as in the row, one tenth of jobs of the size in question. The time
/// of a job of size x depends only on the load (insensitivity), so both belong to the model.
fn one_core_with_sized(model: &Model) -> Setup {
    let (lam, x) = (model.number("lam"), model.number("x"));
    let load = lam * mean_of(&model.parameters["service"]);
    let world = world()
        .node("host", 1)
        .service("station", "")
        .cpu("visit", model.law("service"))
        .cpu("sized", format!("constant({})", seconds(x)))
        .traffic("all", "station.visit", poisson(lam * 0.9))
        .traffic("sized", "station.sized", poisson(load * 0.1 / x));
    Setup {
        blueprint: world.blueprint(),
        rate: lam,
        length: Length::Steady,
        read: Box::new(|metric, shown| match metric {
            "mean_response_given_size_x" => Some(mean(&of_sized(shown))),
            _ => None,
        }),
    }
}

#[test]
fn mg1_ps() {
    family("mg1_ps", |m| {
        let lam = m.number("lam");
        let plain = station(1, "", m.law("service"), poisson(lam)).blueprint();
        let sized = one_core_with_sized(m);
        Setup {
            blueprint: plain,
            rate: lam,
            length: Length::Steady,
            read: Box::new(move |metric, shown| match metric {
                // From a separate world of the same length, under the same load.
                "mean_response_given_size_x" => {
                    let seed = shown.requests.first().map_or(0, |(at, _, _)| *at);
                    let lead = shown.seconds / 10.0;
                    let other =
                        super::world::replicate(&sized.blueprint, seed, 0, lead, shown.seconds);
                    (sized.read)(metric, &other)
                }
                _ => usual(metric, shown),
            }),
        }
    });
}

#[test]
fn mgc_ps() {
    family("mgc_ps", |m| {
        let (lam, cores) = (m.number("lam"), m.number("c") as u32);
        Setup {
            blueprint: station(cores, "", m.law("service"), poisson(lam)).blueprint(),
            rate: lam,
            length: Length::Steady,
            read: Box::new(move |metric, shown| match metric {
                "prob_all_cores_busy" => {
                    Some(share(&shown.found_by_arrivals(), |found| *found >= cores))
                }
                _ => usual(metric, shown),
            }),
        }
    });
}

#[test]
fn mginf() {
    family("mginf", |m| {
        let (lam, k) = (m.number("lam"), m.number("k") as u32);
        Setup {
            blueprint: station(500, "", m.law("service"), poisson(lam)).blueprint(),
            rate: lam,
            length: Length::Steady,
            read: Box::new(move |metric, shown| {
                let found = shown.found_by_arrivals();
                match metric {
                    "var_in_system" => {
                        Some(variance(&found.iter().map(|n| f64::from(*n)).collect::<Vec<_>>()))
                    }
                    _ if metric.starts_with("prob_in_system_gt_") => {
                        Some(share(&found, |found| *found > k))
                    }
                    _ => usual(metric, shown),
                }
            }),
        }
    });
}
