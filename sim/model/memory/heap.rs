//! A container's heap: it grows with garbage up to its limit, and is then collected.

use crate::blueprint::{Heap, PAGE};

/// Bytes as whole pages.
pub(super) fn pages(bytes: f64) -> u64 {
    nearest(bytes / PAGE)
}

/// The whole number nearest to `x`, half up; zero if `x` is negative: mostly without a call.
#[inline]
pub(super) fn nearest(x: f64) -> u64 {
    if !(0.0..1e15).contains(&x) {
        return x.round() as u64;
    }
    let below = x as i64;
    (below + i64::from(x - below as f64 >= 0.5)) as u64
}

/// A container's heap.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HeapState {
    /// Visits that have left their garbage.
    visits: u64,
    /// Garbage in it, in bytes.
    garbage: f64,
    /// The most garbage that was ever in it, in bytes.
    pub(super) grown: f64,
    /// Collections so far.
    pub(super) collections: u64,
}

impl HeapState {
    /// `visits` have begun since the container exists. Returns how often the heap has filled up since the last
    /// look, and so must be collected.
    pub(super) fn note(&mut self, heap: &Heap, visits: u64) -> u64 {
        let room = heap.limit - heap.live;
        self.garbage += (visits - self.visits) as f64 * heap.garbage;
        self.visits = visits;
        self.grown = self.grown.max(self.garbage.min(room));
        if heap.garbage <= 0.0 || self.garbage < room {
            return 0;
        }
        // No more garbage per visit than fits: at most one collection per visit.
        let each = room.max(heap.garbage);
        let times = (self.garbage / each).floor();
        self.garbage = (self.garbage - times * each).max(0.0);
        times as u64
    }

    /// A new process has an empty heap.
    pub(super) fn restart(&mut self) {
        *self = Self { visits: self.visits, collections: self.collections, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::Law;

    #[test]
    fn the_nearest_whole_number_is_what_round_gives() {
        let edges =
            [0.0, 0.499_999_999_999_999_94, 0.5, 1.5, 2.5, 1e15 - 0.5, 1e15, 1e20, -0.7, -9.0];
        let between = (0..10_000).map(|n| f64::from(n) * 0.25);
        for x in edges.into_iter().chain(between).chain([f64::INFINITY, f64::NAN]) {
            assert_eq!(nearest(x), x.round() as u64, "{x}");
        }
    }

    /// 10 B per visit into 100 B beside the live data: the heap grows, is collected at every tenth visit however
    /// rare the looks, and keeps its size.
    #[test]
    fn a_heap_grows_to_its_limit_and_is_collected_there() {
        let heap = Heap { limit: 150.0, live: 50.0, garbage: 10.0, collection: Law::ZERO };
        let mut state = HeapState::default();
        for visits in 1..=35 {
            assert_eq!(state.note(&heap, visits), u64::from(visits % 10 == 0), "visit {visits}");
            let grown = 10.0 * visits.min(10) as f64;
            assert!((state.grown - grown).abs() < 1e-9, "visit {visits}: {}", state.grown);
        }
        assert_eq!([69, 70, 85, 125].map(|visits| state.note(&heap, visits)), [3, 1, 1, 4]);
        state.restart();
        assert!(state.note(&heap, 126) == 0 && (state.grown - 10.0).abs() < 1e-9);
    }

    /// Each visit leaves more than fits.
    #[test]
    fn a_heap_is_collected_at_most_once_a_visit() {
        let heap = Heap { limit: 60.0, live: 50.0, garbage: 25.0, collection: Law::ZERO };
        let mut state = HeapState::default();
        assert_eq!([1, 2, 7].map(|visits| state.note(&heap, visits)), [1, 1, 5]);
        assert!((state.grown - 10.0).abs() < 1e-9);
    }
}
