//! Arrival rates of sources.

use super::times::Took;
use crate::question::{Measure, MeasureKind};
use wssim_kernel::Time;
use wssim_model::blueprint::{Arrivals, Source};

/// The measured stretch; for a steady state it starts at once, since the warm-up is not known yet.
#[derive(Clone, Copy)]
pub(crate) struct Stretch {
    pub(crate) from: Time,
    pub(crate) until: Time,
}

impl Stretch {
    pub(crate) fn of(measure: &Measure) -> Self {
        let from = match measure.kind {
            MeasureKind::Window { lead_in } => Time::ZERO + lead_in,
            MeasureKind::Steady { .. } => Time::ZERO,
        };
        Self { from, until: from + measure.duration }
    }
}

/// Which rate of a source with a profile.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum RateLevel {
    Mean,
    Peak,
}

/// Mean arrival rate in 1/s; for closed users the largest possible.
pub(crate) fn rate(source: &Source, responses: &[Took], stretch: Stretch, level: RateLevel) -> f64 {
    match &source.arrivals {
        Arrivals::Poisson { rate_per_second } => *rate_per_second,
        Arrivals::Renewal { gap } => 1e9 / gap.mean(),
        Arrivals::Periodic { period, .. } => 1e9 / period.as_f64(),
        Arrivals::Shaped { gap, profile, .. } => {
            let factor = match level {
                RateLevel::Mean => profile.mean(stretch.from, stretch.until),
                RateLevel::Peak => profile.peak(stretch.from, stretch.until),
            };
            1e9 / gap.mean() * factor
        }
        Arrivals::Mmpp(process) => process.mean_rate(),
        Arrivals::Closed { users, think } => {
            let response: f64 = source
                .entries
                .iter()
                .map(|(share, endpoint)| share * responses[endpoint.index()].total)
                .sum();
            let cycle = think.mean() + response + source.client_rtt.mean();
            if cycle > 0.0 { f64::from(*users) * 1e9 / cycle } else { 0.0 }
        }
        Arrivals::Trace(trace) => {
            let measured = stretch.from.0..=stretch.until.0;
            let within = trace.rows.iter().filter(|row| measured.contains(&row.at.0)).count();
            within as f64 * trace.rate / stretch.until.since(stretch.from).seconds().max(1e-9)
        }
    }
}
