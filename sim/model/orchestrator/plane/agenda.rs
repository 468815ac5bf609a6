//! What is due of replicas, in order. Most of what is added is due last, and what is due first is taken first: so
//! both ends move, and little in between does.

use wssim_kernel::Time;

/// When a replica's step is due, and which replica: packed into one number for fast comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Due(u128);

impl Due {
    pub(super) fn new(at: Time, replica: usize) -> Self {
        Self(u128::from(at.0) << 64 | replica as u128)
    }

    pub(super) fn at(self) -> Time {
        Time((self.0 >> 64) as u64)
    }

    pub(super) fn replica(self) -> usize {
        self.0 as u64 as usize
    }
}

/// So many that were taken are let go together.
const TAKEN: usize = 64;

/// All that is due, in ascending order.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    all: Vec<Due>,
    /// How many at the beginning have been taken.
    taken: usize,
}

impl Agenda {
    pub(super) fn add(&mut self, due: Due) {
        let mut place = self.all.len();
        while place > self.taken && self.all[place - 1] > due {
            place -= 1;
        }
        self.all.insert(place, due);
    }

    /// The first, if any.
    pub(super) fn first(&self) -> Option<Due> {
        self.all.get(self.taken).copied()
    }

    /// Takes the first.
    pub(super) fn take(&mut self) -> Option<Due> {
        let first = self.first()?;
        self.taken += 1;
        if self.taken == self.all.len() {
            self.all.clear();
            self.taken = 0;
        } else if self.taken == TAKEN {
            self.all.drain(..TAKEN);
            self.taken = 0;
        }
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use wssim_kernel::stream::StreamKey;

    /// The slow obvious twin: an ordered set.
    #[test]
    fn it_gives_what_is_due_first() {
        let stream = StreamKey::new(84, 0, "test", "agenda");
        let (mut agenda, mut twin) = (Agenda::default(), BTreeSet::new());
        for n in 0..5000 {
            let mut draw = stream.draw(n, 0);
            if draw.open01() < 0.52 {
                let due = Due::new(Time((draw.open01() * 900.0) as u64), n as usize);
                agenda.add(due);
                twin.insert(due);
            } else {
                assert_eq!(agenda.take(), twin.pop_first());
            }
            assert_eq!(agenda.first(), twin.first().copied());
        }
        assert!(twin.len() > TAKEN, "it has been long");
    }
}
