//! A disk: one queue, first come first served, and as many servers as it serves visits at once.
//!
//! A visit takes a time to its first byte, by a law of its kind (read, write, flush), and then its bytes
//! over the bandwidth. Once begun it runs to its end, even if its frame has given up. Not modelled:
//! reordering, merging of neighbours, the file system's cache (a step that hits it is no disk step),
//! servers that share the bandwidth.
//!
//! Closed forms: M/M/c, M/D/1, M/G/1 (`tests/battery/stores.rs`).

use crate::ids::ContainerId;
use crate::request::frame::FrameId;
use crate::request::slab::{Frames, Queue};
use crate::station::Level;
use wssim_kernel::Time;

/// A visit in service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Served {
    /// Its frame.
    pub(crate) frame: FrameId,
    /// The frame's epoch: if it has moved on, no frame waits for the visit any more.
    pub(crate) epoch: u32,
    /// The container of the frame.
    pub(crate) container: ContainerId,
    /// Whether it fetches pages from swap.
    pub(crate) fetches: bool,
    /// When service began.
    pub(crate) began: Time,
}

/// One node's disk.
#[derive(Debug)]
pub(crate) struct DiskState {
    /// Visits that wait.
    pub(crate) queue: Queue,
    /// Σ wait of the visits taken from the queue, in nanoseconds.
    pub(crate) waited_ns: u128,
    /// Σ service time of the visits that have ended, in nanoseconds.
    pub(crate) served_ns: u128,
    /// Visits that wait or are in service.
    there: Level,
    servers: Vec<Option<Served>>,
    /// Free servers among those used so far.
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

    /// Visits in service.
    fn busy(&self) -> u32 {
        (self.servers.len() - self.free.len()) as u32
    }

    /// Whether the next visit must wait.
    fn is_full(&self) -> bool {
        self.busy() >= self.queues
    }

    /// ∫ jobs in uninterruptible sleep dt up to `now`, as the kernel counts them, in job-nanoseconds.
    pub(crate) fn uninterruptible_ns(&mut self, now: Time) -> u128 {
        self.there.area(now)
    }

    /// A visit arrives. Returns whether it must wait.
    pub(crate) fn come(&mut self, now: Time) -> bool {
        self.there.rise(now);
        self.is_full()
    }

    /// The visit of `frame`, queued since `since`, leaves without service.
    pub(crate) fn leave(&mut self, now: Time, frames: &mut Frames, frame: FrameId) {
        let since = frames[frame].since();
        self.queue.remove(frames, frame);
        self.waited_ns += u128::from(now.since(since).0);
        self.there.fall(now);
    }

    /// Begins a visit. Returns its server.
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

    /// Σ time so far of the visits in service, in nanoseconds.
    pub(crate) fn open_ns(&self, now: Time) -> u128 {
        let visits = self.servers.iter().flatten();
        visits.map(|visit| u128::from(now.since(visit.began).0)).sum()
    }
}
