//! What a processor is told and tells.

use wssim_kernel::Time;

/// Who runs: chosen by the caller, handed back on completion.
pub type Job = u32;

/// What the caller must put on the calendar.
#[must_use = "a departure happens only if it is put on the calendar"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// A job that runs alone departs.
    Alone(Alone),
    /// Something happens on the shared processor at `at`, provided the generation is the same.
    Shared {
        /// When.
        at: Time,
        /// Number of the allocation.
        generation: u32,
    },
}

/// The job in `slot` departs at `at`, provided the generation is still the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alone {
    /// When.
    pub at: Time,
    /// Its slot.
    pub slot: u32,
    /// Number of the calm stretch.
    pub generation: u32,
}

/// What came of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// The event had been overtaken.
    Nothing,
    /// This job has had its demand.
    Departed(Job),
    /// A quota was used up or refilled, or a job has had its demand that nobody waited for.
    Reallocated,
}

/// What follows for the jobs on a processor from another that came or went.
#[must_use = "the others' departures happen only if they are put on the calendar"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follows {
    /// Each goes on as it did.
    Nothing,
    /// The threads were divided anew: what is due, or nothing when every job has its own time again.
    Divided(Option<Due>),
}

/// Integrals since time zero, for metrics and laws.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    /// ∫ running threads dt, in thread-nanoseconds.
    pub thread_ns: f64,
    /// Work done, in nanoseconds of the reference CPU.
    pub work_ns: f64,
    /// Demand of the jobs that have departed, in nanoseconds of the reference CPU; of those that
    /// were taken off what they had had of it.
    pub served_ns: f64,
    /// Jobs that have departed or were taken off.
    pub served: u64,
    /// As much as `served_ns` can be off by rounding of what was taken off; see [`super::OpenWork`].
    pub rounding_ns: f64,
}
