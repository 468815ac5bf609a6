//! What years bring: the table, `long_run` of `results.json`, and `availability.csv`.

use crate::escape;
use crate::json::{Number, twelve_digits};
use crate::quantity;
use crate::sections::Section;
use crate::table::{Cell, Kind, Table, Tone};
use serde::Serialize;
use wssim_experiment::failures::years::Kind as Subject;
use wssim_experiment::failures::years::findings::{Availability, LongRun};
use wssim_experiment::findings::Findings;
use wssim_stats::Estimate;

/// Services that the table names, those that are down longest.
const WORST: usize = 6;
/// The least share of a cause that is worth a word.
const LEAST_CAUSE: f64 = 0.01;

/// Entries and groups, then the services that are down longest.
pub(super) fn section(run: &LongRun) -> Section {
    let columns = vec![
        ("", Kind::Fixed),
        ("Works", Kind::Numbers),
        ("Theory", Kind::Numbers),
        ("Down a year", Kind::Numbers),
        ("Outages", Kind::Numbers),
        ("p50, p95", Kind::Numbers),
        ("Calm years", Kind::Numbers),
        ("Mostly after", Kind::Phrases),
    ];
    let is_service = |one: &&Availability| one.kind == Subject::Service;
    let mut rows: Vec<Vec<Cell>> = (run.subjects.iter())
        .filter(|one| !is_service(one))
        .map(|one| row(one, one.name.clone()))
        .collect();
    let services: Vec<&Availability> = run.subjects.iter().filter(is_service).collect();
    let worst = alike(&services);
    let shown = worst.len().min(WORST);
    rows.extend(worst[..shown].iter().map(|(one, others)| {
        let more = if *others > 0 { format!(" + {others}") } else { String::new() };
        row(one, format!("{}{more}", one.name))
    }));
    let mut remarks = vec![
        format!(
            "{} years without traffic, in {} histories of {} after {} that do not count; {} faults. \
             Entries, groups, then the services that are down longest (+ others with the same numbers). \
             An entry works while all that it needs does, and no set of nodes is down without which \
             it is lost above; a service, while one container is registered and has its data.",
            quantity::count(run.years.round() as u64),
            run.histories,
            years(run.years_each),
            years(run.warm_up_years),
            quantity::count(run.faults)
        ),
        "Theory: the Markov chain of the causes, start-ups left out; blank where Swarm moves what is \
         lost. Outages: that begin in a year, and how long half of them and all but one in twenty \
         last at most. Calm years have none. After: what had failed last when it began."
            .to_owned(),
    ];
    remarks.extend(run.subjects.iter().filter_map(causes));
    if worst.len() > shown {
        let text = format!("all {} services: availability.csv, results.json", services.len());
        remarks.push(text);
    }
    Section { title: "In the long run", table: Table { columns, rows }, remarks }
}

fn years(years: f64) -> String {
    format!("{} years", quantity::about(years))
}

/// Those that are down longest first; of such as are told with the same numbers, the first by name and how
/// many others.
fn alike<'a>(services: &[&'a Availability]) -> Vec<(&'a Availability, usize)> {
    let mut all: Vec<(&Availability, usize)> = Vec::new();
    let told = |one: &Availability| row(one, String::new());
    for &one in services {
        match all.iter_mut().find(|(other, _)| told(other) == told(one)) {
            Some((_, others)) => *others += 1,
            None => all.push((one, 0)),
        }
    }
    all.sort_by(|a, b| a.0.availability.mean.total_cmp(&b.0.availability.mean));
    all
}

fn row(one: &Availability, name: String) -> Vec<Cell> {
    let lengths = one.lengths.map_or(String::new(), |lengths| {
        let [p50, p95] = [lengths.p50, lengths.p95].map(|time| quantity::rough(time, "seconds"));
        format!("{p50}, {p95}")
    });
    let without = one.year.without.map_or(String::new(), quantity::percent);
    let exact = one.exact.map_or(String::new(), |exact| as_estimate(one, exact));
    vec![
        Cell::new(name),
        Cell::new(quantity::centre(&one.availability, "ratio")),
        Cell::toned(exact, Tone::Faint),
        Cell::new(quantity::plus_minus(&one.downtime_seconds(), "seconds")),
        Cell::new(outages(one)),
        Cell::new(lengths),
        Cell::new(without),
        Cell::new(one.causes.first().map_or(String::new(), cause)),
    ]
}

/// With as many digits as what was simulated.
fn as_estimate(one: &Availability, exact: f64) -> String {
    let half = one.availability.half_width();
    let like =
        Estimate { mean: exact, low: exact - half, high: exact + half, n: one.availability.n };
    quantity::centre(&like, "ratio")
}

fn outages(one: &Availability) -> String {
    if one.outages == 0 {
        return format!("under {}", quantity::about(one.outages_per_year.high));
    }
    quantity::plus_minus(&one.outages_per_year, "1")
}

fn cause((cause, share): &(String, f64)) -> String {
    format!("{cause} {}", quantity::percent(*share))
}

/// What an entry or a group is down of.
fn causes(one: &Availability) -> Option<String> {
    let named = one.causes.iter().filter(|(_, share)| *share >= LEAST_CAUSE);
    let named: Vec<String> = named.map(cause).collect();
    let many = one.kind != Subject::Service && named.len() > 1;
    many.then(|| format!("{} is down after {}", one.name, named.join(", ")))
}

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
    exact_availability_ratio: Option<Number>,
    downtime_seconds_per_year: EstimateJson,
    outages_per_year: EstimateJson,
    outages: u64,
    outage_seconds: Option<LengthsJson>,
    years_without_outage_ratio: Option<Number>,
    downtime_seconds_of_a_year: YearJson,
    causes: Vec<CauseJson<'a>>,
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
struct CauseJson<'a> {
    cause: &'a str,
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
        let cause = |(cause, share): &'a (String, f64)| CauseJson { cause, share: Number(*share) };
        Self {
            kind: one.kind.name(),
            name: &one.name,
            availability_ratio: EstimateJson::of(&one.availability),
            exact_availability_ratio: one.exact.map(Number),
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

/// Headings of the columns of `availability.csv`.
pub const COLUMNS: [&str; 18] = [
    "kind",
    "name",
    "availability_ratio",
    "ci_low",
    "ci_high",
    "exact_availability_ratio",
    "downtime_seconds_per_year",
    "outages_per_year",
    "outages_per_year_ci_low",
    "outages_per_year_ci_high",
    "outage_mean_seconds",
    "outage_p50_seconds",
    "outage_p95_seconds",
    "outage_max_seconds",
    "years_without_outage_ratio",
    "year_p50_seconds",
    "year_p95_seconds",
    "causes",
];

/// `availability.csv`: a row an entry, a group, a service; headings alone without a long run.
#[must_use]
pub fn render(findings: &Findings) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |row: [String; 18]| {
        writer.write_record(row).expect("memory takes every row of equal length");
    };
    write(COLUMNS.map(str::to_owned));
    let run = findings.failures.as_ref().and_then(|failures| failures.long_run.as_ref());
    run.into_iter().flat_map(|run| &run.subjects).for_each(|one| write(line(one)));
    let bytes = writer.into_inner().expect("memory has nothing left to flush");
    String::from_utf8(bytes).expect("fields are UTF-8 and so are separators")
}

fn line(one: &Availability) -> [String; 18] {
    let number = |value: Option<f64>| {
        value.and_then(twelve_digits).map_or_else(String::new, |value| value.to_string())
    };
    let some = |value: f64| number(Some(value));
    let causes = one.causes.iter().map(|(cause, share)| format!("{cause}: {}", some(*share)));
    [
        one.kind.name().to_owned(),
        escape::spreadsheet(&one.name),
        some(one.availability.mean),
        some(one.availability.low),
        some(one.availability.high),
        number(one.exact),
        some(one.downtime_seconds().mean),
        some(one.outages_per_year.mean),
        some(one.outages_per_year.low),
        some(one.outages_per_year.high),
        number(one.lengths.map(|lengths| lengths.mean)),
        number(one.lengths.map(|lengths| lengths.p50)),
        number(one.lengths.map(|lengths| lengths.p95)),
        number(one.lengths.map(|lengths| lengths.max)),
        number(one.year.without),
        number(one.year.p50),
        number(one.year.p95),
        escape::spreadsheet(&causes.collect::<Vec<_>>().join("; ")),
    ]
}
