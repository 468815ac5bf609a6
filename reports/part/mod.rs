//! Parts of a study as files: what one shard simulated, or what an interrupted run had simulated.
//!
//! ```text
//! {"wssim_part":1,…}⏎          a line of JSON: what the part is of (header.rs)
//! length checksum replication  one record each, as it is done (record.rs)
//! …
//! 0 count                      the end: all that the shard was to do is there
//! ```
//! A record is whole or not there, so that a process can be killed at any moment, and the next one goes on behind
//! the last whole record. The bytes of a replication mean something to the version alone that wrote them.

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
