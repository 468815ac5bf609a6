//! The items that a cache holds, evicted least recently used first.
//!
//! A ring through two arrays, one place per item: a look-up is O(1), hashes nothing and allocates nothing.

/// Not in the ring.
const ABSENT: u32 = u32::MAX;

/// Neighbours in the ring.
#[derive(Clone, Copy, Debug)]
struct Place {
    older: u32,
    newer: u32,
}

/// The items of a cache, in the order of the last references to them.
#[derive(Clone, Debug)]
pub(crate) struct Lru {
    /// One place per item, and one between the newest and the oldest.
    ring: Vec<Place>,
    room: u32,
    capacity: u32,
}

impl Lru {
    /// An empty cache for `capacity` of the items 0 … `items` − 1.
    pub(crate) fn new(items: u32, capacity: u32) -> Self {
        let mut ring = vec![Place { older: ABSENT, newer: ABSENT }; items as usize + 1];
        ring[items as usize] = Place { older: items, newer: items };
        Self { ring, room: capacity, capacity }
    }

    /// Puts `items` in, the most recently used first.
    pub(crate) fn fill(&mut self, items: &[u32]) {
        for &item in items.iter().rev() {
            self.refer(item);
        }
    }

    /// Refers to `item`, which is stored from now on. Returns whether it was already.
    #[inline]
    pub(crate) fn refer(&mut self, item: u32) -> bool {
        let found = self.ring[item as usize].older != ABSENT;
        if found {
            self.take(item);
        } else if self.room > 0 {
            self.room -= 1;
        } else {
            self.take(self.ring[self.end()].newer);
        }
        self.put(item);
        found
    }

    /// The number of items held.
    pub(crate) fn held(&self) -> u32 {
        self.capacity - self.room
    }

    /// The place where the ring begins and ends: its newer neighbour is the oldest item, its older one the newest.
    fn end(&self) -> usize {
        self.ring.len() - 1
    }

    fn take(&mut self, item: u32) {
        let Place { older, newer } = self.ring[item as usize];
        self.ring[older as usize].newer = newer;
        self.ring[newer as usize].older = older;
        self.ring[item as usize].older = ABSENT;
    }

    fn put(&mut self, item: u32) {
        let end = self.end();
        let newest = self.ring[end].older;
        self.ring[item as usize] = Place { older: newest, newer: end as u32 };
        self.ring[newest as usize].newer = item;
        self.ring[end].older = item;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wssim_kernel::stream::StreamKey;

    /// The slow twin: a list with the newest first.
    struct Twin(Vec<u32>, usize);

    impl Twin {
        fn refer(&mut self, item: u32) -> bool {
            let at = self.0.iter().position(|&held| held == item);
            if let Some(at) = at {
                self.0.remove(at);
            }
            self.0.insert(0, item);
            self.0.truncate(self.1);
            at.is_some()
        }
    }

    #[test]
    fn it_does_what_a_list_does() {
        for (items, capacity) in [(1, 1), (7, 1), (7, 3), (50, 20), (50, 50)] {
            let name = format!("{items} {capacity}");
            let stream = StreamKey::new(1, 0, "test", &name);
            let mut draw = stream.draw(0, 0);
            let (mut lru, mut twin) = (Lru::new(items, capacity), Twin(vec![], capacity as usize));
            for _ in 0..2000 {
                let item = (draw.open01() * f64::from(items)) as u32;
                assert_eq!(lru.refer(item), twin.refer(item), "{items} items, {capacity} kept");
            }
        }
    }

    #[test]
    fn what_it_is_filled_with_goes_oldest_first() {
        let mut lru = Lru::new(5, 3);
        lru.fill(&[4, 0, 2]);
        assert!(!lru.refer(1), "2 goes");
        assert!(lru.refer(4) && lru.refer(0));
        assert!(!lru.refer(2), "1 goes");
        assert!(!lru.refer(1));
    }
}
