//! Metrics of `capacity`: the traffic carried, and the number of containers that fit.

use super::row::{MetricReader, OfCapacity, Row, kind};

pub(super) const ROWS: &[Row] = &[
    Row {
        kind: kind(
            "capacity_containers",
            "1",
            &["by", "service"],
            "containers of all services that fit when further ones of this service are added: by \"ram\", by \
             \"cpu\", or as the \"scheduler\" spreads them",
        ),
        reader: MetricReader::Capacity(OfCapacity::Containers),
    },
    Row {
        kind: kind(
            "capacity_traffic_ratio",
            "1",
            &["node"],
            "the largest factor on all traffic at which every objective holds; without that node, \"all\": \
             with all nodes",
        ),
        reader: MetricReader::Capacity(OfCapacity::Traffic),
    },
];
