//! Metrics of `migrate`: the phases of a migration.

use super::row::{MetricReader, OfMigrate, Row, kind};

const fn row(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str],
    meaning: &'static str,
    of: OfMigrate,
) -> Row {
    Row { kind: kind(name, unit, labels, meaning), reader: MetricReader::Migrate(of) }
}

pub(super) const ROWS: &[Row] = &[
    row(
        "migration_downtime_seconds",
        "seconds",
        &["entry", "phase"],
        "seconds of a phase in which at least half of the entry's requests that arrived failed; one without arrivals is \
         as the one before; \"all\": of all phases together",
        OfMigrate::Downtime,
    ),
    row(
        "migration_effort_seconds",
        "seconds",
        &[],
        "time of people in all steps of all phases",
        OfMigrate::Effort,
    ),
    row(
        "phase_cpu_peak_ratio",
        "ratio",
        &["node", "phase"],
        "the largest mean of running thread-seconds over thread-seconds in any ten seconds of the phase",
        OfMigrate::Cpu,
    ),
    row(
        "phase_memory_peak_bytes",
        "bytes",
        &["node", "phase"],
        "the most RAM in use at any time of the phase, while old and new containers run",
        OfMigrate::Memory,
    ),
    row(
        "phase_seconds",
        "seconds",
        &["phase"],
        "how long a phase takes, people's steps included; \"all\": the longest chain of phases",
        OfMigrate::Length,
    ),
    row(
        "rollback_seconds",
        "seconds",
        &["phase", "step"],
        "how long it takes to undo a phase after that step, people's steps included",
        OfMigrate::Rollback,
    ),
    row(
        "window_ratio",
        "ratio",
        &["phase"],
        "share of replications in which the phase is over within its window, from the first step that changes anything",
        OfMigrate::Window,
    ),
];
