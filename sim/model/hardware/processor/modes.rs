//! Changes of mode, from calm to shared and back.

use super::{Alone, Processor, QuotaState, Slot, UNATTENDED};
use wssim_kernel::{Nanos, Time};

impl Processor {
    /// Jobs that became calm when sharing ended; each needs an event of its own.
    pub fn alone_again(&self) -> impl Iterator<Item = Alone> + '_ {
        let generation = self.generation;
        let live = move |(slot, s): (usize, &Slot)| {
            (s.finish != Time::NEVER).then_some(Alone {
                at: s.finish,
                slot: slot as u32,
                generation,
            })
        };
        self.slots.iter().enumerate().filter_map(live).filter(|_| self.calm)
    }

    #[inline(always)]
    pub(super) fn limits_are_slack(&self) -> bool {
        self.limited.is_empty() || self.some_limits_are_slack()
    }

    /// The same where there are any limits.
    fn some_limits_are_slack(&self) -> bool {
        self.limited.iter().all(|&c| {
            let container = &self.containers[c as usize];
            let jobs = f64::from(container.jobs);
            (!container.hangs || jobs == 0.0)
                && container.cap.is_none_or(|cap| jobs <= cap)
                && (container.quota.as_ref())
                    .is_none_or(|quota| jobs == 0.0 || quota.never_binds(jobs))
        })
    }

    #[inline(never)]
    pub(super) fn leave_calm(&mut self, now: Time) {
        self.calm_thread_ns += self.jobs_alone_ns(now);
        self.calm_weighed = 0;
        self.calm = false;
        for slot in 0..self.slots.len() as u32 {
            let Slot { container, finish, demand, .. } = self.slots[slot as usize];
            if finish == Time::NEVER {
                continue;
            }
            self.slots[slot as usize].finish = Time::NEVER;
            // Whole nanoseconds of the departure bound the error; never more than the demand.
            let left = (finish.since(now).as_f64() * self.speed).min(demand);
            self.enter(container, slot, left);
            self.go_on_in_silo(slot, container);
        }
        self.share_unattended(now);
    }

    /// ∫ threads dt of calm stretches up to `now`, in nanoseconds.
    pub(super) fn calm_thread_ns(&self, now: Time) -> u128 {
        let present = if self.calm { self.jobs_alone_ns(now) } else { 0 };
        self.calm_thread_ns + present + self.unattended_thread_ns(now)
    }

    /// ∫ jobs dt of the present calm stretch up to `now`, in nanoseconds, without unattended jobs.
    fn jobs_alone_ns(&self, now: Time) -> u128 {
        (u128::from(self.jobs) * u128::from(now.0)).wrapping_sub(self.calm_weighed)
    }

    /// Calm returns at three quarters of the full-speed threads, so that a load close to them does not change
    /// the mode at each arrival.
    pub(super) fn may_be_calm(&self) -> bool {
        let jobs = f64::from(self.jobs);
        jobs <= (self.full_speed * 0.75).max(self.full_speed.min(1.0)) && self.limits_are_slack()
    }

    pub(super) fn become_calm(&mut self, now: Time) {
        self.calm = true;
        self.next = None;
        for place in 0..self.busy.len() {
            let c = self.busy[place] as usize;
            let attained = self.containers[c].attained;
            if let Some(bandwidth) = self.containers[c].quota.as_mut().and_then(QuotaState::kernel)
            {
                bandwidth.rest();
            }
            while let Some(leaving) = self.containers[c].leaving.pop() {
                let left = (leaving.at_attained - attained).max(0.0);
                let finish = now + Nanos::from_f64(left * self.per_speed);
                match self.slots[leaving.slot as usize].job {
                    UNATTENDED => self.part(now, leaving.slot, finish),
                    _ => self.slots[leaving.slot as usize].finish = finish,
                }
            }
        }
        self.calm_weighed = u128::from(self.jobs) * u128::from(now.0);
        self.busy.clear();
        self.note_throttling(now);
    }
}
