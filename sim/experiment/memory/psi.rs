//! The Linux kernel's average share of the last 10 seconds spent waiting for pages.
//!
//! Linux, `kernel/sched/psi.c`: every period the share of it in which some task was stalled enters an
//! exponentially weighted average, a ← a·e + share·(1 − e). `/proc/pressure/memory` prints it as `avg10`.

use crate::stored::stored;
use wssim_kernel::{Nanos, Time};

/// Two seconds and one tick (Linux, `PSI_FREQ` = 2 HZ + 1, here with HZ = 250).
const PERIOD: Nanos = Nanos(2_004_000_000);
/// exp(−2 s / 10 s): the factor on the average after one period (Linux, `EXP_10s`).
const DECAY: f64 = 0.818_730_753_077_981_8;

/// The average of one node, initially zero.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Psi {
    average: f64,
    /// Of the present period.
    stalled_ns: f64,
    ends: Time,
}

stored! { Psi { average, stalled_ns, ends } }

impl Default for Psi {
    fn default() -> Self {
        Self { average: 0.0, stalled_ns: 0.0, ends: Time::ZERO + PERIOD }
    }
}

impl Psi {
    /// Records that jobs waited for `stalled` in total from `from`, the end of the last stretch, to
    /// `to`. Calls `renewed` with the average at the end of each period.
    pub(crate) fn hear(
        &mut self,
        from: Time,
        to: Time,
        stalled: Nanos,
        mut renewed: impl FnMut(Time, f64),
    ) {
        let whole = to.since(from).as_f64();
        let mut at = from;
        while self.ends <= to {
            if whole > 0.0 {
                self.stalled_ns += stalled.as_f64() * (self.ends.since(at).as_f64() / whole);
            }
            at = self.ends;
            let share = (self.stalled_ns / PERIOD.as_f64()).min(1.0);
            self.average = self.average * DECAY + share * (1.0 - DECAY);
            self.stalled_ns = 0.0;
            self.ends = self.ends + PERIOD;
            renewed(at, self.average);
        }
        let rest = if whole > 0.0 { to.since(at).as_f64() / whole } else { 1.0 };
        self.stalled_ns += stalled.as_f64() * rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// When the average first exceeds `limit`, under a constant share of stalls, checked every `step`.
    fn passes(share: f64, limit: f64, step: u64) -> Option<Time> {
        let (mut psi, mut passed) = (Psi::default(), None);
        for at in (0..60 * SECOND).step_by(step as usize) {
            let stalled = Nanos((share * step as f64) as u64);
            psi.hear(Time(at), Time(at + step), stalled, |time, average| {
                if average > limit {
                    passed = passed.or(Some(time));
                }
            });
        }
        passed
    }

    /// Under a constant share s the average after n periods is s·(1 − eⁿ).
    #[test]
    fn it_approaches_a_constant_share_geometrically() {
        for (share, periods) in [(1.0, 1), (0.5, 2), (0.2, 4), (0.11, 12)] {
            let due = |n: i32| share * (1.0 - DECAY.powi(n));
            assert!(due(periods) > 0.1 && due(periods - 1) < 0.1, "{share}");
            for step in [SECOND / 10, SECOND / 3, SECOND, 5 * SECOND] {
                let passed = passes(share, 0.1, step);
                assert_eq!(passed, Some(Time(PERIOD.0 * periods as u64)), "{share} {step}");
            }
        }
        assert_eq!(passes(0.09, 0.1, SECOND), None);
    }
}
