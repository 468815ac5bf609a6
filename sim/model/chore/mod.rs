//! Work on nodes outside containers: images that are built, pushed and pulled, and data that is copied.
//!
//! A chore has up to four legs, which run at the same time: bytes between two nodes, or from outside, as a flow
//! beside all others ([`flow`](crate::network::flow)); CPU of a node, which loads the processor as one more
//! container would; and bytes that are read or written at a disk, piece by piece in the disk's one queue. It is
//! done with its last leg. So a chore and the containers of its nodes slow each other down; alone it takes the
//! longest of bytes over bandwidth, CPU time over speed, and bytes over the disk's bandwidth.
//!
//! The crash of a node ends all its chores; the part that began one decides what follows.

mod disk;
pub(crate) mod state;

use state::Chore;
pub(crate) use state::{Haul, Then};

use crate::event::Event;
use crate::ids::{ChoreId, NodeId};
use crate::probe::Probe;
use crate::request::frame::{Anywhere, FrameId, FrameKind};
use crate::world::World;
use disk::Leg;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    pub(crate) fn begin_chore(
        &mut self,
        now: Time,
        haul: &Haul,
        then: Then,
        calendar: &mut Calendar<Event>,
    ) {
        let id = ChoreId(self.chores.0.len() as u32);
        let legs = [haul.network.is_some(), haul.cpu.is_some(), haul.read.is_some()];
        let legs = 1 + legs.map(u32::from).iter().sum::<u32>();
        let left = [haul.read, haul.disk].map(|disk| disk.map_or(0.0, |(_, bytes)| bytes));
        let (nodes, job, then) = (haul.nodes(), None, Some(then));
        self.chores.0.push(Chore { nodes, legs, job, left, then });
        if let Some((ends, bytes, rate)) = haul.network {
            self.send_chore(now, id, ends, (bytes, rate), calendar);
        }
        if let Some((node, demand)) = haul.cpu {
            self.compute_chore(now, id, node, demand, calendar);
        }
        if let Some((node, _)) = haul.read {
            self.use_disk_for(now, id, Leg::Read, node, calendar);
        }
        // The last leg: a write, or an empty one.
        match haul.disk {
            Some((node, _)) => self.use_disk_for(now, id, Leg::Write, node, calendar),
            None => calendar.schedule(now, Event::ChoreLeg(id)),
        }
    }

    fn send_chore(
        &mut self,
        now: Time,
        id: ChoreId,
        ends: [NodeId; 2],
        (bytes, rate): (f64, f64),
        calendar: &mut Calendar<Event>,
    ) {
        self.carry(now, ends, (bytes, rate), Event::ChoreLeg(id), calendar);
    }

    fn compute_chore(
        &mut self,
        now: Time,
        id: ChoreId,
        node: NodeId,
        demand: f64,
        calendar: &mut Calendar<Event>,
    ) {
        let container = self.containers.as_container(node);
        let job = self.frames.open_work(FrameKind::Chore(Anywhere::of(id.0)), 0, container);
        self.frames[job].begins_wait(now);
        self.chores.0[id.index()].job = Some(job);
        let local = self.nodes[node].kernel();
        self.admit(now, job, node, local, demand, calendar);
    }

    /// The CPU leg of the chore of `job` is over.
    pub(crate) fn chore_computed(
        &mut self,
        now: Time,
        job: FrameId,
        calendar: &mut Calendar<Event>,
    ) {
        let id = ChoreId(self.frames[job].chore());
        self.chores.0[id.index()].job = None;
        self.frames.remove(job);
        self.chore_leg(now, id, calendar);
    }

    /// A leg of the chore is over.
    #[inline(never)]
    pub(crate) fn chore_leg(&mut self, now: Time, id: ChoreId, calendar: &mut Calendar<Event>) {
        let chore = &mut self.chores.0[id.index()];
        chore.legs -= 1;
        if chore.legs > 0 {
            return;
        }
        let Some(then) = chore.then.take() else { return };
        match then {
            Then::Pulled(node, image) => self.pulled(now, node, image, calendar),
            Then::Built(rollout, number) => self.built(now, rollout, number, calendar),
            Then::Pushed(rollout, number) => self.pushed(now, rollout, number, calendar),
            Then::Carried(step) => self.carried(now, step, calendar),
        }
    }

    /// Drops the chores of `node`, which has crashed.
    pub(crate) fn drop_chores(&mut self, now: Time, node: NodeId, calendar: &mut Calendar<Event>) {
        for place in 0..self.chores.0.len() {
            let Chore { nodes, then: Some(then), job, .. } = self.chores.0[place] else { continue };
            if !nodes.contains(&Some(node)) {
                continue;
            }
            self.chores.0[place].then = None;
            if let Some(job) = job {
                self.evict_chore(now, ChoreId(place as u32), job, calendar);
            }
            self.chore_lost(now, then, calendar);
        }
    }

    fn evict_chore(
        &mut self,
        now: Time,
        id: ChoreId,
        job: FrameId,
        calendar: &mut Calendar<Event>,
    ) {
        let Some(node) = self.chores.0[id.index()].nodes[1] else { return };
        let kernel = self.nodes[node].kernel();
        self.evict_job(now, job, (node, kernel), calendar);
        self.frames.remove(job);
        self.chores.0[id.index()].job = None;
    }

    /// The end of a lost chore: a pull is repeated with its node, a rollout or procedure is broken off.
    fn chore_lost(&mut self, now: Time, then: Then, calendar: &mut Calendar<Event>) {
        match then {
            Then::Pulled(node, image) => {
                // If only the other end is lost, the node tries again.
                if self.is_up(node) {
                    self.pulled(now, node, image, calendar);
                }
            }
            Then::Built(rollout, _) | Then::Pushed(rollout, _) => self.break_off(now, rollout),
            Then::Carried(_) => self.break_off_procedure(now, calendar),
        }
    }
}
