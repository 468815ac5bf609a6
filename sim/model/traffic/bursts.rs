//! Bursts of one node that wait outside the calendar (`background.rs` says why).

use crate::ids::BackgroundId;
use wssim_kernel::Time;

/// The bursts of one node that wait outside the calendar.
#[derive(Debug)]
pub(super) struct Bursts {
    /// The next burst of each load: a heap, the earliest first. Its moment and the number of its load are one
    /// number, compared at once.
    coming: Vec<u128>,
    /// When the event for the next burst happens; never: none is scheduled.
    pub(super) next_event: Time,
    /// Whether each burst must begin on time.
    pub(super) on_time: bool,
}

impl Default for Bursts {
    fn default() -> Self {
        Self { coming: Vec::new(), next_event: Time::NEVER, on_time: false }
    }
}

/// A burst of the load `id` at `at`.
#[inline(always)]
fn pack(at: Time, id: BackgroundId) -> u128 {
    u128::from(at.0) << 64 | u128::from(id.0)
}

/// The inverse of [`pack`].
#[inline(always)]
fn unpack(burst: u128) -> (Time, BackgroundId) {
    (Time((burst >> 64) as u64), BackgroundId(burst as u32))
}

impl Bursts {
    /// When the next burst comes.
    #[inline(always)]
    pub(super) fn next(&self) -> Time {
        self.coming.first().map_or(Time::NEVER, |first| unpack(*first).0)
    }

    /// The first burst, if it comes by `now`.
    #[inline(always)]
    pub(super) fn due(&self, now: Time) -> Option<(Time, BackgroundId)> {
        self.coming.first().map(|first| unpack(*first)).filter(|(at, _)| *at <= now)
    }

    /// The first burst of the load `id` comes at `at`. Before the first event only: a sorted array is a heap.
    pub(super) fn add(&mut self, at: Time, id: BackgroundId) {
        let burst = pack(at, id);
        let place = self.coming.partition_point(|&earlier| earlier < burst);
        self.coming.insert(place, burst);
    }

    /// The first burst, of the load `id`, begins; the next one of its load comes at `next`, if there is one.
    #[inline]
    pub(super) fn begin(&mut self, id: BackgroundId, next: Option<Time>) {
        match next {
            Some(at) => self.sink(pack(at, id)),
            None => {
                if let Some(last) = self.coming.pop()
                    && !self.coming.is_empty()
                {
                    self.sink(last);
                }
            }
        }
    }

    /// Puts `burst` into the place of the first one, and from there to where it belongs.
    #[inline(always)]
    fn sink(&mut self, burst: u128) {
        let coming = self.coming.as_mut_slice();
        let mut place = 0;
        loop {
            let left = 2 * place + 1;
            let Some(&first) = coming.get(left) else { break };
            let (mut child, mut earlier) = (left, first);
            if let Some(&second) = coming.get(left + 1)
                && second < first
            {
                (child, earlier) = (left + 1, second);
            }
            if burst <= earlier {
                break;
            }
            coming[place] = earlier;
            place = child;
        }
        coming[place] = burst;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use wssim_kernel::stream::StreamKey;

    /// Beside a sorted set: each burst comes in its turn, at equal times by the number of its load; loads end.
    #[test]
    fn bursts_come_in_the_order_of_time() {
        let stream = StreamKey::new(1, 0, "test", "bursts");
        for loads in [1, 2, 3, 10, 100] {
            let (mut bursts, mut twin) = (Bursts::default(), BTreeSet::new());
            for id in 0..loads {
                let at = Time((stream.draw(id.into(), 0).open01() * 50.0) as u64);
                bursts.add(at, BackgroundId(id));
                twin.insert((at, BackgroundId(id)));
            }
            for n in 0..2000 {
                let first = twin.pop_first();
                assert_eq!(bursts.due(Time::NEVER), first, "{loads} loads, burst {n}");
                let Some((at, id)) = first else { break };
                assert_eq!(bursts.next(), at);
                assert!(at == Time::ZERO || bursts.due(Time(at.0 - 1)).is_none());
                let draw = stream.draw(n, 1).open01();
                let next = (draw > 0.01).then(|| Time(at.0 + (draw * 50.0) as u64));
                bursts.begin(id, next);
                twin.extend(next.map(|next| (next, id)));
            }
        }
    }
}
