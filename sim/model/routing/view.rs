//! Views: the replicas that each observer believes to exist.
//!
//! Every node has its own IPVS table and its own answers to DNS queries, every proxy its own list of servers; they
//! learn at different times that a container comes or goes. A view is such a list for one service, in the order of
//! replicas, with the place of the replica whose turn it is.

use crate::ids::{ContainerId, ObserverId, ServiceId};
use std::ops::Range;

/// One observer's list of one service.
#[derive(Clone, Copy, Debug, Default)]
struct View {
    /// Place of its first member.
    base: u32,
    len: u32,
    next: u32,
}

/// All views: a table of observers by containers, cut into the services' ranges.
#[derive(Debug, Default)]
pub(crate) struct Views {
    services: Vec<Range<u32>>,
    /// By observer and service.
    lists: Vec<View>,
    members: Vec<ContainerId>,
}

impl Views {
    /// `observers` views of each of `services` (ranges of containers), all of them complete.
    pub(crate) fn complete(observers: usize, services: Vec<Range<u32>>) -> Self {
        let containers = services.iter().map(|range| range.end as usize).max().unwrap_or(0);
        let view = |(observer, range): (usize, &Range<u32>)| View {
            base: (observer * containers) as u32 + range.start,
            len: range.end - range.start,
            next: 0,
        };
        let all = (0..observers).flat_map(|observer| services.iter().map(move |s| (observer, s)));
        let lists = all.map(view).collect();
        let members = (0..observers).flat_map(|_| (0..containers).map(ContainerId::from)).collect();
        Self { services, lists, members }
    }

    #[inline]
    fn place(&self, observer: ObserverId, service: ServiceId) -> usize {
        observer.index() * self.services.len() + service.index()
    }

    pub(crate) fn first(&self, service: ServiceId) -> u32 {
        self.services[service.index()].start
    }

    /// The fixed address of `service`: its first container's, if it has any.
    pub(crate) fn written(&self, service: ServiceId) -> Option<ContainerId> {
        self.services[service.index()].clone().next().map(ContainerId)
    }

    /// The replicas that `observer` believes to exist, in their order.
    #[inline]
    pub(crate) fn of(&self, observer: ObserverId, service: ServiceId) -> &[ContainerId] {
        let View { base, len, .. } = self.lists[self.place(observer, service)];
        &self.members[base as usize..(base + len) as usize]
    }

    /// The replica whose turn it is; `None` when the view is empty.
    #[inline(always)]
    pub(crate) fn rotate(
        &mut self,
        observer: ObserverId,
        service: ServiceId,
    ) -> Option<ContainerId> {
        let place = self.place(observer, service);
        let view = &mut self.lists[place];
        if view.len == 0 {
            return None;
        }
        let chosen = view.next;
        view.next = if chosen + 1 >= view.len { 0 } else { chosen + 1 };
        Some(self.members[(view.base + chosen) as usize])
    }

    /// Whether the view of `observer` has `who` of `service`.
    pub(crate) fn has(&self, observer: ObserverId, service: ServiceId, who: ContainerId) -> bool {
        self.of(observer, service).binary_search(&who).is_ok()
    }

    /// Adds `who` of `service` to the view of `observer`. Returns whether it was missing.
    pub(crate) fn add(
        &mut self,
        observer: ObserverId,
        service: ServiceId,
        who: ContainerId,
    ) -> bool {
        let Err(at) = self.of(observer, service).binary_search(&who) else {
            return false;
        };
        let place = self.place(observer, service);
        let view = &mut self.lists[place];
        let base = view.base as usize;
        let (at, len) = (base + at, base + view.len as usize);
        // The turn stays with its replica.
        if at - base < view.next as usize {
            view.next += 1;
        }
        view.len += 1;
        self.members.copy_within(at..len, at + 1);
        self.members[at] = who;
        true
    }

    /// Removes `who` of `service` from the view of `observer`. Returns whether it was there.
    pub(crate) fn remove(
        &mut self,
        observer: ObserverId,
        service: ServiceId,
        who: ContainerId,
    ) -> bool {
        let Ok(at) = self.of(observer, service).binary_search(&who) else {
            return false;
        };
        let place = self.place(observer, service);
        let view = &mut self.lists[place];
        let base = view.base as usize;
        if at < view.next as usize {
            view.next -= 1;
        }
        let len = view.len as usize;
        view.len -= 1;
        if view.next >= view.len {
            view.next = 0;
        }
        self.members.copy_within(base + at + 1..base + len, base + at);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wssim_kernel::stream::StreamKey;

    const WEB: ServiceId = ServiceId(1);

    fn views() -> Views {
        Views::complete(2, vec![0..2, 2..6, 6..6])
    }

    fn turns(views: &mut Views, observer: u32, n: usize) -> Vec<u32> {
        (0..n).filter_map(|_| views.rotate(ObserverId(observer), WEB)).map(|c| c.0).collect()
    }

    #[test]
    fn everybody_gets_a_turn_and_observers_count_for_themselves() {
        let mut views = views();
        assert_eq!(turns(&mut views, 0, 5), [2, 3, 4, 5, 2]);
        assert_eq!(turns(&mut views, 1, 2), [2, 3]);
        assert_eq!(views.rotate(ObserverId(0), ServiceId(2)), None);
    }

    #[test]
    fn a_turn_stays_with_whom_it_was_when_others_come_and_go() {
        let mut views = views();
        assert_eq!(turns(&mut views, 0, 2), [2, 3]);
        assert!(views.remove(ObserverId(0), WEB, ContainerId(2)));
        assert_eq!(turns(&mut views, 0, 1), [4]);
        assert!(views.add(ObserverId(0), WEB, ContainerId(2)));
        assert_eq!(turns(&mut views, 0, 5), [5, 2, 3, 4, 5]);
        // The other observer has learned nothing.
        assert_eq!(views.of(ObserverId(1), WEB).len(), 4);
    }

    /// The slow twin: a sorted set, and the turn kept by name.
    #[test]
    fn agrees_with_a_sorted_set_on_random_calls() {
        let stream = StreamKey::new(1, 0, "test", "views");
        let (mut views, mut twin) = (views(), (2..6).collect::<std::collections::BTreeSet<u32>>());
        for n in 0..10_000_u64 {
            let mut draw = stream.draw(n, 0);
            let who = ContainerId(2 + (draw.open01() * 4.0) as u32);
            let (news, expected) = if draw.open01() < 0.5 {
                (views.add(ObserverId(1), WEB, who), twin.insert(who.0))
            } else {
                (views.remove(ObserverId(1), WEB, who), twin.remove(&who.0))
            };
            assert_eq!(news, expected);
            let seen: Vec<u32> = views.of(ObserverId(1), WEB).iter().map(|c| c.0).collect();
            assert!(seen.iter().eq(twin.iter()));
            // A whole round meets each replica once, from any start.
            let mut round = turns(&mut views, 1, seen.len());
            round.sort_unstable();
            assert_eq!(round, seen);
            assert_eq!(views.has(ObserverId(1), WEB, who), twin.contains(&who.0));
        }
    }
}
