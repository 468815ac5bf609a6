//! Nodes on which a service fails repeatedly: five times in five minutes (swarmkit,
//! `scheduler/scheduler.go:16–24`, `nodeinfo.go:180–235`).

use wssim_kernel::{Nanos, Time};

const MANY: usize = 5;
const REMEMBERED: Nanos = Nanos(300_000_000_000);

/// Times of the last failures by service and node.
#[derive(Debug)]
pub(super) struct RecentFailures {
    nodes: usize,
    last: Vec<[Option<Time>; MANY]>,
}

impl RecentFailures {
    pub(super) fn new(services: usize, nodes: usize) -> Self {
        Self { nodes, last: vec![[None; MANY]; services * nodes] }
    }

    pub(super) fn note(&mut self, service: usize, node: usize, now: Time) {
        let last = &mut self.last[service * self.nodes + node];
        last.copy_within(1.., 0);
        last[MANY - 1] = Some(now);
    }

    pub(super) fn are_many(&self, service: usize, node: usize, now: Time) -> bool {
        self.last[service * self.nodes + node][0].is_some_and(|at| now.since(at) < REMEMBERED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_in_five_minutes_are_many() {
        let second = |s: u64| Time(s * 1_000_000_000);
        let mut failures = RecentFailures::new(1, 2);
        for n in 0..4 {
            failures.note(0, 1, second(n * 10));
        }
        assert!(!failures.are_many(0, 1, second(50)));
        failures.note(0, 1, second(50));
        assert!(failures.are_many(0, 1, second(299)) && !failures.are_many(0, 0, second(299)));
        assert!(!failures.are_many(0, 1, second(300)));
    }
}
