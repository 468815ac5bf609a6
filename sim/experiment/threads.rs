//! The threads of a study.

use crate::question::WorldError;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// A pool of `threads` threads; `None` for the number of cores.
///
/// # Errors
/// When the system does not provide them.
pub(crate) fn pool(threads: Option<usize>) -> Result<ThreadPool, WorldError> {
    let pool = ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
    pool.map_err(|error| WorldError::Threads(error.to_string()))
}
