//! A frame: one for each thing in flight (`slab.rs` has all of them).
//!
//! A *root* is a user's request; a *visit* is a request at one container; a *branch* runs part of a visit's
//! program at the same container, in parallel with its siblings or repeatedly. A frame waits for one thing
//! at a time; its epoch moves on when the wait is over, so that an event with an older epoch is known to be
//! overtaken.

pub(crate) use super::kind::{Anywhere, FrameKind, Waits};
pub(crate) use crate::ids::FrameId;
use crate::ids::{CallId, ContainerId, EndpointId, InstructionId, SourceId};
use crate::network::connection::{ConnectionId, ConnectionStage, NO_CONNECTION};
use wssim_kernel::Time;
use wssim_kernel::stream::mix;

/// No frame.
pub(crate) const NO_FRAME: FrameId = FrameId(u32::MAX);
/// No trace row, no pool, no container.
pub(crate) const NONE: u32 = u32::MAX;

/// One thing in flight. Its fields belong to this folder; other parts use the methods.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools)] // four facts that are independent of each other
pub(crate) struct Frame {
    pub(super) key: u64,
    /// Visit: arrival at the container. Root: arrival of the request.
    pub(super) arrived: Time,
    /// Beginning of the present wait, or the moment the attempt was sent.
    pub(super) since: Time,
    /// Visit: the demand of its first step, drawn while it is on its way; negative: not drawn.
    pub(super) drawn: f64,
    /// Moves on whenever a wait is over, and never back: slots are reused.
    pub(super) epoch: u32,
    /// The next instruction.
    pub(super) pc: InstructionId,
    /// Who gets the answer.
    pub(super) parent: FrameId,
    /// The parent's epoch when it began to wait.
    pub(super) parent_epoch: u32,
    /// Its node.
    pub(super) container: ContainerId,
    /// The kind of visit.
    pub(super) endpoint: EndpointId,
    /// The call that it answers; none: it answers a root.
    pub(super) incoming: CallId,
    /// The call that it makes.
    pub(super) outgoing: CallId,
    /// The pool instance whose connection it holds or waits for.
    pub(super) connection: u32,
    /// The connection that the outgoing call travels on.
    pub(super) link: ConnectionId,
    /// Neighbours in the queue in which it waits, or next sibling at birth. Where frames are tied:
    /// the callee while it waits for an answer, its first part while it waits for its parts.
    pub(super) next: FrameId,
    /// See `next`.
    pub(super) previous: FrameId,
    /// Where it came from.
    pub(super) source: SourceId,
    /// Row of the source's trace.
    pub(super) trace_row: u32,
    /// CPU of networking that the next step pays for, in nanoseconds of the reference CPU.
    pub(super) network_cpu: u32,
    /// Number of the present attempt of the outgoing call.
    pub(super) attempt: u16,
    /// The container of the last attempt, plus one; zero: none.
    pub(super) last_replica: u32,
    /// Its request or the answer to it is lost.
    pub(super) lost: Option<ConnectionStage>,
    /// What it is.
    pub(super) kind: FrameKind,
    /// What it waits for.
    pub(super) waits: Waits,
    /// Whether it belongs to a request that arrived in the measured stretch.
    pub(super) measured: bool,
    /// Whether it holds a worker of its container.
    pub(super) holds_worker: bool,
    /// Whether its container has taken it in: it will not be refused any more.
    pub(super) admitted: bool,
    /// Whether its last look-up in a cache found something.
    pub(super) found: bool,
}

/// What a frame begins with that runs a program; see [`Frame`].
#[derive(Clone, Copy)]
pub(crate) struct Running {
    pub pc: InstructionId,
    pub parent: FrameId,
    pub parent_epoch: u32,
    pub container: ContainerId,
    pub endpoint: EndpointId,
    pub source: SourceId,
    pub trace_row: u32,
    pub measured: bool,
}

impl Frame {
    /// The number of a chore in its own words.
    pub(crate) fn chore(&self) -> u32 {
        match self.kind {
            FrameKind::Chore(number) => number.get(),
            other => unreachable!("no chore: {other:?}"),
        }
    }

    /// The key that addresses its draws.
    #[inline(always)]
    pub(crate) fn key(&self) -> u64 {
        self.key
    }

    /// What it is.
    #[inline(always)]
    pub(crate) fn kind(&self) -> FrameKind {
        self.kind
    }

    /// What it waits for.
    #[inline(always)]
    pub(crate) fn waits(&self) -> Waits {
        self.waits
    }

    /// Beginning of the present wait, or the moment the attempt was sent.
    #[inline(always)]
    pub(crate) fn since(&self) -> Time {
        self.since
    }

    /// When a visit reached its container, or a request arrived.
    #[inline(always)]
    pub(crate) fn arrived(&self) -> Time {
        self.arrived
    }

    /// The number of its present wait.
    #[inline(always)]
    pub(crate) fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Where it is.
    #[inline(always)]
    pub(crate) fn container(&self) -> ContainerId {
        self.container
    }

    /// Where it came from.
    #[inline(always)]
    pub(crate) fn source(&self) -> SourceId {
        self.source
    }

    /// The row of the source's trace; `None`: there is no trace.
    #[inline(always)]
    pub(crate) fn trace_row(&self) -> Option<u32> {
        Some(self.trace_row).filter(|row| *row != NONE)
    }

    /// Who gets the answer.
    #[inline(always)]
    pub(crate) fn parent(&self) -> FrameId {
        self.parent
    }

    /// The call that it makes.
    #[inline(always)]
    pub(crate) fn outgoing(&self) -> CallId {
        self.outgoing
    }

    /// The container of its last attempt.
    #[inline(always)]
    pub(crate) fn last_replica(&self) -> Option<ContainerId> {
        self.last_replica.checked_sub(1).map(ContainerId)
    }

    /// The connection that its call travels on.
    #[inline(always)]
    pub(crate) fn link(&self) -> Option<ConnectionId> {
        Some(self.link).filter(|link| *link != NO_CONNECTION)
    }

    /// The attempt is over: takes the connection that it travelled on.
    #[inline(always)]
    pub(crate) fn take_link(&mut self) -> Option<ConnectionId> {
        let link = std::mem::replace(&mut self.link, NO_CONNECTION);
        Some(link).filter(|link| *link != NO_CONNECTION)
    }

    /// The pool instance whose connection it holds, unless it only waits for one.
    pub(crate) fn holds_place(&self) -> Option<u32> {
        let holds = self.connection != NONE && self.waits != Waits::Connection;
        holds.then_some(self.connection)
    }

    /// Its request or the answer to it is lost: the stage of its connection then.
    #[inline(always)]
    pub(crate) fn lost(&self) -> Option<ConnectionStage> {
        self.lost
    }

    /// Its request or the answer to it is lost at `stage`.
    #[inline(always)]
    pub(crate) fn loses(&mut self, stage: ConnectionStage) {
        self.lost = Some(stage);
    }

    /// Its next step pays for `cpu` nanoseconds of networking.
    #[inline(always)]
    pub(crate) fn owes(&mut self, cpu: u32) {
        self.network_cpu = self.network_cpu.saturating_add(cpu);
    }

    /// Whether it holds a worker of its container.
    #[inline(always)]
    pub(crate) fn holds_worker(&self) -> bool {
        self.holds_worker
    }

    /// It holds a worker from now on: its container has taken it in.
    #[inline(always)]
    pub(crate) fn gets_worker(&mut self) {
        self.holds_worker = true;
        self.admitted = true;
    }

    /// It has given its worker back.
    #[inline(always)]
    pub(crate) fn loses_worker(&mut self) {
        self.holds_worker = false;
    }

    /// Whether it belongs to a request that arrived in the measured stretch.
    #[inline(always)]
    pub(crate) fn is_measured(&self) -> bool {
        self.measured
    }

    /// Its present wait begins now.
    #[inline(always)]
    pub(crate) fn begins_wait(&mut self, now: Time) {
        self.since = now;
    }

    /// It waits for pages before a CPU step of `[work, networking]`.
    pub(crate) fn puts_step_off(&mut self, [work, networking]: [f64; 2]) {
        self.drawn = work;
        self.network_cpu = networking as u32;
    }

    /// It has waited for pages: the CPU step that it put off.
    pub(crate) fn takes_step_up(&mut self) -> [f64; 2] {
        let work = std::mem::replace(&mut self.drawn, -1.0);
        let networking = f64::from(std::mem::take(&mut self.network_cpu));
        let is_burst = self.kind == FrameKind::Burst;
        self.waits = if is_burst { Waits::Nothing } else { Waits::Processor };
        [work, networking]
    }

    /// Its next draws are addressed by another key.
    pub(crate) fn takes_next_key(&mut self) {
        self.key = mix(self.key, 1);
    }

    /// A request sets out for `container`, through a port of the mesh if it has one.
    #[inline(always)]
    pub(crate) fn sets_out_for(&mut self, container: ContainerId) {
        self.last_replica = container.0 + 1;
    }

    /// A request has got a port of the mesh.
    pub(crate) fn gets_port(&mut self) {
        if let FrameKind::Root { has_port, .. } = &mut self.kind {
            *has_port = true;
        }
    }

    /// Its next call is `call`.
    #[inline(always)]
    pub(super) fn begin_call(&mut self, call: CallId) {
        self.outgoing = call;
        self.attempt = 0;
        self.last_replica = 0;
    }

    /// A frame that runs the program at `run`.
    #[inline(always)]
    pub(crate) fn running(kind: FrameKind, key: u64, run: Running) -> Self {
        let Running { pc, parent, parent_epoch, container, endpoint, source, trace_row, measured } =
            run;
        Self {
            pc,
            parent,
            parent_epoch,
            container,
            endpoint,
            source,
            trace_row,
            measured,
            ..Self::new(kind, key)
        }
    }

    /// A frame that does nothing yet.
    #[inline(always)]
    pub(super) fn new(kind: FrameKind, key: u64) -> Self {
        Self {
            key,
            arrived: Time::ZERO,
            since: Time::ZERO,
            drawn: -1.0,
            epoch: 0,
            pc: InstructionId(0),
            parent: NO_FRAME,
            parent_epoch: 0,
            container: ContainerId(NONE),
            endpoint: EndpointId(NONE),
            incoming: CallId(NONE),
            outgoing: CallId(NONE),
            connection: NONE,
            link: NO_CONNECTION,
            next: NO_FRAME,
            previous: NO_FRAME,
            source: SourceId(NONE),
            trace_row: NONE,
            network_cpu: 0,
            attempt: 0,
            last_replica: 0,
            lost: None,
            kind,
            waits: if kind == FrameKind::Visit { Waits::Delivery } else { Waits::Nothing },
            measured: false,
            holds_worker: false,
            admitted: false,
            found: false,
        }
    }
}

// Two lines of a processor's cache: a place is found by a shift.
const _: () = assert!(size_of::<Frame>() == 128);
