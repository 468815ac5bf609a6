//! The calendar: pending events, ordered by (time, sequence).
//!
//! Two tiers behind one small interface. *Near*: the earliest few dozen events in an array sorted
//! by time, the earliest last; with 2 to 30 events pending nothing is faster. *Far*: the rest in an
//! implicit four-ary heap. Every near event precedes every far one; an overfull near tier hands its
//! later half over, an empty one fetches the earliest from the heap.
//!
//! Time and sequence are packed into one `u128`, compared as one integer. Of two events at one
//! instant the one scheduled first happens first: a total order, the same on every machine.
//!
//! Events are never removed: the owner of a superseded event recognizes it by comparing epochs.

use crate::{Event, Nanos, Time};
use core::marker::PhantomData;

/// Length at which the near tier hands over its later half.
const NEAR: usize = 64;
/// Events that an empty near tier fetches.
const FETCH: usize = 32;
/// Children per place in the heap.
const ARITY: usize = 4;

#[derive(Clone, Copy, Debug)]
struct Entry {
    key: u128,
    event: [u64; 2],
}

impl Entry {
    #[inline(always)]
    fn new(at: Time, sequence: u64, first: u64, second: u64) -> Self {
        Self { key: u128::from(at.0) << 64 | u128::from(sequence), event: [first, second] }
    }

    #[inline]
    fn at(&self) -> Time {
        Time((self.key >> 64) as u64)
    }
}

/// The near tier: sorted, the earliest last. A push or pop in the event loop is a store and a count.
#[derive(Debug)]
struct Near {
    entries: Box<[Entry; NEAR]>,
    len: usize,
}

impl Near {
    #[inline(always)]
    fn last(&self) -> Option<&Entry> {
        self.entries.get(self.len.wrapping_sub(1))
    }

    #[inline]
    fn latest(&self) -> Option<&Entry> {
        if self.len == 0 { None } else { self.entries.first() }
    }

    /// Inserts the event scheduled last: before all later ones and after all of the same instant, so
    /// comparing times suffices. Returns whether there was room.
    #[inline(always)]
    fn insert(&mut self, at: Time, sequence: u64, first: u64, second: u64) -> bool {
        let Some(mut entries) = self.entries.get_mut(..=self.len) else {
            return false;
        };
        while let Some((free, earlier)) = entries.split_last_mut() {
            match earlier.last() {
                Some(entry) if entry.at() <= at => *free = *entry,
                _ => {
                    *free = Entry::new(at, sequence, first, second);
                    break;
                }
            }
            entries = earlier;
        }
        self.len += 1;
        true
    }
}

/// Pending events of type `E`.
#[derive(Debug)]
pub struct Calendar<E> {
    near: Near,
    far: Vec<Entry>,
    scheduled: u64,
    peak: usize,
    /// As many in the near tier, and there are more than ever.
    near_peak: usize,
    /// What happens from then on lies behind the near tier; never, when nothing does.
    far_from: Time,
    /// No event from then on is taken by [`Self::pop_if_open`].
    shut_from: Time,
    now: Time,
    events: PhantomData<E>,
}

impl<E: Event> Default for Calendar<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Event> Calendar<E> {
    /// An empty calendar at time zero.
    #[must_use]
    pub fn new() -> Self {
        Self {
            near: Near { entries: Box::new([Entry::new(Time::NEVER, 0, 0, 0); NEAR]), len: 0 },
            far: Vec::new(),
            scheduled: 0,
            peak: 0,
            near_peak: 0,
            far_from: Time::NEVER,
            shut_from: Time::NEVER,
            now: Time::ZERO,
            events: PhantomData,
        }
    }

    /// The time of the event taken last.
    #[must_use]
    pub fn now(&self) -> Time {
        self.now
    }

    /// Events pending.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.near.len + self.far.len()
    }

    /// Whether nothing is pending.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.near.len == 0
    }

    /// The most events that were ever pending at once.
    #[must_use]
    pub fn peak(&self) -> usize {
        self.peak
    }

    /// Schedules `event` at `at`.
    ///
    /// # Panics
    /// When `at` lies in the past.
    #[inline(always)]
    pub fn schedule(&mut self, at: Time, event: E) {
        let [first, second] = event.to_words();
        self.schedule_words(at, first, second);
    }

    /// The same without a call, for the event that is scheduled most.
    #[inline(always)]
    pub fn schedule_here(&mut self, at: Time, event: E) {
        let [first, second] = event.to_words();
        self.put(at, first, second);
    }

    fn schedule_words(&mut self, at: Time, first: u64, second: u64) {
        self.put(at, first, second);
    }

    #[inline(always)]
    fn put(&mut self, at: Time, first: u64, second: u64) {
        let sequence = self.scheduled;
        self.scheduled += 1;
        // Nothing is called here but at the very end: no stack is needed.
        let is_near = self.now <= at && at < self.far_from;
        if !is_near || !self.near.insert(at, sequence, first, second) {
            return self.schedule_far(at, first, second, sequence);
        }
        if self.near.len > self.near_peak {
            self.note_peak();
        }
    }

    /// There have never been as many: seldom, once a run has got going.
    #[cold]
    #[inline(never)]
    fn note_peak(&mut self) {
        self.peak = self.peak.max(self.len());
        self.near_peak = self.peak - self.far.len();
    }

    /// Notes where the far tier begins, after it has changed.
    fn note_far(&mut self) {
        let latest = self.near.latest().map_or(Time::NEVER, Entry::at);
        self.far_from = if self.far.is_empty() { Time::NEVER } else { latest };
        self.near_peak = self.peak - self.far.len();
    }

    /// Schedules an event that lies beyond the near tier or finds no room in it; panics for one in the
    /// past.
    #[cold]
    #[inline(never)]
    fn schedule_far(&mut self, at: Time, first: u64, second: u64, sequence: u64) {
        assert!(at >= self.now, "an event was scheduled in the past");
        let entry = Entry::new(at, sequence, first, second);
        if self.near.len == NEAR {
            self.hand_over();
        }
        let is_far = self.near.latest().is_some_and(|latest| entry.key > latest.key);
        if is_far || !self.near.insert(at, sequence, first, second) {
            push(&mut self.far, entry);
        }
        self.note_peak();
        self.note_far();
    }

    /// Takes the earliest event.
    #[inline]
    pub fn pop(&mut self) -> Option<(Time, E)> {
        self.pop_until(Time::NEVER)
    }

    /// Takes the earliest event unless it lies after `limit`.
    #[inline]
    pub fn pop_until(&mut self, limit: Time) -> Option<(Time, E)> {
        let entry = *self.near.last()?;
        (entry.at() <= limit).then(|| self.take(entry))
    }

    /// Takes the earliest event unless it lies after the limit of [`Self::open_until`], or [`Self::stop`] was
    /// called since.
    #[inline(always)]
    pub(crate) fn pop_if_open(&mut self) -> Option<(Time, E)> {
        let entry = *self.near.last()?;
        if entry.at() >= self.shut_from {
            return None;
        }
        Some(self.take(entry))
    }

    /// Lets [`Self::pop_if_open`] take events until `limit`.
    pub(crate) fn open_until(&mut self, limit: Time) {
        self.shut_from = limit + Nanos(1);
    }

    /// Ends the run: see [`run_until`](crate::run_until).
    pub fn stop(&mut self) {
        self.shut_from = Time::ZERO;
    }

    /// Takes `entry`, the earliest.
    #[inline(always)]
    fn take(&mut self, entry: Entry) -> (Time, E) {
        self.near.len -= 1;
        self.now = entry.at();
        if self.near.len == 0 && !self.far.is_empty() {
            self.fetch();
        }
        (self.now, E::from_words(entry.event))
    }

    /// Moves the later half of the near tier to the far one.
    fn hand_over(&mut self) {
        for entry in &self.near.entries[..NEAR / 2] {
            push(&mut self.far, *entry);
        }
        self.near.entries.copy_within(NEAR / 2..self.near.len, 0);
        self.near.len -= NEAR / 2;
    }

    /// Moves the earliest far events to the near tier, which is empty.
    #[cold]
    fn fetch(&mut self) {
        for _ in 0..FETCH {
            let Some(entry) = pop(&mut self.far) else { break };
            self.near.entries[self.near.len] = entry;
            self.near.len += 1;
        }
        self.near.entries[..self.near.len].reverse();
        self.note_far();
    }
}

/// Puts `entry` into the heap.
fn push(heap: &mut Vec<Entry>, entry: Entry) {
    heap.push(entry);
    let mut place = heap.len() - 1;
    while place > 0 {
        let parent = (place - 1) / ARITY;
        if heap[parent].key <= entry.key {
            break;
        }
        heap[place] = heap[parent];
        place = parent;
    }
    heap[place] = entry;
}

/// Takes the earliest from the heap.
fn pop(heap: &mut Vec<Entry>) -> Option<Entry> {
    let last = heap.pop()?;
    let Some(&first) = heap.first() else { return Some(last) };
    let len = heap.len();
    let mut place = 0;
    loop {
        let child = place * ARITY + 1;
        if child >= len {
            break;
        }
        let mut least = child;
        for other in child + 1..len.min(child + ARITY) {
            if heap[other].key < heap[least].key {
                least = other;
            }
        }
        if last.key <= heap[least].key {
            break;
        }
        heap[place] = heap[least];
        place = least;
    }
    heap[place] = last;
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::StreamKey;
    use std::collections::BTreeMap;

    #[test]
    fn events_of_one_instant_happen_in_the_order_of_scheduling() {
        let mut calendar = Calendar::new();
        for n in 0..1000_u32 {
            calendar.schedule(Time(u64::from(n % 3)), n);
        }
        let mut taken = Vec::new();
        while let Some((at, n)) = calendar.pop() {
            taken.push((at, n));
        }
        let mut sorted = taken.clone();
        sorted.sort();
        assert_eq!(taken.len(), 1000);
        assert_eq!(taken, sorted);
    }

    /// The slow obvious twin: a tree ordered by (time, sequence).
    #[test]
    fn agrees_with_an_ordered_map_on_random_calls() {
        let stream = StreamKey::new(1, 0, "test", "calendar");
        let mut calendar = Calendar::new();
        let (mut twin, mut peak) = (BTreeMap::new(), 0);
        for n in 0..200_000_u64 {
            let mut draw = stream.draw(n, 0);
            let grow = if n / 20_000 % 2 == 0 { 0.6 } else { 0.4 };
            if draw.open01() < grow {
                let at = Time(calendar.now().0 + (draw.open01() * 50.0) as u64);
                calendar.schedule(at, n);
                twin.insert((at, n), n);
                peak = peak.max(twin.len());
            } else {
                let expected = twin.pop_first().map(|((at, _), event)| (at, event));
                assert_eq!(calendar.pop(), expected);
            }
            assert_eq!(calendar.len(), twin.len());
        }
        assert_eq!(calendar.peak(), peak);
    }

    #[test]
    #[should_panic(expected = "in the past")]
    fn the_past_is_refused() {
        let mut calendar = Calendar::new();
        calendar.schedule(Time(5), 0_u32);
        calendar.pop();
        calendar.schedule(Time(4), 0_u32);
    }
}
