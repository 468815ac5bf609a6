//! Which node hears which, by the last report.

#[derive(Debug)]
pub(super) struct PlaneReach {
    nodes: usize,
    /// By pair.
    joined: Vec<bool>,
}

impl PlaneReach {
    /// Each node hears each.
    pub(super) fn open(nodes: usize) -> Self {
        Self { nodes, joined: vec![true; nodes * nodes] }
    }

    pub(super) fn set(&mut self, joined: &[bool]) {
        self.joined.copy_from_slice(joined);
    }

    pub(super) fn joined(&self, a: usize, b: usize) -> bool {
        self.joined[a * self.nodes + b]
    }
}
