//! Lanes: in a trace file, events on one thread must be nested. A container with several simultaneous
//! stays of the request gets as many threads.

use std::collections::BTreeMap;
use wssim_experiment::trace::{RequestTrace, Stay, StayKind};

/// The name of the user's side among the nodes.
const USER: &str = "user";

/// One thread of the file.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    /// A node, or the user.
    pub(super) process: u64,
    /// Number of the thread in the file.
    pub(super) thread: u64,
    pub(super) name: String,
    /// Its occupied times.
    taken: Vec<(u64, u64)>,
}

/// All threads of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Lanes {
    /// In the order of their numbers, from one.
    pub(super) processes: Vec<String>,
    pub(super) threads: Vec<Lane>,
    /// The lane of each stay.
    pub(super) of: Vec<usize>,
}

impl Lanes {
    pub(super) fn new(trace: &RequestTrace) -> Self {
        let mut lanes = Self::default();
        let mut of_container: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
        for place in 0..trace.stays.len() {
            let (process, thread) = owner(&trace.stays, place);
            let key = (process.clone(), thread.clone());
            let known = of_container.entry(key).or_default();
            let stay = &trace.stays[place];
            let span = (stay.start_ns, stay.end_ns);
            let free = known.iter().copied().find(|&lane| lanes.threads[lane].is_free(span));
            let lane = free.unwrap_or_else(|| {
                let number = known.len() + 1;
                let name = if number == 1 { thread } else { format!("{thread} ({number})") };
                known.push(lanes.open(&process, name));
                lanes.threads.len() - 1
            });
            lanes.threads[lane].taken.push(span);
            lanes.of.push(lane);
        }
        lanes
    }

    fn open(&mut self, process: &str, name: String) -> usize {
        let known = self.processes.iter().position(|known| known == process);
        let process = known.unwrap_or_else(|| {
            self.processes.push(process.to_owned());
            self.processes.len() - 1
        });
        let thread = self.threads.len() as u64 + 1;
        self.threads.push(Lane { process: process as u64 + 1, thread, name, taken: Vec::new() });
        self.threads.len() - 1
    }
}

impl Lane {
    fn is_free(&self, (start, end): (u64, u64)) -> bool {
        self.taken.iter().all(|&(from, to)| end <= from || to <= start)
    }
}

/// The process and the thread of a stay; a branch has its owner's.
fn owner(stays: &[Stay], place: usize) -> (String, String) {
    let stay = &stays[place];
    if let (StayKind::Branch, Some(parent)) = (stay.kind, stay.parent) {
        return owner(stays, parent);
    }
    let process = stay.node.clone().unwrap_or_else(|| USER.to_owned());
    let thread = match stay.replica {
        Some(replica) => format!("{}.{replica}", stay.service),
        None => stay.service.clone(),
    };
    (process, thread)
}
