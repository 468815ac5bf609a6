//! Runs one replication of a scenario's text, and records it request by request.

use wssim_kernel::{Nanos, Time};
use wssim_model::ids::{ContainerId, EndpointId, NodeId, PoolId, ServiceId, SourceId};
use wssim_model::probe::{Failure, NodeMemoryState, OutOfMemory, Probe};
use wssim_model::{Averages, Blueprint, Outcome, Run, simulate};

/// A model's world, how to run it, and how to read each metric.
pub(super) struct Setup {
    pub(super) blueprint: Blueprint,
    /// Arrival rate, to convert a number of requests into a duration.
    pub(super) rate: f64,
    pub(super) length: Length,
    /// The value of a metric in one replication; `None` for an unknown metric.
    pub(super) read: Read,
}

/// Reads one metric off one replication.
type Read = Box<dyn Fn(&str, &Shown) -> Option<f64>>;

/// The length of a replication.
#[derive(Clone, Copy)]
pub(super) enum Length {
    /// Steady state: as long as the intervals need, after a warm-up of a tenth.
    Steady,
    /// Exactly (seconds before, seconds measured), in this number of replications.
    Window(f64, f64, u32),
}

/// The record of one replication.
#[derive(Default)]
pub(super) struct Shown {
    /// Arrival, response and outcome of each request, in the order of their ends; nanoseconds.
    pub(super) requests: Vec<(u64, u64, bool)>,
    /// Waits for a worker or for the disk, by container, seconds.
    pub(super) waits: Vec<Vec<f64>>,
    /// Waits for a connection, by pool, seconds.
    pub(super) pool_waits: Vec<Vec<f64>>,
    /// Times of visits, by endpoint, seconds.
    pub(super) visits: Vec<Vec<f64>>,
    /// Cache misses, and hits.
    pub(super) look_ups: [u64; 2],
    /// Source of each request, beside `requests`.
    pub(super) sources: Vec<u32>,
    /// When each failed request arrived, in nanoseconds, and why it failed.
    pub(super) failures: Vec<(u64, Failure)>,
    /// States of the memory of nodes with their start in nanoseconds; by node in the order of time.
    pub(super) memory: Vec<(u32, u64, NodeMemoryState)>,
    /// Kills for lack of memory: when, in nanoseconds, and which container.
    pub(super) kills: Vec<(u64, u32)>,
    pub(super) averages: Averages,
    pub(super) seconds: f64,
}

impl Probe for Shown {
    fn request_done(
        &mut self,
        source: SourceId,
        arrived: Time,
        response: Nanos,
        outcome: Result<(), Failure>,
    ) {
        self.requests.push((arrived.0, response.0, outcome.is_ok()));
        self.sources.push(source.0);
        self.failures.extend(outcome.err().map(|failure| (arrived.0, failure)));
    }

    fn node_memory(&mut self, node: NodeId, from: Time, _: Time, state: &NodeMemoryState) {
        self.memory.push((node.0, from.0, *state));
    }

    fn oom_kill(&mut self, now: Time, container: ContainerId, _: OutOfMemory) {
        self.kills.push((now.0, container.0));
    }

    fn visit_done(&mut self, _: ContainerId, endpoint: EndpointId, _: Time, response: Nanos) {
        self.visits[endpoint.index()].push(response.seconds());
    }

    fn worker_wait(&mut self, container: ContainerId, _: Time, waited: Nanos) {
        self.waits[container.index()].push(waited.seconds());
    }

    fn disk_wait(&mut self, container: ContainerId, _: Time, waited: Nanos) {
        self.waits[container.index()].push(waited.seconds());
    }

    fn looked_up(&mut self, _: Time, _service: ServiceId, found: bool) {
        self.look_ups[usize::from(found)] += 1;
    }

    fn pool_wait(&mut self, pool: PoolId, _: Time, waited: Nanos) {
        self.pool_waits[pool.index()].push(waited.seconds());
    }
}

impl Shown {
    /// Responses of the answered requests, in seconds.
    pub(super) fn responses(&self) -> Vec<f64> {
        let answered = self.requests.iter().filter(|(_, _, ok)| *ok);
        answered.map(|(_, response, _)| *response as f64 * 1e-9).collect()
    }

    /// Share of requests that failed.
    pub(super) fn failed(&self) -> f64 {
        let failed = self.requests.iter().filter(|(_, _, ok)| !ok).count();
        failed as f64 / self.requests.len() as f64
    }

    /// Answers per second.
    pub(super) fn throughput(&self) -> f64 {
        self.averages.answers_per_second.iter().sum()
    }

    /// All waits for a worker, of all containers.
    pub(super) fn all_waits(&self) -> Vec<f64> {
        self.waits.concat()
    }

    /// Mean number in the system of all containers.
    pub(super) fn in_system(&self) -> f64 {
        self.averages.containers.iter().map(|container| container.in_system).sum()
    }

    /// Numbers in the system found by arriving requests (Poisson arrivals see time averages); the first
    /// tenth only fills the system.
    pub(super) fn found_by_arrivals(&self) -> Vec<u32> {
        let mut arrivals: Vec<u64> = self.requests.iter().map(|(at, _, _)| *at).collect();
        let mut ends: Vec<u64> = self.requests.iter().map(|(at, took, _)| at + took).collect();
        arrivals.sort_unstable();
        ends.sort_unstable();
        let (mut gone, mut found) = (0, Vec::with_capacity(arrivals.len()));
        for (here, at) in arrivals.iter().enumerate() {
            while gone < ends.len() && ends[gone] <= *at {
                gone += 1;
            }
            found.push((here - gone) as u32);
        }
        found.split_off(arrivals.len() / 10)
    }

    /// Lengths of the busy periods that began and ended, in seconds.
    pub(super) fn busy_periods(&self) -> Vec<f64> {
        let mut requests: Vec<(u64, u64)> =
            self.requests.iter().map(|(at, took, _)| (*at, at + took)).collect();
        requests.sort_unstable();
        let mut periods = Vec::new();
        let (mut begin, mut end) = requests[0];
        for (at, leaves) in requests.into_iter().skip(1) {
            if at > end {
                periods.push((end - begin) as f64 * 1e-9);
                begin = at;
            }
            end = end.max(leaves);
        }
        periods
    }
}

/// One replication.
pub(super) fn replicate(
    blueprint: &Blueprint,
    seed: u64,
    number: u32,
    lead: f64,
    long: f64,
) -> Shown {
    let run = Run {
        seed,
        replication: number,
        lead: Nanos::from_seconds(lead),
        measured: Nanos::from_seconds(long),
    };
    let probe = Shown {
        waits: vec![Vec::new(); blueprint.containers.len()],
        pool_waits: vec![Vec::new(); blueprint.pools.len()],
        visits: vec![Vec::new(); blueprint.endpoints.len()],
        ..Shown::default()
    };
    let (outcome, mut shown): (Outcome, Shown) =
        simulate(blueprint, run, probe, &|| false).expect("no Ctrl-C stops it");
    assert_eq!(outcome.unfinished, 0, "every measured request comes to an end");
    shown.averages = outcome.averages;
    shown.seconds = long;
    shown
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

pub(super) fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64
}

/// The quantile `p` by the histogram of `wssim_stats`.
pub(super) fn quantile(values: &[f64], p: f64) -> f64 {
    let mut histogram = wssim_stats::Histogram::new();
    for value in values {
        histogram.record(Nanos::from_seconds(*value).0);
    }
    histogram.quantile_ns(p).unwrap() * 1e-9
}

/// The share of values for which `is` holds.
pub(super) fn share<T>(values: &[T], is: impl Fn(&T) -> bool) -> f64 {
    values.iter().filter(|value| is(value)).count() as f64 / values.len() as f64
}

/// Metrics common to most families: W, Wq and their quantiles, L, P(wait).
pub(super) fn usual(metric: &str, shown: &Shown) -> Option<f64> {
    let quantile_of = |name: &str, values: &[f64]| {
        let digits = metric.strip_prefix(name)?;
        let p: f64 = digits.parse::<f64>().ok()? / 100.0;
        Some(quantile(values, p))
    };
    Some(match metric {
        "mean_response_W"
        | "mean_response_R"
        | "mean_response_W_accepted"
        | "mean_response"
        | "mean_response_total"
        | "mean_response_network" => mean(&shown.responses()),
        "mean_wait_Wq" | "mean_wait_Wq_accepted" => mean(&shown.all_waits()),
        "mean_in_system_L" => shown.in_system(),
        "mean_in_queue_Lq" => shown.averages.containers.iter().map(|c| c.waiting).sum(),
        "prob_no_wait" => share(&shown.all_waits(), |wait| *wait == 0.0),
        "prob_wait_erlang_c" | "sigma_prob_wait" | "prob_wait_accepted" => {
            share(&shown.all_waits(), |wait| *wait > 0.0)
        }
        "var_response" => variance(&shown.responses()),
        "var_wait" => variance(&shown.all_waits()),
        "throughput" | "throughput_X" | "throughput_served" | "goodput" => shown.throughput(),
        "prob_block" => shown.failed(),
        _ if metric.starts_with("response_p") => {
            return quantile_of("response_p", &shown.responses());
        }
        _ if metric.starts_with("wait_p") => return quantile_of("wait_p", &shown.all_waits()),
        _ => {
            let at_least = metric.strip_prefix("prob_in_system_ge_")?;
            let k: u32 = at_least.parse().ok()?;
            share(&shown.found_by_arrivals(), |found| *found >= k)
        }
    })
}
