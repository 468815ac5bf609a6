//! The period of quotas.

/// Length of a period: 100 ms, the value that Docker and Kubernetes set and the kernel's default
/// (`default_bw_period_us` in `kernel/sched/sched.h`).
pub(in crate::hardware) const PERIOD_NS: u64 = 100_000_000;

/// Whole nanoseconds, rounded up.
pub(super) fn ceil(nanoseconds: f64) -> u64 {
    nanoseconds.ceil() as u64
}
