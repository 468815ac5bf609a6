//! Reads a node's disk: `disk = "nvme"`, or a table; and disk steps.

use super::fields::{self, Fields, Reader};
use wssim_model::blueprint::{Access, Disk};
use wssim_model::law::Law;
use wssim_text::quantity::Dimension;

/// A kind of disk: (name, median and 99 % quantile in ms of a read, a write and a flush, MB/s, visits at
/// once). Laws are lognormal.
type Row = (&'static str, [(f64, f64); 3], f64, u32);

/// Sources. Solid-state reads: page faults from a swap file on a virtual solid-state disk, measured,
/// median 60 to 85 us, p99 2 to 4 ms. Flushes: small writes of pgbench, 5.1 to 5.4 ms each, most of
/// it fsync, measured there. Hard disk: 8 to 15 ms a random access, one at a time, an estimate.
/// Assumptions: a write to a solid-state disk ends in the disk's memory and takes what a read
/// takes; a flush on a hard disk is two accesses, data and journal; all of SD cards; bandwidths
/// (SATA's 6 Gbit/s less its overhead for `ssd`); visits at once, above all that a solid-state disk
/// serves as many as a command queue of SATA is long (32) without slowing down.
const KINDS: [Row; 4] = [
    ("nvme", [(0.075, 3.0), (0.075, 3.0), (3.0, 20.0)], 2000.0, 32),
    ("ssd", [(0.075, 3.0), (0.075, 3.0), (3.0, 20.0)], 500.0, 32),
    ("hdd", [(10.0, 40.0), (10.0, 40.0), (20.0, 80.0)], 120.0, 1),
    ("sd", [(1.0, 10.0), (3.0, 60.0), (10.0, 200.0)], 20.0, 1),
];

/// Names of the kinds.
const NAMES: [&str; 4] = [KINDS[0].0, KINDS[1].0, KINDS[2].0, KINDS[3].0];

/// A disk without a kind: visits take no time, one at a time.
const BARE: Disk = Disk {
    read: Law::ZERO,
    write: Law::ZERO,
    flush: Law::ZERO,
    bandwidth: f64::INFINITY,
    queues: 1,
};

/// 99 % quantile of the standard normal distribution.
const Z_99: f64 = 2.326_347_874_040_840_8;

fn of_kind(name: &str) -> Disk {
    let Some((_, laws, megabytes, queues)) = KINDS.iter().find(|row| row.0 == name) else {
        return BARE;
    };
    let [read, write, flush] = laws.map(|(median, p99)| Law::LogNormal {
        mu: libm::log(median * 1e6),
        sigma: libm::log(p99 / median) / Z_99,
    });
    Disk { read, write, flush, bandwidth: megabytes * 1e6, queues: *queues }
}

/// The key `disk` of a node, and free bytes there.
pub(super) fn of_node(
    reader: &mut Reader<'_>,
    outer: &mut Fields<'_>,
) -> (Option<Disk>, Option<f64>) {
    if outer.table.get("disk").is_none_or(|entry| entry.item.table().is_none()) {
        return (outer.word(reader, "disk", &NAMES).map(of_kind), None);
    }
    let Some(mut fields) = outer.inner(reader, "disk") else { return (None, None) };
    let kind = fields.word(reader, "kind", &NAMES).map_or(BARE, of_kind);
    let mut law = |key| fields.law(reader, key, Dimension::Duration);
    let (read, write, flush) = (law("read"), law("write"), law("flush"));
    let disk = Disk {
        read: read.unwrap_or(kind.read),
        write: write.unwrap_or(kind.write),
        flush: flush.unwrap_or(kind.flush),
        bandwidth: fields
            .value(reader, "bandwidth", super::bandwidth::read)
            .unwrap_or(kind.bandwidth),
        queues: fields.value(reader, "queues", fields::count(1)).unwrap_or(kind.queues),
    };
    let free = fields.value(reader, "free", fields::quantity(Dimension::Size));
    fields.finish(reader);
    (Some(disk), free)
}

/// A visit to the disk.
#[derive(Clone, Debug)]
pub(crate) struct DiskStep {
    pub bytes: Law,
    pub access: Access,
}

/// `disk = "16 kB"`: a read, unless `write = true`; or `flush = true`: a durable write.
pub(super) fn step(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<DiskStep> {
    let write = fields.value(reader, "write", fields::truth);
    let flush = fields.value(reader, "flush", fields::truth);
    let access = match (write, flush) {
        (Some(false), Some(true)) => {
            let origin = fields.table.get("flush").map_or(fields.origin, |entry| entry.key);
            let help = Some("leave `write` out".to_owned());
            reader.mistake(origin, "contradiction", "what is flushed is written", help);
            return None;
        }
        (_, Some(true)) => Access::Flush,
        (Some(true), _) => Access::Write,
        _ => Access::Read,
    };
    fields.law(reader, "disk", Dimension::Size).map(|bytes| DiskStep { bytes, access })
}
