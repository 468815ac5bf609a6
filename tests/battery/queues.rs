//! One station, first come first served: M/M/1, M/M/c, M/M/c/K, M/D/1, M/G/1, G/M/1, M/H2/1, and
//! the loss and abandonment systems.

use super::family;
use super::file::{exp, hyperexp, mean_of, seconds};
use super::world::{Length, Setup, mean, share, usual};
use crate::text::{poisson, station};

/// A first-come-first-served station under Poisson arrivals.
pub(super) fn fcfs(rate: f64, service: &str, workers: f64, more: &str) -> Setup {
    let text = format!("workers = {workers}\n{more}");
    let blueprint = station(128, &text, service, poisson(rate)).blueprint();
    Setup {
        blueprint,
        rate,
        length: Length::Steady,
        read: Box::new(move |metric, shown| {
            let held: f64 = shown.averages.containers.iter().map(|c| c.held).sum();
            match metric {
                "utilization" | "utilization_per_server" => Some(held / workers),
                "carried_load" => Some(held),
                "mean_busy_period" => Some(mean(&shown.busy_periods())),
                _ => usual(metric, shown),
            }
        }),
    }
}

#[test]
fn mm1() {
    family("mm1", |m| fcfs(m.number("lam"), &exp(1.0 / m.number("mu")), 1.0, ""));
}

#[test]
fn mmc() {
    family("mmc", |m| fcfs(m.number("lam"), &exp(1.0 / m.number("mu")), m.number("c"), ""));
}

/// Bursty arrivals need long runs: half of the events belong to an overload.
#[test]
fn mmpp_m_c() {
    family("mmpp_m_c", |m| {
        let list = |name: &str| {
            let rates = m.numbers(name);
            let quoted: Vec<String> = rates.iter().map(|rate| format!("\"{rate}/s\"")).collect();
            quoted.join(", ")
        };
        let arrivals = format!(
            "{{ kind = \"mmpp\", rates = [{}], switch = [{}] }}",
            list("rates"),
            list("switch")
        );
        let workers = format!("workers = {}", m.number("c"));
        Setup {
            blueprint: station(128, &workers, exp(1.0 / m.number("mu")), &arrivals).blueprint(),
            rate: mean(&m.numbers("rates")),
            length: Length::Steady,
            read: Box::new(|metric, shown| match metric {
                "arrival_rate" => Some(shown.requests.len() as f64 / shown.seconds),
                "prob_wait_on_arrival" => Some(share(&shown.all_waits(), |wait| *wait > 0.0)),
                _ => usual(metric, shown),
            }),
        }
    });
}

#[test]
fn mmck() {
    family("mmck", |m| {
        let backlog = format!("backlog = {}", m.number("K") - m.number("c"));
        fcfs(m.number("lam"), &exp(1.0 / m.number("mu")), m.number("c"), &backlog)
    });
}

#[test]
fn md1() {
    family("md1", |m| {
        let service = m.number("D");
        let setup = fcfs(m.number("lam"), &format!("constant({})", seconds(service)), 1.0, "");
        let read = setup.read;
        Setup {
            read: Box::new(move |metric, shown| match metric {
                "prob_wait_gt_2D" => Some(share(&shown.all_waits(), |w| *w > 2.0 * service)),
                _ => read(metric, shown),
            }),
            ..setup
        }
    });
}

#[test]
fn mg1_fcfs() {
    family("mg1_fcfs", |m| fcfs(m.number("lam"), &m.law("service"), 1.0, ""));
}

#[test]
fn mh2_1_quantiles() {
    family("mh2_1_quantiles", |m| {
        fcfs(m.number("lam"), &hyperexp(&m.numbers("p"), &m.numbers("means")), 1.0, "")
    });
}

#[test]
fn gm1() {
    family("gm1", |m| {
        let arrivals = format!("{{ kind = \"renewal\", interarrival = \"{}\" }}", m.law("arrival"));
        Setup {
            blueprint: station(8, "workers = 1", exp(1.0 / m.number("mu")), &arrivals).blueprint(),
            rate: 1.0 / mean_of(&m.parameters["arrival"]),
            length: Length::Steady,
            read: Box::new(usual),
        }
    });
}

#[test]
fn erlang_b() {
    family("erlang_b", |m| fcfs(m.number("lam"), &m.law("service"), m.number("c"), "backlog = 0"));
}

#[test]
fn erlang_a() {
    family("erlang_a", |m| {
        let (lam, c) = (m.number("lam"), m.number("c"));
        let patience = exp(1.0 / m.number("theta"));
        let world = station(128, format!("workers = {c}"), exp(1.0 / m.number("mu")), poisson(lam))
            .with(format!("patience_in_queue = '{patience}'"));
        Setup {
            blueprint: world.blueprint(),
            rate: lam,
            length: Length::Steady,
            read: Box::new(move |metric, shown| match metric {
                "prob_abandon" => Some(shown.failed()),
                "prob_wait" => {
                    let at_once = shown.all_waits().iter().filter(|wait| **wait == 0.0).count();
                    Some(1.0 - at_once as f64 / shown.requests.len() as f64)
                }
                "mean_wait_all_jobs" => {
                    // A user who gives up has waited for the whole time in the system.
                    let lost = shown.requests.iter().filter(|(_, _, ok)| !ok);
                    let lost: f64 = lost.map(|(_, took, _)| *took as f64 * 1e-9).sum();
                    let served: f64 = shown.all_waits().iter().sum();
                    Some((lost + served) / shown.requests.len() as f64)
                }
                "utilization" => Some(shown.averages.containers[0].held / c),
                _ => usual(metric, shown),
            }),
        }
    });
}
