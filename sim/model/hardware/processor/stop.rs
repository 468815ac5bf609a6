//! A container that stands still: its jobs get no thread, and continue afterwards where they were.

use super::{Due, Processor};
use wssim_kernel::Time;

impl Processor {
    /// Stops the work of `container` until [`Processor::go_on`]. The returned event replaces all others.
    #[must_use = "departures happen only if they are put on the calendar"]
    pub fn stop(&mut self, now: Time, container: u32) -> Option<Due> {
        self.let_run(now, container, false)
    }

    /// Continues it. The returned event replaces all others.
    #[must_use = "departures happen only if they are put on the calendar"]
    pub fn go_on(&mut self, now: Time, container: u32) -> Option<Due> {
        self.let_run(now, container, true)
    }

    fn let_run(&mut self, now: Time, container: u32, runs: bool) -> Option<Due> {
        self.note_ends(now);
        self.advance(now);
        self.set_hanging(container, !runs);
        if self.calm {
            self.leave_calm(now);
        }
        self.reallocate(now)
    }

    fn set_hanging(&mut self, container: u32, hangs: bool) {
        self.containers[container as usize].hangs = hangs;
        let is_limited = self.containers[container as usize].is_limited();
        let place = self.limited.binary_search(&container);
        match (place, is_limited) {
            (Err(place), true) => self.limited.insert(place, container),
            (Ok(place), false) => {
                self.limited.remove(place);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Happened;
    use super::*;

    /// Two containers with a job of 10 ms each share one core. One stands still from 4 to 54 ms: the other has
    /// the core to itself and leaves at 12 ms; the first has 8 ms left at 54 ms.
    #[test]
    fn the_others_have_what_it_leaves() {
        let ms = |ms: u64| Time(ms * 1_000_000);
        let mut processor = Processor::new(1.0, 1.0, &[(1.0, 1.0)], &[None, None]);
        let mut due = processor.admit(ms(0), 1, 0, 10e6);
        due = processor.admit(ms(0), 2, 1, 10e6).or(due);
        assert!(due.is_some());
        due = processor.stop(ms(4), 0);
        let mut left = Vec::new();
        for go_on in [false, true] {
            if go_on {
                due = processor.go_on(ms(54), 0);
                let alone = processor.alone_again().map(|alone| (1, alone.at));
                left.extend(alone);
            }
            while let Some(Due::Shared { at, generation }) = due {
                let (happened, next) = processor.step_shared(at, generation);
                if let Happened::Departed(job) = happened {
                    left.push((job, at));
                }
                due = next;
            }
        }
        assert_eq!(left, [(2, ms(12)), (1, ms(62))]);
        assert!((processor.totals(ms(62)).work_ns - 20e6).abs() < 1.0);
    }
}
