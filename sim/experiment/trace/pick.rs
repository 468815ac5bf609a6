//! Which request of a source is meant.

/// Which request is meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RequestPick {
    /// The one that this many of 100 answered ones are no slower than, by nearest rank.
    Percentile(f64),
    /// The slowest one that was answered.
    Slowest,
    /// The first one that failed.
    Failed,
    /// The measured request of that number, from one, in the order of arrival.
    Number(u64),
}

/// Why there is no such request, of those that arrived in the measured stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRequest {
    /// None was answered, of this number.
    NoneAnswered(usize),
    /// None failed, of this number.
    NoneFailed(usize),
    /// There are fewer.
    Beyond {
        /// The number that was asked for.
        number: u64,
        /// The number that there is.
        requests: usize,
    },
}
