//! Records the memory of one replication: integrals by node and slot, kills, and when a node first came
//! under pressure.
//!
//! A stretch across slots, or beyond the measured time, is divided: states hold throughout, amounts are
//! spread evenly.

use super::psi::Psi;
use crate::stored::stored;
use wssim_kernel::{Nanos, Time};
use wssim_model::Blueprint;
use wssim_model::probe::{NodeMemoryState, OutOfMemory};

/// Share of its last ten seconds lost to waiting for pages at which a node is under pressure: an
/// assumption, well below the 60 % at which systemd-oomd begins to kill (oomd.conf(5)).
const PRESSURE: f64 = 0.1;

/// The measured stretch and its slots.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) begin: Time,
    pub(crate) end: Time,
    pub(crate) slot: Nanos,
    pub(crate) slots: usize,
}

impl Window {
    fn has(&self, at: Time) -> bool {
        self.begin <= at && at < self.end
    }

    fn slot_of(&self, at: Time) -> usize {
        (at.since(self.begin).0 / self.slot.0) as usize
    }
}

/// Integrals over a stretch: bytes times nanoseconds, and amounts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) heard_ns: f64,
    pub(crate) used: f64,
    pub(crate) resident: f64,
    pub(crate) hot: f64,
    pub(crate) page_cache: f64,
    pub(crate) swap: f64,
    pub(crate) running: f64,
    pub(crate) swapped_in: f64,
    pub(crate) stalled_ns: f64,
    /// Killed processes, by cause.
    pub(crate) kills: [u64; 2],
}

impl Sums {
    /// `ns` of `state`, with `share` of its amounts.
    fn add_state(&mut self, ns: f64, share: f64, state: &NodeMemoryState) {
        if ns > 0.0 {
            self.heard_ns += ns;
            self.used += state.used * ns;
            self.resident += state.resident * ns;
            self.hot += state.hot * ns;
            self.page_cache += state.page_cache * ns;
            self.swap += state.swap * ns;
            self.running += f64::from(state.running) * ns;
        }
        self.swapped_in += state.swapped_in as f64 * share;
        self.stalled_ns += state.stalled.as_f64() * share;
    }

    fn add(&mut self, other: &Self) {
        self.heard_ns += other.heard_ns;
        self.used += other.used;
        self.resident += other.resident;
        self.hot += other.hot;
        self.page_cache += other.page_cache;
        self.swap += other.swap;
        self.running += other.running;
        self.swapped_in += other.swapped_in;
        self.stalled_ns += other.stalled_ns;
        for (sum, more) in self.kills.iter_mut().zip(other.kills) {
            *sum += more;
        }
    }

    /// The time average of `what`; `None` without records.
    pub(crate) fn mean(&self, what: impl Fn(&Self) -> f64) -> Option<f64> {
        (self.heard_ns > 0.0).then(|| what(self) / self.heard_ns)
    }

    /// An amount per second; `None` without records.
    pub(crate) fn rate(&self, what: impl Fn(&Self) -> f64) -> Option<f64> {
        self.mean(what).map(|per_ns| per_ns * 1e9)
    }
}

/// The record of one node.
#[derive(Clone, Debug)]
pub(crate) struct NodeRecord {
    pub(crate) slots: Vec<Sums>,
    /// When it first came under pressure, and the number of containers running then, on all nodes.
    pub(crate) gave: Option<(Time, u32)>,
    psi: Psi,
}

stored! {
    Sums { heard_ns, used, resident, hot, page_cache, swap, running, swapped_in, stalled_ns, kills }
    NodeRecord { slots, gave, psi }
}

impl NodeRecord {
    /// The whole measured stretch.
    pub(crate) fn whole(&self) -> Sums {
        let mut whole = Sums::default();
        for slot in &self.slots {
            whole.add(slot);
        }
        whole
    }

    fn gives(&mut self, at: Time, running: u32) {
        if self.gave.is_none_or(|(before, _)| at < before) {
            self.gave = Some((at, running));
        }
    }
}

/// Records the model's memory events.
#[derive(Clone, Debug)]
pub(crate) struct MemoryRecorder {
    nodes: Vec<NodeRecord>,
    node_of: Vec<u32>,
    window: Window,
    /// Running containers at the last event.
    running: u32,
}

impl MemoryRecorder {
    pub(crate) fn new(blueprint: &Blueprint, window: Window) -> Self {
        let node = NodeRecord {
            slots: vec![Sums::default(); window.slots],
            gave: None,
            psi: Psi::default(),
        };
        Self {
            nodes: vec![node; blueprint.nodes.len()],
            node_of: blueprint.containers.iter().map(|container| container.node.0).collect(),
            window,
            running: blueprint.containers.iter().filter(|c| c.begins.is_none() && !c.spare).count()
                as u32,
        }
    }

    /// By node.
    pub(crate) fn finish(self) -> Vec<NodeRecord> {
        self.nodes
    }

    pub(crate) fn hear(&mut self, node: usize, from: Time, to: Time, state: &NodeMemoryState) {
        let window = self.window;
        let record = &mut self.nodes[node];
        self.running = state.running;
        let mut gave = None;
        record.psi.hear(from, to, state.stalled, |at, average| {
            if average > PRESSURE && window.begin <= at && at <= window.end && gave.is_none() {
                gave = Some(at);
            }
        });
        if let Some(at) = gave {
            record.gives(at, state.running);
        }
        let whole = to.since(from).as_f64();
        if from == to && window.has(from) {
            // No time has passed, but amounts count.
            record.slots[window.slot_of(from)].add_state(0.0, 1.0, state);
        }
        let (mut at, end) = (from.max(window.begin), to.min(window.end));
        while at < end {
            let number = window.slot_of(at);
            let next = window.begin + Nanos(window.slot.0.saturating_mul(number as u64 + 1));
            let until = end.min(next);
            let ns = until.since(at).as_f64();
            record.slots[number].add_state(ns, ns / whole, state);
            at = until;
        }
    }

    /// Records a kill; returns whether it was in the measured stretch.
    pub(crate) fn kill(&mut self, now: Time, container: usize, short: OutOfMemory) -> bool {
        let is_measured = self.window.has(now);
        if is_measured {
            let record = &mut self.nodes[self.node_of[container] as usize];
            record.slots[self.window.slot_of(now)].kills[short as usize] += 1;
            record.gives(now, self.running);
        }
        is_measured
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn second(at: f64) -> Time {
        Time((at * 1e9) as u64)
    }

    /// Measured from 10 s to 35 s, in slots of 10 s; two containers on one node.
    fn recorder() -> MemoryRecorder {
        let window =
            Window { begin: second(10.0), end: second(35.0), slot: Nanos(10 * SECOND), slots: 3 };
        let node = NodeRecord { slots: vec![Sums::default(); 3], gave: None, psi: Psi::default() };
        MemoryRecorder { nodes: vec![node], node_of: vec![0, 0], window, running: 1 }
    }

    fn state(used: f64, swapped_in: u64, stalled: f64, running: u32) -> NodeMemoryState {
        let stalled = Nanos::from_seconds(stalled);
        NodeMemoryState { used, swapped_in, stalled, running, ..NodeMemoryState::default() }
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * b.abs().max(1.0)
    }

    #[test]
    fn stretches_are_divided_over_slots_and_clipped_to_what_is_measured() {
        let mut recorder = recorder();
        recorder.hear(0, second(0.0), second(12.0), &state(100.0, 12, 0.12, 1));
        recorder.hear(0, second(12.0), second(32.0), &state(200.0, 200, 2.0, 1));
        recorder.hear(0, second(32.0), second(40.0), &state(400.0, 8, 0.8, 2));
        let nodes = recorder.finish();
        // Slots of 10, 10 and 5 s: 2 s of the first state, 20 s of the second, 3 s of the third.
        let due = [
            (2.0 * 100.0 + 8.0 * 200.0, 2.0 + 80.0, 0.02 + 0.8, 10.0),
            (10.0 * 200.0, 100.0, 1.0, 10.0),
            (2.0 * 200.0 + 3.0 * 400.0, 20.0 + 3.0, 0.2 + 0.3, 5.0),
        ];
        for (slot, (used, swapped_in, stalled, seconds)) in nodes[0].slots.iter().zip(due) {
            assert!(close(slot.used * 1e-9, used), "{} not {used}", slot.used * 1e-9);
            assert!(close(slot.swapped_in, swapped_in) && close(slot.stalled_ns * 1e-9, stalled));
            assert!(close(slot.heard_ns * 1e-9, seconds));
        }
        let whole = nodes[0].whole();
        assert!(close(whole.mean(|sums| sums.used).unwrap(), 5400.0 / 25.0));
        assert!(close(whole.rate(|sums| sums.swapped_in).unwrap(), 205.0 / 25.0));
        assert!(close(whole.mean(|sums| sums.stalled_ns).unwrap(), 2.32 / 25.0));
        assert!(close(whole.mean(|sums| sums.running).unwrap(), (22.0 + 2.0 * 3.0) / 25.0));
    }

    #[test]
    fn a_stretch_may_be_cut_anywhere() {
        let mut recorder = [recorder(), recorder(), recorder()];
        for (recorder, cuts) in recorder.iter_mut().zip([1, 7, 400]) {
            let at = |cut: u64| Time(40 * SECOND * cut / cuts);
            for cut in 0..cuts {
                let stalled = at(cut + 1).since(at(cut)).seconds() * 0.3;
                recorder.hear(0, at(cut), at(cut + 1), &state(7.0, 0, stalled, 5));
            }
        }
        let [one, many, most] = recorder.map(|recorder| recorder.finish().swap_remove(0));
        for other in [many, most] {
            assert!(close(one.whole().used, other.whole().used));
            assert!(close(one.whole().stalled_ns, other.whole().stalled_ns));
            // It was under pressure before; the first check of the average after that notices it.
            assert_eq!(one.gave, other.gave);
        }
        assert_eq!(one.gave, Some((Time(5 * 2_004_000_000), 5)));
    }

    #[test]
    fn kills_outside_of_what_is_measured_do_not_count() {
        let mut recorder = recorder();
        for at in [9.9, 10.0, 20.0, 34.9, 35.0] {
            recorder.kill(second(at), 1, OutOfMemory::Node);
        }
        let nodes = recorder.finish();
        let kills: Vec<_> = nodes[0].slots.iter().map(|slot| slot.kills).collect();
        assert_eq!(kills, [[0, 1], [0, 1], [0, 1]]);
        assert_eq!(nodes[0].gave, Some((second(10.0), 1)));
    }

    #[test]
    fn what_came_first_is_what_counts_though_it_is_told_later() {
        let mut recorder = recorder();
        recorder.hear(0, second(0.0), second(10.0), &state(0.0, 0, 0.0, 3));
        recorder.kill(second(13.0), 0, OutOfMemory::Limit);
        recorder.hear(0, second(10.0), second(14.0), &state(0.0, 0, 4.0, 4));
        // In the period that ends after 12.024 s, two of two seconds were lost.
        let gave = recorder.finish()[0].gave;
        assert_eq!(gave, Some((Time(6 * 2_004_000_000), 4)));
    }

    #[test]
    fn an_instant_has_amounts_only() {
        let mut recorder = recorder();
        recorder.hear(0, second(11.0), second(11.0), &state(5.0, 3, 0.0, 1));
        let whole = recorder.finish()[0].whole();
        assert!(close(whole.swapped_in, 3.0) && whole.mean(|sums| sums.used).is_none());
    }
}
