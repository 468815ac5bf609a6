//! The values of a claim's number in each replication, and estimates at another setting.

use crate::question::Expected;
use crate::verdict::Verdict;
use wssim_stats::control_variates::{ControlVariate, Fit};
use wssim_stats::paired_end::PairedEnd;
use wssim_stats::{Estimate, mean_interval, ratio_interval};

/// One entry a replication; `None` without an observation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Readings {
    /// The number is their mean.
    Values(Vec<Option<f64>>),
    /// The same with a value in every replication, and controls of mean 1.
    Controlled(Vec<f64>, Vec<Vec<f64>>),
    /// The number is the sum of the first over the sum of the second.
    Ratios(Vec<Option<(f64, f64)>>),
    /// The ratio minus one: a change as a share of the value before.
    Shares(Vec<Option<(f64, f64)>>),
}

impl Readings {
    /// Changes from before to after, pair by pair; `relative` for shares of the value before.
    pub(crate) fn change(pairs: impl Iterator<Item = Option<(f64, f64)>>, relative: bool) -> Self {
        if relative {
            Self::Shares(pairs.map(|pair| pair.map(|(before, after)| (after, before))).collect())
        } else {
            Self::Values(pairs.map(|pair| pair.map(|(before, after)| after - before)).collect())
        }
    }

    /// Adds controls of mean 1, if every value is known.
    pub(crate) fn with(self, mut controls: Vec<Vec<f64>>) -> Self {
        match self {
            Self::Values(values) if !controls.is_empty() => {
                // The other arm of a change may have fewer replications.
                for control in &mut controls {
                    control.truncate(values.len());
                }
                let known: Option<Vec<f64>> =
                    values.iter().map(|value| value.filter(|value| value.is_finite())).collect();
                known.map_or(Self::Values(values), |known| Self::Controlled(known, controls))
            }
            other => other,
        }
    }

    /// One value a replication; `None` for pairs.
    fn values(&self) -> Option<Vec<Option<f64>>> {
        match self {
            Self::Values(values) => Some(values.clone()),
            Self::Controlled(values, _) => Some(values.iter().copied().map(Some).collect()),
            Self::Ratios(_) | Self::Shares(_) => None,
        }
    }

    /// The number with its interval at `level`; `None` if too little was observed.
    pub(crate) fn estimate(&self, level: f64) -> Option<Estimate> {
        match self {
            Self::Values(values) => mean_of(&present(values), level),
            Self::Controlled(values, controls) => {
                Some(fit(values, controls, level)?.interval(level))
            }
            Self::Ratios(pairs) => ratio_interval(&present(pairs), level),
            Self::Shares(pairs) => ratio_interval(&present(pairs), level).map(less_one),
        }
    }

    /// The number at another setting, whose first replications these are, from the number `here`, in all
    /// replications, and the paired difference. `None` if too little was observed in both.
    pub(crate) fn elsewhere(&self, here: &Self, level: f64) -> Option<Estimate> {
        if let (Some(here), Some(there)) = (here.values(), self.values()) {
            let (here, there) = aligned(&here, &there);
            if here.iter().chain(&there).any(|value| value.is_infinite()) {
                return mean_of(&there, level);
            }
        }
        Some(self.end(here, level)?.interval(level))
    }

    /// Replications at the other setting that would clear its number of `limit`; `None` if none would.
    pub(crate) fn needed(&self, here: &Self, limit: f64, level: f64) -> Option<u32> {
        Some(self.end(here, level)?.needed(limit, level)? as u32)
    }

    fn end(&self, here: &Self, level: f64) -> Option<PairedEnd> {
        if let (Some(values), Some(there)) = (here.values(), self.values()) {
            let (first, there) = aligned(&values, &there);
            return match here {
                // Controls belong to the replications in their own order.
                Self::Controlled(values, controls) if *values == first => {
                    PairedEnd::controlled(&fit(values, controls, level)?, values, &there)
                }
                _ => PairedEnd::mean(&first, &there),
            };
        }
        match (here, self) {
            (Self::Ratios(here), Self::Ratios(there)) => {
                let (here, there) = aligned(here, there);
                PairedEnd::ratio(&here, &there)
            }
            (Self::Shares(here), Self::Shares(there)) => {
                let (here, there) = aligned(here, there);
                PairedEnd::relative_change(&here, &there)
            }
            _ => None,
        }
    }

    /// The values of the replications that have one.
    pub(crate) fn numbers(&self) -> Vec<f64> {
        let ratio = |(part, whole): &(f64, f64)| (*whole != 0.0).then(|| part / whole);
        match self {
            Self::Values(values) => present(values),
            Self::Controlled(values, _) => values.clone(),
            Self::Ratios(pairs) => pairs.iter().flatten().filter_map(ratio).collect(),
            Self::Shares(pairs) => {
                pairs.iter().flatten().filter_map(ratio).map(|ratio| ratio - 1.0).collect()
            }
        }
    }
}

/// A mean adjusted by controls of mean 1, for an interval at `level`.
fn fit(values: &[f64], controls: &[Vec<f64>], level: f64) -> Option<Fit> {
    let controls: Vec<ControlVariate<'_>> =
        controls.iter().map(|values| ControlVariate { values, mean: 1.0 }).collect();
    Fit::of(values, &controls, level)
}

/// The mean of values some of which may be infinite, without recovery.
fn mean_of(values: &[f64], level: f64) -> Option<Estimate> {
    if values.iter().any(|value| value.is_infinite()) {
        let [mean, low, high] = [f64::INFINITY; 3];
        return Some(Estimate { mean, low, high, n: values.len() as u32 });
    }
    mean_interval(values, level)
}

fn less_one(ratio: Estimate) -> Estimate {
    let Estimate { mean, low, high, n } = ratio;
    Estimate { mean: mean - 1.0, low: low - 1.0, high: high - 1.0, n }
}

fn present<T: Copy>(all: &[Option<T>]) -> Vec<T> {
    all.iter().flatten().copied().collect()
}

/// Replications observed at both settings, in pairs, followed by those observed only here.
fn aligned<T: Copy>(here: &[Option<T>], there: &[Option<T>]) -> (Vec<T>, Vec<T>) {
    let (mut first, mut alone, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for (number, one) in here.iter().enumerate() {
        match (one, there.get(number).copied().flatten()) {
            (Some(one), Some(other)) => {
                first.push(*one);
                others.push(other);
            }
            (Some(one), None) => alone.push(*one),
            (None, _) => {}
        }
    }
    first.append(&mut alone);
    (first, others)
}

/// The verdict on an interval, for any number of replications.
pub(crate) fn verdict_on(expected: &Expected, estimate: &Estimate) -> Verdict {
    let min = expected.min.unwrap_or(f64::NEG_INFINITY);
    let max = expected.max.unwrap_or(f64::INFINITY);
    if estimate.low >= min && estimate.high <= max {
        Verdict::Holds
    } else if estimate.high < min || estimate.low > max {
        Verdict::Refuted
    } else {
        Verdict::Undecided
    }
}
