//! Parts of a study as files: the replications of one shard, or of an interrupted run.
//!
//! ```text
//! {"wssim_part":1,…}⏎          a line of JSON: study and shard (header.rs)
//! length checksum replication  one record for each, when it is done (record.rs)
//! …
//! 0 count                      the end: the shard is complete
//! ```
//! A record is complete or ignored, so that a process can be killed at any moment, and the next one
//! continues after the last complete record. Only the version that wrote the bytes of a replication can
//! read them.

mod digest;
mod header;
mod kept;
mod read;
mod record;
mod set;
mod write;

pub use digest::{digest, of_file};
pub use header::{BEGINNING, Header, MOST};
pub use kept::{Begin, Kept};
pub use read::{Part, ReadError};
pub use set::{Other, Parts, Trouble, joined};
pub use write::{Opened, Writer};
