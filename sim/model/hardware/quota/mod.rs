//! A container's CPU quota: thread time per period of 100 ms, by one of two rules.

mod bandwidth;
mod grid;
mod period;
#[cfg(test)]
mod twin;

use crate::blueprint::{CpuLimit, Quota as Kind};
use bandwidth::Bandwidth;
use grid::Grid;
#[cfg(test)]
pub(super) use period::PERIOD_NS;
use wssim_kernel::Time;

/// The state of a quota, by its rule.
#[derive(Debug)]
pub(super) enum QuotaState {
    /// The plain grid.
    Grid(Grid),
    /// The kernel's rule; boxed, since few containers have one.
    Kernel(Box<Bandwidth>),
}

impl QuotaState {
    /// The quota of a container with this limit on a node of `threads` CPUs; `None`: no quota.
    pub(super) fn new(limit: CpuLimit, threads: f64) -> Option<Self> {
        match limit.quota {
            Kind::Fluid => None,
            Kind::Grid => Some(Self::Grid(Grid::new(limit.cpus))),
            Kind::Cfs => Some(Self::Kernel(Box::new(Bandwidth::new(limit.cpus, threads)))),
        }
    }

    /// Accounts for `threads` running since the last look.
    pub(super) fn use_until(&mut self, now: Time, threads: f64) {
        match self {
            Self::Grid(grid) => grid.use_until(now, threads),
            Self::Kernel(bandwidth) => bandwidth.use_until(now, threads),
        }
    }

    /// Whether `threads` can never use up a quota from now on. The quota is up to date.
    pub(super) fn never_binds(&self, threads: f64) -> bool {
        match self {
            Self::Grid(grid) => grid.never_binds(threads),
            Self::Kernel(bandwidth) => bandwidth.never_binds(threads),
        }
    }

    /// When the quota next changes anything while `threads` run. The quota is up to date.
    pub(super) fn due(&self, threads: f64) -> Option<Time> {
        match self {
            Self::Grid(grid) => grid.due(threads),
            Self::Kernel(bandwidth) => bandwidth.due(threads),
        }
    }

    /// Handles the change at `now`.
    pub(super) fn step(&mut self, now: Time) {
        match self {
            Self::Grid(grid) => grid.step(),
            Self::Kernel(bandwidth) => bandwidth.tick(now),
        }
    }

    /// Whether the container has used up the quota of its period; by the kernel's rule each silo has its own.
    pub(super) fn is_exhausted(&self) -> bool {
        matches!(self, Self::Grid(Grid { exhausted: true, .. }))
    }

    /// The state of the kernel's rule, if that applies.
    pub(super) fn kernel(&mut self) -> Option<&mut Bandwidth> {
        match self {
            Self::Grid(_) => None,
            Self::Kernel(bandwidth) => Some(bandwidth),
        }
    }
}
