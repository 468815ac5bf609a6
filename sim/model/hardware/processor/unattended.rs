//! Unattended jobs, whose end no frame waits for: bursts of background load and work of the system.
//!
//! The end of an unattended job frees its thread and has no other effect. While the job has a thread of its
//! own it needs no event: its end is known when it begins, and is noted at the next look. On a shared
//! processor it is a job like any other; while all jobs there are unattended no event is needed either, and
//! the next caller brings the processor up to date ([`Processor::catch_up`]). Containers with a limit have
//! no unattended jobs: their quota is counted as time passes.

use super::unattended_job::Unattended;
use super::{Follows, OpenWork, Processor, Slot, UNATTENDED};
use wssim_kernel::{Nanos, Time};

impl Processor {
    /// No attended job may be promised a thread of its own beyond `horizon`, when the next unattended jobs
    /// may arrive.
    pub(crate) fn set_horizon(&mut self, horizon: Time) {
        self.horizon = horizon;
    }

    /// Whether an attended job could be in service at `at`.
    pub(crate) fn is_attended_at(&self, at: Time) -> bool {
        if self.calm {
            let lasts = |slot: &Slot| slot.finish != Time::NEVER && slot.finish >= at;
            return self.jobs > 0 && self.slots.iter().any(lasts);
        }
        self.has_attended()
    }

    fn has_attended(&self) -> bool {
        self.jobs > self.unattended_jobs
    }

    /// Takes an unattended job of `container`, which has no limit, into service; `demand` in nanoseconds of the
    /// reference CPU. The processor is up to date.
    pub(crate) fn admit_unattended(&mut self, now: Time, container: u32, demand: f64) -> Follows {
        let finish = now + Nanos::from_f64(demand * self.per_speed);
        let one = Unattended { container, demand, begun: now, since: now, finish };
        if !self.calm {
            self.advance(now);
            self.share(one, demand);
            return self.divide_among_waiting(now);
        }
        self.note_ends(now);
        let fits = self.jobs < self.room;
        self.unattended.push(one);
        self.room = self.room.saturating_sub(1);
        if fits {
            return Follows::Nothing;
        }
        self.advance(now);
        self.leave_calm(now);
        self.divide_among_waiting(now)
    }

    /// Takes an unattended job of `container`, which has no limit, into service if it has a thread of its own and is
    /// over by `until`, before which nothing else happens here: then all of it is known at once. Otherwise changes
    /// nothing but what time changes, and the caller must use [`Processor::admit_unattended`].
    #[inline]
    pub(crate) fn pass_unattended(
        &mut self,
        now: Time,
        until: Time,
        container: u32,
        demand: f64,
    ) -> bool {
        let finish = now + Nanos::from_f64(demand * self.per_speed);
        if !self.calm || finish > until {
            return false;
        }
        self.note_ends(now);
        if self.jobs >= self.room {
            return false;
        }
        let takes = finish.since(now);
        self.count_end(container, [takes; 2], demand);
        true
    }

    fn divide_among_waiting(&mut self, now: Time) -> Follows {
        let due = self.reallocate(now);
        if self.has_attended() { Follows::Divided(due) } else { Follows::Nothing }
    }

    /// Takes off all unattended jobs of `container`.
    pub(crate) fn evict_unattended(&mut self, now: Time, container: u32) -> Follows {
        self.advance(now);
        if self.calm {
            self.note_ends(now);
            while let Some(place) =
                self.unattended.iter().position(|one| one.container == container)
            {
                let one = self.unattended.swap_remove(place);
                let had = one.demand - one.left(now, self.speed);
                self.book(&one, now, had);
            }
            return Follows::Nothing;
        }
        let slots = &self.slots;
        let own = &mut self.containers[container as usize];
        let leaves = |slot: u32| slots[slot as usize].job == UNATTENDED;
        let Some(gone) = own.leaving.iter().find(|leaving| leaves(leaving.slot)).copied() else {
            return Follows::Nothing;
        };
        own.leaving.retain(|leaving| leaving.slot != gone.slot);
        let left = (gone.at_attained - own.attained).max(0.0);
        let had = (slots[gone.slot as usize].demand - left).max(0.0);
        self.remove(gone.slot, had);
        let follows = self.divide_among_waiting(now);
        match self.evict_unattended(now, container) {
            Follows::Nothing => follows,
            later @ Follows::Divided(_) => later,
        }
    }

    /// Handles everything up to `now` that had no event because all jobs were unattended.
    #[inline]
    pub(crate) fn catch_up(&mut self, now: Time) {
        while let Some((at, _)) = self.next
            && at <= now
            && !self.calm
            && !self.has_attended()
        {
            // The returned event is not scheduled: the loop reads `next` again.
            let _ = self.step_shared(at, self.generation);
        }
    }

    /// Time that unattended jobs of `container` have taken, of those over by `now`, in nanoseconds.
    pub(crate) fn unattended_ns(&mut self, now: Time, container: u32) -> u64 {
        self.note_ends(now);
        self.containers[container as usize].unattended_ns
    }

    /// Notes the jobs that have ended.
    #[inline]
    pub(super) fn note_ends(&mut self, now: Time) {
        if !self.unattended.is_empty() {
            self.note_ends_of_some(now);
        }
    }

    /// The same where there are any.
    fn note_ends_of_some(&mut self, now: Time) {
        let mut place = 0;
        while let Some(one) = self.unattended.get(place) {
            if one.finish > now {
                place += 1;
                continue;
            }
            let one = self.unattended.swap_remove(place);
            self.book(&one, one.finish, one.demand);
        }
    }

    /// `one`, which had a thread of its own, has left after `had` of its demand.
    fn book(&mut self, one: &Unattended, now: Time, had: f64) {
        let times = [one.since, one.begun].map(|from| now.since(from));
        self.count_end(one.container, times, had);
        self.make_room();
    }

    /// Counts a job of `container` that has left after `had` of its demand: it had a thread of its own for `alone`,
    /// and took `all`.
    #[inline(always)]
    fn count_end(&mut self, container: u32, [alone, all]: [Nanos; 2], had: f64) {
        self.calm_thread_ns += u128::from(alone.0);
        self.containers[container as usize].unattended_ns += all.0;
        self.totals.served_ns += had;
        self.totals.served += 1;
    }

    fn make_room(&mut self) {
        self.room = self.calm_jobs.saturating_sub(self.unattended.len() as u32);
    }

    /// ∫ threads dt of unattended jobs that still have one of their own, up to `now`, in nanoseconds.
    pub(super) fn unattended_thread_ns(&self, now: Time) -> u128 {
        self.unattended.iter().map(|one| u128::from(now.since(one.since).0)).sum()
    }

    /// The work done for those jobs.
    pub(super) fn work_of_unattended(&self, now: Time) -> OpenWork {
        let work = |one: &Unattended| {
            let left = one.left(now, self.speed);
            OpenWork::of(one.demand, left, left)
        };
        self.unattended.iter().map(work).fold(OpenWork::default(), OpenWork::plus)
    }

    /// Unattended jobs with threads of their own share the processor from now on.
    pub(super) fn share_unattended(&mut self, now: Time) {
        self.note_ends(now);
        let mut all = std::mem::take(&mut self.unattended);
        for one in all.drain(..) {
            self.calm_thread_ns += u128::from(now.since(one.since).0);
            let left = one.left(now, self.speed);
            self.share(one, left);
        }
        self.unattended = all;
        self.make_room();
    }

    /// `one` shares the processor from now on, with `left` of its demand.
    fn share(&mut self, one: Unattended, left: f64) {
        let Unattended { container, demand, begun, .. } = one;
        let slot = self.take_slot(Slot { job: UNATTENDED, container, demand, finish: Time::NEVER });
        if self.begun.len() < self.slots.len() {
            self.begun.resize(self.slots.len(), Time::ZERO);
        }
        self.begun[slot as usize] = begun;
        self.jobs += 1;
        self.unattended_jobs += 1;
        self.containers[container as usize].jobs += 1;
        self.enter(container, slot, left);
    }

    /// The unattended job in `slot` has a thread of its own from now on, until `finish`.
    pub(super) fn part(&mut self, now: Time, slot: u32, finish: Time) {
        let Slot { container, demand, .. } = self.slots[slot as usize];
        let begun = self.begun[slot as usize];
        self.free.push(slot);
        self.jobs -= 1;
        self.unattended_jobs -= 1;
        self.containers[container as usize].jobs -= 1;
        self.unattended.push(Unattended { container, demand, begun, since: now, finish });
        self.make_room();
    }

    /// The unattended job in `slot` leaves a shared processor.
    pub(super) fn note_unattended_end(&mut self, slot: u32, container: u32) {
        let took = self.updated.since(self.begun[slot as usize]);
        self.unattended_jobs -= 1;
        self.containers[container as usize].unattended_ns += took.0;
    }
}
