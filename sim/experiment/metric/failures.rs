//! Metrics of `failures`: of sets of nodes, and of years.

use super::row::{MetricReader, OfHistory, OfSets, OfYears, Row, Worse, kind};

pub(super) const ROWS: &[Row] = &[
    Row {
        kind: kind(
            "availability_ratio",
            "ratio",
            &["entry", "group", "service"],
            "share of the time in which it works; the group \"managers\" is that of a quorum that can decide",
        )
    .limited(Worse::Lower, 0.0, 1e-4),
        reader: MetricReader::Years(OfYears::History(OfHistory::Availability)),
    },
    Row {
        kind: kind(
            "downtime_seconds_per_year",
            "seconds",
            &["entry", "group", "service"],
            "time of a year in which it does not work",
        ),
        reader: MetricReader::Years(OfYears::History(OfHistory::Downtime)),
    },
    Row {
        kind: kind(
            "outage_seconds",
            "seconds",
            &["entry", "group", "service", "stat"],
            "how long an outage lasts; all of them pooled, without an interval",
        ),
        reader: MetricReader::Years(OfYears::Lengths),
    },
    Row {
        kind: kind(
            "outages_per_year",
            "1/year",
            &["entry", "group", "service"],
            "outages that begin in a year; of nothing seen, up to the rule of three",
        ),
        reader: MetricReader::Years(OfYears::History(OfHistory::Outages)),
    },
    Row {
        kind: kind(
            "recovery_seconds",
            "seconds",
            &["entry", "nodes_lost", "service"],
            "from the crash of the nodes until the entry answers, or a container of the service does, in the \
         worst set of that size",
        )
    .limited(Worse::Higher, 0.1, 1.0),
        reader: MetricReader::Sets(OfSets::Recovery),
    },
    Row {
        kind: kind(
            "survival_ratio",
            "ratio",
            &["nodes_lost"],
            "sets of that size whose loss is survived, over all sets of that size",
        )
    .limited(Worse::Lower, 0.0, 0.01),
        reader: MetricReader::Sets(OfSets::Survival),
    },
];
