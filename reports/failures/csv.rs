//! `failures.csv`: a row for each set of nodes and entry, numbers in base units.
//!
//! A quantile of recovery times is empty if it falls on replications without recovery; `lost` counts them.

use crate::escape;
use crate::number::twelve_digits;
use crate::reason;
use wssim_experiment::failures::findings::{
    EntryFinding, SetFinding, SurvivalState, recovery_quantile,
};
use wssim_experiment::findings::{Answer, Findings};

/// Headings of the columns.
pub const COLUMNS: [&str; 19] = [
    "nodes",
    "nodes_lost",
    "quorum",
    "entry",
    "critical",
    "state",
    "recovery_median_seconds",
    "recovery_p95_seconds",
    "lost",
    "replications",
    "error_ratio_during",
    "response_mean_seconds_during",
    "error_ratio_after",
    "response_mean_seconds_after",
    "response_p95_seconds_after",
    "survives",
    "survives_looser",
    "survives_stricter",
    "why",
];

/// The file.
#[must_use]
pub fn render(findings: &Findings) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |row: [String; 19]| {
        writer.write_record(row).expect("memory takes every row of equal length");
    };
    write(COLUMNS.map(str::to_owned));
    if let Answer::Failures(failures) = &findings.answer {
        for set in &failures.sets {
            set.entries.iter().for_each(|entry| write(row(set, entry)));
        }
    }
    let bytes = writer.into_inner().expect("memory has nothing left to flush");
    String::from_utf8(bytes).expect("fields are UTF-8 and so are separators")
}

fn row(set: &SetFinding, entry: &EntryFinding) -> [String; 19] {
    let number = |value: Option<f64>| {
        value.and_then(twelve_digits).map_or_else(String::new, |value| value.to_string())
    };
    let lost = entry.recovery.iter().filter(|seconds| seconds.is_infinite()).count();
    let recovery = |p| number(recovery_quantile(&entry.recovery, p));
    let [survives, looser, stricter] = set.survives.map(|survives| survives.to_string());
    [
        escape::spreadsheet(&set.nodes.join(" ")),
        set.nodes.len().to_string(),
        set.quorum.map_or_else(String::new, |quorum| quorum.to_string()),
        escape::spreadsheet(&entry.name),
        entry.is_critical.to_string(),
        entry.state.map_or("", SurvivalState::name).to_owned(),
        recovery(0.5),
        recovery(0.95),
        lost.to_string(),
        entry.recovery.len().to_string(),
        number(entry.during.error_ratio),
        number(entry.during.mean),
        number(entry.after.error_ratio),
        number(entry.after.mean),
        number(entry.after.p95),
        survives,
        looser,
        stricter,
        escape::spreadsheet(&entry.why.as_ref().map_or_else(String::new, reason::entry)),
    ]
}
