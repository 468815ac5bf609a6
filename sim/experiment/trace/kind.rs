//! Kinds of a request's time: the one table, with their names in files.
//!
//! A new kind needs a variant here, a row in [`KINDS`], and a step of a frame (`lives.rs`); `reports`
//! has its name for people.

/// The kind of a stretch of a request's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StretchKind {
    /// Under way between two nodes, or between the user and a node.
    Network,
    /// Waiting for a worker.
    Worker,
    /// Waiting for a connection of a pool.
    Connection,
    /// Trying connections that were idle for a long time.
    Trial,
    /// Looking up a name.
    Dns,
    /// Opening a connection.
    Handshake,
    /// Waiting for an answer to a message that reaches no receiver.
    Silence,
    /// Computing for the network: packets, virtual address, overlay, encryption.
    NetworkCpu,
    /// Computing: the duration of the demand on a thread of its own.
    Cpu,
    /// The delay of a CPU step by sharing the processor.
    Sharing,
    /// The delay of a CPU step by its container's used-up quota.
    Throttled,
    /// Waiting for the disk of the node.
    DiskQueue,
    /// Being served by the disk of the node.
    Disk,
    /// Waiting for the swap device of the node.
    PageQueue,
    /// Fetching pages from swap.
    Pages,
    /// Waiting for a service outside the cluster.
    Sleep,
    /// The pause before a retry.
    Backoff,
    /// Waiting for the answer of a call.
    Call,
    /// Waiting for parts that run in parallel.
    Parallel,
}

/// How a kind is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paint {
    /// At work.
    Working,
    /// Slowed down at work.
    Slowed,
    /// Waiting for pages at work.
    Fetching,
    /// Standing in a queue.
    Waiting,
    /// Under way.
    Travelling,
    /// A pause made by the program.
    Pausing,
    /// Another stay is working.
    Elsewhere,
}

/// Kind, its name in files, how it is shown.
const KINDS: [(StretchKind, &str, Paint); 19] = [
    (StretchKind::Network, "network", Paint::Travelling),
    (StretchKind::Worker, "worker", Paint::Waiting),
    (StretchKind::Connection, "connection", Paint::Waiting),
    (StretchKind::Trial, "trial", Paint::Travelling),
    (StretchKind::Dns, "dns", Paint::Travelling),
    (StretchKind::Handshake, "handshake", Paint::Travelling),
    (StretchKind::Silence, "silence", Paint::Waiting),
    (StretchKind::NetworkCpu, "network-cpu", Paint::Travelling),
    (StretchKind::Cpu, "cpu", Paint::Working),
    (StretchKind::Sharing, "sharing", Paint::Slowed),
    (StretchKind::Throttled, "throttled", Paint::Slowed),
    (StretchKind::DiskQueue, "disk-queue", Paint::Waiting),
    (StretchKind::Disk, "disk", Paint::Working),
    (StretchKind::PageQueue, "page-queue", Paint::Waiting),
    (StretchKind::Pages, "pages", Paint::Fetching),
    (StretchKind::Sleep, "sleep", Paint::Pausing),
    (StretchKind::Backoff, "backoff", Paint::Pausing),
    (StretchKind::Call, "call", Paint::Elsewhere),
    (StretchKind::Parallel, "parallel", Paint::Elsewhere),
];

impl StretchKind {
    fn row(self) -> &'static (Self, &'static str, Paint) {
        &KINDS[self as usize]
    }

    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// How it is shown.
    #[must_use]
    pub fn paint(self) -> Paint {
        self.row().2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_the_variants() {
        for (place, (kind, ..)) in KINDS.iter().enumerate() {
            assert_eq!(*kind as usize, place);
        }
    }
}
