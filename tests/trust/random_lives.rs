//! Laws of every random world, from a listener: each arrival is answered, failed with a reason, or
//! unfinished and counted; and an address belongs to one life: requests to one life of a container are
//! not served by the next.

use std::collections::BTreeMap;
use wssim_kernel::{Nanos, Time};
use wssim_model::ids::{ContainerId, NodeId, SourceId};
use wssim_model::probe::{Doing, Failure, FrameFact, Opening, Probe, Unfinished};
use wssim_model::{Blueprint, Outcome};

/// The outcomes of the requests of one source.
#[derive(Clone, Copy, Debug, Default)]
struct Ledger {
    arrived: u64,
    answered: u64,
    failed: [u64; Failure::ALL.len()],
    unfinished: u64,
}

/// A stay at a container.
#[derive(Clone, Copy, Debug)]
struct Stay {
    container: ContainerId,
    /// The last life that had begun at its arrival; `None` while it is on its way.
    life: Option<u32>,
}

/// Records requests and lives.
pub(super) struct Lives<'a> {
    blueprint: &'a Blueprint,
    /// By source.
    ledgers: Vec<Ledger>,
    /// By container: number of lives, and whether the last one continues.
    begun: Vec<(u32, bool)>,
    /// By the place of its frame.
    stays: BTreeMap<u32, Stay>,
    /// Lives that were not a container's first; services to stays in them.
    pub(super) seen: [u64; 2],
}

impl<'a> Lives<'a> {
    pub(super) fn new(blueprint: &'a Blueprint) -> Self {
        let lives = blueprint.containers.iter().map(|container| {
            let is_there = container.begins.is_none() && !container.spare;
            (u32::from(is_there), is_there)
        });
        Self {
            blueprint,
            ledgers: vec![Ledger::default(); blueprint.sources.len()],
            begun: lives.collect(),
            stays: BTreeMap::new(),
            seen: [0; 2],
        }
    }

    /// Every arrival is accounted for, by source and in total.
    pub(super) fn assert_laws(&self, outcome: &Outcome) {
        for ledger in &self.ledgers {
            let failed: u64 = ledger.failed.iter().sum();
            let all = ledger.answered + failed + ledger.unfinished;
            assert_eq!(ledger.arrived, all, "{ledger:?}");
        }
        let total = |of: fn(&Ledger) -> u64| self.ledgers.iter().map(of).sum::<u64>();
        assert_eq!(total(|ledger| ledger.arrived), outcome.requests);
        assert_eq!(total(|ledger| ledger.unfinished), outcome.unfinished);
    }

    /// The container of the frame `frame` does work for it.
    fn is_served(&mut self, frame: u32, what: Doing, now: Time) {
        let Some(stay) = self.stays.get(&frame) else { return };
        let present = self.begun[stay.container.index()].0;
        if let Some(met) = stay.life {
            assert_eq!(met, present, "{what:?} at {now:?}: {stay:?}, in life {present}");
            self.seen[1] += u64::from(present > 1);
        }
    }
}

impl Probe for Lives<'_> {
    const FOLLOWS: bool = true;

    fn frame(&mut self, now: Time, frame: u32, fact: FrameFact) {
        match fact {
            FrameFact::Opens(Opening::Visit { container, .. }) => {
                self.stays.insert(frame, Stay { container, life: None });
            }
            FrameFact::Opens(Opening::Part { of, .. }) => {
                let stay = self.stays.get(&of).copied().expect("it is a part of a stay");
                self.stays.insert(frame, stay);
            }
            FrameFact::Does(Doing::Arrives) => {
                let stay = self.stays.get_mut(&frame).expect("a stay arrives");
                stay.life = Some(self.begun[stay.container.index()].0);
            }
            FrameFact::Does(
                what @ (Doing::Queues
                | Doing::Computes { .. }
                | Doing::QueuesForDisk
                | Doing::UsesDisk
                | Doing::QueuesForPages
                | Doing::FetchesPages
                | Doing::Sleeps),
            ) => self.is_served(frame, what, now),
            FrameFact::Opens(Opening::Request { .. }) | FrameFact::Closes(_) => {
                self.stays.remove(&frame);
            }
            _ => {}
        }
    }

    fn request_arrived(&mut self, _: Time, source: SourceId) {
        self.ledgers[source.index()].arrived += 1;
    }

    fn request_done(&mut self, source: SourceId, _: Time, _: Nanos, outcome: Result<(), Failure>) {
        let ledger = &mut self.ledgers[source.index()];
        match outcome {
            Ok(()) => ledger.answered += 1,
            Err(reason) => ledger.failed[reason as usize] += 1,
        }
    }

    fn unfinished(&mut self, what: Unfinished, _: Time, _: Time) {
        if let Unfinished::Request(source) = what {
            self.ledgers[source.index()].unfinished += 1;
        }
    }

    fn container_answers(&mut self, _: Time, container: ContainerId, node: NodeId, does: bool) {
        let own = &self.blueprint.containers[container.index()];
        assert_eq!(node, own.node, "{container:?} is where its place is");
        let (begun, goes_on) = &mut self.begun[container.index()];
        // One that ends before it has answered is told to end, too.
        assert!(!(*goes_on && does), "{container:?}: one life at a time");
        *goes_on = does;
        *begun += u32::from(does);
        self.seen[0] += u64::from(does && *begun > 1);
    }
}
