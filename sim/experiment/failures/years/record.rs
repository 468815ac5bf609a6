//! Records one history: every outage of every subject.

use super::state::WorkingState;
use super::subjects::Subjects;
use wssim_kernel::{Nanos, Time};
use wssim_model::Blueprint;
use wssim_model::history::{self, Standing, Witness};
use wssim_model::ids::FaultId;

/// A stretch in which a subject did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// When it began.
    pub begin: Time,
    /// When it ended; the end of the history if it had not.
    pub end: Time,
    /// Whether it had ended.
    pub is_over: bool,
    /// The last fault before it began.
    pub cause: Option<FaultId>,
}

/// A history.
#[derive(Clone, Debug)]
pub(super) struct HistoryRecord {
    /// By subject: its outages, in the order of time.
    pub(super) outages: Vec<Vec<Outage>>,
    pub(super) faults: u64,
    pub(super) events: u64,
}

/// Records a history.
struct Watcher<'s, 'a> {
    state: WorkingState<'s, 'a>,
    outages: Vec<Vec<Outage>>,
    last: Option<FaultId>,
}

impl Witness for Watcher<'_, '_> {
    fn fault(&mut self, _: Time, id: FaultId, strikes: bool) {
        if strikes {
            self.last = Some(id);
        }
    }

    fn stands(&mut self, now: Time, standing: &Standing<'_>) {
        self.state.look(standing);
        for (subject, up) in self.state.turned.drain(..) {
            let outages = &mut self.outages[subject];
            if !up {
                let (begin, end) = (now, Time::NEVER);
                outages.push(Outage { begin, end, is_over: false, cause: self.last });
            } else if let Some(last) = outages.last_mut() {
                (last.end, last.is_over) = (now, true);
            }
        }
    }
}

/// History number `number` from time zero, when everything runs, until `end`; `None` if stopped.
pub(super) fn record(
    blueprint: &Blueprint,
    subjects: &Subjects<'_>,
    [seed, number]: [u64; 2],
    end: Nanos,
    stop: &dyn Fn() -> bool,
) -> Option<HistoryRecord> {
    let state = WorkingState::new(subjects);
    let outages = vec![Vec::new(); subjects.names.len()];
    let watcher = Watcher { state, outages, last: None };
    let (told, watcher) = history::tell(blueprint, [seed, number], end, watcher, stop)?;
    let mut outages = watcher.outages;
    for last in outages.iter_mut().filter_map(|outages| outages.last_mut()) {
        if !last.is_over {
            last.end = Time::ZERO + end;
        }
    }
    // Two events at one instant that cancel each other are no outage.
    for outages in &mut outages {
        outages.retain(|outage| outage.end > outage.begin);
    }
    Some(HistoryRecord { outages, faults: told.faults, events: told.events })
}
