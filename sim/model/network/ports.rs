//! Ephemeral ports: a connection has one at the end that opens it, which keeps it for a minute if that end
//! closes it. So one source address opens at most 28 232/60 s = 470 connections per second to one
//! destination, if each carries one request.
//!
//! Source: Linux, `net.ipv4.ip_local_port_range` 32768 to 60999, `TCP_TIMEWAIT_LEN` 60 s (include/net/tcp.h).
//! A container has its own address, and a virtual address is one destination; otherwise each replica is one.
//! The routing mesh gives users' connections the address of their ingress node (moby, ingress sandbox): all
//! users there reach a replica from one address. A destination that refuses or resets a connection frees
//! its port at once.

use crate::blueprint::{Blueprint, Policy};
use crate::ids::{ContainerId, NodeId};
use std::collections::VecDeque;
use wssim_kernel::{Nanos, Time};

/// How long a closed port stays in use (`TCP_TIMEWAIT_LEN`).
const TIME_WAIT: Nanos = Nanos(60_000_000_000);

/// The ports of one address towards one destination.
#[derive(Clone, Debug, Default)]
struct Range {
    in_use: u32,
    /// When those ports were closed that are not free yet, in order.
    closed: VecDeque<Time>,
}

/// A place in the table of ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RangeId(usize);

/// All ranges that can run short.
#[derive(Debug, Default)]
pub(crate) struct Ports {
    ranges: Vec<Range>,
    /// Where those of each route begin, by caller and then by destination, and the number of destinations; routes
    /// that keep their connections have none.
    routes: Vec<(usize, usize)>,
    /// Where those of the mesh begin, by node and then by container.
    mesh: usize,
    containers: usize,
}

impl Ports {
    /// All ports free.
    pub(crate) fn new(blueprint: &Blueprint) -> Self {
        let (mut routes, mut length) = (Vec::new(), 0);
        for (query, route) in blueprint.queries.iter().zip(&blueprint.routes) {
            let callers = blueprint.services[query.caller.index()].containers.len();
            let replicas = blueprint.services[query.service.index()].containers.len();
            let to = match (route.client.ports, &route.policy) {
                (None, _) => 0,
                (Some(_), Policy::Vip) => 1,
                (Some(_), _) => replicas,
            };
            routes.push((length, to));
            length += callers * to;
        }
        let containers = blueprint.containers.len();
        let by_mesh = blueprint.sources.iter().any(|source| source.ports.is_some());
        let all = length + if by_mesh { blueprint.nodes.len() * containers } else { 0 };
        Self { ranges: vec![Range::default(); all], routes, mesh: length, containers }
    }

    /// The range of caller number `caller` of the route `query` to replica number `replica`.
    pub(crate) fn of_call(&self, query: usize, caller: u32, replica: u32) -> RangeId {
        let (first, to) = self.routes[query];
        RangeId(first + caller as usize * to + (replica as usize).min(to - 1))
    }

    /// The range of the mesh at `ingress` to `container`.
    pub(crate) fn of_mesh(&self, ingress: NodeId, container: ContainerId) -> RangeId {
        RangeId(self.mesh + ingress.index() * self.containers + container.index())
    }

    /// Takes one of `most` ports. Returns whether one was free.
    pub(crate) fn take(&mut self, now: Time, RangeId(range): RangeId, most: u32) -> bool {
        let Range { in_use, closed } = &mut self.ranges[range];
        while closed.front().is_some_and(|at| *at + TIME_WAIT <= now) {
            closed.pop_front();
        }
        let is_free = *in_use as usize + closed.len() < most as usize;
        *in_use += u32::from(is_free);
        is_free
    }

    /// A connection is closed: by this end, or by the other.
    pub(crate) fn give_back(&mut self, now: Time, RangeId(range): RangeId, by_this_end: bool) {
        let Range { in_use, closed } = &mut self.ranges[range];
        *in_use -= 1;
        if by_this_end {
            closed.push_back(now);
        }
    }

    /// The container that is caller number `caller` of the route `query` has ended, and its address with it.
    pub(crate) fn forget(&mut self, query: usize, caller: u32) {
        let (first, to) = self.routes[query];
        for range in &mut self.ranges[first + caller as usize * to..][..to] {
            range.closed.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1000 connections per second that each live for 10 ms: all ports are taken after 28.232 s, and the next is
    /// free 60 s after the first was closed.
    #[test]
    fn all_ports_are_used_up_and_come_back_after_a_minute() {
        let mut ports = Ports { ranges: vec![Range::default()], ..Ports::default() };
        let range = RangeId(0);
        let ms = |n: u64| Time::ZERO + Nanos(n * 1_000_000);
        let mut taken = 0_u32;
        for n in 0..60_010 {
            if n >= 10 && n - 10 < 28_232 {
                ports.give_back(ms(n), range, true);
            }
            let got = ports.take(ms(n), range, 28_232);
            assert_eq!(got, n < 28_232, "{n}");
            taken += u32::from(got);
        }
        assert_eq!(taken, 28_232);
        // The first was closed at 10 ms.
        assert!(ports.take(ms(60_010), range, 28_232));
        assert!(!ports.take(ms(60_010), range, 28_232));
        // A port whose connection the other end has closed is free at once.
        ports.give_back(ms(60_010), range, false);
        assert!(ports.take(ms(60_010), range, 28_232));
    }
}
