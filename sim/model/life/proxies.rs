//! The knowledge of reverse proxies: each keeps a list of servers, for which it polls the manager.
//!
//! ```text
//!  killed, or ready ──status──► manager knows ───────────────► next poll: in the list, or out of it
//!  node crashed ──heartbeats missed──► node is down ─────────► next poll: out of the list
//!                  └─ own check, where labels ask for it ────► first check that fails: out of it
//! ```
//! Traefik polls a Swarm manager every 15 s and lists the tasks that run (traefik v3,
//! `pkg/provider/docker/pswarm.go`): tasks of a crashed node run on until that is marked down, and a
//! restarted container has a new address, which the list does not have before the next poll. Its
//! throttle of 2 s publishes the first of several configurations at once (`throttleProviderConfigReload`
//! of `pkg/server`), so it changes nothing at such a period. Polls are not simulated: each proxy
//! has a phase, from a stream of its own, and news arrives at the first poll after the manager has it.
//!
//! Where the orchestrator is simulated (`control.rs`) a proxy learns nothing while no manager can answer
//! it, and everything when one can again; elsewhere a manager always answers. A dead proxy learns news too: its
//! list matters only when it runs.
//!
//! Closed form: a crashed node stays in the list for D + U, with D the time until it is marked down
//! and U uniform over the period of polls.

use super::{Driver, Phase};
use crate::blueprint::Proxy;
use crate::event::Event;
use crate::ids::{ContainerId, NodeId, ObserverId};
use crate::law::Law;
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::stream::{mix, name_hash};
use wssim_kernel::{Calendar, Nanos, Time};

/// Draws of proxies: phases of checks; draws of containers: the time until the manager knows them.
const DRAW_CHECK: u32 = 1;
const DRAW_LISTED: u32 = 18;

/// The first time, not before `now`, that is a multiple of `period` after the share `phase` of it.
fn next(now: Time, period: Nanos, phase: f64) -> Time {
    if period == Nanos::ZERO {
        return now;
    }
    let offset = (period.as_f64() * phase) as u64;
    let rounds = now.0.saturating_sub(offset).div_ceil(period.0);
    Time(offset.saturating_add(rounds.saturating_mul(period.0)))
}

impl<P: Probe> World<'_, P> {
    /// The manager learns with a lag whether `id` is there or gone; then `proxy` learns it.
    pub(super) fn tell_proxy(
        &mut self,
        now: Time,
        proxy: u32,
        id: ContainerId,
        there: bool,
        calendar: &mut Calendar<Event>,
    ) {
        let key = mix(self.upkeep.draws().keys[id.index()], now.0);
        let law = &self.blueprint.detection.listed;
        let known = now + self.draw_lag(law, key, DRAW_LISTED);
        let observer = self.registry.proxy(proxy);
        let unwanted = there && self.upkeep.control().is_some_and(|control| !control.wants(id));
        let asks = self.gets_answers(observer) && !unwanted;
        let polled = if asks { self.polled(known, proxy) } else { Time::NEVER };
        let address = self.upkeep.life(id).address;
        // At an address without a listener a check is refused at once. With a new listener at the same address the
        // next check is good.
        let by_check = !there || self.registry.has_address(observer, id, address);
        let checked = self.checked(now, proxy, id).filter(|_| by_check);
        let at = checked.map_or(polled, |(checked, _)| checked.min(polled));
        if at < Time::NEVER {
            self.send_news(at, observer, id, there, calendar);
        }
    }

    /// `id` stops answering: the proxy `observer` removes it from its list if it has a check of its own.
    pub(crate) fn proxy_will_miss(
        &mut self,
        now: Time,
        observer: ObserverId,
        id: ContainerId,
        calendar: &mut Calendar<Event>,
    ) {
        let Some(proxy) = self.registry.as_proxy(observer) else { return };
        if let Some((at, end)) = self.checked(now, proxy, id) {
            self.send_news(at + end, observer, id, false, calendar);
        }
    }

    /// The manager has marked `node` down, which it lost at `lost`: proxies remove its containers at their next
    /// poll, unless their own checks have done so before.
    pub(super) fn strike_off(
        &mut self,
        now: Time,
        node: NodeId,
        lost: Time,
        calendar: &mut Calendar<Event>,
    ) {
        for proxy in 0..self.registry.lists.len() {
            let observer = self.registry.proxy(proxy);
            if !self.gets_answers(observer) {
                continue;
            }
            let polled = self.polled(now, proxy);
            self.each_on(node, |world, id| {
                let checked = world.checked(lost, proxy, id).map(|(at, end)| (at + end).max(now));
                let at = checked.map_or(polled, |checked| checked.min(polled));
                world.send_news(at, observer, id, false, calendar);
            });
        }
    }

    /// Proxies that had no manager to ask get the whole list: those on `nodes`, or all.
    pub(crate) fn list_anew(
        &mut self,
        now: Time,
        nodes: Option<&[NodeId]>,
        calendar: &mut Calendar<Event>,
    ) {
        for proxy in 0..self.registry.lists.len() {
            let at = self.node_of(self.registry.container_of_proxy(proxy));
            if !self.blueprint.is_replaced() || nodes.is_some_and(|nodes| !nodes.contains(&at)) {
                continue;
            }
            for id in (0..self.containers.len()).map(ContainerId::from) {
                let Some(control) = self.upkeep.control() else { return };
                let wanted = control.wants(id);
                // The entry of a node that the manager does not hear stays as it is.
                if !wanted || control.answers(self.node_of(id)) {
                    let there = self.upkeep.life(id).phase == Phase::Registered;
                    self.tell_proxy(now, proxy, id, there && wanted, calendar);
                }
            }
        }
    }

    /// Whether a manager answers the proxy `observer`; a proxy that does not run asks when it runs again.
    fn gets_answers(&self, observer: ObserverId) -> bool {
        let (Some(control), Some(proxy)) = (&self.upkeep.control, self.registry.as_proxy(observer))
        else {
            return true;
        };
        let id = self.registry.container_of_proxy(proxy);
        let runs = self.upkeep.life(id).listens();
        control.is_led() && (!runs || control.answers(self.node_of(id)))
    }

    /// The node of `id` is back: its tasks from before the crash have ended, and the manager learns it.
    pub(crate) fn strike_old_tasks(
        &mut self,
        now: Time,
        id: ContainerId,
        calendar: &mut Calendar<Event>,
    ) {
        for proxy in 0..self.registry.lists.len() {
            self.tell_proxy(now, proxy, id, false, calendar);
        }
    }

    /// When `proxy` next polls the manager.
    fn polled(&self, now: Time, proxy: u32) -> Time {
        let (Proxy { refresh, .. }, phase) = self.registry.lists.proxies[proxy as usize];
        next(now, refresh, phase)
    }

    /// When `proxy` next checks `id`, and its time-out for the answer.
    fn checked(&self, now: Time, proxy: u32, id: ContainerId) -> Option<(Time, Nanos)> {
        let service = self.blueprint.service_of(id);
        let check = service.check?;
        let own = self.upkeep.draws().keys[self.registry.container_of_proxy(proxy).index()];
        let key = mix(own, name_hash(&service.name));
        let phase = self.registry.lists.stream.draw(key, DRAW_CHECK).open01();
        Some((next(now, check.interval, phase), check.timeout))
    }

    fn draw_lag(&self, law: &Law, key: u64, draw: u32) -> Nanos {
        Nanos::from_f64(law.sample_lazily(|| self.registry.lists.stream.draw(key, draw)))
    }

    pub(super) fn proxy_node(&self, observer: ObserverId) -> Option<NodeId> {
        let proxy = self.registry.as_proxy(observer)?;
        Some(self.node_of(self.registry.container_of_proxy(proxy)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_come_once_a_period() {
        let second = |s: u64| Time(s * 1_000_000_000);
        let period = Nanos(15_000_000_000);
        for (now, polled) in [(0, 6), (6, 6), (7, 21), (21, 21), (22, 36)] {
            assert_eq!(next(second(now), period, 0.4), second(polled));
        }
        assert_eq!(next(second(7), Nanos::ZERO, 0.4), second(7));
    }
}
