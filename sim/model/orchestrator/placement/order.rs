//! The order among the machines that pass the filters, by kind of orchestrator.

/// Which of the machines that pass the filters gets a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Swarm's: the machine with the fewest containers of the service, then with the fewest in total.
    Tasks,
    /// The machine with the fewest containers of the service, then with the smallest reserved share: Kubernetes'
    /// `NodeResourcesFit` (`LeastAllocated`) and default topology spread. A container that reserves nothing
    /// counts as 0.1 threads and 200 MB (kubernetes, `pkg/scheduler/util/pod_resources.go`).
    LeastReserved,
    /// The machine with the fewest containers of the service, then with the largest reserved share: Nomad's job
    /// anti-affinity and bin packing (nomad, `scheduler/rank.go`). A container that reserves nothing counts as
    /// 0.1 threads and 300 MB (its default of 100 MHz and 300 MB).
    MostReserved,
}

impl Order {
    /// The reservation that counts for a container that reserves nothing: threads, and bytes of RAM.
    pub(super) fn least(self) -> [f64; 2] {
        match self {
            Self::Tasks => [0.0; 2],
            Self::LeastReserved => [0.1, 200e6],
            Self::MostReserved => [0.1, 300e6],
        }
    }
}
