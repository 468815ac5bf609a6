//! The header of a part: its study and shard.

use serde::{Deserialize, Serialize};
use wssim_experiment::archive::Shard;

/// The beginning of files of parts.
pub const BEGINNING: &str = "{\"wssim_part\":";

/// Most parts of a study.
pub const MOST: u32 = 100_000;

/// The shape of the file.
pub(super) const SHAPE: u32 = 1;

/// The first line of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The shape of the file; the first key.
    pub wssim_part: u32,
    /// Version of wssim.
    pub version: String,
    /// Name of the program file: only the same build may continue a part.
    pub build: String,
    /// Such as `run`.
    pub command: String,
    /// Bare name of the scenario, or of the compared scenarios.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// Name of everything that determines the result: worlds, claims, and flags.
    pub study: String,
    /// The arguments of the call, which reproduce [`Self::study`].
    pub arguments: Vec<String>,
    /// Number of the shard, from 1.
    pub shard: u32,
    /// Number of shards.
    pub of: u32,
}

impl Header {
    /// The header of one `shard` of the study of `arguments`, of this version; the caller fills in the
    /// rest.
    pub fn new(shard: Shard, arguments: Vec<String>) -> Self {
        Self {
            wssim_part: SHAPE,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            build: String::new(),
            command: String::new(),
            scenario: String::new(),
            seed: 0,
            study: String::new(),
            arguments,
            shard: shard.number,
            of: shard.of,
        }
    }

    /// Whether both are the same part of the same study, by one program.
    pub fn is_same(&self, other: &Self) -> bool {
        let whole = |header: &Self| Self { arguments: Vec::new(), ..header.clone() };
        whole(self) == whole(other)
    }
}
