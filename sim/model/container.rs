//! Containers: the station of each, its place, and its pace after a start. Its life is in `life/upkeep.rs`.

use crate::blueprint::{self, Cold, Hold, Service};
use crate::ids::{ContainerId, NodeId};
use crate::request::frame::{Frame, Waits};
use crate::station::{AtDisk, AtDoor, DiskVisits, Station};
use std::ops::{Index, IndexMut};
use wssim_kernel::Time;

/// How much more CPU a container takes than a warm one.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// Factor on the demand.
    factor: f64,
    /// How much each request lowers the factor, and how many still do.
    step: f64,
    left: u32,
}

impl Pace {
    /// The pace of a warm container.
    const WARM: Self = Self { factor: 1.0, step: 0.0, left: 0 };

    /// The pace of a container that has just started.
    fn of(cold: Option<Cold>) -> Self {
        let Some(Cold { factor, requests }) = cold else { return Self::WARM };
        let step = (factor - 1.0) / f64::from(requests.max(1));
        Self { factor: factor + step, step, left: requests }
    }

    /// A request has arrived.
    #[inline(always)]
    fn warm(&mut self) {
        // As bits: the comparison of numbers takes three more instructions.
        if self.step.to_bits() == 0 {
        } else if self.left == 0 {
            *self = Self::WARM;
        } else {
            self.left -= 1;
            self.factor -= self.step;
        }
    }
}

/// One container.
#[derive(Debug)]
pub(crate) struct ContainerState {
    station: Station,
    /// Its node, and its place among the containers there.
    node: NodeId,
    local: u32,
    /// Worker rules of its service, copied for quick access.
    workers: Option<u32>,
    backlog: Option<u32>,
    hold: Hold,
    pace: Pace,
    /// Whether its touches of pages are counted, because something limits its RAM.
    is_watched: bool,
    /// Σ time of its finished CPU steps, including waits for a thread: of requests, and of bursts other than
    /// unattended jobs.
    computed_ns: [u64; 2],
}

impl ContainerState {
    /// An idle and warm container of `service` at the place `local` of its node.
    pub(crate) fn new(container: &blueprint::Container, service: &Service, local: u32) -> Self {
        Self {
            station: Station::default(),
            node: container.node,
            local,
            workers: service.workers,
            backlog: service.backlog,
            hold: service.hold,
            pace: Pace::WARM,
            is_watched: false,
            computed_ns: [0; 2],
        }
    }

    /// Its node.
    #[inline(always)]
    pub(crate) fn node(&self) -> NodeId {
        self.node
    }

    /// Its node, and its place among the containers there.
    #[inline(always)]
    pub(crate) fn place(&self) -> (NodeId, u32) {
        (self.node, self.local)
    }

    /// Its workers and requests.
    #[inline(always)]
    pub(crate) fn station(&self) -> &Station {
        &self.station
    }

    /// The same, to be changed.
    #[inline(always)]
    pub(crate) fn station_mut(&mut self) -> &mut Station {
        &mut self.station
    }

    /// Whether no more requests may wait for a worker.
    #[inline(always)]
    pub(crate) fn has_full_backlog(&self) -> bool {
        self.backlog.is_some_and(|most| self.station.waiting() >= most)
    }

    /// Requests that hold memory. Those that wait for a thread of a pool do not; an event loop accepts every
    /// request at once, and its queue holds steps.
    pub(crate) fn requests_held(&self) -> u32 {
        match self.hold {
            Hold::Request => self.station.in_system() - self.station.waiting(),
            Hold::Cpu => self.station.in_system(),
        }
    }

    /// Its process has started, as cold as `cold` says.
    pub(crate) fn is_cold(&mut self, cold: Option<Cold>) {
        self.pace = Pace::of(cold);
    }

    /// A request has arrived: the process warms up.
    #[inline(always)]
    pub(crate) fn comes_in(&mut self, now: Time) {
        self.station.come(now);
        self.pace.warm();
    }

    /// Whether workers are held by CPU steps, not by requests.
    #[inline(always)]
    pub(crate) fn lends_by_step(&self) -> bool {
        self.hold == Hold::Cpu
    }

    /// How much more CPU it takes than a warm one.
    #[inline(always)]
    pub(crate) fn factor(&self) -> f64 {
        self.pace.factor
    }

    /// Whether its touches of pages are counted.
    #[inline(always)]
    pub(crate) fn is_watched(&self) -> bool {
        self.is_watched
    }

    /// Counts its touches of pages from now on.
    pub(crate) fn be_watched(&mut self) {
        self.is_watched = true;
    }

    /// Counts a CPU step that began at `since`: of a request, or of none.
    #[inline(always)]
    pub(crate) fn note_computed(&mut self, now: Time, since: Time, is_of_no_request: bool) {
        self.computed_ns[usize::from(is_of_no_request)] += now.since(since).0;
    }

    /// Σ time of finished CPU steps, of requests and of none, in nanoseconds.
    pub(crate) fn computed_ns(&self) -> [u64; 2] {
        self.computed_ns
    }

    /// Whether a request needs a worker before anything else.
    #[inline]
    pub(crate) fn serves_by_worker(&self) -> bool {
        self.hold == Hold::Request && self.workers.is_some()
    }

    /// Whether `frame` needs a worker for its next CPU step.
    #[inline(always)]
    pub(crate) fn lends_worker_to(&self, frame: &Frame) -> bool {
        self.hold == Hold::Cpu && self.workers.is_some() && !frame.holds_worker()
    }

    /// Gives `frame` a worker if one is free.
    #[inline(always)]
    pub(crate) fn lend_worker(&mut self, now: Time, frame: &mut Frame) -> bool {
        let station = &mut self.station;
        if self.workers.is_some_and(|workers| station.held() >= workers) {
            return false;
        }
        station.lend(now);
        frame.gets_worker();
        true
    }

    /// Takes the worker of `frame` back. Returns whether a request waits for it.
    #[inline(always)]
    pub(crate) fn take_worker_back(&mut self, now: Time, frame: &mut Frame) -> bool {
        frame.loses_worker();
        self.station.take_back(now);
        self.station.waiting() > 0
    }
}

/// All containers, and what is counted beside them.
#[derive(Debug)]
pub(crate) struct Containers {
    all: Vec<ContainerState>,
    /// By container: requests that it has not taken in.
    doors: Vec<AtDoor>,
    /// By container, then by node for work outside containers: visits at the disk of the node.
    disk_visits: Vec<DiskVisits>,
}

impl Containers {
    /// `all`, on `nodes` nodes.
    pub(crate) fn new(all: Vec<ContainerState>, nodes: usize) -> Self {
        let doors = vec![AtDoor::default(); all.len()];
        let disk_visits = vec![DiskVisits::default(); all.len() + nodes];
        Self { all, doors, disk_visits }
    }

    /// Their number.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Their ids.
    pub(crate) fn ids(&self) -> impl Iterator<Item = ContainerId> + use<> {
        (0..self.all.len()).map(ContainerId::from)
    }

    /// Each in its turn.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &ContainerState> {
        self.all.iter()
    }

    /// The same, to be changed.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut ContainerState> {
        self.all.iter_mut()
    }

    /// Requests that `id` has not taken in.
    #[inline(always)]
    pub(crate) fn door(&mut self, id: ContainerId) -> &mut AtDoor {
        &mut self.doors[id.index()]
    }

    /// ∫ requests dt that each has not taken in, held back and queued, in nanoseconds.
    pub(crate) fn door_areas(&self, now: Time) -> Vec<[u128; 2]> {
        self.doors.iter().map(|door| door.areas(now)).collect()
    }

    /// Visits of `id` at the disk of its node for the reason `waits`.
    pub(crate) fn at_disk(&mut self, id: ContainerId, waits: Waits) -> &mut AtDisk {
        self.disk_visits[id.index()].of(waits)
    }

    /// ∫ visits dt at disks, waiting and served, of disk steps and of pages, in nanoseconds: by container, then by
    /// node for work outside containers.
    pub(crate) fn disk_areas(&self, now: Time) -> Vec<[[u128; 2]; 2]> {
        self.disk_visits.iter().map(|visits| visits.areas(now)).collect()
    }

    /// The number of `node` where visits to its disk are counted by container: after all containers.
    pub(crate) fn as_container(&self, node: NodeId) -> ContainerId {
        ContainerId::from(self.all.len() + node.index())
    }

    /// The node whose disk `id` visits: see [`Containers::as_container`].
    pub(crate) fn disk_node(&self, id: ContainerId) -> NodeId {
        match self.all.get(id.index()) {
            Some(state) => state.node,
            None => NodeId::from(id.index() - self.all.len()),
        }
    }
}

impl Index<ContainerId> for Containers {
    type Output = ContainerState;

    #[inline(always)]
    fn index(&self, id: ContainerId) -> &ContainerState {
        &self.all[id.index()]
    }
}

impl IndexMut<ContainerId> for Containers {
    #[inline(always)]
    fn index_mut(&mut self, id: ContainerId) -> &mut ContainerState {
        &mut self.all[id.index()]
    }
}
