//! Records of a part: a length, a checksum, and what a replication left behind under its name.

use super::digest::of_bytes;
use std::ops::Range;
use wssim_experiment::archive::Key;

/// Bytes of a length and of a checksum.
const HEAD: usize = 8;
/// Bytes of the name of a replication: of its arm, and its number.
const NAME: usize = 20;

/// A replication: its arm and its number.
pub(super) type Name = (Key, u32);

/// What stands at a place of a part.
#[derive(Debug)]
pub(super) enum Record {
    /// What a replication left behind, where it stands, and where the record ends.
    Replication(Name, Range<usize>),
    /// Behind so many records.
    End(u32),
}

/// The bytes of a record.
pub(super) fn replication((key, number): Name, one: &[u8]) -> Vec<u8> {
    let content = [&key[..], &number.to_le_bytes(), one].concat();
    let head = [(content.len() as u32).to_le_bytes(), checksum(&content)];
    [head.as_flattened(), &content].concat()
}

/// The bytes of the end, behind `count` records.
pub(super) fn end(count: u32) -> Vec<u8> {
    [0u32.to_le_bytes(), count.to_le_bytes()].concat()
}

/// The record at `place`; `None`: there is no whole one.
pub(super) fn at(bytes: &[u8], place: usize) -> Option<Record> {
    let content = place.checked_add(HEAD)?;
    let (length, check) = bytes.get(place..content)?.split_at(4);
    let [length, check]: [[u8; 4]; 2] = [length.try_into().ok()?, check.try_into().ok()?];
    let length = u32::from_le_bytes(length) as usize;
    if length == 0 {
        return Some(Record::End(u32::from_le_bytes(check)));
    }
    let whole = content..content.checked_add(length)?;
    let (name, _) = bytes.get(whole.clone())?.split_at_checked(NAME)?;
    if checksum(bytes.get(whole.clone())?) != check {
        return None;
    }
    let (key, number) = name.split_at(NAME - 4);
    let name = (key.try_into().ok()?, u32::from_le_bytes(number.try_into().ok()?));
    Some(Record::Replication(name, content + NAME..whole.end))
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = of_bytes(bytes);
    [a, b, c, d]
}
