//! Connections, routing, lives and faults in worlds with constant laws: events can be counted, and often
//! predicted to the nanosecond.
//!
//! `front` on node a calls `back`, one replica on b and one on c. A round trip between nodes takes
//! 1 ms, a request at `back` 1 ms of CPU, at `front` none.

mod connecting;
mod failing;
mod holding;
mod hosts;
mod losing;
mod parting;
mod paths;

use crate::text::{Text, periodic, world};
use wssim_kernel::{Nanos, Time};
use wssim_model::ids::{ContainerId, SourceId};
use wssim_model::probe::{Doing, Failure, FrameFact, Opening, Probe};
use wssim_model::{Blueprint, Run, simulate};

const MS: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;

/// The differences of a world.
#[derive(Clone, Copy)]
struct World<'a> {
    kind: &'a str,
    /// More of `front`, and of its call.
    front: &'a str,
    call: &'a str,
    /// More of `back`.
    back: &'a str,
    period: &'a str,
    /// Faults.
    faults: &'a str,
    /// CPU of a virtual address.
    ipvs_cpu: &'a str,
}

impl Default for World<'_> {
    fn default() -> Self {
        Self {
            kind: "swarm",
            front: "",
            call: "",
            back: "",
            period: "10ms",
            faults: "",
            ipvs_cpu: "0us",
        }
    }
}

/// The record of a world.
#[derive(Default)]
struct Seen {
    /// By frame: its container.
    at: Vec<Option<ContainerId>>,
    /// Arrivals of requests at `back`: time and replica.
    visits: Vec<(u64, u32)>,
    /// Users' requests: time sent, response time, and outcome.
    requests: Vec<(u64, u64, Option<Failure>)>,
    unfinished: u64,
}

impl Probe for Seen {
    const FOLLOWS: bool = true;

    fn frame(&mut self, now: Time, frame: u32, fact: FrameFact) {
        let frame = frame as usize;
        if frame >= self.at.len() {
            self.at.resize(frame + 1, None);
        }
        match fact {
            FrameFact::Opens(Opening::Visit { container, call, .. }) => {
                self.at[frame] = Some(container).filter(|_| call.is_some());
            }
            FrameFact::Opens(_) => self.at[frame] = None,
            FrameFact::Does(Doing::Arrives) => {
                if let Some(container) = self.at[frame] {
                    self.visits.push((now.0, container.0));
                }
            }
            _ => {}
        }
    }

    fn request_done(
        &mut self,
        _: SourceId,
        arrived: Time,
        took: Nanos,
        outcome: Result<(), Failure>,
    ) {
        self.requests.push((arrived.0, took.0, outcome.err()));
    }
}

impl World<'_> {
    fn blueprint(&self) -> Blueprint {
        self.text().blueprint()
    }

    fn text(&self) -> Text {
        let Self { kind, front, call, back, period, faults, ipvs_cpu } = self;
        world()
            .nodes(&["a", "b", "c"], 64, "")
            .with("[lan]\nrtt = '1ms'\nlocal_rtt = '0ms'\npacket_cpu = '0us'")
            .with(format!("ipvs_cpu = '{ipvs_cpu}'"))
            .with(format!("[orchestrator]\nkind = '{kind}'"))
            .service("front", front)
            .on("a")
            .endpoint("page", format!("{{ call = 'back.get'{call} }}"))
            .service("back", "replicas = 2\nmax_replicas_per_node = 1")
            .with("constraints = ['node.hostname != a']")
            .with(back)
            .cpu("get", "1ms")
            .traffic("web", "front.page", periodic(period))
            .with(faults)
    }

    /// The first `seconds` of the world.
    fn run(&self, seconds: f64, seed: u64) -> Seen {
        see(&self.blueprint(), seconds, seed)
    }
}

/// The events in the first seconds of a world.
fn see(blueprint: &Blueprint, seconds: f64, seed: u64) -> Seen {
    let measured = Nanos::from_seconds(seconds);
    let run = Run { seed, replication: 0, lead: Nanos::ZERO, measured };
    let (outcome, mut seen) = simulate(blueprint, run, Seen::default(), &|| false).unwrap();
    seen.unfinished = outcome.unfinished;
    // Later requests only keep the world running.
    seen.requests.retain(|(sent, ..)| *sent < measured.0);
    seen.requests.sort_unstable_by_key(|(sent, ..)| *sent);
    seen.visits.retain(|(at, _)| *at < measured.0);
    seen
}

impl Seen {
    /// The number of visits to each replica.
    fn shares(&self) -> [usize; 2] {
        let least = self.visits.iter().map(|(_, who)| *who).min().unwrap();
        let first = self.visits.iter().filter(|(_, who)| *who == least).count();
        [first, self.visits.len() - first]
    }

    fn failures(&self) -> Vec<(u64, u64, Failure)> {
        let failed = |(sent, took, failure): &(u64, u64, Option<Failure>)| {
            failure.map(|failure| (*sent, *took, failure))
        };
        self.requests.iter().filter_map(failed).collect()
    }

    /// Asserts that there were requests and that all were answered.
    fn assert_answered(&self) {
        assert!(self.requests.len() > 1 && self.unfinished == 0);
        assert_eq!(self.failures(), []);
    }
}
