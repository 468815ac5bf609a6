//! Draws experiments from laws whose means are known.

use rand::SeedableRng;
use rand_distr::{Distribution, Exp1, Gamma, StandardNormal, StandardUniform};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The law of a replication's value, with mean 0 and standard deviation 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Law {
    /// Normal.
    Normal,
    /// Gamma with shape 16, skewness 1/2: means of replications that are long enough.
    MildlySkewed,
    /// Gamma with shape 4, skewness 1: means of short replications of a busy queue.
    Skewed,
}

impl Law {
    /// The shape of the gamma law; its skewness is 2 / √shape.
    fn shape(self) -> f64 {
        if self == Self::MildlySkewed { 16.0 } else { 4.0 }
    }
}

/// A stream of draws.
pub(crate) struct Draws {
    generator: Xoshiro256PlusPlus,
    mild: Gamma<f64>,
    clear: Gamma<f64>,
}

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        let gamma = |law: Law| Gamma::new(law.shape(), 1.0).unwrap();
        Self {
            generator: Xoshiro256PlusPlus::seed_from_u64(seed),
            mild: gamma(Law::MildlySkewed),
            clear: gamma(Law::Skewed),
        }
    }

    /// One draw of `law`: mean 0, standard deviation 1.
    pub(crate) fn standard(&mut self, law: Law) -> f64 {
        match law {
            Law::Normal => StandardNormal.sample(&mut self.generator),
            Law::MildlySkewed => standardised(self.mild.sample(&mut self.generator), law),
            Law::Skewed => standardised(self.clear.sample(&mut self.generator), law),
        }
    }

    /// A pair of draws of `law` with this correlation, in [−1, 1].
    pub(crate) fn pair(&mut self, law: Law, correlation: f64) -> (f64, f64) {
        let (first, other) = (self.standard(law), self.standard(law));
        (first, correlation * first + (1.0 - correlation * correlation).sqrt() * other)
    }

    /// Exponential with mean 1.
    pub(crate) fn exponential(&mut self) -> f64 {
        Exp1.sample(&mut self.generator)
    }

    /// Uniform in [`low`, `high`).
    pub(crate) fn uniform(&mut self, low: f64, high: f64) -> f64 {
        let u: f64 = StandardUniform.sample(&mut self.generator);
        low + (high - low) * u
    }

    /// A whole number below `below`.
    pub(crate) fn whole(&mut self, below: usize) -> usize {
        self.uniform(0.0, below as f64) as usize
    }
}

fn standardised(gamma: f64, law: Law) -> f64 {
    (gamma - law.shape()) / law.shape().sqrt()
}

/// Number of `experiments` that return true, each with draws of its own.
pub(crate) fn count(experiments: u64, mut experiment: impl FnMut(&mut Draws) -> bool) -> u64 {
    (0..experiments).filter(|seed| experiment(&mut Draws::new(*seed))).count() as u64
}
