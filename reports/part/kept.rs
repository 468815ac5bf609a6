//! The archive of a study: parts that are there, and the one that is written.

use super::digest;
use super::set::Parts;
use super::write::Writer;
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};
use wssim_experiment::archive::{Archive, Key, Shard};

/// What is known, and where more is written.
#[derive(Debug)]
pub struct Kept {
    known: Option<Parts>,
    shard: Option<Shard>,
    writer: Option<Mutex<Writer>>,
}

impl Kept {
    /// Parts that were joined; nothing is added.
    pub fn joined(parts: Parts) -> Self {
        Self { known: Some(parts), shard: None, writer: None }
    }

    /// The jobs of `shard`, which go to `writer`, where `known` is there already.
    pub fn written(writer: Writer, known: Option<Parts>, shard: Shard) -> Self {
        let shard = (shard.of > 1).then_some(shard);
        Self { known, shard, writer: Some(Mutex::new(writer)) }
    }

    /// The part that was written; `None`: none was.
    pub fn into_writer(self) -> Option<Writer> {
        let writer = self.writer?;
        Some(writer.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Archive for Kept {
    fn key(&self, what: &dyn Debug) -> Key {
        let [key @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = digest::name(what);
        key
    }

    fn find(&self, key: &Key, number: u32) -> Option<&[u8]> {
        self.known.as_ref()?.find(&(*key, number))
    }

    fn shard(&self) -> Option<Shard> {
        self.shard
    }

    fn keep(&self, key: &Key, number: u32, one: &[u8]) -> bool {
        let Some(writer) = &self.writer else { return true };
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        // A journal that cannot be written is no reason to stop; a part is all that a shard leaves behind.
        writer.add((*key, number), one) || self.shard.is_none()
    }
}
