//! DNS: the caller's node answers with all registered replicas, shuffled at every query; the caller's
//! runtime keeps the answer for a while and takes an address of it for each new connection.
//!
//! Docker's resolver gives every record a TTL of 600 s (moby, daemon/libnetwork/resolver.go). Runtimes differ: the
//! JVM keeps an answer for 30 s (JDK, `InetAddressCachePolicy`) and takes its first address; Netty keeps it for the
//! TTL (netty, `DnsNameResolverBuilder`), first address; Node.js, Go and glibc ask every time; nginx asks once,
//! until it is reloaded, and takes addresses in turn. So a dead address can be called until the answer expires, and
//! one replica can get all the load.

use crate::blueprint::{Pick, Resolver};
use crate::ids::ContainerId;
use wssim_kernel::Time;
use wssim_kernel::stream::Draw;

/// One caller's answer for one name.
#[derive(Debug, Default)]
pub(crate) struct ResolverCache {
    /// Containers, each with the life that got the address.
    addresses: Vec<(ContainerId, u32)>,
    expires: Time,
    next: u32,
}

impl ResolverCache {
    /// A cache with room for `replicas` addresses: later calls do not allocate.
    pub(crate) fn new(replicas: usize) -> Self {
        Self { addresses: Vec::with_capacity(replicas), ..Self::default() }
    }

    /// Whether a new connection needs a query first.
    pub(crate) fn must_ask(&self, now: Time) -> bool {
        self.addresses.is_empty() || now >= self.expires
    }

    /// Keeps the answer `registered`, shuffled by `draw`; `address` gives the resolver's address of each replica.
    /// An empty answer is an error and is not kept.
    pub(crate) fn keep(
        &mut self,
        now: Time,
        registered: &[ContainerId],
        address: impl Fn(ContainerId) -> u32,
        (resolver, mut draw): (&Resolver, Draw<'_>),
    ) {
        self.addresses.clear();
        self.addresses.extend(registered.iter().map(|&who| (who, address(who))));
        for place in (1..self.addresses.len()).rev() {
            let other = (draw.open01() * (place + 1) as f64) as usize;
            self.addresses.swap(place, other);
        }
        self.next = 0;
        self.expires = resolver.ttl.map_or(Time::NEVER, |ttl| now + ttl);
    }

    /// Clears the answer: the runtime has ended, and the next one asks again.
    pub(crate) fn forget(&mut self) {
        self.addresses.clear();
    }

    /// The address for a new connection.
    pub(crate) fn pick(&mut self, pick: Pick, mut draw: Draw<'_>) -> Option<ContainerId> {
        let n = self.addresses.len();
        let place = match pick {
            Pick::First => 0,
            Pick::Shuffle => (draw.open01() * n as f64) as usize,
            Pick::InTurn => {
                let place = self.next as usize;
                self.next = if place + 1 >= n { 0 } else { place as u32 + 1 };
                place
            }
        };
        self.addresses.get(place).map(|&(who, _)| who)
    }

    /// Whether the answer has the present `address` of `who`: a container that was replaced since has another
    /// address, even on the same node.
    pub(crate) fn has_address(&self, who: ContainerId, address: u32) -> bool {
        self.addresses.contains(&(who, address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::LazyLock;
    use wssim_kernel::Nanos;
    use wssim_kernel::stream::StreamKey;

    const ALL: [ContainerId; 3] = [ContainerId(4), ContainerId(5), ContainerId(6)];

    fn draw(n: u64) -> Draw<'static> {
        static STREAM: LazyLock<StreamKey> = LazyLock::new(|| StreamKey::new(1, 0, "test", "dns"));
        STREAM.draw(n, 0)
    }

    #[test]
    fn an_answer_is_kept_for_its_time() {
        let jvm = Resolver { ttl: Some(Nanos(30_000_000_000)), pick: Pick::First };
        let mut cache = ResolverCache::new(3);
        let start = Time(5_000_000_000);
        assert!(cache.must_ask(start));
        cache.keep(start, &ALL, |_| 0, (&jvm, draw(0)));
        assert!(!cache.must_ask(start + Nanos(29_999_999_999)));
        assert!(cache.must_ask(start + Nanos(30_000_000_000)));
        let first = cache.pick(Pick::First, draw(1));
        assert!((2..100).all(|n| cache.pick(Pick::First, draw(n)) == first));
        let forever = Resolver { ttl: None, pick: Pick::InTurn };
        cache.keep(start, &ALL, |_| 0, (&forever, draw(0)));
        assert!(!cache.must_ask(Time(u64::MAX - 1)));
    }

    /// Each of the three is first in a third of 9000 answers: 3000 ± 4.4 standard deviations of 44.7.
    #[test]
    fn answers_are_shuffled() {
        let none = Resolver { ttl: Some(Nanos::ZERO), pick: Pick::First };
        let mut counts = [0_u32; 3];
        let mut cache = ResolverCache::new(3);
        for n in 0..9000 {
            assert!(cache.must_ask(Time(n)));
            cache.keep(Time(n), &ALL, |_| 0, (&none, draw(n)));
            let Some(first) = cache.pick(Pick::First, draw(n)) else {
                unreachable!("three are there")
            };
            counts[first.0 as usize - 4] += 1;
        }
        assert!(counts.iter().all(|&count| count.abs_diff(3000) < 197), "{counts:?}");
    }

    #[test]
    fn in_turn_and_shuffled_picks_meet_everybody() {
        let none = Resolver { ttl: None, pick: Pick::InTurn };
        let mut cache = ResolverCache::new(3);
        cache.keep(Time(0), &ALL, |_| 0, (&none, draw(0)));
        let mut round: Vec<_> = (0..3).filter_map(|n| cache.pick(Pick::InTurn, draw(n))).collect();
        round.sort();
        assert_eq!(round, ALL);
        let shuffled: std::collections::BTreeSet<_> =
            (0..50).filter_map(|n| cache.pick(Pick::Shuffle, draw(n))).collect();
        assert_eq!(shuffled.len(), 3);
        cache.keep(Time(0), &[], |_| 0, (&none, draw(0)));
        assert_eq!(cache.pick(Pick::First, draw(0)), None);
    }
}
