//! A metric in JSON, for all studies.

use crate::number::Number;
use crate::reason;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use wssim_experiment::findings::Metric;
use wssim_stats::Estimate;

/// Labels as an object.
pub(crate) struct Labels<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Labels<'a> {
    pub(crate) fn of(labels: &'a [(&'static str, String)]) -> Self {
        Self(labels.iter().map(|(name, value)| (*name, value.as_str())).collect())
    }
}

impl Serialize for Labels<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A metric of the file.
#[derive(Serialize)]
pub(crate) struct MetricJson<'a> {
    name: &'a str,
    labels: Labels<'a>,
    unit: &'a str,
    mean: Option<Number>,
    ci_low: Option<Number>,
    ci_high: Option<Number>,
    n: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<String>,
    /// One entry a replication, for numbers with a limit for comparisons.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<Option<ValueJson>>,
}

/// The value of one replication.
#[derive(Serialize)]
#[serde(untagged)]
enum ValueJson {
    /// A number.
    Known(Number),
    /// Its lower and upper end: some requests got no answer. An unknown end is `null`.
    Within([Number; 2]),
}

impl ValueJson {
    fn of([low, high]: [f64; 2]) -> Self {
        if low == high { Self::Known(Number(low)) } else { Self::Within([low, high].map(Number)) }
    }
}

impl<'a> MetricJson<'a> {
    pub(crate) fn of(metric: &'a Metric) -> Self {
        let estimate = metric.estimate.as_ref();
        Self {
            name: metric.name,
            labels: Labels::of(&metric.labels),
            unit: metric.unit,
            mean: estimate.map(|estimate| Number(estimate.mean)),
            ci_low: estimate.map(|estimate| Number(estimate.low)),
            ci_high: estimate.map(|estimate| Number(estimate.high)),
            n: estimate.map(|estimate| estimate.n),
            missing: metric.missing.as_ref().map(reason::missing),
            values: metric.values.iter().map(|value| value.map(ValueJson::of)).collect(),
        }
    }
}

/// A number with its interval.
#[derive(Serialize)]
pub(crate) struct EstimateJson {
    mean: Number,
    ci_low: Number,
    ci_high: Number,
    n: u32,
}

impl EstimateJson {
    pub(crate) fn of(estimate: &Estimate) -> Self {
        let Estimate { mean, low, high, n } = *estimate;
        Self { mean: Number(mean), ci_low: Number(low), ci_high: Number(high), n }
    }
}
