//! The kernel's 1-minute load average of a node, without the chance of its sampling instants.
//!
//! Every five seconds and one tick Linux counts the jobs that are runnable or sleep uninterruptibly, and the
//! count enters an exponential average. The phase of these instants is arbitrary. At an instant uniform over
//! a period, the expected count, given what happens on the node, is the time average of the count over that
//! period; and the load average is linear in the counts. With time averages in their place its expectation
//! is the same, and the variance due to the instants is gone (Rao 1945, Blackwell 1947).
//!
//! Closed form: in a steady state the expectation is the mean number of such jobs, L; ρ/(1 − ρ) under
//! M/G/1-PS (`tests/battery/loads.rs`). Slow twin: counting, at the end of this file.

use wssim_kernel::Nanos;

/// A period: five seconds and one tick (Linux, `LOAD_FREQ` = 5 HZ + 1, here with HZ = 250).
pub(crate) const LOAD_PERIOD: Nanos = Nanos(5_004_000_000);
/// exp(−5 s / 60 s): what is left of the 1-minute average after one period (Linux, `EXP_1`).
const LOAD_DECAY: f64 = 0.920_044_414_629_323_1;

/// The 1-minute load average of one node.
///
/// The sum of the weights so far is divided out: the average starts from the first period, not from zero,
/// so that a short warm-up does not pull it down.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LoadAverage {
    /// ∫ jobs dt up to the end of the last period, in job-nanoseconds.
    area: u128,
    weighted: f64,
    weight: f64,
    sum: f64,
    periods: u32,
}

impl LoadAverage {
    /// A period ends; `area` is ∫ jobs dt since time zero, in job-nanoseconds.
    pub(crate) fn end_period(&mut self, area: u128, measuring: bool) {
        let jobs = (area - self.area) as f64 / LOAD_PERIOD.as_f64();
        self.area = area;
        self.take_in(jobs, measuring);
    }

    fn take_in(&mut self, jobs: f64, measuring: bool) {
        self.weighted = self.weighted * LOAD_DECAY + jobs * (1.0 - LOAD_DECAY);
        self.weight = self.weight * LOAD_DECAY + (1.0 - LOAD_DECAY);
        if measuring {
            self.sum += self.weighted / self.weight;
            self.periods += 1;
        }
    }

    /// The sum of its values at the ends of measured periods, and their number.
    pub(crate) fn measured(&self) -> (f64, u32) {
        (self.sum, self.periods)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::{CpuLimit, Quota};
    use crate::hardware::processor::Processor;
    use crate::hardware::twin::Driven;
    use wssim_kernel::Time;
    use wssim_kernel::stream::StreamKey;

    /// Periods per path.
    const PERIODS: u64 = 24;
    /// The first of them only fill the node.
    const FILLING: u64 = 4;

    /// Counts at instants of different phases in the period.
    struct Counted {
        phases: Vec<Nanos>,
        averages: Vec<LoadAverage>,
    }

    impl Counted {
        fn new(phases: Vec<Nanos>) -> Self {
            let averages = vec![LoadAverage::default(); phases.len()];
            Self { phases, averages }
        }
    }

    /// A path on three threads with SMT: jobs of three containers, one of them under a quota that binds. Returns
    /// the average of time averages; `counted` counts.
    fn path(seed: u64, counted: &mut Counted) -> f64 {
        let stream = StreamKey::new(seed, 0, "test", "load");
        let limits = [None, Some(CpuLimit { cpus: 0.4, quota: Quota::Cfs }), None];
        let mut node = Driven::new(Processor::new(0.8, 3.0, &[(1.0, 1.0), (3.0, 2.2)], &limits));
        let mut average = LoadAverage::default();
        let (mut next, mut job) = (Time::ZERO, 0_u32);
        for period in 0..PERIODS {
            let begin = Time(period * LOAD_PERIOD.0);
            let counts = counted.phases.iter().map(|phase| begin + *phase);
            for (at, of) in counts.chain([begin + LOAD_PERIOD]).zip(0..) {
                while next <= at {
                    node.run_until(next);
                    let mut draw = stream.draw(job.into(), 0);
                    let demand = -draw.open01().ln() * 400e6;
                    node.admit(next, job, job % 3, demand);
                    next = next + Nanos::from_f64(-draw.open01().ln() * 400e6);
                    job += 1;
                }
                node.run_until(at);
                if let Some(one) = counted.averages.get_mut(of) {
                    one.take_in(node.processor.runnable().into(), period >= FILLING);
                }
            }
            let area = node.processor.runnable_ns(begin + LOAD_PERIOD);
            average.end_period(area, period >= FILLING);
        }
        mean_of(&average)
    }

    fn mean_of(average: &LoadAverage) -> f64 {
        let (sum, periods) = average.measured();
        sum / f64::from(periods)
    }

    fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
        let count = values.len() as f64;
        values.sum::<f64>() / count
    }

    /// On one path, counting at 1000 evenly spaced phases agrees with time averages: jobs last a hundred times
    /// as long as the space between phases.
    #[test]
    fn over_all_phases_counting_comes_to_the_time_average() {
        for seed in 0..5 {
            let phase = |n: u64| Nanos(LOAD_PERIOD.0 * (2 * n + 1) / 2000);
            let mut counted = Counted::new((0..1000).map(phase).collect());
            let averaged = path(seed, &mut counted);
            let counts = counted.averages.iter().map(mean_of);
            let over_phases = mean(counts.clone());
            let off = (averaged - over_phases).abs() / averaged;
            assert!(off < 0.005, "seed {seed}: {averaged} against {over_phases}");
            // Counting at one phase alone is far off now and then.
            let worst = counts.map(|one| (one - averaged).abs()).fold(0.0, f64::max);
            assert!(worst > 0.1 * averaged, "seed {seed}: {worst} of {averaged}");
        }
    }

    /// Over 400 paths, each counted at a phase of its own, the expectation is the same (4 standard errors of the
    /// paired difference: by chance once in 16 000), and the variance is smaller.
    #[test]
    fn its_expectation_is_that_of_the_kernels_and_its_variance_is_less() {
        let both: Vec<[f64; 2]> = (0..400)
            .map(|seed| {
                let phase = StreamKey::new(seed, 0, "test", "phase").draw(0, 0).open01();
                let mut counted = Counted::new(vec![Nanos::from_f64(LOAD_PERIOD.as_f64() * phase)]);
                let averaged = path(seed, &mut counted);
                [averaged, mean_of(&counted.averages[0])]
            })
            .collect();
        let variance = |of: &dyn Fn(&[f64; 2]) -> f64| {
            let middle = mean(both.iter().map(of));
            mean(both.iter().map(|pair| (of(pair) - middle).powi(2)))
        };
        let difference = mean(both.iter().map(|pair| pair[0] - pair[1]));
        let error = (variance(&|pair| pair[0] - pair[1]) / both.len() as f64).sqrt();
        assert!(difference.abs() < 4.0 * error, "{difference} with an error of {error}");
        let [ours, kernels] = [variance(&|pair| pair[0]), variance(&|pair| pair[1])];
        assert!(ours < 0.8 * kernels, "variance {ours} against {kernels}");
    }
}
