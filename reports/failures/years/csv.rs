//! `availability.csv`: a row for each entry, group and service, numbers in base units; only headings
//! without a long run.

use crate::escape;
use crate::number::twelve_digits;
use crate::reason;
use wssim_experiment::failures::years::findings::Availability;
use wssim_experiment::findings::{Answer, Findings};

/// Headings of the columns.
pub const COLUMNS: [&str; 18] = [
    "kind",
    "name",
    "availability_ratio",
    "ci_low",
    "ci_high",
    "theory_availability_ratio",
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

/// The file.
#[must_use]
pub fn render(findings: &Findings) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let mut write = |row: [String; 18]| {
        writer.write_record(row).expect("memory takes every row of equal length");
    };
    write(COLUMNS.map(str::to_owned));
    if let Answer::Failures(failures) = &findings.answer {
        let subjects = failures.long_run.iter().flat_map(|run| &run.subjects);
        subjects.for_each(|one| write(line(one)));
    }
    let bytes = writer.into_inner().expect("memory has nothing left to flush");
    String::from_utf8(bytes).expect("fields are UTF-8 and so are separators")
}

fn line(one: &Availability) -> [String; 18] {
    let number = |value: Option<f64>| {
        value.and_then(twelve_digits).map_or_else(String::new, |value| value.to_string())
    };
    let some = |value: f64| number(Some(value));
    let cause = |(cause, share): &(_, f64)| format!("{}: {}", reason::cause(cause), some(*share));
    let causes = one.causes.iter().map(cause);
    [
        one.kind.name().to_owned(),
        escape::spreadsheet(&one.name),
        some(one.availability.mean),
        some(one.availability.low),
        some(one.availability.high),
        number(one.at_most),
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
