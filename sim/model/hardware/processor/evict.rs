//! Evicting a job before it has completed its demand, because its frame gave up.
//!
//! The work done counts as served; the other jobs share what it frees. O(jobs): no job's place is stored
//! for the few that are evicted.

use super::{Container, Follows, Job, Leaving, OpenWork, Processor, Slot};
use wssim_kernel::Time;

impl Processor {
    /// Evicts `job` of `container`: the work done counts as served. O(jobs).
    #[inline(never)]
    pub fn evict(&mut self, now: Time, job: Job, container: u32) -> Follows {
        self.advance(now);
        if self.calm {
            let is_it = |slot: &Slot| slot.finish != Time::NEVER && slot.job == job;
            let Some(slot) = self.slots.iter().position(is_it) else {
                unreachable!("job {job} is not in service")
            };
            let Slot { demand, finish, .. } = self.slots[slot];
            let left = (finish.since(now).as_f64() * self.speed).min(demand);
            self.take_off(slot as u32, OpenWork::of(demand, left, left));
            return Follows::Nothing;
        }
        let Container { leaving, attained, stopped, .. } = &mut self.containers[container as usize];
        let slots = &self.slots;
        let is_it = |(slot, _): &(u32, f64)| slots[*slot as usize].job == job;
        if let Some(place) = stopped.iter().position(is_it) {
            let (slot, left) = stopped.swap_remove(place);
            let demand = slots[slot as usize].demand;
            self.take_off(slot, OpenWork::of(demand, left.min(demand), left));
            return Follows::Divided(self.reallocate(now));
        }
        let Some(&Leaving { at_attained, slot, .. }) =
            leaving.iter().find(|leaving| slots[leaving.slot as usize].job == job)
        else {
            unreachable!("job {job} is not in service")
        };
        leaving.retain(|leaving| leaving.slot != slot);
        let left = (at_attained - *attained).max(0.0);
        let demand = self.slots[slot as usize].demand;
        let work = OpenWork::of(demand, left.min(demand), at_attained);
        self.take_off(slot, work);
        Follows::Divided(self.reallocate(now))
    }

    fn take_off(&mut self, slot: u32, work: OpenWork) {
        self.totals.rounding_ns += work.rounding_ns;
        self.remove(slot, work.had_ns);
    }
}
