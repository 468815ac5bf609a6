//! How connections end: closed by the other end, kept, closed, given up.
//!
//! ```text
//! server   closes, T after its last byte ──┐      ┌─ reset: the process is gone
//!                    half a round trip      ╲    ╱
//! caller   its last byte arrived, at 0   sends   learns of it, at T
//! ```
//! A request sent later than T less a round trip and before T crosses the goodbye, the closing message, and
//! is lost. Closed form: if the gaps between two uses of a connection are exponential with rate λ, these are a
//! share of exp(−λ(T − r)) − exp(−λT) of the gaps, about λ·r·exp(−λT), for a round trip of r.
//!
//! A caller that gives up an answer cannot use its connection for another request and closes it. A shared
//! connection stays open: only that answer is given up (RFC 9113, 6.4). If its peer is dead, only the kernel
//! closes it, or a client that sends keep-alives.

use super::connection::{Connection, ConnectionId, ConnectionStage};
use crate::blueprint::{Client, Tenure};
use crate::ids::{ContainerId, FrameId};
use crate::life::Life;
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::{Nanos, Time};

/// The other end of a connection.
pub(super) struct FarEnd<'a> {
    pub(super) life: &'a Life,
    /// It closes a connection that was idle for this long.
    pub(super) keep_alive: Option<Nanos>,
    /// Latency from there.
    pub(super) half: Nanos,
}

impl FarEnd<'_> {
    /// When the caller learns that this end has closed a connection, as far as that is settled.
    #[inline]
    pub(super) fn goodbye(&self, connection: &Connection, client: &Client) -> Time {
        let stops = if self.life.hangs_up() { self.life.closed + self.half } else { Time::NEVER };
        let round_trip = Nanos(self.half.0 * 2);
        // A keep-alive in time keeps it open.
        let is_kept = |most: Nanos| client.keepalive.is_some_and(|every| every + round_trip < most);
        match self.keep_alive {
            Some(most) if connection.users == 0 && !is_kept(most) => {
                stops.min(connection.idle_since + most)
            }
            _ => stops,
        }
    }

    /// Whether the caller knows by `now` that its peer has closed it.
    #[inline]
    pub(super) fn is_known_closed(
        &self,
        now: Time,
        connection: &Connection,
        client: &Client,
    ) -> bool {
        if connection.incarnation == self.life.incarnation {
            return self.goodbye(connection, client) <= now;
        }
        // A process that ends on a living node resets its connections; any other end shows only through
        // keep-alives.
        let is_heard = connection.incarnation >= self.life.quiet_before;
        let after = if is_heard { Some(self.half) } else { client.silence };
        after.is_some_and(|after| self.life.closed + after <= now)
    }
}

/// How an attempt ends, as its connection sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parting {
    /// The answer has arrived.
    Answered,
    /// The connection broke.
    Broken,
    /// The request no longer waits for the answer.
    GivenUp,
}

/// How the holding of a connection over several calls ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeldEnd {
    /// It is idle again.
    Back,
    /// It stays open and taken.
    Leaked,
    /// The container that held it ends.
    Closed,
}

impl<P: Probe> World<'_, P> {
    /// The attempt of `id` is over. Keeps its connection if it is intact and its client keeps any.
    #[inline]
    pub(crate) fn hang_up(&mut self, now: Time, id: FrameId, parting: Parting) {
        let frame = &mut self.frames[id];
        let Some(connection) = frame.take_link() else { return };
        let (container, call, lost) = (frame.container(), frame.outgoing(), frame.lost());
        let blueprint = self.blueprint;
        let call = &blueprint.calls[call.index()];
        let query = call.query.index();
        let channel = self.channel_of(query, container);
        let client = &blueprint.routes[query].client;
        if call.tenure == Tenure::Uses
            && parting == Parting::Answered
            && self.hold_on(now, id, call, connection)
        {
            return;
        }
        if client.multiplex.is_some() {
            // On a connection that was never opened nothing can be sent.
            let unopened = parting == Parting::GivenUp && lost == Some(ConnectionStage::Opening);
            if parting == Parting::Broken || unopened {
                self.network.connections.drop_shared(channel, connection);
            }
            self.network.connections.leave_shared(now, connection, parting == Parting::Answered);
        } else if parting == Parting::Answered && client.keeps {
            self.network.connections.keep(now, channel, connection);
        } else {
            let by_this_end = parting != Parting::Broken;
            self.close_connection(now, (query, container), connection, by_this_end);
        }
    }

    /// The held connection `link` has carried an answer and stays taken.
    pub(crate) fn keep_holding(&mut self, now: Time, link: ConnectionId) {
        self.network.connections.touch(now, link);
    }

    /// `container` no longer holds `link`, a connection for calls of `query`.
    pub(crate) fn part_with_held(
        &mut self,
        now: Time,
        (query, container): (usize, ContainerId),
        link: ConnectionId,
        end: HeldEnd,
    ) {
        let channel = self.channel_of(query, container);
        let connections = &mut self.network.connections;
        match end {
            HeldEnd::Back => connections.keep(now, channel, link),
            HeldEnd::Leaked => connections.leak(channel, link),
            HeldEnd::Closed => connections.close(channel, link),
        }
    }
}

/// How long nothing has been sent on `connection`, including keep-alives.
pub(super) fn idle_time(now: Time, connection: &Connection, client: &Client) -> Nanos {
    if connection.users > 0 {
        return Nanos::ZERO;
    }
    let idle = now.since(connection.idle_since);
    client.keepalive.map_or(idle, |every| idle.min(every))
}
