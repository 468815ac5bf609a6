//! Health checks in a blueprint, and the times of their results.
//!
//! Checks run one after another: the first an interval after the start, each further one an interval after
//! the result before it. Until the start period is over or a check has succeeded, the start interval
//! applies and failures do not count. After `retries` failures in a row a container is unhealthy. A check
//! fails at once while the process does not listen, and after `timeout` while it hangs; any other succeeds
//! at once and costs nothing.
//!
//! Source: moby, `daemon/health.go` (`monitor`, `handleProbeResult`; defaults 30 s, 30 s, 3 retries, no
//! start period, start interval 5 s).

use wssim_kernel::{Nanos, Time};

/// How a container's health is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthCheck {
    /// From the result of a check to the next check; above zero.
    pub interval: Nanos,
    /// Longest wait for a result.
    pub timeout: Nanos,
    /// Failures in a row that make a container unhealthy; at least one.
    pub retries: u32,
    /// How long after the start failures do not count.
    pub start_period: Nanos,
    /// The interval during the start period; above zero.
    pub start_interval: Nanos,
}

impl HealthCheck {
    /// The first successful check of a container that started at `started` and listens from `listens` on.
    #[must_use]
    pub fn first_good(&self, started: Time, listens: Time) -> Time {
        let lead = self.lead();
        let ready = listens.since(started).0;
        let checks = |length: u64, interval: Nanos| {
            length.div_ceil(interval.0).max(1).saturating_mul(interval.0)
        };
        let after = if lead > 0 && ready <= lead {
            checks(ready, self.start_interval)
        } else {
            lead.saturating_add(checks(ready - lead, self.interval))
        };
        Time(started.0.saturating_add(after))
    }

    /// When a container that started at `started` becomes unhealthy if it never listens.
    #[must_use]
    pub fn gives_up(&self, started: Time) -> Time {
        let first = if self.lead() > 0 { self.start_interval } else { self.interval };
        self.unhealthy(started + first, started + self.start_period, Nanos::ZERO)
    }

    /// When a container becomes unhealthy if its checks from `first` on fail, each after `takes`; failures of
    /// checks that begin before `counts` do not count.
    #[must_use]
    pub fn unhealthy(&self, first: Time, counts: Time, takes: Nanos) -> Time {
        let more = u64::from(self.retries.max(1) - 1);
        let each = takes.0.saturating_add(self.interval.0);
        let last = self.first_counting(first, counts, takes).0;
        Time(last.saturating_add(takes.0).saturating_add(more.saturating_mul(each)))
    }

    /// The first check whose failure counts.
    fn first_counting(&self, first: Time, counts: Time, takes: Nanos) -> Time {
        if first >= counts {
            return first;
        }
        let cycle = takes.0.saturating_add(self.start_interval.0);
        let before = (counts.since(first).0 - 1) / cycle;
        let end = first.0.saturating_add(before.saturating_mul(cycle)).saturating_add(takes.0);
        let pause = if end < counts.0 { self.start_interval } else { self.interval };
        Time(end.saturating_add(pause.0))
    }

    /// The first successful check of a container that hung until `over`, if its checks from `first` on
    /// failed; a check in progress at `over` succeeds.
    #[must_use]
    pub fn good_again(&self, first: Time, over: Time, interval: Nanos) -> Time {
        let cycle = self.timeout.0.saturating_add(interval.0);
        let (rounds, into) = (over.since(first).0 / cycle, over.since(first).0 % cycle);
        if into <= self.timeout.0 {
            return over;
        }
        Time(first.0.saturating_add((rounds + 1).saturating_mul(cycle)))
    }

    /// From the start to the first check after the start period: how long the start interval applies.
    fn lead(&self) -> u64 {
        let (period, interval) = (self.start_period.0, self.start_interval.0);
        period.div_ceil(interval).saturating_mul(interval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(s: u64) -> Time {
        Time(s * 1_000_000_000)
    }

    fn check([interval, timeout, retries, start_period, start_interval]: [u64; 5]) -> HealthCheck {
        let length = |s: u64| Nanos(s * 1_000_000_000);
        HealthCheck {
            interval: length(interval),
            timeout: length(timeout),
            retries: retries as u32,
            start_period: length(start_period),
            start_interval: length(start_interval),
        }
    }

    /// The engine's rule, check by check, for a process that listens from `listens` on but hangs from `hangs`
    /// until `goes_on`. Returns the first successful check at or after `from`, and when it becomes unhealthy.
    fn engine(
        health: &HealthCheck,
        listens: Time,
        [hangs, goes_on]: [Time; 2],
        from: Time,
    ) -> (Option<Time>, Option<Time>) {
        let (mut starting, mut failures, mut at) = (true, 0, Time::ZERO);
        for _ in 0..1000 {
            let young = at.0 < health.start_period.0 && starting;
            at = at + if young { health.start_interval } else { health.interval };
            let begun = at;
            let is_good = if at < listens {
                false
            } else if at < hangs || at >= goes_on {
                true
            } else {
                at = goes_on.min(at + health.timeout);
                at == goes_on
            };
            if is_good {
                (starting, failures) = (false, 0);
                if at >= from {
                    return (Some(at), None);
                }
            } else if !starting || begun.0 >= health.start_period.0 {
                failures += 1;
                if failures == health.retries {
                    return (None, Some(at));
                }
            }
        }
        (None, None)
    }

    #[test]
    fn a_start_is_good_or_given_up_as_the_engine_finds() {
        let shapes = [
            [30, 30, 3, 0, 5],
            [10, 3, 3, 0, 5],
            [10, 3, 3, 60, 5],
            [7, 2, 1, 12, 5],
            [4, 1, 2, 3, 9],
        ];
        for health in shapes.map(check) {
            let given_up = health.gives_up(Time::ZERO);
            for listens in (0..200).map(second) {
                let (good, unhealthy) = engine(&health, listens, [Time::NEVER; 2], Time::ZERO);
                match (good, unhealthy) {
                    (Some(at), None) => {
                        assert_eq!(health.first_good(Time::ZERO, listens), at, "{health:?}");
                        assert!(at <= given_up);
                    }
                    (None, Some(at)) => {
                        assert_eq!(at, given_up, "{health:?}");
                        assert!(health.first_good(Time::ZERO, listens) > at);
                    }
                    other => unreachable!("{other:?}"),
                }
            }
        }
    }

    /// A container that has been healthy since its first check hangs for a while.
    #[test]
    fn a_hang_is_found_or_survived_as_the_engine_finds() {
        for health in [[30, 30, 3, 0, 5], [10, 3, 3, 0, 5], [7, 2, 1, 0, 5]].map(check) {
            let base = health.first_good(Time::ZERO, Time::ZERO);
            for (hangs, lasts) in (100..140).flat_map(|h| (1..120).map(move |l| (h, l))) {
                let [from, over] = [second(hangs), second(hangs + lasts)];
                let rounds = from.since(base).0.div_ceil(health.interval.0);
                let first = Time(base.0 + rounds * health.interval.0);
                let (good, unhealthy) = engine(&health, Time::ZERO, [from, over], over);
                let expected = health.unhealthy(first, Time::ZERO, health.timeout);
                match (good, unhealthy) {
                    (None, Some(at)) => assert_eq!(at, expected, "{health:?} {hangs} {lasts}"),
                    (Some(at), None) if over > first => {
                        assert!(over <= expected, "{health:?} {hangs} {lasts}");
                        let found = health.good_again(first, over, health.interval);
                        assert_eq!(at, found, "{health:?} {hangs} {lasts}");
                    }
                    (Some(at), None) => assert_eq!(at, first.max(over)),
                    other => unreachable!("{other:?}"),
                }
            }
        }
    }
}
