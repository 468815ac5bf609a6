//! Input and output types of the processor.

use wssim_kernel::Time;

/// A job: chosen by the caller, handed back on completion.
pub type Job = u32;

/// An event that the caller must schedule.
#[must_use = "a departure happens only if it is put on the calendar"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// A job that runs alone departs.
    Alone(Alone),
    /// The shared processor changes at `at`, unless the generation has moved on.
    Shared {
        /// When.
        at: Time,
        /// Number of the allocation.
        generation: u32,
    },
}

/// The job in `slot` departs at `at`, unless the generation has moved on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alone {
    /// When.
    pub at: Time,
    /// Its slot.
    pub slot: u32,
    /// Number of the calm stretch.
    pub generation: u32,
}

/// The effect of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// The event had been overtaken.
    Nothing,
    /// This job has completed its demand.
    Departed(Job),
    /// A quota was used up or refilled, or an unattended job has completed.
    Reallocated,
}

/// The effect on the jobs of a processor when another arrives or leaves.
#[must_use = "the others' departures happen only if they are put on the calendar"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follows {
    /// Each continues as before.
    Nothing,
    /// The threads were divided anew; with the next event, or `None` if every job has its own event again.
    Divided(Option<Due>),
}

/// Integrals since time zero, for metrics and laws.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    /// ∫ running threads dt, in thread-nanoseconds.
    pub thread_ns: f64,
    /// Work done, in nanoseconds of the reference CPU.
    pub work_ns: f64,
    /// Demand of the jobs that have departed, in nanoseconds of the reference CPU; of evicted jobs the
    /// work done for them.
    pub served_ns: f64,
    /// Jobs that have departed or were evicted.
    pub served: u64,
    /// Bound of the rounding error of `served_ns` due to evicted jobs; see [`super::OpenWork`].
    pub rounding_ns: f64,
}
