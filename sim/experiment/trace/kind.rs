//! What a request's time can go to: the one table of kinds, with their names in files.
//!
//! A new kind is a variant here, its row in [`KINDS`], and the step of a frame that it comes from
//! (`lives.rs`); `reports` says what people call it.

/// What a stretch of a request's time went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StretchKind {
    /// Under way between two nodes, or between the user and a node.
    Network,
    /// Waiting for a worker.
    Worker,
    /// Waiting for a connection of a pool.
    Connection,
    /// Trying connections that were idle for long.
    Trial,
    /// Looking up a name.
    Dns,
    /// Opening a connection.
    Handshake,
    /// Waiting for an answer to what reaches nobody.
    Silence,
    /// Computing for the network: packets, virtual address, overlay, encryption.
    NetworkCpu,
    /// Computing: as long as the demand takes on a thread of its own.
    Cpu,
    /// What a CPU step took longer because it shared the processor.
    Sharing,
    /// What a CPU step took longer because its container's quota was used up.
    Throttled,
    /// Waiting for the disk of the node.
    DiskQueue,
    /// Being served by the disk of the node.
    Disk,
    /// Waiting for the swap device of the node.
    PageQueue,
    /// Fetching pages from swap.
    Pages,
    /// Waiting for something outside the cluster.
    Sleep,
    /// The pause before a retry.
    Backoff,
    /// Waiting for the answer of a call.
    Call,
    /// Waiting for parts that run in parallel.
    Parallel,
}

/// How a kind is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paint {
    /// At work.
    Working,
    /// Held up at work.
    Slowed,
    /// Waiting at work for what it needs in RAM.
    Fetching,
    /// Standing in a queue.
    Waiting,
    /// Under way.
    Travelling,
    /// A pause that the program itself makes.
    Pausing,
    /// Somebody else is at it.
    Elsewhere,
}

/// Kind, its name in files, how it is drawn.
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

    /// How it is drawn.
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
