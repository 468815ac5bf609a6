//! `long_run` of `results.json`: the extent of the simulation, and an element for each entry, group and
//! service.

use crate::number::Number;
use crate::reason;
use serde::Serialize;
use wssim_experiment::failures::years::findings::{Availability, Cause, LongRun};
use wssim_stats::Estimate;

#[derive(Serialize)]
pub(crate) struct LongRunJson<'a> {
    years: Number,
    histories: u64,
    years_each: Number,
    warm_up_years: Number,
    faults: u64,
    availability: Vec<AvailabilityJson<'a>>,
}

impl<'a> LongRunJson<'a> {
    pub(crate) fn of(run: &'a LongRun) -> Self {
        Self {
            years: Number(run.years),
            histories: run.histories,
            years_each: Number(run.years_each),
            warm_up_years: Number(run.warm_up_years),
            faults: run.faults,
            availability: run.subjects.iter().map(AvailabilityJson::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct AvailabilityJson<'a> {
    kind: &'a str,
    name: &'a str,
    availability_ratio: EstimateJson,
    theory_availability_ratio: Option<Number>,
    downtime_seconds_per_year: EstimateJson,
    outages_per_year: EstimateJson,
    outages: u64,
    outage_seconds: Option<LengthsJson>,
    years_without_outage_ratio: Option<Number>,
    downtime_seconds_of_a_year: YearJson,
    causes: Vec<CauseJson>,
}

#[derive(Serialize)]
struct EstimateJson {
    mean: Number,
    ci_low: Number,
    ci_high: Number,
}

impl EstimateJson {
    fn of(estimate: &Estimate) -> Self {
        let Estimate { mean, low, high, .. } = *estimate;
        Self { mean: Number(mean), ci_low: Number(low), ci_high: Number(high) }
    }
}

#[derive(Serialize)]
struct LengthsJson {
    mean: Number,
    p50: Number,
    p95: Number,
    max: Number,
}

#[derive(Serialize)]
struct YearJson {
    p50: Option<Number>,
    p95: Option<Number>,
}

#[derive(Serialize)]
struct CauseJson {
    cause: String,
    share: Number,
}

impl<'a> AvailabilityJson<'a> {
    fn of(one: &'a Availability) -> Self {
        let lengths = one.lengths.map(|lengths| LengthsJson {
            mean: Number(lengths.mean),
            p50: Number(lengths.p50),
            p95: Number(lengths.p95),
            max: Number(lengths.max),
        });
        let cause = |(cause, share): &(Cause, f64)| CauseJson {
            cause: reason::cause(cause),
            share: Number(*share),
        };
        Self {
            kind: one.kind.name(),
            name: &one.name,
            availability_ratio: EstimateJson::of(&one.availability),
            theory_availability_ratio: one.at_most.map(Number),
            downtime_seconds_per_year: EstimateJson::of(&one.downtime_seconds()),
            outages_per_year: EstimateJson::of(&one.outages_per_year),
            outages: one.outages,
            outage_seconds: lengths,
            years_without_outage_ratio: one.year.without.map(Number),
            downtime_seconds_of_a_year: YearJson {
                p50: one.year.p50.map(Number),
                p95: one.year.p95.map(Number),
            },
            causes: one.causes.iter().map(cause).collect(),
        }
    }
}
