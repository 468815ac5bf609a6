//! The next steps of replicas, in the order of time.

use wssim_kernel::Time;

/// When a replica's step is due, and which replica: packed into one number for fast comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NextStep(u128);

impl NextStep {
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

/// All steps, in descending order of time. A ring, and a search from either end, cost more than a search by halves.
#[derive(Debug, Default)]
pub(super) struct Agenda(Vec<NextStep>);

impl Agenda {
    pub(super) fn add(&mut self, due: NextStep) {
        let place = self.0.partition_point(|other| *other > due);
        self.0.insert(place, due);
    }

    /// The first, if any.
    pub(super) fn first(&self) -> Option<NextStep> {
        self.0.last().copied()
    }

    /// Takes the first.
    pub(super) fn take(&mut self) -> Option<NextStep> {
        self.0.pop()
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
                let due = NextStep::new(Time((draw.open01() * 900.0) as u64), n as usize);
                agenda.add(due);
                twin.insert(due);
            } else {
                assert_eq!(agenda.take(), twin.pop_first());
            }
            assert_eq!(agenda.first(), twin.first().copied());
        }
    }
}
