//! What a part is of.

use serde::{Deserialize, Serialize};
use wssim_experiment::archive::Shard;

/// What files of parts begin with.
pub const BEGINNING: &str = "{\"wssim_part\":";

/// More parts than anyone has machines.
pub const MOST: u32 = 100_000;

/// The shape of the file.
pub(super) const SHAPE: u32 = 1;

/// The first line of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The shape of the file; it stands first.
    pub wssim_part: u32,
    /// Version of wssim.
    pub version: String,
    /// Name of the program file: who goes on with a part must be who began it.
    pub build: String,
    /// Such as `run`.
    pub command: String,
    /// Bare name of the scenario, or of those that are compared.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// Name of everything that decides the result: of worlds, claims, and flags.
    pub study: String,
    /// The arguments of the call, with which [`Self::study`] is asked again.
    pub arguments: Vec<String>,
    /// Which part it is, from 1.
    pub shard: u32,
    /// How many there are.
    pub of: u32,
}

impl Header {
    /// The header of one `shard` of what `arguments` ask for, of this version; the rest is for the caller to say.
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

    /// Whether both are the same part of the same study, of one program.
    pub fn is_same(&self, other: &Self) -> bool {
        let whole = |header: &Self| Self { arguments: Vec::new(), ..header.clone() };
        whole(self) == whole(other)
    }
}
