//! Connections: opened, kept alive, reused, closed. Each request travels on one.
//!
//! A *channel* holds the connections of one container to one service: a stack of idle ones, the last used
//! on top, as `HikariCP`, Go's and Node.js' HTTP clients reuse them; those below reach their idle time-out
//! first. Under policies that balance connections, a channel's connections lead where they were opened to:
//! a service with few concurrent requests is then served by the one replica on top. A time-out has no
//! event: it is checked when a connection is taken.

use crate::blueprint::Client;
pub(crate) use crate::ids::ConnectionId;
use crate::ids::ContainerId;
use crate::maybe::Maybe;
use wssim_kernel::{Nanos, Time};

/// One connection.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools)] // four facts that are independent of each other
pub(crate) struct Connection {
    /// Where it leads.
    pub peer: ContainerId,
    /// Which life of that container it was opened to.
    pub incarnation: u32,
    /// Since when nothing has been sent on it.
    pub idle_since: Time,
    /// When it reaches its maximum lifetime.
    pub expires: Time,
    /// Shared: requests that are under way on it.
    pub users: u32,
    /// Shared: since when what is sent on it gets no further; [`Time::NEVER`]: it does.
    pub silent_since: Time,
    /// Shared: what was sent on it and does not fit the path holds up all that follows.
    pub stuck: bool,
    /// Shared: it is in no channel any more, and those who are under way on it go on.
    closed: bool,
    /// Whether it has an ephemeral port that others may want.
    pub has_port: bool,
    /// Whether its peer counts it among those that it has accepted.
    accepted: bool,
    /// Next in its channel.
    below: Maybe<ConnectionId>,
}

impl Connection {
    /// Whether `client` has given it up by `now`, as its peer is silent.
    #[inline]
    pub(crate) fn is_given_up(&self, now: Time, client: &Client) -> bool {
        self.silent_since + ConnectionStage::Established.patience(client) <= now
    }
}

/// A stack that can also be used in turn.
#[derive(Clone, Copy, Debug)]
struct Channel {
    top: Maybe<ConnectionId>,
    bottom: Maybe<ConnectionId>,
    /// Those that were never given back; a stack of its own.
    leaked: Maybe<ConnectionId>,
    /// Open connections, those in use included.
    open: u32,
}

/// All connections, and the channels of idle ones.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    slab: Vec<Connection>,
    free: Vec<ConnectionId>,
    channels: Vec<Channel>,
    /// How many are closed on which requests are under way.
    closing: usize,
    /// By container: what its present life has accepted.
    accepted: Vec<Accepted>,
}

/// Connections that a container holds open.
#[derive(Clone, Copy, Debug, Default)]
struct Accepted {
    incarnation: u32,
    open: u32,
}

impl Connections {
    /// Empty channels between containers: the numbers of both.
    pub(crate) fn new(channels: usize, containers: usize) -> Self {
        let none = Maybe::NONE;
        let empty = Channel { top: none, bottom: none, leaked: none, open: 0 };
        let accepted = vec![Accepted::default(); containers];
        Self { channels: vec![empty; channels], accepted, ..Self::default() }
    }

    /// Whether `channel` has a connection that is not in use.
    pub(crate) fn has_idle(&self, channel: usize) -> bool {
        self.channels[channel].top.is_some()
    }

    /// How many connections the life `incarnation` of `peer` holds open.
    pub(crate) fn accepted_by(&self, peer: ContainerId, incarnation: u32) -> u32 {
        let accepted = &self.accepted[peer.index()];
        if accepted.incarnation == incarnation { accepted.open } else { 0 }
    }

    /// The peer of `id` has accepted it.
    pub(crate) fn accept(&mut self, id: ConnectionId) {
        let connection = &mut self.slab[id.0 as usize];
        connection.accepted = true;
        let accepted = &mut self.accepted[connection.peer.index()];
        if accepted.incarnation != connection.incarnation {
            *accepted = Accepted { incarnation: connection.incarnation, open: 0 };
        }
        accepted.open += 1;
    }

    /// The state of `id`.
    #[inline]
    pub(crate) fn get(&self, id: ConnectionId) -> &Connection {
        &self.slab[id.0 as usize]
    }

    /// Connections of `channel` that are open, idle or in use.
    pub(crate) fn open_of(&self, channel: usize) -> u32 {
        self.channels[channel].open
    }

    /// How many connections are open, and how many of them are in a channel's stacks.
    pub(crate) fn open_and_idle(&self) -> [usize; 2] {
        let below = |id: &ConnectionId| self.slab[id.0 as usize].below.get();
        let length = |top: Maybe<_>| std::iter::successors(top.get(), below).count();
        let stack = |channel: &Channel| length(channel.top) + length(channel.leaked);
        [self.slab.len() - self.free.len() - self.closing, self.channels.iter().map(stack).sum()]
    }

    /// Takes the topmost idle connection of `channel` that leads to a peer that is wanted; those on the way that
    /// are `closed` are forgotten.
    #[inline]
    pub(crate) fn take(
        &mut self,
        channel: usize,
        is_wanted: impl Fn(ContainerId) -> bool,
        closed: impl Fn(&mut Connection) -> bool,
    ) -> Option<ConnectionId> {
        let mut above = Maybe::NONE;
        let mut at = self.channels[channel].top;
        while let Some(id) = at.get() {
            let connection = &mut self.slab[id.0 as usize];
            let gone = closed(connection);
            let connection = *connection;
            if !gone && !is_wanted(connection.peer) {
                (above, at) = (at, connection.below);
                continue;
            }
            self.unlink(channel, above, id);
            if !gone {
                return Some(id);
            }
            self.close(channel, id);
            at = connection.below;
        }
        None
    }

    /// Opens a connection of `channel`; it is in use.
    #[inline]
    pub(crate) fn open(
        &mut self,
        channel: usize,
        peer: ContainerId,
        incarnation: u32,
        expires: Time,
    ) -> ConnectionId {
        self.channels[channel].open += 1;
        let connection = Connection {
            peer,
            incarnation,
            idle_since: Time::ZERO,
            expires,
            users: 0,
            silent_since: Time::NEVER,
            stuck: false,
            closed: false,
            has_port: false,
            accepted: false,
            below: Maybe::NONE,
        };
        if let Some(id) = self.free.pop() {
            self.slab[id.0 as usize] = connection;
            return id;
        }
        self.slab.push(connection);
        ConnectionId(self.slab.len() as u32 - 1)
    }

    /// `id` is used no more and stays open, on top of its channel.
    #[inline]
    pub(crate) fn keep(&mut self, now: Time, channel: usize, id: ConnectionId) {
        let channel = &mut self.channels[channel];
        let connection = &mut self.slab[id.0 as usize];
        connection.idle_since = now;
        connection.below = channel.top;
        if channel.top.is_none() {
            channel.bottom = Maybe::some(id);
        }
        channel.top = Maybe::some(id);
    }

    /// `id` has an ephemeral port.
    pub(crate) fn has_port(&mut self, id: ConnectionId) {
        self.slab[id.0 as usize].has_port = true;
    }

    /// Something was sent on `id`, which is in use.
    pub(crate) fn touch(&mut self, now: Time, id: ConnectionId) {
        self.slab[id.0 as usize].idle_since = now;
    }

    /// `id` is used no more, stays open, and is not found again.
    pub(crate) fn leak(&mut self, channel: usize, id: ConnectionId) {
        let channel = &mut self.channels[channel];
        self.slab[id.0 as usize].below = std::mem::replace(&mut channel.leaked, Maybe::some(id));
    }

    /// `id`, which carries any number of requests, carries one more and goes to the bottom of its
    /// channel.
    pub(crate) fn share(&mut self, now: Time, channel: usize, id: ConnectionId) {
        let connection = &mut self.slab[id.0 as usize];
        connection.idle_since = now;
        connection.below = Maybe::NONE;
        connection.users += 1;
        let channel = &mut self.channels[channel];
        match channel.bottom.get() {
            None => channel.top = Maybe::some(id),
            Some(last) => self.slab[last.0 as usize].below = Maybe::some(id),
        }
        channel.bottom = Maybe::some(id);
    }

    /// `id`, which is in no stack, is open no more.
    pub(crate) fn close(&mut self, channel: usize, id: ConnectionId) {
        self.channels[channel].open -= 1;
        let connection = &mut self.slab[id.0 as usize];
        let accepted = &mut self.accepted[connection.peer.index()];
        if connection.accepted && accepted.incarnation == connection.incarnation {
            accepted.open -= 1;
        }
        if connection.users == 0 {
            self.free.push(id);
        } else {
            connection.closed = true;
            self.closing += 1;
        }
    }

    /// A request is under way on `id` no more; whether it was `answered`.
    pub(crate) fn leave_shared(&mut self, now: Time, id: ConnectionId, answered: bool) {
        let connection = &mut self.slab[id.0 as usize];
        connection.users -= 1;
        if answered && !connection.stuck {
            connection.silent_since = Time::NEVER;
        }
        connection.idle_since = now;
        if connection.closed && connection.users == 0 {
            self.closing -= 1;
            self.free.push(id);
        }
    }

    /// Since when nothing gets through on `id`, which others share: since `sent`, unless it is longer.
    pub(crate) fn falls_silent(&mut self, id: ConnectionId, sent: Time) -> Time {
        let since = &mut self.slab[id.0 as usize].silent_since;
        *since = sent.min(*since);
        *since
    }

    /// Nothing that is sent on `id` gets through any more, if it is shared.
    pub(crate) fn get_stuck(&mut self, id: ConnectionId) {
        let connection = &mut self.slab[id.0 as usize];
        connection.stuck = connection.users > 0;
    }

    /// What is sent on `id` gets through.
    pub(crate) fn is_heard(&mut self, id: ConnectionId) {
        self.slab[id.0 as usize].silent_since = Time::NEVER;
    }

    /// `id`, which others share, is found to be broken; a request that finds it again opens another.
    pub(crate) fn drop_shared(&mut self, channel: usize, id: ConnectionId) {
        let (mut above, mut at) = (Maybe::NONE, self.channels[channel].top);
        while let Some(other) = at.get().filter(|other| *other != id) {
            (above, at) = (at, self.slab[other.0 as usize].below);
        }
        if at.is(id) {
            self.unlink(channel, above, id);
            self.close(channel, id);
        }
    }

    /// The container behind `channel` is gone, and with it its idle connections.
    pub(crate) fn close_idle(&mut self, channel: usize) {
        while self.take(channel, |_| true, |_| true).is_some() {}
        while let Some(id) = self.channels[channel].leaked.get() {
            self.channels[channel].leaked = self.slab[id.0 as usize].below;
            self.close(channel, id);
        }
    }

    fn unlink(&mut self, channel: usize, above: Maybe<ConnectionId>, id: ConnectionId) {
        let below = self.slab[id.0 as usize].below;
        match above.get() {
            None => self.channels[channel].top = below,
            Some(above) => self.slab[above.0 as usize].below = below,
        }
        if below.is_none() {
            self.channels[channel].bottom = above;
        }
    }
}

/// Linux doubles the pause between retransmissions, from here (`TCP_RTO_MIN`, 200 ms) …
pub(super) const FIRST_RETRANSMISSION: Nanos = Nanos(200_000_000);
/// … or, for the first packet of a connection, from here (RFC 6298, 2.1) …
const FIRST_SYN_RETRANSMISSION: Nanos = Nanos(1_000_000_000);
/// … to this (`TCP_RTO_MAX`).
pub(super) const LONGEST_PAUSE: Nanos = Nanos(120_000_000_000);
/// Linux gives a connection up that is not answered for so long: `tcp_retries2` = 15 (ip-sysctl:
/// "924.6 seconds").
pub(super) const GIVE_UP: Nanos = Nanos(924_600_000_000);
/// … and one that cannot be opened: `tcp_syn_retries` = 6 (ip-sysctl: 1 + 2 + … + 64 s).
const GIVE_UP_SYN: Nanos = Nanos(127_000_000_000);

/// What is being retransmitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionStage {
    /// The first packet of a new connection.
    Opening,
    /// A request on an open one.
    Established,
}

impl ConnectionStage {
    /// When the kernel gives up what was sent at `sent` and never answered.
    pub(crate) fn gives_up(self, sent: Time) -> Time {
        sent + match self {
            Self::Opening => GIVE_UP_SYN,
            Self::Established => GIVE_UP,
        }
    }

    /// For how long `client` waits for what is never answered: no longer than the kernel, and on an open
    /// connection no longer than it bears silence.
    pub(crate) fn patience(self, client: &Client) -> Nanos {
        match (self, client.silence) {
            (Self::Established, Some(silence)) => silence.min(GIVE_UP),
            (Self::Established, None) => GIVE_UP,
            (Self::Opening, _) => GIVE_UP_SYN,
        }
    }

    /// The first retransmission at or after `when` of what was sent at `sent`; `None` when the kernel
    /// has given up by then.
    pub(crate) fn retransmission(self, sent: Time, when: Time) -> Option<Time> {
        let mut pause = match self {
            Self::Opening => FIRST_SYN_RETRANSMISSION,
            Self::Established => FIRST_RETRANSMISSION,
        };
        let mut at = sent + pause;
        while at < when {
            pause = Nanos(pause.0 * 2).min(LONGEST_PAUSE);
            at = at + pause;
        }
        (at < self.gives_up(sent)).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;
    use wssim_kernel::stream::StreamKey;

    fn seconds(s: f64) -> Time {
        Time::ZERO + Nanos::from_seconds(s)
    }

    /// RFC 6298: 1, 3, 7, 15, 31, 63 s for the first packet; 0.2, 0.6, 1.4, … for data.
    #[test]
    fn retransmissions_come_at_doubling_pauses() {
        let opening =
            |when| ConnectionStage::Opening.retransmission(seconds(10.0), seconds(10.0 + when));
        for (when, at) in [(0.5, 1.0), (1.0, 1.0), (1.1, 3.0), (6.0, 7.0), (40.0, 63.0)] {
            assert_eq!(opening(when), Some(seconds(10.0 + at)), "{when}");
        }
        assert_eq!(opening(64.0), None);
        let data = |when| ConnectionStage::Established.retransmission(Time::ZERO, seconds(when));
        for (when, at) in [(0.0, 0.2), (5.0, 6.2), (5.9, 6.2), (6.3, 12.6), (100.0, 102.2)] {
            assert_eq!(data(when), Some(seconds(at)), "{when}");
        }
        // From 102.2 s on the pause is 120 s.
        assert_eq!(data(103.0), Some(seconds(204.6)));
        assert_eq!(data(204.7), Some(seconds(324.6)));
        assert_eq!(data(930.0), None);
    }

    /// The slow twin: a deque of (peer, still open) for one channel.
    #[test]
    fn agrees_with_a_deque_on_random_calls() {
        let stream = StreamKey::new(1, 0, "test", "connections");
        let mut connections = Connections::new(2, 4);
        let mut twin: VecDeque<(ConnectionId, u32)> = VecDeque::new();
        let mut used: Vec<(ConnectionId, u32)> = Vec::new();
        for n in 0..50_000_u64 {
            let mut draw = stream.draw(n, 0);
            let (what, peer) = (draw.open01(), (draw.open01() * 4.0) as u32);
            if what < 0.25 {
                used.push((connections.open(1, ContainerId(peer), 0, Time::NEVER), peer));
            } else if what < 0.5 {
                let wanted = (what < 0.375).then_some(ContainerId(peer));
                // Those that lead to 3 are closed.
                let taken =
                    connections.take(1, |to| wanted.is_none_or(|it| it == to), |c| c.peer.0 == 3);
                let mut left = VecDeque::new();
                let mut expected = None;
                while let Some((id, to)) = twin.pop_front() {
                    if to == 3 {
                        continue;
                    }
                    if wanted.is_none_or(|wanted| wanted.0 == to) {
                        expected = Some((id, to));
                        break;
                    }
                    left.push_back((id, to));
                }
                while let Some(one) = left.pop_back() {
                    twin.push_front(one);
                }
                assert_eq!(taken, expected.map(|(id, _)| id));
                used.extend(expected);
            } else if !used.is_empty() {
                let (id, to) = used.swap_remove((draw.open01() * used.len() as f64) as usize);
                assert_eq!(connections.get(id).peer.0, to);
                if what < 0.7 {
                    connections.keep(Time(n), 1, id);
                    twin.push_front((id, to));
                } else if what < 0.8 {
                    connections.share(Time(n), 1, id);
                    twin.push_back((id, to));
                } else {
                    connections.close(1, id);
                }
            }
            assert_eq!(connections.open_of(1) as usize, twin.len() + used.len());
        }
        connections.close_idle(1);
        assert_eq!(connections.open_of(1) as usize, used.len());
        assert_eq!(connections.take(1, |_| true, |_| false), None);
    }
}
