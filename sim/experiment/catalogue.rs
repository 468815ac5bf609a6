//! Lists the metrics of a blueprint: every row of the table that `run` measures, for each entry,
//! service, node…

use crate::metric::quantity::MeasuredQuantity;
use crate::metric::{MetricKind, MetricReader, STATS, table};
use crate::part::{FROM, Span, TO};
use crate::question::MetricRef;
use wssim_kernel::Nanos;
use wssim_model::Blueprint;

/// One metric of a blueprint.
#[derive(Clone, Debug)]
pub(crate) struct MetricKey {
    pub(crate) kind: &'static MetricKind,
    pub(crate) labels: Vec<(&'static str, String)>,
    pub(crate) quantity: MeasuredQuantity,
    /// The part of the measured stretch, by its place in the catalogue; `None` for the whole.
    pub(crate) part: Option<usize>,
}

impl MetricKey {
    /// The key of a part, named as in `metric`.
    fn of_part(&self, metric: &MetricRef, part: usize) -> Self {
        let end = |name: &'static str| Some((name, metric.labels.get(name)?.clone()));
        let ends = [FROM, TO].into_iter().filter_map(end);
        let labels = self.labels.iter().cloned().chain(ends).collect();
        Self { labels, part: Some(part), ..self.clone() }
    }
}

/// All metrics of a blueprint, ordered by name and labels.
#[derive(Clone, Debug)]
pub(crate) struct Catalogue {
    pub(crate) keys: Vec<MetricKey>,
    /// The parts of the measured stretch that metrics refer to, each once.
    pub(crate) parts: Vec<Span>,
}

impl Catalogue {
    pub(crate) fn of(blueprint: &Blueprint) -> Self {
        Self::of_rows(blueprint, |_| true)
    }

    /// Adds the keys of `metrics` over parts of the `measured` stretch.
    pub(crate) fn with_parts(
        mut self,
        blueprint: &Blueprint,
        metrics: &[MetricRef],
        measured: Nanos,
    ) -> Self {
        for metric in metrics {
            let Some(span) = metric.part.as_ref().and_then(|part| part.span(blueprint, measured))
            else {
                continue;
            };
            if let Some(key) = self.find(&metric.of_whole())
                && self.find(metric).is_none()
            {
                self.keys.push(self.keys[key].of_part(metric, self.parts.len()));
                self.parts.push(span);
            }
        }
        self.share_parts();
        self.in_order()
    }

    /// Only the keys that `metrics` name, of a stretch of this length.
    pub(crate) fn only(blueprint: &Blueprint, metrics: &[MetricRef], measured: Nanos) -> Self {
        let is_named = |kind: &MetricKind| metrics.iter().any(|metric| metric.name == kind.name);
        let all = Self::of_rows(blueprint, is_named).with_parts(blueprint, metrics, measured);
        let mut places: Vec<usize> = metrics.iter().filter_map(|metric| all.find(metric)).collect();
        places.sort_unstable();
        places.dedup();
        let keys = places.into_iter().map(|place| all.keys[place].clone()).collect();
        Self { keys, parts: all.parts }
    }

    /// Makes keys of equal parts share one part.
    fn share_parts(&mut self) {
        let mut parts: Vec<Span> = Vec::new();
        for key in &mut self.keys {
            let Some(part) = &mut key.part else { continue };
            let span = self.parts[*part];
            *part = parts.iter().position(|one| *one == span).unwrap_or_else(|| {
                parts.push(span);
                parts.len() - 1
            });
        }
        self.parts = parts;
    }

    fn of_rows(blueprint: &Blueprint, is_wanted: impl Fn(&MetricKind) -> bool) -> Self {
        let mut keys = Vec::new();
        for row in table().filter(|row| is_wanted(&row.kind)) {
            let MetricReader::Run(keyed) = row.reader else { continue };
            let found = keyed.keys(row.kind.labels, blueprint).into_iter();
            let whole =
                |(labels, quantity)| MetricKey { kind: &row.kind, labels, quantity, part: None };
            keys.extend(found.map(whole));
        }
        Self { keys, parts: Vec::new() }.in_order()
    }

    fn in_order(mut self) -> Self {
        // Statistics keep their own order; all else is ordered by name.
        let rank = |key: &MetricKey| {
            let label = |(name, value): &(&str, String)| {
                let stat = STATS.iter().position(|stat| *name == "stat" && stat == value);
                (stat.unwrap_or(0), value.clone())
            };
            (key.kind.name, key.labels.iter().map(label).collect::<Vec<_>>())
        };
        self.keys.sort_by_cached_key(rank);
        self
    }

    /// The keys of the whole stretch, with their places.
    pub(crate) fn of_whole(&self) -> impl DoubleEndedIterator<Item = (usize, &MetricKey)> {
        self.keys.iter().enumerate().filter(|(_, key)| key.part.is_none())
    }

    /// The place of `quantity` over the whole stretch.
    pub(crate) fn place(&self, quantity: MeasuredQuantity) -> Option<usize> {
        self.of_whole().find(|(_, key)| key.quantity == quantity).map(|(place, _)| place)
    }

    /// The place of the metric that `wanted` names.
    pub(crate) fn find(&self, wanted: &MetricRef) -> Option<usize> {
        self.keys.iter().position(|key| is_named(key.kind.name, &key.labels, wanted))
    }
}

/// Whether `wanted` names the metric `name` with `labels`. Omitted labels have their default: mean,
/// every reason, all entries, all callers, all nodes; the whole stretch.
pub(crate) fn is_named(name: &str, labels: &[(&'static str, String)], wanted: &MetricRef) -> bool {
    let default = |label: &str| match label {
        "stat" => Some("mean"),
        "reason" | "entry" | "caller" | "endpoint" | "node" | "by" => Some("all"),
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
