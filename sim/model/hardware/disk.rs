//! A disk: one queue, first come first served, and as many servers as it serves visits at once.
//!
//! A visit takes a time until its first byte, by a law of its kind (read, write, flush), and its
//! bytes over the bandwidth. Once begun it goes on to its end, whoever still waits for it. Not
//! modelled: reordering, merging of neighbours, the file system's cache (a step that is a hit there
//! is no disk step), servers that share the bandwidth.
//!
//! Closed forms: M/M/c, M/D/1, M/G/1 (`tests/battery/stores.rs`).

use crate::ids::ContainerId;
use crate::request::frame::{FrameId, Frames, Queue};
use crate::station::Level;
use wssim_kernel::Time;

/// A visit that is being served.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Served {
    /// Whose it is.
    pub(crate) frame: FrameId,
    /// The frame's epoch: if that has moved on, nobody waits for it any more.
    pub(crate) epoch: u32,
    /// The container of the frame.
    pub(crate) container: ContainerId,
    /// Whether it fetches pages from swap.
    pub(crate) fetches: bool,
    /// When it began.
    pub(crate) began: Time,
}

/// One node's disk.
#[derive(Debug)]
pub(crate) struct DiskState {
    /// Who waits.
    pub(crate) queue: Queue,
    /// Σ wait of those that were taken from the queue, in nanoseconds.
    pub(crate) waited_ns: u128,
    /// Σ time of the visits that are over, in nanoseconds.
    pub(crate) served_ns: u128,
    /// Who is there: visits that wait or are served.
    there: Level,
    servers: Vec<Option<Served>>,
    /// Servers that are free among those that were ever used.
    free: Vec<u32>,
    queues: u32,
}

impl DiskState {
    /// A disk that serves `queues` visits at once.
    pub(crate) fn new(queues: u32) -> Self {
        Self {
            queue: Queue::default(),
            waited_ns: 0,
            served_ns: 0,
            there: Level::default(),
            servers: Vec::new(),
            free: Vec::new(),
            queues,
        }
    }

    /// Visits that are being served.
    fn busy(&self) -> u32 {
        (self.servers.len() - self.free.len()) as u32
    }

    /// Whether whoever comes must wait.
    fn is_full(&self) -> bool {
        self.busy() >= self.queues
    }

    /// ∫ jobs in uninterruptible sleep dt up to `now`, as the kernel counts them, in job-nanoseconds.
    pub(crate) fn uninterruptible_ns(&mut self, now: Time) -> u128 {
        self.there.area(now)
    }

    /// A visit comes. Returns whether it must wait.
    pub(crate) fn come(&mut self, now: Time) -> bool {
        self.there.rise(now);
        self.is_full()
    }

    /// The visit of `frame`, which came to the queue at `since`, goes without having been served.
    pub(crate) fn leave(&mut self, now: Time, frames: &mut Frames, frame: FrameId) {
        let since = frames[frame].since;
        self.queue.remove(frames, frame);
        self.waited_ns += u128::from(now.since(since).0);
        self.there.fall(now);
    }

    /// Begins a visit. Returns which server serves it.
    pub(crate) fn begin(&mut self, visit: Served) -> u32 {
        if let Some(server) = self.free.pop() {
            self.servers[server as usize] = Some(visit);
            return server;
        }
        self.servers.push(Some(visit));
        self.servers.len() as u32 - 1
    }

    /// Ends the visit at `server`.
    pub(crate) fn end(&mut self, now: Time, server: u32) -> Option<Served> {
        let visit = self.servers[server as usize].take()?;
        self.served_ns += u128::from(now.since(visit.began).0);
        self.there.fall(now);
        self.free.push(server);
        Some(visit)
    }

    /// Σ time so far of the visits that are being served, in nanoseconds.
    pub(crate) fn open_ns(&self, now: Time) -> u128 {
        let visits = self.servers.iter().flatten();
        visits.map(|visit| u128::from(now.since(visit.began).0)).sum()
    }
}
