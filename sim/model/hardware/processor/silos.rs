//! Jobs of containers whose quota is kept by the kernel's rule: each is on a silo, and stands still while
//! that is throttled, whatever the others of its container do.

use super::{Container, Leaving, Processor, QuotaState};

impl Processor {
    /// Whether the quota of `container` is kept by the kernel's rule.
    pub(super) fn has_silos(&self, container: u32) -> bool {
        matches!(self.containers[container as usize].quota, Some(QuotaState::Kernel(_)))
    }

    /// The job in `slot` comes: its silo decides whether it runs.
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

    /// The job in `slot`, which had a thread of its own, goes on beside others.
    pub(super) fn go_on_in_silo(&mut self, slot: u32, container: u32) {
        let own = &mut self.containers[container as usize];
        if let Some(bandwidth) = own.quota.as_mut().and_then(QuotaState::kernel) {
            let silo = bandwidth.go_on();
            self.note_silo(slot, silo);
        }
    }

    /// The job in `slot` is gone from a shared processor.
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

    /// Jobs stand still whose silos were throttled, and run whose silos run again.
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

    /// It costs O(jobs); a silo is throttled once in a period, or a few times.
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
    /// Whether no job of it has been on the shared processor before.
    pub(super) fn has_no_place(&self) -> bool {
        self.leaving.is_empty() && self.stopped.is_empty()
    }
}
