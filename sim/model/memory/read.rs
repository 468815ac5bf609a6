//! Reading files: pages that neither a service's buffers nor the page cache hold come from the disk.
//!
//! The number of pages that miss is binomial, by Che's approximation with buffers and page cache together.
//! They are one visit to the disk of the node, one read after another. Pages that were read are in the page
//! cache from the next look at the node's memory on, as far as RAM is left.

use super::fetch::binomial;
use super::heap::nearest;
use crate::blueprint::PAGE;
use crate::event::Event;
use crate::ids::ContainerId;
use crate::law::Law;
use crate::probe::Probe;
use crate::request::frame::{FrameId, Waits};
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// The `Read` before the program counter of `id`. Returns whether it waits for the disk.
    #[inline(never)]
    pub(crate) fn read_data(
        &mut self,
        now: Time,
        id: FrameId,
        (pages, draws): (&Law, &[u32; 3]),
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let (container, key) = (self.frames[id].container(), self.frames[id].key());
        let reads = nearest(pages.sample_lazily(|| self.draws.draw(key, draws[0])));
        self.memory.note_reads(container, reads, self.in_pages(container, reads));
        let miss = self.memory.accounts[container.index()].file_miss;
        if miss <= 0.0 {
            return false;
        }
        let missed = binomial(reads, miss, &mut self.draws.draw(key, draws[1]));
        if missed > 0 {
            self.memory.accounts[container.index()].missed += missed;
            self.memory.mark(container);
        }
        let node = self.containers[container].node();
        if missed == 0 || !self.nodes[node].has_disk() {
            return false;
        }
        let pages = u32::try_from(missed).unwrap_or(u32::MAX);
        self.queue_at_disk(now, id, Waits::of_reads(pages), calendar)
    }

    /// The pages of `reads` reads of the files of `id`.
    pub(super) fn in_pages(&self, id: ContainerId, reads: u64) -> f64 {
        let data = self.blueprint.service_of(id).memory.data.as_ref();
        data.map_or(0.0, |data| reads as f64 * data.page / PAGE)
    }

    /// How long the reads that `id` waits for take one after another, each by `law`, in nanoseconds, and
    /// their bytes.
    pub(crate) fn time_to_read(&self, id: FrameId, draw: u32, law: &Law) -> (f64, f64) {
        let frame = &self.frames[id];
        let mut random = self.draws.draw(frame.key(), draw);
        let Waits::DiskQueue { pages } = frame.waits() else {
            unreachable!("what reads has queued at the disk")
        };
        let pages = pages.get();
        let time = (0..pages).map(|_| law.sample(&mut random)).sum();
        let data = self.blueprint.service_of(frame.container()).memory.data.as_ref();
        (time, f64::from(pages) * data.map_or(0.0, |data| data.page))
    }
}
