//! Limits on connections: how many a service accepts, and the ports of its callers.
//!
//! A service counts the connections that callers hold open, idle or in use, and refuses one beyond
//! `max_connections` at login. A pool that outwaits then queues its requests as if all its connections were in
//! use (HikariCP: `HikariPool.createPoolEntry` fails, `getConnection` keeps waiting; `request/outwait.rs` says when it
//! tries again); for other clients the request that opens the connection fails. Pools open their minimum at
//! the beginning, in turn, so that those that start together share what is accepted.

use super::connection::{Connection, ConnectionId};
use super::ports::RangeId;
use super::travel::{AttemptLink, ConnectionSearch, Fate};
use crate::blueprint::{Call, Travels};
use crate::ids::{ContainerId, ServiceId};
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::stream::mix;
use wssim_kernel::{Nanos, Time};

impl<P: Probe> World<'_, P> {
    /// Whether `peer` accepts one more connection.
    #[inline]
    pub(crate) fn has_room(&mut self, now: Time, peer: ContainerId) -> bool {
        let Some(most) = self.blueprint.service_of(peer).max_connections else { return true };
        let incarnation = self.upkeep.life(peer).incarnation;
        if self.network.connections.accepted_by(peer, incarnation) < most {
            return true;
        }
        self.forget_closed(now, self.service_id(peer));
        self.network.connections.accepted_by(peer, incarnation) < most
    }

    /// Whether `container` has an idle connection for `call`.
    pub(crate) fn has_idle(&self, call: &Call, container: ContainerId) -> bool {
        self.network.connections.has_idle(self.channel_of(call.query.index(), container))
    }

    /// What travels on `connection` from now on is stuck behind a message that never arrives.
    pub(crate) fn gets_stuck(&mut self, connection: ConnectionId) {
        self.network.connections.get_stuck(connection);
    }

    /// Drops all idle connections to `service` that are closed by now.
    #[inline(never)]
    fn forget_closed(&mut self, now: Time, service: ServiceId) {
        let blueprint = self.blueprint;
        for (query, pair) in blueprint.queries.iter().enumerate() {
            if pair.service != service {
                continue;
            }
            let client = &blueprint.routes[query].client;
            for caller in blueprint.services[pair.caller.index()].containers.clone() {
                let caller = ContainerId(caller);
                let channel = self.channel_of(query, caller);
                let key = mix(u64::from(caller.0), query as u64);
                let none = self.take_known(now, (client, caller, channel), |_| false, key);
                debug_assert!(none.is_none(), "no peer is wanted");
            }
        }
    }

    /// Whether `connection`, about to be opened, gets an ephemeral port, if it needs a limited one.
    #[inline]
    pub(super) fn takes_port(
        &mut self,
        now: Time,
        search: &ConnectionSearch<'_>,
        connection: ConnectionId,
    ) -> bool {
        let Some(most) = search.client.ports else { return true };
        let peer = self.network.connections.get(connection).peer;
        let range = self.range_of(search.call.query.index(), search.container, peer);
        let takes = self.network.ports.take(now, range, most);
        if takes {
            self.network.connections.has_port(connection);
        }
        takes
    }

    fn range_of(&self, query: usize, container: ContainerId, peer: ContainerId) -> RangeId {
        let pair = self.blueprint.queries[query];
        let caller = self.blueprint.replica(pair.caller, container);
        self.network.ports.of_call(query, caller, self.blueprint.replica(pair.service, peer))
    }

    /// `id`, a connection of `container` for calls of `query`, is closed: by this end, or by the other.
    #[inline]
    pub(crate) fn close_connection(
        &mut self,
        now: Time,
        (query, container): (usize, ContainerId),
        id: ConnectionId,
        by_this_end: bool,
    ) {
        let Connection { peer, has_port, .. } = *self.network.connections.get(id);
        if has_port {
            let range = self.range_of(query, container, peer);
            self.network.ports.give_back(now, range, by_this_end);
        }
        self.network.connections.close(self.channel_of(query, container), id);
    }

    /// Opens the minimum of pools where connections are counted, one per pool in turn.
    pub(crate) fn fill_pools(&mut self) {
        let blueprint = self.blueprint;
        let minimum = |query: usize| blueprint.routes[query].client.minimum;
        let rounds = (0..blueprint.routes.len()).map(minimum).max().unwrap_or(0);
        for (round, query) in
            (0..rounds).flat_map(|r| (0..blueprint.queries.len()).map(move |q| (r, q)))
        {
            let pair = blueprint.queries[query];
            let is_counted = blueprint.services[pair.service.index()].max_connections.is_some();
            if !is_counted || round >= minimum(query) {
                continue;
            }
            let is_own =
                |call: &&Call| call.query.index() == query && call.travels == Travels::OnConnection;
            let Some(call) = blueprint.calls.iter().find(is_own) else { continue };
            for caller in blueprint.services[pair.caller.index()].containers.clone() {
                self.open_ahead(call, ContainerId(caller), round);
            }
        }
    }

    /// Opens connection number `round` of `container` for `call`, if both ends run.
    fn open_ahead(&mut self, call: &Call, container: ContainerId, round: u32) {
        if !self.upkeep.life(container).listens() {
            return;
        }
        let key = mix(mix(u64::from(container.0), call.site), u64::from(round));
        let search = self.search(call, container, key);
        let Some(AttemptLink { connection, fate, .. }) =
            self.on_new(Time::ZERO, &search, Nanos::ZERO)
        else {
            return;
        };
        if fate == Fate::Sent {
            self.network.connections.keep(Time::ZERO, search.channel, connection.known());
        } else {
            self.network.connections.close(search.channel, connection.known());
        }
    }

    /// Closes the connections of `id`, and clears the addresses that its runtime knew.
    pub(crate) fn drop_connections(&mut self, id: ContainerId) {
        for query in 0..self.blueprint.queries.len() {
            let caller = self.blueprint.queries[query].caller;
            if self.blueprint.services[caller.index()].containers.contains(&id.0) {
                let channel = self.channel_of(query, id);
                self.network.connections.close_idle(channel);
                self.network.resolvers[channel as u32].forget();
                self.network.ports.forget(query, self.blueprint.replica(caller, id));
            }
        }
    }
}
