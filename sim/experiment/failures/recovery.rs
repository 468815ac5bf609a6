//! Defines when an entry answers again, from counts by second.
//!
//! ```text
//! fault          t           t + window                          end
//!   ├────────────┼───────────────┼────────────────────────────────┤
//!    ignored      at least `share` of the requests that arrive here
//!                 at least `share` of those that arrive from t to the end
//! ```
//! The recovery time is the first second t for which both hold: zero if the entry never was down,
//! infinite if there is none whose window lies in the observed stretch. A request counts at its arrival;
//! one without an answer at the end counts as not answered.

use crate::cluster::Survival;

/// Length of a slot in nanoseconds: the resolution of recovery times.
pub(crate) const SLOT: u64 = 1_000_000_000;

/// Requests that arrived in a slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RecoverySlot {
    pub(crate) arrived: u32,
    pub(crate) answered: u32,
}

/// Seconds from the fault until the entry answers; `None` without requests.
pub(crate) fn recovery_seconds(slots: &[RecoverySlot], definition: &Survival) -> Option<f64> {
    let window = window_slots(definition).min(slots.len());
    let sums = sums(slots);
    let enough = |from: usize, to: usize| {
        let arrived = sums[to].0 - sums[from].0;
        let answered = sums[to].1 - sums[from].1;
        answered as f64 >= definition.share * arrived as f64
    };
    let (all, _) = sums[slots.len()];
    if all == 0 {
        return None;
    }
    let last = slots.len() - window;
    let recovered = |at: &usize| enough(*at, at + window) && enough(*at, slots.len());
    Some((0..=last).find(recovered).map_or(f64::INFINITY, |at| at as f64))
}

/// The least share of answered requests in any window; `None` without requests.
pub(crate) fn worst_window(slots: &[RecoverySlot], definition: &Survival) -> Option<f64> {
    let window = window_slots(definition).min(slots.len());
    let sums = sums(slots);
    let share = |at: usize| {
        let arrived = sums[at + window].0 - sums[at].0;
        let answered = sums[at + window].1 - sums[at].1;
        (arrived > 0).then(|| answered as f64 / arrived as f64)
    };
    (0..=slots.len() - window).filter_map(share).reduce(f64::min)
}

/// Whole slots of a window.
fn window_slots(definition: &Survival) -> usize {
    definition.window.0.div_ceil(SLOT).max(1) as usize
}

/// (arrived, answered) before each slot, and in total.
fn sums(slots: &[RecoverySlot]) -> Vec<(u64, u64)> {
    let mut sum = (0, 0);
    let mut sums = vec![sum];
    for slot in slots {
        sum = (sum.0 + u64::from(slot.arrived), sum.1 + u64::from(slot.answered));
        sums.push(sum);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use wssim_kernel::Nanos;
    use wssim_kernel::stream::StreamKey;

    fn slots(parts: &[(usize, u32, u32)]) -> Vec<RecoverySlot> {
        let part =
            |&(n, arrived, answered)| std::iter::repeat_n(RecoverySlot { arrived, answered }, n);
        parts.iter().flat_map(part).collect()
    }

    fn minute(share: f64) -> Survival {
        Survival { share, ..Survival::default() }
    }

    #[test]
    fn recovery_is_the_first_good_window_that_lasts() {
        for (parts, share, expected) in [
            (&[(600, 4, 4)][..], 0.99, Some(0.0)),
            // 40 s without an answer: 2 of the 240 of a window may be lost, so it begins at 40.
            (&[(40, 4, 0), (560, 4, 4)], 0.99, Some(40.0)),
            // At 95 %, 12 of a window may be lost: 3 s sooner.
            (&[(40, 4, 0), (560, 4, 4)], 0.95, Some(37.0)),
            (&[(600, 4, 0)], 0.99, Some(f64::INFINITY)),
            // A good minute that does not last is no recovery.
            (&[(10, 4, 0), (100, 4, 4), (490, 4, 0)], 0.99, Some(f64::INFINITY)),
            // Good again, but too late for a window of a minute.
            (&[(550, 4, 0), (50, 4, 4)], 0.99, Some(f64::INFINITY)),
            (&[(600, 0, 0)], 0.99, None),
        ] {
            assert_eq!(recovery_seconds(&slots(parts), &minute(share)), expected, "{parts:?}");
        }
    }

    #[test]
    fn the_worst_window_is_the_one_with_the_fewest_answers() {
        let slots = slots(&[(100, 2, 2), (30, 2, 0), (100, 2, 2)]);
        assert_eq!(worst_window(&slots, &minute(0.99)), Some(0.5));
    }

    /// The definition taken literally, second by second, without sums.
    fn twin(slots: &[RecoverySlot], definition: &Survival) -> Option<f64> {
        if slots.iter().all(|slot| slot.arrived == 0) {
            return None;
        }
        let window = definition.window.seconds() as usize;
        let good = |part: &[RecoverySlot]| {
            let arrived: u32 = part.iter().map(|slot| slot.arrived).sum();
            let answered: u32 = part.iter().map(|slot| slot.answered).sum();
            f64::from(answered) >= definition.share * f64::from(arrived)
        };
        for at in 0..=slots.len() - window {
            if good(&slots[at..at + window]) && good(&slots[at..]) {
                return Some(at as f64);
            }
        }
        Some(f64::INFINITY)
    }

    #[test]
    fn sums_agree_with_the_definition_as_it_is_read() {
        let stream = StreamKey::new(84, 0, "test", "recovery");
        let mut seen = [0; 3];
        for case in 0..300_u64 {
            let mut number = 0;
            let mut draw = |limit: f64| {
                number += 1;
                (stream.draw(case, number).open01() * limit) as u32
            };
            let (outage, lost) = (draw(90.0), draw(3.0));
            let slots: Vec<RecoverySlot> = (0..100)
                .map(|at| {
                    let arrived = draw(4.0);
                    let answers = at >= outage && (lost == 0 || draw(20.0) > 0);
                    RecoverySlot { arrived, answered: if answers { arrived } else { 0 } }
                })
                .collect();
            let window = Nanos(u64::from(draw(30.0) + 1) * SLOT);
            let definition = Survival { window, share: 0.9, within: Nanos(SLOT) };
            let found = recovery_seconds(&slots, &definition);
            assert_eq!(found, twin(&slots, &definition), "case {case}");
            let kind = found.map_or(0, |at| if at.is_infinite() { 2 } else { 1 });
            seen[kind] += 1;
        }
        assert!(seen[1] > 50 && seen[2] > 20, "both outcomes must be met: {seen:?}");
    }
}
