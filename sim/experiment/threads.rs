//! The threads that a study works on.

use crate::question::WorldError;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// So many threads; `None`: as many as there are cores.
///
/// # Errors
/// When the system does not give them.
pub(crate) fn pool(threads: Option<usize>) -> Result<ThreadPool, WorldError> {
    let pool = ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
    pool.map_err(|error| WorldError::Threads(error.to_string()))
}
