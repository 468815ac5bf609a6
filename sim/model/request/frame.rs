//! A frame: one for each thing in flight (`slab.rs` has all of them).
//!
//! A *root* is a user's request; a *visit* is a request at one container; a *branch* runs part of a visit's
//! program at the same container, in parallel with its siblings or repeatedly. A frame waits for one thing
//! at a time; its epoch moves on when the wait is over, so that an event with an older epoch is known to be
//! overtaken.

pub(crate) use super::kind::{Anywhere, FrameKind, Waits};
pub(crate) use crate::ids::FrameId;
use crate::ids::{CallId, ContainerId, EndpointId, InstructionId, SourceId};
use crate::maybe::{Maybe, MaybeDemand};
use crate::network::connection::{ConnectionId, ConnectionStage};
use wssim_kernel::Time;
use wssim_kernel::stream::mix;

/// One thing in flight. Its fields belong to this folder; other parts use the methods.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools)] // four facts that are independent of each other
pub(crate) struct Frame {
    pub(super) key: u64,
    /// Visit: arrival at the container. Root: arrival of the request.
    pub(super) arrived: Time,
    /// Beginning of the present wait, or the moment the attempt was sent.
    pub(super) since: Time,
    /// Visit: the demand of its first step, drawn while it is on its way.
    pub(super) drawn: MaybeDemand,
    /// Moves on whenever a wait is over, and never back: slots are reused.
    pub(super) epoch: u32,
    /// The next instruction.
    pub(super) pc: InstructionId,
    /// Who gets the answer.
    pub(super) parent: Maybe<FrameId>,
    /// The parent's epoch when it began to wait.
    pub(super) parent_epoch: u32,
    /// Its node.
    pub(super) container: Maybe<ContainerId>,
    /// The kind of visit.
    pub(super) endpoint: Maybe<EndpointId>,
    /// The call that it answers; none: it answers a root.
    pub(super) incoming: Maybe<CallId>,
    /// The call that it makes.
    pub(super) outgoing: Maybe<CallId>,
    /// The pool instance whose connection it holds or waits for.
    pub(super) connection: Maybe<u32>,
    /// The connection that the outgoing call travels on.
    pub(super) link: Maybe<ConnectionId>,
    /// Neighbours in the queue in which it waits, or next sibling at birth. Where frames are tied:
    /// the callee while it waits for an answer, its first part while it waits for its parts.
    pub(super) next: Maybe<FrameId>,
    /// See `next`.
    pub(super) previous: Maybe<FrameId>,
    /// Where it came from.
    pub(super) source: Maybe<SourceId>,
    /// Row of the source's trace.
    pub(super) trace_row: Maybe<u32>,
    /// CPU of networking that the next step pays for, in nanoseconds of the reference CPU.
    pub(super) network_cpu: u32,
    /// Number of the present attempt of the outgoing call.
    pub(super) attempt: u16,
    /// The container of the last attempt.
    pub(super) last_replica: Maybe<ContainerId>,
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
    pub trace_row: Maybe<u32>,
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

    /// Where it is, if it is at a container: a user's request is at none.
    #[inline(always)]
    pub(crate) fn place(&self) -> Option<ContainerId> {
        self.container.get()
    }

    /// The container where it is.
    #[inline(always)]
    pub(crate) fn container(&self) -> ContainerId {
        self.container.known()
    }

    /// Where it came from.
    #[inline(always)]
    pub(crate) fn source(&self) -> SourceId {
        self.source.known()
    }

    /// The row of the source's trace; `None`: there is no trace.
    #[inline(always)]
    pub(crate) fn trace_row(&self) -> Option<u32> {
        self.trace_row.get()
    }

    /// The kind of visit.
    #[inline(always)]
    pub(super) fn endpoint(&self) -> EndpointId {
        self.endpoint.known()
    }

    /// Who gets the answer.
    #[inline(always)]
    pub(crate) fn parent(&self) -> FrameId {
        self.parent.known()
    }

    /// Whether `parent` gets the answer: not of a frame that has been removed.
    #[inline(always)]
    pub(crate) fn answers_to(&self, parent: FrameId) -> bool {
        self.parent.is(parent)
    }

    /// The call that it makes.
    #[inline(always)]
    pub(crate) fn outgoing(&self) -> CallId {
        self.outgoing.known()
    }

    /// The container of its last attempt.
    #[inline(always)]
    pub(crate) fn last_replica(&self) -> Option<ContainerId> {
        self.last_replica.get()
    }

    /// The connection that its call travels on.
    #[inline(always)]
    pub(crate) fn link(&self) -> Option<ConnectionId> {
        self.link.get()
    }

    /// The attempt is over: takes the connection that it travelled on.
    #[inline(always)]
    pub(crate) fn take_link(&mut self) -> Option<ConnectionId> {
        self.link.take()
    }

    /// The pool instance whose connection it holds, unless it only waits for one.
    pub(crate) fn holds_place(&self) -> Option<u32> {
        self.connection.get().filter(|_| self.waits != Waits::Connection)
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
        self.drawn = MaybeDemand::some(work);
        self.network_cpu = networking as u32;
    }

    /// It has waited for pages: the CPU step that it put off.
    pub(crate) fn takes_step_up(&mut self) -> [f64; 2] {
        let work = self.drawn.take().expect("it has put a step off");
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
        self.last_replica = Maybe::some(container);
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
        self.outgoing = Maybe::some(call);
        self.attempt = 0;
        self.last_replica = Maybe::NONE;
    }

    /// A frame that runs the program at `run`.
    #[inline(always)]
    pub(crate) fn running(kind: FrameKind, key: u64, run: Running) -> Self {
        let Running { pc, parent, parent_epoch, container, endpoint, source, trace_row, measured } =
            run;
        Self {
            pc,
            parent: Maybe::some(parent),
            parent_epoch,
            container: Maybe::some(container),
            endpoint: Maybe::some(endpoint),
            source: Maybe::some(source),
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
            drawn: MaybeDemand::NONE,
            epoch: 0,
            pc: InstructionId(0),
            parent: Maybe::NONE,
            parent_epoch: 0,
            container: Maybe::NONE,
            endpoint: Maybe::NONE,
            incoming: Maybe::NONE,
            outgoing: Maybe::NONE,
            connection: Maybe::NONE,
            link: Maybe::NONE,
            next: Maybe::NONE,
            previous: Maybe::NONE,
            source: Maybe::NONE,
            trace_row: Maybe::NONE,
            network_cpu: 0,
            attempt: 0,
            last_replica: Maybe::NONE,
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
