//! Balancing policies before stations of one worker: random, by weights, least connections, power of d.

use super::family;
use super::file::{Model, exp};
use super::world::{Length, Setup, mean, share, usual};
use crate::text::{poisson, station, world};
use wssim_kernel::{Nanos, Time};
use wssim_model::ids::SourceId;
use wssim_model::probe::{Failure, FrameFact, Opening, Probe};
use wssim_model::{Run, simulate};

/// A Poisson stream of `lam` over `c` stations of rate `mu`, spread by `balance`.
fn spread(lam: f64, mu: f64, c: f64, balance: &str) -> Setup {
    let lines = format!("workers = 1\nreplicas = {c}\nbalance = {balance}");
    Setup {
        blueprint: station(512, lines, exp(1.0 / mu), poisson(lam)).blueprint(),
        rate: lam,
        length: Length::Steady,
        read: Box::new(|metric, shown| match metric {
            "prob_wait" => Some(share(&shown.all_waits(), |wait| *wait > 0.0)),
            _ => usual(metric, shown),
        }),
    }
}

fn alike(m: &Model, balance: &str) -> Setup {
    spread(m.number("lam"), m.number("mu"), m.number("c"), balance)
}

#[test]
fn lb_random_split() {
    family("lb_random_split", |m| alike(m, "\"random\""));
}

#[test]
fn lb_jsq() {
    family("lb_jsq", |m| alike(m, "\"least-connections\""));
}

#[test]
fn lb_power_of_d_finite() {
    family("lb_power_of_d_finite", |m| {
        let d = m.number("d");
        alike(m, &format!("{{ kind = \"power-of-d\", choices = {d} }}"))
    });
}

/// Containers with different rates: a busy server is as fast as its node, which it does not share.
#[test]
fn lb_weighted_split() {
    family("lb_weighted_split", |m| {
        let (lam, weights, mus) = (m.number("lam"), m.numbers("weights"), m.numbers("mus"));
        let fastest = mus.iter().copied().fold(0.0, f64::max);
        // Replicas go to the node with most room for them: one each, in the order of nodes.
        let mut nodes = world();
        for (n, mu) in mus.iter().enumerate() {
            nodes = nodes.node(&format!("n{n}"), 1).with(format!("speed = {}", mu / fastest));
        }
        let weights = weights.iter().map(|w| format!("{w}")).collect::<Vec<_>>().join(", ");
        let world = nodes
            .with("[lan]\nrtt = '0ms'\nlocal_rtt = '0ms'")
            .service("station", format!("workers = 1\nreplicas = {}", mus.len()))
            .with(format!("balance = {{ kind = 'random', weights = [{weights}] }}"))
            .with("max_replicas_per_node = 1")
            .cpu("visit", exp(1.0 / fastest))
            .traffic("all", "station.visit", poisson(lam))
            .blueprint();
        for (n, container) in world.containers.iter().enumerate() {
            assert_eq!(container.node.index(), n, "replica {n} is on node {n}");
        }
        Setup {
            blueprint: world,
            rate: lam,
            length: Length::Steady,
            read: Box::new(|metric, shown| {
                let busy = shown.averages.containers.iter().map(|c| c.held);
                match metric {
                    "max_utilization" => Some(busy.fold(0.0, f64::max)),
                    _ => usual(metric, shown),
                }
            }),
        }
    });
}

/// Time that stations spend with at least two and with at least three requests.
#[derive(Default)]
struct Depths {
    from: u64,
    /// Station of each frame that is at one.
    at: Vec<usize>,
    /// By station: number of requests, and since when.
    stations: Vec<(usize, u64)>,
    /// Station-nanoseconds with two or more, with three or more.
    deep: [u64; 2],
    responses: Vec<f64>,
}

impl Depths {
    fn moves(&mut self, now: u64, station: usize, by: isize) {
        let (count, since) = self.stations[station];
        let spent = now.max(self.from) - since.max(self.from);
        for (k, deep) in self.deep.iter_mut().enumerate() {
            *deep += if count >= k + 2 { spent } else { 0 };
        }
        self.stations[station] = (count.checked_add_signed(by).unwrap(), now);
    }
}

impl Probe for Depths {
    const FOLLOWS: bool = true;

    fn frame(&mut self, now: Time, frame: u32, fact: FrameFact) {
        let frame = frame as usize;
        if frame >= self.at.len() {
            self.at.resize(frame + 1, usize::MAX);
        }
        match fact {
            FrameFact::Opens(Opening::Visit { container, .. }) => {
                self.at[frame] = container.index();
                self.moves(now.0, container.index(), 1);
            }
            FrameFact::Closes(_) if self.at[frame] != usize::MAX => {
                let station = std::mem::replace(&mut self.at[frame], usize::MAX);
                self.moves(now.0, station, -1);
            }
            _ => {}
        }
    }

    fn request_done(&mut self, _: SourceId, _: Time, took: Nanos, _: Result<(), Failure>) {
        self.responses.push(took.seconds());
    }
}

/// The limit of many servers: within the 2 % of an approximation, from one long replication of about two
/// million requests.
#[test]
fn lb_power_of_d_limit() {
    for model in super::models().into_iter().filter(|m| m.family == "lb_power_of_d_limit") {
        let (servers, mu) = (model.number("servers"), model.number("mu"));
        let lam = model.number("rho") * mu * servers;
        let balance = format!("{{ kind = \"power-of-d\", choices = {} }}", model.number("d"));
        let world = spread(lam, mu, servers, &balance).blueprint;
        let (lead, measured) = (Nanos::from_seconds(40.0), Nanos::from_seconds(400.0));
        let run = Run { seed: 84, replication: 0, lead, measured };
        let stations = vec![(0, 0); servers as usize];
        let probe = Depths { from: lead.0, stations, ..Depths::default() };
        let (outcome, shown) = simulate(&world, run, probe, &|| false).unwrap();
        let all = servers * (outcome.simulated.0 - lead.0) as f64;
        for row in &model.rows {
            let found = match row.metric.as_str() {
                "approx_mean_response_W" => mean(&shown.responses),
                "approx_frac_queue_ge_2" => shown.deep[0] as f64 / all,
                "approx_frac_queue_ge_3" => shown.deep[1] as f64 / all,
                other => panic!("nothing measures {other}"),
            };
            println!("{}: {found:.5}, in the limit {:.5}", row.id, row.exact);
            assert!((found / row.exact - 1.0).abs() < 0.02, "{}: {found}", row.id);
        }
    }
}
