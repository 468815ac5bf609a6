//! The archive of a study: existing parts, and the one being written.

use super::digest;
use super::set::Parts;
use super::write::Writer;
use std::fmt::{self, Debug};
use std::sync::{Mutex, PoisonError};
use wssim_experiment::archive::{Archive, ArmKey, Shard};

/// Known replications, and where further ones are written.
#[derive(Debug)]
pub struct Kept {
    known: Option<Parts>,
    shard: Option<Shard>,
    writer: Mutex<Target>,
    /// Whether the part is the result; a journal is not.
    is_part: bool,
}

/// Makes a journal when there is anything to keep; `None` if it cannot.
pub type Begin = Box<dyn FnOnce() -> Option<Writer> + Send>;

/// Where replications are written.
enum Target {
    /// Nowhere: there is nothing to keep, or the journal could not be written.
    Nowhere,
    /// A journal that does not exist yet.
    Later(Begin),
    File(Writer),
}

impl Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nowhere => "Nowhere",
            Self::Later(_) => "Later",
            Self::File(_) => "File",
        })
    }
}

impl Target {
    /// The file, created now if it does not exist yet.
    fn file(&mut self) -> Option<&mut Writer> {
        if let Self::Later(_) = self
            && let Self::Later(begin) = std::mem::replace(self, Self::Nowhere)
        {
            *self = begin().map_or(Self::Nowhere, Self::File);
        }
        if let Self::File(writer) = self { Some(writer) } else { None }
    }
}

impl Kept {
    /// Joined parts; nothing is added.
    pub fn joined(parts: Parts) -> Self {
        Self {
            known: Some(parts),
            shard: None,
            writer: Mutex::new(Target::Nowhere),
            is_part: false,
        }
    }

    /// The jobs of `shard`, written to `writer`; `known` ones exist already.
    pub fn part(writer: Writer, known: Option<Parts>, shard: Shard) -> Self {
        Self { known, shard: Some(shard), writer: Mutex::new(Target::File(writer)), is_part: true }
    }

    /// All jobs, written to `writer` until the study is complete.
    pub fn journal(writer: Writer, known: Option<Parts>) -> Self {
        Self { known, shard: None, writer: Mutex::new(Target::File(writer)), is_part: false }
    }

    /// A journal that is created when needed.
    pub fn journal_to_come(begin: Begin) -> Self {
        let writer = Mutex::new(Target::Later(begin));
        Self { known: None, shard: None, writer, is_part: false }
    }

    /// The written part; `None` if none was, or the journal failed.
    pub fn into_writer(self) -> Option<Writer> {
        match self.writer.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Target::File(writer) => Some(writer),
            Target::Nowhere | Target::Later(_) => None,
        }
    }
}

impl Archive for Kept {
    fn key(&self, what: &dyn Debug) -> ArmKey {
        let name = digest::name(what);
        *name.first_chunk().expect("a digest is longer than a key")
    }

    fn find(&self, key: &ArmKey, number: u32) -> Option<Vec<u8>> {
        self.known.as_ref()?.find(&(*key, number))
    }

    fn shard(&self) -> Option<Shard> {
        self.shard
    }

    fn keep(&self, key: &ArmKey, number: u32, one: &[u8]) -> bool {
        let mut target = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let is_kept = target.file().is_none_or(|writer| writer.add((*key, number), one));
        if is_kept || self.is_part {
            return is_kept;
        }
        // A failed journal is no reason to stop, and must not take disk space from the results.
        if let Target::File(writer) = std::mem::replace(&mut *target, Target::Nowhere) {
            writer.remove();
        }
        true
    }
}
