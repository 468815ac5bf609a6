//! CPU steps that touch pages in swap: they wait for the pages.
//!
//! A step of demand S touches S over `touch_ns` pages (rounded up or down at random, so that short steps
//! touch as much as long ones); the number of misses is binomial. All misses are one visit to the disk of
//! the node, before the step: one read after another, the job off the CPU, in the node's load average.
//! Without a disk that takes time, pages come at once.

use crate::event::Event;
use crate::ids::ContainerId;
use crate::law::Law;
use crate::probe::Probe;
use crate::request::frame::{Anywhere, FrameId, FrameKind, Waits};
use crate::world::World;
use rand_distr::{Binomial, Distribution};
use wssim_kernel::stream::{Draw, mix};
use wssim_kernel::{Calendar, Time};

/// Keys of a frame's faults and of their times, beside those of its steps.
const FAULTS: u64 = 0x70_6167_6573;
const FETCHES: u64 = 0x66_6574_6368;
/// Pages that swap reads at once if they lie together: `vm.page-cluster` is 3 (Linux).
const READ_AHEAD: u64 = 8;
/// Draw of a collection's CPU.
const DRAW_COLLECTION: u32 = 32;

/// How many of `tries` succeed, each with probability `p`.
pub(super) fn binomial(tries: u64, p: f64, draw: &mut Draw<'_>) -> u64 {
    Binomial::new(tries, p.clamp(0.0, 1.0)).map_or(0, |law| law.sample(draw))
}

/// A whole number with mean `mean`, one of its two neighbours.
fn about(mean: f64, draw: &mut Draw<'_>) -> u64 {
    (mean + draw.open01()) as u64
}

impl<P: Probe> World<'_, P> {
    fn note_faults(&mut self, id: ContainerId, faults: u64) {
        if faults > 0 {
            self.memory.accounts[id.index()].faults += faults;
            self.memory.mark(id);
        }
    }

    /// `id` computes for `work` nanoseconds of the reference CPU, and touches pages meanwhile.
    pub(crate) fn note_work(&mut self, id: ContainerId, work: f64) {
        self.memory.note_work(id, work);
    }

    /// Whether CPU steps of `id` may have to wait for pages.
    pub(crate) fn has_pages_in_swap(&self, id: ContainerId) -> bool {
        self.memory.accounts[id.index()].miss > 0.0
    }

    /// Counts the touches of the CPU step of `id`, `[work, networking]` nanoseconds of the reference CPU, and
    /// draws how many find their page in swap. Returns whether it must wait for them; the step then starts by
    /// itself afterwards.
    #[inline(never)]
    pub(crate) fn touch_pages(
        &mut self,
        now: Time,
        id: FrameId,
        [work, networking]: [f64; 2],
        draw: u32,
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let (container, key) = (self.frames[id].container(), self.frames[id].key());
        self.note_work(container, work);
        let miss = self.memory.accounts[container.index()].miss;
        if miss <= 0.0 {
            return false;
        }
        let memory = &self.blueprint.service_of(container).memory;
        let mut random = self.draws.draw(mix(key, FAULTS), draw);
        let touches = about(memory.touches(work), &mut random);
        let faults = binomial(touches, miss, &mut random);
        self.wait_for_pages(now, id, faults, [work, networking], draw, calendar)
    }

    /// `id` waits for `faults` pages, if that takes any time.
    fn wait_for_pages(
        &mut self,
        now: Time,
        id: FrameId,
        faults: u64,
        [work, networking]: [f64; 2],
        draw: u32,
        calendar: &mut Calendar<Event>,
    ) -> bool {
        let container = self.frames[id].container();
        self.note_faults(container, faults);
        let node = self.containers[container].node();
        if faults == 0 || !self.nodes[node].has_disk() {
            return false;
        }
        self.frames[id].puts_step_off([work, networking]);
        let pages = Anywhere::of(u32::try_from(faults).unwrap_or(u32::MAX));
        self.memory.nodes[node.index()].stalls.rise(now);
        self.queue_at_disk(now, id, Waits::PageQueue { pages, draw: Anywhere::of(draw) }, calendar)
    }

    /// The pages that `id` waited for are in RAM: its CPU step starts.
    pub(crate) fn pages_are_there(
        &mut self,
        now: Time,
        id: FrameId,
        calendar: &mut Calendar<Event>,
    ) {
        let frame = &mut self.frames[id];
        let step = frame.takes_step_up();
        let container = frame.container();
        if frame.kind() != FrameKind::Burst {
            self.computes(now, id, container, step);
        }
        self.start_job(now, id, container, step[0], calendar);
    }

    /// A CPU step of `container` no longer waits for pages.
    pub(crate) fn end_stall(&mut self, now: Time, container: ContainerId) {
        let node = self.containers[container].node();
        self.memory.nodes[node.index()].stalls.fall(now);
    }

    /// How long `reads` reads of swap take `id`, one after another, each by `law`, in nanoseconds.
    pub(crate) fn time_to_fetch(&self, id: FrameId, (reads, draw): (u32, u32), law: &Law) -> f64 {
        let mut random = self.draws.draw(mix(self.frames[id].key(), FETCHES), draw);
        (0..reads).map(|_| law.sample(&mut random)).sum()
    }

    /// The share of the hot pages of `id` that is in RAM.
    fn resident_share(&self, id: ContainerId) -> f64 {
        let (node, local) = self.containers[id].place();
        self.memory.nodes[node.index()].ledger.sets[local as usize].hot.share()
    }

    /// The heap of `id` is full: touches all live data, page after page.
    pub(super) fn collect_garbage(
        &mut self,
        now: Time,
        id: ContainerId,
        calendar: &mut Calendar<Event>,
    ) {
        let Some(heap) = &self.blueprint.service_of(id).memory.heap else { return };
        if !self.upkeep.life(id).listens() {
            return;
        }
        let number = &mut self.memory.accounts[id.index()].heap.collections;
        *number += 1;
        let number = *number;
        let key = mix(self.life_key(id, 0), number);
        let draw = || self.upkeep.draws().stream.draw(key, DRAW_COLLECTION);
        let work = heap.collection.sample_lazily(draw);
        self.note_work(id, work);
        let out = 1.0 - self.resident_share(id);
        let live = super::heap::pages(heap.live) as f64;
        self.memory.note_touches(id, live);
        let swapped = (live * out).round() as u64;
        let job = self.frames.open_work(FrameKind::Burst, key, id);
        // All of them come in, `READ_AHEAD` with each read.
        let reads = swapped.div_ceil(READ_AHEAD);
        self.note_faults(id, swapped - reads);
        if !self.wait_for_pages(now, job, reads, [work, 0.0], 0, calendar) {
            self.start_job(now, job, id, work, calendar);
        }
    }
}
