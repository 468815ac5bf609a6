//! Reads `results.json` for comparisons.
//!
//! Keys that a comparison does not need are ignored, so that later additions to the file do no harm.

use crate::shape::SCHEMA_VERSION;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use wssim_experiment::findings::{StoppedBy, Verdict};
use wssim_experiment::metric::kind_of;
use wssim_experiment::question::Study;
use wssim_experiment::regression::recorded::{NumberKey, Recorded, RecordedClaim, RecordedMetric};
use wssim_stats::Estimate;
use wssim_text::printable;

/// Why a text is not a result.
#[derive(Debug)]
pub enum NoResult {
    /// It is not JSON, or lacks the keys of a result.
    Foreign(serde_json::Error),
    /// Its shape has a version that this program does not know.
    Version(u32),
    /// It has a word that is in no result.
    Word(String),
}

impl fmt::Display for NoResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign(error) => {
                write!(f, "is no results.json of wssim: {}", printable(&error.to_string()))
            }
            Self::Word(word) => {
                write!(f, "is no results.json of wssim: it says `{}`", printable(word))
            }
            Self::Version(version) => write!(
                f,
                "has the shape {version}; this version of wssim reads shape {SCHEMA_VERSION}"
            ),
        }
    }
}

impl std::error::Error for NoResult {}

/// Parses the text of a `results.json`.
///
/// # Errors
/// When it is not a result, or has another shape.
pub fn read(text: &str) -> Result<Recorded, NoResult> {
    let version: Version = serde_json::from_str(text).map_err(NoResult::Foreign)?;
    if version.schema_version != SCHEMA_VERSION {
        return Err(NoResult::Version(version.schema_version));
    }
    let file: File = serde_json::from_str(text).map_err(NoResult::Foreign)?;
    file.into_recorded()
}

#[derive(Deserialize)]
struct Version {
    schema_version: u32,
}

#[derive(Deserialize)]
struct File {
    command: String,
    scenario: Scenario,
    seed: u64,
    replications: u32,
    stopped_by: String,
    metrics: Vec<Metric>,
    claims: Vec<Claim>,
}

#[derive(Deserialize)]
struct Scenario {
    name: String,
    measured_seconds: f64,
}

#[derive(Deserialize)]
struct Metric {
    name: String,
    labels: BTreeMap<String, String>,
    unit: String,
    mean: Option<f64>,
    ci_low: Option<f64>,
    ci_high: Option<f64>,
    n: Option<u32>,
    #[serde(default)]
    values: Vec<Option<Value>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Known(f64),
    Within([Option<f64>; 2]),
}

#[derive(Deserialize)]
struct Claim {
    id: String,
    text: String,
    verdict: String,
    judged_by: String,
    #[serde(default)]
    ranges_not_looked_at: usize,
}

impl File {
    fn into_recorded(self) -> Result<Recorded, NoResult> {
        let unknown = |word: &str| NoResult::Word(word.to_owned());
        let own = Study::of_name(&self.command);
        let judges = |study: Study| own.is_some_and(|own| own.judges(study));
        let is_judged = |claim: &&Claim| Study::of_name(&claim.judged_by).is_some_and(judges);
        let judged = self.claims.iter().filter(is_judged);
        let claims = judged.map(|claim| {
            Ok(RecordedClaim {
                id: claim.id.clone(),
                text: claim.text.clone(),
                verdict: Verdict::of_name(&claim.verdict).ok_or_else(|| unknown(&claim.verdict))?,
                is_at_given_values: claim.ranges_not_looked_at > 0,
            })
        });
        Ok(Recorded {
            claims: claims.collect::<Result<_, _>>()?,
            stopped_by: StoppedBy::of_name(&self.stopped_by)
                .ok_or_else(|| unknown(&self.stopped_by))?,
            command: self.command,
            scenario: self.scenario.name,
            measured_seconds: self.scenario.measured_seconds,
            seed: self.seed,
            replications: self.replications,
            metrics: self.metrics.into_iter().map(Metric::into_recorded).collect(),
        })
    }
}

impl Metric {
    fn into_recorded(self) -> RecordedMetric {
        let end = |end: Option<f64>| end.unwrap_or(f64::NAN);
        let estimate = self.mean.zip(self.n).map(|(mean, n)| Estimate {
            mean,
            low: end(self.ci_low),
            high: end(self.ci_high),
            n,
        });
        let order = kind_of(&self.name).map_or(&[][..], |kind| kind.labels);
        let place = |label: &str| order.iter().position(|own| *own == label);
        let mut labels: Vec<(String, String)> = self.labels.into_iter().collect();
        labels.sort_by_key(|(label, _)| place(label).unwrap_or(order.len()));
        RecordedMetric {
            key: NumberKey { name: self.name, labels },
            unit: self.unit,
            estimate,
            values: self.values.into_iter().map(|value| value.map(Value::ends)).collect(),
        }
    }
}

impl Value {
    fn ends(self) -> [f64; 2] {
        match self {
            Self::Known(value) => [value; 2],
            Self::Within([low, high]) => {
                [low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY)]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::twelve_digits;
    use crate::{json, sample};

    #[test]
    fn what_is_written_is_read() {
        let mut findings = sample::findings();
        findings.metrics[0].values = vec![Some([0.5, 0.5]), None, Some([1.0, f64::INFINITY])];
        let read = read(&json::render(&findings)).unwrap();
        assert_eq!((read.command.as_str(), read.scenario.as_str()), ("run", "after"));
        assert_eq!((read.seed, read.replications), (84, 40));
        assert_eq!(read.metrics.len(), findings.metrics.len());
        assert_eq!(read.metrics[0].values, findings.metrics[0].values);
        for (own, due) in read.metrics.iter().zip(&findings.metrics) {
            let labels: Vec<_> =
                due.labels.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
            assert_eq!((own.key.name.as_str(), &own.key.labels), (due.name, &labels));
            let mean = |one: Option<Estimate>| one.and_then(|one| twelve_digits(one.mean));
            assert_eq!(mean(own.estimate), mean(due.estimate));
        }
        let judged = findings.claims.iter().filter(|one| crate::tally::judged_here(&findings, one));
        assert_eq!(read.claims.len(), judged.count());
    }

    #[test]
    fn other_texts_are_refused() {
        let text = json::render(&sample::findings());
        for wrong in ["", "{}", "[1]", "{\"schema_version\": 1}", &text[..text.len() / 2]] {
            assert!(matches!(read(wrong), Err(NoResult::Foreign(_))), "{wrong}");
        }
        let word = text.replace("\"stopped_by\": \"decided\"", "\"stopped_by\": \"night\"");
        assert!(matches!(read(&word), Err(NoResult::Word(_))));
        let other = text.replace("\"schema_version\": 1", "\"schema_version\": 2");
        assert!(matches!(read(&other), Err(NoResult::Version(2))));
    }
}
