//! Selects a request of a source.

/// The selected request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RequestPick {
    /// The one at this percentile of the answered ones, by nearest rank.
    Percentile(f64),
    /// The slowest answered one.
    Slowest,
    /// The first failed one.
    Failed,
    /// The measured one with that number, from one, in the order of arrival.
    Number(u64),
}

/// Why there is no such request among those that arrived in the measured stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRequest {
    /// None of this number was answered.
    NoneAnswered(usize),
    /// None of this number failed.
    NoneFailed(usize),
    /// There are fewer.
    Beyond {
        /// The requested number.
        number: u64,
        /// The number of requests.
        requests: usize,
    },
}
