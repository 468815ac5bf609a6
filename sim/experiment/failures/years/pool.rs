//! Evaluates histories.

use super::findings::{Availability, Cause, Lengths, LongRun, Year};
use super::record::{HistoryRecord, Outage};
use super::subjects::SubjectKind;
use super::{Plan, YEAR};
use crate::judge::LEVEL;
use crate::stored::stored;
use std::collections::BTreeMap;
use wssim_kernel::{Nanos, Time};
use wssim_model::Blueprint;
use wssim_model::blueprint::Fault;
use wssim_stats::{Estimate, Histogram, mean_interval};

/// Nanoseconds of the unit of lengths, which may be weeks.
const UNIT: u64 = 1_000_000;

/// The summary of a history, by subject.
#[derive(Clone, Debug)]
pub(in crate::failures) struct Summary {
    subjects: Vec<Part>,
    faults: u64,
    pub(super) events: u64,
}

#[derive(Clone, Debug)]
struct Part {
    down: Nanos,
    /// Outages that began.
    outages: u64,
    /// Lengths of those that ended.
    lengths: Vec<Nanos>,
    /// Time down, by whole year.
    years: Vec<Nanos>,
    /// Time down after each fault.
    causes: Vec<Nanos>,
}

stored! {
    Summary { subjects, faults, events }
    Part { down, outages, lengths, years, causes }
}

/// All histories so far.
pub(super) struct HistoryPool {
    plan: Plan,
    /// Number of faults in the world.
    of_faults: usize,
    subjects: Vec<Subject>,
    faults: u64,
    events: u64,
    /// Complete histories.
    histories: u64,
}

struct Subject {
    kind: SubjectKind,
    name: String,
    /// By history: share of the time in which it works, and outages a year.
    histories: Vec<[f64; 2]>,
    outages: u64,
    lengths: Histogram,
    years: Histogram,
    causes: Vec<u128>,
}

impl HistoryPool {
    /// An empty pool for the subjects `names`, in a world of `of_faults` faults.
    pub(super) fn new(names: Vec<(SubjectKind, String)>, of_faults: usize, plan: Plan) -> Self {
        let subject = |(kind, name): (SubjectKind, String)| Subject {
            kind,
            name,
            histories: Vec::new(),
            outages: 0,
            lengths: Histogram::new(),
            years: Histogram::new(),
            causes: vec![0; of_faults],
        };
        let subjects = names.into_iter().map(subject).collect();
        Self { plan, of_faults, subjects, faults: 0, events: 0, histories: 0 }
    }

    pub(super) fn histories(&self) -> u64 {
        self.histories
    }

    /// Share of the time in which a subject works and outages a year, by history.
    pub(super) fn histories_of(&self, kind: &str, name: &str) -> Option<&[[f64; 2]]> {
        let mut subjects = self.subjects.iter();
        let found = subjects.find(|subject| subject.kind.name() == kind && subject.name == name)?;
        Some(&found.histories)
    }

    /// The summary of a history.
    pub(super) fn summary(&self, record: &HistoryRecord) -> Summary {
        let part = |outages: &Vec<Outage>| self.part(outages);
        let subjects = record.outages.iter().map(part).collect();
        Summary { subjects, faults: record.faults, events: record.events }
    }

    fn part(&self, outages: &[Outage]) -> Part {
        let begin = Time::ZERO + self.plan.warm_up;
        let years = (self.plan.measured.0 / YEAR.0) as usize;
        let mut part = Part {
            down: Nanos::ZERO,
            outages: 0,
            lengths: Vec::new(),
            years: vec![Nanos::ZERO; years],
            causes: vec![Nanos::ZERO; self.of_faults],
        };
        for outage in outages.iter().filter(|outage| outage.end > begin) {
            if outage.begin >= begin {
                part.outages += 1;
                part.lengths.extend(outage.is_over.then(|| outage.end.since(outage.begin)));
            }
            let (from, to) = (outage.begin.max(begin).since(begin), outage.end.since(begin));
            let down = to.0 - from.0;
            part.down.0 += down;
            if let Some(cause) = outage.cause {
                part.causes[cause.index()].0 += down;
            }
            part.spread([from.0, to.0]);
        }
        part
    }

    pub(super) fn keep(&mut self, summary: Summary) {
        let years = self.plan.measured.as_f64() / YEAR.as_f64();
        self.histories += 1;
        self.faults += summary.faults;
        self.events += summary.events;
        for (subject, part) in self.subjects.iter_mut().zip(summary.subjects) {
            let down = part.down.as_f64() / self.plan.measured.as_f64();
            subject.histories.push([1.0 - down, part.outages as f64 / years]);
            subject.outages += part.outages;
            part.lengths
                .iter()
                .for_each(|length| subject.lengths.record_seldom(length.0.div_ceil(UNIT)));
            part.years.iter().for_each(|down| subject.years.record_seldom(down.0.div_ceil(UNIT)));
            for (sum, more) in subject.causes.iter_mut().zip(&part.causes) {
                *sum += u128::from(more.0);
            }
        }
    }

    /// `exact` is the closed form for each subject; `blueprint` is the world of the histories.
    pub(super) fn findings(&self, blueprint: &Blueprint, exact: &[Option<f64>]) -> LongRun {
        let each = self.plan.measured.as_f64() / YEAR.as_f64();
        let mut subjects: Vec<Availability> = (self.subjects.iter().zip(exact))
            .filter_map(|(subject, exact)| self.availability(blueprint, subject, *exact))
            .collect();
        subjects.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        LongRun {
            years: each * self.histories as f64,
            histories: self.histories,
            planned: self.plan.histories,
            years_each: each,
            longest_repair: longest_repair(blueprint),
            warm_up_years: self.plan.warm_up.as_f64() / YEAR.as_f64(),
            faults: self.faults,
            events: self.events,
            subjects,
        }
    }

    fn availability(
        &self,
        blueprint: &Blueprint,
        subject: &Subject,
        exact: Option<f64>,
    ) -> Option<Availability> {
        let [works, outages] = [0, 1].map(|which| {
            let values = subject.histories.iter().map(|history| history[which]);
            mean_interval(&values.collect::<Vec<_>>(), LEVEL)
        });
        let (mut availability, mut outages_per_year) = (works?, outages?);
        availability.high = availability.high.min(1.0);
        outages_per_year.low = outages_per_year.low.max(0.0);
        let all = subject.causes.iter().sum::<u128>() as f64;
        let mut by_cause: BTreeMap<Cause, u128> = BTreeMap::new();
        for (fault, down) in subject.causes.iter().enumerate().filter(|(_, down)| **down > 0) {
            *by_cause.entry(cause(&blueprint.faults[fault].name)).or_default() += down;
        }
        let share = |(cause, down): (Cause, u128)| (cause, down as f64 / all);
        let mut causes: Vec<(Cause, f64)> = by_cause.into_iter().map(share).collect();
        causes.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let measured = self.plan.measured.as_f64() * self.histories as f64 / YEAR.as_f64();
        if subject.outages == 0 {
            outages_per_year = never_seen(measured, outages_per_year);
        }
        Some(Availability {
            kind: subject.kind,
            name: subject.name.clone(),
            availability,
            histories: subject.histories.clone(),
            at_most: exact,
            outages_per_year,
            outages: subject.outages,
            lengths: lengths(&subject.lengths),
            year: year(&subject.years),
            causes,
        })
    }
}

fn longest_repair(blueprint: &Blueprint) -> f64 {
    let repair =
        |fault: &Fault| fault.repair.as_ref().map_or(f64::INFINITY, |law| law.mean() * 1e-9);
    blueprint.faults.iter().map(repair).fold(0.0, f64::max)
}

/// No outage in `years`: with 95 % fewer than 3 in that time (the rule of three, −ln 0.05).
fn never_seen(years: f64, estimate: Estimate) -> Estimate {
    Estimate { high: -(1.0 - LEVEL).ln() / years, ..estimate }
}

impl Part {
    /// Adds a time down after the warm-up to its years.
    fn spread(&mut self, [from, to]: [u64; 2]) {
        for (number, year) in self.years.iter_mut().enumerate().skip((from / YEAR.0) as usize) {
            let begin = number as u64 * YEAR.0;
            if begin >= to {
                break;
            }
            year.0 += to.min(begin + YEAR.0) - from.max(begin);
        }
    }
}

fn seconds(units: f64) -> f64 {
    units * UNIT as f64 * 1e-9
}

fn lengths(all: &Histogram) -> Option<Lengths> {
    Some(Lengths {
        mean: seconds(all.mean_ns()?),
        p50: seconds(all.quantile_ns(0.5)?),
        p95: seconds(all.quantile_ns(0.95)?),
        max: seconds(all.max_ns() as f64),
    })
}

fn year(all: &Histogram) -> Year {
    Year {
        without: all.fraction_above(0).map(|some| 1.0 - some),
        p50: all.quantile_ns(0.5).map(seconds),
        p95: all.quantile_ns(0.95).map(seconds),
    }
}

/// The subject of a fault: a node for the clock `node.a.mtbf`, power for `site.office.power.mtbf`; a
/// fault without a clock is its own subject.
fn cause(fault: &str) -> Cause {
    let named = || Cause::Fault(fault.to_owned());
    let Some((kind, name)) = fault.strip_suffix(".mtbf").and_then(|clock| clock.split_once('.'))
    else {
        return named();
    };
    let thing = |name: &str| Cause::Thing { kind: kind.to_owned(), name: name.to_owned() };
    match (kind, name.rsplit_once('.')) {
        ("site", Some((site, what))) => {
            Cause::OfSite { what: what.to_owned(), site: site.to_owned() }
        }
        // Each container of a service has a clock.
        ("service", Some((service, _))) => thing(service),
        _ => thing(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_those_of_things() {
        let thing = |kind: &str, name: &str| Cause::Thing { kind: kind.into(), name: name.into() };
        for (fault, due) in [
            ("node.wsasus.mtbf", thing("node", "wsasus")),
            (
                "site.office.power.mtbf",
                Cause::OfSite { what: "power".into(), site: "office".into() },
            ),
            ("service.ws-news.2.mtbf", thing("service", "ws-news")),
            ("link.a-b.mtbf", thing("link", "a-b")),
            ("monday-morning", Cause::Fault("monday-morning".into())),
        ] {
            assert_eq!(cause(fault), due);
        }
    }

    #[test]
    fn an_outage_over_new_year_counts_in_both_years() {
        let mut part = Part {
            down: Nanos::ZERO,
            outages: 0,
            lengths: Vec::new(),
            years: vec![Nanos::ZERO; 3],
            causes: Vec::new(),
        };
        part.spread([YEAR.0 - 5, YEAR.0 + 7]);
        part.spread([3, 4]);
        part.spread([2 * YEAR.0 + 1, 4 * YEAR.0]);
        assert_eq!(part.years, [Nanos(6), Nanos(7), Nanos(YEAR.0 - 1)]);
    }
}
