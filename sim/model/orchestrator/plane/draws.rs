//! Random numbers of a control plane.

use wssim_kernel::Time;
use wssim_kernel::stream::{Draw, StreamKey, mix};

/// Random numbers: by purpose, node and time.
#[derive(Debug)]
pub(super) struct PlaneDraws {
    stream: StreamKey,
    /// By node: the hash of its name.
    names: Vec<u64>,
}

impl PlaneDraws {
    /// Draws from `stream`; `names` are the hashes of the nodes' names.
    pub(super) fn new(stream: StreamKey, names: Vec<u64>) -> Self {
        Self { stream, names }
    }

    pub(super) fn of(&self, node: usize, at: Time, draw: u32) -> Draw<'_> {
        self.stream.draw(mix(self.names[node], at.0), draw)
    }

    pub(super) fn at(&self, place: u64, draw: u32) -> Draw<'_> {
        self.stream.draw(place, draw)
    }

    pub(super) fn unit(&self, place: u64, draw: u32) -> f64 {
        self.at(place, draw).open01()
    }
}
