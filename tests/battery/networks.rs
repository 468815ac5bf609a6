//! Several stations: closed networks, Jackson networks, tandems, feedback, round robin.

use super::family;
use super::file::{Model, exp, numbers, seconds};
use super::world::{Length, Setup, mean, share, usual};
use crate::text::{poisson, station, world};
use wssim_model::Blueprint;
use wssim_model::blueprint::Instruction;
use wssim_model::ids::InstructionId;

/// A workerless router that visits stations s1, s2, … one after the other.
pub(super) fn in_a_row(stations: &[(f64, f64)], arrivals: &str) -> Blueprint {
    let calls: Vec<String> =
        (1..=stations.len()).map(|n| format!("{{ call = 's{n}.visit' }}")).collect();
    let mut text = world().node("host", 128).service("router", "").endpoint("go", calls.join(", "));
    for (n, (mean, workers)) in stations.iter().enumerate() {
        let name = format!("s{}", n + 1);
        text = text.service(&name, format!("workers = {workers}")).cpu("visit", exp(*mean));
    }
    text.traffic("all", "router.go", arrivals).blueprint()
}

pub(super) fn closed(model: &Model) -> String {
    let think = exp(model.number("think_mean"));
    format!("{{ kind = 'closed', users = {}, think = '{think}' }}", model.number("N"))
}

#[test]
fn finite_source() {
    family("finite_source", |m| {
        let (users, think, c) = (m.number("N"), m.number("think_mean"), m.number("c"));
        let service = exp(1.0 / m.number("mu"));
        let exact = m.rows.iter().find(|row| row.metric == "throughput_X").unwrap().exact;
        Setup {
            blueprint: station(8, format!("workers = {c}"), &service, closed(m)).blueprint(),
            rate: exact,
            length: Length::Steady,
            read: Box::new(move |metric, shown| {
                let station = shown.averages.containers[0];
                match metric {
                    "utilization" => Some(station.held / c),
                    "mean_thinking" => Some(users - station.in_system),
                    "check_N_over_X_minus_Z" => Some(users / shown.throughput() - think),
                    // A share of time: a closed user finds fewer others than an observer.
                    "prob_all_servers_busy" => Some(time_all_busy(shown, c as i64)),
                    _ => usual(metric, shown),
                }
            }),
        }
    });
}

/// The share of time with at least `c` requests in the system, from arrivals and ends.
fn time_all_busy(shown: &super::world::Shown, c: i64) -> f64 {
    let mut changes: Vec<(u64, i64)> = Vec::new();
    for (at, took, _) in &shown.requests {
        changes.push((*at, 1));
        changes.push((at + took, -1));
    }
    changes.sort_unstable();
    // Requests already or still there are missing at both ends.
    let cut = changes.len() / 10;
    let (mut here, mut since, mut busy) = (0, 0, 0);
    let (from, to) = (changes[cut].0, changes[changes.len() - 1 - cut].0);
    for (at, change) in changes {
        if here >= c {
            busy += at.min(to).max(from) - since.clamp(from, to);
        }
        here += change;
        since = at;
    }
    busy as f64 / (to - from) as f64
}

#[test]
fn closed_network() {
    family("closed_network", |m| {
        let (demands, servers) = (m.numbers("demands"), m.numbers("servers"));
        let stations: Vec<(f64, f64)> = demands.into_iter().zip(servers.clone()).collect();
        let exact = m.rows.iter().find(|row| row.metric == "throughput_X").unwrap().exact;
        Setup {
            blueprint: in_a_row(&stations, &closed(m)),
            rate: exact,
            length: Length::Steady,
            read: Box::new(move |metric, shown| {
                let of = |name: &str| metric.strip_prefix(name)?.parse::<usize>().ok();
                // Containers in order of names: the router, then s1, s2, …
                let station = |n: usize| shown.averages.containers[n];
                if let Some(n) = of("mean_in_station") {
                    return Some(station(n).in_system);
                }
                if let Some(n) = of("utilization_station") {
                    return Some(station(n).held / servers[n - 1]);
                }
                usual(metric, shown)
            }),
        }
    });
}

#[test]
fn pool_tandem() {
    family("pool_tandem", |m| {
        let (lam, mus, servers) = (m.number("lam"), m.numbers("mus"), m.numbers("servers"));
        let stations: Vec<(f64, f64)> = mus.iter().map(|mu| 1.0 / mu).zip(servers).collect();
        Setup {
            blueprint: in_a_row(&stations, &poisson(lam)),
            rate: lam,
            length: Length::Steady,
            read: Box::new(|metric, shown| match metric {
                "mean_wait_stage1" => Some(mean(&shown.waits[1])),
                "mean_wait_stage2" => Some(mean(&shown.waits[2])),
                "prob_wait_stage1" => Some(share(&shown.waits[1], |wait| *wait > 0.0)),
                "prob_wait_stage2" => Some(share(&shown.waits[2], |wait| *wait > 0.0)),
                _ => usual(metric, shown),
            }),
        }
    });
}

/// A pool as large as the first stage before a service that serves all at once.
pub(super) fn pooled(model: &Model) -> Blueprint {
    world()
        .node("host", 128)
        .service("client", format!("pool.first.size = {}", model.numbers("servers")[0]))
        .endpoint("go", "{ call = 'first.visit' }")
        .service("first", "")
        .cpu("visit", exp(1.0 / model.numbers("mus")[0]))
        .traffic("all", "client.go", poisson(model.number("lam")))
        .blueprint()
}

/// The first stage as a connection pool in front of a service without workers: the wait for a
/// connection is the wait for a server.
#[test]
fn pool_tandem_with_a_connection_pool() {
    for model in super::models().iter().filter(|model| model.family == "pool_tandem") {
        let world = pooled(model);
        let rows = |row: &super::file::Row| row.metric.ends_with("stage1");
        let rows = model.rows.iter().filter(|row| rows(row)).map(|row| super::file::Row {
            id: format!("{} (pool)", row.id),
            metric: row.metric.clone(),
            exact: row.exact,
        });
        let model = Model {
            family: model.family.clone(),
            parameters: model.parameters.clone(),
            rows: rows.collect(),
        };
        let setup = Setup {
            blueprint: world,
            rate: model.number("lam"),
            length: Length::Steady,
            read: Box::new(|metric, shown| match metric {
                "mean_wait_stage1" => Some(mean(&shown.pool_waits[0])),
                _ => Some(share(&shown.pool_waits[0], |wait| *wait > 0.0)),
            }),
        };
        super::judge(&model, &setup);
    }
}

/// Makes the calls behind a station's CPU step alternatives: the first one taken ends the visit.
/// Probabilities in a scenario are independent for each call; `conditional` compensates for it.
fn end_after_calls(blueprint: &mut Blueprint) {
    let old = std::mem::take(&mut blueprint.program);
    let mut new = Vec::new();
    let mut places = vec![0; old.len()];
    for (place, instruction) in old.into_iter().enumerate() {
        places[place] = new.len();
        let is_call = matches!(instruction, Instruction::Call(_));
        new.push(instruction);
        if is_call {
            new.push(Instruction::End);
        }
    }
    for instruction in &mut new {
        if let Instruction::SkipUnless { to, .. } = instruction {
            *to = InstructionId::from(places[to.index()]);
        }
    }
    for endpoint in &mut blueprint.endpoints {
        endpoint.start = InstructionId::from(places[endpoint.start.index()]);
    }
    blueprint.program = new;
}

/// Probability of each alternative, given that no earlier one was taken.
fn conditional(row: &[f64]) -> Vec<f64> {
    let mut left = 1.0;
    let next = |p: &f64| {
        let given = if left > 0.0 { p / left } else { 0.0 };
        left -= p;
        given.min(1.0)
    };
    row.iter().map(next).collect()
}

/// Stations whose visits call the next ones, with `chances` computed from a row of the routing matrix.
pub(super) fn jackson(model: &Model, chances: impl Fn(&[f64]) -> Vec<f64>) -> Blueprint {
    let (ext, mus) = (model.numbers("ext"), model.numbers("mu"));
    let servers = model.numbers("servers");
    let routing: Vec<Vec<f64>> =
        model.parameters["routing"].as_array().unwrap().iter().map(numbers).collect();
    let mut text = world().node("host", 64);
    for (i, row) in routing.iter().enumerate() {
        let calls = chances(row).into_iter().enumerate().filter(|(_, p)| *p > 0.0);
        let calls: String = calls
            .map(|(j, p)| format!(", {{ call = 's{}.visit', probability = {p:.12} }}", j + 1))
            .collect::<Vec<_>>()
            .concat();
        let (n, workers) = (i + 1, servers[i]);
        text = text
            .service(&format!("s{n}"), format!("workers = {workers}\nhold = 'cpu'"))
            .endpoint("visit", format!("{{ cpu = '{}' }}{calls}", exp(1.0 / mus[i])));
        if ext[i] > 0.0 {
            text = text.traffic(&format!("t{n}"), &format!("s{n}.visit"), poisson(ext[i]));
        }
    }
    text.blueprint()
}

#[test]
fn open_jackson() {
    family("open_jackson", |m| {
        let (ext, servers) = (m.numbers("ext"), m.numbers("servers"));
        let mut blueprint = jackson(m, conditional);
        end_after_calls(&mut blueprint);
        Setup {
            blueprint,
            rate: ext.iter().sum(),
            length: Length::Steady,
            read: Box::new(move |metric, shown| {
                let of = |name: &str| Some(metric.strip_prefix(name)?.parse::<usize>().ok()? - 1);
                let here = |n: usize| {
                    let station = shown.averages.containers[n];
                    station.waiting + station.held
                };
                if let Some(n) = of("arrival_rate_node") {
                    return Some(shown.averages.containers[n].arrivals as f64 / shown.seconds);
                }
                if let Some(n) = of("mean_in_node") {
                    return Some(here(n));
                }
                if let Some(n) = of("utilization_node") {
                    return Some(shown.averages.containers[n].held / servers[n]);
                }
                match metric {
                    "mean_in_network" => Some((0..servers.len()).map(here).sum()),
                    _ => usual(metric, shown),
                }
            }),
        }
    });
}

/// A station whose visits call it again.
pub(super) fn feedback(model: &Model) -> Blueprint {
    let (service, again) = (exp(1.0 / model.number("mu")), model.number("q"));
    let steps =
        format!("{{ cpu = '{service}' }}, {{ call = 'station.visit', probability = {again} }}");
    world()
        .node("host", 8)
        .service("station", "workers = 1\nhold = 'cpu'")
        .endpoint("visit", steps)
        .traffic("all", "station.visit", poisson(model.number("lam")))
        .blueprint()
}

#[test]
fn mm1_bernoulli_feedback() {
    family("mm1_bernoulli_feedback", |m| Setup {
        blueprint: feedback(m),
        rate: m.number("lam"),
        length: Length::Steady,
        read: Box::new(|metric, shown| {
            let station = shown.averages.containers[0];
            match metric {
                "utilization" => Some(station.held),
                "effective_attempt_rate" => Some(station.arrivals as f64 / shown.seconds),
                "mean_in_system_L" => Some(station.waiting + station.held),
                _ => usual(metric, shown),
            }
        }),
    });
}

#[test]
fn lb_round_robin() {
    family("lb_round_robin", |m| {
        let lam = m.number("lam");
        let text = format!("workers = 1\nreplicas = {}", m.number("c"));
        Setup {
            blueprint: station(32, &text, exp(1.0 / m.number("mu")), poisson(lam)).blueprint(),
            rate: lam,
            length: Length::Steady,
            read: Box::new(usual),
        }
    });
}

/// Stretching every time by 3 stretches every response by 3, to rounding.
#[test]
fn stretching_time_stretches_responses() {
    let world = |k: f64| {
        station(4, "workers = 1", format!("exp({})", seconds(0.1 * k)), poisson(8.0 / k))
            .blueprint()
    };
    let run = |k: f64| super::world::replicate(&world(k), 7, 0, 0.0, 1000.0 * k).responses();
    let (short, long) = (run(1.0), run(3.0));
    assert_eq!(short.len(), long.len());
    for (a, b) in short.iter().zip(&long) {
        assert!((3.0 * a - b).abs() < 1e-6, "{a} and {b}");
    }
}
