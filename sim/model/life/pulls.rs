//! Pulls of nodes: on each one image after the other, in the order in which they were asked for.

use crate::ids::NodeId;
use std::collections::VecDeque;

/// By node: the image that it pulls, and those that follow.
#[derive(Debug)]
pub(crate) struct Pulls {
    queues: Vec<VecDeque<usize>>,
    /// By node: the number of pulls that it has lost.
    losses: Vec<u32>,
}

impl Pulls {
    pub(crate) fn new(nodes: usize) -> Self {
        Self { queues: vec![VecDeque::new(); nodes], losses: vec![0; nodes] }
    }

    /// Asks `node` to pull `image`. Returns whether it begins at once.
    pub(crate) fn ask(&mut self, node: NodeId, image: usize) -> bool {
        let queue = &mut self.queues[node.index()];
        queue.push_back(image);
        queue.len() == 1
    }

    /// Removes the first image, which `node` has pulled. Returns the next.
    pub(crate) fn done(&mut self, node: NodeId) -> Option<usize> {
        let queue = &mut self.queues[node.index()];
        queue.pop_front();
        queue.front().copied()
    }

    /// The image that `node` pulls.
    pub(crate) fn under_way(&self, node: NodeId) -> Option<usize> {
        self.queues[node.index()].front().copied()
    }

    /// Clears the pulls of `node`, which has crashed.
    pub(crate) fn lose(&mut self, node: NodeId) {
        self.queues[node.index()].clear();
        self.losses[node.index()] += 1;
    }

    pub(crate) fn losses(&self, node: NodeId) -> u32 {
        self.losses[node.index()]
    }
}
