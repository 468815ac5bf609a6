//! What nodes pull: one image after the other on each, in the order in which they were told to.

use crate::ids::NodeId;
use std::collections::VecDeque;

/// By node: the image that it pulls, and those that come after it.
#[derive(Debug)]
pub(crate) struct Pulls {
    queues: Vec<VecDeque<usize>>,
    /// By node: how often it has lost what it was pulling.
    losses: Vec<u32>,
}

impl Pulls {
    /// Nothing is pulled.
    pub(crate) fn new(nodes: usize) -> Self {
        Self { queues: vec![VecDeque::new(); nodes], losses: vec![0; nodes] }
    }

    /// `node` is to pull `image`. Returns whether it begins at once.
    pub(crate) fn ask(&mut self, node: NodeId, image: usize) -> bool {
        let queue = &mut self.queues[node.index()];
        queue.push_back(image);
        queue.len() == 1
    }

    /// `node` has pulled the first image. Returns the next.
    pub(crate) fn done(&mut self, node: NodeId) -> Option<usize> {
        let queue = &mut self.queues[node.index()];
        queue.pop_front();
        queue.front().copied()
    }

    /// The image that `node` pulls.
    pub(crate) fn under_way(&self, node: NodeId) -> Option<usize> {
        self.queues[node.index()].front().copied()
    }

    /// `node` has crashed: what it was to pull is forgotten.
    pub(crate) fn lose(&mut self, node: NodeId) {
        self.queues[node.index()].clear();
        self.losses[node.index()] += 1;
    }

    /// How often `node` has lost what it was pulling.
    pub(crate) fn losses(&self, node: NodeId) -> u32 {
        self.losses[node.index()]
    }
}
