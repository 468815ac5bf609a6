//! One server with an outage, and constant arrivals: a D/D/1 queue.
//!
//! Jobs arrive every a, the first at 0, and are served for D ≤ a, so that none waits. From t₀ the
//! server is down for d; work in progress is resumed. The job in service at t₀, or else the next to
//! arrive, is delayed until t₀ + d; each later one by a − D less, until none is. Times are whole
//! nanoseconds, as in the simulator, so that counts are exact. By direct calculation.

/// The queue and its outage, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the module says it all")]
pub struct QueueOutage {
    /// a > 0.
    pub interarrival: u64,
    /// D, at most a.
    pub service: u64,
    /// t₀.
    pub start: u64,
    /// d.
    pub duration: u64,
    /// Number of jobs, at least 1.
    pub jobs: u64,
}

/// The effect on the jobs; times in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delays {
    /// Longest response time.
    pub max_response: u64,
    /// Mean response time.
    pub mean_response: f64,
    /// Jobs whose response time is above D.
    pub delayed: u64,
    /// When the last job is done.
    pub last_completion: u64,
}

impl QueueOutage {
    /// The effect of the outage. Panics unless 0 < a, D ≤ a and there are jobs.
    pub fn delays(&self) -> Delays {
        let Self { interarrival, service, start, duration, jobs } = *self;
        assert!(interarrival > 0 && service <= interarrival && jobs > 0, "none waits before");
        // The first job that is not complete at the start of the outage.
        let first = start.checked_sub(service).map_or(0, |left| left / interarrival + 1);
        let arrival = first.saturating_mul(interarrival);
        let longest = start.saturating_add(duration).saturating_sub(arrival.max(start));
        let longest = if first < jobs { longest } else { 0 };
        let recovery = interarrival - service;
        let left = jobs.saturating_sub(first);
        let delayed = match recovery {
            0 if longest > 0 => left,
            0 => 0,
            _ => longest.div_ceil(recovery).min(left),
        };
        // Delays are longest, longest − recovery, …: `delayed` of them.
        let pairs = u128::from(delayed) * u128::from(delayed.saturating_sub(1)) / 2;
        let total = u128::from(longest) * u128::from(delayed) - u128::from(recovery) * pairs;
        let last = if delayed == left {
            longest.saturating_sub(recovery * left.saturating_sub(1))
        } else {
            0
        };
        Delays {
            max_response: service + longest,
            mean_response: service as f64 + total as f64 / jobs as f64,
            delayed,
            last_completion: (jobs - 1) * interarrival + service + last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computes job by job.
    fn slowly(outage: QueueOutage) -> Delays {
        let QueueOutage { interarrival, service, start, duration, jobs } = outage;
        let (mut free, mut responses) = (0, Vec::new());
        for job in 0..jobs {
            let arrival = job * interarrival;
            let mut from = arrival.max(free);
            if duration > 0 && (start..start + duration).contains(&from) {
                from = start + duration;
            }
            let interrupted = from < start && from + service > start;
            free = from + service + if interrupted { duration } else { 0 };
            responses.push(free - arrival);
        }
        Delays {
            max_response: responses.iter().copied().max().unwrap(),
            mean_response: responses.iter().sum::<u64>() as f64 / jobs as f64,
            delayed: responses.iter().filter(|r| **r > service).count() as u64,
            last_completion: free,
        }
    }

    #[test]
    fn small_outages_agree_with_going_through_the_jobs() {
        for interarrival in 1..7 {
            for service in 1..=interarrival {
                for start in 0..25 {
                    for duration in 0..12 {
                        for jobs in 1..9 {
                            let outage =
                                QueueOutage { interarrival, service, start, duration, jobs };
                            let (ours, exact) = (outage.delays(), slowly(outage));
                            let mean = (ours.mean_response - exact.mean_response).abs();
                            let ours = Delays { mean_response: exact.mean_response, ..ours };
                            assert!(mean < 1e-12 && ours == exact, "{outage:?}");
                        }
                    }
                }
            }
        }
    }
}
