//! A processor that n jobs share equally, with total work rate C(n): M/M/C(n).
//!
//! C(n) = min(n, c) is a processor with c cores; SMT and turbo give curves between whole numbers, so
//! fractional numbers of servers. The number present is a birth-death process with birth rate λ and
//! death rate C(n) / E(S), whatever the law of the demand (a symmetric queue is insensitive), and
//! several classes have a product form: p(n₁, n₂, …) ∝ n! Π aᵢ^nᵢ / nᵢ! / Π C(j) with n = Σ nᵢ and
//! offered loads aᵢ. Kelly, Reversibility and Stochastic Networks (1979), ch. 3; Baskett, Chandy, Muntz
//! & Palacios, JACM 22 (1975); Lazowska et al., Quantitative System Performance (1984), ch. 8.

/// Relative size of a term that ends a series.
const NEGLIGIBLE: f64 = 1e-12;

/// A processor: `work(n)` is C(n) > 0 for n ≥ 1, in units of one thread alone, constant from `full` ≥ 1
/// on.
#[derive(Clone, Copy, Debug)]
pub struct SharedProcessor<W> {
    /// Number of jobs from which on the work rate no longer grows.
    pub full: u32,
    /// C(n).
    pub work: W,
}

/// The stationary processor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sharing {
    /// Mean number of jobs.
    pub jobs: f64,
    /// Mean number of running threads: one a job while threads are free.
    pub running: f64,
}

impl<W: Fn(u32) -> f64> SharedProcessor<W> {
    /// Under `offered` erlangs of Poisson arrivals; `None` without a steady state.
    pub fn under(&self, offered: f64) -> Option<Sharing> {
        let ratio = offered / (self.work)(self.full);
        // Overload beyond all numbers is overload, too.
        if ratio.is_nan() || ratio >= 1.0 {
            return None;
        }
        let (mut weight, mut sum, mut jobs) = (1.0, 1.0, 0.0);
        for n in 1..self.full {
            weight *= offered / (self.work)(n);
            sum += weight;
            jobs += f64::from(n) * weight;
        }
        // From `full` jobs on the weights are geometric.
        let most = f64::from(self.full);
        let tail = weight * ratio / (1.0 - ratio);
        let running = (jobs + most * tail) / (sum + tail);
        jobs += tail * (most + ratio / (1.0 - ratio));
        Some(Sharing { jobs: jobs / (sum + tail), running })
    }

    /// The time of a job, divided by its time alone: E(N) / a.
    pub fn slowdown(&self, offered: f64) -> Option<f64> {
        if offered > 0.0 {
            self.under(offered).map(|sharing| sharing.jobs / offered)
        } else {
            Some(1.0 / (self.work)(1))
        }
    }

    /// The total work rate of `jobs` ≥ 1 jobs of one class while others offer `others` erlangs beside
    /// them: C(x)·A(x − 1) / A(x) with A(x) = Σ over m others of aᵐ / m! · Π j / C(j), j from x + 1 to x
    /// + m. Zero if the others alone overload the processor.
    pub fn rate_beside(&self, jobs: u32, others: f64) -> f64 {
        let most = (self.work)(self.full);
        if others.is_nan() || others >= most {
            return 0.0;
        }
        // Above `full` the sums are those of a negative binomial law.
        if jobs >= self.full {
            return most - others;
        }
        (self.work)(jobs) * self.weight_of_others(jobs - 1, others)
            / self.weight_of_others(jobs, others)
    }

    fn weight_of_others(&self, jobs: u32, others: f64) -> f64 {
        let (mut term, mut sum) = (1.0, 1.0);
        for m in 1.. {
            let n = jobs + m;
            let ratio = others * f64::from(n) / (f64::from(m) * (self.work)(n.min(self.full)));
            term *= ratio;
            sum += term;
            if ratio < 1.0 && term < NEGLIGIBLE * sum * (1.0 - ratio) {
                break;
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{mmc, processor_sharing};

    fn cores(c: u32) -> SharedProcessor<impl Fn(u32) -> f64> {
        SharedProcessor { full: c, work: move |n: u32| f64::from(n.min(c)) }
    }

    #[test]
    fn plain_cores_are_mmc() {
        for (cores_here, offered) in [(1, 0.8), (4, 3.4), (16, 2.0)] {
            let ours = cores(cores_here).under(offered).unwrap();
            let twin = processor_sharing::mean_in_system(offered, 1.0, cores_here);
            assert!((ours.jobs / twin - 1.0).abs() < 1e-12, "{ours:?}, not {twin}");
            assert!((ours.running - offered).abs() < 1e-12, "{ours:?}");
        }
        assert_eq!(cores(2).under(2.0), None);
        assert_eq!(cores(2).slowdown(0.0), Some(1.0));
    }

    /// C = 1, 1.8, 2.4 by hand at a = 1.2: p ∝ 1, 1.2, 0.8, 0.4 and halves from there.
    #[test]
    fn a_curve_between_whole_numbers() {
        let curve =
            SharedProcessor { full: 3, work: |n: u32| [1.0, 1.8, 2.4][n.min(3) as usize - 1] };
        let ours = curve.under(1.2).unwrap();
        let sum = 1.0 + 1.2 + 0.8 + 0.8;
        assert!((ours.running - (1.2 + 1.6 + 3.0 * 0.8) / sum).abs() < 1e-12, "{ours:?}");
        assert!((ours.jobs - (1.2 + 1.6 + 0.8 * (3.0 + 1.0)) / sum).abs() < 1e-12, "{ours:?}");
    }

    /// One class on a shared processor takes as long as all together: its own birth-death process beside
    /// the others gives the same number as the whole processor's.
    #[test]
    fn a_class_beside_others_is_part_of_the_whole() {
        let curve =
            SharedProcessor { full: 4, work: |n: u32| [1.0, 1.8, 2.2, 2.4][n.min(4) as usize - 1] };
        let (own, others) = (0.7, 1.1);
        let (mut weight, mut sum, mut jobs) = (1.0, 1.0, 0.0);
        for n in 1..400 {
            weight *= own / curve.rate_beside(n, others);
            sum += weight;
            jobs += f64::from(n) * weight;
        }
        let all = curve.slowdown(own + others).unwrap();
        assert!((jobs / sum / own / all - 1.0).abs() < 1e-9, "{} and {all}", jobs / sum / own);
    }

    #[test]
    fn a_job_alone_gets_all() {
        assert_eq!(cores(3).rate_beside(2, 0.0), 2.0);
        assert_eq!(cores(3).rate_beside(7, 0.5), 2.5);
        assert_eq!(cores(3).rate_beside(1, 3.0), 0.0);
        // One core: a share of 1 − ρ is left.
        assert!((cores(1).rate_beside(1, 0.4) - 0.6).abs() < 1e-12);
        let alone = mmc::prob_wait(0.9, 1.0, 2);
        assert!(cores(2).rate_beside(1, 0.9) > 1.0 - alone);
    }
}
