//! Which metrics a blueprint has: every row of the table that `run` measures, once for each entry, service,
//! node…

use crate::metric::quantity::Quantity;
use crate::metric::{MetricKind, Reader, STATS, table};
use crate::question::MetricRef;
use wssim_model::Blueprint;

/// One metric of a blueprint.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) kind: &'static MetricKind,
    pub(crate) labels: Vec<(&'static str, String)>,
    pub(crate) quantity: Quantity,
}

/// All metrics of a blueprint, in the order of names and labels.
#[derive(Clone, Debug)]
pub(crate) struct Catalogue {
    pub(crate) keys: Vec<Key>,
}

impl Catalogue {
    pub(crate) fn of(blueprint: &Blueprint) -> Self {
        Self::of_rows(blueprint, |_| true)
    }

    /// Those alone that `metrics` name.
    pub(crate) fn only(blueprint: &Blueprint, metrics: &[MetricRef]) -> Self {
        let is_named = |kind: &MetricKind| metrics.iter().any(|metric| metric.name == kind.name);
        let all = Self::of_rows(blueprint, is_named);
        let mut places: Vec<usize> = metrics.iter().filter_map(|metric| all.find(metric)).collect();
        places.sort_unstable();
        places.dedup();
        Self { keys: places.into_iter().map(|place| all.keys[place].clone()).collect() }
    }

    fn of_rows(blueprint: &Blueprint, is_wanted: impl Fn(&MetricKind) -> bool) -> Self {
        let mut keys = Vec::new();
        for row in table().filter(|row| is_wanted(&row.kind)) {
            let Reader::Run(keyed) = row.reader else { continue };
            keys.extend(keyed.keys(blueprint).into_iter().map(|(values, quantity)| Key {
                kind: &row.kind,
                labels: row.kind.labels.iter().copied().zip(values).collect(),
                quantity,
            }));
        }
        // Statistics keep their own order; everything else is in order of names.
        let rank = |key: &Key| {
            let label = |(name, value): &(&str, String)| {
                let stat = STATS.iter().position(|stat| *name == "stat" && stat == value);
                (stat.unwrap_or(0), value.clone())
            };
            (key.kind.name, key.labels.iter().map(label).collect::<Vec<_>>())
        };
        keys.sort_by_cached_key(rank);
        Self { keys }
    }

    /// The place of what is measured so.
    pub(crate) fn place(&self, quantity: Quantity) -> Option<usize> {
        self.keys.iter().position(|key| key.quantity == quantity)
    }

    /// The place of the metric that `wanted` names.
    pub(crate) fn find(&self, wanted: &MetricRef) -> Option<usize> {
        self.keys.iter().position(|key| is_named(key.kind.name, &key.labels, wanted))
    }
}

/// Whether `wanted` names the metric `name` with `labels`. Labels that are left out take the value that is
/// meant without them: mean, every reason, all entries, all callers, all nodes.
pub(crate) fn is_named(name: &str, labels: &[(&'static str, String)], wanted: &MetricRef) -> bool {
    let default = |label: &str| match label {
        "stat" => Some("mean"),
        "reason" | "entry" | "caller" | "endpoint" | "node" => Some("all"),
        "queue" => Some("workers"),
        _ => None,
    };
    let is_meant = |(name, value): &(&'static str, String)| {
        let asked = wanted.labels.get(*name).map(String::as_str).or_else(|| default(name));
        asked == Some(value.as_str())
    };
    let has = |asked: &String| labels.iter().any(|(name, _)| name == asked);
    name == wanted.name && labels.iter().all(is_meant) && wanted.labels.keys().all(has)
}
