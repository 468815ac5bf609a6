//! The work done for jobs still in service, and its rounding error.
//!
//! The work done for a job is its demand less what is left, and what is left is the service at which it
//! departs less the service attained. Each of these numbers is rounded to half a unit in its last place,
//! however little was done: for a job of ten days that has run for a microsecond the error is a tenth of a
//! nanosecond. A sum over a hundred thousand such jobs may be off by microseconds, and the law asserted
//! on it must allow for that and no more (Higham, Accuracy and Stability of Numerical Algorithms, 2002,
//! ch. 3).

use super::Processor;
use wssim_kernel::Time;

/// Work done for jobs in service, in nanoseconds of the reference CPU.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenWork {
    /// Σ demand less what is left.
    pub had_ns: f64,
    /// Bound of its rounding error.
    pub rounding_ns: f64,
}

impl OpenWork {
    /// The work of a job with `left` left, a difference of numbers as large as `largest`.
    pub(super) fn of(demand: f64, left: f64, largest: f64) -> Self {
        Self { had_ns: demand - left, rounding_ns: (demand + largest) * f64::EPSILON }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            had_ns: self.had_ns + other.had_ns,
            rounding_ns: self.rounding_ns + other.rounding_ns,
        }
    }
}

impl Processor {
    /// The work done by `now` for the jobs in service; slow, for the law asserted at the end.
    pub fn work_of_open_jobs(&mut self, now: Time) -> OpenWork {
        self.advance(now);
        self.note_ends(now);
        let unattended = self.work_of_unattended(now);
        let alone = self.slots.iter().filter(|slot| slot.finish != Time::NEVER).map(|slot| {
            let left = slot.finish.since(now).as_f64() * self.speed;
            OpenWork::of(slot.demand, left, left)
        });
        let shared = self.containers.iter().flat_map(|container| {
            container.leaving.iter().map(|leaving| {
                let left = leaving.at_attained - container.attained;
                let demand = self.slots[leaving.slot as usize].demand;
                OpenWork::of(demand, left, leaving.at_attained)
            })
        });
        let stopped = self.containers.iter().flat_map(|container| {
            container
                .stopped
                .iter()
                .map(|&(slot, left)| OpenWork::of(self.slots[slot as usize].demand, left, left))
        });
        alone.chain(shared).chain(stopped).fold(unattended, OpenWork::plus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten thousand jobs of ten days on one core, one more every 10 ms: their work so far is that of one core
    /// within the stated error, which is below a millionth.
    #[test]
    fn the_work_of_long_jobs_is_as_exact_as_it_says() {
        let days = 10.0 * 86_400e9;
        let mut processor = Processor::new(1.0, 1.0, &[(1.0, 1.0)], &[None]);
        let at = |n: u32| Time(u64::from(n) * 10_000_000);
        for n in 0..10_000 {
            let _ = processor.admit(at(n), n, 0, days + f64::from(n) * 0.3);
        }
        let done = at(10_000).0 as f64;
        let OpenWork { had_ns, rounding_ns } = processor.work_of_open_jobs(at(10_000));
        assert!((had_ns - done).abs() <= rounding_ns, "{had_ns} of {done}, ±{rounding_ns}");
        assert!(rounding_ns < 1e-6 * done, "±{rounding_ns} of {done}");
        assert_ne!(had_ns, done, "rounding can be seen");
    }
}
