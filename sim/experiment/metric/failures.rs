//! Metrics of `failures`: what sets of nodes show, and what years do.

use super::row::{OfHistory, OfSets, OfYears, Row, sets, years};

pub(super) const ROWS: &[Row] = &[
    years(
        "availability_ratio",
        "ratio",
        &["entry", "group", "service"],
        "share of the time in which it works; the group \"managers\" is that of whoever can decide",
        OfYears::History(OfHistory::Availability),
    ),
    years(
        "downtime_seconds_per_year",
        "seconds",
        &["entry", "group", "service"],
        "time of a year in which it does not work",
        OfYears::History(OfHistory::Downtime),
    ),
    years(
        "outage_seconds",
        "seconds",
        &["entry", "group", "service", "stat"],
        "how long an outage lasts; all of them pooled, without an interval",
        OfYears::Lengths,
    ),
    years(
        "outages_per_year",
        "1/year",
        &["entry", "group", "service"],
        "outages that begin in a year; of nothing seen, up to the rule of three",
        OfYears::History(OfHistory::Outages),
    ),
    sets(
        "recovery_seconds",
        "seconds",
        &["entry", "nodes_lost", "service"],
        "from the crash of the nodes until the entry answers, or a container of the service does, in the \
         worst set of so many nodes",
        OfSets::Recovery,
    ),
    sets(
        "survival_ratio",
        "ratio",
        &["nodes_lost"],
        "sets of so many nodes whose loss is survived, over all such sets",
        OfSets::Survival,
    ),
];
