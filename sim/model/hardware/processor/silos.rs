//! Jobs of containers whose quota follows the kernel's rule: each is on a silo, and stands still while that
//! is throttled, whatever the other jobs of its container do.

use super::{Container, Leaving, Processor, QuotaState};

impl Processor {
    /// Whether the quota of `container` follows the kernel's rule.
    pub(super) fn has_silos(&self, container: u32) -> bool {
        matches!(self.containers[container as usize].quota, Some(QuotaState::Kernel(_)))
    }

    /// The job in `slot` arrives: its silo decides whether it runs.
    pub(super) fn join_silo(&mut self, slot: u32) {
        let c = self.slots[slot as usize].container;
        let own = &mut self.containers[c as usize];
        let Some(bandwidth) = own.quota.as_mut().and_then(QuotaState::kernel) else { return };
        let silo = bandwidth.arrive();
        let runs = !bandwidth.is_throttled(silo);
        self.note_silo(slot, silo);
        let demand = self.slots[slot as usize].demand;
        if runs {
            self.enter(c, slot, demand);
        } else {
            self.stand_still(c, slot, demand);
        }
    }

    /// The job in `slot`, which had a thread of its own, shares from now on.
    pub(super) fn go_on_in_silo(&mut self, slot: u32, container: u32) {
        let own = &mut self.containers[container as usize];
        if let Some(bandwidth) = own.quota.as_mut().and_then(QuotaState::kernel) {
            let silo = bandwidth.go_on();
            self.note_silo(slot, silo);
        }
    }

    /// The job in `slot` has left a shared processor.
    pub(super) fn leave_silo(&mut self, slot: u32, container: u32) {
        let own = &mut self.containers[container as usize];
        if let Some(bandwidth) = own.quota.as_mut().and_then(QuotaState::kernel) {
            bandwidth.leave(self.silos[slot as usize]);
        }
    }

    fn note_silo(&mut self, slot: u32, silo: u32) {
        if self.silos.len() < self.slots.len() {
            self.silos.resize(self.slots.len(), 0);
        }
        self.silos[slot as usize] = silo;
    }

    fn stand_still(&mut self, c: u32, slot: u32, left: f64) {
        let own = &mut self.containers[c as usize];
        if own.has_no_place() {
            self.busy.push(c);
        }
        own.stopped.push((slot, left));
    }

    /// Stops the jobs of throttled silos, and continues those of silos that run again.
    pub(super) fn stop_and_go(&mut self) {
        for place in 0..self.limited.len() {
            let c = self.limited[place];
            let own = &mut self.containers[c as usize];
            let Some(bandwidth) = own.quota.as_mut().and_then(QuotaState::kernel) else { continue };
            if bandwidth.take_change() {
                self.stop_and_go_of(c);
            }
        }
    }

    /// O(jobs); a silo is throttled once or a few times per period.
    #[inline(never)]
    fn stop_and_go_of(&mut self, c: u32) {
        let Container { quota, leaving, stopped, attained, .. } = &mut self.containers[c as usize];
        let Some(bandwidth) = quota.as_mut().and_then(QuotaState::kernel) else { return };
        let silos = &self.silos;
        let stops = |slot: u32| bandwidth.is_throttled(silos[slot as usize]);
        if leaving.is_empty() {
            *attained = 0.0;
        }
        let order = &mut self.order;
        stopped.retain(|&(slot, left)| {
            if !stops(slot) {
                leaving.push(Leaving { at_attained: *attained + left, order: *order, slot });
                *order += 1;
            }
            stops(slot)
        });
        leaving.retain(|&Leaving { at_attained, slot, .. }| {
            if stops(slot) {
                stopped.push((slot, (at_attained - *attained).max(0.0)));
            }
            !stops(slot)
        });
    }
}

impl Container {
    /// Whether none of its jobs has a place on the shared processor.
    pub(super) fn has_no_place(&self) -> bool {
        self.leaving.is_empty() && self.stopped.is_empty()
    }
}
