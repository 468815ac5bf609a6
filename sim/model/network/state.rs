//! What the network keeps: connections, names, flows, ports, latencies, and what it counts.

use super::connection::Connections;
use super::flow::Flows;
use super::message::{Carried, OUTSIDE};
use super::ports::Ports;
use crate::blueprint::{Blueprint, Call, Link, Query};
use crate::ids::{ContainerId, NodeId};
use crate::instances::Instances;
use crate::law::Law;
use crate::routing::ResolverCache;
use wssim_kernel::{Nanos, Time};

/// What any path of a world does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paths {
    /// Drops large packets.
    pub(crate) narrow: bool,
    /// Caps transfers.
    pub(crate) capped: bool,
    /// Loses packets.
    pub(crate) lossy: bool,
}

impl Paths {
    pub(crate) fn of(blueprint: &Blueprint) -> Self {
        let any = |is: &dyn Fn(&Link) -> bool| blueprint.links.iter().any(is);
        let lossy = any(&|link| link.loss > 0.0);
        let slow = |call: &Call| call.network.goodput < f64::INFINITY;
        let capped = any(&|link| link.goodput < f64::INFINITY);
        Self {
            narrow: any(&|link| link.mtu < f64::INFINITY),
            capped: capped || lossy || blueprint.calls.iter().any(slow),
            lossy,
        }
    }
}

/// The state of the network.
#[derive(Debug)]
pub(crate) struct NetworkState {
    /// A channel of connections for each container of a caller and each of its callees; the answers of resolvers
    /// are at the same places.
    pub(super) connections: Connections,
    pub(super) resolvers: Instances<ResolverCache>,
    pub(super) flows: Flows<Carried>,
    pub(super) paths: Paths,
    pub(super) ports: Ports,
    /// Half the round trip of each link, if constant; in the order of the blueprint's links.
    pub(super) half_rtts: Vec<Option<Nanos>>,
    /// Half the mean round trip of each link.
    pub(super) usual_halves: Vec<Nanos>,
    /// Whether any message costs CPU.
    pub(super) costs_cpu: bool,
    /// By node: CPU of networking, in nanoseconds of the reference CPU.
    cpu_ns: Vec<f64>,
    /// Σ time of setting up connections.
    setups_ns: u64,
    /// Σ time of all hops.
    pub(super) hops_ns: u64,
    /// Bytes of messages between nodes, and encrypted ones among them.
    pub(super) crossed: [f64; 2],
}

impl NetworkState {
    /// An idle network.
    pub(crate) fn new(blueprint: &Blueprint) -> Self {
        let resolvers = resolvers(blueprint);
        Self {
            connections: Connections::new(resolvers.len(), blueprint.containers.len()),
            resolvers,
            flows: Flows::new(blueprint.nodes.iter().map(|node| node.bandwidth)),
            paths: Paths::of(blueprint),
            ports: Ports::new(blueprint),
            half_rtts: blueprint.links.iter().map(|link| constant_half(&link.rtt)).collect(),
            usual_halves: (blueprint.links.iter())
                .map(|link| Nanos::from_f64(link.rtt.mean() * 0.5))
                .collect(),
            costs_cpu: blueprint.network_costs_cpu(),
            cpu_ns: vec![0.0; blueprint.nodes.len()],
            setups_ns: 0,
            hops_ns: 0,
            crossed: [0.0; 2],
        }
    }

    /// The instance of the channel of route number `query` at `container`.
    #[inline(always)]
    pub(super) fn channel(&self, query: usize, container: ContainerId) -> usize {
        self.resolvers.place(query, container) as usize
    }

    /// Whether bytes between two nodes cost nothing and need not be known.
    #[inline(always)]
    pub(crate) fn is_free(&self, from: NodeId, to: NodeId) -> bool {
        from == to && !self.costs_cpu
    }

    /// Whether any message costs CPU.
    #[inline(always)]
    pub(crate) fn costs_cpu(&self) -> bool {
        self.costs_cpu
    }

    /// Whether any path drops large packets.
    #[inline(always)]
    pub(crate) fn is_narrow(&self) -> bool {
        self.paths.narrow
    }

    /// Counts the time in which a connection was set up.
    #[inline(always)]
    pub(crate) fn note_setup(&mut self, took: Nanos) {
        self.setups_ns += took.0;
    }

    /// Counts `demand` nanoseconds of the reference CPU for networking on `node`.
    #[inline(always)]
    pub(crate) fn note_cpu(&mut self, node: NodeId, demand: f64) {
        self.cpu_ns[node.index()] += demand;
    }

    /// CPU of networking so far, by node, in nanoseconds of the reference CPU.
    pub(crate) fn cpu_ns(&self) -> &[f64] {
        &self.cpu_ns
    }

    /// Σ time of hops, and of setting up connections, in nanoseconds.
    pub(crate) fn times_ns(&self) -> [u64; 2] {
        [self.hops_ns, self.setups_ns]
    }

    /// Bytes of messages between nodes so far, and encrypted ones among them.
    pub(crate) fn crossed(&self) -> [f64; 2] {
        self.crossed
    }

    /// Bytes that each node has sent and received until `now`.
    pub(crate) fn bytes(&mut self, now: Time) -> Vec<[f64; 2]> {
        (0..self.cpu_ns.len()).map(|node| self.flows.bytes(now, node)).collect()
    }

    /// Connections that are open, and idle ones among them.
    pub(crate) fn open_and_idle(&self) -> [usize; 2] {
        self.connections.open_and_idle()
    }

    /// Conservation of bytes: all interfaces together have received what they have sent.
    ///
    /// # Panics
    /// When the law is broken: a bug.
    pub(crate) fn assert_bytes(&mut self, now: Time) {
        let mut total = [0.0; 2];
        for node in (0..self.cpu_ns.len()).chain([OUTSIDE.index()]) {
            let bytes = self.flows.bytes(now, node);
            total[0] += bytes[0];
            total[1] += bytes[1];
        }
        let off = (total[0] - total[1]).abs();
        assert!(off <= 1.0 + total[0] * 1e-9, "bytes sent = bytes received, off by {off}");
    }
}

/// Half of a round trip, if constant.
pub(crate) fn constant_half(rtt: &Law) -> Option<Nanos> {
    match rtt {
        Law::Constant(rtt) => Some(Nanos::from_f64(rtt * 0.5)),
        _ => None,
    }
}

/// The instances of all resolvers, one per pair of services with calls.
fn resolvers(blueprint: &Blueprint) -> Instances<ResolverCache> {
    let replicas = |query: &Query| blueprint.services[query.service.index()].containers.len();
    let all = blueprint.queries.iter().map(|query| (query, blueprint.containers_of(query.caller)));
    Instances::of(all, |query| ResolverCache::new(replicas(query)))
}
