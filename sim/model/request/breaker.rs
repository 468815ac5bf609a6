//! A circuit breaker: after too many failures it lets nothing pass for a while, then probes.
//!
//! *Closed*: every attempt passes, and its outcome counts while it is in the rolling window; the window
//! moves in ten steps, as those of Hystrix (`metrics.rollingStats.numBuckets`) and of Traefik's oxy
//! (`memmetrics`) do, so that an outcome counts for nine to ten tenths of it. It trips when the failures in
//! the window reach a number, or a share of its calls if there are enough calls. *Open*: nothing passes.
//! *Half open*: a few probes pass at once, all others are rejected; if all succeed it closes with an empty
//! window, one failure opens it again. An outcome counts only in the closed or half-open stretch in which
//! its attempt passed: an outcome from before a change of state says nothing about the present.
//!
//! It has no events: changes due by the clock are made when it is next used. A probe that never ends (its
//! caller has no time-out) keeps it half open, as in resilience4j by default.
//!
//! Closed form, under failures independent of it: it is open for a share O / (O + H + C) of the time, with
//! the length of an open stretch and the mean lengths of half-open and closed stretches between (renewal
//! reward).

use crate::blueprint::BreakerPolicy;
use crate::probe::Failure;
use wssim_kernel::Time;

/// Steps in which the window moves.
const BUCKETS: usize = 10;

/// Permission for one attempt: names the stretch in which it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Permit(u32);

/// The outcome of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttemptOutcome {
    /// It was answered.
    Good,
    /// It failed for a reason that counts.
    Bad,
    /// No information: the caller gave up, or a later breaker rejected it.
    Void,
}

impl AttemptOutcome {
    /// What an attempt that ended with `failure` says about its callee.
    pub(crate) fn of(failure: Option<Failure>) -> Self {
        match failure {
            None => Self::Good,
            Some(Failure::Abandoned | Failure::Shed) => Self::Void,
            Some(
                Failure::Refused
                | Failure::Timeout
                | Failure::NoReplica
                | Failure::Reset
                | Failure::Oom
                | Failure::DiskFull
                | Failure::NoData,
            ) => Self::Bad,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum State {
    Closed,
    Open { since: Time, until: Time },
    HalfOpen { probes: u32, good: u32 },
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    calls: u32,
    failures: u32,
}

/// One breaker.
#[derive(Clone, Debug)]
pub(crate) struct BreakerInstance {
    policy: BreakerPolicy,
    state: State,
    /// Number of the present state; permits of earlier ones are obsolete.
    stretch: u32,
    buckets: [Count; BUCKETS],
    /// Sum of all buckets.
    window: Count,
    /// Number of the newest bucket, counted from time zero.
    newest: u64,
    /// Σ length of past open stretches, in nanoseconds.
    was_open: u64,
}

impl BreakerInstance {
    /// Closed, without outcomes.
    pub(crate) fn new(policy: BreakerPolicy) -> Self {
        Self {
            policy,
            state: State::Closed,
            stretch: 0,
            buckets: [Count::default(); BUCKETS],
            window: Count::default(),
            newest: 0,
            was_open: 0,
        }
    }

    /// Its process restarts: closed, without outcomes; the time it was open stays counted.
    pub(crate) fn restart(&mut self, now: Time) {
        *self = Self { was_open: self.open_ns(now), ..Self::new(self.policy) };
    }

    /// Whether an attempt may be made now.
    pub(crate) fn permit(&mut self, now: Time) -> Option<Permit> {
        match &mut self.state {
            State::Closed => {}
            State::Open { since, until } => {
                if now < *until {
                    return None;
                }
                self.was_open += until.since(*since).0;
                self.enter(State::HalfOpen { probes: 1, good: 0 });
            }
            State::HalfOpen { probes, .. } => {
                if *probes >= self.policy.half_open {
                    return None;
                }
                *probes += 1;
            }
        }
        Some(Permit(self.stretch))
    }

    /// An attempt that passed has ended.
    pub(crate) fn report(&mut self, now: Time, permit: Permit, verdict: AttemptOutcome) {
        if permit.0 != self.stretch {
            return;
        }
        match (&mut self.state, verdict) {
            (State::Closed, AttemptOutcome::Void) => {}
            (State::Closed, verdict) => self.count(now, verdict == AttemptOutcome::Bad),
            (State::HalfOpen { .. }, AttemptOutcome::Bad) => self.trip(now),
            // The place of the probe is free again.
            (State::HalfOpen { probes, .. }, AttemptOutcome::Void) => *probes -= 1,
            (State::HalfOpen { good, .. }, AttemptOutcome::Good) => {
                *good += 1;
                if *good == self.policy.half_open {
                    self.close();
                }
            }
            (State::Open { .. }, _) => unreachable!("an open breaker gives no permits"),
        }
    }

    /// How long it has been open by `now`, in nanoseconds. An open stretch ends when probes may pass, whether or
    /// not an attempt is made.
    pub(crate) fn open_ns(&self, now: Time) -> u64 {
        match self.state {
            State::Open { since, until } => self.was_open + now.min(until).since(since).0,
            _ => self.was_open,
        }
    }

    fn count(&mut self, now: Time, failed: bool) {
        self.roll(now);
        let bucket = &mut self.buckets[(self.newest % BUCKETS as u64) as usize];
        bucket.calls += 1;
        bucket.failures += u32::from(failed);
        self.window.calls += 1;
        self.window.failures += u32::from(failed);
        if self.is_too_much() {
            self.trip(now);
        }
    }

    fn is_too_much(&self) -> bool {
        let Count { calls, failures } = self.window;
        let BreakerPolicy { failures: most, ratio, min_calls, .. } = self.policy;
        let share = f64::from(failures) / f64::from(calls);
        failures > 0
            && (most.is_some_and(|most| failures >= most)
                || (calls >= min_calls && ratio.is_some_and(|ratio| share >= ratio)))
    }

    /// Moves the window up to `now`, by at most as many steps as there are buckets.
    fn roll(&mut self, now: Time) {
        let width = (self.policy.window.0 / BUCKETS as u64).max(1);
        let number = now.0 / width;
        let steps = (number - self.newest).min(BUCKETS as u64);
        for step in 0..steps {
            let old = &mut self.buckets[((number - step) % BUCKETS as u64) as usize];
            self.window.calls -= old.calls;
            self.window.failures -= old.failures;
            *old = Count::default();
        }
        self.newest = number;
    }

    fn trip(&mut self, now: Time) {
        self.enter(State::Open { since: now, until: now + self.policy.open });
    }

    fn close(&mut self) {
        self.buckets = [Count::default(); BUCKETS];
        self.window = Count::default();
        self.enter(State::Closed);
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.stretch = self.stretch.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wssim_kernel::Nanos;

    const BY_COUNT: BreakerPolicy =
        BreakerPolicy { failures: Some(3), ratio: None, half_open: 2, ..BreakerPolicy::HYSTRIX };

    fn at(seconds: f64) -> Time {
        Time(Nanos::from_seconds(seconds).0)
    }

    /// An attempt that takes no time.
    fn attempt(breaker: &mut BreakerInstance, seconds: f64, verdict: AttemptOutcome) -> bool {
        let permit = breaker.permit(at(seconds));
        if let Some(permit) = permit {
            breaker.report(at(seconds), permit, verdict);
        }
        permit.is_some()
    }

    #[test]
    fn a_number_of_failures_within_the_window_trips() {
        let mut breaker = BreakerInstance::new(BY_COUNT);
        for seconds in [0.0, 1.0, 11.0, 12.0] {
            assert!(attempt(&mut breaker, seconds, AttemptOutcome::Bad));
        }
        // Failures at 11 and 12 s; good and void outcomes change nothing.
        assert!(attempt(&mut breaker, 12.5, AttemptOutcome::Good));
        assert!(attempt(&mut breaker, 12.6, AttemptOutcome::Void));
        assert!(attempt(&mut breaker, 13.0, AttemptOutcome::Bad));
        assert!(!attempt(&mut breaker, 13.0, AttemptOutcome::Good));
        assert!(!attempt(&mut breaker, 17.999, AttemptOutcome::Good));
        assert!(attempt(&mut breaker, 18.0, AttemptOutcome::Good));
        assert_eq!(breaker.open_ns(at(18.0)), 5_000_000_000);
    }

    #[test]
    fn a_share_trips_only_among_enough_calls() {
        let mut breaker = BreakerInstance::new(BreakerPolicy::HYSTRIX);
        for n in 0..19 {
            let verdict = if n < 10 { AttemptOutcome::Bad } else { AttemptOutcome::Good };
            assert!(attempt(&mut breaker, 0.1 * f64::from(n), verdict));
        }
        // The twentieth, though good, makes ten of twenty.
        assert!(attempt(&mut breaker, 2.0, AttemptOutcome::Good));
        assert!(!attempt(&mut breaker, 2.1, AttemptOutcome::Good));
        let mut breaker = BreakerInstance::new(BreakerPolicy::HYSTRIX);
        for n in 0..100 {
            let verdict = if n % 20 < 9 { AttemptOutcome::Bad } else { AttemptOutcome::Good };
            let start_good = if n < 20 { AttemptOutcome::Good } else { verdict };
            assert!(attempt(&mut breaker, 0.05 * f64::from(n), start_good), "{n}: below a half");
        }
    }

    #[test]
    fn all_probes_close_and_one_opens_again() {
        let mut breaker = BreakerInstance::new(BY_COUNT);
        for _ in 0..3 {
            attempt(&mut breaker, 0.0, AttemptOutcome::Bad);
        }
        let (first, second) = (breaker.permit(at(5.0)), breaker.permit(at(5.0)));
        assert!(first.is_some() && second.is_some());
        assert_eq!(breaker.permit(at(6.0)), None, "two probes and no more");
        breaker.report(at(6.0), first.unwrap(), AttemptOutcome::Good);
        assert_eq!(breaker.permit(at(6.5)), None, "both must be good");
        breaker.report(at(7.0), second.unwrap(), AttemptOutcome::Bad);
        assert_eq!(breaker.permit(at(11.9)), None, "open again from 7 s");
        let first = breaker.permit(at(12.0)).unwrap();
        breaker.report(at(12.0), first, AttemptOutcome::Void);
        assert!(attempt(&mut breaker, 12.0, AttemptOutcome::Good), "a place that came free");
        assert!(attempt(&mut breaker, 12.0, AttemptOutcome::Good), "and the other: closed");
        assert!(attempt(&mut breaker, 12.0, AttemptOutcome::Bad));
        assert!(attempt(&mut breaker, 12.0, AttemptOutcome::Bad), "with an empty window");
        assert!(attempt(&mut breaker, 12.0, AttemptOutcome::Bad));
        assert!(!attempt(&mut breaker, 12.0, AttemptOutcome::Bad));
        assert_eq!(breaker.open_ns(at(13.0)), 11_000_000_000);
        assert_eq!(breaker.open_ns(at(99.0)), 15_000_000_000, "only until probes may pass");
    }

    #[test]
    fn what_comes_back_late_does_not_count() {
        let mut breaker = BreakerInstance::new(BY_COUNT);
        let late: Vec<Permit> = (0..8).filter_map(|_| breaker.permit(at(0.0))).collect();
        for permit in &late[..3] {
            breaker.report(at(1.0), *permit, AttemptOutcome::Bad);
        }
        breaker.report(at(2.0), late[3], AttemptOutcome::Bad);
        assert!(attempt(&mut breaker, 6.0, AttemptOutcome::Good), "open from 1 s, not from 2 s");
        breaker.report(at(6.0), late[4], AttemptOutcome::Bad);
        assert!(attempt(&mut breaker, 6.0, AttemptOutcome::Good), "still half open");
        for permit in &late[5..] {
            breaker.report(at(7.0), *permit, AttemptOutcome::Bad);
        }
        assert!(
            attempt(&mut breaker, 7.0, AttemptOutcome::Good),
            "closed, and they do not trip it"
        );
    }

    /// The window against a plain list of outcomes and their buckets.
    #[test]
    fn the_window_agrees_with_a_list() {
        let stream = wssim_kernel::stream::StreamKey::new(3, 0, "test", "window");
        let mut breaker =
            BreakerInstance::new(BreakerPolicy { failures: Some(u32::MAX), ..BY_COUNT });
        let (mut now, mut seen) = (0.0, Vec::new());
        for n in 0..2_000 {
            let mut draw = stream.draw(n, 0);
            now += if draw.open01() < 0.01 { 30.0 } else { draw.open01() };
            let failed = draw.open01() < 0.3;
            attempt(
                &mut breaker,
                now,
                if failed { AttemptOutcome::Bad } else { AttemptOutcome::Good },
            );
            seen.push((at(now).0 / 1_000_000_000, failed));
            let first = (at(now).0 / 1_000_000_000).saturating_sub(9);
            let inside = || seen.iter().filter(|(bucket, _)| *bucket >= first);
            assert_eq!(breaker.window.calls as usize, inside().count());
            let failures = inside().filter(|(_, failed)| *failed).count();
            assert_eq!(breaker.window.failures as usize, failures);
        }
    }
}
