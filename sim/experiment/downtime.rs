//! For how long users of an entry got no good answers.
//!
//! A second is *down* when at least half of the requests that arrived in it failed, or had no answer by the end;
//! one in which none arrived is as the one before. So downtime depends little on how many requests there are, a
//! single error in a busy second counts nothing, and an entry with few requests is down from the first that fails
//! to the first that is answered. Closed form: an entry that loses its only container is down for as long as
//! nothing answers, to the second.

use wssim_kernel::Nanos;

/// Seconds of a stretch that are kept apart at most: twelve days.
const MOST: u64 = 1 << 20;

/// Requests by the second in which they arrived: answered, and failed. Empty where it is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seconds(Vec<[u32; 2]>);

impl Seconds {
    /// Those of a stretch of this length, unless it is too long to keep.
    pub(crate) fn of(measured: Nanos) -> Self {
        let seconds = measured.0.div_ceil(1_000_000_000);
        Self(if seconds > MOST { Vec::new() } else { vec![[0; 2]; seconds as usize] })
    }

    /// A request that arrived so long after the beginning was answered or failed.
    #[inline]
    pub(crate) fn note(&mut self, after: Nanos, failed: bool) {
        if let Some(second) = self.0.get_mut((after.0 / 1_000_000_000) as usize) {
            second[usize::from(failed)] += 1;
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(&other.0) {
            *sum = [sum[0] + more[0], sum[1] + more[1]];
        }
    }

    /// Seconds that are down; `None`: they were not kept.
    pub(crate) fn down(&self) -> Option<f64> {
        let (mut down, mut is_down) = (0_u32, false);
        for [answered, failed] in &self.0 {
            if answered + failed > 0 {
                is_down = failed >= answered;
            }
            down += u32::from(is_down);
        }
        (!self.0.is_empty()).then_some(f64::from(down))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_down_when_half_of_their_requests_fail() {
        let mut seconds = Seconds::of(Nanos(9_500_000_000));
        let mut note = |second: u64, answered: usize, failed: usize| {
            for failed in std::iter::repeat_n(false, answered).chain(vec![true; failed]) {
                seconds.note(Nanos(second * 1_000_000_000 + 7), failed);
            }
        };
        // Up, up, down, as before, up again although some fail, down to the end.
        for (second, answered, failed) in [(0, 4, 0), (2, 1, 1), (4, 3, 2), (8, 0, 1)] {
            note(second, answered, failed);
        }
        assert_eq!(seconds.down(), Some(2.0 + 2.0));
        assert_eq!(Seconds::of(Nanos(u64::MAX)).down(), None);
    }
}
