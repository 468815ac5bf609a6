//! Records of a part: length, checksum, and a named replication.

use super::digest::of_bytes;
use std::io::{self, Read};
use wssim_experiment::archive::ArmKey;

/// Bytes of length and checksum.
const HEAD: usize = 8;
/// Bytes of the name of a replication: the key of its arm, and its number.
const NAME: usize = 20;
/// Most bytes of a replication: a larger length is corrupt.
const MOST: usize = 1 << 28;

/// A replication: its arm and its number.
pub(super) type ReplicationName = (ArmKey, u32);

/// Where the bytes of a replication stand in a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileSpan {
    pub(super) from: u64,
    pub(super) length: usize,
}

impl FileSpan {
    pub(super) fn end(self) -> u64 {
        self.from + self.length as u64
    }
}

/// A record of a part.
#[derive(Debug)]
pub(super) enum PartRecord {
    /// A replication and its place.
    Replication(ReplicationName, FileSpan),
    /// The end, after this number of replications.
    End(u32),
}

/// The bytes of a record.
pub(super) fn replication((key, number): ReplicationName, one: &[u8]) -> Vec<u8> {
    let content = [&key[..], &number.to_le_bytes(), one].concat();
    let head = [(content.len() as u32).to_le_bytes(), checksum(&content)];
    [head.as_flattened(), &content].concat()
}

/// The bytes of the end, after `count` replications.
pub(super) fn end(count: u32) -> Vec<u8> {
    [0u32.to_le_bytes(), count.to_le_bytes()].concat()
}

/// The next record of `file`, at `place`; `None` without a complete one.
///
/// # Errors
/// When the system refuses.
pub(super) fn next(file: &mut impl Read, place: u64) -> io::Result<Option<PartRecord>> {
    let Some(head) = bytes(file, HEAD)? else { return Ok(None) };
    let number =
        |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let length = number(0) as usize;
    if length == 0 {
        return Ok(Some(PartRecord::End(number(4))));
    }
    if !(NAME..MOST).contains(&length) {
        return Ok(None);
    }
    let Some(content) = bytes(file, length)? else { return Ok(None) };
    let (Some(key), [a, b, c, d]) = (content.first_chunk(), &content[NAME - 4..NAME]) else {
        return Ok(None);
    };
    let name = (*key, u32::from_le_bytes([*a, *b, *c, *d]));
    let from = place + (HEAD + NAME) as u64;
    let record = PartRecord::Replication(name, FileSpan { from, length: length - NAME });
    Ok((checksum(&content) == head[4..]).then_some(record))
}

/// The next `count` bytes; `None` if there are fewer.
fn bytes(file: &mut impl Read, count: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    file.take(count as u64).read_to_end(&mut bytes)?;
    Ok((bytes.len() == count).then_some(bytes))
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = of_bytes(bytes);
    [a, b, c, d]
}
