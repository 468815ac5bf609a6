//! Swarm's control plane in worlds with traffic: what users see during a loss, and when the orchestrator
//! has replaced it.
//!
//! `front` on node a calls `back`, one replica that starts on b. All laws are constant.

mod losing;
mod moving;
mod toy;
mod unhealthy;

use crate::text::{Text, periodic, world};
use wssim_kernel::{Nanos, Time};
use wssim_model::ids::{ContainerId, NodeId, SourceId};
use wssim_model::probe::{Control, Doing, Failure, FrameFact, Opening, Probe};
use wssim_model::{Blueprint, Run, simulate};

/// Time of the loss, in seconds.
const AT: f64 = 20.0;
const B: NodeId = NodeId(1);

/// The differences of a world.
#[derive(Clone, Copy)]
struct World<'a> {
    managers: &'a str,
    orchestrator: &'a str,
    front: &'a str,
    /// How long `back` starts, and more of it.
    startup: &'a str,
    back: &'a str,
    /// Further services.
    more: &'a str,
    /// Faults.
    faults: &'a str,
}

impl Default for World<'_> {
    fn default() -> Self {
        let managers = "\"a\", \"c\", \"d\"";
        Self {
            managers,
            orchestrator: "",
            front: "",
            startup: "2s",
            back: "",
            more: "",
            faults: "",
        }
    }
}

/// The record of a world.
#[derive(Default)]
struct Seen {
    facts: Vec<(f64, Control)>,
    /// By frame: its container.
    at: Vec<Option<ContainerId>>,
    /// The last arrival anywhere.
    clock: f64,
    /// Arrivals at `back`: time and container; without messages sent into a cut long before.
    visits: Vec<(f64, ContainerId)>,
    /// Users' requests: time sent, and why they failed.
    requests: Vec<(f64, Option<Failure>)>,
}

fn seconds(at: Time) -> f64 {
    at.since(Time::ZERO).as_f64() * 1e-9
}

impl Probe for Seen {
    const FOLLOWS: bool = true;

    fn frame(&mut self, now: Time, frame: u32, fact: FrameFact) {
        let frame = frame as usize;
        self.at.resize(self.at.len().max(frame + 1), None);
        match fact {
            FrameFact::Opens(Opening::Visit { container, call, .. }) => {
                let delayed = seconds(now) > self.clock + 1.0;
                self.at[frame] = call.map(|_| container).filter(|_| !delayed);
            }
            FrameFact::Opens(_) => self.at[frame] = None,
            FrameFact::Does(Doing::Arrives) => {
                self.clock = seconds(now);
                self.visits.extend(self.at[frame].map(|container| (seconds(now), container)));
            }
            _ => {}
        }
    }

    fn control(&mut self, now: Time, fact: Control) {
        self.facts.push((seconds(now), fact));
    }

    fn request_done(&mut self, _: SourceId, arrived: Time, _: Nanos, end: Result<(), Failure>) {
        self.requests.push((seconds(arrived), end.err()));
    }
}

impl World<'_> {
    fn blueprint(&self) -> Blueprint {
        self.text().blueprint()
    }

    fn text(&self) -> Text {
        let Self { managers, orchestrator, front, startup, back, more, faults } = self;
        world()
            .nodes(&["a", "b", "c", "d"], 64, "network = '1 Gbit/s'")
            .swarm(managers)
            .with(orchestrator)
            .service("front", "client = { connections = 'per-request' }")
            .on("a")
            .with(front)
            .endpoint("page", "{ call = 'back.get', timeout = '500ms' }")
            .service("back", format!("startup = '{startup}'"))
            .with(back)
            .cpu("get", "1ms")
            .with(more)
            .traffic("web", "front.page", periodic("100ms"))
            .with(faults)
    }

    /// The first `length` seconds of the world.
    fn run(&self, length: f64, seed: u64) -> Seen {
        simulated(&self.blueprint(), length, seed)
    }

    /// The same for `count` seeds with `leader` as the initial leader.
    fn run_led_by(&self, leader: NodeId, length: f64, count: usize) -> Vec<Seen> {
        let blueprint = self.blueprint();
        let all = (0..).map(|seed| simulated(&blueprint, length, seed));
        let led = |seen: &Seen| seen.facts[0] == (0.0, Control::Leads(leader));
        all.filter(led).take(count).collect()
    }
}

fn simulated(blueprint: &Blueprint, length: f64, seed: u64) -> Seen {
    let measured = Nanos::from_seconds(length);
    let run = Run { seed, replication: 0, lead: Nanos::ZERO, measured };
    let (_, mut seen) = simulate(blueprint, run, Seen::default(), &|| false).unwrap();
    seen.requests.retain(|(sent, _)| *sent < length);
    seen.requests.sort_by(|a, b| a.0.total_cmp(&b.0));
    seen.visits.retain(|(at, _)| *at < length);
    seen.facts.retain(|(at, _)| *at < length);
    seen
}

fn crash(nodes: &str) -> String {
    format!("[[fault]]\nid = \"f\"\nat = \"20s\"\nkind = \"crash\"\nnode = [{nodes}]\n")
}

fn is_down(fact: Control) -> bool {
    matches!(fact, Control::Down(..))
}

fn is_start(fact: Control) -> bool {
    matches!(fact, Control::Starts(_))
}

impl Seen {
    /// Times of the events picked by `wanted`, since the loss.
    fn times(&self, wanted: impl Fn(Control) -> bool) -> Vec<f64> {
        let facts = self.facts.iter().filter(|(_, fact)| wanted(*fact));
        facts.map(|(at, _)| at - AT).collect()
    }

    /// Requests sent from `from` to `to`, and why they failed.
    fn between(&self, from: f64, to: f64) -> Vec<Option<Failure>> {
        let sent = self.requests.iter().filter(|(sent, _)| (from..to).contains(sent));
        sent.map(|(_, failure)| *failure).collect()
    }

    /// Time of the first visit to another container than before, since the loss.
    fn moved(&self) -> Option<f64> {
        let first = self.visits[0].1;
        let other = self.visits.iter().find(|(_, who)| *who != first);
        other.map(|(at, _)| at - AT)
    }
}
