//! A node that stands still: nothing runs, jobs may still arrive, and all continue where they were.

use super::{Due, Processor};
use wssim_kernel::Time;

impl Processor {
    /// Stops all work until [`Processor::thaw`].
    pub fn freeze(&mut self, now: Time) {
        if self.frozen {
            return;
        }
        self.advance(now);
        if self.calm {
            self.leave_calm(now);
        }
        self.frozen = true;
        // A processor that stands still has no next event.
        let due = self.reallocate(now);
        debug_assert!(due.is_none_or(|due| matches!(due, Due::Shared { .. })));
    }

    /// Continues. The returned event replaces all others.
    #[must_use = "departures happen only if they are put on the calendar"]
    pub fn thaw(&mut self, now: Time) -> Option<Due> {
        self.advance(now);
        self.frozen = false;
        self.reallocate(now)
    }

    /// Whether it stands still.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.frozen
    }
}

#[cfg(test)]
mod tests {
    use super::super::Happened;
    use super::*;
    use wssim_kernel::Nanos;

    /// Two jobs on one core, 10 and 20 ms; it stands still from 5 to 105 ms: they leave 100 ms later than under
    /// processor sharing, at 120 and 130 ms; a third that arrives meanwhile shares.
    #[test]
    fn all_goes_on_where_it_was() {
        let ms = |ms: u64| Time(ms * 1_000_000);
        for frozen in [false, true] {
            let mut processor = Processor::new(1.0, 1.0, &[(1.0, 1.0)], &[None, None]);
            let mut due = processor.admit(ms(0), 1, 0, 10e6);
            due = processor.admit(ms(0), 2, 1, 20e6).or(due);
            if frozen {
                processor.freeze(ms(5));
                assert!(processor.is_frozen());
                due = processor.thaw(ms(105));
            }
            let mut left = Vec::new();
            while let Some(next) = due {
                let (at, happened);
                (at, happened, due) = match next {
                    Due::Shared { at, generation } => {
                        let (happened, due) = processor.step_shared(at, generation);
                        (at, happened, due)
                    }
                    Due::Alone(_) => unreachable!("one core and two jobs: shared"),
                };
                if let Happened::Departed(job) = happened {
                    left.push((job, at));
                }
                if due.is_none() {
                    for alone in processor.alone_again() {
                        left.push((2, alone.at));
                    }
                }
            }
            let late = Nanos(if frozen { 100_000_000 } else { 0 });
            assert_eq!(left, [(1, ms(20) + late), (2, ms(30) + late)]);
            assert!((processor.totals(ms(500)).work_ns - 30e6).abs() < 1e9);
        }
    }
}
