//! Measures for how long an entry gave its users no good answers.
//!
//! A second is *down* if at least half of the requests that arrived in it failed, or had no answer by
//! the end; a second without arrivals is like the one before. So downtime depends little on the number
//! of requests, a single error in a busy second does not count, and an entry with few requests is down
//! from the first failed request to the first answered one. Closed form: an entry that loses its only
//! container is down until a container answers again, to the second.

use wssim_kernel::Nanos;

/// Most seconds of a stretch that are recorded: twelve days.
const MOST: u64 = 1 << 20;

/// Answered and failed requests by the second in which they arrived. Empty if not recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seconds(Vec<[u32; 2]>);

impl Seconds {
    /// Seconds of a stretch of length `measured`, unless it is too long.
    pub(crate) fn of(measured: Nanos) -> Self {
        let seconds = measured.0.div_ceil(1_000_000_000);
        Self(if seconds > MOST { Vec::new() } else { vec![[0; 2]; seconds as usize] })
    }

    /// Records the outcome of a request that arrived `after` the beginning.
    #[inline]
    pub(crate) fn note(&mut self, after: Nanos, failed: bool) {
        if !self.0.is_empty()
            && let Some(second) = self.0.get_mut((after.0 / 1_000_000_000) as usize)
        {
            second[usize::from(failed)] += 1;
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(&other.0) {
            *sum = [sum[0] + more[0], sum[1] + more[1]];
        }
    }

    /// Number of seconds that are down; `None` if not recorded.
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
        // Up, up, down, as before, up again with some failures, down to the end.
        for (second, answered, failed) in [(0, 4, 0), (2, 1, 1), (4, 3, 2), (8, 0, 1)] {
            note(second, answered, failed);
        }
        assert_eq!(seconds.down(), Some(2.0 + 2.0));
        assert_eq!(Seconds::of(Nanos(u64::MAX)).down(), None);
    }
}
