//! Whether a container that has ended is restarted: the restart policy of a service, and the restarts of each
//! replica.
//!
//! A restart that the policy allows comes after its delay. `max_attempts` limits the restarts of a replica: since
//! the beginning, or, with a `window`, within the last seconds of that length. The replacement of a container whose
//! node is marked down counts as a restart.
//!
//! Source: moby/swarmkit `manager/orchestrator/restart/restart.go` (`shouldRestart`,
//! `recordRestartHistory`): on *any* end, or on *failure* only (a task that completed is left alone);
//! only restarts after `now − window` count.

use wssim_kernel::{Nanos, Time};

/// When a container is restarted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestartPolicy {
    /// The kinds of end that it follows.
    pub condition: Condition,
    /// Pause before the next container starts.
    pub delay: Nanos,
    /// Highest number of restarts of a replica; zero: no limit.
    pub max_attempts: u32,
    /// Only restarts within this time count; zero: all count.
    pub window: Nanos,
    /// Growing pauses, which replace `delay`.
    pub back_off: Option<BackOff>,
}

/// Pauses that double from one restart to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackOff {
    /// The first pause.
    pub first: Nanos,
    /// The longest pause.
    pub most: Nanos,
    /// After a run of this length the pauses start again from the first.
    pub forgets: Nanos,
    /// Whether the very first restart comes at once, without a pause.
    pub first_is_free: bool,
}

impl Default for RestartPolicy {
    /// Swarm's.
    fn default() -> Self {
        Self::always(Self::DELAY)
    }
}

/// Which kinds of end a restart follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// No end.
    Never,
    /// [`Exit::Failed`].
    OnFailure,
    /// Any end.
    Any,
}

impl RestartPolicy {
    /// Swarm's pause before a restart (swarmkit, api/defaults/service.go).
    pub const DELAY: Nanos = Nanos(5_000_000_000);

    /// No restart.
    pub const NEVER: Self = Self::after(Condition::Never, Nanos::ZERO);

    /// After any end, `delay` later, without a limit.
    #[must_use]
    pub const fn always(delay: Nanos) -> Self {
        Self::after(Condition::Any, delay)
    }

    pub(super) const fn after(condition: Condition, delay: Nanos) -> Self {
        Self { condition, delay, max_attempts: 0, window: Nanos::ZERO, back_off: None }
    }

    /// Whether a container with this end is restarted while attempts remain.
    #[must_use]
    pub fn restarts_after(&self, exit: Exit) -> bool {
        match self.condition {
            Condition::Never => false,
            Condition::OnFailure => exit == Exit::Failed,
            Condition::Any => true,
        }
    }

    /// Whether it allows no restart at all.
    #[must_use]
    pub fn is_never(&self) -> bool {
        self.condition == Condition::Never
    }
}

/// How a container has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exit {
    /// It ended in time after an order to end.
    Completed,
    /// Any other end.
    #[default]
    Failed,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Restarts {
    all: u32,
    /// Times of the restarts that may still count: at most as many as the policy allows.
    recent: Vec<Time>,
    /// Restarts in a row under a back-off, and the time of the last.
    in_a_row: u32,
    last: Time,
}

impl Restarts {
    /// When the replica, which has ended at `now`, may be restarted; `None`: never. Counts the restart that it
    /// allows.
    pub(crate) fn next(&mut self, now: Time, exit: Exit, policy: &RestartPolicy) -> Option<Time> {
        if !policy.restarts_after(exit)
            || policy.max_attempts > 0 && !self.has_one_left(now, policy)
        {
            return None;
        }
        if policy.max_attempts > 0 {
            self.all += 1;
            if policy.window > Nanos::ZERO {
                self.recent.push(now);
            }
        }
        let pause = policy.back_off.map_or(policy.delay, |back_off| self.pause(now, &back_off));
        self.last = now + pause;
        Some(self.last)
    }

    fn pause(&mut self, now: Time, back_off: &BackOff) -> Nanos {
        if now.since(self.last) >= back_off.forgets {
            self.in_a_row = 0;
        }
        let doubled = self.in_a_row.checked_sub(u32::from(back_off.first_is_free));
        self.in_a_row = self.in_a_row.saturating_add(1);
        doubled.map_or(Nanos::ZERO, |times| {
            let pause = u128::from(back_off.first.0) << times.min(63);
            Nanos(pause.min(u128::from(back_off.most.0)) as u64)
        })
    }

    fn has_one_left(&mut self, now: Time, policy: &RestartPolicy) -> bool {
        if policy.window == Nanos::ZERO {
            return self.all < policy.max_attempts;
        }
        self.recent.retain(|at| now.since(*at) < policy.window);
        self.recent.len() < policy.max_attempts as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn second(s: u64) -> Time {
        Time(s * SECOND)
    }

    fn policy(max_attempts: u32, window: u64) -> RestartPolicy {
        let window = Nanos(window * SECOND);
        RestartPolicy { max_attempts, window, ..RestartPolicy::always(Nanos(5 * SECOND)) }
    }

    /// Start times of a replica that ends `lives` seconds after each start, from an end at 0.
    fn restarts(policy: &RestartPolicy, lives: u64, until: u64) -> Vec<u64> {
        let mut history = Restarts::default();
        let (mut now, mut out) = (second(0), Vec::new());
        while let Some(next) = history.next(now, Exit::Failed, policy) {
            out.push(next.0 / SECOND);
            now = next + Nanos(lives * SECOND);
            if now > second(until) {
                break;
            }
        }
        out
    }

    #[test]
    fn attempts_without_a_window_count_for_ever() {
        assert_eq!(restarts(&policy(3, 0), 100, 10_000), [5, 110, 215]);
        assert_eq!(restarts(&policy(0, 0), 1000, 5000).len(), 5);
    }

    /// Ends at 0, 7, 14 and 21 s: at the fourth, three restarts lie within 22 s, but two within 21 s.
    #[test]
    fn attempts_within_a_window_are_forgotten() {
        assert_eq!(restarts(&policy(3, 22), 2, 1000), [5, 12, 19]);
        assert_eq!(restarts(&policy(3, 21), 2, 1000).len(), 1 + 1000 / 7);
    }

    #[test]
    fn what_completes_is_restarted_after_any_end_only() {
        let mut history = Restarts::default();
        let on_failure = RestartPolicy { condition: Condition::OnFailure, ..policy(0, 0) };
        assert_eq!(history.next(second(1), Exit::Completed, &on_failure), None);
        assert_eq!(history.next(second(1), Exit::Failed, &on_failure), Some(second(6)));
        assert_eq!(history.next(second(1), Exit::Completed, &policy(0, 0)), Some(second(6)));
        assert_eq!(history.next(second(1), Exit::Failed, &RestartPolicy::NEVER), None);
    }

    /// Seconds, to the millisecond, from each end to the next start, under the orchestrator `kind`, if each run
    /// lasts `lives` seconds.
    fn pauses(kind: &str, lives: f64, ends: usize) -> Vec<f64> {
        let kind = crate::orchestrator::Kind::named(kind).unwrap();
        let policy = (kind.restart)(RestartPolicy::default());
        let (mut history, mut now) = (Restarts::default(), second(0) + Nanos::from_seconds(lives));
        let mut out = Vec::new();
        while out.len() < ends {
            let Some(next) = history.next(now, Exit::Failed, &policy) else { break };
            out.push((next.since(now).seconds() * 1e3).round() / 1e3);
            now = next + Nanos::from_seconds(lives);
        }
        out
    }

    /// Kubernetes: at once, then 10 s doubling to 300 s, again from the start after 10 min of running.
    #[test]
    fn a_crash_loop_backs_off() {
        let loops = pauses("k3s", 1.0, 9);
        assert_eq!(loops, [0.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 300.0, 300.0]);
        assert_eq!(pauses("k3s", 599.0, 4), [0.0, 10.0, 20.0, 40.0]);
        assert_eq!(pauses("k3s", 600.0, 4), [0.0; 4]);
    }

    /// Docker's engine: 100 ms doubling to a minute, again from 100 ms after 10 s of running.
    #[test]
    fn the_engine_backs_off() {
        let loops = pauses("compose", 1.0, 12);
        assert_eq!(loops[..4], [0.1, 0.2, 0.4, 0.8]);
        assert_eq!(loops[9..], [51.2, 60.0, 60.0]);
        assert_eq!(pauses("compose", 10.0, 3), [0.1; 3]);
    }

    /// Nomad: 15 s, twice within half an hour; without an orchestrator the file's policy holds.
    #[test]
    fn others_pause_for_as_long_each_time() {
        assert_eq!(pauses("nomad", 1.0, 9), [15.0; 2]);
        assert_eq!(pauses("nomad", 901.0, 9).len(), 9);
        assert_eq!(pauses("none", 1.0, 3), [5.0; 3]);
    }
}
