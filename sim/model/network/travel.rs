//! The connection for a call's request: an idle one of the caller's channel, or a new one.
//!
//! ```text
//! idle one? ──yes──► known closed? forget it, next ──► tested first, if the client does so ──────► sent
//!    └──no──► resolver's answer expired? ask ──► policy chooses ──► handshake ──────────────────► sent
//! ```
//! All of this takes time but no events: its only result is when the request leaves. Obstacles count when it
//! leaves: a peer that has ended, a node that is down, a virtual address that has forgotten the connection.

use super::connection::{Connection, ConnectionId, ConnectionStage};
use super::parting::{FarEnd, idle_time};
use super::state::NetworkState;
use crate::blueprint::{Balance, Call, Client, Policy, Tenure, Travels};
use crate::ids::{ContainerId, ObserverId, ServiceId};
use crate::maybe::Maybe;
use crate::probe::{Failure, Probe};
use crate::request::frame::FrameId;
use crate::routing::{self, Scene};
use crate::world::World;
use wssim_kernel::stream::{StreamKey, mix};
use wssim_kernel::{Nanos, Time};

/// Draws of an attempt's key that no step of a program uses.
const DRAW_CHOICE: u32 = 0xFFFF_FF31;
const DRAW_ANSWER: u32 = 0xFFFF_FF32;
const DRAW_PICK: u32 = 0xFFFF_FF33;
const DRAW_DNS: u32 = 0xFFFF_FF34;
const DRAW_HANDSHAKE: u32 = 0xFFFF_FF35;
const DRAW_LIFETIME: u32 = 0xFFFF_FF36;
const DRAW_TRIAL: u32 = 0xFFFF_FF37;
const DRAW_ACCEPT: u32 = 0xFFFF_FF38;

/// IPVS forgets a connection that was idle for longer (Linux, `ip_vs_proto_tcp.c`: established 900 s).
const IPVS_IDLE: Nanos = Nanos(900_000_000_000);

/// How an attempt's request travels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AttemptLink {
    pub(crate) connection: Maybe<ConnectionId>,
    pub(crate) peer: ContainerId,
    /// The steps before the request can be sent.
    pub(crate) setup: Setup,
    pub(crate) fate: Fate,
}

/// The steps before a request can be sent, in this order; and the cost of accepting a new connection.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Setup {
    /// Connections that were idle for long are tested.
    pub(crate) trial: Nanos,
    /// A name is looked up.
    pub(crate) dns: Nanos,
    /// A connection is opened.
    pub(crate) handshake: Nanos,
    /// CPU of accepting a new connection, at the callee, in nanoseconds of the reference CPU.
    pub(crate) accept: u32,
}

impl AttemptLink {
    /// To `peer`, where connections are indistinguishable and nothing can go wrong.
    #[inline(always)]
    pub(crate) fn plain(peer: ContainerId) -> Self {
        Self { connection: Maybe::NONE, peer, setup: Setup::default(), fate: Fate::Sent }
    }
}

impl Setup {
    /// How long it takes until the request can be sent.
    #[inline]
    pub(crate) fn takes(&self) -> Nanos {
        self.trial + self.dns + self.handshake
    }
}

/// The fate of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is sent.
    Sent,
    /// It is turned away; the caller knows after this delay.
    Turned(Nanos, Failure),
    /// It is lost.
    Lost(ConnectionStage),
}

/// The search of a caller for a connection.
pub(crate) struct ConnectionSearch<'a> {
    pub(crate) call: &'a Call,
    pub(crate) client: &'a Client,
    policy: &'a Policy,
    /// Balanced by request: the replica that it must lead to.
    wanted: Option<ContainerId>,
    /// The list of a proxy.
    proxy: Option<ObserverId>,
    pub(crate) container: ContainerId,
    pub(crate) channel: usize,
    key: u64,
    last_replica: Option<ContainerId>,
}

impl<'a, P: Probe> World<'a, P> {
    /// The instance of a route's channel at `container`.
    #[inline]
    pub(crate) fn channel_of(&self, query: usize, container: ContainerId) -> usize {
        self.network.channel(query, container)
    }

    /// Whether more than the choice of a replica decides how requests of `call` travel.
    #[inline(always)]
    pub(crate) fn may_be_hindered(&self, call: &Call) -> bool {
        let by_path = call.network.blocked || self.network.paths.narrow;
        call.travels == Travels::OnConnection || self.upkeep.reach().ever() || by_path
    }

    /// How the request of the present attempt of `id` travels; `None`: there is no replica.
    pub(crate) fn link(
        &mut self,
        now: Time,
        id: FrameId,
        call: &Call,
        service: ServiceId,
        key: u64,
    ) -> Option<AttemptLink> {
        if call.travels == Travels::OnConnection {
            return self.link_by_connection(now, id, call, key);
        }
        let peer = self.choose_replica(id, call, service, key)?;
        let ends = [self.frames[id].container(), peer];
        let fate = self.fate_of_opening(now, ends, true, call, key).0;
        Some(AttemptLink { fate, ..AttemptLink::plain(peer) })
    }

    /// A replica for a request that needs no connection; a retry with `other_replica` avoids the last one if there
    /// is another.
    #[inline(always)]
    pub(crate) fn choose_replica(
        &mut self,
        id: FrameId,
        call: &Call,
        service: ServiceId,
        key: u64,
    ) -> Option<ContainerId> {
        let peer = self.choose_plainly(id, call, service, key)?;
        if call.retry.other_replica && Some(peer) == self.frames[id].last_replica() {
            return self.choose_plainly(id, call, service, mix(key, 1));
        }
        Some(peer)
    }

    #[inline(never)]
    fn link_by_connection(
        &mut self,
        now: Time,
        id: FrameId,
        call: &Call,
        key: u64,
    ) -> Option<AttemptLink> {
        let frame = &self.frames[id];
        let (container, last_replica) = (frame.container(), frame.last_replica());
        let mut search = ConnectionSearch { last_replica, ..self.search(call, container, key) };
        let route = &self.blueprint.routes[call.query.index()];
        if call.tenure == Tenure::Uses
            && let Some(held) = self.use_held(id, call)
        {
            let fate = self.fate_of(now, &search, held);
            return Some(self.on_open(held, Nanos::ZERO, fate));
        }
        if route.balance == Balance::Requests {
            search.wanted = Some(self.choose_again(now, &search)?);
        }
        let link = self.link_of(now, &search);
        if let (Some(_), Some(link)) = (route.client.multiplex, link) {
            // The connection carries other requests at the same time.
            self.network.connections.share(now, search.channel, link.connection.known());
        }
        link
    }

    /// The search of `container` for a connection for `call`.
    pub(crate) fn search<'c>(
        &self,
        call: &'c Call,
        container: ContainerId,
        key: u64,
    ) -> ConnectionSearch<'c>
    where
        'a: 'c,
    {
        let blueprint = self.blueprint;
        let query = call.query.index();
        let route = &blueprint.routes[query];
        let replica = || blueprint.replica(blueprint.queries[query].caller, container);
        ConnectionSearch {
            call,
            client: &route.client,
            policy: &route.policy,
            wanted: None,
            proxy: route.proxy.map(|first| self.registry.proxy(first + replica())),
            container,
            channel: self.channel_of(query, container),
            key,
            last_replica: None,
        }
    }

    /// A replica for a request whose connection is indistinguishable from others.
    #[inline(always)]
    fn choose_plainly(
        &mut self,
        id: FrameId,
        call: &Call,
        service: ServiceId,
        key: u64,
    ) -> Option<ContainerId> {
        if call.travels == Travels::InTurn {
            return self.registry.rotate(self.registry.outside(), service);
        }
        let policy = &self.blueprint.routes[call.query.index()].policy;
        let container = self.frames[id].container();
        let here = ObserverId(self.node_of(container).0);
        self.choose_by(policy, service, (container, here), key)
    }

    fn link_of(&mut self, now: Time, search: &ConnectionSearch<'_>) -> Option<AttemptLink> {
        let mut trial = Nanos::ZERO;
        if search.call.network.blocked {
            return self.on_new(now, search, trial);
        }
        while let Some(connection) = self.take_idle(now, search) {
            let fate = self.fate_of(now, search, connection);
            match self.try_out(now, search, connection, fate) {
                Trial::None => return Some(self.on_open(connection, trial, fate)),
                Trial::Good(took) => {
                    return Some(self.on_open(connection, trial + took, fate));
                }
                Trial::Bad(took) => {
                    trial += took;
                    self.network.connections.close(search.channel, connection);
                }
            }
        }
        self.on_new(now, search, trial)
    }

    /// The replica for a request that is balanced by itself; a retry with `other_replica` avoids the last one if
    /// there is another.
    fn choose_again(&mut self, now: Time, search: &ConnectionSearch<'_>) -> Option<ContainerId> {
        let chosen = self.choose(now, search, 0)?;
        let again = search.call.retry.other_replica && Some(chosen) == search.last_replica;
        if again { self.choose(now, search, 1) } else { Some(chosen) }
    }

    /// The replica for a request or a new connection, by the policy alone.
    #[inline]
    fn choose(
        &mut self,
        now: Time,
        search: &ConnectionSearch<'_>,
        again: u64,
    ) -> Option<ContainerId> {
        let service = self.blueprint.endpoints[search.call.target.index()].service;
        if let Policy::InTurn = search.policy {
            let observer = search.proxy.unwrap_or(self.registry.outside());
            return self.registry.rotate(observer, service);
        }
        let here = self.node_of(search.container);
        let key = mix(search.key, again);
        if let Policy::Dns(resolver) = search.policy {
            let cache = &mut self.network.resolvers[search.channel as u32];
            if cache.must_ask(now) {
                let (here, registry) = (ObserverId(here.0), &self.registry);
                let answer = registry.known(here, service);
                let draw = self.draws.draw(key, DRAW_ANSWER);
                cache.keep(now, answer, |who| registry.address(here, who), (resolver, draw));
            }
            return cache.pick(resolver.pick, self.draws.draw(key, DRAW_PICK));
        }
        let observer = search.proxy.unwrap_or(ObserverId(here.0));
        self.choose_by(search.policy, service, (search.container, observer), key)
    }

    /// The replica for `container` by what `observer` knows.
    fn choose_by(
        &mut self,
        policy: &Policy,
        service: ServiceId,
        (container, observer): (ContainerId, ObserverId),
        key: u64,
    ) -> Option<ContainerId> {
        let here = self.node_of(container);
        let containers = &self.containers;
        let scene = Scene {
            views: self.registry.views(),
            observer,
            service,
            here: Some(here),
            at: |who: ContainerId| (containers[who].node(), containers[who].station().in_system()),
            draw: self.draws.draw(key, DRAW_CHOICE),
        };
        routing::choose(policy, scene)
    }

    /// An idle connection that is not known to be closed.
    #[inline]
    fn take_idle(&mut self, now: Time, search: &ConnectionSearch<'_>) -> Option<ConnectionId> {
        if let Some(most) = search.client.multiplex
            && self.network.connections.open_of(search.channel) < most
        {
            return None;
        }
        let ConnectionSearch { client, container, channel, key, wanted, .. } = *search;
        let is_wanted = |peer| wanted.is_none_or(|wanted| wanted == peer);
        self.take_known(now, (client, container, channel), is_wanted, key)
    }

    /// The same of any channel; connections known to be closed are dropped on the way.
    #[inline]
    pub(crate) fn take_known(
        &mut self,
        now: Time,
        (client, container, channel): (&Client, ContainerId, usize),
        is_wanted: impl Fn(ContainerId) -> bool,
        key: u64,
    ) -> Option<ConnectionId> {
        let Self { network, containers, upkeep, blueprint, draws, .. } = self;
        let NetworkState { connections, usual_halves, .. } = network;
        // A pool closes an idle connection only if more than its minimum are open, and replaces those of its
        // minimum at the end of their lives (HikariPool.java, `HouseKeeper`).
        let spare = connections.open_of(channel) > client.minimum;
        let from = containers[container].node();
        let closed = |connection: &mut Connection| {
            let (peer, life) = (&containers[connection.peer], upkeep.life(connection.peer));
            let gone = connection.incarnation != life.incarnation;
            if !spare && !gone && connection.expires <= now {
                renew(now, connection, client, *draws, key);
            }
            let idle = idle_time(now, connection, client);
            let place = from.index() * blueprint.nodes.len() + peer.node().index();
            let far = FarEnd {
                life,
                keep_alive: blueprint.service_of(connection.peer).keep_alive,
                half: usual_halves[place],
            };
            far.is_known_closed(now, connection, client)
                || connection.expires <= now
                || spare && client.idle.is_some_and(|most| idle >= most)
                || connection.is_given_up(now, client)
        };
        connections.take(channel, is_wanted, closed)
    }

    /// The fate of a request sent on `connection`.
    #[inline]
    fn fate_of(&self, now: Time, search: &ConnectionSearch<'_>, connection: ConnectionId) -> Fate {
        let connection = self.network.connections.get(connection);
        let life = self.upkeep.life(connection.peer);
        let by_address = *search.policy == Policy::Vip;
        let forgotten = by_address && idle_time(now, connection, search.client) > IPVS_IDLE;
        let same_life = connection.incarnation == life.incarnation && life.listens();
        if same_life && !forgotten && !self.upkeep.reach().ever() {
            return self.fate_of_crossing(now, search, connection);
        }
        self.fate_of_doubtful(now, search, connection, forgotten, same_life)
    }

    /// The fate of a request that may cross the closing message of the other end, which is then its only answer.
    #[inline]
    fn fate_of_crossing(
        &self,
        now: Time,
        search: &ConnectionSearch<'_>,
        connection: &Connection,
    ) -> Fate {
        if connection.stuck {
            return Fate::Lost(ConnectionStage::Established);
        }
        let life = self.upkeep.life(connection.peer);
        let keep_alive = self.blueprint.service_of(connection.peer).keep_alive;
        if keep_alive.is_none() && !life.hangs_up() {
            return Fate::Sent;
        }
        let (from, to) = (self.node_of(search.container), self.node_of(connection.peer));
        let half = self.usual_half(from, to);
        let round_trip = Nanos(half.0 * 2);
        let far = FarEnd { life, keep_alive, half };
        match far.goodbye(connection, search.client) {
            heard if heard < now + round_trip => Fate::Turned(heard.since(now), Failure::Reset),
            _ => Fate::Sent,
        }
    }

    #[inline(never)]
    fn fate_of_doubtful(
        &self,
        now: Time,
        search: &ConnectionSearch<'_>,
        connection: &Connection,
        forgotten: bool,
        same_life: bool,
    ) -> Fate {
        let (from, to) = (self.node_of(search.container), self.node_of(connection.peer));
        let service = self.service_id(connection.peer);
        let unreachable = !self.is_joined(now, from, to);
        if forgotten {
            // The remote peer is not informed; on the same host the reset comes at once.
            return if from == to {
                Fate::Turned(Nanos::ZERO, Failure::Reset)
            } else {
                Fate::Lost(ConnectionStage::Established)
            };
        }
        let known = self.registry.knows(ObserverId(from.0), service, connection.peer);
        if *search.policy == Policy::Vip && !known && (unreachable || !same_life) {
            return Fate::Turned(Nanos::ZERO, Failure::Reset);
        }
        if !self.is_up(to) {
            return Fate::Lost(ConnectionStage::Established);
        }
        if !same_life {
            let after = self.round_trip(from, to, search.key, DRAW_HANDSHAKE);
            return Fate::Turned(after, Failure::Reset);
        }
        self.fate_of_crossing(now, search, connection)
    }

    /// Tests a connection that was idle for long, if the client does so.
    #[inline]
    fn try_out(
        &self,
        now: Time,
        search: &ConnectionSearch<'_>,
        connection: ConnectionId,
        fate: Fate,
    ) -> Trial {
        let idle = now.since(self.network.connections.get(connection).idle_since);
        if search.client.validate_after.is_none_or(|after| idle <= after) {
            return Trial::None;
        }
        let (from, to) = (search.container, self.network.connections.get(connection).peer);
        let (from, to) = (self.node_of(from), self.node_of(to));
        let round_trip = self.round_trip(from, to, search.key, DRAW_TRIAL);
        match fate {
            Fate::Sent => Trial::Good(round_trip),
            Fate::Turned(after, _) => Trial::Bad(after),
            Fate::Lost(stage) => {
                let longest = stage.gives_up(Time::ZERO).since(Time::ZERO);
                Trial::Bad(search.client.connect_timeout.unwrap_or(longest).min(longest))
            }
        }
    }

    #[inline]
    fn on_open(&self, connection: ConnectionId, trial: Nanos, fate: Fate) -> AttemptLink {
        let peer = self.network.connections.get(connection).peer;
        let setup = Setup { trial, ..Setup::default() };
        AttemptLink { connection: Maybe::some(connection), peer, setup, fate }
    }

    /// Opens a connection; `trial` is the time spent on failed tests of others.
    #[inline(never)]
    pub(crate) fn on_new(
        &mut self,
        now: Time,
        search: &ConnectionSearch<'_>,
        trial: Nanos,
    ) -> Option<AttemptLink> {
        let from = self.node_of(search.container);
        let mut setup = Setup { trial, ..Setup::default() };
        if let Policy::Dns(_) = search.policy
            && search.client.handshakes > 0
            && self.network.resolvers[search.channel as u32].must_ask(now)
        {
            setup.dns = self.round_trip(from, from, search.key, DRAW_DNS);
        }
        let peer = match search.wanted {
            Some(peer) => peer,
            None => self.choose_again(now, search)?,
        };
        let incarnation = self.upkeep.life(peer).incarnation;
        let expires = self.lifetime_ends(now, search);
        let connection = self.network.connections.open(search.channel, peer, incarnation, expires);
        let begins = now + setup.takes();
        // The address of an earlier life reaches no container.
        let is_there = self.knows_address(search, peer);
        let ends = [search.container, peer];
        let (mut fate, took) =
            self.fate_of_opening(begins, ends, is_there, search.call, search.key);
        if !self.takes_port(now, search, connection) {
            fate = Fate::Turned(Nanos::ZERO, Failure::Refused);
        } else if fate == Fate::Sent && !self.has_room(now, peer) {
            // The refusal comes at login.
            fate = Fate::Turned(took, Failure::Refused);
        }
        if let Fate::Sent = fate {
            setup.handshake = took;
            let draw = || self.draws.draw(search.key, DRAW_ACCEPT);
            setup.accept = search.client.accept_cpu.sample_lazily(draw) as u32;
            self.network.connections.accept(connection);
        }
        Some(AttemptLink { connection: Maybe::some(connection), peer, setup, fate })
    }

    /// Whether the address in use for `peer` is its present one.
    fn knows_address(&self, search: &ConnectionSearch<'_>, peer: ContainerId) -> bool {
        let address = self.upkeep.life(peer).address;
        match search.policy {
            Policy::InTurn if search.proxy.is_none() => true,
            Policy::Dns(_) => {
                self.network.resolvers[search.channel as u32].has_address(peer, address)
            }
            _ => {
                let here = ObserverId(self.node_of(search.container).0);
                self.registry.has_address(search.proxy.unwrap_or(here), peer, address)
            }
        }
    }

    /// The fate of a connection opened at `now` from a container to its peer, and how long opening takes. Its
    /// first packet is retransmitted like any other while nothing gets through.
    #[inline(never)]
    fn fate_of_opening(
        &self,
        now: Time,
        [container, peer]: [ContainerId; 2],
        is_there: bool,
        call: &Call,
        key: u64,
    ) -> (Fate, Nanos) {
        let (from, to) = (self.node_of(container), self.node_of(peer));
        let client = &self.blueprint.routes[call.query.index()].client;
        let lost = (Fate::Lost(ConnectionStage::Opening), Nanos::ZERO);
        if (call.network.blocked && from != to) || !self.is_up(to) {
            return lost;
        }
        let handshakes = u64::from(client.handshakes);
        let passes = if handshakes > 0 {
            self.passes(now, Some(from), to, ConnectionStage::Opening)
        } else {
            Some(now)
        };
        let limit = client.connect_timeout.unwrap_or(Nanos(u64::MAX));
        let Some(late) = passes.map(|at| at.since(now)).filter(|late| *late <= limit) else {
            return lost;
        };
        let round_trip = self.round_trip(from, to, key, DRAW_HANDSHAKE);
        if is_there && self.upkeep.life(peer).listens() {
            (Fate::Sent, Nanos(late.0 + round_trip.0 * handshakes))
        } else {
            (Fate::Turned(Nanos(late.0 + round_trip.0), Failure::Refused), Nanos::ZERO)
        }
    }

    fn lifetime_ends(&self, now: Time, search: &ConnectionSearch<'_>) -> Time {
        let law = search.client.max_lifetime.as_ref();
        law.map_or(Time::NEVER, |law| {
            let draw = || self.draws.draw(search.key, DRAW_LIFETIME);
            now + Nanos::from_f64(law.sample_lazily(draw))
        })
    }
}

/// The outcome of a test of a connection, and its duration.
enum Trial {
    /// There was no test.
    None,
    Good(Nanos),
    Bad(Nanos),
}

/// Brings an idle connection of a pool's minimum up to `now`: each time it reached the end of its life, the
/// pool replaced it.
#[cold]
fn renew(now: Time, connection: &mut Connection, client: &Client, draws: StreamKey, key: u64) {
    let Some(law) = &client.max_lifetime else { return };
    while connection.expires <= now {
        let place = mix(key, connection.expires.0);
        let life = Nanos::from_f64(law.sample_lazily(|| draws.draw(place, DRAW_LIFETIME)));
        connection.idle_since = connection.expires;
        connection.expires = connection.expires + life.max(Nanos(1));
    }
}
