//! Records one phase: when steps begin and end, requests by second, RAM and CPU of nodes.

use wssim_kernel::{Nanos, Time};
use wssim_model::Blueprint;
use wssim_model::ids::{NodeId, SourceId};
use wssim_model::probe::{Failure, NodeMemoryState, Probe, StepFact};

/// Readings of a node's threads for a peak: two periods of five seconds.
const PERIODS: usize = 2;

/// The record of a node.
#[derive(Clone, Debug, Default)]
pub(super) struct HeardNode {
    /// The most bytes of RAM in use.
    pub(super) memory: f64,
    /// The largest mean of running threads over ten seconds.
    pub(super) threads: f64,
    /// The last readings: time, and nanoseconds that threads had run by then.
    last: Vec<(Time, f64)>,
}

/// Records one phase.
#[derive(Clone, Debug)]
pub(super) struct PhaseListener {
    begin: Time,
    /// By step: when it begins and ends.
    pub(super) steps: Vec<[Option<Time>; 2]>,
    /// When the procedure ended, and whether it was complete.
    pub(super) over: Option<(Time, bool)>,
    /// By source: arrival of each request after the beginning, and whether it failed.
    pub(super) requests: Vec<Vec<(Nanos, bool)>>,
    pub(super) nodes: Vec<HeardNode>,
}

impl PhaseListener {
    /// An empty listener; the phase begins at `begin`.
    pub(super) fn new(blueprint: &Blueprint, begin: Time) -> Self {
        let steps = blueprint.procedure.as_ref().map_or(0, |all| all.steps.len());
        Self {
            begin,
            steps: vec![[None; 2]; steps],
            over: None,
            requests: vec![Vec::new(); blueprint.sources.len()],
            nodes: vec![HeardNode::default(); blueprint.nodes.len()],
        }
    }
}

impl Probe for PhaseListener {
    fn step(&mut self, now: Time, step: usize, fact: StepFact) {
        self.steps[step][usize::from(fact == StepFact::Ends)] = Some(now);
    }

    fn procedure_over(&mut self, now: Time, is_complete: bool) {
        self.over = Some((now, is_complete));
    }

    fn request_done(
        &mut self,
        source: SourceId,
        arrived: Time,
        _: Nanos,
        outcome: Result<(), Failure>,
    ) {
        if arrived >= self.begin {
            self.requests[source.index()].push((arrived.since(self.begin), outcome.is_err()));
        }
    }

    fn unfinished(&mut self, what: wssim_model::probe::Unfinished, since: Time, _: Time) {
        if let wssim_model::probe::Unfinished::Request(source) = what {
            self.requests[source.index()].push((since.since(self.begin.min(since)), true));
        }
    }

    fn node_memory(&mut self, node: NodeId, from: Time, _: Time, state: &NodeMemoryState) {
        if from >= self.begin {
            let heard = &mut self.nodes[node.index()];
            heard.memory = heard.memory.max(state.used);
        }
    }

    fn node_busy(&mut self, now: Time, node: NodeId, busy_ns: f64) {
        let heard = &mut self.nodes[node.index()];
        if now < self.begin {
            heard.last.clear();
        }
        heard.last.push((now, busy_ns));
        if heard.last.len() > PERIODS {
            let (since, before) = heard.last.remove(0);
            let mean = (busy_ns - before) / now.since(since).as_f64();
            heard.threads = heard.threads.max(mean);
        }
    }
}
