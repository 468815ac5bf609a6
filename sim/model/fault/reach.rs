//! Which node reaches which: nodes that are down, hang, or are cut off.
//!
//! Faults overlap and end in any order: a node is up when no fault keeps it down, a pair is joined when the
//! last cut is healed.

use crate::blueprint::{Fault, FaultKind};
use crate::ids::NodeId;
use wssim_kernel::Time;

/// The obstacles between nodes.
#[derive(Debug)]
pub(crate) struct Reach {
    nodes: usize,
    /// By node: the number of faults that keep it down.
    down: Vec<u32>,
    /// By node: until when it hangs.
    hung_until: Vec<Time>,
    /// By pair: until when it is cut.
    cut_until: Vec<Time>,
    /// By node: until when it is cut off from users.
    closed_until: Vec<Time>,
    /// Whether any fault has struck, or any container has ended.
    ever: bool,
}

impl Reach {
    /// All nodes reach each other.
    pub(crate) fn open(nodes: usize) -> Self {
        Self {
            nodes,
            down: vec![0; nodes],
            hung_until: vec![Time::ZERO; nodes],
            cut_until: vec![Time::ZERO; nodes * nodes],
            closed_until: vec![Time::ZERO; nodes],
            ever: false,
        }
    }

    /// Whether any fault has struck, or any container has ended.
    #[inline(always)]
    pub(crate) fn ever(&self) -> bool {
        self.ever
    }

    /// A fault strikes, or a container starts or ends.
    pub(crate) fn note_trouble(&mut self) {
        self.ever = true;
    }

    pub(crate) fn is_up(&self, node: NodeId) -> bool {
        self.down[node.index()] == 0
    }

    /// Counts one more fault that keeps `nodes` down.
    pub(crate) fn take_down(&mut self, nodes: &[NodeId]) {
        for node in nodes {
            self.down[node.index()] += 1;
        }
    }

    /// Whether `node` was down before the last fault took it down.
    pub(crate) fn was_down(&self, node: NodeId) -> bool {
        self.down[node.index()] > 1
    }

    /// Applies, until `until`, a fault that takes no node down.
    pub(crate) fn suffer(&mut self, fault: &Fault, until: Time) {
        let nodes = &fault.nodes;
        match fault.kind {
            FaultKind::Hang => nodes.iter().for_each(|&node| self.hang(node, until)),
            FaultKind::Cut => {
                if let [a, b] = nodes[..] {
                    self.cut(a, b, until);
                }
            }
            FaultKind::Partition | FaultKind::Switch => {
                let apart = fault.kind == FaultKind::Switch;
                for &node in nodes {
                    self.close(node, until);
                    let others = (0..self.nodes).map(NodeId::from);
                    let others = others.filter(|o| *o != node && (apart || !nodes.contains(o)));
                    others.for_each(|other| self.cut(node, other, until));
                }
            }
            FaultKind::Crash
            | FaultKind::SlowDisk(_)
            | FaultKind::SlowNetwork(_)
            | FaultKind::DiskFull
            | FaultKind::Kill
            | FaultKind::Stop => {}
        }
    }

    /// Removes one of the faults that keep `node` down. Returns whether it is up now.
    pub(crate) fn bring_up(&mut self, node: NodeId) -> bool {
        self.down[node.index()] -= 1;
        self.down[node.index()] == 0
    }

    /// Hangs `node` until `until`, or longer if it does already.
    fn hang(&mut self, node: NodeId, until: Time) {
        let hung = &mut self.hung_until[node.index()];
        *hung = until.max(*hung);
    }

    pub(crate) fn hung_until(&self, node: NodeId) -> Time {
        self.hung_until[node.index()]
    }

    fn cut(&mut self, a: NodeId, b: NodeId, until: Time) {
        for (from, to) in [(a, b), (b, a)] {
            let cut = &mut self.cut_until[from.index() * self.nodes + to.index()];
            *cut = until.max(*cut);
        }
    }

    /// Cuts users from `node` until `until`.
    fn close(&mut self, node: NodeId, until: Time) {
        let closed = &mut self.closed_until[node.index()];
        *closed = until.max(*closed);
    }

    /// Until when no packet gets from `from` (`None`: a user) to `to`; a time in the past: packets get there.
    pub(crate) fn cut_until(&self, from: Option<NodeId>, to: NodeId) -> Time {
        match from {
            Some(from) => self.cut_until[from.index() * self.nodes + to.index()],
            None => self.closed_until[to.index()],
        }
    }

    /// Whether gossip gets from `a` to `b` now.
    pub(crate) fn is_joined(&self, now: Time, a: NodeId, b: NodeId) -> bool {
        let alive = |node| self.is_up(node) && self.hung_until(node) <= now;
        alive(a) && alive(b) && (a == b || self.cut_until(Some(a), b) <= now)
    }

    /// Whether users could learn of `node` now.
    pub(crate) fn is_seen(&self, now: Time, node: NodeId) -> bool {
        self.is_joined(now, node, node) && self.cut_until(None, node) <= now
    }

    /// Which node hears which, by pair of nodes.
    pub(crate) fn pairs(&self, now: Time, joined: &mut Vec<bool>) {
        let all = self.nodes;
        joined.clear();
        let pairs = (0..all * all).map(|n| [n / all, n % all].map(NodeId::from));
        joined.extend(pairs.map(|[a, b]| self.is_joined(now, a, b)));
    }
}
